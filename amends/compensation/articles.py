"""For which articles of an order something is given: its line, the pieces that stay, and what is left of their price. Reads only.

Asked twice: when somebody wants to give it, so that nobody is asked to approve what can't be done, and under the lock when it is done.
"""

from __future__ import annotations

from collections.abc import Sequence

from amends.approvals.words import sum_words
from amends.cases.left import BARS, extra_of, left_of, money_positions
from amends.cases.models import Case, ClaimedUnit, Grant
from amends.cases.rules.owing import FREIGHT, PACKAGING
from amends.kernel.money import apportion
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.market.models import OrderLine, Unit

PARTS: dict[str, Text] = {FREIGHT: say("运费", "freight"), PACKAGING: say("包装费", "packaging")}
"""What of a line is no article, and can be given back apart from any."""


def line_of(case: Case, position: int) -> OrderLine:
    """The line of the case's order at this position. Raises Unprocessable."""
    found = OrderLine.objects.filter(merchant_id=case.merchant_id, order_id=case.order_id, position=position).first()
    if found is None:
        wrong = say("这个订单没有第 {n} 行商品。", "This order has no line {n}.", n=position)
        raise Unprocessable.field("line", wrong, code="foreign_line")
    return found


def units_for(case: Case, position: int, quantity: int, minor: int) -> list[tuple[Unit, int]]:
    """Which units of the line the sum is for, and the part of each: the claimed ones first, none that goes back; it adds up.

    Raises Unprocessable for more pieces than stay, or more money than is left of them.
    """
    line = line_of(case, position)
    units = list(Unit.objects.filter(merchant_id=case.merchant_id, line_id=line.pk).order_by("number"))
    mine = set(ClaimedUnit.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).values_list("unit_id", flat=True))
    gone = Grant.objects.filter(BARS, merchant_id=case.merchant_id, unit_id__in=[unit.pk for unit in units])
    back = set(gone.values_list("unit_id", flat=True))
    stay = sorted((unit for unit in units if unit.pk not in back), key=lambda unit: (unit.pk not in mine, unit.number))
    if not 1 <= quantity <= len(stay):
        wrong = say("这一行还留着 {n} 件。", "{n} of this line stay.", n=len(stay))
        raise Unprocessable.field("quantity", wrong, code="wrong_quantity")
    chosen = stay[:quantity]
    left = _left(case, chosen)
    if minor > sum(left):
        there = sum_words(sum(left), case.currency)
        wrong = say("这 {n} 件最多还能退 {left}。", "Of these {n} pieces {left} is left at most.", n=quantity, left=there)
        raise Unprocessable.field("amount_minor", wrong, code="more_than_left")
    parts = apportion(minor, left)
    return [(unit, part) for unit, part in zip(chosen, parts, strict=True) if part]


def _left(case: Case, units: Sequence[Unit]) -> list[int]:
    money = money_positions(case.merchant_id, case.order_id, case.currency)
    left = left_of(units)
    return [sum(minor for tender, minor in left[unit.pk].items() if tender in money) for unit in units]


def check_part(case: Case, position: int, part: str, minor: int) -> None:
    """There is such a line, such a part of it, and so much left of that. Raises Unprocessable."""
    line = line_of(case, position)
    if part not in PARTS:
        raise Unprocessable.field("part", say("只能是运费或包装费。", "Only freight or packaging."), code="unknown_part")
    left = extra_of(line, Unit.objects.filter(merchant_id=case.merchant_id, line_id=line.pk).order_by("pk"), part).left
    if minor > left:
        there = sum_words(left, case.currency)
        wrong = say("这一行的{part}最多还能退 {left}。", "Of the {part} of this line {left} is left at most.", part=PARTS[part], left=there)
        raise Unprocessable.field("amount_minor", wrong, code="more_than_left")
