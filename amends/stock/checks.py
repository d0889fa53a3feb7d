"""What must hold of the rows of stock, for `amends verify`: what is kept is kept once, and every move has its one cause."""

from __future__ import annotations

from django.db.models import Count, Q

from amends.kernel.findings import finding
from amends.stock.models import Reservation, StockLevel, StockMove
from amends.stock.rules import HELD, OUT

MOST = 50


def torn_levels() -> list[str]:
    """Levels whose kept pieces are not as many as the reservations that hold them."""
    counts = dict(Reservation.objects.filter(state=HELD).order_by("level_id").values_list("level_id").annotate(n=Count("pk")))
    kept = StockLevel.objects.filter(reserved__gt=0).order_by("pk").values_list("pk", "reserved")
    told = dict(kept.iterator(chunk_size=5000))
    wrong = sorted({pk for pk in told.keys() | counts.keys() if told.get(pk, 0) != counts.get(pk, 0)})
    return [
        finding("库存 {pk} 留着 {n} 件，预留共 {held} 件", "stock level {pk} keeps {n}, its reservations hold {held}",
              pk=pk, n=told.get(pk, 0), held=counts.get(pk, 0))
        for pk in wrong[:MOST]
    ]  # fmt: skip


def torn_moves() -> list[str]:
    """Moves without their one cause: a piece back without an inspection, or out with one."""
    back = StockMove.objects.exclude(kind=OUT).filter(Q(inspection_id__isnull=True) | Q(unit_id__isnull=True))
    out = StockMove.objects.filter(kind=OUT, inspection_id__isnull=False)
    rows = back.union(out).order_by("id").values_list("id", "kind")[:MOST]
    return [
        finding("库存进出 {pk}（{kind}）没有相应的原因", "stock move {pk} ({kind}) has no cause of its kind", pk=pk, kind=kind)
        for pk, kind in rows
    ]  # fmt: skip
