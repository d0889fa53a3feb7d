"""Which flips are kept to be looked at: all of them where they are few, an even choice where they are many.

Pure. Every flip has a rank, a hash of the simulation's seed and of the case, and the lowest ranks stay. So the choice does not depend on
parts, their order or how often a run was interrupted, and every flip has the same chance whatever part it comes from.
"""

from __future__ import annotations

import heapq
from hashlib import blake2b
from typing import Generic, TypeVar

MOST = 20_000
HIGHEST = 2**63 - 1

T = TypeVar("T")


def rank(seed: int, case: str, line: int) -> int:
    """The place of one flip among all, 0 to 2**63 - 1; the same for the same case in the same simulation."""
    return int.from_bytes(blake2b(f"{seed}:{case}:{line}".encode(), digest_size=8).digest(), "big") >> 1


class Kept(Generic[T]):
    """The `most` flips of the lowest ranks, none of them above `bound` (what is known already never to stay)."""

    def __init__(self, most: int = MOST, bound: int = HIGHEST) -> None:
        self.most, self.bound = most, bound
        self._heap: list[tuple[int, int, T]] = []
        self._offered = 0

    def offer(self, place: int, flip: T) -> None:
        """`flip` is kept if its rank is among the lowest so far."""
        if place > self.bound:
            return
        self._offered += 1
        entry = (-place, self._offered, flip)
        if len(self._heap) < self.most:
            heapq.heappush(self._heap, entry)
            return
        heapq.heappushpop(self._heap, entry)
        self.bound = min(self.bound, -self._heap[0][0])

    def flips(self) -> list[tuple[int, T]]:
        """Rank and flip, lowest rank first."""
        return sorted(((-place, flip) for place, _, flip in self._heap), key=lambda one: one[0])
