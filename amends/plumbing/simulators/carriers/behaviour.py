"""How the simulated couriers behave: how fast parcels go, which of them go wrong, and when they fall silent. Pure; not about any wire.

What any simulated service does in the same way (draws, trouble on the wire) is in behaving.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from amends.plumbing.simulators.behaving import Chances, Wanted, behaves

PROFILES: dict[str, dict[str, Any]] = {
    "plain": {},
    "realistic": {
        "moves": True, "pace": [20.0, 90.0], "late": 0.1, "late_wait": [5.0, 60.0], "lost": 0.01, "silent": 0.01, "returned": 0.02,
        "damaged": 0.01, "heavier": 0.02, "attempts": 0.05, "duplicates": 0.05, "shuffled": 0.05, "cut_after": 0.01,
    },
    "hostile": {
        "moves": True, "pace": [0.0, 0.2], "late": 0.2, "late_wait": [0.1, 0.5], "lost": 0.1, "silent": 0.1, "returned": 0.1,
        "damaged": 0.1, "heavier": 0.1, "elsewhere": 0.1, "backwards": 0.3, "attempts": 0.2, "duplicates": 0.3, "shuffled": 0.3,
        "shuffled_wait": [0.1, 0.5], "forged": 0.2, "cut_before": 0.1, "cut_after": 0.1, "error_before": 0.1, "error_after": 0.1,
    },
}  # fmt: skip
FATES = ("lost", "silent", "returned", "damaged", "elsewhere")


class Push(NamedTuple):
    """One push of an event, in seconds after its fact; a forged one is signed with a key that is not the carrier's."""

    after: float
    forged: bool = False


@dataclass(frozen=True, slots=True)
class Behaviour(Chances):
    """Shares are of keys or waybills, from 0 to 1; spans are (least, most) seconds. The default carries nothing by itself.

    moves: a parcel whose label was bought or whose pick-up was booked here goes its way by itself, a station after each `pace`. lost,
    silent (never heard of after it was accepted), returned, damaged, elsewhere (delivered at another address): shares of one list.
    heavier: it weighs half as much again as was said. attempts: a first attempt at the door fails. backwards: a depot tells its scan
    after the delivery. late, duplicates, shuffled, forged are of pushes; cut_*, error_*, slow of requests. refuses: no label is sold.
    """

    moves: bool = False
    pace: tuple[float, float] = (0.0, 0.0)
    lost: float = 0.0
    silent: float = 0.0
    returned: float = 0.0
    damaged: float = 0.0
    elsewhere: float = 0.0
    heavier: float = 0.0
    attempts: float = 0.0
    backwards: float = 0.0
    forged: float = 0.0
    refuses: float = 0.0

    def fate(self, waybill: str) -> str:
        """The journey that this waybill makes."""
        drawn, below = self._draw("fate", waybill), 0.0
        for name in FATES:
            below += float(getattr(self, name))
            if drawn < below:
                return name
        if self._hits("attempts", self.attempts, waybill):
            return "attempted"
        return "backwards" if self._hits("backwards", self.backwards, waybill) else "delivered"

    def step(self, waybill: str, number: int) -> float:
        """Seconds until the next station."""
        return self._span(f"step {number}", waybill, self.pace)

    def weighs(self, waybill: str, grams: int) -> int:
        """What the depot's scale says of it."""
        return grams * 3 // 2 if self._hits("heavier", self.heavier, waybill) else grams

    def is_refused(self, key: str) -> bool:
        """Whether this label is not sold, now and later."""
        return self._hits("refuses", self.refuses, key)

    def place(self, waybill: str, of: int) -> int:
        """One of so many places."""
        return int(self._draw("place", waybill) * of)

    def news(self, event: str) -> list[Push]:
        """When `event` is pushed after it was seen, and whether a forgery comes first."""
        lies = [Push(0.0, forged=True)] if self._hits("forged", self.forged, event) else []
        return lies + [Push(self._shown_after(event) + after) for after in self.pushes(event)]


def behave(wanted: Wanted, base: Behaviour | None = None) -> Behaviour:
    """The behaviour of a profile or of fields; `base` gives the seed where `wanted` is silent. Raises ValueError (`behaves`)."""
    return behaves(Behaviour, PROFILES, wanted, seed=(base or Behaviour()).seed)
