"""Carrier and waybill as people type them: cleaned, checked, for one parcel only. Not about what carriers report: carrying.py is."""

from __future__ import annotations

import re
import unicodedata

from django.db import IntegrityError, transaction

from amends.cases.models import Case
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.market.models import Shipment
from amends.returns.models import ReturnShipment
from amends.shipping.couriers import carrier_key
from amends.shipping.queries import track_of

_WAYBILL = re.compile(r"[A-Z0-9]{8,30}")
LONGEST_CARRIER = 40
LABEL, PICKUP, OWN, DESTROY, INTERCEPT = "label", "pickup", "own", "destroy", "intercept"
"""How a parcel travels back (`ReturnShipment.way`), or that it need not."""


def clean_carrier(carrier: str) -> str:
    """The carrier's name without outer and doubled space, 1 to 40 characters. Raises Unprocessable."""
    name = " ".join(unicodedata.normalize("NFKC", carrier).split())
    if not name:
        raise Unprocessable.field("carrier", say("请写明承运商。", "Please name the carrier."), code="required")
    if len(name) > LONGEST_CARRIER or not name.isprintable():
        wrong = say("承运商名称最多 {most} 个字。", "A carrier's name has at most {most} characters.", most=LONGEST_CARRIER)
        raise Unprocessable.field("carrier", wrong, code="too_long")
    return name


def clean_waybill(waybill: str) -> str:
    """The number without spaces and hyphens, half-width and in capitals: 8 to 30 letters and digits. Raises Unprocessable."""
    number = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", waybill)).upper()
    if not _WAYBILL.fullmatch(number):
        wrong = say(
            "没找到这个运单号：运单号是 8 至 30 位字母和数字，请核对面单。",
            "We can't find this waybill: it has 8 to 30 letters and digits. Please compare it with the label.",
        )
        raise Unprocessable.field("waybill", wrong, code="waybill_shape")
    return number


def put_label(case: Case, parcel: ReturnShipment, carrier: str, waybill: str) -> dict[str, str]:
    """The parcel has this carrier and waybill; answers the facts for the timeline, which hold the last four signs only.

    Raises Unprocessable where another parcel of the merchant, or the delivery of this very order, has that waybill of that carrier, and
    where the carrier has told already that it was over before this parcel was asked for.
    """
    name, number = clean_carrier(carrier), clean_waybill(waybill)
    mine, key = {"merchant_id": case.merchant_id, "waybill": number}, carrier_key(name)
    delivered = Shipment.objects.filter(**mine, order_id=case.order_id).values_list("carrier", flat=True)
    if any(carrier_key(typed) == key for typed in delivered):
        wrong = say(
            "这是商家发货时的运单号，请填写退货面单上的号码。",
            "This is the waybill of the delivery. Please give the number on the return label.",
        )
        raise Unprocessable.field("waybill", wrong, code="waybill_of_delivery")
    others = ReturnShipment.objects.filter(**mine).exclude(pk=parcel.pk).values_list("carrier", flat=True)
    if any(carrier_key(typed) == key for typed in others):
        raise _used_twice()
    track = track_of(case.merchant_id, name, number)
    if track is not None and track.ended_at is not None and track.ended_at < parcel.made_at:
        over = say(
            "这个运单号的包裹早已送达或结束，请填写这次寄件的运单号。",
            "The parcel of this waybill arrived or ended long ago. Please give the number of this one.",
        )
        raise Unprocessable.field("waybill", over, code="waybill_over")
    parcel.carrier, parcel.waybill = name, number
    try:
        with transaction.atomic():  # two consumers in the same second: the unique constraint knows the second one
            parcel.save(update_fields=["carrier", "waybill"])
    except IntegrityError as twice:
        raise _used_twice() from twice
    return {"parcel": parcel.ref, "waybill_ends": number[-4:]}


def _used_twice() -> Unprocessable:
    wrong = say(
        "这个运单号已经用于另一个包裹，请核对面单上的号码。",
        "Another parcel has this waybill already. Please compare the number with the label.",
    )
    return Unprocessable.field("waybill", wrong, code="waybill_used")
