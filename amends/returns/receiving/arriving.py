"""A parcel is here, whatever its table thought: what must have happened before is noted, and then it is received.

Goods may overtake the record: sent before the address was given, without a waybill, or in spite of a booked pick-up. That they are here
proves that the consumer sent them; the steps are made for the parties that the table names.
"""

from __future__ import annotations

from amends.kernel.parties import Party
from amends.people.rules import Actor
from amends.returns.models import ReturnShipment
from amends.returns.rules import RETURN_SHIPMENT
from amends.returns.verbs.pickups import call_off_courier
from amends.returns.verbs.sending import take_in

BEFORE = ("give_address", "cancel_pickup", "ship")
OVERTAKEN = frozenset({"addressing", "awaiting_dispatch", "booked"})
RECEIVABLE = frozenset(stage for stage in RETURN_SHIPMENT.stages if RETURN_SHIPMENT.becomes(stage, "receive", Party.MERCHANT))


def may_arrive(parcel: ReturnShipment) -> bool:
    """Whether the parcel can still be received: it is awaited or under way, and not over."""
    return parcel.stage in RECEIVABLE | OVERTAKEN


def arrive(parcel: ReturnShipment, by: Actor, *, place: str = "", weight_grams: int | None = None) -> None:
    """The parcel, whose case the act holds, is received at this place, and its units wait for a finding. Raises NoSuchMove."""
    if parcel.stage in OVERTAKEN:
        call_off_courier(parcel)
        for verb in BEFORE:
            parcel.follow(verb, by, facts={"parcel": parcel.ref, "because": "arrived"})
    take_in(parcel, by, place=place, weight_grams=weight_grams)
