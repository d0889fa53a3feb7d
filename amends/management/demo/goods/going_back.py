"""Goods on their way back in the plays: by label, by courier, by one's own; on the receiving desk, and on the bench."""

from __future__ import annotations

from amends.management.demo.goods.telling import CARRIER, Play, Tale, approve, told
from amends.returns import verbs as returns
from amends.returns.models import Inspection, ParcelUnit
from amends.returns.verbs.seeing import Seen

HOME = "广东省深圳市南山区晴川路 12 号 3 单元（虚构地址）"


def label(tale: Tale) -> None:
    """A prepaid label, with a code for the drop-off point."""
    returns.ask_label(tale.parcel.ref, address=HOME, by=tale.consumer)


def pickup(tale: Tale) -> None:
    """A courier in the first slot; for what is bulky two people, who bring the packaging."""
    parcel = tale.parcel
    returns.book_pickup(parcel.ref, address=HOME, packaging=parcel.bulky, by=tale.consumer)


def post(tale: Tale) -> None:
    """The consumer's own courier took it."""
    waybill = tale.waybill
    returns.ship(tale.parcel.ref, carrier=CARRIER, waybill=waybill, by=tale.consumer)
    told(tale, waybill, "accepted", "深圳", "快件已揽收", grams=tale_grams(tale))


def travel(tale: Tale) -> None:
    """It is on its way."""
    told(tale, tale.parcel.waybill, "in_transit", "广州", "快件离开分拨中心")


def come(tale: Tale) -> None:
    """It is at the shop's door."""
    told(tale, tale.parcel.waybill, "delivered", "深圳", "快件已签收")


def split(tale: Tale) -> None:
    """The last piece travels in a parcel of its own."""
    parcel = tale.parcel
    units = list(ParcelUnit.objects.filter(merchant_id=parcel.merchant_id, parcel_id=parcel.pk).order_by("unit_id").values_list("unit_id"))
    returns.add_parcel(parcel.ref, units=units[-1], by=tale.consumer)


def destroy(tale: Tale) -> None:
    """The shop wants a picture instead of the goods."""
    returns.ask_destroy(tale.parcel.ref, by=tale.shop)


def receive(tale: Tale) -> None:
    """The box is open, and each unit waits for its finding."""
    returns.receive(tale.parcel.ref, by=tale.shop)


def accept(tale: Tale) -> None:
    """All is as it should be."""
    for finding in found(tale):
        returns.accept(tale.case.ref, inspection=finding.pk, seen=Seen("A", checks={"complete": True}), by=tale.shop)


def reduce(tale: Tale) -> None:
    """Less is paid for a scratch, within what its grade allows."""
    photos = {"whole": tale.photo(tale.shop, 0), "flaw": tale.photo(tale.shop, 1)}
    for finding in found(tale):
        less = max(1, finding.grant.amount_minor // 20)
        returns.reduce(
            tale.case.ref, inspection=finding.pk, reduced_minor=less, words="外壳有一道划痕（模拟）", seen=Seen("C", photos=photos),
            by=tale.shop,
        )  # fmt: skip


def contest(tale: Tale) -> None:
    """The consumer does not agree, and the platform decides."""
    for finding in Inspection.objects.filter(merchant_id=tale.order.merchant_id, case_id=tale.case_id, stage="reduced").order_by("pk"):
        returns.contest(tale.case.ref, inspection=finding.pk, words="寄出前拍过照，没有这道划痕（模拟）", by=tale.consumer)


def found(tale: Tale) -> list[Inspection]:
    """What waits on the bench."""
    rows = Inspection.objects.filter(merchant_id=tale.order.merchant_id, case_id=tale.case_id, stage="awaiting")
    return list(rows.select_related("grant").order_by("pk"))


def tale_grams(tale: Tale) -> int:
    """What the carrier's scale says: what its articles weigh, and a carton."""
    rows = ParcelUnit.objects.filter(merchant_id=tale.order.merchant_id, parcel_id=tale.parcel.pk).select_related("unit__line__product")
    return sum(row.unit.line.product.weight_grams or 0 for row in rows) + 150


BROKEN, UNWANTED = "用了两天就没有声音了（模拟）", "手感不合适，没有用过（模拟）"
DOOR = ((86, approve), (74, post), (50, travel), (6, come))
PLAYS = (
    Play("label", "anna", "buds-white", "quality", "return_refund", 30, ((27, approve), (25, label)),
         "return_shipment.awaiting_dispatch", BROKEN),
    Play("pickup", "guest-1", "watch", "quality", "return_refund", 20, ((18, approve), (3, pickup)), "return_shipment.booked",
         "屏幕一直闪（模拟）"),
    Play("two people", "anna", "television", "quality", "return_refund", 40, ((36, approve), (5, pickup)), "return_shipment.booked",
         "屏幕上有一条亮线（模拟）"),
    Play("own courier", "guest-2", "keyboard", "no_reason", "return_refund", 52, ((47, approve), (30, post), (9, travel)),
         "return_shipment.in_transit", UNWANTED),
    Play("two parcels", "anna", "keyboard", "quality", "return_refund", 34, ((30, approve), (26, split)),
         "return_shipment.awaiting_dispatch", "两把都有按键不回弹（模拟）", pieces=2, claims=((1, 2),)),
    Play("destroyed", "guest-3", "charger", "quality", "return_refund", 22, ((18, approve), (12, destroy)),
         "return_shipment.awaiting_dispatch", "插上有焦味（模拟）"),
    Play("at the door", "guest-3", "keyboard", "quality", "return_refund", 90, DOOR, "return_shipment.delivered", "空格键失灵（模拟）"),
    Play("at the door, too", "guest-4", "watch", "quality", "return_refund", 90, DOOR, "return_shipment.delivered", "充不进电（模拟）"),
    Play("scanned", "guest-1", "keyboard", "quality", "return_refund", 92, ((88, approve), (75, post), (51, travel), (7, come)),
         "inspection.awaiting", "灯不亮（模拟）"),
    Play("scanned, too", "guest-2", "buds-black", "quality", "return_refund", 92, ((88, approve), (75, post), (51, travel), (7, come)),
         "inspection.awaiting", BROKEN),
    Play("part of a kit", "anna", "kit", "quality", "return_refund", 44, ((40, approve), (28, post), (8, travel)),
         "return_shipment.in_transit", "手机壳开裂（模拟）", claims=((2, 1),)),
    Play("less for a scratch", "guest-4", "tablet", "no_reason", "return_refund", 98,
         ((94, approve), (80, post), (30, come), (28, receive), (20, reduce)), "inspection.reduced", UNWANTED, signed=1),
    Play("contested", "anna", "watch", "quality", "return_refund", 100,
         ((96, approve), (84, post), (40, come), (38, receive), (30, reduce), (10, contest)), "inspection.contested", "表盘起雾（模拟）"),
)  # fmt: skip
