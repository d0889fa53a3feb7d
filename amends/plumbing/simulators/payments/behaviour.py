"""How the simulated gateway behaves: how long it takes, what it refuses, when it falls silent. Pure; not about money or HTTP.

What any simulated service does in the same way (draws, trouble on the wire) is in behaving.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

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
    """What becomes of one attempt, settled when it is accepted: outcome, reason, and seconds until it shows.

    `share` of the sum is really paid; `reversed_after` so many seconds after it showed the consumer's bank sends it back.
    """

    outcome: Outcome
    reason: str
    wait: float
    share: float = 1.0
    reversed_after: float | None = None


class Push(NamedTuple):
    """One push of an event, in seconds after its fact; a forged one is signed with a key that is not the gateway's."""

    after: float
    forged: bool = False


Pushes = Callable[[str], list[Push]]


@dataclass(frozen=True, slots=True)
class Behaviour(Chances):
    """Shares are of keys, from 0 to 1; spans are (least, most) seconds. The default pays everything at the next look.

    cut_* breaks the connection and error_* answers 503, before or after the effect; slow holds an HTTP answer back after the effect.
    fails_once: the merchant's balance is short at the first attempt; fails_always: the account is closed, no attempt can succeed.
    instant: every accepted refund shows its outcome at the first look, whatever wait and late say. early: the webhook is there before
    the answer to the request. forged: somebody else pushes the opposite too. partly: less is paid than was asked. reverses: what was
    paid comes back after reverses_wait. forgotten: where a provider forgets keys after a day, this key is forgotten at once.
    """

    instant: bool = False
    fails_once: float = 0.0
    fails_always: float = 0.0
    early: float = 0.0
    forged: float = 0.0
    partly: float = 0.0
    reverses: float = 0.0
    reverses_wait: tuple[float, float] = (1.0, 5.0)
    forgotten: float = 0.0

    def plan(self, key: str, attempt: int) -> Plan:
        """The fate of the `attempt`-th attempt (from 1) to pay the refund `key`."""
        wait = 0.0 if self.instant or self.is_early(key) else self._shown_after(key)
        if self._hits("fails_always", self.fails_always, key):
            return Plan("failed", "account_closed", wait)
        if attempt == 1 and self._hits("fails_once", self.fails_once, key):
            return Plan("failed", "insufficient_balance", wait)
        share = 0.5 if self._hits("partly", self.partly, key) else 1.0
        turned = self._span("reverses", key, self.reverses_wait) if self._hits("reverses", self.reverses, key) else None
        return Plan("paid", "", wait, share, turned)

    def is_early(self, key: str) -> bool:
        """Whether the webhook about this key is pushed before its request is answered."""
        return self._hits("early", self.early, key)

    def forgets(self, key: str) -> bool:
        """Whether a provider that forgets keys has forgotten this one when it comes again."""
        return self._hits("forgotten", self.forgotten, key)

    def news(self, event: str) -> list[Push]:
        """When `event` is pushed, and whether a forgery comes first."""
        lies = [Push(0.0, forged=True)] if self._hits("forged", self.forged, event) else []
        return lies + [Push(after) for after in self.pushes(event)]


def behave(wanted: Wanted, base: Behaviour | None = None) -> Behaviour:
    """The behaviour of a profile or of fields; `base` gives seed and instant where `wanted` is silent. Raises ValueError (`behaves`)."""
    start = base or Behaviour()
    return behaves(Behaviour, PROFILES, wanted, seed=start.seed, instant=start.instant)
