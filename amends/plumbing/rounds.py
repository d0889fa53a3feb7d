"""A clock's round: each row has its consequence by itself, and one that fails stops no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import structlog

log = structlog.get_logger(__name__)


def one_by_one(rows: Iterable[tuple[Any, ...]], do: Callable[..., bool], what: str) -> int:
    """`do` was called with each of `rows`, in a transaction of its own; answers how many changed something. A failure is logged as `what`,
    and the next round tries that row again."""
    done = 0
    for row in rows:
        try:
            done += do(*row)
        except Exception:
            log.exception("a row's time could not be kept", what=what, row=row)
    return done
