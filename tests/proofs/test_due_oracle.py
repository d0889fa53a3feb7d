"""`due` against a count that does nothing clever: the wall clock is read step by step, and whatever counts is counted.

The oracle shares no code with what it judges, only the data: kinds of days, hours, holds. It asks the zone at every step what the
wall clock shows, and where a change sets the clock back it holds it still until it has caught up.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amends.kernel.calendars import Calendar, DayKind, Hold, Roll, due
from amends.kernel.limits import Limit
from tests.calendars_at_hand import NINE_TO_SIX, berlin, china

SCALE = float(os.environ.get("PROOF_SCALE", "1"))
MINUTE, QUARTER, DAY = timedelta(minutes=1), timedelta(minutes=15), timedelta(days=1)


# -- the oracle


def wall_clock(calendar: Calendar, start: datetime, step: timedelta) -> Iterator[tuple[datetime, datetime]]:
    """From `start` on, each instant with what the wall clock shows there; it never goes back."""
    instant = start - timedelta(hours=4)  # the run-up catches a change just before the start
    shown = instant.astimezone(calendar.zone).replace(tzinfo=None)
    while True:
        shown = max(shown, instant.astimezone(calendar.zone).replace(tzinfo=None))
        if instant >= start:
            yield instant, shown
        instant += step


def is_held(instant: datetime, holds: Sequence[Hold]) -> bool:
    return any(hold.end is not None and hold.start <= instant < hold.end for hold in holds)


def is_open(calendar: Calendar, shown: datetime) -> bool:
    kind = kind_of(calendar, shown.date())
    if kind in (DayKind.HOLIDAY, DayKind.REST):
        return False
    hours = calendar.hours.get(shown.weekday(), ())
    if kind is DayKind.MAKEUP and not hours:
        hours = next(calendar.hours[day] for day in range(5) if day in calendar.hours)
    return any(opens <= shown.time() and (shown.time() < closes or closes == time(0)) for opens, closes in hours)


def kind_of(calendar: Calendar, day: date) -> DayKind:
    return calendar.days.get(day, DayKind.WEEKEND if day.weekday() >= 5 else DayKind.WORKDAY)


def by_time(start: datetime, limit: Limit, calendar: Calendar, holds: Sequence[Hold], step: timedelta) -> datetime:
    """h, m and wh: steps that count, until there are enough."""
    left = timedelta(minutes=limit.count) if limit.unit == "m" else timedelta(hours=limit.count)
    for instant, shown in wall_clock(calendar, start, step):
        if left <= timedelta(0):
            return instant
        if not is_held(instant, holds) and (limit.unit != "wh" or is_open(calendar, shown)):
            left -= step
            if left <= timedelta(0):
                return instant + step
    raise AssertionError("time does not end")


def by_days(start: datetime, limit: Limit, calendar: Calendar, holds: Sequence[Hold], roll: Roll, step: timedelta) -> datetime:
    """d, mo and wd: at each midnight the day that is over is judged."""
    clock = wall_clock(calendar, start, step)
    first = next(clock)[1].date()
    left = days_to_same_number(first, limit.count) if limit.unit == "mo" else limit.count
    day, touched = first, False
    for instant, shown in clock:
        if shown.date() != day:
            kind = kind_of(calendar, day)
            counts = not touched and (limit.unit != "wd" or kind in (DayKind.WORKDAY, DayKind.MAKEUP))
            left -= counts and day > first
            if left <= 0 and day > first and not touched and (limit.unit == "wd" or may_be_last(kind, roll)):
                return instant
            day, touched = shown.date(), False
        touched = touched or is_held(instant, holds)
    raise AssertionError("days do not end")


def may_be_last(kind: DayKind, roll: Roll) -> bool:
    if roll is Roll.NONE:
        return True
    off = kind in (DayKind.HOLIDAY, DayKind.REST)
    return not off and not (roll is Roll.CONSUMER and kind is DayKind.WEEKEND)


def days_to_same_number(first: date, months: int) -> int:
    """Day by day through `months` changes of month, then to the same number or to where the month stops."""
    day, changes = first, 0
    while changes < months:
        day += DAY
        changes += day.day == 1
    while day.day < first.day and (day + DAY).day != 1:
        day += DAY
    return (day - first).days


def oracle(start: datetime, limit: Limit, calendar: Calendar, holds: Sequence[Hold], roll: Roll, step: timedelta) -> datetime:
    if limit.unit in ("m", "h", "wh"):
        return by_time(start, limit, calendar, holds, step)
    return by_days(start, limit, calendar, holds, roll, step)


# -- places, times and holds where deadlines have gone wrong

SHIFTS: Sequence[Mapping[int, Sequence[tuple[time, time]]]] = (
    NINE_TO_SIX,
    {day: [(time(0), time(2, 30)), (time(2, 30), time(12)), (time(13), time(0))] for day in range(7)},
    {0: [(time(9), time(17))], 5: [(time(10), time(16))], 6: [(time(1), time(2)), (time(2, 30), time(5))]},
)
# Each zone with an instant near which something happens to its clock.
ODD_TIMES = (
    ("Asia/Shanghai", "2026-09-30T16:00"),
    ("Asia/Shanghai", "2026-02-13T16:00"),
    ("Asia/Shanghai", "2026-12-31T16:00"),
    ("Europe/Berlin", "2026-03-29T01:00"),
    ("Europe/Berlin", "2026-10-25T01:00"),
    ("America/New_York", "2026-03-08T07:00"),
    ("America/New_York", "2026-11-01T06:00"),
    ("Australia/Lord_Howe", "2026-04-04T15:00"),  # half an hour
    ("Africa/Cairo", "2026-04-23T22:00"),  # midnight is skipped
    ("America/Sao_Paulo", "2018-02-18T02:00"),  # midnight is put off by an hour
    ("America/Sao_Paulo", "2018-11-04T03:00"),
    ("America/Havana", "2026-11-01T05:00"),  # midnight comes twice
)


def quarters(most: timedelta) -> st.SearchStrategy[timedelta]:
    return st.integers(0, most // QUARTER).map(lambda n: n * QUARTER)


@st.composite
def matters(draw: st.DrawFn) -> tuple[datetime, Calendar]:
    zone, written = draw(st.sampled_from(ODD_TIMES))
    near = datetime.fromisoformat(written).replace(tzinfo=UTC)
    named = draw(st.dictionaries(st.integers(-5, 40), st.sampled_from(DayKind), max_size=12))
    days = {near.date() + n * DAY: kind for n, kind in named.items()}
    if draw(st.booleans()):
        days = {**china().days, **days}
    start = near - timedelta(days=3) + draw(quarters(timedelta(days=6)))
    return start, Calendar("odd", ZoneInfo(zone), draw(st.sampled_from(SHIFTS)), days)


@st.composite
def limits(draw: st.DrawFn) -> Limit:
    unit, most = draw(st.sampled_from([("h", 200), ("wh", 30), ("d", 20), ("wd", 10), ("mo", 1)]))
    return Limit.parse(f"{draw(st.integers(1, most))}{unit}")


@st.composite
def holds_after(draw: st.DrawFn, start: datetime, calendar: Calendar, limit: Limit) -> list[Hold]:
    """Up to four holds; many begin or end at midnight or just where the limit would end, as that is where counting slips."""
    edges = [start + timedelta(hours=limit.count), due(start, limit, calendar).at]
    edges += [calendar.start_of(calendar.date_at(start) + n * DAY) for n in range(-1, 15)]
    instants = st.one_of(st.sampled_from(edges), quarters(timedelta(days=12)).map(lambda later: start - 2 * DAY + later))
    pairs = draw(st.lists(st.tuples(instants, instants), max_size=4))
    return [Hold(min(pair), max(pair)) for pair in pairs]


# -- the proofs


@settings(max_examples=int(250 * SCALE), deadline=None)
@given(matters(), limits(), st.sampled_from(Roll), st.data())
def test_due_is_what_a_slow_count_says(matter: tuple[datetime, Calendar], limit: Limit, roll: Roll, data: st.DataObject) -> None:
    start, calendar = matter
    holds = data.draw(holds_after(start, calendar, limit))
    assert due(start, limit, calendar, holds=holds, roll=roll).at == oracle(start, limit, calendar, holds, roll, QUARTER)


@settings(max_examples=int(250 * SCALE), deadline=None)
@given(matters(), limits(), st.sampled_from(Roll), st.data())
def test_a_hold_or_a_holiday_more_never_makes_it_earlier(
    matter: tuple[datetime, Calendar], limit: Limit, roll: Roll, data: st.DataObject
) -> None:
    start, calendar = matter
    holds = data.draw(holds_after(start, calendar, limit))
    before = due(start, limit, calendar, holds=holds, roll=roll).at
    more = data.draw(holds_after(start, calendar, limit))
    assert due(start, limit, calendar, holds=[*holds, *more], roll=roll).at >= before
    off = {start.date() + n * DAY: DayKind.HOLIDAY for n in data.draw(st.lists(st.integers(0, 30), max_size=5))}
    festive = Calendar("festive", calendar.zone, calendar.hours, {**calendar.days, **off})
    assert due(start, limit, festive, holds=holds, roll=roll).at >= before > start


@settings(max_examples=int(150 * SCALE), deadline=None)
@given(matters(), limits(), st.sampled_from(Roll), quarters(timedelta(days=3)))
def test_a_later_start_never_ends_earlier(matter: tuple[datetime, Calendar], limit: Limit, roll: Roll, wait: timedelta) -> None:
    start, calendar = matter
    assert due(start + wait, limit, calendar, roll=roll).at >= due(start, limit, calendar, roll=roll).at


@settings(max_examples=int(150 * SCALE), deadline=None)
@given(matters(), limits(), quarters(timedelta(days=5)), st.lists(quarters(timedelta(days=20)), min_size=2, max_size=5).map(sorted))
def test_a_hold_that_is_on_only_ever_moves_the_end_on(
    matter: tuple[datetime, Calendar], limit: Limit, wait: timedelta, asked: list[timedelta]
) -> None:
    start, calendar = matter
    on = [Hold(start + wait)]
    answers = [due(start, limit, calendar, holds=on, asked_at=start + later).at for later in asked]
    assert all(a <= b for a, b in pairwise(answers))
    assert due(start, limit, calendar, holds=[Hold(start + wait, start + wait + asked[0])]).at >= due(start, limit, calendar).at


def at(written: str, zone: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


LIMITS = [(limit, Roll.CONSUMER) for limit in ("90m", "35h", "5wh", "17wh", "2wd", "7wd", "3d", "7d")]


@pytest.mark.parametrize(("limit", "roll"), [*LIMITS, ("3d", Roll.OTHER), ("7d", Roll.OTHER), ("7d", Roll.NONE)])
@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("Asia/Shanghai", "2026-09-24 11:53"),
        ("Asia/Shanghai", "2026-02-13 17:59"),
        ("Asia/Shanghai", "2026-12-29 23:59"),
        ("Europe/Berlin", "2026-03-27 12:01"),
        ("Europe/Berlin", "2026-10-23 00:00"),
        ("Europe/Berlin", "2026-12-23 13:29"),
    ],
)
def test_due_is_right_to_the_minute_on_the_days_people_argue_about(zone: str, start: str, limit: str, roll: Roll) -> None:
    calendar = china() if zone == "Asia/Shanghai" else berlin()
    began = at(start, zone)
    holds = [Hold(began + 7 * MINUTE, began + 64 * MINUTE), Hold(began + timedelta(hours=20), began + timedelta(hours=27))]
    for held in ([], holds):
        said = due(began, Limit.parse(limit), calendar, holds=held, roll=roll).at
        assert said == oracle(began, Limit.parse(limit), calendar, held, roll, MINUTE)
