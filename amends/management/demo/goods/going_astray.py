"""Deliveries that went wrong in the plays, and who should bear it: an enquiry open, a new date, a parcel lost, a carton crushed."""

from __future__ import annotations

from datetime import timedelta

from amends.deliveries import verbs
from amends.kernel import clock
from amends.management.demo.goods.going_back import accept, come, post, receive
from amends.management.demo.goods.telling import Play, Tale, approve, told
from amends.market.models import Shipment
from amends.returns.disposing import dispose
from amends.returns.models import Inspection
from amends.shipping.verbs import watch


def enquire(tale: Tale) -> None:
    """The consumer asks where it is; what the carrier knows of its way is heard."""
    row = verbs.enquire(tale.case.ref, words="五天没有更新（模拟）", by=tale.consumer)
    told(tale, row.waybill, "accepted", "深圳", "快件已揽收", grams=1200)
    told(tale, row.waybill, "exception", "武汉", "快件查找中")


def new_date(tale: Tale) -> None:
    """The carrier names another day."""
    verbs.give_date(_sought(tale), expected_at=clock.now() + timedelta(days=2), words="暴雨，线路停运（模拟）")


def lost(tale: Tale) -> None:
    """The carrier says that it is gone."""
    told(tale, Shipment.objects.get(order=tale.order).waybill, "lost", "武汉", "确认丢失")


def crushed(tale: Tale) -> None:
    """On its way to the consumer the carrier noted a crushed carton, and a weight that fell."""
    sent = Shipment.objects.get(order=tale.order)
    watch(sent.merchant_id, sent.carrier, sent.waybill, said_grams=1_250)
    told(tale, sent.waybill, "weighed", "广州", "已称重", grams=1_240)
    told(tale, sent.waybill, "damaged", "武汉", "外包装破损")


def to_supplier(tale: Tale) -> None:
    """The shop sends the faulty piece to whoever supplied it."""
    for row in Inspection.objects.filter(merchant_id=tale.order.merchant_id, case_id=tale.case_id).order_by("pk"):
        dispose(tale.case.ref, inspection=row.pk, disposition="to_supplier", by=tale.shop)


def _sought(tale: Tale) -> str:
    return str(tale.case.deliveries.order_by("pk").values_list("ref", flat=True)[0])


GONE = "显示已发货，一直没有送到（模拟）"
HANDLED = ((118, approve), (106, post), (76, come), (74, receive), (70, accept))
PLAYS = (
    Play("looked for", "anna", "buds-black", "lost", "refund_only", 22, ((18, enquire),), "delivery.enquiring", GONE, signed=None),
    Play("another day", "guest-1", "watch", "lost", "refund_only", 26, ((22, enquire), (6, new_date)), "delivery.promised",
         GONE, signed=None),
    Play("gone", "guest-3", "buds-white", "lost", "refund_only", 40, ((36, enquire), (20, lost)), "delivery.lost", GONE, signed=None),
    Play("gone, and asked of the carrier", "guest-4", "keyboard", "lost", "refund_only", 60, ((56, enquire), (44, lost)), "delivery.lost",
         GONE, signed=None),
    Play("crushed", "guest-2", "keyboard", "damaged", "return_refund", 122, ((121, crushed), *HANDLED), "inspection.payable",
         "外箱压扁，键盘断裂（模拟）"),
    Play("the supplier's", "guest-1", "keyboard", "quality", "return_refund", 122, (*HANDLED, (20, to_supplier)), "inspection.payable",
         "同一批都有串键（模拟）"),
)  # fmt: skip
