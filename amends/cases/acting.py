"""The act under way: what one verb did so far, written to the record when the verb ends (record.py)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from amends.people.rules import Actor

if TYPE_CHECKING:
    from amends.cases.life import LifeRow
    from amends.cases.models import Case, Deadline

EVERYBODY = "consumer,merchant,platform"
PLATFORM_ONLY = "platform"


@dataclass(frozen=True, slots=True)
class Step:
    """One move of one life inside an act."""

    life: LifeRow
    verb: str
    by: Actor
    came_from: str
    went_to: str
    facts: Mapping[str, Any]
    audience: str


@dataclass(slots=True)
class Act:
    """One transaction: the cases whose rows it holds, its moves in order, and whose `hands` were found fit to make them.

    `carried`: by life and id the running limit whose clock this life's turn takes over, where a matter goes on under another number.
    """

    cases: dict[int, Case] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    hands: set[tuple[int, str, int | None]] = field(default_factory=set)
    carried: dict[tuple[str, int], Deadline] = field(default_factory=dict)
    key: str = field(default_factory=lambda: secrets.token_hex(16))

    def hold(self, case: Case) -> None:
        """This act holds the row lock of `case`; cases are taken in ascending order of id, or two acts could wait for each other."""
        if case.pk not in self.cases and any(held > case.pk for held in self.cases):
            raise AssertionError(f"lock order: case {case.pk} taken after {max(self.cases)}")
        self.cases[case.pk] = case


_current: ContextVar[Act | None] = ContextVar("act", default=None)


def current() -> Act:
    """The act under way; a move outside of one is a fault of ours."""
    act = _current.get()
    if act is None:
        raise AssertionError("a life moves only inside a verb")
    return act


def current_or_none() -> Act | None:
    """The act under way, or None outside of any."""
    return _current.get()


def enter(act: Act | None) -> Any:
    """Make `act` the current one; answers the token that `leave` wants."""
    return _current.set(act)


def leave(token: Any) -> None:
    """Back to what was current before `enter`."""
    _current.reset(token)
