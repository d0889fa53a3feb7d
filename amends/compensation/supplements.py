"""What a consumer is asked to pay on top of an order, the difference of an exchange say; and what is given back where it costs less.

    asked ──the gateway tells of the capture──▶ paid      asked ──clock──▶ lapsed      asked ──whoever asked──▶ dropped

Invariants
 1. Paid, it is one more tender of the order, added under the payment's lock, so that what may be refunded grows by exactly that much.
 2. The gateway's word of one capture counts once, whenever and however often it comes; after the end it is money nobody asked for, and a
    person is told of it (`late`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import structlog
from django.db.models import F, Max

from amends.approvals.asking import decide
from amends.approvals.models import Approval
from amends.approvals.rules_of_money import rules_on
from amends.cases.grants import owe_share
from amends.cases.models import Case, Grant
from amends.cases.record import an_act
from amends.cases.taking import take, take_case_of
from amends.compensation.models import Supplement
from amends.compensation.offers import check_stage
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref, new_ref
from amends.kernel.refusals import Conflict, NotFound, NotYourMove, Unprocessable
from amends.kernel.texts import say
from amends.ledger.posting import About, post
from amends.market.models import Payment, Tender, Unit
from amends.people.rules import CLOCK, GATEWAY, PLATFORM, Actor
from amends.plumbing.payments.choosing import gateway
from amends.plumbing.shards import WHOLE, Shard
from amends.policy.rules.facts import Remedy
from amends.refunds.intents import intend_for

log = structlog.get_logger(__name__)
ASKED = "asked"
EXCHANGE = "exchange_difference"
TITLE = say("补差价", "Price difference")


def exchange_difference(case: Case, unit: Unit, new_price_minor: int, *, by: Actor, key: str) -> Supplement | Grant | Approval | None:
    """What an exchange of `unit` for one of `new_price_minor` brings: a supplement asked for where it costs more, money back for the
    unit where it costs less, None where it costs the same. Inside the act that exchanges."""
    difference = new_price_minor - (unit.paid_minor - unit.granted_minor)
    if difference > 0:
        return ask(case.ref, amount_minor=difference, why=EXCHANGE, by=by, key=key)
    if difference == 0:
        return None
    grant = owe_share(case, unit, amount_minor=-difference, remedy=Remedy.PRICE_ADJUSTMENT, basis=EXCHANGE, by=by)
    intend_for(grant, by)
    return grant


@an_act
def ask(ref: str, *, amount_minor: int, why: str = EXCHANGE, by: Actor, key: str = "", reason: str = "") -> Supplement | Approval:
    """The consumer is asked to pay so much on top until a limit, at the gateway that the order was paid with; or somebody else was asked
    to approve it, for whom `reason` is. One at a time. Raises NotFound, NotYourMove, NoSuchMove, Unprocessable, Conflict."""
    case = take(ref, by)
    if by.party not in (Party.MERCHANT, Party.PLATFORM) or by.only_reads:
        raise NotYourMove(say("只有商家和平台可以请消费者补款。", "Only merchant and platform ask a consumer to pay on top."))
    check_stage(case)
    rules = rules_on(clock.now()).supplements
    if amount_minor < 1 or (rules.most_minor and amount_minor > rules.most_minor):
        wrong = say("金额应大于零，最多 {most}。", "The amount is above nothing and {most} at most.", most=rules.most_minor)
        raise Unprocessable.field("amount_minor", wrong, code="wrong_amount")
    if Supplement.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, state=ASKED).exists():
        raise Conflict(say("已经请消费者补过款，还在等。", "The consumer has been asked already."), code="asked_already")
    ref = new_ref("SU")
    payload = {"case": case.pk, "amount_minor": amount_minor, "why": why[:30], "ref": ref}
    waits = decide(
        "supplement", by=by, merchant_id=case.merchant_id, amount_minor=amount_minor, unit=case.currency, payload=payload,
        key=f"supplement:{key or ref}"[:70], case=case, why=reason,
    )  # fmt: skip
    return waits or _asked(case, payload, by)


def run_ask(payload: Mapping[str, Any], asker: Actor, approver: Actor, approval: Approval) -> str:
    """A supplement that was to be approved is asked for now. For approvals.register."""
    case = take_case_of(payload["case"])
    check_stage(case)
    return _asked(case, payload, asker).ref


@an_act
def drop(ref: str, *, by: Actor) -> Supplement:
    """The consumer is no longer asked. By merchant or platform; raises NotFound, NotYourMove, Conflict."""
    case, supplement = _taken(ref, by)
    if by.party not in (Party.MERCHANT, Party.PLATFORM) or by.only_reads:
        raise NotYourMove(say("只有商家和平台可以撤回补款。", "Only merchant and platform may take this back."))
    if supplement.state != ASKED:
        raise Conflict(say("这笔补款已经了结。", "It is no longer asked for."), code="supplement_over")
    _end(supplement, "dropped")
    case.tell("drop_supplement", by, facts=_facts(supplement))
    return supplement


def hear_capture(name: str, kind: str, told: Mapping[str, Any]) -> str:
    """What the gateway `name` pushed of a capture; for pushes.bind."""
    return take_capture(name, told)


@an_act
def take_capture(name: str, told: Mapping[str, Any]) -> str:
    """The gateway `name` says that a payment was captured (`key` is the supplement's reference): it is one more tender of its order.

    Answers what became of it: paid, already, late, other_sum, ignored (no supplement of ours).
    """
    found = Supplement.objects.filter(ref=clean_ref(str(told.get("key", ""))) or "").values_list("case_id", "pk").first()
    if found is None:
        return "ignored"
    case = take_case_of(found[0])
    supplement = Supplement.objects.select_for_update().get(pk=found[1])
    if supplement.state == "paid":
        return "already"
    if (told.get("amount"), told.get("currency")) != (supplement.amount_minor, supplement.currency):
        log.error("a supplement was paid in another sum", supplement=supplement.ref, told=dict(told))
        return "other_sum"
    if supplement.state != ASKED:
        log.error("a supplement was paid after its end", supplement=supplement.ref, state=supplement.state)
        return "late"
    supplement.tender = _tender(case, supplement, name, told)
    _end(supplement, "paid")
    about = About(case.merchant_id, order_id=case.order_id, case_id=case.pk, consumer_id=case.consumer_id)
    cause = f"supplement:{supplement.pk}:pay"
    post("captured_more", about, supplement.amount_minor, supplement.currency, key=f"captured:{supplement.ref}", cause=cause)
    case.tell("pay_supplement", GATEWAY, facts={**_facts(supplement), "tender": supplement.tender.ref})
    return "paid"


def lapse_due(*, most: int = 200, shard: Shard = WHOLE) -> int:
    """Supplements that were not paid in time are asked for no longer; answers how many."""
    due = shard.rows(Supplement.objects.filter(state=ASKED, due_at__lte=clock.now())).order_by("due_at", "pk")
    return sum(_lapse(*row) for row in list(due.values_list("case_id", "pk")[:most]))


def supplements_of(case: Case) -> Sequence[Supplement]:
    """What was asked of the consumer in this case, the newest first."""
    return list(Supplement.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).order_by("-pk"))


@an_act
def _lapse(case_id: int, supplement_id: int) -> bool:
    case = take_case_of(case_id)
    supplement = Supplement.objects.select_for_update().get(pk=supplement_id)
    if supplement.state != ASKED or supplement.due_at > clock.now():
        return False
    _end(supplement, "lapsed")
    case.tell("lapse_supplement", CLOCK, facts=_facts(supplement))
    return True


def _asked(case: Case, payload: Mapping[str, Any], by: Actor) -> Supplement:
    at = clock.now()
    name = Tender.objects.filter(merchant_id=case.merchant_id, order_id=case.order_id, unit=case.currency).order_by("position")
    gateway_name = name.values_list("gateway", flat=True).first() or "house"
    ref, minor = payload["ref"], payload["amount_minor"]
    supplement = Supplement.objects.create(
        merchant_id=case.merchant_id, case=case, order_id=case.order_id, ref=ref, amount_minor=minor, currency=case.currency,
        why=payload["why"], asked_at=at, due_at=at + timedelta(hours=rules_on(at).supplements.due_hours), gateway=gateway_name,
    )  # fmt: skip
    case.tell("ask_supplement", by if by.user_id else PLATFORM, facts=_facts(supplement))
    return supplement


def pay_url(supplement: Supplement) -> str:
    """Where the consumer pays it; asked of the gateway outside of any act, once, and kept. Empty where the gateway makes no such page."""
    if supplement.state != ASKED or supplement.pay_url:
        return supplement.pay_url
    url = gateway(supplement.gateway).pay_link(supplement.ref, supplement.amount_minor, supplement.currency, TITLE.both()["zh"]) or ""
    if url:
        Supplement.objects.filter(pk=supplement.pk, pay_url="").update(pay_url=url[:400])
        supplement.pay_url = url[:400]
    return supplement.pay_url


def _tender(case: Case, supplement: Supplement, name: str, told: Mapping[str, Any]) -> Tender:
    payment = Payment.objects.get(merchant_id=case.merchant_id, order_id=case.order_id)
    position = (Tender.objects.filter(merchant_id=case.merchant_id, payment=payment).aggregate(n=Max("position"))["n"] or 0) + 1
    Payment.objects.filter(pk=payment.pk).update(captured_minor=F("captured_minor") + supplement.amount_minor)
    return Tender.objects.create(
        merchant_id=case.merchant_id, payment=payment, order_id=case.order_id, ref=str(told.get("tender") or f"T-{supplement.ref}")[:40],
        position=position, kind="wallet", unit=supplement.currency, captured_minor=supplement.amount_minor, gateway=name,
        payment_ref=str(told.get("payment_ref", ""))[:120], payer_ref=str(told.get("payer_ref", ""))[:120],
    )  # fmt: skip


def _taken(ref: str, by: Actor) -> tuple[Case, Supplement]:
    found = Supplement.objects.filter(ref=clean_ref(ref) or "").values_list("case__ref", "pk").first()
    if found is None:
        raise NotFound
    case = take(found[0], by)
    return case, Supplement.objects.select_for_update().get(pk=found[1])


def _end(supplement: Supplement, state: str) -> None:
    supplement.state, supplement.ended_at = state, clock.now()
    supplement.save(update_fields=["state", "ended_at", "tender"])


def _facts(supplement: Supplement) -> dict[str, Any]:
    due = supplement.due_at.isoformat()
    return {"supplement": supplement.ref, "amount_minor": supplement.amount_minor, "currency": supplement.currency, "due_at": due}
