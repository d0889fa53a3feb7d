"""Is every waybill where its events say? For `amends verify`; each check answers sentences about what is wrong, at most SHOWN."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from amends.kernel.findings import finding
from amends.shipping.models import Track, TrackEvent
from amends.shipping.queries import told_by
from amends.shipping.rules import Folded, Told, fold

SHOWN = 50
AT_ONCE = 1000


def misfolded_tracks() -> list[str]:
    """Tracks whose state, weight or expectation is not what all that was told of them comes to."""
    wrong: list[str] = []
    for track, folded in _folded():
        stands = (track.state, track.state_at, track.place, track.weight_grams, track.expected_at, track.ended_at)
        ought = (folded.state, folded.at, folded.place, folded.weight_grams, folded.expected_at, folded.at if folded.ended else None)
        if stands != ought:
            wrong.append(
                finding("运单 {pk} 记为 {now}，消息合起来是 {ought}", "track {pk}: stands as {now}, its events come to {ought}",
                      pk=track.pk, now=track.state or "untold", ought=folded.state or "untold")
            )  # fmt: skip
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
