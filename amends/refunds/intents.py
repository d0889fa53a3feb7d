"""From what is owed to intents to pay: a refund for each tender of a grant, with its reservation, in the transaction that decided it.

Invariants
 1. Whoever writes an intent holds the lock of the order's payment, which every `take` of a case takes first (B1).
 2. `reserved_minor` of a tender is the sum of its live refunds: raised with the intent, lowered when one is dropped, never otherwise.
 3. The books say 'owed' in the same transaction.
Not about the gateway: nobody is asked anything here (B4).
"""

from __future__ import annotations

from django.db import IntegrityError
from django.db.models import F

from amends.cases.models import Case, Grant
from amends.cases.taking import take_case_of
from amends.kernel.parties import Party
from amends.kernel.refs import new_ref
from amends.market.models import Tender
from amends.people.rules import Actor
from amends.refunds.bookings import book
from amends.refunds.books import LIVE, parts
from amends.refunds.models import Refund

WALL = "never_more_than_captured"


class MoreThanCaptured(Exception):
    """A fault of ours: more was to be paid back to a tender than is left of what came in. Nothing was written."""


def intend_for(grant: Grant, by: Actor) -> list[Refund]:
    """The grant is begun and has one intent for each tender of its shares less its reduction; with nothing to pay it is fulfilled at once.

    Told twice, it answers the refunds that are there; a grant that is over gets none. Raises MoreThanCaptured.
    """
    case = take_case_of(grant.case_id)
    if grant.is_over:
        return []
    grant.follow("begin", by)
    there = refunds_of(grant)
    if there:
        return there
    tenders = {t.position: t for t in Tender.objects.filter(merchant_id=case.merchant_id, order_id=case.order_id)}
    money = [position for position, tender in tenders.items() if tender.unit == case.currency]
    due = parts(grant.shares, grant.reduced_minor, money=money)
    if not due:
        grant.follow("fulfil", by, facts={"amount_minor": 0})
    return [_intend(case, grant, tenders[position], minor, by) for position, minor in due.items()]


def refunds_of(grant: Grant) -> list[Refund]:
    """The live refunds of a grant, in the order of their birth."""
    return list(Refund.objects.filter(merchant_id=grant.merchant_id, grant_id=grant.pk, stage__in=LIVE).order_by("pk"))


def drop(refund: Refund, case: Case, by: Actor) -> bool:
    """The intent is dropped and its reservation free again; False where money was or may have been sent."""
    if not refund.follow("drop", by, facts={"amount_minor": refund.amount_minor, "unit": refund.unit}):
        return False
    book("dropped", refund, case, verb="drop")
    tender = Tender.objects.filter(merchant_id=refund.merchant_id, pk=refund.tender_id)
    tender.update(reserved_minor=F("reserved_minor") - refund.amount_minor)
    return True


def _intend(case: Case, grant: Grant, tender: Tender, minor: int, by: Actor) -> Refund:
    _reserve(tender, minor)
    ref = new_ref("RF")
    refund = Refund.born(
        "intend", by.as_party(Party.PLATFORM), merchant_id=case.merchant_id, case=case, grant=grant, tender=tender, ref=ref,
        amount_minor=minor, unit=tender.unit,
        facts={"refund": ref, "grant": grant.pk, "tender": tender.ref, "kind": tender.kind, "amount_minor": minor, "unit": tender.unit,
               "caused_by": by.party.value},
    )  # fmt: skip
    book("owed", refund, case, verb="intend")
    return refund


def _reserve(tender: Tender, minor: int) -> None:
    told = f"tender {tender.ref}: {tender.captured_minor} captured, {tender.reserved_minor} reserved, {minor} asked"
    if minor > tender.captured_minor - tender.reserved_minor:
        raise MoreThanCaptured(told)
    try:
        Tender.objects.filter(merchant_id=tender.merchant_id, pk=tender.pk).update(reserved_minor=F("reserved_minor") + minor)
    except IntegrityError as wall:
        # The second wall of B1: reached only by somebody who came without the lock.
        if WALL in str(wall):
            raise MoreThanCaptured(told) from wall
        raise
