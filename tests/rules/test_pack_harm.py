"""What no text of a pack may do: break its reader, run off the calendar, fill a stage's silence with another's verb, say nothing.

Each is refused when the pack is loaded, with file, row and column; packs beside it stay in force. Slips of the pen: test_pack_bad_input.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from amends.office.tables import lives
from amends.policy.rules import PackRefused, read_pack, stacked
from amends.policy.rules.checks import SILENT_VERBS
from amends.policy.rules.restraint import MOST_WHEN_TEXT, MOST_WHENS
from amends.policy.rules.schema import SilenceRow
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


# ── silence ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_silence_offers_what_the_stages_offer() -> None:
    """The table in checks.py is that of the lives; silences of which a pack has no word are not the packs' to choose."""
    words = set(get_args(SilenceRow.model_fields["verb"].annotation))
    choices: dict[str | None, set[str]] = {}
    for life in lives():
        for stage in life.stages.values():
            if len(stage.silence) > 1 and words & set(stage.silence):
                assert choices.setdefault(stage.limit, set(stage.silence)) == set(stage.silence)
    assert {limit: set(verbs) for limit, verbs in SILENT_VERBS.items()} == choices


@pytest.mark.parametrize("layer", ["law", "platform", "shop"])
@pytest.mark.parametrize(
    ("limit", "verb", "right"),
    [
        ("merchant_answers", "pass_on", "approve, call_platform"),
        ("merchant_answers_proof", "pass_on", "approve, call_platform"),
        ("leader_decides", "call_platform", "approve, pass_on"),
        ("consumer_escalates", "approve", "leader_decides, merchant_answers, merchant_answers_proof"),
        ("arbiter_rules_late", "approve", "leader_decides, merchant_answers, merchant_answers_proof"),
    ],
)
def test_silence_means_only_what_the_stage_offers(layer: str, limit: str, verb: str, right: str) -> None:
    row = f'{{ limit = "{limit}", remedy = "repair", shipped = true, received = false, verb = "{verb}", clause = "silence_approves" }}'
    if layer == "law":
        text = CN.replace("[silence]\nrows = [\n", f"[silence]\nrows = [\n  {row},\n", 1)
        problems = refused(text)
    else:
        text = SHOP.format(version="2026-03", since="2026-03-01", until="", answers="24h").replace('"shop"', f'"{layer}"', 1)
        text += f"[silence]\nrows = [\n  {row},\n]\n"
        with pytest.raises(PackRefused) as refusal:
            stacked([read_pack(CN, "cn.toml"), read_pack(text, "lower.toml")])
        problems = refusal.value.problems
    found = next(problem for problem in problems if problem.cell in ("silence.rows.0.verb", "silence.rows.0.limit"))
    assert (found.place.row, found.place.column) == place_of(text, f'"{verb}"' if found.cell.endswith("verb") else f'"{limit}"')
    assert right in found.sentence.into("zh") and right in found.sentence.into("en")


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


def test_a_name_may_be_the_same_in_both_languages_and_is_not_empty_in_either() -> None:
    named = worded().replace('zh = "自家店", en = "Our shop"', 'zh = "NAME", en = "LEGO"', 1)
    assert read_pack(named.replace("NAME", "LEGO")).cells.name.zh == "LEGO"
    [problem] = refused(named.replace("NAME", "\u200b"))
    assert problem.cell == "name.zh" and problem.place.row == 2


@pytest.mark.parametrize("layer", ["platform", "shop"])
def test_a_house_rule_does_not_speak_as_the_law(layer: str) -> None:
    for more, cell in (({"tag": "P"}, "clauses.ours.tag"), ({"source": "L1 25"}, "clauses.ours.source")):
        with pytest.raises(PackRefused) as refusal:
            stacked([read_pack(CN, "cn.toml"), read_pack(worded(layer, **more), "lower.toml")])
        [problem] = refusal.value.problems
        assert problem.cell == cell and problem.place.row > 8
    assert stacked([read_pack(CN, "cn.toml"), read_pack(worded(layer), "lower.toml")]).clauses["ours"].tag == "I"


# ── cost ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def with_conditions(number: int, length: int) -> str:
    """A shop's pack of so many lane rows, each with a condition of `length` characters."""
    ask = "paid_minor == 1"
    conditions = [f"{ask}{number:03}{' ' * (length - len(ask) - 3)}" for number in range(number)]
    rows = [f'  {{ lane = "assisted", remedies = ["exchange"], when = "{each}", clause = "person_looks" }},' for each in conditions]
    rows.append('  { lane = "assisted", remedies = ["any"], clause = "person_looks" },')
    return SHOP.format(version="2026-03", since="2026-03-01", until="", answers="24h") + "[lanes]\nrows = [\n" + "\n".join(rows) + "\n]\n"


@pytest.mark.parametrize(("number", "length", "last"), [(MOST_WHENS, 100, True), (MOST_WHENS + 1, 20, False), (7, 1000, False)])
def test_conditions_cost_no_decision_more_than_a_moment(number: int, length: int, last: bool) -> None:
    packs = [read_pack(CN, "cn.toml"), read_pack(with_conditions(number, length), "lower.toml")]
    if last:
        assert len(stacked(packs).terms.lanes.rows) > number
        return
    with pytest.raises(PackRefused) as refusal:
        stacked(packs)
    [problem] = refusal.value.problems
    said = problem.sentence
    bound = str(MOST_WHENS if length < 100 else MOST_WHEN_TEXT)
    assert problem.cell.startswith("lanes.rows.") and problem.cell.endswith(".when")
    assert bound in said.into("zh") and bound in said.into("en")


def test_a_table_has_as_many_rows_as_a_decision_has_time_for() -> None:
    row = '  { lane = "assisted", remedies = ["any"], tiers = ["gold"], clause = "person_looks" },\n'
    text = SHOP.format(version="2026-03", since="2026-03-01", until="", answers="24h") + "[lanes]\nrows = [\n" + row * 401 + "]\n"
    [problem] = refused(text)
    assert problem.cell == "lanes.rows" and (problem.place.row, problem.place.column) == place_of(text, "[\n" + row)
    assert "最多 400 行" in problem.sentence.into("zh") and "at most 400 rows" in problem.sentence.into("en")
