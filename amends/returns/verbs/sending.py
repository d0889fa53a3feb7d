"""What consumer and merchant do with a parcel: address, dispatch, arrival, and keeping what should go home.

Labels and couriers that come have files of their own (labelling.py, pickups.py).
"""

from __future__ import annotations

from typing import Any

from amends.cases.models import Case
from amends.cases.record import verb
from amends.cases.taking import take_life
from amends.cases.texts import clean_words, keep_text, told
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.people.rules import Actor
from amends.returns.addressing import entry_for, put_address
from amends.returns.models import ReturnShipment
from amends.returns.queries.whereabouts import BACK
from amends.returns.together import all_of, may_follow, named, take_box
from amends.returns.verbs.labelling import give_up_label, to_be_destroyed
from amends.returns.verbs.labels import DESTROY, LABEL, OWN, PICKUP, put_label
from amends.returns.verbs.pickups import end_pickup
from amends.shipping.addresses import entry_in_force, full_words
from amends.shipping.verbs import watch

LONGEST_ADDRESS = 300


@verb("return_shipment", "give_address")
def give_address(ref: str, *, address: str = "", entry: str = "", by: Actor) -> ReturnShipment:
    """The consumer knows where to send the goods, and the limit to send them runs.

    `entry` names one of the merchant's address book. Left empty both, it is the entry that fits goods and region, else the address on file.
    Raises Unprocessable where the address is too long, the book has no such entry, or there is no address at all.
    """
    case, parcel = take_life(ReturnShipment, ref, by)
    words = clean_words(address, field="address", longest=LONGEST_ADDRESS)
    row = entry_in_force(entry, case.merchant_id) if entry else (None if words else entry_for(case, parcel))
    where = words or (full_words(row) if row else case.merchant.return_address)
    if not where:
        wrong = say("还没有退货地址，请写一个。", "There is no return address yet. Please write one.")
        raise Unprocessable.field("address", wrong, code="required")
    text = keep_text(case, "address", where, by)
    put_address(parcel, text, row)
    parcel.move("give_address", by, facts={"parcel": parcel.ref, **told(text)})
    return parcel


@verb("return_shipment", "ship")
def ship(ref: str, *, carrier: str = "", waybill: str = "", by: Actor) -> ReturnShipment:
    """The parcel is with the carrier under this waybill, with all that lies in its box: back (by the consumer) or home (by the merchant).

    Without a waybill it is the one of the prepaid label. One for which the merchant was to send a courier counts as fetched.
    Raises Unprocessable where the waybill cannot be one, or another parcel has it.
    """
    box = take_box(ref, by)
    case, leader = box[0]
    if leader.way == DESTROY and leader.LIFE.becomes(leader.stage, "ship", by.party):
        raise to_be_destroyed()
    facts = _labelled(case, leader, carrier, waybill)
    for _, parcel in box:
        verb = _leaves_by(parcel, by) if parcel is leader else next((each for each in ("ship", "collect") if may_follow(parcel, each)), "")
        if verb:
            parcel.shipped_at = clock.now()
            parcel.save(update_fields=["shipped_at"])
            _leave(parcel, verb, by, facts | {"parcel": parcel.ref})
    watch(case.merchant_id, leader.carrier, leader.waybill)
    return named(box, ref)


def _labelled(case: Case, parcel: ReturnShipment, carrier: str, waybill: str) -> dict[str, Any]:
    if parcel.way == LABEL and parcel.waybill and not (carrier.strip() or waybill.strip()):
        return {"parcel": parcel.ref, "waybill_ends": parcel.waybill[-4:]}
    facts: dict[str, Any] = put_label(case, parcel, carrier, waybill)
    if parcel.direction == BACK and parcel.way != PICKUP:
        give_up_label(parcel)
        parcel.way = OWN
        parcel.save(update_fields=["way"])
    return facts


def _leaves_by(parcel: ReturnShipment, by: Actor) -> str:
    """`ship`; where a courier without a way to be asked was to come, the consumer says that he did."""
    came = parcel.LIFE.becomes(parcel.stage, "ship", by.party) is None and by.party is Party.CONSUMER and end_pickup(parcel, by_hand=True)
    return "collect" if came else "ship"


def _leave(parcel: ReturnShipment, verb: str, by: Actor, facts: dict[str, Any]) -> None:
    if verb == "collect":
        parcel.follow(verb, by, facts=facts)
    else:
        parcel.move(verb, by, facts=facts)


@verb("return_shipment", "receive")
def receive(ref: str, *, by: Actor) -> ReturnShipment:
    """The merchant has the box, and each unit in it that is still owed waits for a finding."""
    chosen, box = all_of(ref, "receive", by)
    for parcel in box:
        take_in(parcel, by)
    return chosen


def take_in(parcel: ReturnShipment, by: Actor, *, place: str = "", weight_grams: int | None = None) -> None:
    """`receive` of a parcel that the act holds already, at this place and as it weighed there. Where no carrier reported a delivery,
    it was delivered now."""
    parcel.received_at, parcel.received_place, parcel.received_by_id = clock.now(), place, by.user_id
    parcel.delivered_at = parcel.delivered_at or parcel.received_at
    parcel.weight_grams = parcel.weight_grams if weight_grams is None else weight_grams
    parcel.save(update_fields=["delivered_at", "received_at", "received_place", "received_by", "weight_grams"])
    parcel.move("receive", by, facts={"parcel": parcel.ref})


@verb("return_shipment", "keep_goods")
def keep_goods(ref: str, *, by: Actor) -> ReturnShipment:
    """The merchant keeps what should have gone home and owes its money (S11)."""
    _, parcel = take_life(ReturnShipment, ref, by)
    parcel.move("keep_goods", by, facts={"parcel": parcel.ref})
    return parcel
