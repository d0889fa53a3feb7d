"""What no text of a pack may do: break its reader, run off the calendar, fill a stage's silence with another's verb, say nothing.

Each is refused when the pack is loaded, with file, row and column; packs beside it stay in force. Slips of the pen: test_pack_bad_input.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from amends.policy.rules import PackRefused, read_pack, stacked
from amends.policy.rules.stack import read_shelf
from tests.rules.test_pack_bad_input import CN, SHOP, place_of, refused, shelf_of, swapped

# ── texts that would break their reader ──────────────────────────────────────────────────────────────────────────────────────


BREAKING: dict[str, tuple[str, tuple[int, int]]] = {
    "a number of thousands of digits": ("# a pack\nx = 0x" + "f" * 3900, (2, 5)),
    "a number beyond 64 bits": ("a = 1\nb = [1, { c = 9223372036854775808 }]", (2, 15)),
    "lists in lists": ("x = " + "[" * 1900 + "]" * 1900, (1, 1)),
    "lists that a string hides": ('s = ["""\n""", ' + "[" * 1900 + '"x"' + "]" * 1900 + "]", (1, 1)),
    "half a character": ('a = "x"\nb = "\ud800"', (2, 6)),
}


@pytest.mark.parametrize("name", BREAKING)
def test_a_text_that_would_break_its_reader_is_refused_where_it_stands(name: str) -> None:
    text, place = BREAKING[name]
    with pytest.raises(PackRefused) as refusal:
        read_pack(text, "broken.toml")
    problem = refusal.value.problems[0]
    assert (problem.file, tuple(problem.place)) == ("broken.toml", place)
    assert problem.sentence.into("zh") != problem.sentence.into("en")


def test_files_that_would_break_their_reader_leave_the_others_in_force(tmp_path: Path) -> None:
    bad = {f"bad_{number}": text for number, (text, _) in enumerate(BREAKING.values()) if text.isascii()}
    shelf_of(tmp_path, good=SHOP.format(version="2026-03", since="2026-03-01", until="", answers="24h"), **bad)
    shelf = read_shelf([tmp_path])
    assert sorted(pack.stamp for pack in shelf.packs) == ["cn@2026-02", "house@2026-03"]
    assert {Path(problem.file).stem for wrong in shelf.refused for problem in wrong.problems} == set(bad)


def test_a_byte_order_mark_does_no_harm() -> None:
    marked = read_pack("\ufeff" + CN, "cn.toml")
    assert marked.stamp == "cn@2026-02" and marked.text.startswith("\ufeff")
    assert marked.places == read_pack(CN, "cn.toml").places


# ── days, versions ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("day", ["9999-12-01", "0001-01-01", "1999-12-31", "2100-01-01"])
def test_days_at_the_ends_of_the_calendar_are_refused(day: str) -> None:
    pause = (
        f'\n[pauses]\nrows = [\n  {{ name = {{ zh = "停", en = "Halt" }}, limits = ["merchant_answers"], first = {day}, '
        f'last = {day}, source = "J2", tag = "S", clause = "allowed" }},\n]\n'
    )
    problems = refused(CN + pause)
    assert [problem.cell for problem in problems] == ["pauses.rows.0.first", "pauses.rows.0.last"]
    assert (problems[0].place.row, problems[0].place.column) == place_of(CN + pause, day)
    [first] = refused(swapped("in_force_from = 2026-02-01", f"in_force_from = {day}"))
    [until] = refused(swapped("in_force_from = 2026-02-01", f"in_force_from = 2026-02-01\nin_force_until = {day}"))
    assert [problem.cell for problem in (first, until)] == ["in_force_from", "in_force_until"]
    assert "2000" in first.sentence.into("zh") and "2099" in first.sentence.into("en")


@pytest.mark.parametrize("version", ["2026-99", "2026-00", "2026-13", "２０２６-02", "2026-02.", "2026-02.12345"])
def test_a_version_is_a_month_that_there_is(version: str) -> None:
    [problem] = refused(swapped('version = "2026-02"', f'version = "{version}"'))
    assert problem.cell == "version" and "2026-02.1" in problem.sentence.into("en")


# ── sentences ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

WORDED = """id = "worded"
name = { zh = "自家店", en = "Our shop" }
layer = "LAYER"
jurisdiction = "CN"
version = "2026-03"
in_force_from = 2026-03-01
[clauses.ours]
rule = "ours"
source = "SOURCE"
tag = "TAG"
article = { zh = "本店规则", en = "House rules" }
yes = { zh = "YES_ZH", en = "YES_EN" }
no = { zh = "不可以。", en = "No." }
"""


def worded(layer: str = "shop", source: str = "ours", tag: str = "I", zh: str = "可以。", en: str = "Yes.") -> str:
    pairs = {"LAYER": layer, "SOURCE": source, "TAG": tag, "YES_ZH": zh, "YES_EN": en}
    text = WORDED
    for name, value in pairs.items():
        text = text.replace(name, value)
    return text


@pytest.mark.parametrize(
    ("more", "cell"),
    [
        ({"en": "\u200b"}, "clauses.ours.yes.en"),
        ({"en": "…"}, "clauses.ours.yes.en"),
        ({"zh": "\u200b"}, "clauses.ours.yes.zh"),
        ({"zh": "Yes."}, "clauses.ours.yes.zh"),
    ],
)
def test_a_sentence_can_be_read_in_both_languages(more: dict[str, str], cell: str) -> None:
    text = worded(**more)
    with pytest.raises(PackRefused) as refusal:
        stacked([read_pack(CN, "cn.toml"), read_pack(text, "lower.toml")])
    [problem] = refusal.value.problems
    assert problem.cell == cell
    assert (problem.place.row, problem.place.column) == place_of(text, f'"{next(iter(more.values()))}"')
