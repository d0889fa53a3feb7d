"""How the simulated gateway behaves: how long it takes, what it refuses, when it falls silent. Pure; not about money or HTTP.

What any simulated service does in the same way (draws, trouble on the wire) is in behaving.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from amends.plumbing.simulators.behaving import Chances, Wanted, behaves

Outcome = Literal["paid", "failed"]
PROFILES: dict[str, dict[str, Any]] = {
    "plain": {},
    "realistic": {
        "wait": [0.1, 2.0], "late": 0.2, "late_wait": [2.0, 20.0], "cut_before": 0.01, "cut_after": 0.02, "fails_once": 0.02,
        "duplicates": 0.05, "shuffled": 0.05,
    },
    "hostile": {
        "wait": [0.0, 0.3], "late": 0.1, "late_wait": [0.3, 1.0], "cut_before": 0.1, "cut_after": 0.1, "error_before": 0.1,
        "error_after": 0.1, "fails_once": 0.1, "fails_always": 0.05, "duplicates": 0.3, "shuffled": 0.3, "shuffled_wait": [0.1, 0.5],
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of one attempt, settled when it is accepted: outcome, reason, and seconds until it shows."""

    outcome: Outcome
    reason: str
    wait: float


@dataclass(frozen=True, slots=True)
class Behaviour(Chances):
    """Shares are of keys, from 0 to 1; spans are (least, most) seconds. The default pays everything at the next look.

    cut_* breaks the connection and error_* answers 503, before or after the effect; slow holds an HTTP answer back after the effect.
    fails_once: the merchant's balance is short at the first attempt; fails_always: the account is closed, no attempt can succeed.
    instant: every accepted refund shows its outcome at the first look, whatever wait and late say.
    """

    instant: bool = False
    fails_once: float = 0.0
    fails_always: float = 0.0

    def plan(self, key: str, attempt: int) -> Plan:
        """The fate of the `attempt`-th attempt (from 1) to pay the refund `key`."""
        wait = 0.0 if self.instant else self._shown_after(key)
        if self._hits("fails_always", self.fails_always, key):
            return Plan("failed", "account_closed", wait)
        if attempt == 1 and self._hits("fails_once", self.fails_once, key):
            return Plan("failed", "insufficient_balance", wait)
        return Plan("paid", "", wait)


def behave(wanted: Wanted, base: Behaviour | None = None) -> Behaviour:
    """The behaviour of a profile or of fields; `base` gives seed and instant where `wanted` is silent. Raises ValueError (`behaves`)."""
    start = base or Behaviour()
    return behaves(Behaviour, PROFILES, wanted, seed=start.seed, instant=start.instant)
