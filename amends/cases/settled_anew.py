"""What an order's earlier part returns did to the price of what stayed: a discount that they lost was paid for by the units that remain.

Where the rules settle a part return anew (L3 17(2)), the rest is settled at its price at purchase, and the difference is taken from what
goes back first. Whoever returns the rest later has paid that price for it, so that all returns together bring back all that was paid.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from amends.cases.left import BARS, MADE_GOOD
from amends.cases.models import Case, ClaimedUnit, Grant
from amends.cases.rules.owing import GOODS
from amends.kernel.money import apportion
from amends.market.models import Order, Unit
from amends.policy.rules.decision import Decision
from amends.policy.rules.facts import Remedy

LOST = "lost_discount"


def paid_anew(order: Order, free: Mapping[int, Iterable[Unit]]) -> dict[int, int]:
    """For each unit (by id) what it cost beyond its apportioned price once earlier returns had lost a discount, in minor units.

    What one return lost is spread over the units that stayed then, and adds up to it. Claims that are open count as if they were
    granted: a sum too small could not be mended later. Three queries and one for each case that lost a discount; none where nothing of
    the order is gone.
    """
    if not order.promotions or gone_discount(order, free) <= 0:
        return {}
    held = _holders(order)
    stays = {unit.pk: unit for unit in Unit.objects.filter(merchant_id=order.merchant_id, order_id=order.pk).order_by("pk")}
    anew: dict[int, int] = {}
    for case in Case.objects.select_related("decision").filter(merchant_id=order.merchant_id, pk__in=held).order_by("pk"):
        for gone in held[case.pk]:
            stays.pop(gone, None)
        if stays and (taken := _taken(case, held[case.pk])):
            parts = apportion(taken, [unit.discount_minor for unit in stays.values()])
            for pk, minor in zip(stays, parts, strict=True):
                anew[pk] = anew.get(pk, 0) + minor
    return anew


def gone_discount(order: Order, free: Mapping[int, Iterable[Unit]]) -> int:
    """The share of the order's discounts that lay on units which are claimed or granted already."""
    return order.discount_minor - sum(unit.discount_minor for units in free.values() for unit in units)


def _holders(order: Order) -> dict[int, set[int]]:
    mine = {"merchant_id": order.merchant_id, "case__order_id": order.pk}
    pairs = set(ClaimedUnit.objects.filter(**mine, is_open=True).values_list("case_id", "unit_id"))
    pairs |= set(Grant.objects.filter(BARS, **mine).values_list("case_id", "unit_id"))
    held: dict[int, set[int]] = {}
    for case_id, unit_id in pairs:
        held.setdefault(case_id, set()).add(unit_id)
    return held


def _taken(case: Case, units: set[int]) -> int:
    """What this case took off for lost discounts: as its decision says while its claim is open, and no more than what was granted fell
    short of the units' price. A settlement or a ruling may have waived it, or given goods."""
    lost = _lost(case, units)
    if not lost:
        return 0
    granted = list(Grant.objects.filter(BARS, merchant_id=case.merchant_id, case_id=case.pk, unit_id__in=units).select_related("unit"))
    if not granted:
        return lost
    short = sum(int(sum(g.unit.shares.values())) - int(g.parts.get(GOODS, 0)) for g in granted if g.unit and g.remedy not in MADE_GOOD)
    return max(0, min(lost, short))


def _lost(case: Case, units: set[int]) -> int:
    lines = [line for line in case.decision.answer["lines"] if units & set(line["units"])]
    answers = [Decision.from_json(line["answer"]).answer(Remedy(case.remedy)) for line in lines]
    return -sum(row.minor for answer in answers for row in answer.sum_rows if row.clause == LOST)
