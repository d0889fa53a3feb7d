"""What is read of deliveries that are put right: of one case, over all for desk and shops, and which of them hold a case open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from amends.cases.hands import STAFF
from amends.cases.models import Case, Deadline, Grant
from amends.cases.waiting_words import SILENCE
from amends.cases.words import stage_name, verb_name
from amends.deliveries.models import OutboundDelivery
from amends.deliveries.rules import DAMAGED, DELIVERY, KINDS, OPEN
from amends.deliveries.verbs.answering import REPORTS
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound
from amends.kernel.texts import Text
from amends.people.rules import Actor
from amends.policy.rules.facts import Remedy
from amends.shipping.couriers import carrier_words
from amends.shipping.models import Track, TrackEvent
from amends.shipping.queries import events_of, track_of
from amends.shipping.rules import KINDS as TOLD

PAGE = 50
REPLACES = frozenset({Remedy.REFUND_ONLY.value, Remedy.RETURN_REFUND.value, Remedy.RESEND.value, Remedy.EXCHANGE.value})
"""Who has one of these for a unit does not wait for its parcel any more."""


@dataclass(frozen=True, slots=True)
class ToldRow:
    """One thing that a carrier told of the waybill, in words."""

    words: Text
    at: datetime
    place: str


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One delivery in words. `can` are verbs that the reader may make; `reports` what they may write down for the carrier.

    `due_at` is the instant by which whoever is waited for has to act, and `silence` what follows otherwise.
    """

    row: OutboundDelivery
    case: Case
    kind: Text
    stage: Text
    carrier: Text
    due_at: datetime | None
    silence: Text | None
    can: tuple[str, ...]
    reports: tuple[str, ...]
    why: str
    answer: str
    address: str
    track: Track | None
    told: Sequence[ToldRow]


@dataclass(frozen=True, slots=True)
class DeliveriesPage:
    """A page of deliveries, newest first; `after` leads on."""

    rows: list[DeliveryRow]
    after: str


def visible(by: Actor) -> QuerySet[OutboundDelivery]:
    """The deliveries whose case `by` may see."""
    return OutboundDelivery.objects.filter(case__in=Case.objects.visible_to(by))


def deliveries(by: Actor, asked: Mapping[str, str], *, after: str = "", most: int = PAGE) -> DeliveriesPage:
    """Deliveries by `stage`, `kind`, `case` (ref) and `open` (any word), the newest first."""
    rows = visible(by)
    for name in ("stage", "kind"):
        if asked.get(name):
            rows = rows.filter(**{name: asked[name]})
    if asked.get("case"):
        rows = rows.filter(case__ref=clean_ref(asked["case"]) or "")
    if asked.get("open"):
        rows = rows.filter(stage__in=OPEN)
    if after:
        last = visible(by).filter(ref=clean_ref(after) or "").values_list("pk", flat=True).first()
        rows = rows.filter(pk__lt=last or 0)
    found = list(_wide(rows).order_by("-pk")[: most + 1])
    return DeliveriesPage(_told(found[:most], by), found[most - 1].ref if len(found) > most else "")


def delivery(ref: str, by: Actor) -> DeliveryRow:
    """One delivery with what was told of its waybill. Raises NotFound."""
    found = _wide(visible(by).filter(ref=clean_ref(ref) or "")).first()
    if found is None:
        raise NotFound
    return _told([found], by, with_track=True)[0]


def deliveries_of(case: Case, by: Actor) -> list[DeliveryRow]:
    """The deliveries of a case that its reader was let into, the oldest first, with what was told of their waybills."""
    rows = _wide(OutboundDelivery.objects.filter(merchant_id=case.merchant_id, case_id=case.pk))
    return _told(list(rows.order_by("pk")), by, with_track=True)


def open_lives(case: Case) -> list[str]:
    """The deliveries that hold a case open (S3), as `life.stage`.

    None does once the consumer has what the parcel would have brought, nor where the consumer has the parcel and the carrier is asked what
    happened to it: what it still says is between others then.
    """
    replaced = Grant.objects.filter(
        merchant_id=case.merchant_id, case_id=case.pk, subject="unit", stage="done", remedy__in=REPLACES
    ).exists()  # fmt: skip
    if replaced:
        return []
    rows = (
        OutboundDelivery.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, stage__in=OPEN).exclude(kind=DAMAGED).order_by("pk")
    )
    return [f"delivery.{stage}" for stage in rows.values_list("stage", flat=True)]


def open_count(by: Actor) -> int:
    """How many deliveries wait for a carrier now."""
    carrier = [name for name, stage in DELIVERY.stages.items() if Party.CARRIER in stage.waits_for]
    return visible(by).filter(stage__in=carrier).count()


def report_name(name: str) -> Text:
    """What a report is called on a button."""
    return verb_name(DELIVERY.name, name)


def _wide(rows: QuerySet[OutboundDelivery]) -> QuerySet[OutboundDelivery]:
    return rows.select_related("case__merchant", "case__decision", "why", "answer", "address")


def _told(found: Sequence[OutboundDelivery], by: Actor, *, with_track: bool = False) -> list[DeliveryRow]:
    clocks = {
        row.life_id: row
        for row in Deadline.objects.filter(
            life=DELIVERY.name, life_id__in=[one.pk for one in found], ended_at__isnull=True
        ).order_by("pk")
    }  # fmt: skip
    return [_row(one, by, clocks.get(one.pk), with_track) for one in found]


def _row(one: OutboundDelivery, by: Actor, clock: Deadline | None, with_track: bool) -> DeliveryRow:
    track = track_of(one.merchant_id, one.carrier, one.travels_as) if with_track else None
    told = [_said(row) for row in events_of(track)] if track else []
    return DeliveryRow(
        one, one.case, KINDS[one.kind], stage_name(DELIVERY.name, one.stage), carrier_words(one.carrier),
        clock.due_at if clock else None, SILENCE.get(clock.silence) if clock else None, tuple(one.offered(by)), reports_of(one, by),
        one.why.body if one.why else "", one.answer.body if one.answer else "", one.address.body if one.address else "", track, told,
    )  # fmt: skip


def _said(row: TrackEvent) -> ToldRow:
    return ToldRow(TOLD[row.kind], row.at, row.place)


def reports_of(one: OutboundDelivery, by: Actor) -> tuple[str, ...]:
    """What the desk may write down for the carrier now; nobody else writes for it."""
    if by.only_reads or by.party not in STAFF:
        return ()
    carrier = by.as_party(Party.CARRIER)
    return tuple(name for name in REPORTS if one.may(name, carrier))
