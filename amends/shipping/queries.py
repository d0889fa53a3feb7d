"""What is read of tracks: whose rows travel under one, what was told of a waybill, and which carriers are asked when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from amends.shipping.couriers import carrier_key
from amends.shipping.models import Track, TrackEvent
from amends.shipping.rules import clean_waybill

Row = TypeVar("Row", bound=Model)


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


def was_told(track: Track, *kinds: str) -> bool:
    """Whether any event of these kinds was ever told of it: a parcel that arrived damaged is delivered, and was told damaged."""
    return TrackEvent.objects.filter(merchant_id=track.merchant_id, track=track, kind__in=kinds).exists()
