"""From what is owed to intents to pay: a refund for each tender of a grant, with its reservation, in the transaction that decided it.

Invariants
 1. Whoever writes an intent holds the lock of the order's payment, which every `take` of a case takes first (B1).
 2. `reserved_minor` of a tender is the sum of its live refunds: raised with the intent, lowered when one is dropped, never otherwise.
 3. The books say 'owed' in the same transaction.
 4. An intent that a chargeback leaves no room for is frozen in the same transaction (freezing.py, B6).
A sum beyond the order (S19) that came in by no tender goes to the payer's account at the gateway, or where the consumer says (payees.py).
Not about the gateway: nobody is asked anything here (B4).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from amends.cases.models import Case, Grant
from amends.cases.taking import take_case_of
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import new_ref
from amends.market.models import Tender
from amends.people.rules import PLATFORM, Actor
from amends.plumbing.payments.choosing import gateway
from amends.plumbing.payments.port import GatewayUnreachable
from amends.refunds.bookings import book
from amends.refunds.books import LIVE, parts
from amends.refunds.expecting import usual
from amends.refunds.freezing import LATE, keep_apart
from amends.refunds.models import Payee, Refund, Way
from amends.refunds.payees import PAID_BY, payee_of
from amends.refunds.reserving import MoreThanCaptured, drop, reserve

__all__ = ["MoreThanCaptured", "drop", "intend_anew", "intend_for", "intend_instead", "keep_tender_apart", "refunds_of"]


def intend_for(grant: Grant, by: Actor) -> list[Refund]:
    """The grant is begun and has one intent for each tender of its shares less its reduction, or one for its sum beyond the order; with
    nothing to pay it is fulfilled at once.

    Told twice, it answers the refunds that are there; a grant that is over gets none. Raises MoreThanCaptured.
    """
    case = take_case_of(grant.case_id)
    if grant.is_over:
        return []
    grant.follow("begin", by)
    there = refunds_of(grant)
    if there:
        return there
    if grant.subject == "sum" and not grant.shares:
        return _beyond(case, grant, by)
    tenders = {t.position: t for t in Tender.objects.filter(merchant_id=case.merchant_id, order_id=case.order_id)}
    money = [position for position, tender in tenders.items() if tender.unit == case.currency]
    due = parts(grant.shares, grant.reduced_minor, money=money)
    if not due:
        grant.follow("fulfil", by, facts={"amount_minor": 0})
    born = [_intend(case, grant, tenders[position], minor, by) for position, minor in due.items()]
    for position in due:
        keep_tender_apart(tenders[position], only=case)
    return born


def refunds_of(grant: Grant) -> list[Refund]:
    """The live refunds of a grant, in the order of their birth."""
    return list(Refund.objects.filter(merchant_id=grant.merchant_id, grant_id=grant.pk, stage__in=LIVE).order_by("pk"))


def keep_tender_apart(tender: Tender, *, only: Case | None = None, booked: str = LATE) -> None:
    """Refunds of this tender stay apart from chargebacks of it (freezing.py)."""
    keep_apart(tender, intend_anew, only=only, booked=booked)


def intend_anew(case: Case, refund: Refund, minor: int) -> Refund:
    """`minor` is intended, the same way, in place of a refund that was dropped because a bank has paid a part of it."""
    tender = Tender.objects.get(merchant_id=case.merchant_id, pk=refund.tender_id or 0)
    return _intend(case, refund.grant, tender, minor, PLATFORM, way=refund.way, gateway=refund.gateway, payee=refund.payee)


def intend_instead(case: Case, old: Refund, by: Actor, *, grant: Grant | None = None, payee: Payee | None = None) -> Refund:
    """What `old` did not bring is intended once more, to `payee` or as it was: its reservation and what is owed go over to the new one.

    `old` is redirected or reversed already. `grant`: what owes it now, where that is another.
    """
    where = {"way": payee.way, "gateway": PAID_BY[payee.way]} if payee else {"way": old.way, "gateway": old.gateway}
    born = _born(
        case, grant or old.grant, old.amount_minor, old.unit, by, tender=old.tender, payee=payee or old.payee, stands_for=old, **where
    )  # fmt: skip
    if old.tender is not None:
        keep_tender_apart(old.tender, only=case)
    return born


def _intend(case: Case, grant: Grant, tender: Tender, minor: int, by: Actor, **where: Any) -> Refund:
    reserve(tender, minor)
    refund = _born(case, grant, minor, tender.unit, by, tender=tender, **({"way": Way.TENDER.value, "gateway": tender.gateway} | where))
    book("owed", refund, case, verb="intend")
    return refund


def _beyond(case: Case, grant: Grant, by: Actor) -> list[Refund]:
    """A sum without a tender: to the payer's account where the gateway can, else as the consumer said, else the consumer is asked."""
    minor = grant.amount_minor - grant.reduced_minor
    if minor == 0:
        grant.follow("fulfil", by, facts={"amount_minor": 0})
        return []
    unit = grant.currency or case.currency
    account = _account_at_gateway(case, unit)
    payee = None if account else payee_of(case)
    way = payee.way if payee else Way.BANK.value
    where: dict[str, Any] = {"way": way, "payee": payee, "gateway": PAID_BY[way]}
    if account is not None:
        where = {"way": Way.TRANSFER.value, "gateway": account.gateway}
    refund = _born(case, grant, minor, unit, by, **where)
    book("owed", refund, case, verb="intend")
    if account is None and payee is None:
        refund.tell("ask_payee", PLATFORM, facts={"refund": refund.ref, "amount_minor": minor, "unit": unit})
    return [refund]


def _account_at_gateway(case: Case, unit: str) -> Tender | None:
    tenders = Tender.objects.filter(merchant_id=case.merchant_id, order_id=case.order_id, unit=unit)
    first = tenders.order_by("position").first()
    return first if first is not None and first.payer_ref and _transfers(first.gateway) else None


def _transfers(name: str) -> bool:
    try:
        return gateway(name).can_transfer
    except GatewayUnreachable:
        return False


def _born(case: Case, grant: Grant, minor: int, unit: str, by: Actor, *, tender: Tender | None = None, way: str, **columns: Any) -> Refund:
    ref, instead = new_ref("RF"), columns.get("stands_for")
    kind = tender.kind if tender is not None else ""
    told = {"refund": ref, "grant": grant.pk, "kind": kind, "way": way, "amount_minor": minor, "unit": unit, "caused_by": by.party.value}
    if tender is not None:
        told["tender"] = tender.ref
    if instead is not None:
        told["stands_for"] = instead.ref
    expected: timedelta = usual(way, kind)
    return Refund.born(
        "intend", by.as_party(Party.PLATFORM), merchant_id=case.merchant_id, case=case, grant=grant, tender=tender, way=way, ref=ref,
        amount_minor=minor, unit=unit, expected_at=clock.now() + expected, facts=told, **columns,
    )  # fmt: skip
