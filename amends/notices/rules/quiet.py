"""Quiet hours: when a message that would disturb may go. Not about which channels there are: routes.py says that.

A text message, a push and a WeChat message disturb; a mail and the page never wait. Only an urgency whose row in routes.py says
`breaks_quiet` goes at once at night. Times are local clock times of the person's own zone; instants in and out are UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from amends.notices.rules.routes import ROUTES
from amends.notices.rules.words import Channel, Urgency

DISTURBING = frozenset({Channel.SMS, Channel.PUSH, Channel.WECHAT})
AHEAD = timedelta(minutes=30)
"""A message about a limit goes only if the reader has at least this long left to act on it."""


class Quiet(NamedTuple):
    """From `start` to `end`, over midnight where `end` is earlier; equal times are no quiet hours at all."""

    start: time
    end: time
    zone: str


DEFAULT = Quiet(time(22), time(8), "Asia/Shanghai")


def is_quiet(at: datetime, quiet: Quiet) -> bool:
    """Whether `at` lies in the person's quiet hours: the first minute is quiet, the last one no more."""
    now = at.astimezone(ZoneInfo(quiet.zone)).time()
    if quiet.start <= quiet.end:
        return quiet.start <= now < quiet.end
    return now >= quiet.start or now < quiet.end


def ends_at(at: datetime, quiet: Quiet) -> datetime:
    """The end (UTC) of the quiet hours that `at` lies in; `at` itself outside of them.

    Where clocks jump over the hour of the end, it is the instant that the clock would have shown it: `fold=0` of PEP 495.
    """
    if not is_quiet(at, quiet):
        return at
    zone = ZoneInfo(quiet.zone)
    local = at.astimezone(zone)
    day = local.date() if local.time() < quiet.end else local.date() + timedelta(days=1)
    end = datetime.combine(day, quiet.end, zone).astimezone(UTC)
    return end if end > at else end + timedelta(days=1)


def release_at(now: datetime, quiet: Quiet, urgency: Urgency, channel: Channel, due_at: datetime | None) -> datetime | None:
    """When this message may go: `now`, or the end of the person's quiet hours.

    None where that would be too late for the limit it speaks of: the caller then takes another channel of its group, or mail. A limit
    that is nearer than `AHEAD` already gives no reason to hold back: by day such a message goes at once.
    """
    if channel not in DISTURBING or ROUTES[urgency].breaks_quiet or not is_quiet(now, quiet):
        return now
    end = ends_at(now, quiet)
    return None if due_at is not None and end + AHEAD > due_at else end
