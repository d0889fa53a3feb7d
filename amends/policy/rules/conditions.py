"""A pack's `when` asked many times: what it said of facts that are alike in what it reads is remembered.

Not about what an expression may say (when.py). Forgetting changes no answer. A condition of a right or a claim reads no history, no score
and no wish for a person: those may choose a lane and never a right (L14 24).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from operator import attrgetter
from typing import Any

from amends.policy.rules.facts import INSTANTS, Facts, History
from amends.policy.rules.when import When, compiled

REMEMBERED = 4_096
PAST = frozenset({"history", "asks_person"})
_READ_AS = {"group": ("issue",), "state": ("shipped", "received")}
_FIELD = re.compile(r"\bhistory\.(\w+)")
_NOT_ALIKE = frozenset(INSTANTS)


class Condition:
    """One expression of a pack. `blind`: it belongs to a right or a claim and sees nobody's past."""

    __slots__ = ("_key", "_known", "_sees_past", "when")

    def __init__(self, text: str, *, blind: bool = False) -> None:
        self.when: When = compiled(text)
        self._sees_past = not blind or PAST.isdisjoint(self.when.names)
        self._key = _key(self.when)
        self._known: dict[Any, bool | None] = {}

    @property
    def flags(self) -> frozenset[str]:
        return self.when.flags

    def holds(self, facts: Facts) -> bool | None:
        """Does it hold? None where a fact that it rests on is not known."""
        if not self._sees_past:
            facts = replace(facts, history=History(), asks_person=False)
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
