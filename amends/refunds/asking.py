"""A refund and whoever pays it: marked as sent and committed, then asked for, outside of any transaction (B4).

Invariants
 1. The key is the refund's `ref`, for ever (B2); `turn` counts the sure failures before, for gateways whose keys end with one (B31).
 2. Every call has an Attempt row that was committed before it.
 3. Nothing that a chargeback holds is sent: looked at once more under the lock (B6).
Money by the bank's file is not sent from here (banking.py); store credit asks nobody. Not about answers: answers.py.
"""

from __future__ import annotations

from datetime import timedelta

from amends.cases import acting
from amends.cases.models import Case
from amends.cases.record import an_act
from amends.kernel import clock
from amends.market.models import Tender
from amends.people.rules import PLATFORM
from amends.plumbing.payments.choosing import gateway
from amends.plumbing.payments.port import Answer, Asked
from amends.refunds.answers import keep, take_answer
from amends.refunds.books import REFUSED, UNANSWERED
from amends.refunds.expecting import usual
from amends.refunds.intents import keep_tender_apart
from amends.refunds.models import Attempt, Refund, Way
from amends.refunds.taking import taken

ASKED = "asked"
BY_GATEWAY = (Way.TENDER.value, Way.TRANSFER.value)
CREDITED = Answer("paid", reason="")
FIRST_CALL = timedelta(hours=1)
"""Well within the time that gateways keep a key for (Stripe: a day)."""


def send(refund_id: int) -> str:
    """The intent was sent, and the answer is written; answers the stage. One that is not `intended` any more, that a chargeback holds,
    or that goes by the bank's file, is left alone.

    Raises GatewayUnreachable, before anything is written, where its gateway is not set up.
    """
    way, name, stage = Refund.objects.values_list("way", "gateway", "stage").get(pk=refund_id)
    if way == Way.BANK:
        return stage
    if way in BY_GATEWAY:
        gateway(name)
    return call(refund_id) if mark_sent(refund_id) else stage_of(refund_id)


def call(refund_id: int) -> str:
    """Whoever pays was asked with this refund's key, for the first time or again, and the answer is written. Only while unanswered."""
    if acting.current_or_none() is not None:
        raise AssertionError("the gateway is asked outside of any act (B4)")
    refund = Refund.objects.select_related("tender").get(pk=refund_id)
    if refund.stage not in UNANSWERED or refund.way == Way.BANK:
        return refund.stage
    number = refund.attempts.count()
    # A job that was killed on its way runs again: what lies so far back is no first call, and a gateway may have forgotten its key.
    again = number > 1 or refund.sent_at is None or refund.sent_at <= clock.now() - FIRST_CALL
    return take_answer(refund.ref, _asked_for(refund, again=again), source="response", attempt=number)


def call_again(refund_id: int) -> str:
    """As `call`, for a refund that the gateway surely does not know yet: a further attempt with the same key."""
    return call(refund_id) if _note_attempt(refund_id) else stage_of(refund_id)


def look(refund: Refund) -> Answer:
    """How the gateway says that this refund stands now. Store credit asks nobody; of the bank nothing is heard but by its file."""
    if refund.way == Way.CREDIT:
        return CREDITED if refund.stage in UNANSWERED else Answer("unheard")
    if refund.way == Way.BANK:
        return Answer("unheard", reason="by_bank")
    return gateway(refund.gateway).look(asked_of(refund, again=True))


def asked_of(refund: Refund, *, again: bool) -> Asked:
    """What the gateway is asked for this refund, the same at every call but for `again`. Of a failed one it is the attempt that failed."""
    tender, turn = refund.tender, refund.turn - (refund.stage in REFUSED)
    if refund.way == Way.TRANSFER or tender is None:
        payer = tender or _payer(refund)
        return Asked(
            refund.ref, max(turn, 0), payment_ref=payer.payment_ref, payer_ref=payer.payer_ref, amount=refund.amount_minor,
            currency=refund.unit, again=again, way="transfer",
        )  # fmt: skip
    return Asked(
        refund.ref, max(turn, 0), tender.ref, tender.payment_ref, tender.payer_ref, refund.amount_minor, refund.unit, tender.captured_minor,
        again=again,
    )  # fmt: skip


@an_act
def mark_sent(refund_id: int) -> bool:
    """First transaction: the intent is `sent` and an attempt is on record; False where it may not be sent (any more)."""
    case, refund = taken(refund_id)
    if refund.tender is not None:
        keep_tender_apart(refund.tender, only=case)
        refund = Refund.objects.select_related("tender").get(merchant_id=case.merchant_id, pk=refund_id)
    if not refund.may("send", PLATFORM):
        return False
    refund.move("send", PLATFORM, facts={"refund": refund.ref, "amount_minor": refund.amount_minor, "unit": refund.unit})
    asked_now(refund, case)
    return True


def asked_now(refund: Refund, case: Case) -> None:
    """An attempt is on record, before anybody is asked; and by when it usually arrives, counted anew."""
    kind = refund.tender.kind if refund.tender is not None else ""
    keep(refund, sent_at=clock.now(), expected_at=clock.now() + usual(refund.way, kind))
    Attempt.objects.create(
        merchant_id=case.merchant_id, refund=refund, number=refund.attempts.count() + 1, made_at=clock.now(), answer=ASKED
    )  # fmt: skip


def stage_of(refund_id: int) -> str:
    """Where the refund is now."""
    return Refund.objects.values_list("stage", flat=True).get(pk=refund_id)


@an_act
def _note_attempt(refund_id: int) -> bool:
    case, refund = taken(refund_id)
    if refund.stage not in UNANSWERED:
        return False
    asked_now(refund, case)
    return True


def _asked_for(refund: Refund, *, again: bool) -> Answer:
    if refund.way == Way.CREDIT:
        return CREDITED
    asked = asked_of(refund, again=again)
    payer = gateway(refund.gateway)
    return payer.transfer(asked) if asked.way == "transfer" else payer.refund(asked)


def _payer(refund: Refund) -> Tender:
    """The tender whose payer a sum beyond the order goes to: the first that was paid in this unit."""
    tenders = Tender.objects.filter(merchant_id=refund.merchant_id, order_id=refund.case.order_id, unit=refund.unit)
    return tenders.order_by("position")[0]
