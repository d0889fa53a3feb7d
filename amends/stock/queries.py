"""How many pieces are there to give, as far as the shop tells it. Not what after-sales may promise: the lives above ask and decide."""

from __future__ import annotations

from django.db.models import F, Sum

from amends.market.models import Product
from amends.stock.models import Reservation, StockLevel
from amends.stock.rules import HELD


def free(product: Product) -> int | None:
    """Pieces that nobody has kept, over all places; None where the shop has never told a level of this product."""
    rows = StockLevel.objects.filter(merchant_id=product.merchant_id, product_id=product.pk)
    return rows.aggregate(n=Sum(F("on_hand") - F("reserved")))["n"]  # type: ignore[no-any-return]


def is_told(product: Product) -> bool:
    """Whether the shop tells this product's stock. Where it does not, whoever packs knows, and there is nothing to keep."""
    return StockLevel.objects.filter(merchant_id=product.merchant_id, product_id=product.pk).exists()


def kept_for(life: str, life_id: int, *, merchant_id: int) -> Reservation | None:
    """The piece that this life keeps now, with its level and product."""
    rows = Reservation.objects.filter(merchant_id=merchant_id, life=life, life_id=life_id, state=HELD)
    return rows.select_related("level__product").first()
