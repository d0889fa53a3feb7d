"""A delivery follows its waybill as far as its table lets it; called again with the same track it finds nothing more to do.

What a carrier told before the present turn began was known when somebody asked: a parcel that was signed for yesterday and is missed today
is not delivered by yesterday's word. Lost, returned and damaged are said once for ever. Under a waybill that it was given later, only what
happened since then is about it: any number can be typed.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from django.db.models import Max, Q, QuerySet

from amends.cases.models import Entry
from amends.cases.record import an_act
from amends.cases.rules.told import TURN_UP
from amends.cases.taking import take_case_of
from amends.deliveries.models import OutboundDelivery
from amends.deliveries.rules import GONE, OPEN, PROMISED
from amends.deliveries.verbs import answering
from amends.kernel import clock
from amends.kernel.refusals import NoSuchMove
from amends.people.rules import CARRIER, Actor
from amends.shipping.couriers import carrier_key
from amends.shipping.models import Track, TrackEvent
from amends.shipping.queries import was_told
from amends.shipping.rules import DAMAGED, DELIVERED, LOST, RETURNED, RETURNING, WITH_CARRIER

SLACK = timedelta(days=1)
"""A carrier's scan may come before the shop writes the waybill down."""


def hear_track(track: Track, by: Actor) -> None:
    """For shipping.hooks.SUBJECTS: what is looked for under this waybill has come, is back, is lost, damaged, or has a new date; what
    counts as lost has turned up."""
    rows = OutboundDelivery.objects.filter(
        Q(new_waybill=track.waybill) | Q(new_waybill="", waybill=track.waybill), merchant_id=track.merchant_id, stage__in=[*OPEN, GONE]
    )
    for row in rows.order_by("pk"):
        if carrier_key(row.carrier) == track.carrier:
            follow(row, track)


def follow(row: OutboundDelivery, track: Track) -> bool:
    """The delivery has made the move that its track asks for; False where it asks for none that it can make."""
    if row.stage == GONE:
        return _turns_up(row, track)
    with suppress(NoSuchMove):
        if row.is_about_damage:
            return _own_word(row, track)
        if track.state == LOST and _may(row, "declare_lost") and _is_about(row, track, LOST):
            answering.declare_lost(row.ref, by=CARRIER)
            return True
        if track.state == RETURNED and _may(row, "bring_back") and _is_about(row, track, RETURNING, RETURNED):
            answering.bring_back(row.ref, by=CARRIER)
            return True
        if track.state == DELIVERED and _may(row, "deliver") and _was_delivered(row, track):
            answering.deliver(row.ref, by=CARRIER)
            return True
        if track.state in WITH_CARRIER:
            return _new_date(row, track)
    return False


def _turns_up(row: OutboundDelivery, track: Track) -> bool:
    """What counts as lost was handed over after all: whoever was paid for it, paid, or was asked to bear it is told, once."""
    return track.state == DELIVERED and _was_delivered(row, track) and _tell_turned_up(row)


@an_act
def _tell_turned_up(row: OutboundDelivery) -> bool:
    case = take_case_of(row.case_id)
    known = Entry.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, life=row.LIFE.name, life_id=row.pk, verb=TURN_UP)
    if known.exists():
        return False
    row.tell(TURN_UP, CARRIER, facts={"delivery": row.ref})
    return True


def _own_word(row: OutboundDelivery, track: Track) -> bool:
    """A carrier that noted the damage on the way has answered."""
    if not _may(row, "admit_damage") or not was_told(track, DAMAGED):
        return False
    answering.admit_damage(row.ref, by=CARRIER)
    return True


def _new_date(row: OutboundDelivery, track: Track) -> bool:
    expected: datetime | None = _heard_since(row, track).aggregate(at=Max("expected_at"))["at"]
    if expected is None or expected <= clock.now() or expected != track.expected_at or expected == row.expected_at:
        return False
    if row.stage == PROMISED:
        # Nearer or later: a date that changes is taken back and given anew, so often as the case's terms allow.
        if row.case.counts.get(f"delivery:{row.pk}:new_dates", 0) >= row.case.terms.count("new_dates"):
            return False
        answering.break_date(row.ref, by=CARRIER)
        row.refresh_from_db()
    if not _may(row, "give_date"):
        return False
    answering.give_date(row.ref, expected_at=expected, by=CARRIER)
    return True


def _may(row: OutboundDelivery, name: str) -> bool:
    return row.LIFE.becomes(row.stage, name, CARRIER.party) is not None


def _was_delivered(row: OutboundDelivery, track: Track) -> bool:
    return _heard_since(row, track).filter(kind=DELIVERED).exists() and _is_about(row, track, DELIVERED)


def _is_about(row: OutboundDelivery, track: Track, *kinds: str) -> bool:
    """Whether one of these was told of this very delivery."""
    if not row.new_waybill:
        return True
    told = TrackEvent.objects.filter(merchant_id=track.merchant_id, track=track, kind__in=kinds)
    return told.filter(at__gte=row.since - SLACK).exists()


def _heard_since(row: OutboundDelivery, track: Track) -> QuerySet[TrackEvent]:
    return TrackEvent.objects.filter(merchant_id=track.merchant_id, track=track, heard_at__gt=row.since)
