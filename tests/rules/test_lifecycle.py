"""The tables are the model-checked ones, every word of them is said in both languages, and the printed page is fresh."""

from __future__ import annotations

import importlib.util
import re
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from amends import wiring
from amends.cases import hooks
from amends.cases.words import DONE, STAGES
from amends.kernel.parties import NAMES
from amends.kernel.tables import Life, rows
from amends.management.lifecycle_page import PAGE, page, wired
from amends.management.sync_rules import RULES
from amends.office.diagram import PLACES, case_drawing
from amends.office.tables import LIFE_NAMES, LIFE_SAYS, limit_name, lives, move_rows, stage_rows
from amends.policy.rules import stack_for

CHECKER = Path(__file__).resolve().parents[3] / "shared" / "lifecycle.py"
ALL = {life.name: life for life in lives()}
# What was added to the model-checked tables, and by which decision; checked there with these rows (docs/adr/0014-a-person-decides.md).
ADDED = {
    "case": """
    stage                                     verb            by                        becomes
    triage,awaiting_leader,awaiting_merchant,awaiting_proof,answering_proof,refused,in_review,ruled  ask_person  consumer,merchant  =
    executing                                 ask_person      merchant                  =
    in_review                                 complete        platform                  closed
    """,
    "review": """
    stage                                     verb            by                        becomes
    reassigned                                alarm           clock                     =
    """,
    # docs/adr/0027: what a carrier took back to its sender is not lost.
    "return_shipment": """
    stage                                     verb            by                        becomes
    in_transit,tracing                        bring_back      carrier                   awaiting_dispatch
    """,
    # docs/adr/0030: the consumer picks the slot too, and what is lost or kept on its way home after a repair has fallen back.
    "repair": """
    stage                                     verb            by                        becomes
    booking                                   book            consumer                  diagnosing
    diagnosing,repairing                      end_absent      platform                  unrepaired
    handed_back                               fall_back       platform                  fallen_back
    """,
}
ADDED_COUNTS = {("return_shipment", "bring_back"): "searches"}
HEAD = "stage verb by becomes"
# Lives that came after the model: tables.py proves each alone (docs/adr/0029, 0031, 0032, 0036, 0038).
OURS = {"advance", "loan", "consultation", "delivery", "extension", "task", "complaint"}
SILENCES = {("review", "reassigned"): "rule_by_default,alarm"}


@pytest.fixture(scope="module")
def checked() -> ModuleType:
    """The checker's own tables; without them this comparison is left out, and says so."""
    if not CHECKER.is_file():
        pytest.skip(f"the model checker is not beside this checkout ({CHECKER.name})")
    spec = importlib.util.spec_from_file_location("checked_lifecycle", CHECKER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", sorted(set(ALL) - OURS))
def test_every_table_is_the_model_checked_one(checked: ModuleType, name: str) -> None:
    life = ALL[name]
    stages = [[stage, ",".join(s.waits_for) or "-", s.limit or "-", ",".join(s.silence) or "-"] for stage, s in life.stages.items()]
    known = rows(checked.STAGES[name])
    assert stages == [[stage, waits, limit, SILENCES.get((name, stage), silence)] for stage, waits, limit, silence in known]
    wanted = {
        (origin, verb, party): origin if becomes == "=" else becomes
        for origins, verb, by, becomes in rows(checked.MOVES[name]) + rows(ADDED.get(name, HEAD))
        for origin in origins.split(",")
        for party in by.split(",")
    }
    assert {(o, v, p.value): b for (o, v, p), b in life.moves.items()} == wanted


def test_every_counted_verb_is_counted_as_the_checker_has_it(checked: ModuleType) -> None:
    counts = {(life, verb): name for life, verb, name, _, _ in rows(checked.COUNTS) if life in ALL}
    assert {
        (life.name, verb): name for life in ALL.values() if life.name not in OURS for verb, name in life.counted.items()
    } == counts | ADDED_COUNTS


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_stage_verb_and_party_has_its_words(name: str) -> None:
    life: Life = ALL[name]
    assert {(name, stage) for stage in life.stages} <= set(STAGES)
    assert set(life.all_verbs) <= set(DONE)
    assert {party for _, _, party in life.moves} <= set(NAMES)
    assert name in LIFE_NAMES
    assert name in LIFE_SAYS
    assert all(limit_name(stage.limit).zh for stage in life.stages.values() if stage.limit)


def test_no_words_are_left_of_stages_that_are_gone() -> None:
    assert {(life, stage) for life, stage in STAGES if stage != "-"} == {
        (life.name, stage) for life in ALL.values() for stage in life.stages
    }


def test_every_limit_of_a_stage_and_every_count_stands_in_the_pack() -> None:
    terms = stack_for("CN", None, date(2026, 3, 1)).terms
    limits = {stage.limit for life in ALL.values() for stage in life.stages.values() if stage.limit}
    assert limits <= set(terms.limits)
    assert {name for life in ALL.values() for name in life.counted.values()} <= set(terms.counts)
    assert all(cell.source for cell in terms.limits.values())


def test_the_tables_shown_hold_every_move_once() -> None:
    for life in ALL.values():
        shown = [
            (origin, row.verb, party, origin if row.becomes == "=" else row.becomes)
            for row in move_rows(life)
            for origin in row.origins
            for party in row.by
        ]
        assert sorted(shown) == sorted((o, v, p, b) for (o, v, p), b in life.moves.items())
        assert [row.key for row in stage_rows(life)] == list(life.stages)


def test_the_printed_page_is_fresh() -> None:
    assert PAGE.read_text("utf-8") == page(), "run: amends lifecycle"


def test_the_page_names_every_synchronisation_rule_and_where_it_stands() -> None:
    assert [rule.number for rule in RULES] == list(range(1, 22))
    marks = {
        int(n)
        for line in Path(wiring.__file__).read_text("utf-8").splitlines()
        if "# S" in line
        for n in re.findall(r"S(\d+)", line.split("#")[-1])
    }
    assert set(wired()) == marks
    for rule in RULES:
        assert rule.number in marks or rule.elsewhere or rule.later, f"S{rule.number} stands nowhere and is not said to come"
        for place in rule.elsewhere:
            file, _, name = place.partition(": ")
            assert name in (PAGE.parents[1] / file).read_text("utf-8")


def test_every_stage_of_the_case_has_its_own_place_in_the_drawing() -> None:
    assert set(PLACES) == set(ALL["case"].stages)
    boxes = case_drawing().boxes
    assert len({(box.x, box.y) for box in boxes}) == len(boxes)


def test_every_life_of_the_house_is_shown() -> None:
    assert [life.name for life in lives()] == list(hooks.LIVES)
