"""What is read of replacements: what goes out for whom, which units they lock, which hold a case open; and what a page shows of them."""

from __future__ import annotations

from django.db.models import Q

from amends.cases.models import Case, Grant
from amends.market.models import Product, Unit
from amends.people.rules import Actor
from amends.replacements.models import Advance, Replacement
from amends.replacements.rules import ADVANCE, ARRIVED, ENDED_WITHOUT, LEFT, PACKING, REPLACEMENT, RESERVING
from amends.returns.models import Inspection, ParcelUnit
from amends.returns.rules import INSPECTION, RETURN_SHIPMENT


def product_of(row: Replacement) -> Product:
    """What goes out: what was wanted, else the article that was sold."""
    product: Product = row.wanted if row.wanted is not None else article_of(row.unit)
    return product


def live_of(grant: Grant) -> Replacement | None:
    """The replacement that is made, under way or with the consumer for this grant."""
    rows = Replacement.objects.filter(merchant_id=grant.merchant_id, grant_id=grant.pk).exclude(stage__in=ENDED_WITHOUT)
    return rows.order_by("pk").first()


def came_back(grant: Grant) -> bool:
    """Whether the unit of this grant came back and was found as it should be, or was lost on its way back, which counts as that (S10)."""
    mine = {"merchant_id": grant.merchant_id, "grant_id": grant.pk}
    found = Inspection.objects.filter(**mine, stage__in=["payable", "payable_reduced"]).exists()
    return found or ParcelUnit.objects.filter(**mine, parcel__direction="back", parcel__stage="lost").exists()


def is_with_consumer(row: Replacement | None) -> bool:
    """Whether the consumer has it."""
    return row is not None and row.stage in (ARRIVED, "confirmed")


def has_left(row: Replacement | None) -> bool:
    """Whether it left the house, and may be with the consumer."""
    return row is not None and row.stage in (*LEFT, "confirmed")


def had_of(grant: Grant) -> bool:
    """Whether the consumer has, had or will have a piece of this grant: it left, or came and was not right."""
    mine = Replacement.objects.filter(merchant_id=grant.merchant_id, grant_id=grant.pk)
    return mine.filter(Q(stage__in=[*LEFT, "confirmed"]) | Q(delivered_at__isnull=False)).exists()


def article_of(unit: Unit) -> Product:
    """What the consumer has of this unit now: what it was last exchanged for, else the article that was sold."""
    rows = Replacement.objects.filter(merchant_id=unit.merchant_id, unit_id=unit.pk, stage="confirmed", wanted__isnull=False)
    last = rows.select_related("wanted").order_by("-pk").first()
    product: Product = last.wanted if last is not None and last.wanted is not None else unit.line.product
    return product


def comes_back(grant: Grant, *stages: str) -> bool:
    """Whether a parcel back with this grant's unit is at one of these stages; without any, whether the unit may still come."""
    mine = ParcelUnit.objects.filter(merchant_id=grant.merchant_id, grant_id=grant.pk, parcel__direction="back")
    if stages:
        return mine.filter(parcel__stage__in=stages).exists()
    waiting_for_finding = Inspection.objects.filter(merchant_id=grant.merchant_id, grant_id=grant.pk, stage__in=INSPECTION.open_stages)
    return mine.filter(parcel__stage__in=RETURN_SHIPMENT.open_stages).exists() or waiting_for_finding.exists()


def locked_units(case: Case) -> set[int]:
    """S7: the units for which a replacement left the house: neither settled nor withdrawn, but finished."""
    rows = Replacement.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, stage__in=[*LEFT, "confirmed"])
    return set(rows.order_by("pk").values_list("unit_id", flat=True))


def open_lives(case: Case) -> list[str]:
    """The replacements and advances that hold a case open (S3), as `life.stage`."""
    mine = {"merchant_id": case.merchant_id, "case_id": case.pk}
    out = Replacement.objects.filter(**mine, stage__in=REPLACEMENT.open_stages).order_by("pk")
    ahead = Advance.objects.filter(**mine, stage__in=ADVANCE.open_stages).order_by("pk")
    return [
        *(f"replacement.{stage}" for stage in out.values_list("stage", flat=True)),
        *(f"advance.{stage}" for stage in ahead.values_list("stage", flat=True)),
    ]


def waiting(by: Actor, *, most: int = 200) -> list[Replacement]:
    """What waits to be kept or shipped in the shops that `by` sees, the oldest first."""
    rows = Replacement.objects.filter(stage__in=[RESERVING, PACKING], case__in=Case.objects.visible_to(by))
    return list(rows.select_related("unit__line__product", "wanted", "case", "address", "part").order_by("since", "pk")[:most])
