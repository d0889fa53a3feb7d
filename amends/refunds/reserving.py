"""The reservation of a tender: what of it is refunded, on its way back or about to be. Never above what came in (B1).

Whoever changes it holds the lock of the order's payment; the database's check is the second wall. What an intent that stands for another
(`stands_for`) pays was reserved with that one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError

from amends.cases.models import Case
from amends.market.models import Tender
from amends.people.rules import Actor
from amends.plumbing.counting import plus
from amends.refunds.bookings import book
from amends.refunds.models import Refund

WALL = "never_more_than_captured"


class MoreThanCaptured(Exception):
    """A fault of ours: more was to be paid back to a tender than is left of what came in. Nothing was written."""


def reserve(tender: Tender, minor: int) -> None:
    """`minor` more of the tender is spoken for. Raises MoreThanCaptured."""
    told = f"tender {tender.ref}: {tender.captured_minor} captured, {tender.reserved_minor} reserved, {minor} asked"
    if minor > tender.captured_minor - tender.reserved_minor:
        raise MoreThanCaptured(told)
    try:
        Tender.objects.filter(merchant_id=tender.merchant_id, pk=tender.pk).update(reserved_minor=plus("reserved_minor", minor))
    except IntegrityError as wall:
        # The second wall of B1: reached only by somebody who came without the lock.
        if WALL in str(wall):
            raise MoreThanCaptured(told) from wall
        raise
    tender.reserved_minor += minor


def drop(refund: Refund, case: Case, by: Actor) -> bool:
    """The intent is dropped and its reservation free again; False where money was or may have been sent."""
    if not refund.follow("drop", by, facts={"amount_minor": refund.amount_minor, "unit": refund.unit}):
        return False
    book("dropped", refund, case, verb="drop")
    if refund.tender_id is not None:
        tender = Tender.objects.filter(merchant_id=refund.merchant_id, pk=refund.tender_id)
        tender.update(reserved_minor=plus("reserved_minor", -refund.amount_minor))
    return True


def move_uncounted(refund: Refund, case: Case, verb: str, by: Actor, facts: Mapping[str, Any]) -> None:
    """`verb` has happened because of what others did (a bank decided, a gateway was ahead of us): its count is as it was before.

    `case` is the row that the act holds. That this ends: each time takes something new from outside, which is taken once.
    """
    mine = f"refund:{refund.pk}:"
    others = {key: count for key, count in case.counts.items() if not key.startswith(mine)}
    used = {key: count for key, count in case.counts.items() if key.startswith(mine)}
    case.counts = dict(others)
    refund.move(verb, by, facts=facts)
    case.counts = others | used
