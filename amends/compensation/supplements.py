"""What a consumer is asked to pay on top of an order, the difference of an exchange say; and what is given back where it costs less.

    asked ──the gateway tells of the capture──▶ paid      asked ──clock──▶ lapsed      asked ──whoever asked, or the case ends──▶ dropped

Nobody is led to a payment page of what is asked for no longer. What a gateway captured, in time or not: captures.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from amends.approvals.asking import decide
from amends.approvals.counting import check_most
from amends.approvals.models import Approval
from amends.approvals.rules_of_money import rules_on
from amends.cases.grants import owe_share
from amends.cases.life import LifeRow
from amends.cases.models import Case, Grant
from amends.cases.record import an_act
from amends.cases.taking import take, take_case_of
from amends.compensation.models import Supplement
from amends.compensation.offers import check_stage, claim_stands
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref, new_ref
from amends.kernel.refusals import Conflict, NotFound, NotYourMove, Unprocessable
from amends.kernel.texts import say
from amends.market.models import Tender, Unit
from amends.people.rules import CLOCK, PLATFORM, Actor
from amends.plumbing.payments.choosing import gateway
from amends.plumbing.payments.port import GatewayUnreachable
from amends.plumbing.rounds import one_by_one
from amends.plumbing.shards import WHOLE, Shard
from amends.policy.rules.facts import Remedy
from amends.refunds.intents import intend_for

ASKED, PAID = "asked", "paid"
ASKERS = (Party.MERCHANT, Party.PLATFORM)
EXCHANGE = "exchange_difference"
TITLE = "补差价 · Price difference"
"""In both languages: a gateway refuses another title under the same key, whoever reads the page."""
NO_PAGE = say("支付渠道现在打不开付款页，请稍后再试。", "The gateway can't open its payment page now. Please try again in a while.")
OVER = say("这笔补款已经了结，不用再付。", "It is no longer asked for; there is nothing to pay.")


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


def may_ask(case: Case, by: Actor) -> bool:
    """Whether `by` could ask the consumer of this case for a difference now: one is asked at a time."""
    return by.party in ASKERS and not by.only_reads and claim_stands(case) and not _is_asked(case)


@an_act
def ask(ref: str, *, amount_minor: int, why: str = EXCHANGE, by: Actor, key: str = "", reason: str = "") -> Supplement | Approval:
    """The consumer is asked to pay so much on top until a limit, at the gateway that the order was paid with; or somebody else was asked
    to approve it, for whom `reason` is. One at a time. Raises NotFound, NotYourMove, NoSuchMove, Unprocessable, Conflict."""
    case = take(ref, by)
    if by.party not in ASKERS or by.only_reads:
        raise NotYourMove(say("只有商家和平台可以请消费者补款。", "Only merchant and platform ask a consumer to pay on top."))
    check_stage(case)
    _check_sum(amount_minor, case.currency)
    _check_free(case)
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
    _check_free(case)
    return _asked(case, payload, asker).ref


@an_act
def drop(ref: str, *, by: Actor) -> Supplement:
    """The consumer is no longer asked. By merchant or platform; raises NotFound, NotYourMove, Conflict."""
    case, supplement = _taken(ref, by)
    if by.party not in ASKERS or by.only_reads:
        raise NotYourMove(say("只有商家和平台可以撤回补款。", "Only merchant and platform may take this back."))
    if supplement.state != ASKED:
        raise Conflict(OVER, code="supplement_over")
    end(supplement, "dropped")
    case.tell("drop_supplement", by, facts=facts_of(supplement))
    return supplement


def drop_with_case(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of the moves that end a case or take its claim back: nothing more is asked on top of its order."""
    assert isinstance(life, Case)  # noqa: S101 - wiring binds this to moves of cases alone
    for supplement in Supplement.objects.select_for_update().filter(merchant_id=life.merchant_id, case_id=life.pk, state=ASKED):
        end(supplement, "dropped")
        life.tell("drop_supplement", PLATFORM, facts=facts_of(supplement))


def lapse_due(*, most: int = 200, shard: Shard = WHOLE) -> int:
    """Supplements that were not paid in time are asked for no longer; answers how many."""
    due = shard.rows(Supplement.objects.filter(state=ASKED, due_at__lte=clock.now())).order_by("due_at", "pk")
    return one_by_one(list(due.values_list("case_id", "pk")[:most]), _lapse, "end of a supplement")


def payable(by: Actor) -> QuerySet[Supplement]:
    """What the consumer `by` is asked to pay and still can, the nearest end first."""
    mine = Supplement.objects.filter(case__consumer_id=by.consumer_id or 0, state=ASKED, due_at__gt=clock.now())
    return mine.select_related("case").order_by("due_at", "pk")


def supplements_of(case: Case) -> Sequence[Supplement]:
    """What was asked of the consumer in this case, the newest first."""
    return list(Supplement.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).order_by("-pk"))


def _check_free(case: Case) -> None:
    """One at a time, also where two were asked of approvers before."""
    if _is_asked(case):
        raise Conflict(say("已经请消费者补过款，还在等。", "The consumer has been asked already."), code="asked_already")


def _check_sum(amount_minor: int, currency: str) -> None:
    if amount_minor < 1:
        raise Unprocessable.field("amount_minor", say("金额要大于零。", "The amount is more than nothing."), code="wrong_amount")
    rules = rules_on(clock.now())
    check_most(rules, amount_minor, currency, rules.supplements.most_minor)


@an_act
def _lapse(case_id: int, supplement_id: int) -> bool:
    case = take_case_of(case_id)
    supplement = Supplement.objects.select_for_update().get(pk=supplement_id)
    if supplement.state != ASKED or supplement.due_at > clock.now():
        return False
    end(supplement, "lapsed")
    case.tell("lapse_supplement", CLOCK, facts=facts_of(supplement))
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
    case.tell("ask_supplement", by if by.user_id else PLATFORM, facts=facts_of(supplement))
    return supplement


def payment_page(ref: str, by: Actor) -> str:
    """The gateway's page where the consumer `by` pays what is asked of them. Raises NotFound, Conflict where there is no page now."""
    found = Supplement.objects.filter(ref=clean_ref(ref) or "", case__consumer_id=by.consumer_id or 0).first()
    if found is None:
        raise NotFound
    try:
        url = pay_url(found)
    except GatewayUnreachable as away:
        raise Conflict(NO_PAGE, code="gateway_away") from away
    if not url:
        raise Conflict(NO_PAGE, code="no_page")
    return url


def pay_url(supplement: Supplement) -> str:
    """Where the consumer pays it, empty where the gateway makes no such page; asked of the gateway outside of any act, and anew each
    time: such an address is good for hours only, and the key makes it one payment.

    Raises Conflict where it is asked for no longer, also when its time is over and the clock has not said so yet.
    """
    if supplement.state != ASKED or supplement.due_at <= clock.now():
        raise Conflict(OVER, code="supplement_over")
    return gateway(supplement.gateway).pay_link(supplement.ref, supplement.amount_minor, supplement.currency, TITLE) or ""


def _taken(ref: str, by: Actor) -> tuple[Case, Supplement]:
    found = Supplement.objects.filter(ref=clean_ref(ref) or "").values_list("case__ref", "pk").first()
    if found is None:
        raise NotFound
    case = take(found[0], by)
    return case, Supplement.objects.select_for_update().get(pk=found[1])


def _is_asked(case: Case) -> bool:
    return Supplement.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, state=ASKED).exists()


def end(supplement: Supplement, state: str) -> None:
    """It is `state` from now on. For callers that hold its row."""
    supplement.state, supplement.ended_at = state, clock.now()
    supplement.save(update_fields=["state", "ended_at", "tender"])


def facts_of(supplement: Supplement) -> dict[str, Any]:
    """What the timeline keeps of it."""
    due = supplement.due_at.isoformat()
    return {"supplement": supplement.ref, "amount_minor": supplement.amount_minor, "currency": supplement.currency, "due_at": due}
