"""What the machine does about waybills by itself: asks for them to be pushed, and asks the carrier where nothing was.

A carrier is never called inside a transaction. One that cannot be asked is asked later: nothing is lost by it but time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog

from amends.kernel import clock
from amends.plumbing import jobs
from amends.plumbing.carriers import choosing
from amends.plumbing.carriers.port import CarrierRefuses, CarrierUnreachable
from amends.plumbing.shards import WHOLE, Shard
from amends.shipping.models import Track
from amends.shipping.pushes import hear_kept
from amends.shipping.rules import POLLED_FOR, Told, pause
from amends.shipping.verbs import hear

log = structlog.get_logger(__name__)
AT_ONCE = 200
WITHIN = timedelta(seconds=5)
"""One call to a carrier that hangs lasts ten seconds more; deadlines bear sixty."""
SUBSCRIBED_TRIES = 3


@jobs.task("watch_track")
def watch_track(track_id: int) -> None:
    """Job: what was pushed of the waybill before its track was made is heard, and what comes will be pushed."""
    track = Track.objects.get(pk=track_id)
    hear_kept(track)
    _subscribe(track)


@jobs.task("note_said_weight")
def note_said_weight(track_id: int, grams: int) -> None:
    """Job: what the sender says that the parcel weighs stands on its track, unless something was said before."""
    Track.objects.filter(pk=track_id, said_grams__isnull=True).update(said_grams=grams)


def poll_due(*, most: int = AT_ONCE, shard: Shard = WHOLE, within: timedelta | None = WITHIN) -> int:
    """Carriers were asked about the tracks whose time has come, the longest due first; answers about how many they told anything.

    A track is asked about later and later as nothing is told of it, and not at all when it has ended or is too old. No call begins when
    `within` of the machine's time is over. Where several do this at once a track may be asked about twice, which changes nothing.
    """
    ends = None if within is None else clock.machine_now() + within
    due = shard.rows(Track.objects.filter(poll_at__lte=clock.now())).order_by("poll_at", "pk")
    return sum(_poll(track) for track in _in_time(list(due[:most]), ends))


def ask_now(track: Track) -> list[Track]:
    """The carrier was asked about this waybill, and what it told is heard. Raises CarrierRefuses, CarrierUnreachable, also where it told
    what cannot be."""
    told = choosing.way(track.carrier).track(track.carrier, track.waybill)
    try:
        events = [Told.of(one.told()) for one in told]
    except (KeyError, ValueError, TypeError) as wrong:
        raise CarrierUnreachable(f"what is told of {track.waybill} cannot be: {wrong}") from wrong
    return hear(track.carrier, track.waybill, events, "poll") if events else []


def _in_time(rows: list[Track], ends: datetime | None) -> Iterator[Track]:
    for row in rows:
        if ends is not None and clock.machine_now() >= ends:
            return
        yield row


def _poll(track: Track) -> bool:
    """The next time is written first: a carrier that kills whoever asks it must not be asked by every round."""
    at = clock.now()
    later = None if at - track.made_at > POLLED_FOR else at + pause(track.polls + 1)
    Track.objects.filter(pk=track.pk, poll_at=track.poll_at).update(polls=track.polls + 1, poll_at=later)
    if track.heard_at is None and track.polls < SUBSCRIBED_TRIES:
        _subscribe(track)
    try:
        return bool(ask_now(track))
    except (CarrierUnreachable, CarrierRefuses) as why:
        log.info("a carrier was not asked", carrier=track.carrier, track=track.pk, why=str(why)[:200])
    except Exception:
        log.exception("a track was not heard of", carrier=track.carrier, track=track.pk)
    return False


def _subscribe(track: Track) -> None:
    try:
        choosing.way(track.carrier).subscribe(track.carrier, track.waybill)
    except (CarrierUnreachable, CarrierRefuses) as why:
        log.info("a waybill is not pushed", carrier=track.carrier, track=track.pk, why=str(why)[:200])
