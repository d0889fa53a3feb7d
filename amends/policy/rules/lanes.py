"""Who looks at an open remedy: nobody, nobody but the books, a person, an expert. A table of the pack; the first row that fits decides.

A lane never opens or closes a remedy: it is asked for only after the remedy is open, so that a score, a history or a model may route and
never refuse (L7 19; L14 24). Whoever asks for a person gets one. A score that nobody has counted keeps nobody out of a lane.

Sums of a row are in the currency of the market: a row with a sum takes no order in another one, and a person looks at it. They bound a
whole claim, together with what the same order was granted at once on the day.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from amends.kernel.calendars import Calendar
from amends.policy.rules.answers import Reason
from amends.policy.rules.decision import Decision
from amends.policy.rules.facts import Facts, Lane, Remedy, State
from amends.policy.rules.stack import Stack
from amends.policy.rules.tables import LaneLine, Tables, expert_lines, lanes_of, said_by, tables_of
from amends.policy.rules.verdicts import verdict_of
from amends.policy.rules.windows import times_of

ASKED_PERSON = "person_decides"
CURRENCIES = {"CN": "CNY"}
"""The currency of a jurisdiction's market, in whose minor units its packs tell sums."""


class Routed(NamedTuple):
    """The lane, the row's reason, and before it why better lanes did not take it."""

    lane: Lane
    reasons: tuple[Reason, ...]


class Known(NamedTuple):
    """What rows of lanes ask of facts, whatever the remedy: of rows with needs whether they are met, of expressions what they say."""

    met: tuple[bool, ...]
    whens: tuple[bool | None, ...]


def routed_as_whole(stack: Stack, decision: Decision, calendar: Calendar, minor: Mapping[Remedy, int], of_order_minor: int) -> Decision:
    """The decision about one line with the lanes that its open remedies have in a claim which brings `minor` in all.

    `of_order_minor` of what was granted at once today (`facts.history`) went to the same order. Only lanes and their reasons change.
    """
    facts, tables = decision.facts, tables_of(stack)
    verdict = verdict_of(stack, tables, facts, times_of(stack, tables, facts, calendar))
    known = Known(verdict.lanes_met, said_by(tables.lane_whens, facts))
    answers = list(decision.remedies)
    for place, answer in enumerate(answers):
        if answer.open:
            routed = route(stack, tables, facts, answer.remedy, minor[answer.remedy], known, of_order_minor)
            answers[place] = answer._replace(lane=routed.lane, lane_reasons=routed.reasons)
    return decision._replace(remedies=tuple(answers))


def route(stack: Stack, tables: Tables, facts: Facts, remedy: Remedy, amount_minor: int, known: Known, of_order_minor: int = 0) -> Routed:
    """The lane of an open remedy that brings `amount_minor`, after `of_order_minor` that the order was granted at once on the day."""
    if not tables.lanes:
        return Routed(_without_table(stack, facts, remedy, amount_minor + of_order_minor), ())
    lines = lanes_of(tables, remedy, facts.issue, facts.state)
    if facts.asks_person:
        return _by_person(stack, lines)
    passed: dict[str, Reason] = {}
    for line in lines:
        row = line.row
        if (line.when >= 0 and known.whens[line.when] is not True) or (row.tiers and facts.tier not in row.tiers):
            continue  # the row is about another matter or another consumer: that it does not fit is no reason
        if _fits(line, facts, amount_minor, of_order_minor, known.met):
            return Routed(row.lane, (stack.yes[row.clause], *passed.values()) if passed else (stack.yes[row.clause],))
        passed.setdefault(row.clause, stack.no[row.clause])
    return Routed(Lane.ASSISTED, tuple(passed.values()))


def _fits(line: LaneLine, facts: Facts, amount: int, of_order: int, met: tuple[bool, ...]) -> bool:
    row, history = line.row, facts.history
    if (row.up_to_minor is not None or row.per_day_minor is not None) and not _in_its_currency(facts):
        return False
    return (
        (row.up_to_minor is None or of_order + amount <= row.up_to_minor)
        and (row.per_day_minor is None or history.instant_today_minor + amount <= row.per_day_minor)
        and (row.score_up_to_bps is None or history.score_bps is None or history.score_bps <= row.score_up_to_bps)
        and (line.needs < 0 or met[line.needs])
    )


def _in_its_currency(facts: Facts) -> bool:
    return facts.currency == CURRENCIES.get(facts.jurisdiction, facts.currency)


def _by_person(stack: Stack, lines: tuple[LaneLine, ...]) -> Routed:
    """An expert; the reason is the clause about asking for a person where the rules have it, else the row of the people who decide."""
    said = stack.yes.get(ASKED_PERSON)
    people = expert_lines(lines)
    if said is None and people:
        said = stack.yes[people[0].row.clause]
    return Routed(Lane.EXPERT, (said,) if said else ())


def _without_table(stack: Stack, facts: Facts, remedy: Remedy, amount: int) -> Lane:
    """Packs without lanes know one sum up to which goods not shipped are refunded at once."""
    cell = stack.terms.automatic
    if facts.asks_person:
        return Lane.EXPERT
    small = remedy is Remedy.REFUND_ONLY and facts.state is State.UNSHIPPED and cell is not None and amount <= cell.unshipped_up_to_minor
    return Lane.AUTOMATIC if small and _in_its_currency(facts) else Lane.ASSISTED
