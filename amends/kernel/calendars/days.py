"""A market's calendar: its zone, its hours by weekday, what each day is. Not about limits: counting.py is.

Wall clocks are set forward and back. Everywhere here *a time of day comes at the first instant when the wall clock has reached it on
that day*: a time that a clock change skips comes with the change, and a repeated hour belongs to whatever was on when the clock was
set back. So intervals that meet on the wall meet in reality, and no instant is counted twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

MIDNIGHT = time(0)
DAY = timedelta(days=1)
SATURDAY, SUNDAY = 5, 6
WEEKEND = frozenset({SATURDAY, SUNDAY})


class DayKind(StrEnum):
    """What a day is. A REST day is off around a holiday because the notice moved days; a MAKEUP day is the weekend day worked for it."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    REST = "rest"
    MAKEUP = "makeup"


WORKED = frozenset({DayKind.WORKDAY, DayKind.MAKEUP})
HOLIDAYS = frozenset({DayKind.HOLIDAY, DayKind.REST})


class Interval(NamedTuple):
    """Working time of one day by the wall clock; `closes` at time(0) means 24:00. A shift over midnight is two intervals."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Calendar:
    """One market's days and hours; weekdays are 0 (Monday) to 6.

    `days` names the days that their weekday does not explain. `hours` of a weekend day are served hours (a shop open on Saturday):
    they count as working hours, but the day is no working day. Holidays and rest days have none; a make-up day without hours of its
    own has those of the first working weekday. `official_until` is the last day that the yearly notice covers, None where no notice
    is needed because the law names the days.

    Refuses (ValueError) a calendar in which no hour or no weekday is worked: counting in it would never end (FAILURES B18).
    """

    name: str
    zone: ZoneInfo
    hours: Mapping[int, Sequence[tuple[time, time]]]
    days: Mapping[date, DayKind] = field(default_factory=dict, repr=False)
    official_until: date | None = None
    weekend: frozenset[int] = WEEKEND

    def __post_init__(self) -> None:
        hours = {weekday: tuple(Interval(*pair) for pair in pairs) for weekday, pairs in sorted(self.hours.items()) if pairs}
        if not hours or not set(range(7)) - self.weekend:
            raise ValueError(f"calendar {self.name}: no working time at all, so nothing would ever fall due")
        for weekday, intervals in hours.items():
            self._check(weekday, intervals)
        # Copies that nobody can change: a calendar is kept and shared between jobs.
        object.__setattr__(self, "hours", MappingProxyType(hours))
        object.__setattr__(self, "days", MappingProxyType(dict(self.days)))

    def _check(self, weekday: int, intervals: Sequence[Interval]) -> None:
        if weekday not in range(7):
            raise ValueError(f"calendar {self.name}: weekday {weekday} is not 0 (Monday) to 6")
        ends = MIDNIGHT
        for i, (opens, closes) in enumerate(intervals):
            if opens.tzinfo or closes.tzinfo or (i and (ends == MIDNIGHT or opens < ends)) or (closes != MIDNIGHT and closes <= opens):
                raise ValueError(f"calendar {self.name}: weekday {weekday} {opens:%H:%M}-{closes:%H:%M} is turned round or overlaps")
            ends = closes

    def kind(self, day: date) -> DayKind:
        """What `day` is, by name or else by weekday."""
        return self.days.get(day) or (DayKind.WEEKEND if day.weekday() in self.weekend else DayKind.WORKDAY)

    def is_working(self, day: date) -> bool:
        """Whether `day` counts as a working day (工作日): a weekday that is not off, or a make-up day."""
        return self.kind(day) in WORKED

    def is_provisional(self, day: date) -> bool:
        """Whether the notice that will settle what `day` is has not come yet."""
        return self.official_until is not None and day > self.official_until

    def intervals(self, day: date) -> Sequence[tuple[time, time]]:
        """The working hours of `day` by the wall clock, in order."""
        kind = self.kind(day)
        if kind in HOLIDAYS:
            return ()
        own = self.hours.get(day.weekday(), ())
        return self._usual() if kind is DayKind.MAKEUP and not own else own

    def spans(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The working hours of `day` as UTC instants, begin and end; one that a clock change swallows is left out."""
        for opens, closes in self.intervals(day):
            begins = self.reached(day, opens)
            ends = self.start_of(day + DAY) if closes == MIDNIGHT else self.reached(day, closes)
            if begins < ends:
                yield begins, ends

    def date_at(self, instant: datetime) -> date:
        """The calendar day of `instant` in this market."""
        return instant.astimezone(self.zone).date()

    def start_of(self, day: date) -> datetime:
        """The UTC instant at which `day` begins, which is 24:00 of the day before."""
        return self.reached(day, MIDNIGHT)

    def reached(self, day: date, at: time) -> datetime:
        """The first UTC instant at which the wall clock has reached `at` on `day`."""
        wall = datetime.combine(day, at)
        instant = wall.replace(tzinfo=self.zone).astimezone(UTC)
        if instant.astimezone(self.zone).replace(tzinfo=None) == wall:
            return instant
        # The clock skips this time: find the change, which lies between the two readings of the skipped time, to the second.
        before = wall.replace(tzinfo=self.zone, fold=1).astimezone(UTC)
        low, high = 0, int((instant - before).total_seconds())
        while high - low > 1:
            middle = (low + high) // 2
            past = (before + timedelta(seconds=middle)).astimezone(self.zone).replace(tzinfo=None) >= wall
            low, high = (low, middle) if past else (middle, high)
        return before + timedelta(seconds=high)

    def _usual(self) -> Sequence[tuple[time, time]]:
        """The hours of the first working weekday that has some, or of any day."""
        worked = [pairs for weekday, pairs in self.hours.items() if weekday not in self.weekend]
        return (worked or list(self.hours.values()))[0]
