"""What facts that are alike share: for each remedy which rows are met or what speaks against it, what to ask, who must prove.

Not about sums, lanes, instants and days: those are worked out for every decision (decide.py). How: the facts pick rows of the table of
rights; of a remedy's rows the one that is nearest to being met speaks. A verdict is kept by what the rows about its matter can depend on
(Stack.verdicts); forgetting it changes no answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from amends.kernel.parties import Party
from amends.kernel.texts import Text
from amends.policy.rules.amounts import SUM_CLAUSES, Payer
from amends.policy.rules.answers import Question, Reason, RemedyAnswer
from amends.policy.rules.checks import ASKED
from amends.policy.rules.compensation import StoodClaim, stood
from amends.policy.rules.facts import Facts, IssueGroup, Remedy, State
from amends.policy.rules.needs import Ground, Met, Spoken, distance, is_short, met
from amends.policy.rules.stack import Stack
from amends.policy.rules.tables import DURABLE_PROOF, RightLine, Tables, goods_of, matter_of, said_by
from amends.policy.rules.windows import Times

SENT_BACK = frozenset({Remedy.RETURN_REFUND, Remedy.EXCHANGE, Remedy.REPAIR})
PROVEN = frozenset({IssueGroup.FAULT, IssueGroup.WRONG})


class Option(NamedTuple):
    """A row that is met: what kind of amount it brings, the window that it rests on, and what speaks for it."""

    amount: str
    window: str  # "" where the right rests on none
    spoken: tuple[Spoken, ...]


class Closed(NamedTuple):
    """A closed remedy whose reasons count days: its place among the answers."""

    place: int
    answer: RemedyAnswer
    spoken: tuple[Spoken, ...]


class Opened(NamedTuple):
    """An open remedy before its sum is known: its place among the answers, and the rows that are met."""

    place: int
    answer: RemedyAnswer
    options: tuple[Option, ...]


class Verdict(NamedTuple):
    """All that facts which are alike share: an answer for every remedy, those that are open still without their sums."""

    answers: tuple[RemedyAnswer, ...]
    opened: tuple[Opened, ...]
    closed: tuple[Closed, ...]
    open_remedies: frozenset[Remedy]
    merchant_ships: frozenset[Remedy]
    claims: tuple[StoodClaim, ...]
    claims_open: bool
    asks: Mapping[Remedy, tuple[str, ...]]
    missing: tuple[Question, ...]
    window: str
    proof_by: Party
    proof: Reason
    payer: Payer
    wear_bps: int
    lanes_met: tuple[bool, ...]
    articles: Mapping[str, Text]


_NOTHING_GIVEN = frozenset[str]()


def verdict_of(stack: Stack, tables: Tables, facts: Facts, times: Times) -> Verdict:
    """The verdict about `facts`, with the windows open that `times` says."""
    whens = said_by(tables.whens, facts) if tables.whens else ()
    matter, told = matter_of(tables, facts.issue, facts.state), facts.flags.get
    goods, gives = goods_of(tables, stack.terms, facts.goods_class, facts.traits), _gives(tables, facts)
    key = (
        facts.issue, facts.goods_class, facts.traits, facts.shipped, facts.received, times.days is None,
        times.within & matter.windows, gives, tuple([name in facts.promises for name in matter.promises]),
        tuple([told(flag) for flag in matter.flags]),
        matter.of_goods and (facts.confirmed_exclusion, *[told(flag) for flag in goods.tests]),
        facts.three_guarantees, facts.repairs_failed, facts.repair_delay, facts.repair_delay and facts.repair_open_days,
        facts.weighing and is_short(stack.terms, facts), facts.bad_share_bps is None, facts.fault_proof and (facts.fault_of,), whens,
        None if tables.claims_of_flags else (times.days, times.installed_days),
    )  # fmt: skip
    known: Verdict | None = stack.verdicts.get(key)
    if known is None:
        ground = Ground(stack, facts, goods, times.days is None, times.within, tables.installed, gives, {})
        known = _judged(ground, tables, times, whens)
        stack.remember(key, known)
    return known


def questions(stack: Stack, asks: Iterable[str]) -> tuple[Question, ...]:
    """Each question once."""
    return tuple([Question(flag, stack.asks[flag]) for flag in dict.fromkeys(asks)])


def _judged(ground: Ground, tables: Tables, times: Times, whens: tuple[bool | None, ...]) -> Verdict:
    stack, facts, state = ground.stack, ground.facts, ground.facts.state
    freight = stack.terms.freight["unshipped" if state is State.UNSHIPPED else facts.issue.group.value]
    answers, opened, closed = list(tables.voluntary[state]), list[Opened](), list[Closed]()
    asks, window = dict[Remedy, tuple[str, ...]](), ""
    for place, remedy, lines in tables.rights[facts.issue, state]:
        fit = [line for line in lines if _fits(line, ground, whens)]
        if fit:
            window = window or next((line.window for line in fit if line.window and _promised(line, facts)), "")
            answer, options, spoken, asks[remedy] = _answered(ground, remedy, fit, whens)
            answers[place] = answer
            if options:
                opened.append(Opened(place, answer, options))
            else:
                closed.append(Closed(place, answer, spoken))
    proof_by, proof = _proof(ground)
    claims = stood(ground, tables, whens, times) if tables.claims[facts.issue] else ()
    return Verdict(
        tuple(answers),
        tuple(opened),
        tuple(closed),
        frozenset([each.answer.remedy for each in opened]),
        frozenset([each.answer.remedy for each in opened if each.answer.return_freight is Party.MERCHANT]),
        claims,
        any(claim.answers[0].open for claim in claims),
        asks,
        questions(stack, [ask for flags in asks.values() for ask in flags]),
        window,
        proof_by,
        proof,
        Payer(freight.way_out == "merchant", freight.clause),
        ground.goods.wear_bps,
        tuple([all(met(need, ground).open for need in row.needs) for row in tables.lanes_with_needs]),
        _articles(stack, tables, (freight.clause, *[each.answer.freight_clause for each in opened])),
    )


def _articles(stack: Stack, tables: Tables, clauses: tuple[str, ...]) -> Mapping[str, Text]:
    """The articles of these clauses and of all that sums rest on."""
    known = tables.articles.get(clauses)
    if known is None:
        known = tables.articles[clauses] = stack.articles_of(SUM_CLAUSES.union(clauses).intersection(stack.clauses))
    return known


def _gives(tables: Tables, facts: Facts) -> frozenset[str]:
    """The promises made that the rules know by themselves."""
    if not (facts.promises or facts.promised_no_reason or facts.promised_free_return):
        return _NOTHING_GIVEN
    gives = _NOTHING_GIVEN.union(*[tables.gives.get(key, ()) for key in facts.promises])
    if facts.promised_no_reason:
        gives |= {"no_reason"}
    return gives | {"free_return"} if facts.promised_free_return else gives


def _fits(line: RightLine, ground: Ground, whens: tuple[bool | None, ...]) -> bool:
    """Is the row about such goods at all? Not a need: a row about other goods says nothing of these."""
    row, goods, three = line.row, ground.goods, ground.facts.three_guarantees
    regime = goods.regime if three is None else "three" if three else "general"
    return (
        row.regime in ("any", regime) and row.fresh in (None, goods.fresh) and (line.when < 0 or whens[line.when] is not False)
    )  # fmt: skip


def _promised(line: RightLine, facts: Facts) -> bool:
    """Is it a row of the law, or of a promise that was made?"""
    return all(need.partition(":")[2] in facts.promises for need in line.row.needs if need.startswith("promised:"))


def _said(line: RightLine, ground: Ground, whens: tuple[bool | None, ...]) -> list[Met]:
    said = [met(need, ground) for need in line.row.needs]
    if line.when >= 0 and whens[line.when] is None:
        asks = tuple(sorted(flag for flag in line.flags if ground.facts.flags.get(flag) is None and flag in ground.stack.asks))
        said.append(Met(None, (ground.stack.no[line.row.clause],), asks))
    return said


def _answered(
    ground: Ground, remedy: Remedy, lines: list[RightLine], whens: tuple[bool | None, ...]
) -> tuple[RemedyAnswer, tuple[Option, ...], tuple[Spoken, ...], tuple[str, ...]]:
    """The answer, the rows that are met or (where it is closed) what speaks against it, and what is still to be asked."""
    tried = [(line, _said(line, ground, whens)) for line in lines]
    far = [distance(said) for _, said in tried]
    least = min(far)
    if least:
        answer, spoken = _closed(ground, remedy, tried[far.index(least)][1])
        return answer, (), spoken, _open_questions(tried)
    answer, options, asks = _opened(ground, remedy, [one for one, away in zip(tried, far, strict=True) if not away])
    return answer, options, (), asks


def _open_questions(tried: list[tuple[RightLine, list[Met]]]) -> tuple[str, ...]:
    """The flags that could still open one of the rows."""
    return tuple([ask for _, said in tried if not any(one.open is False for one in said) for one in said for ask in one.asks])


def _closed(ground: Ground, remedy: Remedy, said: list[Met]) -> tuple[RemedyAnswer, tuple[Spoken, ...]]:
    """Why not, and what would open the way: said by the first rule against it that knows, else by the one about a voluntary yes."""
    clauses = ground.stack.clauses
    against = [reason for one in said if one.open is not True for reason in one.reasons]
    holding = [reason for one in said if one.open is True for reason in one.reasons]
    opens = next((words for reason in against if (words := clauses[reason.clause].opens)), None)
    if opens is None:
        opens = clauses[ground.stack.voluntary[remedy, ground.facts.state].clause].opens
    return RemedyAnswer(remedy, False, (), opens), (*against, *holding)


def _opened(
    ground: Ground, remedy: Remedy, tried: list[tuple[RightLine, list[Met]]]
) -> tuple[RemedyAnswer, tuple[Option, ...], tuple[str, ...]]:
    stack, facts = ground.stack, ground.facts
    options = tuple([Option(line.row.amount, line.window, _spoken(stack, line, said)) for line, said in tried])
    asks = tuple([ask for one in tried[0][1] for ask in one.asks])
    if facts.bad_share_bps is None and any(option.amount == "bad_share" for option in options):
        asks += (ASKED["bad_share"],)
    ships_back = remedy in SENT_BACK and facts.state is not State.UNSHIPPED
    payer, clause = None, ""
    if ships_back:
        freight = stack.terms.freight[facts.issue.group.value]
        payer, clause = freight.payer_back, freight.clause
        if "free_return" in ground.gives and payer is Party.CONSUMER:
            payer, clause = Party.MERCHANT, "free_return"
    shown = facts.received and not (facts.fault_proof and facts.fault_of is not Party.CONSUMER)
    answer = RemedyAnswer(
        remedy, True, (), return_freight=payer, freight_clause=clause, ships_back=ships_back,
        evidence_min=stack.terms.issues[facts.issue].at_least if shown else 0,
    )  # fmt: skip
    return answer, options, asks


def _spoken(stack: Stack, line: RightLine, said: list[Met]) -> tuple[Spoken, ...]:
    spoken: dict[str, Spoken] = {line.row.clause: stack.yes[line.row.clause]}
    for one in said:
        for reason in one.reasons:
            spoken[reason.clause] = reason
    return tuple(spoken.values())


def _proof(ground: Ground) -> tuple[Party, Reason]:
    """Who must prove the fault: the seller of durable goods for the first months (L1 23(3)), else whoever claims it."""
    durable = ground.goods.durable and (ground.early or DURABLE_PROOF in ground.within)
    if durable and ground.facts.issue.group in PROVEN:
        return Party.MERCHANT, ground.stack.yes[DURABLE_PROOF]
    return Party.CONSUMER, ground.stack.yes["ordinary_proof"]
