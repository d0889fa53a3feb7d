"""Whether a row is met: one small function for each need that a pack may name (checks.CONDITIONS).

Each answers with the rule that spoke. A need may also ask: a flag that nobody has told yet. What is unknown never counts against the
consumer where the rule presumes in the consumer's favour (goods are intact until shown otherwise); where a right rests on a fact, it
opens once the fact is told. The consumer's past is no fact of a need: it may choose a lane, never a right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from amends.kernel.parties import Party
from amends.policy.rules.answers import Reason
from amends.policy.rules.checks import ASKED
from amends.policy.rules.facts import Facts
from amends.policy.rules.schema import PackCells
from amends.policy.rules.stack import Stack
from amends.policy.rules.tables import MISUSE, Exclusion, GoodsTerms


class Dated(NamedTuple):
    """What a window's clause says, but for the number of days: facts that differ in their days alone share it until it is said."""

    name: str
    clause: str
    holds: bool
    installed: bool


Spoken = Reason | Dated


class Met(NamedTuple):
    """What a need says. `open` None: it depends on the flags asked."""

    open: bool | None
    reasons: tuple[Spoken, ...]
    asks: tuple[str, ...] = ()


def distance(said: Sequence[Met]) -> int:
    """How far a row is from being met: a no weighs more than a not yet."""
    return sum([2 if each.open is False else 1 for each in said if not each.open])


class Ground(NamedTuple):
    """What needs stand on: rules, facts, these very goods, the windows still open, promises that the rules know by themselves.

    `early`: nothing is signed for yet, and every window is open. `answered` are the needs that were asked.
    """

    stack: Stack
    facts: Facts
    goods: GoodsTerms
    early: bool
    within: frozenset[str]
    installed: frozenset[str]
    gives: frozenset[str]
    answered: dict[str, Met]


def _said(ground: Ground, clause: str, holds: bool) -> Met:
    return Met(holds, ((ground.stack.yes if holds else ground.stack.no)[clause],))


def allowed(ground: Ground) -> Met:
    """May these goods be sent back without a reason (L1 25, L3 6-7, 20; L2 19)? A promise binds for excluded goods too (L5 2)."""
    facts, asks = ground.facts, tuple[str, ...]()
    for exclusion in ground.goods.exclusions:
        if _bites(exclusion, facts):
            return _said(ground, "promise", True) if "no_reason" in ground.gives else _said(ground, exclusion.clause, False)
        if exclusion.kind == "if_unsealed":
            asks += tuple(flag for flag in exclusion.tests if facts.flags.get(flag) is None)
    clause = {"single_purchase": "widened", "preticked": "preticked"}.get(facts.confirmed_exclusion or "", "allowed")
    return Met(True, (ground.stack.yes[clause],), asks)


def _bites(exclusion: Exclusion, facts: Facts) -> bool:
    if exclusion.kind == "if_unsealed":
        return any(facts.flags.get(flag) for flag in exclusion.tests)
    return exclusion.kind == "outright" or facts.confirmed_exclusion == "single_purchase"


def intact(ground: Ground) -> Met:
    """Are the goods intact (L3 8-9)? Presumed, until somebody says that one of the tests of their class fails."""
    questions, flags, tests = ground.stack.terms.questions, ground.facts.flags, ground.goods.tests
    failed = dict.fromkeys(questions[flag].clause for flag in tests if flags.get(flag))
    if failed:
        return Met(False, tuple(ground.stack.no[clause] for clause in failed))
    return Met(True, (ground.stack.yes["intact"],), tuple([flag for flag in tests if flags.get(flag) is None]))


def cancellable(ground: Ground) -> Met:
    """May an order of such goods be cancelled before it is shipped?"""
    return _said(ground, "cancellable", ground.goods.cancellable)


def repairs_failed(ground: Ground) -> Met:
    """Was it repaired in vain as often as the rules ask for (CN-3G)?"""
    return _said(ground, "repairs_failed", ground.facts.repairs_failed >= ground.stack.counts["repairs_before_refund"])


def repair_late(ground: Ground) -> Met:
    """Has a repair lasted too long through the repairer's fault, or for want of parts (CN-3G)?"""
    facts = ground.facts
    bound = {"fault": ground.stack.counts["repair_days_at_fault"], "parts": ground.goods.parts_days}.get(facts.repair_delay or "")
    return _said(ground, "repair_late", bound is not None and facts.repair_open_days > bound)


def is_short(terms: PackCells, facts: Facts) -> bool | None:
    """Do the goods weigh less than was billed, beyond what scales may err (CN-WEIGHT-01)? None before they were weighed again."""
    weighing = facts.weighing
    if weighing is None:
        return None
    per_kg = facts.list_minor * 1000 // weighing.billed_grams
    fit = (row.grams for row in terms.weights.rows if per_kg <= row.price_per_kg_up_to_minor and weighing.billed_grams <= row.grams_up_to)
    return weighing.billed_grams - weighing.weighed_grams > next(fit, 0)


def short_weight(ground: Ground) -> Met:
    """Is it short?"""
    short = is_short(ground.stack.terms, ground.facts)
    if short is None:
        return Met(None, (ground.stack.no["short_weight"],), (ASKED["short_weight"],))
    return _said(ground, "short_weight", short)


def not_misused(ground: Ground) -> Met:
    """Was it found that the goods were misused, opened by somebody without authority, or the proof altered (CN-3G)?"""
    facts = ground.facts
    if any(facts.flags.get(flag) for flag in MISUSE) or (facts.fault_of is Party.CONSUMER and facts.fault_proof):
        return _said(ground, "not_misused", False)
    return Met(True, ())


def within(ground: Ground, name: str) -> Met:
    """Is it still inside the window? Before signing every window is open."""
    if ground.early:
        return Met(True, ground.stack.within(name, True, None))
    holds = name in ground.within
    return Met(holds, (Dated(name, ground.stack.windows[name].clause, holds, name in ground.installed),))


def promised(ground: Ground, key: str) -> Met:
    """Was this promised for the purchase (L5 10; L2 12)?"""
    return _said(ground, ground.stack.terms.promises[key].clause, key in ground.facts.promises)


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
    """What `need`, as a pack writes it, says here; several rows ask the same."""
    known = ground.answered.get(need)
    if known is None:
        known = ground.answered[need] = _met(need, ground)
    return known


def _met(need: str, ground: Ground) -> Met:
    plain = NEEDS.get(need)
    if plain is not None:
        return plain(ground)
    kind, _, name = need.partition(":")
    if kind == "within":
        return within(ground, name)
    if kind == "promised":
        return promised(ground, name)
    return told(ground, name, wanted=kind == "yes")
