"""Real cases on the days people argue about: every deadline that the engine keeps is the one that the timeline tells (B18, B19, B30).

Sequences of whatever anybody may do (answers, proofs asked for and given, rounds of evidence, more time by consent, appeals, taking a
closed case up again), at any time, with the clock on time or late, under limits in hours, days, working days and months, with pauses of a
pack, in China and where the clocks change.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amends.cases import clockwork, hooks, record, reminding
from amends.cases.life import LifeRow
from amends.cases.models import Case, Deadline, Entry
from amends.cases.verbs import answering, applying, extending, reopening
from amends.kernel import clock
from amends.kernel.calendars import Calendar, due
from amends.kernel.refusals import Refusal
from amends.people.rules import Actor
from amends.plumbing import jobs
from tests.calendars_at_hand import berlin
from tests.cast import an_order, claims
from tests.proofs.clock_folds import STEP, Turn, turns
from tests.proofs.roads import World
from tests.proofs.test_matrix import PUBLIC

SCALE = int(os.environ.get("PROOF_SCALE", "1"))
FIXTURES = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
LIVES = ("case", "review", "appeal", "extension", "offer", "return_shipment", "inspection")
BEGINNINGS = {
    "cn": ("2026-02-11T01:45", "2026-09-24T09:30", "2026-09-29T15:45", "2026-12-30T16:00"),
    "berlin": ("2026-03-26T23:15", "2026-10-22T13:00", "2026-10-24T00:30", "2026-12-22T22:45"),
}
LENGTHS = ("90m", "35h", "48h", "5wh", "17wh", "1wd", "3wd", "1d", "3d", "7d", "1mo")
EXACT = {"platform_triages": "15m", "grant_begins": "15m"}
"""So that every instant falls on a step of the oracle."""
BY_APPOINTMENT = {("return_shipment", "book_pickup")}
"""A courier's limit runs from the hour that was agreed, which no table knows: tests/verbs/test_asking_couriers.py."""
PAUSED = ("merchant_answers", "consumer_proves", "evidence_round", "merchant_receives", "review_ends", "appeal_final_answer")


@st.composite
def terms(draw: st.DrawFn) -> dict[str, Any]:
    """Other lengths for some limits, and up to two pauses of the pack."""
    named = sorted({stage.limit for name in LIVES for stage in hooks.LIVES[name].LIFE.stages.values() if stage.limit})
    limits = draw(st.dictionaries(st.sampled_from(named), st.sampled_from(LENGTHS), max_size=len(named)))
    pauses = draw(st.lists(st.tuples(st.integers(-2, 12), st.integers(0, 6), st.sets(st.sampled_from(PAUSED), min_size=1)), max_size=2))
    return {"limits": limits, "pauses": pauses}


STEPS = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 96 * 4), st.booleans()), min_size=2, max_size=8)


@contextmanager
def stamped_with(monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any], start: datetime, where: str) -> Iterator[None]:
    """Cases that open here carry the changed terms, and their clocks run by the days of that place."""
    before = applying.stamped

    def stamped(*about: Any) -> dict[str, Any]:
        answer = before(*about)
        spans = [(sorted(limits), start.date() + timedelta(days=first), length) for first, length, limits in changed["pauses"]]
        pauses = [[limits, day.isoformat(), (day + timedelta(days=length)).isoformat()] for limits, day, length in spans]
        return answer | {"limits": answer["limits"] | EXACT | changed["limits"], "pauses": pauses}

    with monkeypatch.context() as patched:
        patched.setattr(applying, "stamped", stamped)
        if where == "berlin":
            for room in (record, reminding):
                patched.setattr(room, "calendar", lambda name: berlin())
        yield


def days_of(case: Case) -> Calendar:
    return record.calendar(case.merchant.calendar)


# ── whatever anybody may do ──────────────────────────────────────────────────────────────────────────────────────────────────

Choice = Callable[[], object]


def choices(world: World, case: Case) -> list[Choice]:
    """Everything that somebody of the cast could do now."""
    cast = world.cast
    insiders = (cast.anna, cast.bolt, cast.judge, cast.agent)
    rows = chain([case], *(hooks.LIVES[name]._default_manager.filter(case_id=case.pk).order_by("pk") for name in LIVES[1:]))
    found = [_choice(case, row, verb, by) for row in rows for by in insiders for verb in row.offered(by)
             if (row.LIFE.name, verb) in PUBLIC and (row.LIFE.name, verb) not in BY_APPOINTMENT]  # fmt: skip
    for row in extending.running(case):
        found += [_more_time(case, row.limit, by) for by in insiders if extending.may_ask(case, row, by)]
    if case.is_over:
        found.append(lambda: reopening.reopen(case.ref, words="not solved", by=cast.anna))
    return found


def _choice(case: Case, row: LifeRow, verb: str, by: Actor) -> Choice:
    return lambda: PUBLIC[row.LIFE.name, verb](case.ref, row, by)


def _more_time(case: Case, limit: str, by: Actor) -> Choice:
    return lambda: extending.ask_extension(case.ref, limit=limit, hours=7, words="more time, please", by=by)


def wait(time: clock.Stepped, steps: int, late: bool) -> None:
    """Time passes and the clock does its work: at each due instant, or all of it late, when the time is over."""
    end = time.at + steps * STEP
    while not late:
        row = Deadline.objects.filter(ended_at__isnull=True, paused_since__isnull=True, due_at__lte=end).order_by("due_at", "id").first()
        if row is None:
            break
        time.until(row.due_at)
        clockwork.tick()
        jobs.drain()
    time.until(end)
    clockwork.tick()
    jobs.drain()


def live(world: World, time: clock.Stepped, steps: list[tuple[int, int, bool]]) -> None:
    """The steps are made on the newest case, refusals left aside; after each the deadlines are what the timeline tells."""
    case = claims(an_order(world.cast.bolts, world.cast.annas, quantities=(2,), prices=(9900,)), by=world.cast.anna, quantity=2)
    for which, waited, late in steps:
        wait(time, waited, late)
        case = Case.objects.get(pk=case.pk)
        possible = choices(world, case)
        if possible:
            try:
                with transaction.atomic():
                    done = possible[which % len(possible)]()
            except Refusal:
                done = None
            jobs.drain()
            if isinstance(done, Case) and done.pk != case.pk:
                check(case, time.at)
                case = done
    check(case, time.at)


# ── both sides of the proof ──────────────────────────────────────────────────────────────────────────────────────────────────

Told = tuple[str, int, str, datetime, datetime, datetime | None, bool, datetime | None]


def check(case: Case, now: datetime) -> None:
    """Each waiting life has one deadline, and each deadline is due when the slow count says."""
    case = Case.objects.select_related("decision", "merchant").get(pk=case.pk)
    entries = list(Entry.objects.filter(case_id=case.pk).order_by("number"))
    oracle = sorted((_told(turn) for turn in turns(entries, case.decision.answer, days_of(case), now)), key=str)
    kept = Deadline.objects.filter(case_id=case.pk).order_by("id")
    engine = sorted((_kept(row) for row in kept), key=str)
    assert engine == oracle
    waiting = [turn for turn in oracle if turn[-1] is None]
    assert len({turn[:2] for turn in waiting}) == len(waiting)


def _told(turn: Turn) -> Told:
    at = turn.start if turn.is_backstop and turn.end is not None else turn.due
    return (turn.life, turn.life_id, turn.limit, turn.start, at.astimezone(UTC), turn.law, turn.still, turn.end)


def _kept(row: Deadline) -> Told:
    # A backstop that ended has told nobody when it would have rung: only of one that runs it counts when it rings.
    at = row.started_at if row.backstop and row.ended_at is not None else row.due_at
    stands = row.paused_since is not None and row.ended_at is None
    return (row.life, row.life_id, row.limit, row.started_at, at, row.legal_due_at, stands, row.ended_at)


@pytest.mark.parametrize("where", BEGINNINGS)
@settings(max_examples=8 * SCALE, deadline=None, suppress_health_check=FIXTURES)
@given(data=st.data())
def test_every_deadline_of_a_real_case_is_what_the_timeline_tells(
    world: World, monkeypatch: pytest.MonkeyPatch, where: str, data: st.DataObject
) -> None:
    start = datetime.fromisoformat(data.draw(st.sampled_from(BEGINNINGS[where]))).replace(tzinfo=UTC)
    changed, steps = data.draw(terms()), data.draw(STEPS)
    undo = transaction.savepoint()
    try:
        with clock.stepped(start) as time, stamped_with(monkeypatch, changed, start, where):
            live(world, time, steps)
    finally:
        transaction.savepoint_rollback(undo)


# ── and that it can fail ─────────────────────────────────────────────────────────────────────────────────────────────────────


def quarrelled(world: World, time: clock.Stepped) -> Case:
    """Opened before a pause, given more time, refused and called in: a case of which four clocks have run."""
    cast = world.cast
    case = claims(an_order(cast.bolts, cast.annas, quantities=(2,), prices=(9900,)), by=cast.anna, quantity=2)
    wait(time, 4, late=False)
    asked = extending.ask_extension(case.ref, limit="merchant_answers", hours=7, words="more time, please", by=cast.bolt)
    extending.grant_extension(asked.ref, by=cast.anna)
    check_open = Case.objects.get(pk=case.pk)
    check(check_open, time.at)
    answering.refuse(case.ref, reason="other", words="no", by=cast.bolt)
    answering.call_platform(case.ref, words="help", by=cast.anna)
    return check_open


def heedless(*about: Any, **more: Any) -> Any:
    """Counts as if no clock ever stood still."""
    terms, limit = about
    return due(more["start"], terms.limit(limit), more["calendar"], roll=terms.roll(more["waits_for"]))


FAULTS: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "a pause is forgotten": (record, "due_by", heedless),
    "more time is granted and not given": (extending, "_lengthen", lambda case, row, until: None),
    "a backstop runs on beside other clocks": (record, "_hold_backstops", lambda case, rows, at: None),
}


@pytest.mark.parametrize("fault", [None, *FAULTS])
def test_a_clock_that_is_wrong_is_seen(world: World, monkeypatch: pytest.MonkeyPatch, fault: str | None) -> None:
    start = datetime.fromisoformat(BEGINNINGS["cn"][0]).replace(tzinfo=UTC)
    changed = {"limits": {"merchant_answers": "48h"}, "pauses": [(1, 2, {"merchant_answers"})]}
    if fault is not None:
        monkeypatch.setattr(*FAULTS[fault])
    with clock.stepped(start) as time, stamped_with(monkeypatch, changed, start, "cn"):
        if fault is None:
            check(quarrelled(world, time), time.at)
            return
        with pytest.raises(AssertionError):
            check(quarrelled(world, time), time.at)
