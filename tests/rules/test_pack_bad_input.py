"""What no author of a pack gets past: each slip is refused with file, row and column, in both languages, and what would be right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from amends.policy.rules import PackRefused, read_pack, stacked
from amends.policy.rules.packs import Problem
from amends.policy.rules.stack import read_shelf

CN = (Path(__file__).resolve().parents[2] / "packs" / "cn" / "2026-02.toml").read_text()
DEFAULT_LANE = next(line for line in CN.splitlines() if 'clause = "person_looks"' in line)
NO_REASON = '{ remedy = "return_refund", groups = ["no_reason"]'


def refused(text: str, file: str = "cn.toml") -> tuple[Problem, ...]:
    with pytest.raises(PackRefused) as refusal:
        stacked([read_pack(text, file)])
    return refusal.value.problems


def place_of(text: str, what: str) -> tuple[int, int]:
    """Row and column, from one, at which `what` first stands."""
    at = text.index(what)
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def swapped(was: str, becomes: str) -> str:
    assert was in CN
    return CN.replace(was, becomes, 1)


WITH_LOOP = "when = \"traits.exists(t, t == 'fresh')\", "
SLIPS: dict[str, tuple[Callable[[], str], str, str, str]] = {
    "not TOML": (lambda: swapped("[limits]", "[limits"), "\nconsumer_confirms", "不是 TOML", "not TOML"),
    "one language": (
        lambda: swapped('name = { zh = "中国内地法律", en = "Law of mainland China" }', 'name = { zh = "中国内地法律" }'),
        '{ zh = "中国内地法律" }', "缺少英文", "English is missing",
    ),
    "a window of -7d": (
        lambda: swapped('no_reason = { length = "7d"', 'no_reason = { length = "-7d"'), '"-7d"', "不是期限", "is not a limit",
    ),
    "a clause that is not there": (
        lambda: swapped('clause = "no_reason_window"', 'clause = "no_reason_windwo"'),
        '"no_reason_windwo"', "no_reason_window", "no_reason_window",
    ),
    "a day that is not in the calendar": (
        lambda: swapped("in_force_from = 2026-02-01", "in_force_from = 2026-02-30"), "2026-02-30", "没有这个日期", "date",
    ),
    "a day in quotes": (lambda: swapped("in_force_from = 2026-02-01", 'in_force_from = "2026-02-30"'), '"2026-02-30"', "日期", "date"),
    "a default row gone": (lambda: swapped(DEFAULT_LANE + "\n", ""), "", "默认行", "default row"),
    "a loop": (
        lambda: swapped(NO_REASON, NO_REASON.replace("{ ", "{ " + WITH_LOOP)),
        "exists(t", "循环", "Loops",
    ),
}  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_refused_where_it_stands(slip: str) -> None:
    make, what, zh, en = SLIPS[slip]
    text = make()
    problem = refused(text, "packs/cn/new.toml")[0]
    said = {language: problem.sentence.into(language) for language in ("zh", "en")}
    assert problem.file == "packs/cn/new.toml"
    assert zh in said["zh"]
    assert en in said["en"]
    if what:
        assert (problem.place.row, problem.place.column) == place_of(text, what)
    assert f"第 {problem.place.row} 行第 {problem.place.column} 列" in said["zh"]
    assert f"row {problem.place.row} column {problem.place.column}" in said["en"]


@pytest.mark.parametrize(
    ("shipped", "remedy"), [("false", "any"), ("true", "any")],
)  # fmt: skip
def test_a_table_of_silence_without_its_default_row_is_refused(shipped: str, remedy: str) -> None:
    row = next(line for line in CN.splitlines() if f'"merchant_answers", remedy = "{remedy}", shipped = {shipped}' in line)
    problems = refused(CN.replace(row + "\n", "", 1))
    assert [problem.cell.rpartition(".")[0] for problem in problems] == ["silence.rows"]
    assert "默认行" in problems[0].sentence.into("zh")
    assert "merchant_answers" in problems[0].sentence.into("en")


def test_the_column_of_a_condition_counts_what_the_text_escapes() -> None:
    text = swapped(
        NO_REASON,
        '{ remedy = "return_refund", when = "tier == \\"gold\\" && nobody", groups = ["no_reason"]',
    )
    problem = refused(text)[0]
    assert (problem.place.row, problem.place.column) == place_of(text, "nobody")


def test_two_rows_that_contradict_each_other_are_both_named() -> None:
    row = next(
        line for line in CN.splitlines() if line.startswith('  { remedy = "return_refund", groups = ["no_reason"], states = ["received"]')
    )
    text = CN.replace(row, row + "\n" + row.replace('amount = "paid"', 'amount = "none"'), 1)
    problems = refused(text)
    rows = {problem.place.row for problem in problems}
    at = place_of(text, row)[0]
    assert rows == {at, at + 1}
    assert all("contradict" in problem.sentence.into("en") for problem in problems)


def test_a_row_that_is_never_reached_is_refused() -> None:
    first = next(line for line in CN.splitlines() if '"merchant_answers", remedy = "any", shipped = false' in line)
    text = CN.replace(first, first + "\n" + first.replace('"any"', '"exchange"', 1).replace('"approve"', '"call_platform"'), 1)
    assert any("never reached" in problem.sentence.into("en") for problem in refused(text))


@pytest.mark.parametrize(
    ("first", "last", "right"), [("2027-02-16", "2027-02-10", "应不早于"), ("2027-02-01", "2027-06-01", "最长 31 天")],
)  # fmt: skip
def test_a_pause_ends_after_it_begins_and_does_not_last_for_ever(first: str, last: str, right: str) -> None:
    pause = (
        f'\n[pauses]\nrows = [\n  {{ name = {{ zh = "春节", en = "Spring Festival" }}, limits = ["consumer_ships"], first = {first}, '
        f'last = {last}, source = "J2", tag = "S", clause = "allowed" }},\n]\n'
    )
    [problem] = refused(CN + pause)
    assert problem.cell == "pauses.rows.0.last"
    assert right in problem.sentence.into("zh")


SHOP = """id = "house"
name = {{ zh = "自家店", en = "Our shop" }}
layer = "shop"
jurisdiction = "CN"
version = "{version}"
in_force_from = {since}
{until}
[limits]
merchant_answers = {{ value = "{answers}", source = "shop", tag = "I" }}
"""


def shelf_of(folder: Path, **files: str) -> list[str]:
    (folder / "cn").mkdir()
    (folder / "cn" / "2026-02.toml").write_text(CN)
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text)
    return sorted(str(file) for file in folder.glob("*.toml"))


def test_a_broken_file_is_set_aside_and_what_was_in_force_stays_in_force(tmp_path: Path) -> None:
    good = SHOP.format(version="2026-03", since="2026-03-01", until="", answers="24h")
    shelf_of(
        tmp_path,
        good=good,
        torn=good.replace("[limits]", "[limits"),
        harsh=SHOP.format(version="2026-05", since="2026-05-01", until="", answers="9d"),
        dangling=good.replace('"2026-03"', '"2026-04"') + '\n[silence]\nrows = [{ limit = "nobody", remedy = "any", shipped = "any", '
        'received = "any", verb = "approve", clause = "silence_approves" }]\n',
    )
    shelf = read_shelf([tmp_path])
    assert sorted(pack.stamp for pack in shelf.packs) == ["cn@2026-02", "house@2026-03"]
    aside = {Path(problem.file).stem: problem for wrong in shelf.refused for problem in wrong.problems}
    assert set(aside) == {"torn", "harsh", "dangling"}
    assert aside["torn"].place.row == 8
    assert aside["harsh"].cell == "limits.merchant_answers"


@pytest.mark.parametrize(
    ("until", "version", "since"),
    [
        ("in_force_until = 2026-06-30", "2026-06", "2026-06-01"),
        ("", "2026-06", "2026-03-01"),
        ("", "2026-03", "2026-09-01"),
    ],
)
def test_versions_of_one_pack_do_not_overlap(tmp_path: Path, until: str, version: str, since: str) -> None:
    shelf_of(
        tmp_path,
        first=SHOP.format(version="2026-03", since="2026-03-01", until=until, answers="24h"),
        second=SHOP.format(version=version, since=since, until="", answers="12h"),
    )
    shelf = read_shelf([tmp_path])
    assert [Path(pack.file).stem for pack in shelf.packs if pack.id == "house"] == ["first"]
    [problem] = [problem for wrong in shelf.refused for problem in wrong.problems]
    assert (Path(problem.file).stem, problem.cell) == ("second", "in_force_from")
    assert "first.toml" in problem.sentence.into("zh")
    assert "first.toml" in problem.sentence.into("en")


def test_a_version_without_an_end_gives_way_to_the_next(tmp_path: Path) -> None:
    shelf_of(
        tmp_path,
        first=SHOP.format(version="2026-03", since="2026-03-01", until="", answers="24h"),
        second=SHOP.format(version="2026-06", since="2026-06-01", until="", answers="12h"),
    )
    shelf = read_shelf([tmp_path])
    assert not shelf.refused
    assert [pack.cells.version for pack in shelf.packs if pack.id == "house"] == ["2026-03", "2026-06"]


@pytest.mark.parametrize(
    ("was", "becomes", "zh", "en"),
    [
        ("appeals = { value = 1", "appeals = { value = -1", "不小于 0 的数", "0 or more"),
        ('version = "2026-02"', 'version = "feb"', "年月", "a year and month"),
        ('jurisdiction = "CN"', 'jurisdiction = "China"', "两个大写字母", "two capital letters"),
        ("daily_wear_bps = 0", "daily_wear_bps = 99999", "不大于 10000 的数", "10000 or less"),
        ('source = "L3 8", tag', 'source = "", tag', "至少 1 个字符", "at least 1 characters"),
        ('tag = "P" }', 'tag = "Q" }', "'P', 'S', 'I' 或 'G'", "'P', 'S', 'I' or 'G'"),
    ],
)
def test_what_would_be_right_is_said_in_plain_words(was: str, becomes: str, zh: str, en: str) -> None:
    problem = refused(swapped(was, becomes))[0]
    assert zh in problem.sentence.into("zh")
    assert en in problem.sentence.into("en")
    assert "Input should" not in problem.sentence.into("zh")
