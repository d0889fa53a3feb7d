"""What technicians and workshops have before them: the day's appointments, the jobs by what is next, one job with all that is known.

Every read begins with the workshop's own jobs; nothing of another's, nor of the case around a job but what the work needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from amends.cases.models import CaseText, Deadline
from amends.cases.words import stage_name
from amends.kernel import clock
from amends.kernel.refusals import NotFound
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.repairs.free import BOOKED, on_the_wall
from amends.repairs.hands import jobs_seen_by
from amends.repairs.models import Appointment, Repair, Technician, Workshop
from amends.repairs.rules import ON_TRIAL, REPAIR
from amends.repairs.waiting import begun_of

MOST_JOBS, MOST_VISITS, FURTHEST_DAYS = 200, 100, 3660
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
    begun: bool


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
    """The appointments of one day by the workshop's clock, earliest first: the technician's own, or the whole workshop's for others.

    Raises NotFound for a day further away than anybody books or looks back.
    """
    me = technician_of(by)
    rows, zone, today = _visits(by), _zone(by, me), today_of(by)
    when = day or today
    if abs((when - today).days) > FURTHEST_DAYS:
        raise NotFound
    begins = datetime.combine(when, time(), zone)
    # By the wall clock, so that a day of 23 or 25 hours is one day.
    ends = datetime.combine(when + timedelta(days=1), time(), zone)
    rows = rows.filter(starts_at__gte=begins, starts_at__lt=ends).exclude(state__in=("moved", "cancelled"))
    if me is not None:
        rows = rows.filter(technician_id=me.pk)
    return when, _views(rows[:MOST_VISITS])


def today_of(by: Actor) -> date:
    """Which day it is by the reader's workshop's clock."""
    return clock.now().astimezone(_zone(by, technician_of(by))).date()


def _zone(by: Actor, me: Technician | None) -> ZoneInfo:
    """The clock of the reader's workshop; of the first that they may know of where they have none."""
    shops = Workshop.objects.filter(merchant_id=by.merchant_id or 0).order_by("pk")
    named = shops.filter(pk=by.workshop_id) if by.workshop_id else shops
    tz = me.workshop.tz if me else named.values_list("tz", flat=True).first()
    return ZoneInfo(tz or "Asia/Shanghai")


def jobs(by: Actor) -> list[JobRow]:
    """The jobs that are under way, the nearest limit first; of more than can be shown those that wait longest. Four queries."""
    rows = list(jobs_seen_by(by).filter(stage__in=AT_WORK).order_by("since", "pk")[:MOST_JOBS])
    ids = [row.pk for row in rows]
    due = dict(
        Deadline.objects.filter(life=REPAIR.name, life_id__in=ids, ended_at__isnull=True).order_by("pk").values_list("life_id", "due_at")
    )
    ahead = {view.job: view for view in _views(_visits(by).filter(repair_id__in=ids, state=BOOKED))}
    found = [_job(row, due.get(row.pk), ahead.get(row.ref)) for row in rows]
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
    return _views(rows.select_related("technician__workshop", "address", "repair__unit__line"))


def visit_ahead(visits: Sequence[VisitView]) -> VisitView | None:
    """The one that is booked."""
    return next((visit for visit in visits if not visit.is_over), None)


def _views(rows: Iterable[Appointment]) -> list[VisitView]:
    found = list(rows)
    begun = begun_of([row.repair for row in found]) if found else set()
    return [visit_view(row, begun=row.ref in begun) for row in found]


def visit_view(row: Appointment, *, begun: bool = False) -> VisitView:
    """An appointment as pages show it; an address that was erased is empty."""
    shop, repair = row.technician.workshop, row.repair
    line = repair.unit.line
    address = row.address.body if row.address else shop.address
    return VisitView(
        row.ref, repair.ref, say(line.name_zh, line.name_en), stage_name("repair", repair.stage), row.technician.name, row.starts_at,
        row.ends_at, on_the_wall(row.starts_at, shop), on_the_wall(row.ends_at, shop), row.state, address, row.address_id is not None,
        row.state != BOOKED, row.state == BOOKED and clock.now() >= row.starts_at - timedelta(hours=1),
        row.state == BOOKED and clock.now() > row.ends_at, begun,
    )  # fmt: skip


def _visits(by: Actor) -> QuerySet[Appointment]:
    rows = Appointment.objects.select_related("technician__workshop", "address", "repair__unit__line").order_by("starts_at", "pk")
    return rows.filter(repair__in=jobs_seen_by(by))


def _job(row: Repair, due_at: datetime | None, visit: VisitView | None) -> JobRow:
    line = row.unit.line
    return JobRow(
        row.ref, row.case.ref, say(line.name_zh, line.name_en), row.way, row.attempt, stage_name("repair", row.stage), due_at, visit
    )
