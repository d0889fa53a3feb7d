"""When a limit ends: `due`, one pure function. Not about what happens then, and it asks no clock.

1. h, m, s are exact lengths from the stated moment and never roll (CN-DAY-3).
2. d and mo: the first day is not counted (民法典 201), the end is 24:00 of the last day, which rolls (203). A month ends on the day of
   the same number or on the month's last (202).
3. wd counts working days alike, the first day not counted; wh counts the hours in the calendar's intervals.
4. Time in a hold is not counted. In h, m, s, wh that is exact. In d, mo, wd a day that a hold touches, even for a minute, is not
   counted and is no last day either: half a day is no day for the party waited for. A hold from the end on changes nothing.
5. So a hold or a holiday never makes a limit end earlier (FAILURES B18, B30), nor does a later start where nothing is held;
   tests/proofs/test_due_oracle.py compares all this with a count minute by minute.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from amends.kernel.calendars.days import DAY, HOLIDAYS, Calendar, DayKind
from amends.kernel.limits import SECONDS_IN, Limit, Unit

INSTANT = timedelta(microseconds=1)  # the smallest step that a datetime can tell


class Roll(StrEnum):
    """Which days cannot be the last of a period in days or months; a cell of the pack (CN-DAY-2b)."""

    CONSUMER = "consumer"  # off weekends, statutory holidays and their rest days
    OTHER = "other"  # off statutory holidays and their rest days only
    NONE = "none"


NOT_LAST: dict[Roll, frozenset[DayKind]] = {
    Roll.CONSUMER: HOLIDAYS | {DayKind.WEEKEND},
    Roll.OTHER: HOLIDAYS,
    Roll.NONE: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Hold:
    """The clock stood still from `start` up to, not including, `end`; None: it still does."""

    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """The UTC instant at which a limit ends. Provisional: it rests on a day that the yearly notice may yet change."""

    at: datetime
    provisional: bool = False


class _Pause(NamedTuple):
    start: datetime
    end: datetime


def due(
    start: datetime,
    limit: Limit,
    calendar: Calendar,
    *,
    holds: Sequence[Hold] = (),
    roll: Roll = Roll.CONSUMER,
    asked_at: datetime | None = None,
) -> Due:
    """When `limit` ends that began at `start`, less `holds`, counted as the head of this file says.

    A hold that is still on counts up to `asked_at`: the answer moves on for as long as it lasts. Refuses (ValueError) instants
    without a zone, a hold turned round, and a hold that is on where `asked_at` is not given.
    """
    start, pauses = _utc(start), _pauses(holds, asked_at)
    if limit.unit in SECONDS_IN:
        return Due(_exactly(start, timedelta(seconds=limit.count * SECONDS_IN[limit.unit]), pauses))
    if limit.unit is Unit.WORKING_HOURS:
        return _by_working_time(start, timedelta(hours=limit.count), calendar, pauses)
    first, held = calendar.date_at(start), _held_days(pauses, calendar)
    if limit.unit is Unit.WORKING_DAYS:
        last = _counted(first, limit.count, lambda day: calendar.is_working(day) and not held(day))
        return Due(calendar.start_of(last + DAY), calendar.is_provisional(last))
    days = limit.count if limit.unit is Unit.DAYS else (_months_later(first, limit.count) - first).days
    last = _counted(first, days, lambda day: not held(day)) if pauses else first + timedelta(days=days)
    while calendar.kind(last) in NOT_LAST[roll] or held(last):
        last += DAY
    return Due(calendar.start_of(last + DAY), roll is not Roll.NONE and calendar.is_provisional(last))


def after(start: datetime, length: timedelta, *, holds: Sequence[Hold] = ()) -> datetime:
    """The instant by which a clock that stands still in `holds` has run for `length` since `start`. Refuses as `due`."""
    return _exactly(_utc(start), length, _pauses(holds, None))


def time_run(start: datetime, end: datetime, *, holds: Sequence[Hold] = ()) -> timedelta:
    """For how long such a clock has run from `start` to `end`; nothing where `end` is not later. Refuses as `due`."""
    start, end = _utc(start), _utc(end)
    return sum((free_to - free_from for free_from, free_to in _without(_pauses(holds, None), start, end)), timedelta())


def next_hold(holds: Sequence[Hold], at: datetime, due_at: datetime) -> Hold | None:
    """The first of these pauses, each with an end, that a limit which runs at `at` and ends at `due_at` stands still in, or will."""
    return next((hold for hold in holds if hold.end and at < hold.end and hold.start < due_at), None)


def _exactly(start: datetime, length: timedelta, pauses: Sequence[_Pause]) -> datetime:
    at = start + length
    for pause in pauses:
        begins = max(pause.start, start)
        if begins < at and begins < pause.end:
            at += pause.end - begins
    return at


def _by_working_time(start: datetime, left: timedelta, calendar: Calendar, pauses: Sequence[_Pause]) -> Due:
    day = calendar.date_at(start)
    while True:  # ends: a calendar has working time, and holds end
        for begins, ends in calendar.spans(day):
            for free_from, free_to in _without(pauses, max(begins, start), ends):
                if free_to - free_from >= left:
                    return Due(free_from + left, calendar.is_provisional(day))
                left -= free_to - free_from
        day += DAY


def _without(pauses: Sequence[_Pause], begins: datetime, ends: datetime) -> Iterator[tuple[datetime, datetime]]:
    """What `pauses` leave of the span; may be nothing."""
    for pause in pauses:
        if begins < pause.start < ends:
            yield begins, pause.start
        if pause.start < ends:
            begins = max(begins, pause.end)
    if begins < ends:
        yield begins, ends


def _counted(first: date, count: int, counts: Callable[[date], bool]) -> date:
    """The `count`th day after `first` that counts."""
    day = first
    while count:
        day += DAY
        count -= counts(day)
    return day


def _months_later(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))


def _held_days(pauses: Sequence[_Pause], calendar: Calendar) -> Callable[[date], bool]:
    touched = [(calendar.date_at(pause.start), calendar.date_at(pause.end - INSTANT)) for pause in pauses]
    return lambda day: any(begins <= day <= ends for begins, ends in touched)


def _pauses(holds: Sequence[Hold], asked_at: datetime | None) -> list[_Pause]:
    """The holds in order and grown together, so that two that overlap count once."""
    pauses: list[_Pause] = []
    for pause in sorted(_pause(hold, asked_at) for hold in holds):
        if pauses and pause.start <= pauses[-1].end:
            pauses[-1] = _Pause(pauses[-1].start, max(pauses[-1].end, pause.end))
        elif pause.start < pause.end:
            pauses.append(pause)
    return pauses


def _pause(hold: Hold, asked_at: datetime | None) -> _Pause:
    start = _utc(hold.start)
    if hold.end is None:
        if asked_at is None:
            raise ValueError("a hold is still on: say at which instant you ask")
        return _Pause(start, max(start, _utc(asked_at)))
    if (end := _utc(hold.end)) < start:
        raise ValueError(f"a hold ends {end} before it starts {start}")
    return _Pause(start, end)


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"an instant needs a zone: {instant}")
    return instant.astimezone(UTC)
