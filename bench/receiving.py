"""Parcels received a second at one desk, each scan a transaction of its own, against the same statements by bare SQL.

A parcel is one unit's: the scan finds it, receives it, opens its inspection, writes timeline, deadlines and turns, and plans the notices.
Nobody inspects here, and nothing is refunded.
"""

from __future__ import annotations

from functools import partial
from itertools import count
from typing import Any

from amends.cases.verbs.answering import approve
from amends.cases.verbs.applying import Application, apply
from amends.kernel.parties import Party
from amends.kernel.refusals import Refusal
from amends.market.models import Order
from amends.people.rules import Actor, Role
from amends.returns.listeners import ask_for_goods
from amends.returns.receiving import open_batch, scan
from amends.returns.verbs import give_address, ship
from bench.limit import against
from bench.measures import claimed_of

_numbers = count(100_000_000)


def receiving(orders: list[Order], url: str, parcels: int) -> dict[str, Any]:
    """Scans a second, and how much of the limit that is."""
    on_their_way = _sent_back(orders, parcels)
    # A batch for each scan: what was recorded was rolled back, so two of one batch would have the same number in their replays.
    acts = [partial(scan, open_batch("bench", by=_shop(shop)).ref, waybill, by=_shop(shop)) for shop, waybill in on_their_way]
    return against("receive a scanned parcel", acts[: parcels // 3], acts[parcels // 3 :], url)


def _shop(merchant: int) -> Actor:
    return Actor(Party.MERCHANT, merchant_id=merchant, roles=frozenset({Role.MERCHANT}))


def _sent_back(orders: list[Order], wanted: int) -> list[tuple[int, str]]:
    """Parcels that consumers have handed over, as shop and waybill."""
    found: list[tuple[int, str]] = []
    for order, application in claimed_of(orders):
        waybill, shop, consumer = f"BENCH{next(_numbers)}", _shop(order.merchant_id), Actor(Party.CONSUMER, consumer_id=order.consumer_id)
        if application.remedy != "return_refund":
            continue
        try:
            found.append(_one(application, consumer, shop, waybill))
        except Refusal:  # goods of another kind, or a claim that was granted at once
            continue
        if len(found) == wanted:
            return found
    raise RuntimeError(f"only {len(found)} parcels of {wanted} could be sent back")


def _one(application: Application, consumer: Actor, shop: Actor, waybill: str) -> tuple[int, str]:
    case = apply(application, by=consumer)
    approve(case.ref, by=shop)
    parcel = ask_for_goods(case.pk)
    assert parcel is not None
    give_address(parcel.ref, by=shop)
    ship(parcel.ref, carrier="Bench", waybill=waybill, by=consumer)
    return case.merchant_id, waybill
