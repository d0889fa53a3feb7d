"""What a consumer has of a unit: what was sold, until an exchange of it was confirmed."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from amends.kernel.parties import Party
from amends.market.models import Product, Unit
from amends.replacements.models import Advance, Replacement
from amends.replacements.queries import product_of
from amends.replacements.rules import REPLACEMENT


def held_before(unit: Unit, before: datetime) -> tuple[Product, str] | None:
    """Article and serial number of the last exchange of this unit that was confirmed by then; None where there was none."""
    confirmed = REPLACEMENT.becomes("arrived", "confirm", Party.CONSUMER)
    rows = Replacement.objects.filter(merchant_id=unit.merchant_id, unit_id=unit.pk, stage=confirmed, kind="exchange", since__lte=before)
    # What left ahead of its return took the unit's place only when the old piece was back.
    back = Advance.objects.filter(merchant_id=OuterRef("merchant_id"), grant_id=OuterRef("grant_id"), stage="returned", since__lte=before)
    rows = rows.filter(Q(before_return=False) | Exists(back))
    last = rows.select_related("wanted", "unit__line__product").order_by("-since", "-pk").first()
    return None if last is None else (product_of(last), last.serial)
