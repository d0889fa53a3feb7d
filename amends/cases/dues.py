"""What a claim's units bring, as the stamped decision says or as somebody offers: sums and shares of each, before anything is owed.

Nothing is written here. Whoever owes by these holds the lock of the order's payment (grants.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from amends.cases.left import MADE_GOOD, adjusted, fulls_of, money_positions
from amends.cases.models import Case, ClaimedUnit, Grant
from amends.cases.rules.owing import EXTRAS, FREIGHT, PACKAGING, Due, Full, divided, without_kind
from amends.kernel.money import Money
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.market.models import Unit
from amends.policy.rules.facts import Remedy

STAYS = frozenset({Remedy.PRICE_ADJUSTMENT.value})
"""Remedies that pay for a unit which the consumer keeps: their grants are shares of its price."""


def unit_shares(case: Case, remedy: Remedy) -> dict[int, dict[str, int]]:
    """For each claimed unit what goes back to each tender (position -> minor units), as `owe` would say now."""
    return {pk: due.shares for pk, due in all_dues(case, remedy).items()}


def law_gives(case: Case, remedy: Remedy, wanted: Iterable[int] = (), void: Sequence[Grant] = ()) -> dict[int, Due]:
    """For each claimed unit of a line for which the stamped decision opens `remedy` as of right, what it brings now; no others."""
    opened = {
        pk for line in case.decision.answer["lines"] for answer in line["answer"]["remedies"]
        if answer["remedy"] == remedy and answer["open"] for pk in line["units"]
    }  # fmt: skip
    return {pk: due for pk, due in all_dues(case, remedy, wanted, void=void).items() if pk in opened} if opened else {}


def dues_of(
    case: Case, units: Sequence[Unit], remedy: Remedy, amount_minor: int | None, void: Sequence[Grant] = ()
) -> dict[int, Due]:  # fmt: skip
    """What each of these units brings under `remedy`, where they bring `amount_minor` of money together; None is what the law gives of
    them, and all that is left of the price of the others. What was paid in kind goes back in kind, whole. `void`: grants that will be
    void before.

    Raises Unprocessable (field `parts`) for more than is left of their price, freight and packaging.
    """
    if remedy in MADE_GOOD:
        return {unit.pk: Due() for unit in units}
    money = money_positions(case.merchant_id, case.order_id, case.currency)
    lawful, fulls = _lawful(case, units, remedy, money, void)
    if amount_minor is None or amount_minor == sum(in_money(due, money) for due in lawful.values()):
        return lawful
    most = _most(fulls, money)
    if amount_minor > most:
        money_left = Money(most, case.currency)
        there = Text(money_left.into("zh"), money_left.into("en"))
        wrong = say("这些商品最多还能退 {left}。", "Of these articles {left} is left at most.", left=there)
        raise Unprocessable.field("parts", wrong, code="more_than_left")
    return divided(amount_minor, fulls, money)


def most_of(case: Case, units: Sequence[Unit], remedy: Remedy) -> int:
    """How much money these units could bring together under `remedy` now, in minor units: what `dues_of` would not refuse."""
    money = money_positions(case.merchant_id, case.order_id, case.currency)
    lawful, fulls = _lawful(case, units, remedy, money, ())
    return max(_most(fulls, money), sum(in_money(due, money) for due in lawful.values()))


def _lawful(
    case: Case, units: Sequence[Unit], remedy: Remedy, money: set[str], void: Sequence[Grant]
) -> tuple[dict[int, Due], dict[int, Full]]:  # fmt: skip
    """What each of these units brings as the law says, or where it opens nothing all that is left; and what may go back for it at most."""
    wanted = [unit.pk for unit in units]
    law = {pk: due for pk, due in law_gives(case, remedy, wanted, void).items() if pk in wanted}
    lawful = law | _all_that_is_left([unit for unit in units if unit.pk not in law], money, void)
    return lawful, fulls_of(units, [name for name in EXTRAS if any(due.parts.get(name) for due in law.values())], wanted, void)


def _most(fulls: Mapping[int, Full], money: Collection[str]) -> int:
    return sum(minor for full in fulls.values() for tender, minor in full.together().items() if tender in money)


def in_money(due: Due, money: Collection[str]) -> int:
    """How much of it is money, in minor units; the rest is in kind."""
    return sum(minor for tender, minor in due.shares.items() if tender in money)


def all_dues(
    case: Case, remedy: Remedy, wanted: Iterable[int] = (), *, turned: bool = False, void: Sequence[Grant] = ()
) -> dict[int, Due]:  # fmt: skip
    """For each claimed unit what it brings, adding up exactly to the stamped decision less what went back since then.

    Goods for goods bring nothing back, in money or in kind. `turned`: in money, although `remedy` brings none.
    """
    claimed = ClaimedUnit.objects.filter(merchant_id=case.merchant_id, case_id=case.pk)
    units = [c.unit for c in claimed.select_related("unit").order_by("unit_id")]
    money = money_positions(case.merchant_id, case.order_id, case.currency)
    gone = {pk: sum(minor for tender, minor in shares.items() if tender in money) for pk, shares in adjusted(units, void).items()}
    wanted, dues = set(wanted), dict[int, Due]()
    if remedy in MADE_GOOD and not turned:
        return {unit.pk: Due() for unit in units}
    for line in case.decision.answer["lines"]:
        mine = [unit for unit in units if unit.pk in line["units"]]
        answer = _answer(line, Remedy.RETURN_REFUND if turned else remedy)
        if turned and not answer["open"]:
            dues |= _all_that_is_left(mine, money, void)
            continue
        stamped = {FREIGHT: answer["outbound_freight_minor"], PACKAGING: answer.get("packaging_minor", 0)}
        fulls = fulls_of(mine, [name for name, minor in stamped.items() if minor], wanted, void)
        minor = answer["amount_minor"] - (sum(gone.get(unit.pk, 0) for unit in mine) - line.get("adjusted_minor", 0))
        for name, there in stamped.items():
            minor -= max(0, there - sum(sum(full.extras.get(name, {}).values()) for full in fulls.values()))
        if remedy in STAYS:
            fulls = {pk: without_kind(full, money) for pk, full in fulls.items()}
        dues |= divided(max(0, minor), fulls, money)
    return dues


def _answer(line: Mapping[str, Any], remedy: Remedy) -> Mapping[str, Any]:
    return next(answer for answer in line["answer"]["remedies"] if answer["remedy"] == remedy)


def _all_that_is_left(units: list[Unit], money: set[str], void: Sequence[Grant] = ()) -> dict[int, Due]:
    fulls = fulls_of(units, (), (), void)
    return divided(sum(minor for full in fulls.values() for tender, minor in full.goods.items() if tender in money), fulls, money)
