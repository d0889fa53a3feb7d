"""How many pieces are there to give, as far as the shop tells it. Not what after-sales may promise: the lives above ask and decide."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, Sum

from amends.market.models import Product
from amends.people.rules import Actor
from amends.stock.models import Reservation, StockLevel, StockMove
from amends.stock.rules import HELD

MOST_ROWS = 500


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


def levels(by: Actor, *, most: int = MOST_ROWS, after: int = 0) -> list[StockLevel]:
    """What the shop told, by id."""
    rows = StockLevel.objects.filter(merchant_id=by.shop_id, pk__gt=after).select_related("product")
    return list(rows.order_by("pk")[:most])


def moves(by: Actor, *, since: datetime | None = None, after: int = 0, most: int = MOST_ROWS) -> list[StockMove]:
    """What after-sales put back and took out of the shop's stock, by id; from `since` on, after the move with the id `after`."""
    rows = StockMove.objects.filter(merchant_id=by.shop_id, pk__gt=after).select_related("product", "unit")
    return list((rows if since is None else rows.filter(made_at__gte=since)).order_by("pk")[:most])


def newest_moves(by: Actor, *, most: int = 50) -> list[StockMove]:
    """The shop's newest moves, newest first."""
    rows = StockMove.objects.filter(merchant_id=by.shop_id).select_related("product", "unit")
    return list(rows.order_by("-made_at", "-pk")[:most])
