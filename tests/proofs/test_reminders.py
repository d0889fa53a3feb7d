"""Every reminder before its limit, none twice, none after it ended: over a quarter of stepped time with Spring Festival in it.

The walk plays clock and worker: it goes from one instant at which the clock has something to do to the next, by what the tables say and
not by what the rows say is next, so that a reminder which is set too late or not at all is missed and not merely not looked for.
"""

from __future__ import annotations

import os
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from amends.cases import clockwork
from amends.cases.models import Case, Deadline, Entry
from amends.cases.reminding import NOBODY_THERE, SIDES, parties_of, remind_all, reminded
from amends.cases.rules.told import REMIND
from amends.insight.verify import CHECKS
from amends.kernel import clock
from amends.kernel.calendars.warnings import SHORTEST
from amends.kernel.clock import Stepped
from amends.plumbing.simulators.launch import Running
from amends.policy.queries import calendar, due_by, holds_of
from tests.cast import an_order, claims, settled, the_cast
from tests.proofs.racing import together
from tests.proofs.roads import ROADS, World, awaiting_merchant

SCALE = float(os.environ.get("PROOF_SCALE", "1"))
QUARTER = timedelta(days=91)
STEP = timedelta(minutes=30)
BEFORE_THE_FESTIVAL = datetime(2026, 2, 9, 2, 0, tzinfo=UTC)
CROSSED = ("case.awaiting_proof", "review.replying", "return_shipment.sending_home", "inspection.missing_contested")


@pytest.fixture
def festival(db: None, gateway: Running) -> Iterator[World]:
    """A week before Spring Festival 2026, nine days on which no period in days ends."""
    with clock.stepped(BEFORE_THE_FESTIVAL) as time:
        yield World(the_cast(), time)


def go_on(time: Stepped, until: datetime) -> None:
    """Time passes as clocks tick, though only where something may happen; consequences first, then reminders."""
    while (at := clockwork.next_instant()) is not None and at <= until:
        time.until(at)
        clockwork.tick()
        clockwork.warn_due()
        settled()
    time.until(until)


def lines_of(case: Case) -> dict[tuple[str, str, str], list[Entry]]:
    """The reminders of a case by life, limit and the instant that they name."""
    found: dict[tuple[str, str, str], list[Entry]] = defaultdict(list)
    for entry in Entry.objects.filter(case_id=case.pk, verb=REMIND).order_by("number"):
        found[entry.life, entry.facts["limit"], entry.facts["due_at"]].append(entry)
    return found


def running_time(case: Case, row: Deadline) -> timedelta:
    """How long the clock of this limit runs at all."""
    days = calendar(case.merchant.calendar)
    due = due_by(case.terms, row.limit, start=row.started_at, waits_for=parties_of(row), calendar=days).at
    held = [(max(h.start, row.started_at), min(h.end or due, due)) for h in holds_of(case.terms, row.limit, days)]
    return due - row.started_at - sum((b - a for a, b in held if b > a), timedelta())


def waited(row: Deadline, line: Entry) -> bool:
    """Whether the limit was running when this reminder of it came."""
    return row.started_at < line.made_at < row.due_at and line.made_at <= (row.ended_at or row.due_at)


def are_sound(case: Case) -> int:
    """What every limit of a case was reminded of; answers how many reminders there were. Units that wait alike are reminded of once."""
    lines = lines_of(case)
    alike: dict[tuple[str, str, str], list[Deadline]] = defaultdict(list)
    for row in Deadline.objects.filter(case_id=case.pk).order_by("pk"):
        alike[row.life, row.limit, row.due_at.isoformat()].append(row)
    assert lines.keys() <= alike.keys()
    for key, rows in alike.items():
        mine = lines.get(key, [])
        assert len({line.facts["left"] for line in mine}) == len(mine) <= 2, key
        for line in mine:
            assert any(waited(row, line) for row in rows), (key, line.made_at)
        ran_out = [row for row in rows if row.ended_as in ("enforced", "lapsed") and not row.backstop]
        if ran_out and running_time(case, ran_out[0]) >= SHORTEST and not NOBODY_THERE.issuperset(reminded(ran_out[0])):
            assert mine, f"nobody was reminded of {key} before it ran out"
            assert mine[-1].facts["left"] == "tenth"
    return sum(map(len, lines.values()))


@pytest.mark.parametrize("road", ROADS if SCALE > 1 else CROSSED)
def test_over_a_quarter_every_limit_is_reminded_of_before_it_ends(festival: World, road: str) -> None:
    case = ROADS[road](festival)
    go_on(festival.time, festival.time.at + QUARTER)
    case.refresh_from_db()
    assert case.is_over
    assert are_sound(case) >= (road in CROSSED)  # of a parcel on its way nobody is reminded
    assert {check.name: found for check in CHECKS if (found := check.offenders())} == {}
    assert not Deadline.objects.filter(case_id=case.pk, ended_at__isnull=True, warn_at__isnull=False).exists()


def test_claims_around_the_days_on_which_clocks_stand_still(festival: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMENDS_PLATFORM", "jd")
    dice, cases = random.Random(4), []
    for _ in range(int(6 * max(1, SCALE))):
        go_on(festival.time, festival.time.at + STEP * dice.randrange(1, 48 * 4))
        # Too dear for JD to refund at once, so that the merchant has to answer.
        cases.append(claims(an_order(festival.cast.bolts, festival.cast.annas, prices=(310000,)), by=festival.cast.anna))
    go_on(festival.time, festival.time.at + QUARTER)
    assert all(are_sound(case) >= 2 for case in cases)


def test_a_reminder_moves_no_stage_no_turn_and_no_clock(world: World) -> None:
    case = awaiting_merchant(world)
    row = Deadline.objects.get(case_id=case.pk, ended_at__isnull=True)
    before, turns = (row.due_at, row.generation, row.silence), list(Case.objects.get(pk=case.pk).turns)
    assert row.warn_at is not None
    world.time.until(row.warn_at)
    assert clockwork.tick() == 0
    assert clockwork.warn_due() == 1
    assert clockwork.warn_due() == 0
    row.refresh_from_db()
    case.refresh_from_db()
    assert ((row.due_at, row.generation, row.silence), case.turns) == (before, turns)
    line = Entry.objects.filter(case_id=case.pk).latest("number")
    assert (line.verb, line.party, line.came_from, line.went_to) == (REMIND, "clock", case.stage, case.stage)
    assert line.facts == {
        "limit": "merchant_answers", "due_at": row.due_at.isoformat(), "left": "half", "silence": row.silence, "to": "merchant",
    }  # fmt: skip
    assert SIDES.intersection(parties_of(row))
    assert line.audience == "consumer,merchant,platform"


def test_of_several_that_were_missed_only_the_latest_is_given(world: World) -> None:
    case = awaiting_merchant(world)
    row = Deadline.objects.get(case_id=case.pk, ended_at__isnull=True)
    world.time.until(row.due_at - timedelta(minutes=10))
    assert clockwork.warn_due() == 1
    assert [entry.facts["left"] for lines in lines_of(case).values() for entry in lines] == ["tenth"]
    row.refresh_from_db()
    assert (row.warn_at, row.warned) == (None, 2)


def test_whose_limit_has_ended_is_not_reminded_of_it(world: World) -> None:
    case = awaiting_merchant(world)
    row = Deadline.objects.get(case_id=case.pk, ended_at__isnull=True)
    world.time.until(row.due_at)
    assert clockwork.warn_due() == 0
    assert clockwork.tick() == 1
    assert clockwork.warn_due() == 0
    assert not lines_of(case).get(("case", row.limit, row.due_at.isoformat()))


def test_one_case_that_fails_keeps_no_other_from_being_reminded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, sound = awaiting_merchant(world), awaiting_merchant(world)
    row = Deadline.objects.get(case_id=broken.pk, ended_at__isnull=True)
    assert row.warn_at is not None
    world.time.until(row.warn_at)

    def half(case: Case) -> int:
        if case.pk == broken.pk:
            raise RuntimeError("as a fault of ours would")
        return remind_all(case)

    monkeypatch.setattr("amends.cases.clockwork.remind_all", half)
    assert clockwork.warn_due(most=1) == 1
    assert lines_of(sound)
    assert not lines_of(broken)


def test_two_clocks_remind_once(committed_db: None, stepped_clock: Stepped, gateway: Running) -> None:
    world = World(the_cast(), stepped_clock)
    case = awaiting_merchant(world)
    row = Deadline.objects.get(case_id=case.pk, ended_at__isnull=True)
    assert row.warn_at is not None
    world.time.until(row.warn_at)
    told = together(*[lambda: clockwork.remind(case.pk)] * 3)
    assert sorted(told) == [0, 0, 1]
    assert sum(map(len, lines_of(case).values())) == 1


def test_the_reader_looks_at_no_more_rows_than_are_due(world: World) -> None:
    """Ten million open rows must cost no more than ten: the plan begins at the index of those that can be reminded of, and stops."""
    awaiting_merchant(world)
    with connection.cursor() as cursor:
        # Of a handful of rows any plan is cheap; of ten million only one that needs no sorting is.
        for dear_of_many in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{dear_of_many} TO off")
        cursor.execute(
            "EXPLAIN (FORMAT JSON) SELECT case_id FROM cases_deadline WHERE ended_at IS NULL AND paused_since IS NULL AND warn_at <= %s"
            " ORDER BY warn_at, id LIMIT 500",
            [clock.now()],
        )
        plan: dict[str, Any] = cursor.fetchone()[0][0]["Plan"]
    assert "deadlines_warn" in str(plan)
    assert not {"Seq Scan", "Sort"} & set(re.findall(r"'Node Type': '([^']+)'", str(plan)))
