"""A replacement follows its waybill, as far as its table lets it; called again with the same track it finds nothing more to do."""

from __future__ import annotations

from datetime import timedelta

from amends.people.rules import CARRIER, Actor
from amends.replacements import verbs
from amends.replacements.models import Replacement
from amends.shipping.models import Track
from amends.shipping.queries import of_track
from amends.shipping.rules import DELIVERED, ENDS, LOST, WITH_CARRIER

SLACK = timedelta(days=1)
"""Couriers' clocks differ from ours, and a waybill is often recorded hours after the courier came."""
MOVES = {DELIVERED: "deliver", LOST: "declare_lost"}


def hear_track(track: Track, by: Actor) -> None:
    """For shipping.hooks.SUBJECTS: what travels under this waybill is delivered, lost, or found again."""
    report = MOVES.get(track.state) or ("resume_travel" if track.state in WITH_CARRIER and track.state not in ENDS else None)
    if report is None:
        return
    for row in of_track(Replacement.objects.all(), track):
        if row.shipped_at is None or track.state_at is None or track.state_at < row.shipped_at - SLACK:
            continue  # told of another parcel, before this one left
        if row.LIFE.becomes(row.stage, report, CARRIER.party) is not None and row.may(report, CARRIER):
            verbs.carrier_says(row.ref, report)
