"""What listings cost over time, as the shop told it: price marks come in, and the lowest price since a purchase is read from them.

A mark is never changed: the price of one instant is told once. Told again alike it is left as it is, told otherwise it is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Min

from amends.kernel.refusals import Conflict, Unprocessable
from amends.kernel.texts import say
from amends.market.models import Merchant, PriceMark, Product
from amends.market.rules.price_rows import PriceSpec

AT_ONCE = 1000
MOST = 100_000


@dataclass(slots=True)
class Marked:
    """How many prices are new, and how many were there before."""

    new: int = 0
    already: int = 0

    def record(self) -> dict[str, int]:
        """The counts by name."""
        return asdict(self)


@transaction.atomic
def mark_prices(merchant: Merchant, prices: Sequence[PriceSpec], *, source: str = "") -> Marked:
    """Every one of these prices is on record, or none.

    Raises Unprocessable for a product that the shop doesn't have, Conflict where another price stands at the same instant.
    """
    if len(prices) > MOST:
        raise Unprocessable.field("prices", say("一次最多 {n} 行。", "At most {n} at once.", n=MOST), code="too_many")
    products = _products(merchant, prices)
    wanted = {(products[one.product], one.currency, one.since): one.price_minor for one in prices}
    if clash := next((one for one in prices if wanted[products[one.product], one.currency, one.since] != one.price_minor), None):
        raise _told_otherwise(clash)
    rows = [
        PriceMark(merchant=merchant, product_id=product, currency=currency, price_minor=minor, since=since, source=source[:200])
        for (product, currency, since), minor in wanted.items()
    ]
    before = PriceMark.objects.filter(merchant=merchant, product_id__in=set(products.values())).count()
    PriceMark.objects.bulk_create(rows, batch_size=AT_ONCE, ignore_conflicts=True)
    there = {
        (mark.product_id, mark.currency, mark.since): mark.price_minor
        for mark in PriceMark.objects.filter(merchant=merchant, product_id__in=set(products.values()))
    }
    if clash := next((one for one in prices if there[products[one.product], one.currency, one.since] != one.price_minor), None):
        raise _told_otherwise(clash)
    new = len(there) - before
    return Marked(new, len(wanted) - new)


def lowest_since(merchant_id: int, product_id: int, currency: str, *, since: datetime, until: datetime) -> int | None:
    """The lowest price that the listing had after `since` up to `until`, in minor units; None where the shop told none in that time."""
    marks = PriceMark.objects.filter(merchant_id=merchant_id, product_id=product_id, currency=currency, since__gt=since, since__lte=until)
    lowest: int | None = marks.aggregate(minor=Min("price_minor"))["minor"]
    return lowest


def history(merchant_id: int, product_id: int, *, most: int = 100) -> list[PriceMark]:
    """The newest marks of a listing, newest first."""
    rows = PriceMark.objects.filter(merchant_id=merchant_id, product_id=product_id).order_by("-since", "-pk")
    return list(rows[:most])


def _products(merchant: Merchant, prices: Sequence[PriceSpec]) -> dict[str, int]:
    keys = {one.product for one in prices}
    known = dict(Product.objects.filter(merchant=merchant, key__in=keys).values_list("key", "pk"))
    if missing := sorted(keys - known.keys()):
        wrong = say("店铺没有这些商品：{keys}。", "The shop has no such products: {keys}.", keys=", ".join(missing[:10]))
        raise Unprocessable.field("product", wrong, code="unknown_product")
    return known


def _told_otherwise(one: PriceSpec) -> Conflict:
    wrong = say(
        "{product} 在 {at} 已有另一个价格。", "{product} has another price at {at} already.", product=one.product, at=one.since.isoformat()
    )
    return Conflict(wrong, code="price_told_otherwise")
