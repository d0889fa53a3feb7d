"""Which daily bills of a Chinese provider tell of a span of time: days are Beijing's, each told by ten on the morning after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from amends.plumbing.payments.port import GatewayUnreachable, Line

BEIJING = ZoneInfo("Asia/Shanghai")
OUT_AFTER = timedelta(hours=10)
USUAL_SPAN = timedelta(days=31)


class NoBill(Exception):
    """The provider lacks a bill of that day: nothing of its kind happened, or it is not out yet. `lines` is what its other bill tells."""

    def __init__(self, day: str, lines: Sequence[Line] = ()) -> None:
        super().__init__(day)
        self.lines = list(lines)


def lines_of_days(
    read: Callable[[str], list[Line]], since: datetime | None, until: datetime | None, now: datetime
) -> Iterator[Line]:  # fmt: skip
    """The lines at or after `since` (None: the last 31 days) and before `until` (None: what is out by now), oldest day first.

    `read` gives the lines of a day like 2026-03-01, or raises NoBill. Raises GatewayUnreachable where a bill that was asked for by
    `until` is not out yet: silence about that day, or half of it, would look like the whole, and no day is asked twice.
    """
    start, end = since or now - USUAL_SPAN, min(until or now, now)  # of days to come nothing can be asked
    day = start.astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)
    while day < end:
        try:
            lines = read(day.strftime("%Y-%m-%d"))
        except NoBill as wrong:
            if until is not None and now < day + timedelta(days=1) + OUT_AFTER:
                raise GatewayUnreachable(f"the bill of {day:%Y-%m-%d} is not out yet") from wrong
            lines = wrong.lines
        yield from sorted((line for line in lines if start <= line.at and (until is None or line.at < until)), key=lambda line: line.at)
        day += timedelta(days=1)
