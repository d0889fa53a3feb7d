"""Whether a row of the table of rights is met: one small function for each need that a pack may name (checks.CONDITIONS).

Each answers with the rule that spoke. A need may also ask: a flag that nobody has told yet. What is unknown never counts against the
consumer where the rule presumes in the consumer's favour (goods are intact until shown otherwise); where a right rests on a fact, it
opens once the fact is told.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from amends.policy.rules.checks import ASKED
from amends.policy.rules.decision import Reason
from amends.policy.rules.facts import Facts
from amends.policy.rules.stack import Stack


class Met(NamedTuple):
    """What a need says. `open` None: it depends on the flags asked."""

    open: bool | None
    reasons: tuple[Reason, ...]
    asks: tuple[str, ...] = ()


class Ground(NamedTuple):
    """What needs stand on: rules, facts, days since signing (None before), the windows still open."""

    stack: Stack
    facts: Facts
    days: int | None
    within: frozenset[str]


def _said(ground: Ground, clause: str, holds: bool) -> Met:
    return Met(holds, ((ground.stack.yes if holds else ground.stack.no)[clause],))


def allowed(ground: Ground) -> Met:
    """May this class be sent back without a reason (L1 25, L3 6-7, 20; L2 19)?"""
    facts, goods = ground.facts, ground.stack.terms.goods[ground.facts.goods_class]
    asks = tuple(flag for flag in goods.tests if facts.flags.get(flag) is None) if goods.exclusion == "if_unsealed" else ()
    unsealed = goods.exclusion == "if_unsealed" and any(facts.flags.get(flag) for flag in goods.tests)
    confirmed = goods.exclusion == "if_confirmed" and facts.confirmed_exclusion == "single_purchase"
    if goods.exclusion == "outright" or unsealed or confirmed:
        if facts.promised_no_reason:
            return _said(ground, "promise", True)
        return _said(ground, "confirmed" if confirmed else goods.exclusion_clause, False)
    clause = {"single_purchase": "widened", "preticked": "preticked"}.get(facts.confirmed_exclusion or "", "allowed")
    return Met(True, (ground.stack.yes[clause],), asks)


def intact(ground: Ground) -> Met:
    """Are the goods intact (L3 8-9)? Presumed, until somebody says that one of the tests of their class fails."""
    questions, flags = ground.stack.terms.questions, ground.facts.flags
    tests = ground.stack.terms.goods[ground.facts.goods_class].tests
    failed = dict.fromkeys(questions[flag].clause for flag in tests if flags.get(flag))
    if failed:
        return Met(False, tuple(ground.stack.no[clause] for clause in failed))
    return Met(True, (ground.stack.yes["intact"],), tuple(flag for flag in tests if flags.get(flag) is None))


def cancellable(ground: Ground) -> Met:
    """May an order of this class be cancelled before it is shipped?"""
    return _said(ground, "cancellable", ground.stack.terms.goods[ground.facts.goods_class].cancellable)


def repairs_failed(ground: Ground) -> Met:
    """Was it repaired in vain as often as the rules ask for (CN-3G)?"""
    return _said(ground, "repairs_failed", ground.facts.repairs_failed >= ground.stack.counts["repairs_before_refund"])


def repair_late(ground: Ground) -> Met:
    """Has a repair lasted too long through the repairer's fault, or for want of parts (CN-3G)?"""
    facts = ground.facts
    parts = ground.stack.terms.goods[facts.goods_class].parts_days
    bound = {"fault": ground.stack.counts["repair_days_at_fault"], "parts": parts}.get(facts.repair_delay or "")
    return _said(ground, "repair_late", bound is not None and facts.repair_open_days > bound)


def short_weight(ground: Ground) -> Met:
    """Do the goods weigh less than was billed, beyond what scales may err (CN-WEIGHT-01)?"""
    weighing = ground.facts.weighing
    if weighing is None:
        return Met(None, (ground.stack.no["short_weight"],), (ASKED["short_weight"],))
    per_kg = ground.facts.list_minor * 1000 // weighing.billed_grams
    fit = (
        row.grams
        for row in ground.stack.terms.weights.rows
        if per_kg <= row.price_per_kg_up_to_minor and weighing.billed_grams <= row.grams_up_to
    )
    return _said(ground, "short_weight", weighing.billed_grams - weighing.weighed_grams > next(fit, 0))


MISUSE = ("misused", "opened_unauthorised", "proof_altered")


def not_misused(ground: Ground) -> Met:
    """Was it found that the goods were misused, opened by somebody without authority, or the proof altered (CN-3G)?"""
    if any(ground.facts.flags.get(flag) for flag in MISUSE):
        return _said(ground, "not_misused", False)
    return Met(True, ())


def within(ground: Ground, name: str) -> Met:
    """Is it still inside the window? Before signing every window is open."""
    holds = ground.days is None or name in ground.within
    return Met(holds, ground.stack.within(name, holds, ground.days))


def told(ground: Ground, flag: str, *, wanted: bool) -> Met:
    """Has somebody said yes (`wanted`), or at least not said yes?"""
    answer, clause = ground.facts.flags.get(flag), ground.stack.terms.questions[flag].clause
    if answer is None:
        return Met(None, (ground.stack.no[clause],), (flag,)) if wanted else Met(True, (), (flag,))
    return _said(ground, clause, answer is wanted)


NEEDS: dict[str, Callable[[Ground], Met]] = {
    "allowed": allowed,
    "intact": intact,
    "cancellable": cancellable,
    "repairs_failed": repairs_failed,
    "repair_late": repair_late,
    "short_weight": short_weight,
    "not_misused": not_misused,
}


def met(need: str, ground: Ground) -> Met:
    """What `need`, as a pack writes it, says here."""
    kind, _, name = need.partition(":")
    if kind == "within":
        return within(ground, name)
    if name:
        return told(ground, name, wanted=kind == "yes")
    return NEEDS[need](ground)
