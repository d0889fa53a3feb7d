"""Goods that need not be sent: kept, destroyed on the merchant's word with a photo, refused at the door, turned round on their way.

Not about what a merchant without an address brings about (addressing.py), nor about what goes home.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from amends.cases.hands import check_hand
from amends.cases.life import LifeRow
from amends.cases.models import Case, Deadline, Entry
from amends.cases.record import an_act, verb
from amends.cases.taking import take_life
from amends.cases.verbs.answering import attach_to
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import new_ref
from amends.kernel.refusals import NoSuchMove, NotYourMove, Unprocessable
from amends.kernel.texts import say
from amends.market.models import Shipment
from amends.people.rules import CARRIER, PLATFORM, Actor
from amends.plumbing import jobs
from amends.plumbing.carriers import choosing
from amends.policy.rules.facts import Remedy
from amends.returns.addressing import WAIVED, spare
from amends.returns.models import ParcelUnit, ReturnShipment
from amends.returns.queries.whereabouts import BACK
from amends.returns.rules import RETURN_SHIPMENT
from amends.returns.verbs.labels import DESTROY, INTERCEPT
from amends.shipping.verbs import watch

TO_SEND = RETURN_SHIPMENT.stages["awaiting_dispatch"].limit
TURNS_ROUND = timedelta(days=30)
"""How long a carrier may take to say that a refused parcel turned round."""


@an_act
def waive_return(ref: str, *, by: Actor) -> ReturnShipment:
    """Nothing has to come back: the goods stay with the consumer and their money is owed. The merchant's word; it is not taken back."""
    case, parcel = take_life(ReturnShipment, ref, by)
    _merchants_word(case, parcel, by)
    if case.remedy == Remedy.REPAIR:
        raise Unprocessable.field("parcel", say("维修要先收到商品。", "Nothing is repaired that stays away."), code="repair_needs_goods")
    parcel.tell("waive_return", by, facts={"parcel": parcel.ref})
    spare(case, parcel, because=WAIVED, by=by)
    return parcel


@an_act
def ask_destroy(ref: str, *, by: Actor) -> ReturnShipment:
    """The consumer is to destroy the goods and show it, and need not send them. The merchant's word."""
    case, parcel = take_life(ReturnShipment, ref, by)
    _merchants_word(case, parcel, by)
    if parcel.LIFE.becomes(parcel.stage, "destroy", Party.CONSUMER) is None:
        raise _underway()
    if parcel.way == DESTROY:
        return parcel
    parcel.way = DESTROY
    parcel.save(update_fields=["way"])
    parcel.follow("give_address", PLATFORM, facts={"parcel": parcel.ref, "because": DESTROY})
    parcel.tell("ask_destroy", by, facts={"parcel": parcel.ref})
    return parcel


@verb("return_shipment", "destroy")
def destroy(ref: str, *, evidence: Sequence[str] = (), by: Actor) -> ReturnShipment:
    """The goods are destroyed, as a photo shows, and owed in money (S9).

    Raises Unprocessable without evidence, NoSuchMove where nobody asked for it.
    """
    case, parcel = take_life(ReturnShipment, ref, by)
    only_on_request(parcel, by)
    pieces = attach_to(case, evidence, by)
    if not pieces:
        raise Unprocessable.field("evidence", say("请至少给一张照片。", "Please give at least one photo."), code="required")
    parcel.move("destroy", by, facts={"parcel": parcel.ref, "evidence": [piece.digest for piece in pieces]})
    return parcel


def only_on_request(life: LifeRow, by: Actor) -> None:
    """Guard of `destroy`: goods are destroyed on the merchant's word alone; otherwise they go back."""
    assert isinstance(life, ReturnShipment)  # noqa: S101 - wiring binds this to moves of parcels alone
    if life.way != DESTROY:
        wrong = say("商家没有请你销毁，请寄回商品。", "Nobody asked to destroy the goods. Please send them back.")
        raise NoSuchMove(wrong, code="not_asked")


@an_act
def ask_intercept(ref: str, *, by: Actor) -> ReturnShipment:
    """The carrier of the delivery is asked by a job to turn round; if it can, that is the way back. The merchant's word.

    Raises Unprocessable where nothing is on its way to the consumer, or its carrier cannot be asked.
    """
    case, parcel = take_life(ReturnShipment, ref, by)
    _merchants_word(case, parcel, by)
    sent = on_its_way(case)
    if not choosing.serves(sent.carrier, "interception"):
        wrong = say("这家承运商不能拦截包裹。", "This carrier cannot turn a parcel round.")
        raise Unprocessable.field("carrier", wrong, code="not_offered")
    parcel.tell("ask_intercept", by, facts={"parcel": parcel.ref, "waybill_ends": sent.waybill[-4:]})
    jobs.later("intercept_parcel", parcel_id=parcel.pk)
    return parcel


@an_act
def refuse_parcel(ref: str, *, by: Actor) -> ReturnShipment:
    """The consumer will not take the delivery in: its way back is noted when the carrier says that it turned round. What nobody holds
    nobody can send: the time to send it is 30 days from now.

    Raises Unprocessable where nothing is on its way.
    """
    case, parcel = take_life(ReturnShipment, ref, by)
    check_hand(case, by)
    if by.party is not Party.CONSUMER:
        raise NotYourMove(say("只有消费者可以拒收。", "Only the consumer can refuse the parcel."))
    if parcel.direction != BACK or not parcel.LIFE.who_may(parcel.stage, "drop"):
        raise _underway()
    sent = on_its_way(case)
    parcel.tell("refuse_parcel", by, facts={"parcel": parcel.ref, "waybill_ends": sent.waybill[-4:]})
    waiting = Deadline.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, life=parcel.LIFE.name, life_id=parcel.pk)
    waiting.filter(ended_at__isnull=True, limit=TO_SEND).update(due_at=clock.now() + TURNS_ROUND)
    watch(case.merchant_id, sent.carrier, sent.waybill)
    return parcel


def gives_time(life: LifeRow) -> timedelta:
    """For hooks.LONGER: nobody can send what he refused at the door; until the carrier says that it turned round his time does not end."""
    if not isinstance(life, ReturnShipment) or life.where.limit != TO_SEND:
        return timedelta(0)
    said = Entry.objects.filter(merchant_id=life.merchant_id, case_id=life.case_id, life=life.LIFE.name, life_id=life.pk)
    return TURNS_ROUND if said.filter(verb="refuse_parcel").exists() else timedelta(0)


@verb("return_shipment", "intercept")
def intercepted(ref: str, *, carrier: str, waybill: str, by: Actor = CARRIER) -> ReturnShipment:
    """The delivery turned round: what waited to be sent back travels under its waybill now, and nobody has to send it. Where another
    claim's goods of the same order came round in it before, these lie in that box.

    Heard twice, it is once: the parcel that waited is over by then, and stays so. What waits when the box has arrived already stays too.
    """
    case, parcel = take_life(ReturnShipment, ref, by)
    turned = ReturnShipment.objects.filter(merchant_id=case.merchant_id, case__order_id=case.order_id, way=INTERCEPT, waybill=waybill)
    leader = turned.first()
    if not parcel.LIFE.who_may(parcel.stage, "drop") or (leader is not None and leader.is_over):
        return parcel
    row = ReturnShipment.born(
        "intercept", by, merchant_id=case.merchant_id, case=case, ref=new_ref("RT"), direction=BACK, way=INTERCEPT,
        carrier=carrier, waybill="" if leader else waybill, travels_with=leader, number=parcel.number, address=parcel.address,
        goes_to=parcel.goes_to, bulky=parcel.bulky, shipped_at=clock.now(), facts={"of": parcel.ref, "waybill_ends": waybill[-4:]},
    )  # fmt: skip
    ParcelUnit.objects.filter(merchant_id=parcel.merchant_id, parcel_id=parcel.pk).update(parcel=row)
    parcel.follow("drop", PLATFORM, facts={"because": INTERCEPT})
    watch(case.merchant_id, carrier, waybill)
    return row


@an_act
def not_intercepted(ref: str, reason: str, *, by: Actor = CARRIER) -> None:
    """The carrier surely did not turn round: the goods come back the usual way."""
    _, parcel = take_life(ReturnShipment, ref, by)
    parcel.tell("fail_intercept", by, facts={"parcel": parcel.ref, "reason": reason})


def on_its_way(case: Case) -> Shipment:
    """The one delivery of the case's order that was shipped and has not arrived.

    Raises Unprocessable where there is none, and where there are several: shops do not tell us what lies in which of them.
    """
    going = Shipment.objects.filter(
        merchant_id=case.merchant_id, order_id=case.order_id, shipped_at__isnull=False, signed_at__isnull=True
    ).exclude(waybill="")  # fmt: skip
    rows = list(going.order_by("pk"))
    if not rows:
        wrong = say("没有正在派送的包裹。", "Nothing is on its way to the consumer.")
        raise Unprocessable.field("parcel", wrong, code="nothing_on_its_way")
    if len(rows) > 1:
        many = say(
            "这个订单有 {n} 个包裹正在派送，不知道哪个里面是这些商品，所以一个也不拦截。请等收到后再寄回。",
            "{n} parcels of this order are on their way, and it is not known which of them holds these goods, so none is turned round. "
            "The goods come back once they have arrived.",
            n=len(rows),
        )
        raise Unprocessable.field("parcel", many, code="several_on_their_way")
    return rows[0]


def _merchants_word(case: Case, parcel: ReturnShipment, by: Actor) -> None:
    check_hand(case, by)
    if by.party is not Party.MERCHANT:
        raise NotYourMove(say("这由商家决定。", "This is for the merchant to say."))
    if parcel.direction != BACK or not parcel.LIFE.who_may(parcel.stage, "drop"):
        raise _underway()


def _underway() -> NoSuchMove:
    return NoSuchMove(say("商品已经寄出，或者已经办完。", "The goods are on their way already, or it is over."), code="under_way")
