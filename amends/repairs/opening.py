"""When a workshop is open and which appointments fit in: hours by weekday in its own zone, public holidays of the market left out.

Pure: values in, instants out. What is booked already is asked by free.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from amends.kernel.calendars.days import Calendar
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say

_TIME = re.compile(r"^([01]\d|2[0-3]):[0-5]\d$")
NO_ZONE = say("没有这个时区，请写成 Asia/Shanghai 这样。", "There is no such time zone. Write it like Asia/Shanghai.")
NO_HOURS = say("请至少写一段营业时间。", "Give at least one span of opening hours.")
MOST_SPANS = 30


def hours_of(given: Any) -> list[dict[str, Any]]:
    """`given` as a list of {"days": [1..7], "from": "09:00", "until": "18:00"}; until 24:00 means midnight. Raises Unprocessable."""
    if not isinstance(given, Sequence) or isinstance(given, str) or not given or len(given) > MOST_SPANS:
        raise Unprocessable.field("hours", NO_HOURS, code="wrong_hours")
    return [_span(n, one) for n, one in enumerate(given, 1)]


def _span(number: int, one: Any) -> dict[str, Any]:
    days = one.get("days") if isinstance(one, Mapping) else None
    begins, ends = (str(one.get(name, "")) for name in ("from", "until")) if isinstance(one, Mapping) else ("", "")
    sound = (
        isinstance(days, Sequence) and days and all(isinstance(day, int) and 1 <= day <= 7 for day in days)
        and _TIME.match(begins) and (ends == "24:00" or (_TIME.match(ends) and begins < ends))
    )  # fmt: skip
    if not sound:
        raise Unprocessable.field("hours", _wrong(number), code="wrong_hours")
    return {"days": sorted(set(days)), "from": begins, "until": ends}  # type: ignore[arg-type]


def _wrong(number: int) -> Text:
    return say(
        "第 {n} 段营业时间写错了：星期写 1 到 7，时间写 09:00 这样，先后不能颠倒。",
        "Span {n} of the opening hours is wrong: weekdays are 1 to 7, times like 09:00, the earlier one first.", n=number,
    )  # fmt: skip


def calendar_of(key: str, hours: Sequence[Mapping[str, Any]], zone: str, market: Calendar) -> Calendar:
    """The workshop's own hours on the market's days. Raises Unprocessable for an unknown zone or for spans that overlap."""
    spans: dict[int, list[tuple[time, time]]] = {}
    for one in hours:
        until = time(0) if one["until"] == "24:00" else time.fromisoformat(one["until"])
        for day in one["days"]:
            spans.setdefault(day - 1, []).append((time.fromisoformat(one["from"]), until))
    try:
        where = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise Unprocessable.field("tz", NO_ZONE, code="unknown_zone") from unknown
    try:
        sorted_spans = {day: sorted(pairs) for day, pairs in spans.items()}
        return Calendar(key, where, sorted_spans, market.days, market.official_until, market.weekend)
    except ValueError as wrong:
        text = say("营业时间有重叠，请改正。", "The opening hours overlap. Please mend them.")
        raise Unprocessable.field("hours", text, code="wrong_hours") from wrong


def slots(calendar: Calendar, minutes: int, first: date, days: int) -> Iterator[tuple[datetime, datetime]]:
    """Every appointment that fits into the opening hours of `days` days from `first`, in UTC, earliest first."""
    step = timedelta(minutes=minutes)
    for n in range(days):
        for opens, closes in calendar.spans(first + timedelta(days=n)):
            begins = opens
            while begins + step <= closes:
                yield begins, begins + step
                begins += step


def overlaps(slot: tuple[datetime, datetime], taken: Iterable[tuple[datetime, datetime]]) -> bool:
    """Whether somebody who is busy in `taken` is busy in `slot`; touching ends don't count."""
    return any(begins < slot[1] and slot[0] < ends for begins, ends in taken)
