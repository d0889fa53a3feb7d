"""Who looks into a difference: whoever of the keepers has the fewest open ones."""

from __future__ import annotations

import heapq

from django.db.models import Count

from amends.people.models import User
from amends.reconciliation.models import Difference
from amends.refunds.bank.hands import KEEPERS


class Owners:
    """Hands out owners in turn, the least loaded first; None where the platform has nobody who could."""

    def __init__(self) -> None:
        # Loaded at the first wish: most runs find nothing.
        self._heap: list[tuple[int, int]] | None = None

    def next(self) -> int | None:
        """The id of the next owner, who has one more now."""
        if self._heap is None:
            self._heap = _loads()
        if not self._heap:
            return None
        load, user_id = heapq.heappop(self._heap)
        heapq.heappush(self._heap, (load + 1, user_id))
        return user_id


def keepers() -> list[User]:
    """Everybody who may own a difference, by name."""
    roles = [role.value for role in KEEPERS]
    return list(User.objects.filter(is_active=True, memberships__role__in=roles).distinct().order_by("name", "pk"))


def _loads() -> list[tuple[int, int]]:
    open_ones = Difference.objects.filter(resolved_at__isnull=True, owner__isnull=False)
    loads = dict(open_ones.values_list("owner_id").annotate(n=Count("pk")).order_by("owner_id"))
    found = [(loads.get(user.pk, 0), user.pk) for user in keepers()]
    heapq.heapify(found)
    return found
