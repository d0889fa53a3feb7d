"""What is said to last surely no shorter never does: held against the calendar itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from amends.kernel.calendars import Calendar, Roll, due
from amends.kernel.limits import Limit
from amends.policy.calendar_sources import cn_days
from amends.policy.rules.lengths import surely_no_longer, surely_no_shorter

WRITTEN = (
    "90m",
    "24h",
    "48h",
    "168h",
    "400h",
    "1d",
    "2d",
    "7d",
    "15d",
    "30d",
    "31d",
    "89d",
    "93d",
    "1mo",
    "3mo",
    "2wd",
    "7wd",
    "30wd",
    "4wh",
    "56wh",
)


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("366d", "12mo", True), ("365d", "12mo", False), ("731d", "24mo", True), ("730d", "24mo", False), ("31d", "1mo", True),
        ("30d", "1mo", False), ("7d", "168h", True), ("168h", "7d", False), ("2wd", "48h", True), ("7wd", "7d", True), ("7d", "7wd", False),
        ("1440m", "24h", True), ("56wh", "7d", False), ("60mo", "59mo", True),
    ],
)  # fmt: skip
def test_what_is_sure_of_two_limits(one: str, other: str, said: bool) -> None:
    assert surely_no_shorter(one, other) is said
    assert surely_no_longer(other, one) is said


@pytest.mark.parametrize("roll", list(Roll))
def test_what_is_sure_holds_on_every_day_of_two_years(roll: Roll) -> None:
    days = {row.day: row.kind for row in cn_days(date(2025, 1, 1), date(2026, 12, 31))}
    calendar = Calendar("cn", ZoneInfo("Asia/Shanghai"), {weekday: [(time(9), time(18))] for weekday in range(5)}, days)
    starts = [datetime(2025, 1, 1, 15, 59, 59, tzinfo=UTC) + timedelta(hours=31 * n) for n in range(560)]
    ends = {written: [due(start, Limit.parse(written), calendar, roll=roll).at for start in starts] for written in WRITTEN}
    for one in WRITTEN:
        for other in WRITTEN:
            if surely_no_shorter(one, other):
                assert all(late >= soon for late, soon in zip(ends[one], ends[other], strict=True)), (one, other)
