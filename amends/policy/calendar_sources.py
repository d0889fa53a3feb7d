"""What the packages `chinesecalendar` and `holidays` know about days, as plain rows. Not about storing or counting them.

chinesecalendar carries the State Council's notices and raises for a year without one; `holidays` knows the statutory days by law and
by the moon, which is all that can be known until the notice comes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

import chinese_calendar
import holidays

from amends.kernel.calendars import WEEKEND, DayKind

NOTICE = "chinesecalendar"
LAW = "holidays"
_MOVED = "Day off"  # how `holidays` names a day off that a notice moved; not a statutory day

_EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
COUNTRIES = frozenset([*_EU.split(), "GB", "US"])


class DayRow(NamedTuple):
    """One day: what it is, whether a notice or law has settled that, and who says so."""

    day: date
    kind: DayKind
    official: bool
    source: str


def cn_official_until() -> date:
    """The last day that the installed chinesecalendar has a notice for."""
    return date(max(chinese_calendar.constants.holidays).year, 12, 31)


def cn_days(first: date, last: date) -> Iterator[DayRow]:
    """Every day in China from `first` to `last`, both included; from the notice where there is one, else provisional."""
    statutory, observed = _statutory(first, last)
    for day in _days(first, last):
        try:
            off = chinese_calendar.is_holiday(day)
        except NotImplementedError:  # no notice for this year (yet)
            yield DayRow(day, _expected(day, statutory, observed), False, LAW)
        else:
            yield DayRow(day, _noticed(day, off, statutory), True, NOTICE)


def public_holidays(country: str, subdivision: str | None, first: date, last: date) -> Iterator[DayRow]:
    """The public holidays of an EU country, GB or US (and of its `subdivision`, such as ENG or BY) from `first` to `last`, both included.

    A day off in place of a holiday on a weekend is REST. Refuses (ValueError) countries and subdivisions that are not known.
    """
    if country not in COUNTRIES:
        raise ValueError(f"no holidays for country {country!r}")
    years = range(first.year, last.year + 1)
    try:
        proper = holidays.country_holidays(country, subdiv=subdivision, years=years, observed=False)
        taken = holidays.country_holidays(country, subdiv=subdivision, years=years)
    except NotImplementedError as unknown:
        raise ValueError(f"no holidays for {country} {subdivision!r}") from unknown
    for day in sorted(set(proper) | set(taken)):
        if first <= day <= last:
            yield DayRow(day, DayKind.HOLIDAY if day in proper else DayKind.REST, True, LAW)


def _noticed(day: date, off: bool, statutory: set[date]) -> DayKind:
    if not off:
        return DayKind.MAKEUP if day.weekday() in WEEKEND else DayKind.WORKDAY
    if day in statutory:
        return DayKind.HOLIDAY
    # A weekend inside the days that the notice declares off (放假) belongs to the holiday: a period that ends there rolls to its end.
    return DayKind.REST if day in chinese_calendar.constants.holidays else DayKind.WEEKEND


def _expected(day: date, statutory: set[date], observed: set[date]) -> DayKind:
    if day in statutory:
        return DayKind.HOLIDAY
    if day in observed:
        return DayKind.REST
    return DayKind.WEEKEND if day.weekday() in WEEKEND else DayKind.WORKDAY


def _statutory(first: date, last: date) -> tuple[set[date], set[date]]:
    """The statutory days proper, and with them the days off that make up for those on a weekend."""
    years = range(first.year, last.year + 1)
    proper = holidays.country_holidays("CN", years=years, observed=False, language="en_US")
    taken = holidays.country_holidays("CN", years=years, language="en_US")
    return {day for day, name in proper.items() if not name.startswith(_MOVED)}, set(taken)


def _days(first: date, last: date) -> Iterator[date]:
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)
