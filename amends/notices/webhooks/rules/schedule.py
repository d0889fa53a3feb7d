"""When to try again, and what an answer means. The waits are those that Standard Webhooks 1.0 recommends: about three days in all."""

from __future__ import annotations

import zlib
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

WAITS: tuple[timedelta, ...] = (
    timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=5), timedelta(hours=10),
    timedelta(hours=14), timedelta(hours=20), timedelta(hours=24),
)  # fmt: skip
MOST_ATTEMPTS = len(WAITS) + 1
JITTER = 0.1
LONGEST_ASKED = timedelta(hours=24)
"""A receiver that asks for a longer pause (Retry-After) is asked again after this one."""


class Outcome(StrEnum):
    """What came of one call."""

    ARRIVED = "arrived"
    REFUSED = "refused"
    """The receiver lives and does not want this event, or cannot take it: other events may still go to it."""
    AWAY = "away"
    """Nobody answers, or somebody who is ill or overloaded: nothing else goes there until it is tried again."""
    GONE = "gone"
    """410: the receiver wants no more webhooks at all."""


class Heard(NamedTuple):
    """What was heard: an HTTP status, or the code of what went wrong; `retry_after` in seconds; `ms` how long it took."""

    status: int | None = None
    error: str = ""
    retry_after: int | None = None
    ms: int = 0


PATIENT = frozenset({408, 425, 429})


def outcome_of(heard: Heard) -> Outcome:
    """2xx arrived; 410 gone; another 4xx refused, but for those that only ask for patience; all else away. A redirect is never followed."""
    if heard.status is None:
        return Outcome.AWAY
    if 200 <= heard.status < 300:
        return Outcome.ARRIVED
    if heard.status == 410:
        return Outcome.GONE
    return Outcome.REFUSED if 400 <= heard.status < 500 and heard.status not in PATIENT else Outcome.AWAY


def error_of(heard: Heard) -> str:
    """The code of what went wrong, '' where nothing did: redirected, http_500, or what the connection said."""
    if heard.status is None:
        return heard.error or "no_connection"
    if 200 <= heard.status < 300:
        return ""
    return "redirected" if 300 <= heard.status < 400 else f"http_{heard.status}"


def wait_after(failed: int, *, key: str, asked: int | None = None) -> timedelta | None:
    """How long to wait after the `failed`th failure in a row, None after the last. Spread by up to JITTER, always alike for one `key`,
    so that those that failed together do not come back together. A longer pause that the receiver `asked` for (seconds) is kept."""
    if failed >= MOST_ATTEMPTS:
        return None
    wait = WAITS[max(failed, 1) - 1]
    wait *= 1 + JITTER * (zlib.crc32(f"{key}:{failed}".encode()) % 1000) / 1000
    return max(wait, min(timedelta(seconds=asked), LONGEST_ASKED)) if asked else wait


def seconds_asked(header: str) -> int | None:
    """`Retry-After` in seconds; a date, or anything else, is left alone."""
    return int(header) if header.isascii() and header.isdigit() and len(header) <= 9 else None
