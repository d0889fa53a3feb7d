"""How the simulated services behave: how long delivery takes, whom they refuse, when they fall silent. Pure; about no one service.

Every choice is a draw from hash(seed, what, key), so that the same keys meet the same fate in the next run, in any order.
Trouble on the wire strikes only the first request of a key: whoever asks again with the same key is answered.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

Trouble = Literal["none", "cut_before", "error_before", "cut_after", "error_after", "throttled", "slow"]
Outcome = Literal["delivered", "failed", "lost"]
SERVICES = ("smtp", "aliyun", "twilio", "wechat", "webpush")
TROUBLES: tuple[Trouble, ...] = ("cut_before", "error_before", "cut_after", "error_after", "throttled", "slow")
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
_SPANS = ("wait", "late_wait", "slow_wait", "shuffled_wait")
_SHARES = (*TROUBLES, "late", "refuses", "fails", "loses", "doubles", "duplicates", "shuffled")


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one accepted message: its outcome, seconds until it shows, and how often the person gets it."""

    outcome: Outcome
    wait: float
    copies: int


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Shares are of keys, from 0 to 1; spans are (least, most) seconds. The default delivers and reports everything at once.

    cut_* breaks the connection and error_* answers a fault of the service, before or after the effect; throttled asks to come later;
    slow holds the answer back after the effect. refuses: the address is unknown to the service (a share of addresses). fails: accepted,
    then reported as not deliverable (a bounce). loses: accepted, and never heard of again. doubles: the service itself delivers twice.
    duplicates and shuffled are of reports. only: the services that all this is about; the others are plain.
    """

    seed: str = "amends"
    only: tuple[str, ...] = SERVICES
    wait: tuple[float, float] = (0.0, 0.0)
    late: float = 0.0
    late_wait: tuple[float, float] = (5.0, 30.0)
    slow: float = 0.0
    slow_wait: tuple[float, float] = (1.0, 3.0)
    cut_before: float = 0.0
    cut_after: float = 0.0
    error_before: float = 0.0
    error_after: float = 0.0
    throttled: float = 0.0
    refuses: float = 0.0
    fails: float = 0.0
    loses: float = 0.0
    doubles: float = 0.0
    duplicates: float = 0.0
    shuffled: float = 0.0
    shuffled_wait: tuple[float, float] = (0.5, 3.0)
    backoff: float = 1.0

    def of(self, service: str) -> Behaviour:
        """How that one service behaves."""
        return self if service in self.only else Behaviour(seed=self.seed, backoff=self.backoff)

    def refused(self, address: str) -> bool:
        """Whether the address is unknown to the service, now and later."""
        return self._hits("refuses", self.refuses, address)

    def fate(self, key: str) -> Fate:
        """What becomes of the message `key` once it is accepted."""
        wait = self._span("wait", key, self.late_wait if self._hits("late", self.late, key) else self.wait)
        if self._hits("loses", self.loses, key):
            return Fate("lost", wait, 0)
        if self._hits("fails", self.fails, key):
            return Fate("failed", wait, 0)
        return Fate("delivered", wait, 2 if self._hits("doubles", self.doubles, key) else 1)

    def trouble(self, key: str) -> Trouble:
        """What happens on the wire at the first request of `key`; shares of one list, so that together they never exceed one."""
        drawn, below = self._draw("trouble", key), 0.0
        for kind in TROUBLES:
            below += float(getattr(self, kind))
            if drawn < below:
                return kind
        return "none"

    def held_back(self, key: str) -> float:
        """Seconds for which an answer is held back at the first request of a slow key."""
        return self._span("slow", key, self.slow_wait)

    def reports(self, event: str) -> list[float]:
        """When the report `event` is pushed, in seconds after the fact: twice for some, late (out of order) for some."""
        first = self._span("shuffled", event, self.shuffled_wait) if self._hits("shuffle", self.shuffled, event) else 0.0
        return [first, first + 0.05] if self._hits("duplicate", self.duplicates, event) else [first]

    def _hits(self, what: str, share: float, key: str) -> bool:
        return share > 0 and self._draw(what, key) < share

    def _span(self, what: str, key: str, span: tuple[float, float]) -> float:
        return span[0] + (span[1] - span[0]) * self._draw("span " + what, key)

    def _draw(self, what: str, key: str) -> float:
        digest = hashlib.sha256(f"{self.seed}|{what}|{key}".encode()).digest()
        return int.from_bytes(digest[:8], "big") / 2**64


def behave(wanted: dict[str, Any] | str, base: Behaviour | None = None) -> Behaviour:
    """The behaviour of a profile's name, or of a dict of fields (`profile` among them to start from one).

    `base` gives the seed where `wanted` is silent. Raises ValueError that names the wrong field and what would be right.
    """
    asked = {"profile": wanted} if isinstance(wanted, str) else dict(wanted)
    profile = asked.pop("profile", "plain")
    if profile not in PROFILES:
        raise ValueError(f"no profile {profile!r}; there are {', '.join(PROFILES)}")
    known = {field.name for field in fields(Behaviour)}
    values = {"seed": (base or Behaviour()).seed, **PROFILES[profile], **asked}
    for name in values.keys() - known:
        raise ValueError(f"no field {name!r}; there are {', '.join(sorted(known))}")
    result = replace(Behaviour(), **{name: _checked(name, value) for name, value in values.items()})
    if sum(getattr(result, kind) for kind in TROUBLES) > 1:
        raise ValueError(f"{', '.join(TROUBLES)} are shares of the same keys and add up to at most 1")
    return result


def _checked(name: str, value: Any) -> Any:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if name in _SHARES:
        if not (number and 0 <= value <= 1):
            raise ValueError(f"{name} is a share from 0 to 1, not {value!r}")
        return float(value)
    if name in _SPANS:
        pair = isinstance(value, list | tuple) and len(value) == 2 and all(isinstance(end, int | float) for end in value)
        if not (pair and 0 <= value[0] <= value[1]):
            raise ValueError(f"{name} is [least, most] seconds, not {value!r}")
        return (float(value[0]), float(value[1]))
    if name == "backoff":
        if not (number and value > 0):
            raise ValueError(f"backoff is seconds above 0, not {value!r}")
        return float(value)
    if name == "only":
        if not (isinstance(value, list | tuple) and set(value) <= set(SERVICES)):
            raise ValueError(f"only is a list of {', '.join(SERVICES)}, not {value!r}")
        return tuple(value)
    return str(value)
