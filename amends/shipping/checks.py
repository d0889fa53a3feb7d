"""Is every waybill where its events say? For `amends verify`; each check answers sentences about what is wrong, at most SHOWN."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from amends.shipping.models import Track, TrackEvent
from amends.shipping.queries import told_by
from amends.shipping.rules import Folded, Told, fold

SHOWN = 50
AT_ONCE = 1000


def misfolded_tracks() -> list[str]:
    """Tracks whose state, weight or expectation is not what all that was told of them comes to."""
    wrong = []
    for track, folded in _folded():
        stands = (track.state, track.state_at, track.place, track.weight_grams, track.expected_at, track.ended_at)
        ought = (folded.state, folded.at, folded.place, folded.weight_grams, folded.expected_at, folded.at if folded.ended else None)
        if stands != ought:
            wrong.append(f"track {track.pk}: stands as {track.state or 'untold'}, its events come to {folded.state or 'untold'}")
        if len(wrong) == SHOWN:
            break
    return wrong


def _folded() -> Iterator[tuple[Track, Folded]]:
    after = 0
    while batch := list(Track.objects.filter(pk__gt=after, heard_at__isnull=False).order_by("pk")[:AT_ONCE]):
        told: dict[int, list[Told]] = defaultdict(list)
        for row in TrackEvent.objects.filter(track_id__in=[track.pk for track in batch]).order_by("pk"):
            told[row.track_id].append(told_by(row))
        for track in batch:
            yield track, fold(told[track.pk])
        after = batch[-1].pk
