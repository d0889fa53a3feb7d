"""Sums beside the remedies: three times the price for fraud, ten times for unsafe food, a promised tenfold, what scales cheated.

Rows of the pack's [claims]. A claim opens on facts like a right does, takes nothing from any remedy, and is a column of labelled lines
that adds up. Integer minor units.
"""

from __future__ import annotations

from typing import NamedTuple

from amends.kernel.texts import Text, say
from amends.policy.rules.answers import ClaimAnswer, Question, SumRow
from amends.policy.rules.facts import Facts
from amends.policy.rules.needs import Ground, Met, Spoken, distance, met
from amends.policy.rules.schema import ClaimRow
from amends.policy.rules.stack import Stack
from amends.policy.rules.tables import Tables
from amends.policy.rules.windows import Times, counted

KEPT = 4_096
PRICE_TIMES = say("实付价款的 {n} 倍", "{n} times the price paid")
LOSS_TIMES = say("损失的 {n} 倍", "{n} times the loss")
RAISED = say("不足最低额，补足", "Raised to the least sum")
CONTAINED = say("其中已含退回的价款", "Less the price that is refunded anyway")


class StoodClaim(NamedTuple):
    """A claim before its sum is known: the rows that are met with their answers, or the one that is nearest."""

    rows: tuple[ClaimRow, ...]
    answers: tuple[ClaimAnswer, ...]


def stood(ground: Ground, tables: Tables, whens: tuple[bool | None, ...], times: Times) -> tuple[StoodClaim, ...]:
    """What the rows about this matter say; of rows with one name the nearest to being met speaks."""
    if not tables.claims_of_flags:
        return _stood(ground, tables, whens, times)
    facts = ground.facts
    key = (facts.issue, tuple(facts.flags.items()), facts.promises, facts.fault_of, facts.fault_proof, whens)
    known: tuple[StoodClaim, ...] | None = tables.stood.get(key)
    if known is None:
        if len(tables.stood) > KEPT:
            tables.stood.clear()
        known = tables.stood[key] = _stood(ground, tables, whens, times)
    return known


def _stood(ground: Ground, tables: Tables, whens: tuple[bool | None, ...], times: Times) -> tuple[StoodClaim, ...]:
    nearest: dict[str, tuple[int, list[tuple[ClaimRow, list[Met]]]]] = {}
    for row, when in tables.claims[ground.facts.issue]:
        if when >= 0 and whens[when] is not True:
            continue
        said = [met(need, ground) for need in row.needs]
        far = distance(said)
        known = nearest.get(row.name)
        if known is None or far < known[0]:
            nearest[row.name] = far, [(row, said)]
        elif not far:
            known[1].append((row, said))
    return tuple(
        [
            StoodClaim(tuple([row for row, _ in near]), tuple([_answer(ground.stack, row, said, far, times) for row, said in near]))
            for far, near in nearest.values()
        ]
    )


def _answer(stack: Stack, row: ClaimRow, said: list[Met], far: int, times: Times) -> ClaimAnswer:
    spoken = dict[str, Spoken]()
    if not far:
        spoken[row.clause] = stack.yes[row.clause]
    for one in said:
        if not far or one.open is not True:
            for reason in one.reasons:
                spoken[reason.clause] = reason
    asks: tuple[str, ...] = ()
    if not any(one.open is False for one in said):
        asks = tuple(dict.fromkeys([ask for one in said for ask in one.asks]))
    opens = None
    if far:
        opens = next((words for clause in (row.clause, *spoken) if (words := stack.clauses[clause].opens)), None)
    return ClaimAnswer(
        row.name, row.title.text, not far, counted(stack, tuple(spoken.values()), times), opens, first_asked=row.payer_first == "asked",
        asks=tuple([Question(flag, stack.asks[flag]) for flag in asks]),
    )  # fmt: skip


def summed(claim: StoodClaim, facts: Facts) -> ClaimAnswer:
    """The claim with its sum, of several rows that are met the first that brings most; nothing where it is not open."""
    first, *others = claim.answers
    if not first.open:
        return first
    best, rows = first, sum_rows(claim.rows[0], facts)
    minor = sum([row.minor for row in rows])
    for row, answer in zip(claim.rows[1:], others, strict=True):
        other = sum_rows(row, facts)
        if sum([each.minor for each in other]) > minor:
            best, rows, minor = answer, other, sum([each.minor for each in other])
    return best._replace(amount_minor=minor, sum_rows=rows)


def sum_rows(row: ClaimRow, facts: Facts) -> tuple[SumRow, ...]:
    """Times the price, or the loss, or the better of both; raised to the minimum; less the price where the sum contains it."""
    rows = [_times(row, facts)]
    if rows[0].minor < row.minimum_minor:
        rows.append(SumRow(RAISED, row.minimum_minor - rows[0].minor, None, row.clause))
    within = min(facts.paid_minor, sum(each.minor for each in rows))
    if not row.on_top and within:
        rows.append(SumRow(CONTAINED, -within, None, row.clause))
    return tuple(rows)


def _times(row: ClaimRow, facts: Facts) -> SumRow:
    price, loss = row.times * facts.paid_minor, row.loss_times * facts.loss_minor
    if row.base == "loss" or (row.base == "kinder_of_both" and loss > price):
        return SumRow(_so_many(LOSS_TIMES, row.loss_times), loss, None, row.clause)
    return SumRow(_so_many(PRICE_TIMES, row.times), price, None, row.clause)


def _so_many(text: Text, times: int) -> Text:
    return text.filled(n=times)
