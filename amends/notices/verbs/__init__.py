"""Having read what one was told."""

from __future__ import annotations

from collections.abc import Sequence

from amends.kernel import clock
from amends.notices.models import Recipient
from amends.notices.queries import unread
from amends.people.rules import Actor


def mark_read(*, by: Actor, ids: Sequence[int] | None = None) -> int:
    """These notices of this side (all of them without `ids`) are read; answers how many were not. A person of the platform reads all at
    once, for themselves alone."""
    fresh = unread(by)
    if by.merchant_id or by.consumer_id:
        return (fresh if ids is None else fresh.filter(pk__in=ids)).update(read_at=clock.now())
    count = fresh.count()
    if count and by.user_id is not None:
        Recipient.objects.update_or_create(user_id=by.user_id, defaults={"read_until": clock.now()})
    return count
