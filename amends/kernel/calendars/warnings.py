"""When whoever is waited for is reminded of a limit: when half of it is left, and when a tenth is. One pure function; it asks no clock.

1. A limit shorter than an hour reminds nobody: whoever is waited for has only just been told of it.
2. Time in a hold is counted on neither side: half of the limit is half of the time in which the clock runs.
3. Telephones are silent at night and deliver in the morning. A reminder of which the night would sleep away most of the time that it
   leaves (the limit ends in that night, or soon after it) comes before the night instead; the others stay where they are.
4. Brought forward to where the limit had not begun yet, it stays after all: mail and page do not sleep.
5. Two that meet are one, the more urgent of them.
So every reminder comes after the limit began and before it ends, and a limit of an hour or more has at least one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from amends.kernel.calendars.counting import Hold
from amends.kernel.calendars.days import DAY, Calendar

SHORTEST = timedelta(hours=1)
BEFORE_NIGHT = timedelta(minutes=15)
"""How long before the night a reminder that was brought forward comes: time for it to be carried."""
PARTS: tuple[tuple[str, int], ...] = (("half", 2), ("tenth", 10))


class Night(NamedTuple):
    """From when to when, by the wall clock of the market, telephones are left alone; it may pass midnight."""

    begins: time
    ends: time


NIGHT = Night(time(22), time(8))


class Reminder(NamedTuple):
    """One reminder: its UTC instant, and the part of the limit that it is named after (`half`, `tenth`)."""

    at: datetime
    left: str


def warnings_of(
    start: datetime, due: datetime, calendar: Calendar, *, holds: Sequence[Hold] = (), night: Night = NIGHT
) -> tuple[Reminder, ...]:
    """The reminders of a limit from `start` to `due`, the earliest first; `holds` that touch it have an end. May be none (see 1)."""
    start, due = start.astimezone(UTC), due.astimezone(UTC)
    pauses = [(hold.start, hold.end) for hold in holds if hold.end and hold.start < due and start < hold.end]
    length = sum((end - begin for begin, end in _running(start, due, pauses)), timedelta())
    if length < SHORTEST:
        return ()
    found: list[Reminder] = []
    for left, part in PARTS:
        at = _awake(_before(start, due, length / part, pauses), start, due, calendar, night)
        found = [each for each in found if each.at < at] + [Reminder(at, left)]
    return tuple(found)


def _running(start: datetime, due: datetime, pauses: Sequence[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
    """The stretches between `start` and `due` in which the clock runs, in order."""
    begin = start
    for held_from, held_until in sorted(pauses):
        if begin < held_from:
            yield begin, held_from
        begin = max(begin, held_until)
    if begin < due:
        yield begin, due


def _before(start: datetime, due: datetime, left: timedelta, pauses: Sequence[tuple[datetime, datetime]]) -> datetime:
    """The instant at which `left` of running time is left."""
    for begin, end in reversed(list(_running(start, due, pauses))):
        if end - begin >= left:
            return end - left
        left -= end - begin
    return start


def _awake(at: datetime, start: datetime, due: datetime, calendar: Calendar, night: Night) -> datetime:
    asleep = _night_of(at, calendar, night)
    if asleep is None or due - asleep[1] >= (due - at) / 2:
        return at
    brought = asleep[0] - BEFORE_NIGHT
    return brought if brought > start else at


def _night_of(at: datetime, calendar: Calendar, night: Night) -> tuple[datetime, datetime] | None:
    """The night in which `at` lies, as two instants; None by day."""
    today = calendar.date_at(at)
    over = DAY if night.ends <= night.begins else timedelta()
    for day in (today - DAY, today):
        begins, ends = calendar.reached(day, night.begins), calendar.reached(day + over, night.ends)
        if begins <= at < ends:
            return begins, ends
    return None
