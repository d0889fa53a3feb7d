"""Having read what one was told."""

from __future__ import annotations

from amends.kernel import clock
from amends.notices.queries import addressed_to
from amends.people.rules import Actor


def mark_read(*, by: Actor) -> int:
    """All notices of this side are read; answers how many were not."""
    return addressed_to(by).filter(read_at__isnull=True).update(read_at=clock.now())
