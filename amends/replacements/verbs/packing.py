"""What the merchant does: keep a piece, say that there is none and what there is instead, pack and ship."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from amends.cases.record import verb
from amends.cases.taking import take_life
from amends.cases.texts import told
from amends.kernel import clock
from amends.kernel.refusals import Conflict, Unprocessable
from amends.kernel.texts import say
from amends.market.models import Shipment
from amends.people.rules import Actor
from amends.replacements.models import Replacement
from amends.replacements.offering import offer
from amends.replacements.queries import product_of
from amends.replacements.rules import LIFE
from amends.replacements.verbs.destination import check_seen, clean_part
from amends.returns.verbs.labels import clean_carrier, clean_waybill
from amends.shipping.verbs import watch
from amends.stock import verbs as stock
from amends.stock.queries import is_told

LONGEST_SERIAL = 60


@verb("replacement", "reserve")
def reserve(ref: str, *, part: str = "", by: Actor) -> Replacement:
    """A piece is kept for the consumer, and the limit to ship it runs. Where the shop tells its stock, of that very stock.

    `part`: what of the unit is sent again where that is enough; it is nothing that the stock counts. Raises Conflict where the stock that
    the shop tells has no free piece, Unprocessable for a part of an exchange.
    """
    case, row = take_life(Replacement, ref, by)
    product, may = product_of(row), row.LIFE.becomes(row.stage, "reserve", by.party) is not None
    piece = clean_part(case, row, part, by) if may else None
    if may and piece is None and stock.reserve(product, LIFE, row.pk) is None and is_told(product):
        none = say("账面上没有可用库存。补货后再留货，或者选“没有货”。",
                   "The stock has no free piece. Reserve once there is one again, or say that it ran out.")  # fmt: skip
        raise Conflict(none, code="out_of_stock")
    row.move("reserve", by, facts={"replacement": row.ref, **told(piece)})
    row.part = piece
    row.save(update_fields=["part"])
    return row


@verb("replacement", "run_out")
def run_out(ref: str, *, instead: Sequence[str] = (), by: Actor) -> Replacement:
    """There is none to be had: the consumer chooses among `instead` (references of articles of this shop), or takes the money.

    Left empty, the variants that are there are offered. Raises Unprocessable for an article that can't be offered.
    """
    case, row = take_life(Replacement, ref, by)
    row.move("run_out", by, facts={"replacement": row.ref})
    offer(case, row, instead)
    return row


@verb("replacement", "ship")
def ship(ref: str, *, carrier: str, waybill: str, serial: str = "", sent_to: str = "", part: str = "", by: Actor) -> Replacement:
    """The piece left the house under this waybill; the stock that was kept for it falls by one, but for a `part` of a unit.

    `sent_to`: which other address it went to (destination.seen_as). Raises NoSuchMove while a difference is unpaid; Unprocessable where
    the waybill cannot be one, another has it, a device that bears a number of its own is sent without it, or the consumer gave another
    address meanwhile.
    """
    case, row = take_life(Replacement, ref, by)
    if row.may("ship", by):
        check_seen(row, sent_to)
        row.part = clean_part(case, row, part, by) or row.part
    name, number, product = clean_carrier(carrier), clean_waybill(waybill), product_of(row)
    if Shipment.objects.filter(merchant_id=case.merchant_id, order_id=case.order_id, waybill__iexact=number).exists():
        wrong = say("这是订单发货时的运单号，请填写这次发货的。", "This is the waybill of the order's delivery. Please give the new one.")
        raise Unprocessable.field("waybill", wrong, code="waybill_of_delivery")
    row.serial = _serial(serial, needed=product.serialised and row.kind == "exchange")
    row.carrier, row.waybill, row.shipped_at = name, number, clock.now()
    turn = row.generation
    row.move("ship", by, facts={"replacement": row.ref, "waybill_ends": number[-4:], **told(row.part)})
    try:
        with transaction.atomic():
            row.save(update_fields=["carrier", "waybill", "serial", "shipped_at", "part"])
    except IntegrityError as twice:
        wrong = say("这个运单号已经用于另一件补发或换货。", "Another replacement has this waybill already.")
        raise Unprocessable.field("waybill", wrong, code="waybill_used") from twice
    if row.part is None:
        stock.ship_out(LIFE, row.pk, turn=turn, product=product, unit=row.unit)
    else:
        stock.release(LIFE, row.pk, merchant_id=row.merchant_id)
    watch(row.merchant_id, name, number, said_grams=product.weight_grams)
    return row


def _serial(serial: str, *, needed: bool) -> str:
    number = "".join(serial.split()).upper()
    if needed and not number:
        raise Unprocessable.field("serial", say("请填写序列号。", "Please give the serial number."), code="required")
    if len(number) > LONGEST_SERIAL or not ((number.isascii() and number.replace("-", "").isalnum()) or not number):
        wrong = say("序列号最多 {most} 位字母和数字。", "A serial number has at most {most} letters and digits.", most=LONGEST_SERIAL)
        raise Unprocessable.field("serial", wrong, code="serial_shape")
    return number
