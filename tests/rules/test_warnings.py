"""When whoever is waited for is reminded of a limit: on the days and nights that people would complain about, and by properties."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amends.kernel.calendars import Calendar, Hold, warnings_of
from amends.kernel.calendars.warnings import NIGHT, SHORTEST, Night
from tests.calendars_at_hand import berlin, china, plain

HERE = ZoneInfo("Asia/Shanghai")
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)


def here(written: str) -> datetime:
    return datetime.fromisoformat(f"2026-{written}").replace(tzinfo=HERE).astimezone(UTC)


def reminded(start: str, due: str, *holds: tuple[str, str]) -> list[tuple[str, str]]:
    found = warnings_of(here(start), here(due), china(), holds=[Hold(here(a), here(b)) for a, b in holds])
    return [(f"{each.at.astimezone(HERE):%m-%d %H:%M}", each.left) for each in found]


@pytest.mark.parametrize(
    ("start", "due", "said"),
    [
        ("03-10 12:00", "03-12 12:00", [("03-11 12:00", "half"), ("03-12 07:12", "tenth")]),  # the night leaves four hours of five
        ("03-10 10:00", "03-12 10:00", [("03-11 10:00", "half"), ("03-11 21:45", "tenth")]),  # slept away: 05:12, and two hours at eight
        ("03-10 09:00", "03-12 03:00", [("03-11 06:00", "half"), ("03-11 21:45", "tenth")]),  # ends in the night
        ("03-10 00:00", "03-18 00:00", [("03-14 00:00", "half"), ("03-17 04:48", "tenth")]),  # far away: the morning is early enough
        ("03-10 10:00", "03-11 02:00", [("03-10 18:00", "half"), ("03-10 21:45", "tenth")]),
        ("03-10 13:45", "03-11 07:00", [("03-10 21:45", "tenth")]),  # half an evening before, and the same a little later: once
        ("03-10 21:50", "03-11 07:00", [("03-11 02:25", "half"), ("03-11 06:05", "tenth")]),  # it began in the night: mail does not sleep
        ("03-10 10:00", "03-10 11:00", [("03-10 10:30", "half"), ("03-10 10:54", "tenth")]),
        ("03-10 10:00", "03-10 10:59", []),
    ],
)
def test_reminders_of_a_limit(start: str, due: str, said: list[tuple[str, str]]) -> None:
    assert reminded(start, due) == said


def test_a_pause_is_counted_on_neither_side() -> None:
    festival = ("02-15 00:00", "02-24 00:00")
    assert reminded("02-13 16:00", "02-24 16:00", festival) == [("02-14 16:00", "half"), ("02-24 11:12", "tenth")]
    assert reminded("02-14 16:00", "02-25 16:00", festival) == [("02-24 16:00", "half"), ("02-25 11:12", "tenth")]
    assert reminded("02-14 23:30", "02-24 00:20", festival) == []  # fifty minutes of running time


def test_a_night_that_does_not_pass_midnight_is_a_night_too() -> None:
    nap = Night(time(12), time(14))
    found = warnings_of(here("03-10 09:00"), here("03-10 14:10"), china(), night=nap)
    assert [f"{each.at.astimezone(HERE):%H:%M}" for each in found] == ["11:35", "11:45"]


starts = st.integers(0, 365 * 96).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + n * 15 * MINUTE)
lengths = st.one_of(st.integers(1, 600), st.integers(60, 60 * 24 * 40)).map(lambda n: n * MINUTE)
calendars = st.sampled_from([china(), berlin(), plain("America/New_York"), plain("Australia/Lord_Howe")])


@st.composite
def limits(draw: st.DrawFn) -> tuple[datetime, datetime, list[Hold]]:
    """A limit with up to two pauses that lie in it or touch it, counted into its end."""
    start, length = draw(starts), draw(lengths)
    holds: list[Hold] = []
    begin = start
    for _ in range(draw(st.integers(0, 2))):
        begin += draw(st.integers(0, 60 * 24 * 5)) * MINUTE
        holds.append(Hold(begin, begin + draw(st.integers(1, 60 * 24 * 10)) * MINUTE))
        begin = holds[-1].end or begin
    due = start + length
    for hold in holds:
        if hold.start < due and hold.end:
            due += hold.end - hold.start
    return start, due, holds


def running(start: datetime, due: datetime, holds: list[Hold]) -> timedelta:
    """Minute by minute would be slow; the holds of these limits do not touch."""
    held = [min(hold.end or due, due) - max(hold.start, start) for hold in holds]
    return due - start - sum((each for each in held if each > timedelta()), timedelta())


@settings(max_examples=300, deadline=None)
@given(limits(), calendars)
def test_every_limit_of_an_hour_is_reminded_of_between_its_beginning_and_its_end(
    limit: tuple[datetime, datetime, list[Hold]], calendar: Calendar
) -> None:
    start, due, holds = limit
    found = warnings_of(start, due, calendar, holds=holds)
    assert bool(found) == (running(start, due, holds) >= SHORTEST)
    assert all(start < each.at < due for each in found)
    assert all(a.at < b.at for a, b in pairwise(found))
    assert [each.left for each in found] in ([], ["half", "tenth"], ["tenth"])


@settings(max_examples=300, deadline=None)
@given(limits(), calendars)
def test_nobody_sleeps_through_what_a_reminder_leaves(limit: tuple[datetime, datetime, list[Hold]], calendar: Calendar) -> None:
    start, due, holds = limit
    for each in warnings_of(start, due, calendar, holds=holds):
        wall = each.at.astimezone(calendar.zone)
        asleep = wall.time() >= NIGHT.begins or wall.time() < NIGHT.ends
        if asleep:
            evening = wall.date() - DAY if wall.time() < NIGHT.ends else wall.date()
            wakes, sleeps = calendar.reached(evening + DAY, NIGHT.ends), calendar.reached(evening, NIGHT.begins)
            # Most of the time is left in the morning, or the limit began too late to be told of it before.
            assert due - wakes >= (due - each.at) / 2 or start >= sleeps - 15 * MINUTE


def test_a_clock_that_changes_in_the_night_moves_the_night_with_it() -> None:
    zone = ZoneInfo("Europe/Berlin")
    start = datetime(2026, 3, 28, 10, 0, tzinfo=zone).astimezone(UTC)
    due = datetime(2026, 3, 29, 9, 0, tzinfo=zone).astimezone(UTC)
    found = warnings_of(start, due, berlin())
    assert [f"{each.at.astimezone(zone):%d %H:%M}" for each in found] == ["28 21:00", "28 21:45"]
