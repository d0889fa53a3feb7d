"""When a courier may be asked to come: pure. Two hours by daylight from two hours ahead on; for what is bulky half a day, from tomorrow.

Not about whether a courier is free then: whoever is asked says so (errands.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = 5
LEAD = timedelta(hours=2)
WINDOWS = ((9, 11), (11, 13), (13, 15), (15, 17), (17, 19))
BULKY_WINDOWS = ((9, 13), (13, 18))
BULKY_PEOPLE = 2


@dataclass(frozen=True, slots=True)
class Slot:
    """From when until when the courier comes, two aware instants."""

    from_at: datetime
    until_at: datetime


def slots(now: datetime, zone: str, *, bulky: bool = False) -> Sequence[Slot]:
    """The slots of the next days in this zone, the nearest first; those of one day stand together."""
    here = ZoneInfo(zone)
    today = now.astimezone(here).date()
    first = 1 if bulky else 0
    found = []
    for ahead in range(first, first + DAYS):
        day = today + timedelta(days=ahead)
        for begins, ends in BULKY_WINDOWS if bulky else WINDOWS:
            start = datetime.combine(day, time(begins), here)
            if start >= now + LEAD:
                found.append(Slot(start, datetime.combine(day, time(ends), here)))
    return found


def slot_at(now: datetime, zone: str, starts_at: datetime | None, *, bulky: bool = False) -> Slot | None:
    """The slot that begins then, the first one where nobody chose; None where none begins then."""
    offered = slots(now, zone, bulky=bulky)
    return offered[0] if starts_at is None else next((one for one in offered if one.from_at == starts_at), None)
