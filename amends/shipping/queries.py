"""What is read of tracks: whose rows travel under one, what was told of a waybill, and which carriers are asked when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from amends.shipping.couriers import carrier_key
from amends.shipping.models import Track, TrackEvent
from amends.shipping.rules import Folded, Told, clean_waybill, fold

Row = TypeVar("Row", bound=Model)
SLACK = timedelta(days=1)
"""How far a carrier's clock, or whoever typed a waybill a day late, may be off."""


def of_track(rows: QuerySet[Row], track: Track) -> list[Row]:
    """Those of `rows` (a life with `merchant_id`, `carrier` and `waybill` columns) that travel under this track, lowest id first.

    Carriers are compared by their key, however a person spelled the name. Nothing is locked.
    """
    found: Any = rows.filter(merchant_id=track.merchant_id, waybill=track.waybill).order_by("pk")
    return [row for row in found if not row.carrier or carrier_key(row.carrier) == track.carrier]


def track_of(merchant_id: int, carrier: str, waybill: str) -> Track | None:
    """The track of a waybill as people typed it, or None where nobody watches it."""
    if not waybill:
        return None
    return Track.objects.filter(merchant_id=merchant_id, carrier=carrier_key(carrier), waybill=clean_waybill(waybill)).first()


def events_of(track: Track) -> Sequence[TrackEvent]:
    """What was told of it, the latest of the carrier's instants first."""
    return list(TrackEvent.objects.filter(merchant_id=track.merchant_id, track=track).order_by("-at", "-pk"))


def folded_since(track: Track, since: datetime, *, slack: timedelta = SLACK) -> Folded:
    """What the track comes to by what happened at `since` or later, by the carrier's instants, a day's slack for its clock.

    For lives that a person gave a waybill: what happened to a number before their parcel left is not about their parcel, however late it
    is heard. A waybill of an old delivery says nothing of what is sent now.
    """
    rows = TrackEvent.objects.filter(merchant_id=track.merchant_id, track=track, at__gte=since - slack).order_by("at", "pk")
    return fold(told_by(row) for row in rows)


def told_by(row: TrackEvent) -> Told:
    """What a kept event says."""
    return Told(row.kind, row.at, row.place, row.words, row.weight_grams, row.expected_at, row.key)


def was_told(track: Track, *kinds: str) -> bool:
    """Whether any event of these kinds was ever told of it: a parcel that arrived damaged is delivered, and was told damaged."""
    return TrackEvent.objects.filter(merchant_id=track.merchant_id, track=track, kind__in=kinds).exists()
