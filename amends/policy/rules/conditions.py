"""A pack's `when` asked many times: what it said of facts that are alike in what it reads is remembered.

Not about what an expression may say (when.py). Forgetting changes no answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from operator import attrgetter
from typing import Any

from amends.policy.rules.facts import INSTANTS, Facts
from amends.policy.rules.when import When, compiled

REMEMBERED = 16_384
_READ_AS = {"group": ("issue",), "state": ("shipped", "received")}
_FIELD = re.compile(r"\bhistory\.(\w+)")
_NOT_ALIKE = frozenset(INSTANTS)


class Condition:
    """One expression of a pack."""

    __slots__ = ("_key", "_known", "when")

    def __init__(self, text: str) -> None:
        self.when: When = compiled(text)
        self._key = _key(self.when)
        self._known: dict[Any, bool | None] = {}

    @property
    def flags(self) -> frozenset[str]:
        return self.when.flags

    def holds(self, facts: Facts) -> bool | None:
        """Does it hold? None where a fact that it rests on is not known."""
        if self._key is None:
            return self.when.holds(facts)
        key, flags = self._key(facts), facts.flags
        if self.when.flags:
            key = (key, *[flags.get(flag) for flag in self.when.flags])
        try:
            return self._known[key]
        except KeyError:
            if len(self._known) > REMEMBERED:
                self._known.clear()
            said = self._known[key] = self.when.holds(facts)
            return said


def _key(when: When) -> Callable[[Facts], Any] | None:
    """Reads of facts all that the expression reads but flags; None where facts are never alike in it."""
    if not _NOT_ALIKE.isdisjoint(when.names):
        return None
    read = dict[str, None]()
    for name in when.names:
        if name == "history":
            read |= dict.fromkeys(f"history.{field}" for field in _FIELD.findall(when.text))
        elif name != "flags":
            read |= dict.fromkeys(_READ_AS.get(name, (name,)))
    return attrgetter(*read) if read else _nothing


def _nothing(_facts: Facts) -> None:
    return None
