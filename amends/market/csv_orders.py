"""A shop's order file: found out how it is written, read row by row, and gathered into orders, with everything that is wrong listed.

Pure: a stream in, values out; nothing is stored here. An order is taken whole or not at all: one wrong row refuses all rows of its
order, and an order number that comes back further down refuses both places, because half an order is worse than none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import BinaryIO
from zoneinfo import ZoneInfo

from amends.kernel.money import apportion
from amends.kernel.texts import Text, say
from amends.market.rules.bundles import bundle_name, exploded
from amends.market.rules.columns import ColumnMap, guess_mapping, places
from amends.market.rules.layout import Layout, Progress, layout_of, records
from amends.market.rules.rows import Reader, Row, RowError
from amends.market.rules.specs import (
    PLATFORM_COUPON,
    WALLET,
    CaptureSpec,
    ConsumerSpec,
    Left,
    LineSpec,
    MerchantSpec,
    OrderSpec,
    ProductSpec,
    ShipmentSpec,
)

MOST_APART = timedelta(hours=1)
REASONS: dict[str, Text] = {
    "cancellation": say("取消单", "a cancellation"),
    "no_value": say("金额为 0", "value 0"),
    "nothing_left": say("整单没有可保留的行", "no line of the order remains"),
    "with_wrong_row": say("同一订单有错误的行", "another row of the same order is wrong"),
    "wrong_row": say("行有错误", "the row is wrong"),
}


@dataclass(slots=True)
class Parsed:
    """What a file holds: sound orders, errors row by row, and what was left out without being wrong."""

    layout: Layout
    mapping: ColumnMap
    orders: list[OrderSpec] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    left: Left = field(default_factory=Left)


def read_orders(
    stream: BinaryIO,
    mapping: ColumnMap | None = None,
    *,
    merchant: MerchantSpec,
    zone: str,
    currency: str,
    progress: Progress | None = None,
) -> Parsed:
    """The orders of `merchant` in a seekable byte stream; times without a zone are in `zone`, sums in `currency`.

    Without a mapping the header is guessed. `progress` hears how many bytes are read. Refuses (Unprocessable) what is wrong with the
    file as a whole; what is wrong with rows stands in `errors`.
    """
    layout = layout_of(stream)
    mapping = mapping or guess_mapping(layout.header)
    parsed = Parsed(layout, mapping)
    gatherer = _Gatherer(parsed, merchant, currency)
    reader = Reader(ZoneInfo(zone), currency, mapping.date_format)
    where = places(mapping, layout.header)
    for number, cells in records(stream, layout, progress):
        parsed.left.lines_seen += 1
        if len(cells) != len(layout.header):
            gatherer.wrong(
                [_ragged(number, len(cells), len(layout.header))], cells[where["order"]].strip() if len(cells) > where["order"] else ""
            )
            continue
        by_field = {ours: cells[place] for ours, place in where.items()}
        order = by_field["order"].strip()
        if mapping.cancelled_prefix and order.startswith(mapping.cancelled_prefix):
            gatherer.cancelled(order)
            continue
        row = reader.row(number, by_field, mapping.columns)
        gatherer.good(row) if isinstance(row, Row) else gatherer.wrong(row, order)
    gatherer.close()
    return parsed


def _ragged(number: int, cells: int, wanted: int) -> RowError:
    wrong = say("有 {n} 个单元格。", "It has {n} cells.", n=cells)
    return RowError(number, "", "", wrong, say("与表头一样，{n} 个。", "{n}, as the header has.", n=wanted))


class _Gatherer:
    """Rows that stand together under one number become one order."""

    def __init__(self, parsed: Parsed, merchant: MerchantSpec, currency: str) -> None:
        self.parsed, self.merchant, self.currency = parsed, merchant, currency
        self.rows: list[Row] = []
        self.number, self.refused, self.first_row = "", False, 0
        self.done: dict[str, OrderSpec | None] = {}

    def good(self, row: Row) -> None:
        self._turn(row.order, row.number)
        if self.rows and (fault := self._differs(row)):
            self.wrong([fault], row.order)
        else:
            self.rows.append(row)

    def wrong(self, faults: list[RowError], order: str) -> None:
        self._turn(order or self.number, faults[0].row)
        self.parsed.errors += faults
        self.parsed.left.line("wrong_row")
        self.refused = True

    def cancelled(self, order: str) -> None:
        if order not in self.done:
            self.done[order] = None
            self.parsed.left.order("cancellation")
        self.parsed.left.line("cancellation")

    def close(self) -> None:
        """The last order is finished, and the sound ones are handed over."""
        self._finish()
        self.parsed.left.orders_seen = len(self.done)
        self.parsed.orders = [order for order in self.done.values() if order]

    def _turn(self, order: str, row: int) -> None:
        if order == self.number:
            return
        self._finish()
        self.number, self.first_row = order, row
        if order in self.done:
            self._comes_back(order, row)

    def _comes_back(self, order: str, row: int) -> None:
        wrong = say("订单号 {order} 在前面已经出现过。", "The order number {order} stood further up already.", order=order)
        right = say("把同一订单的行放在一起；不是同一订单就换号。", "Put the rows of one order together, or give another number.")
        header = self.parsed.mapping.columns["order"]
        self.parsed.errors.append(RowError(row, header, order, wrong, right, order))
        self.refused = True
        if before := self.done[order]:
            self.done[order] = None
            self.parsed.left.line("with_wrong_row", len(before.lines))
            self.parsed.left.order("with_wrong_row")

    def _differs(self, row: Row) -> RowError | None:
        first = self.rows[0]
        header = self.parsed.mapping.columns
        right = say("与第 {n} 行一致。", "The same as in row {n}.", n=first.number)
        if row.consumer != first.consumer:
            wrong = say("同一订单有两个买家。", "One order has two customers.")
            return RowError(row.number, header["consumer"], row.consumer, wrong, right, row.order)
        if abs(row.placed_at - first.placed_at) > MOST_APART:
            wrong = say("同一订单的下单时间相差太大。", "The times of one order are too far apart.")
            return RowError(row.number, header["placed_at"], str(row.placed_at), wrong, right, row.order)
        return None

    def _finish(self) -> None:
        rows, number, left = self.rows, self.number, self.parsed.left
        sold = [row for row in rows if row.price]
        if self.refused:
            left.line("with_wrong_row", len(rows))
            if number not in self.done:
                left.order("with_wrong_row")
            self.done.setdefault(number, None)
        elif rows:
            left.line("no_value", len(rows) - len(sold))
            self.done[number] = self._order(sold) if sold else None
            if not sold:
                left.order("nothing_left")
        self.rows, self.refused = [], False

    def _order(self, rows: list[Row]) -> OrderSpec:
        rows, promotions = exploded(rows)
        first = rows[0]
        nets = [row.price - row.discount for row in rows]
        freights = apportion(max(row.freight for row in rows), nets)
        packagings = apportion(max(row.packaging for row in rows), nets)
        parcel = next((row for row in rows if row.shipped_at or row.signed_at or row.waybill), None)
        return OrderSpec(
            number=first.order,
            merchant=self.merchant,
            consumer=_consumer(first, self.merchant),
            placed_at=min(row.placed_at for row in rows),
            currency=self.currency,
            lines=tuple(_line(*each, self.currency) for each in zip(rows, freights, packagings, strict=True)),
            promotions=promotions,
            tenders=(WALLET, PLATFORM_COUPON) if any(row.coupon for row in rows) else (WALLET,),
            shipments=(_shipment(parcel),) if parcel else (),
            channel=first.channel,
            promises=first.promises,
            source="order file",
            captures={WALLET: CaptureSpec(first.gateway, first.payment_ref, first.payer_ref)},
        )


def _consumer(row: Row, merchant: MerchantSpec) -> ConsumerSpec:
    name = row.consumer_name or row.consumer
    where = f"{merchant.key}: customer {row.consumer}"
    return ConsumerSpec(row.consumer, Text(name, name), where, row.consumer_tier, row.consumer_region)


def _line(row: Row, freight: int, packaging: int, currency: str) -> LineSpec:
    net = row.price - row.discount
    paid = {WALLET: net - row.coupon, PLATFORM_COUPON: row.coupon} if row.coupon else {WALLET: net}
    product = ProductSpec(
        row.product, row.name, row.goods_class, warranty_days=row.warranty_days, variants=row.variants, variant=row.variant,
        price_minor=row.price_now, currency=currency if row.price_now is not None else "", serialised=row.serialised,
        supplier=row.supplier, weight_grams=row.weight, bulky=row.bulky,
    )  # fmt: skip
    return LineSpec(
        product, row.name, row.quantity, row.price, row.discount, paid, freight, packaging_minor=packaging,
        commission_minor=row.commission, bundle=row.bundle, bundle_name=bundle_name([row]) if row.bundle else None,
        serials=row.serials, batch=row.batch,
    )  # fmt: skip


def _shipment(row: Row) -> ShipmentSpec:
    return ShipmentSpec(
        row.carrier, row.waybill, row.shipped_at or row.signed_at, row.signed_at, simulated=False, expected_at=row.expected_at,
        weight_grams=row.parcel_weight,
    )  # fmt: skip
