"""The one source of time. Nothing else in Amends asks what time it is (ruff bans the rest).

Three modes: real; shifted, where a process installs a source that adds an offset kept in the database; and stepped, for tests and
the demo, where time moves only when told. All instants are UTC and aware.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

Source = Callable[[], datetime]


def _real() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the only reading of the machine's clock


_source: Source = _real


def now() -> datetime:
    """The present instant, in UTC."""
    return _source()


def machine_now() -> datetime:
    """The machine's own time, for the sources below and for measuring durations; never for business."""
    return _real()


def install(source: Source | None) -> None:
    """Every later `now()` of this process asks `source`; None brings the real clock back."""
    global _source
    _source = source or _real


class Stepped:
    """A clock that stands still until it is told to move, and never goes back."""

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError("an instant needs a zone")
        self.at = at.astimezone(UTC)

    def __call__(self) -> datetime:
        return self.at

    def forward(self, step: timedelta) -> datetime:
        """Time moves on by `step` (never negative); answers the new instant."""
        if step < timedelta(0):
            raise ValueError("time does not go back")
        self.at += step
        return self.at

    def until(self, instant: datetime) -> datetime:
        """Time moves on to `instant`, or stays where it is later already."""
        self.at = max(self.at, instant.astimezone(UTC))
        return self.at


@contextmanager
def stepped(at: datetime) -> Iterator[Stepped]:
    """Inside the block time stands at `at` and moves only by the clock that is handed out."""
    global _source
    before, clock = _source, Stepped(at)
    _source = clock
    try:
        yield clock
    finally:
        _source = before
