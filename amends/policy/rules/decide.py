"""`decide`: what the rules of a stack say of facts. Pure: the same form, desk, simulator and golden cases call it.

How: the facts pick rows of the table of rights; of a remedy's rows the one that is nearest to being met speaks. What does not depend
on sums or instants is a verdict, and facts that are alike share one (Stack.verdicts); sums are worked out each time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from amends.kernel.calendars import Calendar
from amends.kernel.parties import Party
from amends.kernel.texts import Text
from amends.policy.rules.amounts import SUM_CLAUSES, sum_of
from amends.policy.rules.checks import ASKED
from amends.policy.rules.decision import Decision, Question, Reason, RemedyAnswer
from amends.policy.rules.facts import Facts, IssueGroup, Remedy, State
from amends.policy.rules.needs import Ground, Met, met
from amends.policy.rules.schema import Right
from amends.policy.rules.stack import Stack

SENT_BACK = frozenset({Remedy.RETURN_REFUND, Remedy.EXCHANGE, Remedy.REPAIR})
PROVEN = frozenset({IssueGroup.FAULT, IssueGroup.WRONG})


class Answered(NamedTuple):
    """One remedy before its sum is known: the kind of amount and the window that the right rests on."""

    answer: RemedyAnswer
    amount: str
    window: str  # "" where the right rests on none
    asks: tuple[str, ...]
    closed: bool


class Verdict(NamedTuple):
    """All that facts which are alike share."""

    answered: tuple[Answered, ...]
    missing: tuple[Question, ...]
    window: str
    proof_by: Party
    proof: Reason
    freight_out: bool
    freight_clause: str
    articles: Mapping[str, Text]


_NO_ENDS: Mapping[str, datetime] = {}
_NONE_OPEN: frozenset[str] = frozenset()


def decide(stack: Stack, facts: Facts, calendar: Calendar, *, remedy: Remedy | None = None) -> Decision:
    """What the rules say of `facts`: an answer for every remedy, or for `remedy` alone. Sums in minor units, instants in UTC.

    Never refuses facts that `Facts` accepted; what is not known stands in `missing`.
    """
    ends, days, within = _NO_ENDS, None, _NONE_OPEN
    if facts.signed_at and facts.received:
        signed = calendar.date_at(facts.signed_at)
        ends = stack.window_ends(facts.signed_at, signed, calendar)
        within = frozenset([name for name, end in ends.items() if facts.asked_at < end])
        days = max(0, (calendar.date_at(facts.asked_at) - signed).days)
    verdict = _verdict(stack, facts, days, within)
    answered = verdict.answered if remedy is None else tuple(each for each in verdict.answered if each.answer.remedy is remedy)
    return Decision(
        facts,
        tuple([each.answer if each.closed else _summed(stack, facts, verdict, each, ends) for each in answered]),
        verdict.missing if remedy is None else _missing(stack, answered),
        ends.get(verdict.window),
        verdict.proof_by,
        verdict.proof,
        stack.shows[facts.issue],
        stack.limits(facts.goods_class, facts.shipped),
        stack.counts,
        stack.silence,
        stack.rolls,
        verdict.articles,
        stack.versions,
    )


def _missing(stack: Stack, answered: Sequence[Answered]) -> tuple[Question, ...]:
    asks = dict.fromkeys(ask for each in answered for ask in each.asks)
    return tuple(Question(flag, stack.asks[flag]) for flag in asks)


def _summed(stack: Stack, facts: Facts, verdict: Verdict, each: Answered, ends: Mapping[str, datetime]) -> RemedyAnswer:
    answer = each.answer
    amount, out, rows = sum_of(each.amount, stack, facts, freight_out=verdict.freight_out, freight_clause=verdict.freight_clause)
    lane = stack.terms.automatic
    automatic = answer.remedy is Remedy.REFUND_ONLY and not facts.shipped and lane is not None and amount <= lane.unshipped_up_to_minor
    return RemedyAnswer(
        answer.remedy, True, answer.reasons, None, amount, rows, answer.return_freight, answer.freight_clause,
        out, answer.ships_back, answer.evidence_min, automatic, ends.get(each.window),
    )  # fmt: skip


def _verdict(stack: Stack, facts: Facts, days: int | None, within: frozenset[str]) -> Verdict:
    key = (
        facts.issue, facts.goods_class, facts.shipped, facts.received, days, within, tuple(facts.flags.items()),
        facts.confirmed_exclusion, facts.promised_no_reason, facts.promised_free_return, facts.three_guarantees,
        facts.repairs_failed, facts.repair_open_days, facts.repair_delay, facts.weighing, facts.weighing and facts.list_minor,
        facts.bad_share_bps is None,
    )  # fmt: skip
    known: Verdict | None = stack.verdicts.get(key)
    if known is None:
        known = _judged(stack, facts, days, within)
        stack.remember(key, known)
    return known


def _judged(stack: Stack, facts: Facts, days: int | None, within: frozenset[str]) -> Verdict:
    ground = Ground(stack, facts, days, within)
    freight = stack.terms.freight["unshipped" if facts.state is State.UNSHIPPED else facts.issue.group.value]
    rights = stack.rights[facts.issue, facts.state]
    windows = [name for rows in rights.values() for row in rows if _fits(row, ground) and (name := _window(row))]
    proof_by, proof = _proof(ground)
    answered = tuple(_answered(ground, remedy, [row for row in rights[remedy] if _fits(row, ground)]) for remedy in Remedy)
    clauses = SUM_CLAUSES | ({freight.clause, *(each.answer.freight_clause for each in answered)} - {""})
    return Verdict(
        answered, _missing(stack, answered), windows[0] if windows else "", proof_by, proof,
        freight.way_out == "merchant", freight.clause, stack.articles_of(clauses),
    )  # fmt: skip


def _fits(row: Right, ground: Ground) -> bool:
    """Is the row about such goods at all? Not a need: a row about other goods says nothing of these."""
    goods, three = ground.stack.terms.goods[ground.facts.goods_class], ground.facts.three_guarantees
    regime = goods.regime if three is None else "three" if three else "general"
    return row.regime in ("any", regime) and row.fresh in (None, goods.fresh)


def _window(row: Right) -> str:
    return next((need.partition(":")[2] for need in row.needs if need.startswith("within:")), "")


def _answered(ground: Ground, remedy: Remedy, rows: list[Right]) -> Answered:
    if not rows:
        spoken = ground.stack.voluntary[remedy, ground.facts.state]
        return Answered(RemedyAnswer(remedy, False, (spoken,), ground.stack.clauses[spoken.clause].opens), "none", "", (), True)
    tried = [(row, [met(need, ground) for need in row.needs]) for row in rows]
    row, said = min(tried, key=lambda one: _distance(one[1]))
    if _distance(said):
        return Answered(_closed(ground, remedy, said), "none", "", _open_questions(tried), True)
    return _opened(ground, row, said)


def _distance(said: list[Met]) -> int:
    """How far a row is from being met: a no weighs more than a not yet."""
    return sum(2 if each.open is False else 1 if each.open is None else 0 for each in said)


def _open_questions(tried: list[tuple[Right, list[Met]]]) -> tuple[str, ...]:
    """The flags that could still open one of the rows."""
    return tuple(ask for _, said in tried if not any(one.open is False for one in said) for one in said for ask in one.asks)


def _closed(ground: Ground, remedy: Remedy, said: list[Met]) -> RemedyAnswer:
    against = [reason for one in said if not one.open for reason in one.reasons]
    holding = [reason for one in said if one.open for reason in one.reasons]
    opens = next((opens for reason in against if (opens := ground.stack.clauses[reason.clause].opens)), None)
    if opens is None:
        opens = ground.stack.clauses[ground.stack.voluntary[remedy, ground.facts.state].clause].opens
    return RemedyAnswer(remedy, False, (*against, *holding), opens)


def _opened(ground: Ground, row: Right, said: list[Met]) -> Answered:
    stack, facts = ground.stack, ground.facts
    reasons = {reason.clause: reason for reason in (stack.yes[row.clause], *(reason for one in said for reason in one.reasons))}
    asks = tuple(ask for one in said for ask in one.asks)
    if row.amount == "bad_share" and facts.bad_share_bps is None:
        asks += (ASKED["bad_share"],)
    ships_back = row.remedy in SENT_BACK and facts.state is not State.UNSHIPPED
    payer, clause = None, ""
    if ships_back:
        freight = stack.terms.freight[facts.issue.group.value]
        payer, clause = freight.payer_back, freight.clause
        if facts.promised_free_return and payer is Party.CONSUMER:
            payer, clause = Party.MERCHANT, "free_return"
    answer = RemedyAnswer(
        row.remedy, True, tuple(reasons.values()), return_freight=payer, freight_clause=clause, ships_back=ships_back,
        evidence_min=stack.terms.issues[facts.issue].at_least if facts.received else 0,
    )  # fmt: skip
    return Answered(answer, row.amount, _window(row), asks, False)


def _proof(ground: Ground) -> tuple[Party, Reason]:
    """Who must prove the fault: the seller of durable goods for the first months (L1 23(3)), else whoever claims it."""
    facts, goods = ground.facts, ground.stack.terms.goods[ground.facts.goods_class]
    if facts.issue.group in PROVEN and goods.durable and (ground.days is None or "durable_proof" in ground.within):
        return Party.MERCHANT, ground.stack.yes["durable_proof"]
    return Party.CONSUMER, ground.stack.yes["ordinary_proof"]
