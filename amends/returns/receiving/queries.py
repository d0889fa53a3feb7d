"""Reads of one merchant's receiving desk: batches with their scans, the shelf, and which awaited parcels an unknown one may be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet, Sum

from amends.kernel import clock
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.returns.likeness import LEAST, Awaited, Seen, likeness
from amends.returns.models import Batch, ParcelUnit, ReturnShipment, Scan, UnknownParcel
from amends.returns.queries.whereabouts import BACK, GONE
from amends.returns.receiving.arriving import OVERTAKEN, RECEIVABLE
from amends.returns.receiving.scanning import AGAIN, RECEIVED, SHELVED, UNKNOWN, batch_of

MOST_SCANS = 50
MOST_BATCHES = 20
MOST_SHELVED = 200
MOST_AWAITED = 2000
MOST_SUGGESTED = 5
OUTCOMES = {
    RECEIVED: say("已收货", "Received"), AGAIN: say("之前已收过", "Received before"), UNKNOWN: say("上架待认领", "On the shelf"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ScanView:
    """One scan: `outcome` received, again or unknown, and whom the parcel belongs to. `at` and `place` of the first receipt."""

    number: int
    waybill: str
    outcome: str
    outcome_name: Text
    parcel: str
    case: str
    unknown: str
    consumer: Text | None
    at: datetime
    received_at: datetime | None
    received_place: str


@dataclass(frozen=True, slots=True)
class BatchView:
    """One batch, its counts by outcome and its newest scans (50 at most)."""

    ref: str
    place: str
    made_at: datetime
    ended_at: datetime | None
    counts: dict[str, int]
    scans: tuple[ScanView, ...]

    @property
    def total(self) -> int:
        """How many codes were scanned."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An awaited parcel that the one on the shelf may be, 0 to 100 likely, and why."""

    parcel: str
    case: str
    waybill: str
    consumer: Text
    goods: tuple[Text, ...]
    score: int
    reasons: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class ShelfView:
    """One parcel that nobody announced; `is_late` once its time on the shelf is over."""

    ref: str
    waybill: str
    carrier: str
    place: str
    shelf: str
    weight_grams: int | None
    words: str
    state: str
    made_at: datetime
    due_at: datetime
    is_late: bool


def batches(by: Actor) -> list[BatchView]:
    """The shop's newest batches, without their scans."""
    rows = list(Batch.objects.filter(merchant_id=by.shop_id).order_by("-made_at", "-pk")[:MOST_BATCHES])
    scans = Scan.objects.filter(merchant_id=by.shop_id, batch_id__in=[row.pk for row in rows])
    counts: dict[int, dict[str, int]] = {}
    for batch_id, outcome, n in scans.order_by("batch_id").values_list("batch_id", "outcome").annotate(n=Count("pk")):
        counts.setdefault(batch_id, {})[outcome] = n
    return [_batch(row, counts.get(row.pk, {}), ()) for row in rows]


def batch_view(ref: str, by: Actor) -> BatchView:
    """The batch with its newest scans. Raises NotFound."""
    batch = batch_of(ref, by)
    scans = Scan.objects.filter(merchant_id=batch.merchant_id, batch_id=batch.pk)
    counts = Counter(scans.order_by("pk").values_list("outcome", flat=True))
    return _batch(batch, dict(counts), scan_views(scans.order_by("-number")[:MOST_SCANS]))


def scan_views(rows: QuerySet[Scan]) -> tuple[ScanView, ...]:
    """What the desk shows of these scans, two queries for all."""
    return tuple(scan_view(row) for row in rows.select_related("parcel__case__order__consumer", "unknown"))


def scan_view(row: Scan) -> ScanView:
    """What the desk shows of one scan."""
    parcel, consumer = row.parcel, row.parcel.case.order.consumer if row.parcel else None
    return ScanView(
        row.number, row.waybill, row.outcome, OUTCOMES[row.outcome], parcel.ref if parcel else "", parcel.case.ref if parcel else "",
        row.unknown.ref if row.unknown else "", say(consumer.name_zh, consumer.name_en) if consumer else None, row.made_at,
        parcel.received_at if parcel else None, parcel.received_place if parcel else "",
    )  # fmt: skip


def shelf(by: Actor) -> list[ShelfView]:
    """What lies on the shop's shelf, oldest first."""
    rows = UnknownParcel.objects.filter(merchant_id=by.shop_id, state=SHELVED).order_by("made_at", "pk")
    return [shelf_view(row) for row in rows[:MOST_SHELVED]]


def shelf_view(row: UnknownParcel) -> ShelfView:
    """What the desk shows of one parcel on the shelf."""
    return ShelfView(
        row.ref, row.waybill, row.carrier, row.place, row.shelf, row.weight_grams, row.words, row.state, row.made_at, row.due_at,
        row.state == SHELVED and row.due_at <= clock.now(),
    )  # fmt: skip


def suggestions(row: ShelfView, by: Actor) -> list[Suggestion]:
    """The awaited parcels of the shop that it may be, likeliest first, five at most. Three queries."""
    awaited = _awaited(by.shop_id)
    goods = _goods(awaited)
    seen = Seen(row.waybill, row.carrier, row.weight_grams, row.words)
    found = []
    for parcel in awaited:
        consumer, (names, grams) = parcel.case.order.consumer, goods.get(parcel.pk, ((), None))
        labels = (consumer.name_zh, consumer.name_en, parcel.case.order.number, parcel.case.ref, parcel.ref)
        known = Awaited(parcel.waybill, parcel.carrier, grams, (*labels, *(name.zh for name in names), *(name.en for name in names)))
        score, reasons = likeness(seen, known)
        if score >= LEAST:
            who = say(consumer.name_zh, consumer.name_en)
            found.append(Suggestion(parcel.ref, parcel.case.ref, parcel.waybill, who, names, score, reasons))
    return sorted(found, key=lambda one: (-one.score, one.parcel))[:MOST_SUGGESTED]


def places(by: Actor) -> list[str]:
    """The places at which this shop has received, the last used first; '' left out."""
    rows = Batch.objects.filter(merchant_id=by.shop_id).order_by("-made_at", "-pk").values_list("place", flat=True)[:200]
    return [place for place in dict.fromkeys(rows) if place][:8]


def _batch(row: Batch, counts: dict[str, int], scans: tuple[ScanView, ...]) -> BatchView:
    return BatchView(row.ref, row.place, row.made_at, row.ended_at, {name: counts.get(name, 0) for name in OUTCOMES}, scans)


def _awaited(merchant_id: int) -> list[ReturnShipment]:
    rows = ReturnShipment.objects.filter(merchant_id=merchant_id, direction=BACK, stage__in=RECEIVABLE | OVERTAKEN | GONE, received_at=None)
    return list(rows.select_related("case__order__consumer").order_by("-pk")[:MOST_AWAITED])


def _goods(parcels: Iterable[ReturnShipment]) -> dict[int, tuple[tuple[Text, ...], int | None]]:
    """For each parcel the names of what is in it, and its weight where the shop tells every article's."""
    packed = ParcelUnit.objects.filter(parcel_id__in=[parcel.pk for parcel in parcels])
    rows = packed.order_by("parcel_id").values_list("parcel_id", "unit__line__name_zh", "unit__line__name_en").annotate(
        grams=Sum("unit__line__product__weight_grams"), unweighed=Count("pk", filter=Q(unit__line__product__weight_grams__isnull=True))
    )  # fmt: skip
    names: dict[int, list[Text]] = {}
    grams: dict[int, int | None] = {}
    for parcel_id, zh, en, weight, unweighed in rows:
        names.setdefault(parcel_id, []).append(say(zh, en))
        so_far = grams.get(parcel_id, 0)
        grams[parcel_id] = None if unweighed or so_far is None else so_far + weight
    return {parcel_id: (tuple(found), grams[parcel_id]) for parcel_id, found in names.items()}
