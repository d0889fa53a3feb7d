"""Price protection (保价): by how much a listing fell after it was bought, within the days that the rules of money promised then.

Read by `cases.claims` through a hook, so that the policy engine finds it among its facts (docs/adr/0023); what follows from it, a
promise of the order and a right to a price adjustment, stands in packs/promise/price_protection.toml.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from amends.approvals.rules_of_money import rules_on
from amends.market.models import Order, OrderLine, Unit
from amends.market.prices import lowest_since


def fallen_minor(order: Order, line: OrderLine, units: Sequence[Unit], at: datetime) -> int:
    """What these units cost less since they were bought: the exact difference of each to the lowest price told, times the units.

    In minor units of the order's currency. Nothing after the promised days. What a unit was granted back before is counted as not paid,
    so that a further fall pays the rest and no difference is paid twice.
    """
    rules = rules_on(order.placed_at).price_protection
    if not units or at > order.placed_at + timedelta(days=rules.days):
        return 0
    lowest = lowest_since(order.merchant_id, line.product_id, order.currency, since=order.placed_at, until=at)
    if lowest is None:
        return 0
    fallen = sum(max(0, unit.paid_minor - unit.granted_minor - lowest) for unit in units)
    return min(fallen, rules.most_minor) if rules.most_minor else fallen
