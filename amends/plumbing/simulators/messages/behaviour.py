"""How the simulated services behave: how long delivery takes, whom they refuse, when they fall silent. Pure; about no one service.

What any simulated service does in the same way (draws, trouble on the wire) is in behaving.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from amends.plumbing.simulators.behaving import Chances, Trouble, Wanted, behaves

Outcome = Literal["delivered", "failed", "lost"]
SERVICES = ("smtp", "aliyun", "twilio", "wechat", "webpush")
PROFILES: dict[str, dict[str, Any]] = {
    "plain": {},
    "realistic": {
        "wait": [0.1, 2.0], "late": 0.1, "late_wait": [2.0, 20.0], "cut_before": 0.01, "cut_after": 0.01, "throttled": 0.01,
        "refuses": 0.01, "fails": 0.02, "loses": 0.01, "duplicates": 0.05, "shuffled": 0.05,
    },
    "hostile": {
        "wait": [0.0, 0.3], "late": 0.1, "late_wait": [0.3, 1.0], "cut_before": 0.1, "cut_after": 0.1, "error_before": 0.1,
        "error_after": 0.1, "throttled": 0.1, "refuses": 0.05, "fails": 0.1, "loses": 0.1, "doubles": 0.05, "duplicates": 0.3,
        "shuffled": 0.3, "shuffled_wait": [0.1, 0.5],
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one accepted message: its outcome, seconds until it shows, and how often the person gets it."""

    outcome: Outcome
    wait: float
    copies: int


@dataclass(frozen=True, slots=True)
class Behaviour(Chances):
    """Shares are of keys, from 0 to 1; spans are (least, most) seconds. The default delivers and reports everything at once.

    cut_* breaks the connection and error_* answers a fault of the service, before or after the effect; throttled asks to come later;
    slow holds the answer back after the effect. refuses: the address is unknown to the service (a share of addresses). fails: accepted,
    then reported as not deliverable (a bounce). loses: accepted, and never heard of again. doubles: the service itself delivers twice.
    duplicates and shuffled are of reports. only: the services that all this is about; the others are plain.
    """

    TROUBLES: ClassVar[tuple[Trouble, ...]] = ("cut_before", "error_before", "cut_after", "error_after", "throttled", "slow")

    only: tuple[str, ...] = SERVICES
    throttled: float = 0.0
    refuses: float = 0.0
    fails: float = 0.0
    loses: float = 0.0
    doubles: float = 0.0

    def of(self, service: str) -> Behaviour:
        """How that one service behaves."""
        return self if service in self.only else Behaviour(seed=self.seed, backoff=self.backoff)

    def refused(self, address: str) -> bool:
        """Whether the address is unknown to the service, now and later."""
        return self._hits("refuses", self.refuses, address)

    def fate(self, key: str) -> Fate:
        """What becomes of the message `key` once it is accepted."""
        wait = self._shown_after(key)
        if self._hits("loses", self.loses, key):
            return Fate("lost", wait, 0)
        if self._hits("fails", self.fails, key):
            return Fate("failed", wait, 0)
        return Fate("delivered", wait, 2 if self._hits("doubles", self.doubles, key) else 1)


def behave(wanted: Wanted, base: Behaviour | None = None) -> Behaviour:
    """The behaviour of a profile or of fields; `base` gives the seed where `wanted` is silent. Raises ValueError (`behaves`)."""
    return behaves(Behaviour, PROFILES, wanted, seed=(base or Behaviour()).seed)
