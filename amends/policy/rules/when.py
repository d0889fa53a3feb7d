"""A condition over facts, written in CEL: `paid_minor <= 50000 && "durable" in traits`. Compiled once, when the pack is loaded.

Not a language of ours: the library `cel` parses and runs it. What is ours is the reading before (when_reading.py): names that facts do not
have, values that a name can never take, loops and anything that is not yes or no are refused with their column, so that an expression
never fails for the first time in front of a consumer. What is not known makes the condition unknown, never true.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cel

from amends.policy.rules.facts import Facts
from amends.policy.rules.when_names import NAMES
from amends.policy.rules.when_reading import read
from amends.policy.rules.when_types import LOOPS, WhenError

__all__ = ["LOOPS", "NAMES", "When", "WhenError", "compiled"]

UNKNOWN = (ArithmeticError, LookupError, TypeError, ValueError, RuntimeError)


@dataclass(frozen=True, slots=True, eq=False)
class When:
    """A compiled condition. `flags` are the flags that it asks about, `names` the facts that it reads."""

    text: str
    flags: frozenset[str]
    names: tuple[str, ...]
    _program: cel.Program
    _readers: tuple[tuple[str, Callable[[Facts], Any]], ...]

    def holds(self, facts: Facts) -> bool | None:
        """Does it hold of `facts`? None where a fact that it rests on is not known."""
        try:
            found: bool = self._program.execute({name: reader(facts) for name, reader in self._readers})
        except UNKNOWN:
            # A comparison with what is not known has no answer in CEL; everything else was refused when the pack was loaded.
            return None
        return found


@lru_cache(maxsize=2048)
def compiled(text: str) -> When:
    """The condition that `text` writes. Refuses (WhenError, with the offset in the text) what CEL or the facts do not know."""
    used = read(text)
    try:
        program = cel.compile(text)
    except ValueError as wrong:
        raise WhenError.of_parser(str(wrong), text) from wrong
    names = tuple(sorted(used.names))
    return When(text, frozenset(used.flags), names, program, tuple((name, NAMES[name].reader) for name in names))
