"""Which appointments are free: technicians whose skills and zone fit, while their workshop is open and they are nowhere else.

A slot that is shown may be gone a second later: booking.py asks again under the technician's lock, and the database has the last word.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from amends.kernel import clock
from amends.kernel.calendars.days import Calendar
from amends.kernel.texts import Text, say
from amends.market.models import Merchant
from amends.policy.queries import calendar
from amends.repairs.models import Appointment, Repair, Technician, Workshop
from amends.repairs.opening import calendar_of, overlaps, slots

HOME, POST = "home", "post"
BOOKED, DONE = "booked", "done"
LEAD_TIME = timedelta(hours=1)
"""Nobody is sent for at less notice."""
AHEAD_DAYS = 60
SHOWN_DAYS, SHOWN = 14, 60


@dataclass(frozen=True, slots=True)
class Slot:
    """One appointment that could be booked, in UTC; `zone` is the workshop's."""

    starts_at: datetime
    ends_at: datetime
    technician: Technician
    workshop: Workshop

    @property
    def local(self) -> datetime:
        """When it begins by the workshop's wall clock."""
        return on_the_wall(self.starts_at, self.workshop)

    @property
    def where(self) -> Text:
        return say(self.workshop.name_zh, self.workshop.name_en)


def on_the_wall(at: datetime, workshop: Workshop) -> datetime:
    """What the workshop's clock shows then; without a zone, so that no page turns it into another clock's time."""
    return at.astimezone(ZoneInfo(workshop.tz)).replace(tzinfo=None)


def fitting(repair: Repair, *, technician: str = "", workshop: str = "") -> list[Technician]:
    """Who could do this job: of a workshop that works this way, with the skill for its class of goods, and for a visit in the zone.

    `technician` and `workshop` (references) narrow; once a job is at a workshop it stays there.
    """
    rows = Technician.objects.select_related("workshop").filter(
        merchant_id=repair.merchant_id, ended_at__isnull=True, workshop__ended_at__isnull=True
    )
    if repair.workshop_id:
        rows = rows.filter(workshop_id=repair.workshop_id)
    if technician:
        rows = rows.filter(ref=technician)
    if workshop:
        rows = rows.filter(Q(workshop__ref=workshop) | Q(workshop__key=workshop))
    skill, zone = repair.unit.line.goods_class, repair.case.consumer.region if repair.way == HOME else ""
    return [one for one in rows.order_by("workshop__key", "pk") if _fits(one, repair.way, skill, zone)]


def _fits(one: Technician, way: str, skill: str, zone: str) -> bool:
    return (
        way in one.workshop.ways
        and covers(one.skills or one.workshop.skills, skill)
        and (not zone or covers(one.zones or one.workshop.zones, zone))
    )


def covers(keys: Sequence[str], wanted: str) -> bool:
    """Whether `wanted` is one of these skills or zones; none at all means every one."""
    return not keys or wanted in keys


def free_slots(repair: Repair, *, technician: str = "", workshop: str = "", first: date | None = None, days: int = SHOWN_DAYS,
               most: int = SHOWN) -> list[Slot]:  # fmt: skip
    """What can be booked for this job from `first` (today) for `days` days, earliest first; of several technicians who are free at one
    time at one workshop the least busy stands for all. Four queries."""
    who = fitting(repair, technician=technician, workshop=workshop)
    return _merged(open_slots(who, first=first, days=days), most)


def open_slots(who: Sequence[Technician], *, first: date | None = None, days: int = SHOWN_DAYS) -> list[Slot]:
    """Every appointment that one of these technicians could keep."""
    if not who:
        return []
    earliest, found = clock.now() + LEAD_TIME, []
    days, latest = max(1, min(days, AHEAD_DAYS)), earliest + timedelta(days=AHEAD_DAYS)
    market = calendar(Merchant.objects.values_list("calendar", flat=True).get(pk=who[0].merchant_id))
    busy = busy_of(who, earliest - timedelta(days=1), latest + timedelta(days=1))
    for one in who:
        shop = one.workshop
        days_of_shop = calendar_of(shop.key, shop.hours, shop.tz, market)
        # Nobody books later than `latest`; a day of a caller's far beyond it shows nothing, and is no sum of the calendar's.
        begin = min(max(first or date.min, days_of_shop.date_at(earliest)), days_of_shop.date_at(latest) + timedelta(days=1))
        taken = busy[one.pk]
        full = _full_days(taken, days_of_shop, one.day_most)
        found += [
            Slot(a, b, one, shop)
            for a, b in slots(days_of_shop, shop.slot_minutes, begin, days)
            if earliest <= a <= latest and days_of_shop.date_at(a) not in full and not overlaps((a, b), taken)
        ]
    return found


def busy_of(who: Iterable[Technician], since: datetime, until: datetime) -> dict[int, list[tuple[datetime, datetime]]]:
    """Where each of them is expected, or was, between two instants."""
    busy: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    people = list(who)
    rows = Appointment.objects.filter(
        merchant_id__in={one.merchant_id for one in people}, technician_id__in=[one.pk for one in people], state__in=(BOOKED, DONE),
        starts_at__lt=until, ends_at__gt=since,
    ).order_by("starts_at")  # fmt: skip
    for technician_id, begins, ends in rows.values_list("technician_id", "starts_at", "ends_at"):
        busy[technician_id].append((begins, ends))
    return busy


def _full_days(taken: Sequence[tuple[datetime, datetime]], days: Calendar, most: int) -> set[date]:
    counts: dict[date, int] = defaultdict(int)
    for begins, _ in taken:
        counts[days.date_at(begins)] += 1
    return {day for day, n in counts.items() if n >= most}


def least_busy(found: Sequence[Slot], among: Sequence[Slot]) -> Slot | None:
    """Of the slots `found`, that of the technician who has most of the slots `among` left; None of none."""
    left = Counter(slot.technician.pk for slot in among)
    return min(found, key=lambda slot: (-left[slot.technician.pk], slot.technician.pk), default=None)


def _merged(found: Sequence[Slot], most: int) -> list[Slot]:
    at: dict[tuple[datetime, str], list[Slot]] = defaultdict(list)
    for slot in found:
        at[slot.starts_at, slot.workshop.key].append(slot)
    chosen = (least_busy(at[key], found) for key in sorted(at)[:most])
    return [slot for slot in chosen if slot is not None]
