"""The matrix by the public verbs, for every life: at each of its stages each verb is tried by each side, without walking a road there.

test_matrix.py tries every cell of every table in the engine, and the verbs along whole roads. Here the row is put into each stage in
turn, so that lives which no road comes by (offers, appeals, extensions, tasks, complaints, repairs, loans) are tried as well, each by
the function behind its buttons; and no side begins a life that its table does not let it begin.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from amends.cases import hooks
from amends.cases.hands import STAFF
from amends.cases.life import LifeRow
from amends.cases.models import Case, Entry
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.cases.verbs import extending, merging, reopening, splitting
from amends.complaints import verbs as complaints
from amends.kernel.parties import Party
from amends.kernel.refs import KINDS, new_ref
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Refusal, Unprocessable
from amends.kernel.tables import BIRTH, Life
from amends.liability.verbs import charging
from amends.people.rules import CARRIER, Actor
from amends.repairs import consulting
from amends.talks import offering
from amends.tasks import verbs as tasks
from tests.proofs.roads import World
from tests.proofs.test_matrix import ACTORS, ANYTHING, PUBLIC, SCALE, one_of_each, traces

REFUSED = (NotYourMove, NoSuchMove, Unprocessable, NotFound)
"""What a side hears that has no such move: the table's word, or before it what its own rights or its own words lack."""
NAMED = {name: kind for kind, name in KINDS.items()} | {"charge_back_to": "CB", "delivery": "DL", "task": "TK", "complaint": "CM"}
OFFERED = [{"remedy": "refund_only", "units": []}]


def sides(world: World) -> dict[Party, Actor]:
    """Those who have these functions at hand; clock, gateway, leaders and suppliers have none of them, and stand in the engine's matrix."""
    cast = world.cast
    people = {Party.CONSUMER: cast.anna, Party.MERCHANT: cast.bolt, Party.ARBITER: cast.judge, Party.PLATFORM: cast.agent}
    return people | {Party.CARRIER: CARRIER}


@pytest.fixture
def rows(world: World) -> dict[str, LifeRow]:
    """A case with a row of every life; those that it did not come to have references by which a verb finds them."""
    found = one_of_each(world)
    for name, row in found.items():
        if getattr(row, "ref", "").startswith(name):
            row.ref = new_ref(NAMED[name])  # type: ignore[attr-defined]
            row.save(update_fields=["ref"])
    return found


@dataclass
class Tried:
    """What came of trying: how many cells, which verbs were made at all, and what went otherwise than the table says."""

    cells: int = 0
    made: set[tuple[str, str]] = field(default_factory=set)
    otherwise: list[str] = field(default_factory=list)


def put(row: LifeRow, stage: str) -> None:
    """The row stands at `stage`, however it came there."""
    type(row)._default_manager.filter(pk=row.pk).update(stage=stage)
    row.stage = stage


def try_all(world: World, case: Case, row: LifeRow, tried: Tried) -> None:
    """Every public verb of this life by every side at every stage; whatever is made is undone."""
    life, stood = row.LIFE, row.stage
    verbs = {verb: call for (name, verb), call in PUBLIC.items() if name == life.name}
    everybody = list(sides(world).items())
    for stage in life.stages:
        put(row, stage)
        before = traces()
        for verb, call in verbs.items():
            # A verb that nobody has here is tried by one of them in turn (the engine's matrix has tried all), by all at full size.
            turns = everybody if life.who_may(stage, verb) or SCALE > 1 else everybody[tried.cells % len(everybody) :][:1]
            for party, by in turns:
                tried.cells += 1
                _try(case, row, verb, by, call, life.becomes(stage, verb, party), tried)
        if traces() != before:
            tried.otherwise.append(f"{life.name}.{stage}: something stayed of what was refused")
    put(row, stood)


def _try(case: Case, row: LifeRow, verb: str, by: Actor, call: Callable[[str, Any, Actor], Any], becomes: str | None, tried: Tried) -> None:
    why, stage = f"{row.LIFE.name}.{row.stage} {verb} by {by.party}", row.stage
    undo = transaction.savepoint()
    newest = Entry.objects.order_by("-id").values_list("id", flat=True).first() or 0
    try:
        call(case.ref, row, by)
        lines = Entry.objects.filter(id__gt=newest, life=row.LIFE.name, life_id=row.pk, verb=verb)
        went = list(lines.values_list("came_from", "went_to"))
        if becomes is None and not _by_hand(row.LIFE, verb, stage, by, lines):
            tried.otherwise.append(f"{why}: made, {went}")
        elif becomes is not None and (stage, becomes) not in went:
            tried.otherwise.append(f"{why}: {went} and not {becomes}")
        else:
            tried.made.add((row.LIFE.name, verb))
    except Refusal as refusal:
        if becomes is None and not isinstance(refusal, REFUSED):
            tried.otherwise.append(f"{why}: {type(refusal).__name__}")
    except IntegrityError:
        # A row that stands where no road leads (two open reviews, a second parcel) is met by the database's own walls.
        if becomes is None:
            tried.otherwise.append(f"{why}: went as far as the database")
    finally:
        transaction.savepoint_rollback(undo)
        row.stage = stage


def _by_hand(life: Life, verb: str, stage: str, by: Actor, lines: QuerySet[Entry]) -> bool:
    """Whether the desk made it for a party that the table names: its timeline says for whom. Where it says nothing, a second person is
    asked first, and nothing was made yet."""
    spoken = [life.becomes(stage, verb, Party(party)) == went for party, went in lines.values_list("party", "went_to")]
    return life.name in SPOKEN_FOR and by.party in STAFF and all(spoken)


SPOKEN_FOR = {"charge_back_to", "delivery", "loan", "consultation"}
"""Lives in which the desk speaks for carriers and suppliers, or an arbiter's hand is the platform's (liability/hands.py and its like)."""
ON_ROADS = {"grant", "return_shipment", "inspection", "refund", "review"}
"""Lives whose stages the roads of test_matrix.py come by; tried here too at full size."""
OURS = {"case", "offer", "appeal", "extension", "task", "complaint"}
"""Lives of which each verb is made here at least once, at some stage by somebody, but for those in NEEDS_MORE."""
NEEDS_MORE = {
    ("case", "call_platform"), ("appeal", "admit"), ("appeal", "uphold"), ("appeal", "change"), ("appeal", "send_back"),
    ("extension", "agree_first"), ("extension", "grant_extension"), ("offer", "agree_first"), ("offer", "accept_offer"),
    ("offer", "counter"),
}  # fmt: skip
"""Made only of a row that came by a road: a turn that runs, parts that can be given, an examiner of higher rank. tests/verbs makes them."""


def test_at_each_stage_of_each_life_each_verb_is_for_those_whom_the_table_names(world: World, rows: dict[str, LifeRow]) -> None:
    tried, case = Tried(), rows["case"]
    assert isinstance(case, Case)
    wanted = {name: row for name, row in rows.items() if SCALE > 1 or name not in ON_ROADS}
    for row in wanted.values():
        try_all(world, case, row, tried)
    assert tried.otherwise == []
    assert tried.cells > 700
    assert {key for key in set(PUBLIC) - tried.made if key[0] in OURS} <= NEEDS_MORE


def test_a_move_that_asks_no_table_is_seen(world: World, rows: dict[str, LifeRow], monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof can fail: where the engine lets anybody make a verb of the stage, the matrix says who and where."""

    def for_anybody(row: LifeRow, verb: str, by: Actor) -> str:
        return next((becomes for (stage, name, _), becomes in row.LIFE.moves.items() if (stage, name) == (row.stage, verb)), row.stage)

    monkeypatch.setattr(LifeRow, "_becomes", for_anybody)
    tried, case = Tried(), rows["case"]
    assert isinstance(case, Case)
    try_all(world, case, rows["offer"], tried)
    assert "offer.to_consumer decline by merchant: made, [('to_consumer', 'declined')]" in tried.otherwise


# ── beginnings ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

Begin = Callable[[Case, Actor], Any]
BIRTHS: Mapping[tuple[str, str], Begin] = {
    ("offer", "offer"): lambda case, by: offering.offer(case.ref, parts=ANYTHING, by=by),
    ("offer", "mediate"): lambda case, by: offering.mediate(case.ref, parts=ANYTHING, by=by),
    ("extension", "ask_extension"): lambda case, by: extending.ask_extension(
        case.ref, limit="merchant_answers", hours=1, words="more time", by=by
    ),
    ("task", "give_task"): lambda case, by: tasks.give_task(case.ref, department="legal", words="look", by=by),
    ("complaint", "file_complaint"): lambda case, by: complaints.file_complaint(
        case.ref, authority="12315", number="2", words="they ask", by=by
    ),
    ("case", "reopen"): lambda case, by: reopening.reopen(case.ref, words="again", by=by),
    ("case", "split_off"): lambda case, by: splitting.split_off(case.ref, parts=[splitting.Part(1, 1)], words="apart", by=by),
    ("case", "merge"): lambda case, by: merging.merge(case.ref, into=case.ref, by=by),
    ("case", "unmerge"): lambda case, by: merging.unmerge(case.ref, by=by),
    ("consultation", "call_expert"): lambda case, by: consulting.call_expert(case.ref, skill="phones", why="odd", by=by),
    ("charge_back_to", "ask_bearer"): lambda case, by: charging.ask_bearer(
        case.ref, party="carrier", bearer="BE-1", amount_minor=1, what="refund", words="why", by=by
    ),
}


PLACES = ("awaiting_merchant", "in_review", "executing", "closed")
"""Where a case stands when other lives beside it are begun; its own verbs are tried at every stage."""


def may_begin(life: Life, verb: str, party: Party, stage: str) -> bool:
    """Whether the table lets this side begin such a life, or make such a move of a case at `stage`."""
    return life.becomes(BIRTH, verb, party) is not None or life.becomes(stage, verb, party) is not None


def test_nobody_begins_a_life_that_the_table_does_not_let_them_begin(world: World, rows: dict[str, LifeRow]) -> None:
    case, otherwise, tried = rows["case"], list[str](), 0
    assert isinstance(case, Case)
    stood = case.stage
    for stage in case.LIFE.stages:
        put(case, stage)
        before = traces()
        for (name, verb), begin in BIRTHS.items():
            if name != "case" and stage not in PLACES:
                continue
            for party, by in sides(world).items():
                if may_begin(hooks.LIVES[name].LIFE, verb, party, stage):
                    continue
                tried += 1
                undo = transaction.savepoint()
                try:
                    begin(case, by)
                    otherwise.append(f"{name}.{verb} by {party} while the case is {stage}: begun")
                except REFUSED:
                    continue
                finally:
                    transaction.savepoint_rollback(undo)
        if traces() != before:
            otherwise.append(f"something stayed of what was refused at {stage}")
    put(case, stood)
    assert otherwise == []
    assert tried > 250


def test_in_the_engine_no_life_is_born_otherwise_than_its_table_says(rows: dict[str, LifeRow]) -> None:
    case, tried, before = rows["case"], 0, traces()

    @an_act
    def try_births(case_id: int) -> None:
        nonlocal tried
        held = take_case_of(case_id)
        for life, model in hooks.LIVES.items():
            table = model.LIFE
            for verb in table.all_verbs:
                for party in Party:
                    if table.becomes(BIRTH, verb, party) is not None:
                        continue
                    with pytest.raises(NotYourMove if table.who_may(BIRTH, verb) else NoSuchMove):
                        model.born(verb, ACTORS[party], **({} if life == "case" else {"case": held}))
                    tried += 1

    try_births(case.pk)
    assert traces() == before
    assert tried > 1_000
