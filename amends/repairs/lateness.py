"""How long parts and work may still take before the law gives the consumer something else, beside the limits of the stages (CN-3G).

Each stage has its own limit; the law counts the whole, over all attempts of one grant: whoever gives up and begins anew has no days more.
So a stage that begins late is cut: parts may take as many days as the pack says for goods of their kind (phones 60, others 90), all
work of the repairer's own together `repair_days_at_fault`. What a visit adds that the consumer chose: waiting.py. Nothing is moved here.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from amends.cases.models import Entry
from amends.kernel import clock
from amends.kernel.limits import Limit, Unit
from amends.policy.queries import calendar, stack_on
from amends.policy.rules.facts import GoodsClass
from amends.repairs.rules import POST

if TYPE_CHECKING:
    from amends.repairs.models import Repair

FOR_PARTS = ("awaiting_parts",)
AT_FAULT = ("diagnosing", "repairing")
LEAST = timedelta(hours=1)
"""However late it is, whoever is waited for has this long."""


def cut(repair: Repair) -> timedelta:
    """By how much the stage's limit is shortened, below zero; zero where it is counted in anything but days or leaves room enough."""
    limit_name = repair.where.limit
    if limit_name is None or repair.stage not in (*FOR_PARTS, *AT_FAULT):
        return timedelta(0)
    limit = repair.case.terms.limit(limit_name)
    allowed = _allowed(repair, limit)
    if allowed is None:
        return timedelta(0)
    length = timedelta(days=limit.count)
    return min(timedelta(0), max(allowed, LEAST) - length)


def time_in(repair: Repair, stages: tuple[str, ...]) -> timedelta:
    """How long the attempts of this repair's grant have stood in these stages up to now, as their timeline tells."""
    return sum((_stood(one, stages) for one in _attempts(repair)), timedelta())


def away_since(repair: Repair) -> datetime | None:
    """Since when whoever repairs has had the unit, over all attempts of its grant; None where nobody has had it yet."""
    return min((one.taken_in_at for one in _attempts(repair) if one.taken_in_at), default=None)


def _attempts(repair: Repair) -> list[Repair]:
    """All attempts of the grant, this one as it is in hand."""
    rows = type(repair).objects.filter(merchant_id=repair.merchant_id, grant_id=repair.grant_id).exclude(pk=repair.pk)
    return [*rows.order_by("pk"), repair]


def _stood(repair: Repair, stages: tuple[str, ...]) -> timedelta:
    spent, since, here = timedelta(), None, ""
    rows = Entry.objects.filter(merchant_id=repair.merchant_id, case_id=repair.case_id, life="repair", life_id=repair.pk)
    for went_to, at in (*rows.order_by("number").values_list("went_to", "made_at"), ("", clock.now())):
        if since is not None and here in stages:
            spent += max(timedelta(0), at - max(since, _begun(repair, at)))
        here, since = went_to, at
    return spent


def _begun(repair: Repair, at: datetime) -> datetime:
    """From when days count: what is repaired at home or is brought is with its consumer until somebody has it before them."""
    return repair.made_at if repair.way == POST else min(repair.taken_in_at or at, at)


def _allowed(repair: Repair, limit: Limit) -> timedelta | None:
    if limit.unit is not Unit.DAYS:
        return None
    case = repair.case
    days = calendar(case.merchant.calendar)
    stack = stack_on(days.date_at(case.opened_at), merchant=case.merchant_id)
    if repair.stage in FOR_PARTS:
        most = stack.terms.goods[GoodsClass(case.goods_class)].parts_days
        return timedelta(days=most) - time_in(repair, FOR_PARTS)
    taken_in = away_since(repair)
    there = clock.now() - taken_in if taken_in else timedelta(0)
    return timedelta(days=case.terms.count("repair_days_at_fault")) - min(there, time_in(repair, AT_FAULT))
