"""What simulated services share of their behaviour: draws, trouble on the wire, when news of an event are pushed, and reading it all.

Every choice is a draw from hash(seed, what, key), so that the same keys meet the same fate in the next run, in any order.
Trouble on the wire strikes only the first request of a key: whoever asks again with the same key is answered. Pure; about no one service.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar

Trouble = Literal["none", "cut_before", "error_before", "cut_after", "error_after", "throttled", "slow"]
Wanted = dict[str, Any] | str
"""A profile's name, or fields (`profile` among them to start from one)."""


@dataclass(frozen=True, slots=True)
class Chances:
    """Shares are of keys, from 0 to 1; spans are (least, most) seconds. The default does everything at once and without trouble."""

    TROUBLES: ClassVar[tuple[Trouble, ...]] = ("cut_before", "error_before", "cut_after", "error_after", "slow")

    seed: str = "amends"
    wait: tuple[float, float] = (0.0, 0.0)
    late: float = 0.0
    late_wait: tuple[float, float] = (5.0, 30.0)
    slow: float = 0.0
    slow_wait: tuple[float, float] = (1.0, 3.0)
    cut_before: float = 0.0
    cut_after: float = 0.0
    error_before: float = 0.0
    error_after: float = 0.0
    duplicates: float = 0.0
    shuffled: float = 0.0
    shuffled_wait: tuple[float, float] = (0.5, 3.0)
    backoff: float = 1.0

    def trouble(self, key: str) -> Trouble:
        """What happens on the wire at the first request of `key`; shares of one list, so that together they never exceed one."""
        drawn, below = self._draw("trouble", key), 0.0
        for kind in self.TROUBLES:
            below += float(getattr(self, kind))
            if drawn < below:
                return kind
        return "none"

    def held_back(self, key: str) -> float:
        """Seconds for which an answer is held back at the first request of a slow key."""
        return self._span("slow", key, self.slow_wait)

    def pushes(self, event: str) -> list[float]:
        """When news of `event` are pushed, in seconds after the fact: twice for some, late (out of order) for some."""
        first = self._span("shuffled", event, self.shuffled_wait) if self._hits("shuffle", self.shuffled, event) else 0.0
        return [first, first + 0.05] if self._hits("duplicate", self.duplicates, event) else [first]

    def _shown_after(self, key: str) -> float:
        return self._span("wait", key, self.late_wait if self._hits("late", self.late, key) else self.wait)

    def _hits(self, what: str, share: float, key: str) -> bool:
        return share > 0 and self._draw(what, key) < share

    def _span(self, what: str, key: str, span: tuple[float, float]) -> float:
        return span[0] + (span[1] - span[0]) * self._draw("span " + what, key)

    def _draw(self, what: str, key: str) -> float:
        digest = hashlib.sha256(f"{self.seed}|{what}|{key}".encode()).digest()
        return int.from_bytes(digest[:8], "big") / 2**64


C = TypeVar("C", bound=Chances)


def written(asked: str) -> Wanted:
    """What a command line asks for: a profile's name, a JSON object, or the path of a file that holds one. Raises ValueError."""
    read: Wanted = asked
    if asked.lstrip().startswith("{"):
        read = json.loads(asked)
    elif Path(asked).is_file():
        read = json.loads(Path(asked).read_text())
    return read


def behaves(kind: type[C], profiles: Mapping[str, Mapping[str, Any]], wanted: Wanted, **kept: Any) -> C:
    """The behaviour that is wanted; `kept` is what stays where `wanted` is silent. Raises ValueError that names the wrong field and what
    would be right."""
    asked = {"profile": wanted} if isinstance(wanted, str) else dict(wanted)
    profile = asked.pop("profile", "plain")
    if profile not in profiles:
        raise ValueError(f"no profile {profile!r}; there are {', '.join(profiles)}")
    known = {field.name: field.default for field in fields(kind)}
    values = {**kept, **profiles[profile], **asked}
    for name in values.keys() - known.keys():
        raise ValueError(f"no field {name!r}; there are {', '.join(sorted(known))}")
    result = kind(**{name: _checked(name, known[name], value) for name, value in values.items()})
    if sum(getattr(result, trouble) for trouble in kind.TROUBLES) > 1:
        raise ValueError(f"{', '.join(kind.TROUBLES)} are shares of the same keys and add up to at most 1")
    return result


def _checked(name: str, usual: Any, value: Any) -> Any:
    """The value as the field wants it, told by what it usually is: a switch, a number, a span, names out of a list, or a word."""
    if isinstance(usual, bool):
        return bool(value)
    if isinstance(usual, float):
        return _number(name, value)
    if not isinstance(usual, tuple):
        return str(value)
    listed = isinstance(value, list | tuple)
    if isinstance(usual[0], str):
        if not (listed and set(value) <= set(usual)):
            raise ValueError(f"{name} is a list of {', '.join(usual)}, not {value!r}")
        return tuple(value)
    if not (listed and len(value) == 2 and all(isinstance(end, int | float) for end in value) and 0 <= value[0] <= value[1]):
        raise ValueError(f"{name} is [least, most] seconds, not {value!r}")
    return (float(value[0]), float(value[1]))


def _number(name: str, value: Any) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if name == "backoff":
        if not (number and value > 0):
            raise ValueError(f"backoff is seconds above 0, not {value!r}")
    elif not (number and 0 <= value <= 1):
        raise ValueError(f"{name} is a share from 0 to 1, not {value!r}")
    return float(value)
