"""What a carrier reports of a parcel, and the consumer who fetches one. Simulated deliveries and carriers' messages come in here.

What happens to a parcel happens to its whole box, in one act.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from amends.cases.hands import check_impartial
from amends.cases.record import an_act, verb
from amends.cases.taking import take_life
from amends.kernel import clock
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.people.rules import CARRIER, Actor
from amends.returns.models import ReturnShipment
from amends.returns.queries.whereabouts import BACK
from amends.returns.together import all_of, may_follow, named, take_box
from amends.returns.verbs.labels import put_label


@verb("return_shipment", "collect")
def collect(ref: str, *, carrier: str = "", waybill: str = "", by: Actor) -> ReturnShipment:
    """The parcel changed hands: the carrier picked it up from the consumer, or the consumer fetched what came home.

    A carrier may bring the label along. Raises Unprocessable where its waybill cannot be taken.
    """
    box = take_box(ref, by)
    (case, leader), chosen = box[0], named(box, ref)
    label = put_label(case, leader, carrier, waybill) if waybill else {}
    for _, parcel in box:
        if parcel is chosen or may_follow(parcel, "collect"):
            _collected(parcel, by, {**label, "parcel": parcel.ref})
        elif may_follow(parcel, "ship"):
            _shipped_at(parcel)
            parcel.follow("ship", by, facts={**label, "parcel": parcel.ref})
    return chosen


def _collected(parcel: ReturnShipment, by: Actor, facts: Mapping[str, Any]) -> None:
    if parcel.direction == BACK:
        _shipped_at(parcel)
    else:
        parcel.delivered_at = clock.now()
        parcel.save(update_fields=["delivered_at"])
    parcel.move("collect", by, facts=facts)


def _shipped_at(parcel: ReturnShipment) -> None:
    parcel.shipped_at = clock.now()
    parcel.save(update_fields=["shipped_at"])


@verb("return_shipment", "deliver")
def deliver(ref: str, *, by: Actor = CARRIER) -> ReturnShipment:
    """The parcel is at the merchant's door, or home with the consumer."""
    chosen, box = all_of(ref, "deliver", by)
    for parcel in box:
        parcel.delivered_at = clock.now()
        parcel.save(update_fields=["delivered_at"])
        parcel.move("deliver", by, facts={"parcel": parcel.ref})
    return chosen


@verb("return_shipment", "miss_pickup")
def miss_pickup(ref: str, *, by: Actor = CARRIER) -> ReturnShipment:
    """No courier came; the goods wait for the consumer to send them."""
    return _reported(ref, "miss_pickup", by)


@verb("return_shipment", "resume_travel")
def resume_travel(ref: str, *, by: Actor = CARRIER) -> ReturnShipment:
    """The parcel was found and travels on; so often as the case's terms allow."""
    return _reported(ref, "resume_travel", by)


@verb("return_shipment", "bring_back")
def bring_back(ref: str, *, by: Actor = CARRIER) -> ReturnShipment:
    """The carrier took the parcel back to the consumer, who sends it again; so often as the case's terms allow."""
    return _reported(ref, "bring_back", by)


@verb("return_shipment", "declare_lost")
def declare_lost(ref: str, *, by: Actor = CARRIER) -> ReturnShipment:
    """The parcel is lost; what was in it is owed in money (S9, S10)."""
    return _reported(ref, "declare_lost", by)


@verb("return_shipment", "leave_unclaimed")
def leave_unclaimed(ref: str, *, by: Actor = CARRIER) -> ReturnShipment:
    """Nobody was at home; the parcel waits where the consumer can fetch it."""
    return _reported(ref, "leave_unclaimed", by)


def _reported(ref: str, name: str, by: Actor) -> ReturnShipment:
    chosen, box = all_of(ref, name, by)
    for parcel in box:
        parcel.move(name, by, facts={"parcel": parcel.ref})
    return chosen


REPORTS: dict[str, Callable[..., ReturnShipment]] = {
    "collect": collect, "deliver": deliver, "miss_pickup": miss_pickup, "resume_travel": resume_travel, "declare_lost": declare_lost,
    "bring_back": bring_back, "leave_unclaimed": leave_unclaimed,
}  # fmt: skip


@an_act
def carrier_says(ref: str, report: str, *, by: Actor = CARRIER) -> ReturnShipment:
    """What the carrier reports has happened to the parcel. Raises Unprocessable where no carrier reports such a thing.

    A person may report for a simulated carrier, but not of a case in which they are a party: NotYourMove (B17).
    """
    if report not in REPORTS:
        wrong = say("承运商不会报告“{it}”。可选：{all}。", "A carrier does not report “{it}”. Choose one of {all}.",
                    it=report, all=", ".join(REPORTS))  # fmt: skip
        raise Unprocessable.field("report", wrong, code="unknown_report")
    if by.user_id is not None:
        case, _ = take_life(ReturnShipment, ref, by)
        check_impartial(case, by.user_id)
    return REPORTS[report](ref, by=by)
