"""The shifted clock: the machine's time plus an offset that all processes read from one row, so that a demo can leap days.

Off unless AMENDS_CLOCK=shifted: then the row is read again every second of machine time.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta

from django.db import connection

from amends.kernel import clock
from amends.plumbing.models import ClockShift

FRESH_FOR = timedelta(seconds=1)


class Shifted:
    """A source of time that asks the database for the offset, at most once a second."""

    def __init__(self) -> None:
        self._offset = timedelta(0)
        self._read_at: datetime | None = None

    def __call__(self) -> datetime:
        real = clock.machine_now()
        if self._read_at is None or real - self._read_at > FRESH_FOR:
            self._read_at = real
            # Inside a transaction that has failed a read would fail too; the offset we know serves until the next second.
            if not (connection.in_atomic_block and connection.needs_rollback):
                seconds = ClockShift.objects.filter(pk=1).values_list("seconds", flat=True).first()
                self._offset = timedelta(seconds=seconds or 0)
        return real + self._offset


def install() -> None:
    """This process reads the shifted clock where the environment asks for it."""
    if os.environ.get("AMENDS_CLOCK") == "shifted":
        clock.install(Shifted())


def shift(step: timedelta) -> timedelta:
    """Time leaps by `step` for every process of this installation; answers the whole offset. It never leaps back."""
    if step < timedelta(0):
        raise ValueError("time does not go back")
    row, _ = ClockShift.objects.get_or_create(pk=1)
    row.seconds += int(step.total_seconds())
    row.save()
    return timedelta(seconds=row.seconds)
