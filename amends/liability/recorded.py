"""What the record of a case says about who should bear its cost: its waybills with weights and times, the bench, the batch. Reads only."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from django.db.models import QuerySet

from amends.cases.models import Case, Entry
from amends.deliveries.models import OutboundDelivery
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.liability.reasons import Record, Way
from amends.market.models import Shipment, Unit
from amends.returns.models import Inspection, ReturnShipment
from amends.shipping.models import Track, TrackEvent
from amends.shipping.queries import track_of, was_told
from amends.shipping.rules import ACCEPTED, DAMAGED, DELIVERED, HANDED_OVER, LOST, WEIGHED

BATCH_FOR = timedelta(days=180)
SAME_ISSUES = ("quality", "not_as_described", "hazard", "spoiled")
GOOD_ENOUGH = ("payable", "payable_reduced")
WRONG_ITEM = "wrong_item"
TO_SUPPLIER = "to_supplier"


def record_of(case: Case) -> Record:
    """Everything that speaks about the cost of this case, as values."""
    found = list(Inspection.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).select_related("unit").order_by("pk"))
    wrong = sum(1 for row in found if row.checks.get(WRONG_ITEM) and case.issue == WRONG_ITEM)
    faulty = sum(1 for row in found if row.stage in GOOD_ENOUGH and case.issue in SAME_ISSUES)
    returned = sum(1 for row in found if row.disposition == TO_SUPPLIER)
    return Record(
        case.issue, [*_out(case), *_back(case)], wrong_items=wrong, faulty=faulty, to_supplier=returned,
        batches=_batches(case) if faulty else {},
    )  # fmt: skip


def carriers_of(case: Case) -> list[str]:
    """Who carried for this case, as people typed it: of deliveries that went wrong first, then back, then out."""
    sought = OutboundDelivery.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).order_by("pk")
    back = ReturnShipment.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).order_by("pk")
    out = Shipment.objects.filter(merchant_id=case.merchant_id, order_id=case.order_id).order_by("pk")
    rows: tuple[QuerySet[OutboundDelivery] | QuerySet[ReturnShipment] | QuerySet[Shipment], ...] = (sought, back, out)
    names = [name for found in rows for name in found.values_list("carrier", flat=True) if name]
    return list(dict.fromkeys(names))


def suppliers_of(case: Case) -> list[str]:
    """Who supplied what the case is about, as products name them."""
    units = Unit.objects.filter(merchant_id=case.merchant_id, pk__in=case.claimed.values("unit_id"))
    names = units.order_by("pk").values_list("line__product__supplier", flat=True)
    return [name for name in dict.fromkeys(names) if name]


def _out(case: Case) -> list[Way]:
    """The order's parcels; one whose way was never in doubt says nothing."""
    ways = []
    for row in Shipment.objects.filter(merchant_id=case.merchant_id, order_id=case.order_id, shipped_at__isnull=False).order_by("pk"):
        sought = OutboundDelivery.objects.filter(merchant_id=case.merchant_id, shipment_id=row.pk, case_id=case.pk).order_by("pk").last()
        track = track_of(case.merchant_id, row.carrier, row.waybill)
        if track is None and sought is None:
            continue
        ways.append(_outbound(case, row, sought, track))
    return ways


def _outbound(case: Case, row: Shipment, sought: OutboundDelivery | None, track: Track | None) -> Way:
    lines = _lines(case, sought)
    found = lines["turn_up"] > 0
    lost = not found and ((track is not None and track.state == LOST) or lines["declare_lost"] > 0)
    told = track is not None and was_told(track, DELIVERED)
    dated = sought.expected_at if sought is not None and sought.stage in ("arrived", "confirmed") else None
    came = track.state_at if track is not None and track.state == DELIVERED else None
    due = dated or row.expected_at
    return Way(
        row.waybill, lost=lost, presumed=lines["presume_lost"] > 0 and not found,
        damaged=lines["admit_damage"] > 0 or (track is not None and was_told(track, DAMAGED)),
        missed=bool(sought and sought.kind == "misdelivered" and (told or row.signed_at)),
        late_days=max(0, (came - due).days) if came and due and case.issue == "late" else 0,
        broken_dates=lines["break_date"], handed_over=_handed_over(row, track), shared=_is_shared(row),
        said=row.weight_grams, weighed=_weighed(track), arrived=None,
        unanswered=lines["presume_damaged"] > 0,
    )  # fmt: skip


def _back(case: Case) -> list[Way]:
    ways = []
    for row in ReturnShipment.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).exclude(waybill="").order_by("pk"):
        track = track_of(case.merchant_id, row.carrier, row.waybill)
        lost = track is not None and track.state == LOST
        ways.append(
            Way(
                row.waybill,
                outbound=False,
                lost=lost,
                presumed=row.stage in ("lost", "lost_on_way_home") and not lost,
                damaged=track is not None and was_told(track, DAMAGED),
                weighed=_weighed(track),
                arrived=row.weight_grams,
            )
        )
    return ways


def _lines(case: Case, sought: OutboundDelivery | None) -> Counter[str]:
    """How often each thing was told of this delivery; of dates only those that the clock found broken."""
    if sought is None:
        return Counter()
    rows = Entry.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, life="delivery", life_id=sought.pk)
    told = rows.order_by("number").values_list("verb", "party")
    return Counter(verb for verb, party in told if verb != "break_date" or party == Party.CLOCK.value)


def _handed_over(row: Shipment, track: Track | None) -> bool:
    """A carrier that tells of its parcels and told nothing of this one never had it; one that tells nothing of any says nothing here."""
    if track is None or row.signed_at is not None or was_told(track, *HANDED_OVER):
        return True
    kin = Track.objects.filter(merchant_id=row.merchant_id, carrier=track.carrier).exclude(state="")
    return not kin.exists()


def _is_shared(row: Shipment) -> bool:
    if not row.waybill:
        return False
    return Shipment.objects.filter(merchant_id=row.merchant_id, waybill=row.waybill).exclude(order_id=row.order_id).exists()


def _weighed(track: Track | None) -> int | None:
    """What the carrier weighed first: what it took."""
    if track is None:
        return None
    rows = TrackEvent.objects.filter(merchant_id=track.merchant_id, track=track, weight_grams__isnull=False, kind__in=[WEIGHED, ACCEPTED])
    found: int | None = rows.order_by("at", "pk").values_list("weight_grams", flat=True).first()
    return found


def _batches(case: Case) -> dict[str, int]:
    """For each batch of the claimed units the other cases of this shop that found a unit of it faulty."""
    units = Unit.objects.filter(merchant_id=case.merchant_id, pk__in=case.claimed.values("unit_id")).exclude(batch="")
    return {batch: _same(case, batch) for batch in sorted(set(units.order_by("pk").values_list("batch", flat=True)))}


def _same(case: Case, batch: str) -> int:
    rows = Inspection.objects.filter(
        merchant_id=case.merchant_id, stage__in=GOOD_ENOUGH, unit__batch=batch, case__issue__in=SAME_ISSUES,
        made_at__gte=clock.now() - BATCH_FOR,
    )  # fmt: skip
    return rows.exclude(case_id=case.pk).values("case_id").distinct().order_by().count()
