"""What consumer and merchant do with a parcel: address, label, pick-up, arrival, and keeping what should go home."""

from __future__ import annotations

from amends.cases.record import verb
from amends.cases.taking import take_life
from amends.cases.texts import clean_words, keep_text, told
from amends.kernel import clock
from amends.people.rules import Actor
from amends.returns.models import ReturnShipment
from amends.returns.verbs.labels import put_label

LONGEST_ADDRESS = 300


@verb("return_shipment", "give_address")
def give_address(ref: str, *, address: str = "", by: Actor) -> ReturnShipment:
    """The consumer knows where to send the goods, and the limit to send them runs. Left empty, it is the merchant's address on file.

    Raises Unprocessable where the address is too long.
    """
    case, parcel = take_life(ReturnShipment, ref, by)
    words = clean_words(address, field="address", longest=LONGEST_ADDRESS) or case.merchant.return_address
    text = keep_text(case, "address", words, by)
    parcel.address = text
    parcel.save(update_fields=["address"])
    parcel.move("give_address", by, facts={"parcel": parcel.ref, **told(text)})
    return parcel


@verb("return_shipment", "ship")
def ship(ref: str, *, carrier: str, waybill: str, by: Actor) -> ReturnShipment:
    """The parcel is with the carrier under this waybill: on its way back (by the consumer) or home (by the merchant).

    Raises Unprocessable where the waybill cannot be one, or another parcel has it.
    """
    case, parcel = take_life(ReturnShipment, ref, by)
    facts = put_label(case, parcel, carrier, waybill)
    parcel.shipped_at = clock.now()
    parcel.save(update_fields=["shipped_at"])
    parcel.move("ship", by, facts=facts)
    return parcel


@verb("return_shipment", "book_pickup")
def book_pickup(ref: str, *, by: Actor) -> ReturnShipment:
    """A courier is due; so often as the case's terms allow."""
    return _moved(ref, "book_pickup", by)


@verb("return_shipment", "cancel_pickup")
def cancel_pickup(ref: str, *, by: Actor) -> ReturnShipment:
    """No courier comes; the goods wait for the consumer to send them."""
    return _moved(ref, "cancel_pickup", by)


@verb("return_shipment", "receive")
def receive(ref: str, *, by: Actor) -> ReturnShipment:
    """The merchant has the parcel, and each unit in it that is still owed waits for a finding."""
    _, parcel = take_life(ReturnShipment, ref, by)
    take_in(parcel, by)
    return parcel


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
    return _moved(ref, "keep_goods", by)


def _moved(ref: str, name: str, by: Actor) -> ReturnShipment:
    _, parcel = take_life(ReturnShipment, ref, by)
    parcel.move(name, by, facts={"parcel": parcel.ref})
    return parcel
