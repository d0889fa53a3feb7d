"""`decide`: what the rules of a stack say of facts. Pure: the same form, desk, simulator and golden cases call it.

How: facts that are alike share a verdict (verdicts.py: which rows are met, and why); sums, days and lanes are worked out each time, and of
several rows that are met the one that brings most speaks. `judge` is the same without the explanation, for counting millions.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from amends.kernel.calendars import Calendar
from amends.policy.rules.amounts import Brought, back_to, sum_of
from amends.policy.rules.compensation import summed
from amends.policy.rules.decision import Decision, Outcome, RemedyAnswer
from amends.policy.rules.facts import Facts, Lane, Remedy
from amends.policy.rules.lanes import Known, route
from amends.policy.rules.stack import Stack
from amends.policy.rules.tables import Tables, said_by, tables_of
from amends.policy.rules.verdicts import Opened, Option, Verdict, questions, verdict_of
from amends.policy.rules.windows import Times, counted, times_of

_NOTHING_KNOWN = Known((), ())


def decide(stack: Stack, facts: Facts, calendar: Calendar, *, remedy: Remedy | None = None) -> Decision:
    """What the rules say of `facts`: an answer for every remedy, or for `remedy` alone. Sums in minor units, instants in UTC.

    Never refuses facts that `Facts` accepted; what is not known stands in `missing`. Depends on nothing but its arguments.
    """
    tables = tables_of(stack)
    times = times_of(stack, tables, facts, calendar)
    verdict = verdict_of(stack, tables, facts, times)
    answers = list(verdict.answers)
    known = _known(tables, facts, verdict)
    for each in verdict.opened:
        answers[each.place] = _summed(stack, tables, facts, verdict, each, times, known)
    for place, answer, spoken in verdict.closed:
        answers[place] = RemedyAnswer(answer.remedy, False, counted(stack, spoken, times), answer.opens_by)
    return Decision(
        facts,
        tuple(answers) if remedy is None else tuple([each for each in answers if each.remedy is remedy]),
        verdict.missing if remedy is None else questions(stack, verdict.asks.get(remedy, ())),
        times.ends.get(verdict.window),
        verdict.proof_by,
        verdict.proof,
        stack.shows[facts.issue],
        stack.limits(facts.goods_class, facts.shipped),
        stack.counts,
        stack.silence,
        stack.rolls,
        verdict.articles,
        stack.versions,
        tuple([summed(claim, facts) for claim in verdict.claims]) if verdict.claims else (),
        tables.pauses,
    )


def judge(stack: Stack, facts: Facts, calendar: Calendar, *, remedy: Remedy | None = None) -> Outcome:
    """What `decide` says of the open remedies: which, how much in minor units, in whose lane; and what claims come to. No explanation.

    With `remedy` sums and lanes are those of that remedy alone.
    """
    tables = tables_of(stack)
    verdict = verdict_of(stack, tables, facts, times_of(stack, tables, facts, calendar))
    known = _known(tables, facts, verdict)
    amounts: dict[Remedy, int] = {}
    lanes: dict[Remedy, Lane] = {}
    for each in verdict.opened:
        of = each.answer.remedy
        if remedy is None or of is remedy:
            amounts[of] = minor = _brought(stack, facts, verdict, each)[1].minor
            lanes[of] = route(stack, tables, facts, of, minor, known).lane
    claims = sum([summed(claim, facts).amount_minor for claim in verdict.claims]) if verdict.claims_open else 0
    return Outcome(verdict.open_remedies, amounts, lanes, claims, verdict.merchant_ships)


def _known(tables: Tables, facts: Facts, verdict: Verdict) -> Known:
    """What lanes ask, once for all remedies; nothing where none is open or a person was asked for."""
    if not verdict.opened or facts.asks_person:
        return _NOTHING_KNOWN
    return Known(verdict.lanes_met, said_by(tables.lane_whens, facts) if tables.lane_whens else ())


def _brought(stack: Stack, facts: Facts, verdict: Verdict, each: Opened) -> tuple[Option, Brought]:
    """Of the rows that are met the first that brings most."""
    best = each.options[0]
    most = sum_of(best.amount, stack.terms, facts, verdict.payer, verdict.wear_bps)
    for option in each.options[1:]:
        if option.amount != best.amount:
            brought = sum_of(option.amount, stack.terms, facts, verdict.payer, verdict.wear_bps)
            if brought.minor > most.minor:
                best, most = option, brought
    return best, most


def _until(each: Opened, chosen: Option, ends: Mapping[str, datetime]) -> datetime | None:
    """Until when the remedy is open in this amount: the latest end of the rows that bring as much, None where one never ends."""
    if len(each.options) == 1:
        return ends.get(chosen.window)
    there = [ends.get(option.window) for option in each.options if option.amount == chosen.amount]
    known = [end for end in there if end is not None]
    return max(known) if len(known) == len(there) else None


def _summed(stack: Stack, tables: Tables, facts: Facts, verdict: Verdict, each: Opened, times: Times, known: Known) -> RemedyAnswer:
    answer = each.answer
    chosen, brought = _brought(stack, facts, verdict, each)
    routed = route(stack, tables, facts, answer.remedy, brought.minor, known)
    return RemedyAnswer(
        answer.remedy, True, counted(stack, chosen.spoken, times), None, brought.minor, brought.rows, answer.return_freight,
        answer.freight_clause, brought.freight_minor, answer.ships_back, answer.evidence_min, _until(each, chosen, times.ends),
        routed.lane, routed.reasons, brought.settlements, back_to(facts, brought) if facts.tenders else (), brought.packaging_minor,
    )  # fmt: skip
