"""What happens to tracks: a waybill is watched, a carrier told of it. Lives are moved by their own verbs, which hooks.SUBJECTS call.

`hear` is the one way in for everything that a carrier tells, pushed, asked for or typed by a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.db import transaction

from amends.kernel import clock
from amends.people.rules import CARRIER, Actor
from amends.plumbing import jobs
from amends.shipping import hooks
from amends.shipping.couriers import carrier_key
from amends.shipping.models import Track, TrackEvent
from amends.shipping.queries import events_of, told_by
from amends.shipping.rules import POLLED_FOR, Folded, Told, clean_waybill, fold, pause

log = structlog.get_logger(__name__)
SOURCES = ("push", "poll", "hand")
PUT = ("state", "state_at", "place", "weight_grams", "expected_at", "heard_at", "ended_at", "polls", "poll_at")


def watch(merchant_id: int, carrier: str, waybill: str, *, said_grams: int | None = None) -> Track:
    """The waybill of this merchant has a track, once; what carriers told of it before anybody knew it is heard by a job.

    `said_grams`: what the sender says that it weighs; the first that was said stays. May be called inside a verb, under the locks of
    payment and case: a track that is there is only read, for `hear` holds its row while lives move. The carrier is asked by a job.
    """
    key, number, at = carrier_key(carrier), clean_waybill(waybill), clock.now()
    with transaction.atomic():
        track, new = Track.objects.get_or_create(
            merchant_id=merchant_id,
            carrier=key,
            waybill=number,
            defaults={"made_at": at, "said_grams": said_grams, "poll_at": at + pause(0)},
        )
        if new:
            jobs.later("watch_track", track_id=track.pk)
        elif said_grams is not None and track.said_grams is None:
            jobs.later("note_said_weight", track_id=track.pk, grams=said_grams)
    return track


def hear(carrier: str, waybill: str, events: Sequence[Told], source: str = "push", *, by: Actor = CARRIER) -> list[Track]:
    """Every track of this waybill knows these events, once for each key, and its state is folded anew; answers the tracks.

    Then each subject is called for each track, also where nothing was new: whoever was killed in between comes here again. A subject
    that fails takes nothing of the rest with it; its fault is raised when the events are safe, so that the job runs again.
    """
    if source not in SOURCES:
        raise ValueError(f"nobody hears of a waybill by {source}")
    key, number = carrier_key(carrier), clean_waybill(waybill)
    ids = Track.objects.filter(carrier=key, waybill=number).order_by("pk").values_list("pk", flat=True)
    tracks, faults = [], []
    for track_id in ids:
        track, wrong = _hear_of(track_id, events, source, by)
        tracks.append(track)
        faults += wrong
    if faults:
        raise faults[0]
    return tracks


@transaction.atomic
def _hear_of(track_id: int, events: Sequence[Told], source: str, by: Actor) -> tuple[Track, list[Exception]]:
    """One merchant's track, its row locked until its lives have moved: two pushes at one time move them one after the other."""
    track = Track.objects.select_for_update().get(pk=track_id)
    known = [told_by(row) for row in events_of(track)]
    if fresh := _keep(track, events, known, source):
        _put(track, fold([*known, *fresh]))
    return track, _tell_all(track, by)


def _keep(track: Track, events: Sequence[Told], known: Sequence[Told], source: str) -> list[Told]:
    """The events that were not known are rows; answers them."""
    keys, at = {event.key for event in known}, clock.now()
    fresh = list({event.key: event for event in events if event.key not in keys}.values())
    TrackEvent.objects.bulk_create([_row(track, event, source, at) for event in fresh])
    return fresh


def _row(track: Track, event: Told, source: str, at: datetime) -> TrackEvent:
    return TrackEvent(
        merchant_id=track.merchant_id,
        track=track,
        key=event.key,
        kind=event.kind,
        at=event.at,
        place=event.place,
        words=event.words,
        weight_grams=event.weight_grams,
        expected_at=event.expected_at,
        source=source,
        heard_at=at,
    )


def _put(track: Track, folded: Folded) -> None:
    at = clock.now()
    track.state, track.state_at, track.place = folded.state, folded.at, folded.place
    track.weight_grams, track.expected_at = folded.weight_grams, folded.expected_at
    track.heard_at = at
    track.ended_at = folded.at if folded.ended else None
    track.polls = 0
    track.poll_at = None if folded.ended or at - track.made_at > POLLED_FOR else at + pause(0)
    track.save(update_fields=[*PUT])


def _tell_all(track: Track, by: Actor) -> list[Exception]:
    """Every subject was called; answers the faults. All go together where none fails; else each by itself, called anew."""
    try:
        with transaction.atomic():
            for subject in hooks.SUBJECTS:
                subject(track, by)
    except Exception:
        log.info("a life did not follow its waybill; each is told by itself", track=track.pk, exc_info=True)
        return [wrong for subject in hooks.SUBJECTS if (wrong := _call(subject, track, by)) is not None]
    return []


def _call(subject: hooks.Subject, track: Track, by: Actor) -> Exception | None:
    try:
        with transaction.atomic():
            subject(track, by)
    except Exception as wrong:
        log.exception("a life did not follow its waybill", track=track.pk, state=track.state, subject=subject.__name__)
        return wrong
    return None
