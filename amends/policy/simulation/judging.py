"""What one stack says of a past case, as far as a simulation compares it, and what counts as a flip.

Pure. The decision itself is amends.policy.rules; here is only the reading of it for the remedy that was asked for.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from amends.kernel.calendars import Calendar
from amends.kernel.parties import Party
from amends.kernel.texts import Text, say
from amends.policy.rules.decide import judge
from amends.policy.rules.decision import Decision
from amends.policy.rules.facts import Facts, Remedy
from amends.policy.rules.stack import Stack

WON, LOST, CHANGED = "won", "lost", "changed"
KIND_NAMES: dict[str, Text] = {
    WON: say("变为支持", "granted now"),
    LOST: say("不再支持", "refused now"),
    CHANGED: say("结果不同", "otherwise now"),
}


class Side(NamedTuple):
    """One stack's answer. `minor` and `lane` are those of the remedy asked for, 0 and "" where it is closed; `claims_minor` is what the
    compensation claims that are open come to; `merchant_ships` where the goods go back and the merchant pays the way."""

    open: frozenset[Remedy]
    granted: bool
    minor: int
    lane: str
    merchant_ships: bool
    claims_minor: int

    @property
    def worth(self) -> int:
        """What the consumer has of it, in minor units."""
        return self.minor + self.claims_minor


def side_of(stack: Stack, facts: Facts, calendar: Calendar, remedy: Remedy) -> Side:
    """What `stack` says of `facts` to somebody who asks for `remedy`."""
    said = judge(stack, facts, calendar, remedy=remedy)
    if remedy not in said.open:
        return Side(said.open, False, 0, "", False, said.claims_minor)
    return Side(said.open, True, said.amounts[remedy], said.lanes[remedy].value, remedy in said.merchant_ships, said.claims_minor)


def read_side(decision: Decision, remedy: Remedy) -> Side:
    """A whole decision as a simulation compares it; `side_of` says the same without its explanation."""
    answer = decision.answer(remedy)
    claims = sum([claim.amount_minor for claim in decision.claims if claim.open])
    if not answer.open:
        return Side(frozenset(decision.open_remedies), False, 0, "", False, claims)
    ships = answer.return_freight is Party.MERCHANT
    return Side(frozenset(decision.open_remedies), True, answer.amount_minor, answer.lane.value, ships, claims)


def kind_of(before: Side, after: Side) -> str:
    """WON: what was asked for opens; LOST: it closes; CHANGED: anything else differs; "" where both sides say the same."""
    if before == after:
        return ""
    if before.granted is not after.granted:
        return WON if after.granted else LOST
    return CHANGED


def told(side: Side, decision: Decision, remedy: Remedy) -> dict[str, Any]:
    """A side of a kept flip as JSON: enough for a row of a table; the whole decision is made anew when somebody opens it."""
    answer = decision.answer(remedy)
    return {
        "open": sorted(side.open),
        "granted": side.granted,
        "amount_minor": side.minor,
        "lane": side.lane,
        "merchant_ships": side.merchant_ships,
        "claims_minor": side.claims_minor,
        "clauses": list(dict.fromkeys(reason.clause for reason in answer.reasons if reason.holds is answer.open)),
    }
