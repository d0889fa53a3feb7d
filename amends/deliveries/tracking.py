"""A delivery follows its waybill as far as its table lets it; called again with the same track it finds nothing more to do.

What a carrier told before the present turn began was known when somebody asked: a parcel that was signed for yesterday and is missed today
is not delivered by yesterday's word. Lost and returned are said once for ever. Under a waybill that it was given later, only what happened
since then is about it: any number can be typed.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from django.db.models import Max, Q, QuerySet

from amends.deliveries.models import OutboundDelivery
from amends.deliveries.rules import OPEN, PROMISED
from amends.deliveries.verbs import answering
from amends.kernel import clock
from amends.kernel.refusals import NoSuchMove
from amends.people.rules import CARRIER, Actor
from amends.shipping.couriers import carrier_key
from amends.shipping.models import Track, TrackEvent
from amends.shipping.rules import DELIVERED, LOST, RETURNED, RETURNING, WITH_CARRIER

SLACK = timedelta(days=1)
"""A carrier's scan may come before the shop writes the waybill down."""


def hear_track(track: Track, by: Actor) -> None:
    """For shipping.hooks.SUBJECTS: what is looked for under this waybill has come, is back, is lost, or has a new date."""
    rows = OutboundDelivery.objects.filter(
        Q(new_waybill=track.waybill) | Q(new_waybill="", waybill=track.waybill), merchant_id=track.merchant_id, stage__in=OPEN
    )
    for row in rows.order_by("pk"):
        if carrier_key(row.carrier) == track.carrier:
            follow(row, track)


def follow(row: OutboundDelivery, track: Track) -> bool:
    """The delivery has made the move that its track asks for; False where it asks for none that it can make."""
    with suppress(NoSuchMove):
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
