"""What technicians and workshops have before them: the day's appointments, the jobs by what is next, one job with all that is known.

Every read begins with the workshop's own jobs; nothing of another's, nor of the case around a job but what the work needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from amends.cases.models import CaseText, Deadline
from amends.cases.words import stage_name
from amends.kernel import clock
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.repairs.free import BOOKED
from amends.repairs.hands import jobs_seen_by
from amends.repairs.models import Appointment, Repair, Technician
from amends.repairs.rules import ON_TRIAL, REPAIR

MOST_JOBS, MOST_VISITS = 200, 100
AT_WORK = tuple(stage for stage in REPAIR.open_stages if stage != ON_TRIAL)


@dataclass(frozen=True, slots=True)
class VisitView:
    """One appointment: when by the workshop's clock, where, for what, and whether it has begun."""

    ref: str
    job: str
    title: Text
    stage: Text
    technician: str
    starts_at: datetime
    ends_at: datetime
    local: datetime
    local_end: datetime
    state: str
    address: str
    is_home: bool
    is_over: bool
    may_begin: bool
    late: bool


@dataclass(frozen=True, slots=True)
class JobRow:
    """One job in the list: what is next, until when."""

    ref: str
    case: str
    title: Text
    way: str
    attempt: int
    stage: Text
    due_at: datetime | None
    visit: VisitView | None


def technician_of(by: Actor) -> Technician | None:
    """The technician as whom this very person signs in, where there is one."""
    if not by.user_id or not by.workshop_id:
        return None
    mine = Technician.objects.filter(merchant_id=by.merchant_id or 0, workshop_id=by.workshop_id, user_id=by.user_id, ended_at__isnull=True)
    return mine.select_related("workshop").first()


def day_of(by: Actor, day: date | None = None) -> tuple[date, list[VisitView]]:
    """The appointments of one day by the workshop's clock, earliest first: the technician's own, or the whole workshop's for others."""
    me = technician_of(by)
    rows = _visits(by)
    first = rows.first()
    shop = me.workshop if me else first.technician.workshop if first else None
    zone = ZoneInfo(shop.tz) if shop else ZoneInfo("Asia/Shanghai")
    when = day or clock.now().astimezone(zone).date()
    begins = datetime(when.year, when.month, when.day, tzinfo=zone)
    rows = rows.filter(starts_at__gte=begins, starts_at__lt=begins + timedelta(days=1)).exclude(state__in=("moved", "cancelled"))
    if me is not None:
        rows = rows.filter(technician_id=me.pk)
    return when, [visit_view(row) for row in rows[:MOST_VISITS]]


def jobs(by: Actor) -> list[JobRow]:
    """The jobs that are under way, the nearest limit first. Three queries."""
    rows = list(jobs_seen_by(by).filter(stage__in=AT_WORK).order_by("-pk")[:MOST_JOBS])
    ids = [row.pk for row in rows]
    due = dict(
        Deadline.objects.filter(life=REPAIR.name, life_id__in=ids, ended_at__isnull=True).order_by("pk").values_list("life_id", "due_at")
    )
    ahead = {row.repair_id: visit_view(row) for row in _visits(by).filter(repair_id__in=ids, state=BOOKED)}
    found = [_job(row, due.get(row.pk), ahead.get(row.pk)) for row in rows]
    return sorted(found, key=lambda job: (job.due_at is None, job.due_at or clock.now(), job.ref))


def due_of(repair: Repair) -> datetime | None:
    """Until when the job waits at its present stage."""
    rows = Deadline.objects.filter(merchant_id=repair.merchant_id, life=REPAIR.name, life_id=repair.pk, ended_at__isnull=True)
    return rows.order_by("due_at").values_list("due_at", flat=True).first()


def claim_of(repair: Repair) -> str:
    """What the consumer wrote about the fault when they claimed; empty where they wrote nothing, or it was erased."""
    rows = CaseText.objects.filter(merchant_id=repair.merchant_id, case_id=repair.case_id, kind="claim").order_by("pk")
    return rows.values_list("body", flat=True).first() or ""


def visits_of(repair: Repair) -> list[VisitView]:
    """All appointments of a job, newest first."""
    rows = Appointment.objects.filter(merchant_id=repair.merchant_id, repair_id=repair.pk).order_by("-starts_at", "-pk")
    return [visit_view(row) for row in rows.select_related("technician__workshop", "address", "repair__unit__line")]


def visit_ahead(visits: Sequence[VisitView]) -> VisitView | None:
    """The one that is booked."""
    return next((visit for visit in visits if not visit.is_over), None)


def visit_view(row: Appointment) -> VisitView:
    """An appointment as pages show it; an address that was erased is empty."""
    shop, repair = row.technician.workshop, row.repair
    zone = ZoneInfo(shop.tz)
    line = repair.unit.line
    address = row.address.body if row.address else shop.address
    return VisitView(
        row.ref, repair.ref, say(line.name_zh, line.name_en), stage_name("repair", repair.stage), row.technician.name, row.starts_at,
        row.ends_at, row.starts_at.astimezone(zone), row.ends_at.astimezone(zone), row.state, address, row.address_id is not None,
        row.state != BOOKED, row.state == BOOKED and clock.now() >= row.starts_at - timedelta(hours=1),
        row.state == BOOKED and clock.now() > row.ends_at,
    )  # fmt: skip


def _visits(by: Actor) -> QuerySet[Appointment]:
    rows = Appointment.objects.select_related("technician__workshop", "address", "repair__unit__line").order_by("starts_at", "pk")
    return rows.filter(repair__in=jobs_seen_by(by))


def _job(row: Repair, due_at: datetime | None, visit: VisitView | None) -> JobRow:
    line = row.unit.line
    return JobRow(
        row.ref, row.case.ref, say(line.name_zh, line.name_en), row.way, row.attempt, stage_name("repair", row.stage), due_at, visit
    )
