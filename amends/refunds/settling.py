"""What refunds and goods under way do when something else is settled or ruled for a unit (docs/lifecycle.md 13: S6, S7).

Handed to cases.mixing by wiring: whether money of a grant moves, letting go of what was only intended, and goods that go over to what
is owed for their unit now. Not about withdrawal: listeners.py is, where nothing takes the place of what was owed.
"""

from __future__ import annotations

from collections.abc import Sequence

from amends.cases.hooks import STARTS
from amends.cases.models import Case, Grant
from amends.people.rules import Actor
from amends.policy.rules.facts import Remedy
from amends.refunds.books import LOCKED
from amends.refunds.freezing import COVERED
from amends.refunds.intents import drop, intend_for, refunds_of
from amends.returns import settling

__all__ = ["drop_intents", "money_moves", "take_over"]


def money_moves(grant: Grant) -> bool:
    """Whether money of the grant was sent, may have been or may not be touched, or a bank has paid a part of it (S7)."""
    return COVERED in grant.parts or any(refund.stage in LOCKED for refund in refunds_of(grant))


def drop_intents(case: Case, grant: Grant, by: Actor) -> None:
    """What was intended to be paid for the grant and was not sent is dropped, with its reservation."""
    for refund in refunds_of(grant):
        drop(refund, case, by)


def take_over(case: Case, pairs: Sequence[tuple[Grant, Grant | None]], by: Actor) -> None:
    """Goods on their way back, or here, belong to what is owed for their unit now, or go home (returns.settling). What was found as it
    should be starts its new remedy at once (S12)."""
    for grant in settling.take_over(case, pairs, by):
        start = STARTS.get(grant.remedy)
        if start is not None:
            start(grant, by)
        elif grant.remedy == Remedy.RETURN_REFUND:
            intend_for(grant, by)
