"""Parcels that never came, in the demo: where a shop stays silent its consumer asks the carrier, which answers by turns or not at all.

Chosen by the case's number and not by the dice, so that the rest of a seeded demo stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from amends.cases.models import Case
from amends.deliveries import verbs
from amends.deliveries.models import OutboundDelivery
from amends.deliveries.verbs.asking import may_enquire
from amends.kernel import clock
from amends.people.rules import Actor

Act = Callable[[], Any]
ANSWERS = 3


def looked_for(case: Case, consumer: Actor) -> Act | None:
    """The consumer asks the carrier where it is; None where the case is about something else."""
    if not may_enquire(case, consumer):
        return None
    return lambda: verbs.enquire(case.ref, words="好几天没有物流更新（模拟）", by=consumer)


def answered(case: Case, life_id: int) -> Act | None:
    """What the carrier says of it: lost, a new date, or nothing; of damage, that it was on the way, that it was not, or nothing."""
    row = OutboundDelivery.objects.get(merchant_id=case.merchant_id, pk=life_id)
    if row.is_about_damage:
        return _of_damage(row)
    if row.pk % ANSWERS == 0:
        return lambda: verbs.declare_lost(row.ref, words="分拨中心破损登记（模拟）")
    if row.pk % ANSWERS == 1:
        return lambda: verbs.give_date(row.ref, expected_at=clock.now() + timedelta(days=2), words="天气原因延误（模拟）")
    return None


def _of_damage(row: OutboundDelivery) -> Act | None:
    if row.pk % ANSWERS == 0:
        return lambda: verbs.admit_damage(row.ref, words="装卸登记破损（模拟）")
    if row.pk % ANSWERS == 1:
        return lambda: verbs.deny_damage(row.ref, words="交接时外箱完好（模拟）")
    return None


def arrives(case: Case, life_id: int) -> Act:
    """It comes on the new date."""
    row = OutboundDelivery.objects.get(merchant_id=case.merchant_id, pk=life_id)
    return lambda: verbs.deliver(row.ref)


def confirmed(case: Case, life_id: int, consumer: Actor) -> Act:
    """It is here."""
    row = OutboundDelivery.objects.get(merchant_id=case.merchant_id, pk=life_id)
    return lambda: verbs.confirm(row.ref, by=consumer)
