"""Chargebacks (银行拒付): a bank takes a payment back, and keeps it or gives it back. Meanwhile nothing more of it is refunded (B6).

    open ──decided──▶ consumer (the bank has paid) | merchant (the money is back)

Invariants
 1. A chargeback is known once, by the gateway's reference; a decision comes once. Both in the payment's lock, in the act that freezes,
    unfreezes or covers the refunds (freezing.py).
 2. Books: at opening the sum leaves the gateway and is disputed; won, it comes back; lost, it covers refunds that are not sent, and the
    rest is the merchant's loss; the platform's commission goes back with what the bank took. An order without a case has postings too:
    their cause names the chargeback.
 3. Whoever was told of the opening late hears of the decision first: the opening is then written with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db.models import Sum

from amends.cases.models import Case, Evidence
from amends.cases.record import an_act
from amends.cases.taking import take
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref, new_ref
from amends.kernel.refusals import NoSuchMove, NotYourMove, Unprocessable
from amends.kernel.texts import Text, say
from amends.ledger.models import Line
from amends.market.models import Payment, Tender
from amends.people.rules import Actor
from amends.refunds.bookings import book_chargeback, give_commission_back
from amends.refunds.intents import keep_tender_apart
from amends.refunds.lists import chargeback_for
from amends.refunds.models import Chargeback
from amends.refunds.rules import DECIDING, HANDED_BACK, TAKEN

log = structlog.get_logger(__name__)
SIDES = (TAKEN, HANDED_BACK)
STATES: dict[str, Text] = {
    DECIDING: say("银行处理中", "with the bank"), TAKEN: say("银行已赔付消费者", "decided for the consumer"),
    HANDED_BACK: say("已驳回，款项退回", "decided for the merchant"),
}  # fmt: skip
PROOFS: dict[str, Text] = {
    "delivered": say("已签收的物流记录", "proof of delivery"), "refunded": say("已退款的流水", "proof of a refund"),
    "agreed": say("与消费者的约定", "what was agreed with the consumer"), "as_described": say("商品与描述相符", "goods as described"),
    "not_ours": say("不是这笔付款的纠纷", "not about this payment"),
}  # fmt: skip
LEAST, MOST = 4, 500


@dataclass(frozen=True, slots=True)
class Opened:
    """What a gateway tells of a chargeback: of which payment (its reference or our tender), how much, why, and until when to answer."""

    gateway: str
    provider_ref: str
    amount_minor: int
    unit: str
    payment_ref: str = ""
    tender: str = ""
    reason: str = ""
    answer_by: datetime | None = None


@an_act
def open_chargeback(told: Opened) -> Chargeback | None:
    """The chargeback is known and what it is about is frozen; None where the payment is not ours. Told twice, nothing happens again."""
    tender = _tender_of(told)
    if tender is None:
        log.error("a chargeback of no payment of ours", gateway=told.gateway, provider_ref=told.provider_ref)
        return None
    _lock(tender)
    known = Chargeback.objects.filter(gateway=told.gateway, provider_ref=told.provider_ref).first()
    if known is not None:
        return known
    row = Chargeback.objects.create(
        merchant_id=tender.merchant_id, tender=tender, ref=new_ref("DS"), gateway=told.gateway, provider_ref=told.provider_ref,
        amount_minor=told.amount_minor, unit=told.unit, reason=told.reason[:80], opened_at=clock.now(), answer_by=told.answer_by,
    )  # fmt: skip
    book_chargeback("disputed", row, row.amount_minor, order_id=tender.order_id, verb="opened")
    keep_tender_apart(Tender.objects.get(pk=tender.pk))
    return row


@an_act
def decide_chargeback(gateway: str, provider_ref: str, won_by: str) -> Chargeback | None:
    """The bank has decided for `won_by` (consumer or merchant): refunds are covered or go on; None where the chargeback is not known.

    A second decision of the same is old news. A ValueError for another side.
    """
    if won_by not in SIDES:
        raise ValueError(f"nobody wins a chargeback as {won_by}")
    found = Chargeback.objects.select_related("tender").filter(gateway=gateway, provider_ref=provider_ref).first()
    if found is None:
        return None
    _lock(found.tender)
    row = Chargeback.objects.select_related("tender").get(pk=found.pk)
    if row.state != DECIDING:
        if row.state != won_by:
            log.error("a chargeback was decided twice", chargeback=row.ref, stands=row.state, told=won_by)
        return row
    row.state, row.decided_at = won_by, clock.now()
    row.save(update_fields=["state", "decided_at"])
    order_id = row.tender.order_id
    if won_by == HANDED_BACK:
        book_chargeback("dispute_won", row, row.amount_minor, order_id=order_id, verb="decided")
    keep_tender_apart(row.tender, booked="covered")
    if won_by == TAKEN and (lost := _still_disputed(row)):
        book_chargeback("dispute_lost", row, lost, order_id=order_id, verb="decided")
    if won_by == TAKEN:
        give_commission_back(row, order_id=order_id)
    row.refresh_from_db(fields=["covered_minor"])
    return row


@an_act
def answer_chargeback(ref: str, *, proof: Sequence[str], words: str, by: Actor, evidence: Sequence[str] = ()) -> Chargeback:
    """Our answer to the bank is on record: kinds of proof (PROOFS), words, and references of evidence of the order's cases.

    Raises NotFound for what the reader may not see, NotYourMove for others than the platform and the merchant, NoSuchMove once decided.
    """
    found = chargeback_for(ref, by)
    _lock(found.tender)
    row = Chargeback.objects.select_related("tender").get(pk=found.pk)
    if by.only_reads or by.party not in (Party.PLATFORM, Party.MERCHANT):
        raise NotYourMove(say("由平台或商家答复银行。", "The platform or the merchant answers the bank."))
    if row.state != DECIDING:
        raise NoSuchMove(say("银行已经有结果。", "The bank has decided already."), code="chargeback_decided")
    digests = _digests(row, evidence)
    row.proof, row.answer = [*_kinds(proof), *digests], _words(words)
    row.answered_at, row.answered_by_id = clock.now(), by.user_id
    row.save(update_fields=["proof", "answer", "answered_at", "answered_by"])
    case = Case.objects.visible_to(by).filter(merchant_id=row.merchant_id, order_id=row.tender.order_id).order_by("-pk").first()
    if case is not None:
        facts = {"chargeback": row.ref, "proof": list(proof), "evidence": digests}
        take(case.ref, by).tell("answer_chargeback", by, facts=facts, audience="merchant,platform")
    return row


def _still_disputed(row: Chargeback) -> int:
    """What stands as disputed of this order beyond the chargebacks that are open: it covered no refund."""
    of_order = {"merchant_id": row.merchant_id, "posting__order_id": row.tender.order_id, "unit": row.unit}
    mine = Line.objects.filter(account__party="merchant", account__name="disputed", **of_order)
    others = Chargeback.objects.filter(merchant_id=row.merchant_id, tender__order_id=row.tender.order_id, unit=row.unit, state=DECIDING)
    booked = mine.aggregate(minor=Sum("amount_minor"))["minor"] or 0
    return int(booked) - int(others.aggregate(minor=Sum("amount_minor"))["minor"] or 0)


def _tender_of(told: Opened) -> Tender | None:
    rows = Tender.objects.filter(gateway=told.gateway, unit=told.unit)
    found = rows.filter(payment_ref=told.payment_ref).order_by("pk").first() if told.payment_ref else None
    return found or rows.filter(ref=told.tender).order_by("pk").first()


def _lock(tender: Tender) -> None:
    """The order's payment: whoever opens, decides or refunds waits here (B1, B6)."""
    list(Payment.objects.select_for_update().filter(merchant_id=tender.merchant_id, order_id=tender.order_id).values_list("pk"))


def _kinds(proof: Sequence[str]) -> list[str]:
    if not proof or set(proof) - PROOFS.keys():
        raise Unprocessable.field("proof", say("请选择举证的种类。", "Please choose what kind of proof it is."), code="unknown_proof")
    return sorted(set(proof))


def _words(words: str) -> str:
    told = words.strip()
    if not LEAST <= len(told) <= MOST or "\x00" in told:
        raise Unprocessable.field("words", say("请写 4 至 500 个字。", "Between 4 and 500 signs, please."), code="words_length")
    return told


def _digests(row: Chargeback, refs: Sequence[str]) -> list[str]:
    wanted = {clean_ref(ref) or "" for ref in refs}
    found = Evidence.objects.filter(merchant_id=row.merchant_id, ref__in=wanted, case__order_id=row.tender.order_id)
    digests = sorted(found.values_list("digest", flat=True))
    if len(digests) != len(wanted):
        raise Unprocessable.field("evidence", say("有凭证没有找到。", "Some of the evidence was not found."), code="evidence_unknown")
    return digests
