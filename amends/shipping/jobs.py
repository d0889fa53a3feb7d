"""What the machine does about waybills by itself: what was told before anybody knew of one is heard when its track is made."""

from __future__ import annotations

from datetime import timedelta

from amends.kernel import clock
from amends.plumbing import jobs
from amends.shipping.models import CarrierPush, Track
from amends.shipping.rules import Told
from amends.shipping.verbs import hear

TOLD_BEFORE = timedelta(days=60)
"""How long a push about a waybill that nobody knew is looked through when somebody does."""


@jobs.task("watch_track")
def watch_track(track_id: int) -> None:
    """Job: what was pushed of the waybill before its track was made is heard."""
    track = Track.objects.get(pk=track_id)
    since = clock.now() - TOLD_BEFORE
    kept = CarrierPush.objects.filter(state="ignored", told__waybill=track.waybill, told__carrier=track.carrier, received_at__gte=since)
    events = [Told.of(told) for push in kept.order_by("received_at", "pk") for told in push.told["happened"]]
    hear(track.carrier, track.waybill, events, "push")
