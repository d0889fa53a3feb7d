"""Which of two limits surely lasts no shorter, whenever it begins: twelve months are 365 or 366 days, seven days more than 168 hours.

Not about when a limit ends (kernel.calendars): only about what may be said of two limits without knowing the day or the calendar, in a
market that does not set its clocks forward and back. Where neither is sure, neither is said.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from functools import lru_cache

from amends.kernel.limits import SECONDS_IN, Limit, Unit

DAY = 86_400
# No holidays push a last day further: the longest of China had nine days in a row, and a weekend stands beside.
ROLLED = 12
_FOUR_YEARS = [(2024 + month // 12, month % 12 + 1) for month in range(48)]


def surely_no_shorter(one: str, other: str) -> bool:
    """Does `one` last at least as long as `other`, whenever they begin together? Both roll alike. Refuses (LimitError) what is no limit."""
    first, second = Limit.parse(one), Limit.parse(other)
    if first.unit is second.unit:
        return first.count >= second.count
    days, others = _days(first), _days(second)
    if days and others:  # the last days roll alike, so the later one stays the later
        return days[0] >= others[1]
    return _seconds(first)[0] >= _seconds(second)[1]


def surely_no_longer(one: str, other: str) -> bool:
    """Does `one` last at most as long as `other`, whenever they begin together?"""
    return surely_no_shorter(other, one)


def _days(limit: Limit) -> tuple[int, int] | None:
    """The least and the most days until the last day, before it rolls; None where a limit is not counted in days."""
    if limit.unit is Unit.DAYS:
        return limit.count, limit.count
    if limit.unit is Unit.MONTHS:
        return _months(limit.count)
    if limit.unit is Unit.WORKING_DAYS:
        return limit.count, _worked(limit.count)
    return None


def _worked(count: int) -> int:
    """The most days in which `count` days are surely worked: five in seven, and holidays, the longest of them right at hand."""
    return count * 7 // 5 + 16 + count // 10


@lru_cache(maxsize=256)
def _months(count: int) -> tuple[int, int]:
    lasts = [_later(date(year, month, day), count) for year, month in _FOUR_YEARS for day in (1, 28, monthrange(year, month)[1])]
    return min(lasts), max(lasts)


def _later(first: date, months: int) -> int:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return (date(year, month + 1, min(first.day, monthrange(year, month + 1)[1])) - first).days


def _seconds(limit: Limit) -> tuple[int, int]:
    """The least and the most seconds: a day that counts ends at 24:00, and its first day is not counted."""
    if limit.unit in SECONDS_IN:
        exactly = limit.count * SECONDS_IN[limit.unit]
        return exactly, exactly
    days = _days(limit)
    if days is None:  # working hours: at least one on each day that is worked
        return limit.count * 3600, (_worked(limit.count) + 1) * DAY
    return days[0] * DAY, (days[1] + 1 + ROLLED) * DAY
