"""What must hold of parcels, findings and what became of the goods, for `amends verify` (B7, B8, B12)."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from amends.kernel.findings import finding
from amends.returns.models import Inspection, Scan, UnknownParcel
from amends.returns.receiving.scanning import RECEIVED, SHELVED, UNKNOWN
from amends.stock.models import StockMove
from amends.stock.rules import SELLABLE

MOST = 50


def torn_dispositions() -> list[str]:
    """Units disposed of without exactly the one stock move of that kind, and pieces back in stock that cannot be sold again."""
    moves = StockMove.objects.filter(merchant_id=OuterRef("merchant_id"), inspection_id=OuterRef("pk"), kind=OuterRef("disposition"))
    lost = Inspection.objects.exclude(disposition="").exclude(Exists(moves)).order_by("pk").values_list("pk", flat=True)
    found: list[str] = [
        finding("验货 {pk} 已定去向，却没有库存进出", "inspection {pk} was disposed of without its stock move", pk=pk) for pk in lost[:MOST]
    ]
    rows = Inspection.objects.filter(merchant_id=OuterRef("merchant_id"), pk=OuterRef("inspection_id"), disposition=OuterRef("kind"))
    stray = StockMove.objects.filter(inspection_id__isnull=False).exclude(Exists(rows)).order_by("pk").values_list("pk", flat=True)
    found += [
        finding("库存进出 {pk} 与验货的去向不一致", "stock move {pk} is of an inspection that says otherwise", pk=pk) for pk in stray[:MOST]
    ]
    unfit = StockMove.objects.filter(kind__in=SELLABLE, inspection_id__isnull=False).exclude(grade__in=("A", "B"))
    worn = unfit.order_by("pk").values_list("pk", flat=True)[:MOST]
    return found + [
        finding("库存进出 {pk} 把不能再卖的放回了库存", "stock move {pk} put back what cannot be sold again", pk=pk) for pk in worn
    ]


def torn_scans() -> list[str]:
    """Scans that say received of a parcel that was not, or unknown without a row on the shelf; shelf rows that ended without an end."""
    unreceived = Q(outcome=RECEIVED) & (Q(parcel__isnull=True) | Q(parcel__received_at__isnull=True))
    wrong = Scan.objects.filter(unreceived | Q(outcome=UNKNOWN, unknown__isnull=True)).order_by("pk").values_list("pk", "outcome")
    rows = UnknownParcel.objects.filter(Q(state=SHELVED) ^ Q(ended_at__isnull=True)).order_by("pk").values_list("ref", flat=True)
    unmatched = UnknownParcel.objects.filter(state="matched", parcel__isnull=True).order_by("pk").values_list("ref", flat=True)
    return [
        *(
            finding("扫描 {pk} 记为 {outcome}，实际不是", "scan {pk} says {outcome}, and it is not so", pk=pk, outcome=outcome)
            for pk, outcome in wrong[:MOST]
        ),
        *(finding("无主包裹 {ref} 既结束又没结束", "unknown parcel {ref} has ended and not ended", ref=ref) for ref in rows[:MOST]),
        *(
            finding("无主包裹 {ref} 记为已匹配，却没有对应的包裹", "unknown parcel {ref} is matched with nothing", ref=ref)
            for ref in unmatched[:MOST]
        ),
    ]
