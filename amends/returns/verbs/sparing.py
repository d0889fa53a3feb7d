"""Goods that need not be sent: kept, destroyed on the merchant's word with a photo, refused at the door, turned round on their way.

Not about what a merchant without an address brings about (addressing.py), nor about what goes home.
"""

from __future__ import annotations

from collections.abc import Sequence

from amends.cases.hands import check_hand
from amends.cases.life import LifeRow
from amends.cases.models import Case
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
from amends.returns.verbs.labels import DESTROY, INTERCEPT
from amends.shipping.verbs import watch


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
    """The consumer will not take the delivery in: its way back is noted when the carrier says that it turned round.

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
    watch(case.merchant_id, sent.carrier, sent.waybill)
    return parcel


@verb("return_shipment", "intercept")
def intercepted(ref: str, *, carrier: str, waybill: str, by: Actor = CARRIER) -> ReturnShipment:
    """The delivery turned round: what waited to be sent back travels under its waybill now, and nobody has to send it.

    Heard twice, it is once: the parcel that waited is over by then, and stays so.
    """
    case, parcel = take_life(ReturnShipment, ref, by)
    if not parcel.LIFE.who_may(parcel.stage, "drop"):
        return parcel
    row = ReturnShipment.born(
        "intercept", by, merchant_id=case.merchant_id, case=case, ref=new_ref("RT"), direction=BACK, way=INTERCEPT,
        carrier=carrier, waybill=waybill, number=parcel.number, address=parcel.address, goes_to=parcel.goes_to, bulky=parcel.bulky,
        shipped_at=clock.now(), facts={"of": parcel.ref, "waybill_ends": waybill[-4:]},
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
    """The one delivery of the case's order that has not arrived. Raises Unprocessable where there is none, or several."""
    rows = list(Shipment.objects.filter(merchant_id=case.merchant_id, order_id=case.order_id, signed_at__isnull=True).exclude(waybill=""))
    if len(rows) != 1 or rows[0].shipped_at is None:
        wrong = say("没有正在派送的包裹。", "Nothing is on its way to the consumer.")
        raise Unprocessable.field("parcel", wrong, code="nothing_on_its_way")
    return rows[0]


def _merchants_word(case: Case, parcel: ReturnShipment, by: Actor) -> None:
    check_hand(case, by)
    if by.party is not Party.MERCHANT:
        raise NotYourMove(say("这由商家决定。", "This is for the merchant to say."))
    if parcel.direction != BACK or not parcel.LIFE.who_may(parcel.stage, "drop"):
        raise _underway()


def _underway() -> NoSuchMove:
    return NoSuchMove(say("商品已经寄出，或者已经办完。", "The goods are on their way already, or it is over."), code="under_way")
