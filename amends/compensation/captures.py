"""What a gateway captured of a supplement: it is a tender of the order in every ending, and goes back whole where nothing asked for it.

    paid in time, the very sum ──▶ the supplement is paid      late, another sum, a second time, after the case ──▶ handed back at once
    its goods go back ──▶ what was paid on top goes with them

Invariants
 1. Captured money is in the books: each payment is one tender with one posting, however often the gateway tells of it.
 2. What nobody asked for is owed back in the same act, to that very tender; where the case is over, in one that follows it (B3).
 3. A supplement belongs to the articles of its case: when the last of them has gone back, so does what is left of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from django.db.models import Max

from amends.cases.grants import owe_sum
from amends.cases.left import UNIT
from amends.cases.life import LifeRow
from amends.cases.models import Case, ClaimedUnit, Grant
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.cases.verbs.following import follow_up
from amends.compensation.models import Supplement
from amends.compensation.supplements import ASKED, PAID, end, facts_of
from amends.kernel.refs import clean_ref
from amends.ledger.posting import About, post
from amends.market.models import Payment, Tender
from amends.people.rules import GATEWAY, PLATFORM, Actor
from amends.plumbing.counting import plus
from amends.policy.rules.facts import Remedy
from amends.refunds.intents import intend_for

log = structlog.get_logger(__name__)
BASIS = "supplement"
GONE = (Remedy.REFUND_ONLY.value, Remedy.RETURN_REFUND.value)
"""Remedies after which the consumer has paid nothing for the unit."""


def hear_capture(name: str, kind: str, told: Mapping[str, Any]) -> str:
    """What the gateway `name` pushed of a capture; for pushes.bind."""
    return take_capture(name, told)


@an_act
def take_capture(name: str, told: Mapping[str, Any]) -> str:
    """The gateway `name` says that a payment was captured (`key` is the supplement's reference): it is one more tender of its order.

    Answers what became of it: paid, already (known), late, other_sum or twice (handed back), ignored (no supplement of ours, no sum).
    """
    found = Supplement.objects.filter(ref=clean_ref(str(told.get("key", ""))) or "").values_list("case_id", "pk").first()
    amount, currency = told.get("amount"), str(told.get("currency") or "")
    if found is None or type(amount) is not int or amount < 1 or not currency:
        return "ignored"
    case = take_case_of(found[0])
    supplement = Supplement.objects.select_for_update().get(pk=found[1])
    if _known(supplement, name, told):
        return "already"
    tender = _tender(case, supplement, name, told)
    _book(case, supplement, tender)
    why = _stray(case, supplement, tender)
    if why:
        log.warning("money that was not asked for is handed back", supplement=supplement.ref, why=why, amount=amount, currency=currency)
        hand_back(case, supplement, tender, why)
        return why
    supplement.tender = tender
    end(supplement, PAID)
    case.tell("pay_supplement", GATEWAY, facts={**facts_of(supplement), "tender": tender.ref})
    _with_its_goods(case, supplement)
    return PAID


def goods_are_back(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `grant.fulfil`: with the last article of its case that was paid back goes what was paid on top of them."""
    assert isinstance(life, Grant)  # noqa: S101 - wiring binds this to moves of grants alone
    if life.subject != UNIT or life.unit_id is None or life.remedy not in GONE:
        return
    claims = ClaimedUnit.objects.filter(merchant_id=life.merchant_id, unit_id=life.unit_id)
    mine = Supplement.objects.filter(merchant_id=life.merchant_id, state=PAID, case_id__in=claims.values("case_id"))
    for supplement in mine.order_by("pk"):
        _with_its_goods(take_case_of(life.case_id), supplement)


def _with_its_goods(case: Case, supplement: Supplement) -> None:
    """What is left of a paid supplement is handed back where every article of its own case was paid back whole."""
    units = list(ClaimedUnit.objects.filter(merchant_id=case.merchant_id, case_id=supplement.case_id).values_list("unit_id", flat=True))
    back = Grant.objects.filter(merchant_id=case.merchant_id, unit_id__in=units, subject=UNIT, remedy__in=GONE, stage="done")
    if back.values("unit_id").distinct().count() == len(set(units)):
        give_back(case, supplement, "returned")


def give_back(case: Case, supplement: Supplement, why: str) -> bool:
    """What is left of a paid supplement is owed back to the tender it came by; False where nothing of it is left. Inside an act."""
    if supplement.tender_id is None:
        return False
    tender = Tender.objects.get(merchant_id=case.merchant_id, pk=supplement.tender_id)
    if tender.captured_minor <= tender.reserved_minor:
        return False
    hand_back(case, supplement, tender, why)
    return True


def hand_back(case: Case, supplement: Supplement, tender: Tender, why: str) -> None:
    """What is left of the tender is owed back to it, and intended."""
    minor = tender.captured_minor - tender.reserved_minor
    about = {"supplement": supplement.ref, "tender": tender.ref, "why": why}
    here = follow_up(case, amount_minor=minor, basis=BASIS, facts=about) if case.is_over else case
    grant = owe_sum(
        here, amount_minor=minor, currency=tender.unit, remedy=Remedy.REFUND_ONLY, basis=BASIS, borne_by="merchant", by=PLATFORM,
        to=tender, facts=about,
    )  # fmt: skip
    intend_for(grant, PLATFORM)
    here.tell("return_supplement", PLATFORM, facts={**about, "amount_minor": minor, "currency": tender.unit, "grant": grant.pk})


def _stray(case: Case, supplement: Supplement, tender: Tender) -> str:
    """Why this payment was not asked for; empty where it was."""
    if supplement.state == PAID:
        return "twice"
    if supplement.state != ASKED or case.is_over:
        return "late"
    return "" if (tender.captured_minor, tender.unit) == (supplement.amount_minor, supplement.currency) else "other_sum"


def _known(supplement: Supplement, name: str, told: Mapping[str, Any]) -> bool:
    """Whether this very payment is a tender already: its number at the gateway says so, or the name under which the gateway keeps it."""
    mine = Tender.objects.filter(merchant_id=supplement.merchant_id, order_id=supplement.order_id)
    if number := str(told.get("payment_ref") or "")[:120]:
        return mine.filter(gateway=name, payment_ref=number).exists()
    return mine.filter(ref=_first_ref(supplement, told)).exists()


def _tender(case: Case, supplement: Supplement, name: str, told: Mapping[str, Any]) -> Tender:
    payment = Payment.objects.get(merchant_id=case.merchant_id, order_id=case.order_id)
    position = (Tender.objects.filter(merchant_id=case.merchant_id, payment=payment).aggregate(n=Max("position"))["n"] or 0) + 1
    unit, minor = str(told["currency"])[:20], int(told["amount"])
    if unit == payment.currency:
        Payment.objects.filter(pk=payment.pk).update(captured_minor=plus("captured_minor", minor))
    ref = _first_ref(supplement, told)
    if Tender.objects.filter(ref=ref).exists():
        ref = f"T-{supplement.ref}-{position}"
    return Tender.objects.create(
        merchant_id=case.merchant_id, payment=payment, order_id=case.order_id, ref=ref, position=position, kind="wallet", unit=unit,
        captured_minor=minor, gateway=name, payment_ref=str(told.get("payment_ref") or "")[:120],
        payer_ref=str(told.get("payer_ref") or "")[:120],
    )  # fmt: skip


def _first_ref(supplement: Supplement, told: Mapping[str, Any]) -> str:
    return str(told.get("tender") or f"T-{supplement.ref}")[:40]


def _book(case: Case, supplement: Supplement, tender: Tender) -> None:
    about = About(case.merchant_id, order_id=case.order_id, case_id=case.pk, consumer_id=case.consumer_id)
    key = f"captured:{supplement.ref}:{tender.position}"
    post("captured_more", about, tender.captured_minor, tender.unit, key=key, cause=f"supplement:{supplement.pk}:pay")
