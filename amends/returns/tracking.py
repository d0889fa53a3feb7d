"""What a carrier told of a waybill moves the parcels that travel under it, by their own verbs and as far as their table allows.

Invariants
 1. Called again with the same track, or with one that did not change, nothing moves: each step asks the table first.
 2. A parcel that is being looked for travels on only by what was told after the search began.
 3. What happened to a number before the parcel left is not about the parcel: a waybill that a person typed says nothing by its past, and
    its loss is searched for before it is one. A label or courier of ours is known to be this parcel's own.
 4. An intercepted parcel travels under the waybill of the delivery: back at the sender means delivered to the merchant.
 5. Parcels are moved in ascending order of their cases (docs/adr/0002).
Not about storing what was told: shipping.verbs.hear does that before it calls here.
"""

from __future__ import annotations

from datetime import timedelta

from amends.cases.models import Entry
from amends.cases.record import an_act
from amends.kernel.parties import Party
from amends.market.models import Shipment
from amends.people.rules import CLOCK, Actor
from amends.returns.models import ReturnShipment
from amends.returns.queries.whereabouts import BACK
from amends.returns.together import may_follow, take_box
from amends.returns.verbs.labels import INTERCEPT, LABEL, PICKUP
from amends.returns.verbs.sparing import intercepted
from amends.shipping.models import Track
from amends.shipping.queries import SLACK, folded_since, of_track
from amends.shipping.rules import DELIVERED, HANDED_OVER, LOST, RETURNED, RETURNING, UNCLAIMED, WITH_CARRIER, Folded

TURNED = (RETURNING, RETURNED)
ARRANGED = (LABEL, PICKUP, INTERCEPT)
"""Ways of which the waybill came from the carrier itself, and not from a person's keyboard."""
EVER = timedelta(days=365)


def hear_track(track: Track, by: Actor) -> None:
    """Subject of shipping.hooks: parcels back and home under this waybill are where the carrier says; deliveries that turned round are
    the way back of what was to be sent back."""
    if track.state in TURNED:
        _turn_round(track, by)
    rows = of_track(ReturnShipment.objects.all(), track)
    for row in sorted(rows, key=lambda each: (each.case_id, each.pk)):
        if not row.is_over:
            follow_track(row.ref, track, by)


@an_act
def follow_track(ref: str, track: Track, by: Actor) -> None:
    """The box of this parcel is where the track says. Nothing moves where the table has no such row, or a count is used up."""
    box = take_box(ref, by)
    folded = _about(box[0][1], track)
    for _, parcel in box:
        for verb in _steps(parcel, folded, track):
            if not may_follow(parcel, verb):
                break
            _date(parcel, verb, folded)
            _made(parcel, verb, by)


def _about(leader: ReturnShipment, track: Track) -> Folded:
    """What of the track is about this box: everything for what we arranged, else what happened since it was shipped (and asked for)."""
    if leader.way in ARRANGED:
        return folded_since(track, track.made_at, slack=EVER)
    begun = leader.shipped_at or leader.made_at
    return folded_since(track, max(leader.made_at, begun - SLACK), slack=timedelta(0))


def _steps(parcel: ReturnShipment, folded: Folded, track: Track) -> tuple[str, ...]:
    """The verbs that bring the parcel to where the track says, in order."""
    if parcel.is_over:
        return ()
    state = folded.state
    if parcel.way == INTERCEPT and state in (RETURNED, DELIVERED):
        state = DELIVERED if state == RETURNED else RETURNED
    begins = _begins(parcel) if state in HANDED_OVER else ()
    if state == DELIVERED:
        return (*begins, "deliver")
    if state == LOST:
        searched = ("chase",) if begins or may_follow(parcel, "chase") else ()
        return (*begins, *searched, *(("declare_lost",) if parcel.way in ARRANGED or parcel.direction != BACK else ()))
    if state == UNCLAIMED and parcel.direction != BACK:
        return (*begins, "leave_unclaimed")
    if state == RETURNED and parcel.direction == BACK:
        return (*begins, "bring_back")
    if not begins and state in WITH_CARRIER and track.heard_at is not None and track.heard_at > parcel.since:
        return ("resume_travel",)
    return begins


def _begins(parcel: ReturnShipment) -> tuple[str, ...]:
    """The verb by which the carrier got it, where the table still waits for that."""
    if parcel.direction == BACK and parcel.LIFE.becomes(parcel.stage, "collect", Party.CARRIER):
        return ("collect",)
    return ("ship",) if may_follow(parcel, "ship") else ()


def _date(parcel: ReturnShipment, verb: str, folded: Folded) -> None:
    """When it happened is what the carrier says."""
    if verb in ("ship", "collect") and parcel.shipped_at is None:
        parcel.shipped_at = folded.at
        parcel.save(update_fields=["shipped_at"])
    elif verb == "deliver":
        parcel.delivered_at = folded.at
        parcel.save(update_fields=["delivered_at"])


def _made(parcel: ReturnShipment, verb: str, by: Actor) -> None:
    """`chase` is the clock's; the carrier's word makes it as well as silence would."""
    parcel.follow(verb, CLOCK if verb == "chase" else by, facts={"parcel": parcel.ref, "by_track": True})


def _turn_round(track: Track, by: Actor) -> None:
    """A delivery of ours goes back to its sender: the parcels back of that order that nobody has sent yet lie in it.

    Where the order went out in several parcels it is so only if somebody had this one turned round, or refused it: the goods of the claim
    may lie in another, and their consumer must not be told that there is nothing to send.
    """
    orders = {row.order_id for row in of_track(Shipment.objects.filter(signed_at__isnull=True), track)}
    waiting = ReturnShipment.objects.filter(merchant_id=track.merchant_id, case__order_id__in=orders, direction=BACK)
    for parcel in waiting.select_related("case").order_by("case_id", "pk"):
        if may_follow(parcel, "drop") and _is_the_delivery(parcel, track):
            intercepted(parcel.ref, carrier=track.carrier, waybill=track.waybill, by=by)


def _is_the_delivery(parcel: ReturnShipment, track: Track) -> bool:
    """Whether the goods that this parcel waits for are known to lie in the delivery of this track."""
    sent = Shipment.objects.filter(merchant_id=parcel.merchant_id, order_id=parcel.case.order_id).exclude(waybill="")
    if sent.count() == 1:
        return True
    asked = Entry.objects.filter(merchant_id=parcel.merchant_id, case_id=parcel.case_id, life=parcel.LIFE.name, life_id=parcel.pk)
    return asked.filter(verb__in=("ask_intercept", "refuse_parcel"), facts__waybill_ends=track.waybill[-4:]).exists()
