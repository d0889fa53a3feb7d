"""The calendars that tests count in: China as the packages know it, and small ones with odd clocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time
from functools import cache
from zoneinfo import ZoneInfo

from amends.kernel.calendars import Calendar
from amends.policy.calendar_sources import cn_days, cn_official_until, public_holidays

Hours = Mapping[int, Sequence[tuple[time, time]]]
NINE_TO_SIX: Hours = {weekday: [(time(9), time(12)), (time(13, 30), time(18))] for weekday in range(5)}


@cache
def china() -> Calendar:
    """China 2024 to 2028 with a lunch break; official as far as the notices go."""
    days = {row.day: row.kind for row in cn_days(date(2024, 1, 1), date(2028, 12, 31))}
    return Calendar("CN", ZoneInfo("Asia/Shanghai"), NINE_TO_SIX, days, cn_official_until())


@cache
def berlin() -> Calendar:
    """Germany's holidays in the zone of Berlin."""
    days = {row.day: row.kind for row in public_holidays("DE", "BE", date(2024, 1, 1), date(2028, 12, 31))}
    return Calendar("DE-BE", ZoneInfo("Europe/Berlin"), NINE_TO_SIX, days)


def plain(zone: str = "UTC", hours: Hours = NINE_TO_SIX) -> Calendar:
    """No holidays at all."""
    return Calendar("plain", ZoneInfo(zone), hours)
