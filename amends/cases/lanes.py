"""Who looks at a claim: the lane of a case, and what changes when a side asks that a person decides (S21).

A lane says who looks and never what is owed: it refuses nothing (CN-PLAT-06, CN-PI-04). Which lane a line takes is the pack's table
(policy/rules/lanes.py), asked by the sum of the whole claim; here the most careful one among the lines is chosen, and kept on the case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from amends.cases.life import LifeRow
from amends.cases.models import Case
from amends.kernel import clock
from amends.kernel.tables import ALARM
from amends.people.rules import Actor
from amends.policy.rules.words import Lane

AT_ONCE = (Lane.INSTANT, Lane.AUTOMATIC)
"""Nobody looks: the claim is granted in the act that files it."""
AT_ONCE_BASIS = "at_once"
"""The basis of grants that a lane let pass; it stays when the case's lane does not."""
CAREFUL = (Lane.INSTANT, Lane.AUTOMATIC, Lane.ASSISTED, Lane.EXPERT)
"""From the least careful to the most."""


def most_careful(lanes: Iterable[Lane]) -> Lane:
    """The lane of a claim of several lines: that of the line that needs most care; assisted where there is none."""
    return max(lanes, key=CAREFUL.index, default=Lane.ASSISTED)


def hand_to_a_person(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `ask_person`: the case is with the experts, from now on and for good."""
    assert isinstance(life, Case)  # noqa: S101 - wiring binds this to moves of cases alone
    life.lane, life.person_asked_at = Lane.EXPERT.value, clock.now()


def silence_of(case: Case, options: Iterable[str], chosen: str) -> str:
    """What the clock makes of silence: once a person was asked for, a person is called wherever the table has that (S21)."""
    return ALARM if case.person_asked_at is not None and ALARM in options else chosen
