"""The dates of the golden cases on day counting: G-CN-01, 03, 24, 61 and 64."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from amends.kernel.calendars import Hold, Roll, due
from amends.kernel.limits import Limit
from tests.calendars_at_hand import china

BEIJING = ZoneInfo("Asia/Shanghai")


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=BEIJING)


def last_day(start: str, limit: str, roll: Roll = Roll.CONSUMER, holds: tuple[Hold, ...] = ()) -> date:
    """The last day on which the act is in time; every such period ends at 24:00 of it."""
    end = due(noon(start), Limit.parse(limit), china(), roll=roll, holds=holds)
    assert not end.provisional
    assert end.at.astimezone(BEIJING).time().isoformat() == "00:00:00"
    return china().date_at(end.at) - timedelta(days=1)


@pytest.mark.parametrize(
    ("case", "start", "limit", "roll", "last"),
    [
        ("G-CN-01 notice of the no-reason return", "2026-03-02", "7d", Roll.CONSUMER, date(2026, 3, 9)),
        ("G-CN-01 refund by the seller", "2026-03-13", "7d", Roll.OTHER, date(2026, 3, 20)),
        ("G-CN-03 rolls over 1 to 7 October", "2026-09-24", "7d", Roll.CONSUMER, date(2026, 10, 8)),
        ("G-CN-03 as JD counts, over statutory holidays only", "2026-09-24", "7d", Roll.OTHER, date(2026, 10, 8)),
        ("G-CN-24 refund of an intact return", "2026-04-01", "7d", Roll.OTHER, date(2026, 4, 8)),
        ("G-CN-24 deliberate delay from here on", "2026-04-01", "15d", Roll.OTHER, date(2026, 4, 16)),
        ("G-CN-61 accept or refuse the complaint", "2026-06-22", "7wd", Roll.OTHER, date(2026, 7, 1)),
        ("G-CN-61 mediation ends", "2026-07-01", "60d", Roll.OTHER, date(2026, 8, 30)),
        ("G-CN-64 report a hazard", "2026-09-30", "2wd", Roll.OTHER, date(2026, 10, 9)),
        ("G-CN-64 recall plan, over a worked Saturday", "2026-09-30", "10wd", Roll.OTHER, date(2026, 10, 20)),
        ("G-CN-64 publish the recall, over a worked Sunday", "2026-09-17", "3wd", Roll.OTHER, date(2026, 9, 21)),
    ],
)
def test_the_golden_date(case: str, start: str, limit: str, roll: Roll, last: date) -> None:
    assert last_day(start, limit, roll) == last, case


def test_an_ordinary_weekend_rolls_for_the_consumer_and_not_at_jd() -> None:
    saturday_week = "2026-03-07"  # signed on a Saturday: so is the seventh day
    assert last_day(saturday_week, "7d", Roll.CONSUMER) == date(2026, 3, 16)
    assert last_day(saturday_week, "7d", Roll.OTHER) == date(2026, 3, 14)


def test_the_time_of_a_test_is_left_out_of_the_60_days_of_mediation() -> None:
    ten_days = Hold(noon("2026-07-10"), noon("2026-07-19"))
    assert last_day("2026-07-01", "60d", Roll.OTHER, (ten_days,)) == date(2026, 9, 9)
