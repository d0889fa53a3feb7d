"""How long the merchant's limit waits for a time that the consumer chose, and what follows when the consumer is not there.

Invariants
 1. A time that the consumer chose is the consumer's: the limit for the work counts from the end of that appointment. A time that merchant
    or workshop choose lies inside their own limit (booking.py refuses any other), so that nobody gives themselves more time.
 2. An absence of the consumer, so often as the terms allow (`absences`), gives the limit anew from then. One more of a time that the
    consumer chose ends the repair: nobody is late because somebody else was not there. A time that was chosen for them never does.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from amends.cases import acting
from amends.cases.life import LifeRow
from amends.cases.models import Case, Deadline, Entry
from amends.cases.reminding import next_reminder
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.people.rules import PLATFORM, Actor
from amends.policy.queries import calendar, due_by
from amends.repairs.free import BOOKED
from amends.repairs.models import Appointment, Repair
from amends.repairs.rules import HOME, REPAIR

CHOOSING = ("book", "book_visit", "move_visit")
ABSENCES, BEGUN = "absences", "start_visit"
AT_WORK = tuple(name for name, stage in REPAIR.stages.items() if Party.MERCHANT in stage.waits_for and not REPAIR.who_may(name, "book"))


def gives_time(life: LifeRow) -> timedelta:
    """For hooks.LONGER: how much longer a repair at work may take, because its consumer chose a time ahead."""
    if not isinstance(life, Repair) or life.stage not in AT_WORK:
        return timedelta(0)
    visit = Appointment.objects.filter(merchant_id=life.merchant_id, repair_id=life.pk, state=BOOKED).first()
    if visit is None or visit.ends_at <= clock.now() or not is_consumers(visit):
        return timedelta(0)
    case = acting.current().cases[life.case_id]
    return _due(case, life.stage, visit.ends_at) - _due(case, life.stage, clock.now())


def is_consumers(visit: Appointment) -> bool:
    """Whether the consumer chose this time, by the case's own timeline; an act under way has not written its lines yet."""
    for step in acting.current().steps:
        if step.verb in CHOOSING and step.facts.get("visit") == visit.ref:
            return step.by.party is Party.CONSUMER
    rows = Entry.objects.filter(merchant_id=visit.merchant_id, life=REPAIR.name, life_id=visit.repair_id, verb__in=CHOOSING)
    return rows.filter(case_id=visit.repair.case_id, facts__visit=visit.ref, party=Party.CONSUMER.value).exists()


def begun_of(repairs: Iterable[Repair]) -> set[str]:
    """The appointments of these repairs, by reference, at which the technician has begun: nobody was absent there."""
    jobs = list(repairs)
    keys = {"merchant_id__in": {one.merchant_id for one in jobs}, "case_id__in": {one.case_id for one in jobs}}
    rows = Entry.objects.filter(**keys, life=REPAIR.name, life_id__in=[one.pk for one in jobs], verb=BEGUN)
    return {str(facts.get("visit")) for facts in rows.values_list("facts", flat=True)}


def lengthen(case: Case, repair: Repair, since: datetime) -> None:
    """The limit that runs for the work counts from `since` at the earliest; it never ends sooner than it would have."""
    row = Deadline.objects.filter(
        merchant_id=case.merchant_id, case_id=case.pk, life=REPAIR.name, life_id=repair.pk, ended_at__isnull=True
    ).first()
    if row is None or repair.stage not in AT_WORK:
        return
    due = _due(case, repair.stage, since)
    if due > row.due_at:
        row.due_at = due
        row.warn_at = next_reminder(case, row)
        row.save(update_fields=["due_at", "warn_at"])


def latest(case: Case, repair: Repair) -> datetime:
    """Until when merchant or workshop can choose a time: the end of the limit that runs for the work, or that a booking begins now."""
    row = Deadline.objects.filter(
        merchant_id=case.merchant_id, case_id=case.pk, life=REPAIR.name, life_id=repair.pk, ended_at__isnull=True
    ).first()
    if row is not None and repair.stage in AT_WORK:
        return row.due_at
    return _due(case, AT_WORK[0], clock.now())


def not_met(case: Case, repair: Repair, visit: Appointment, by: Actor) -> None:
    """The consumer was not there: once more from now, or, of a time of theirs and once too often, the repair is over (unrepaired)."""
    key = f"{REPAIR.name}:{repair.pk}:{ABSENCES}"
    case.counts[key] = case.counts.get(key, 0) + 1
    theirs = is_consumers(visit)
    if case.counts[key] <= case.terms.count(ABSENCES):
        lengthen(case, repair, clock.now())
    elif theirs and (repair.way == HOME or repair.taken_in_at is None):
        repair.follow("end_absent", PLATFORM, facts={"repair": repair.ref, "visit": visit.ref, "absences": case.counts[key]})


def _due(case: Case, stage: str, start: datetime) -> datetime:
    where = REPAIR.stages[stage]
    assert where.limit is not None  # noqa: S101 - a stage that waits has a limit: checked when the table was read
    return due_by(case.terms, where.limit, start=start, waits_for=where.waits_for, calendar=calendar(case.merchant.calendar)).at
