"""How often one address may ask a public page of this process; more is refused until the minute is over. Counted in memory alone.

Not a wall against a flood: that is the proxy's business. Each web process counts for itself.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

SPAN = 60.0
MOST_ADDRESSES = 10_000


class Limit:
    """`most` requests of one address within SPAN seconds, and `most_of_all` of everybody."""

    def __init__(self, most: int, most_of_all: int) -> None:
        self.most, self.most_of_all = most, most_of_all
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def allows(self, address: str) -> bool:
        """One more of this address, unless it is one too many."""
        # Patience with the machine, whatever time the house plays.
        at = time.monotonic()
        with self._lock:
            mine = self._counted(address, at, self.most)
            return mine and self._counted("", at, self.most_of_all)

    def _counted(self, key: str, at: float, most: int) -> bool:
        began, count = self._seen.pop(key, (at, 0))
        if at - began >= SPAN:
            began, count = at, 0
        self._seen[key] = (began, min(count, most) + 1)
        while len(self._seen) > MOST_ADDRESSES:
            self._seen.popitem(last=False)
        return count < most

    def forget(self) -> None:
        """Nobody has asked; for tests."""
        with self._lock:
            self._seen.clear()
