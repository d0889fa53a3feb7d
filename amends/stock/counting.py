"""A shop's counts as CSV or JSON: read row by row with everything that is wrong listed, and told all together or not at all.

Columns (any order, Chinese or English): product (商品编码), on_hand (数量); optional place (仓库), counted_at (盘点时间).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO
from zoneinfo import ZoneInfo

from django.db import transaction

from amends.kernel.refusals import Refusal, Unprocessable
from amends.kernel.texts import Text, say
from amends.market.models import Merchant, Product
from amends.market.rules.layout import layout_of, records
from amends.stock.models import StockLevel
from amends.stock.verbs import tell_level

MOST = 100_000
NAMES: dict[str, tuple[str, ...]] = {
    "product": ("product", "sku", "product_key", "商品编码", "货号", "商品"), "on_hand": ("on_hand", "quantity", "stock", "数量", "库存"),
    "place": ("place", "warehouse", "仓库", "地点"), "counted_at": ("counted_at", "at", "盘点时间", "时间"),
}  # fmt: skip
REQUIRED = ("product", "on_hand")
NO_NUMBER = say("数量应为不小于 0 的整数", "a number of pieces is whole and not below 0")
NO_INSTANT = say("应为日期时间，如 2026-03-10 09:30", "it should be a date and time like 2026-03-10 09:30")
NO_PRODUCT = say("店里没有这个商品", "the shop has no such product")


@dataclass(frozen=True, slots=True)
class Count:
    """So many pieces of the shop's product `product` at this place, counted at an instant (None: now)."""

    product: str
    on_hand: int
    place: str = ""
    counted_at: datetime | None = None
    row: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one row."""

    row: int
    column: str
    value: str
    wrong: Text


@dataclass(slots=True)
class Counts:
    """Sound counts, and what is wrong row by row."""

    counts: list[Count] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_counts(stream: BinaryIO, *, zone: str) -> Counts:
    """The counts of a seekable byte stream; times without a zone are in `zone`. Refuses a file without one of the columns."""
    layout, there = layout_of(stream), ZoneInfo(zone)
    spelt = [name.strip().lower().replace(" ", "_") for name in layout.header]
    where = {name: spelt.index(word) for name, words in NAMES.items() if (word := next((w for w in words if w in spelt), ""))}
    if missing := [name for name in REQUIRED if name not in where]:
        wrong = say("缺少列：{names}。", "Columns are missing: {names}.", names=", ".join(missing))
        raise Unprocessable.field("file", wrong, code="columns_missing")
    found = Counts()
    for number, cells in records(stream, layout, None):
        row = {name: cells[place].strip() if place < len(cells) else "" for name, place in where.items()}
        _read(found, number, row, there)
    return found


def _read(found: Counts, number: int, row: dict[str, str], zone: ZoneInfo) -> None:
    quantity, counted, at = row["on_hand"], row.get("counted_at", ""), None
    faults = []
    if not quantity.isascii() or not quantity.isdigit() or len(quantity) > 9:
        faults.append(Fault(number, "on_hand", quantity, NO_NUMBER))
    if counted:
        try:
            at = datetime.fromisoformat(counted)
            at = at if at.tzinfo else at.replace(tzinfo=zone)
        except ValueError:
            faults.append(Fault(number, "counted_at", counted, NO_INSTANT))
    found.faults += faults
    if not faults:
        found.counts.append(Count(row["product"], int(quantity), row.get("place", ""), at, number))


def tell_counts(merchant: Merchant, counts: Sequence[Count], *, source: str = "", field: str = "counts") -> list[StockLevel]:
    """Every one of these counts is told, or none; answers the levels. Raises Unprocessable naming the wrong one (`<field>.3.product`)."""
    if len(counts) > MOST:
        raise Unprocessable.field("counts", say("一次最多 {n} 行。", "At most {n} at once.", n=MOST), code="too_many")
    named = {count.product for count in counts}
    products = {one.key: one for one in Product.objects.filter(merchant=merchant, key__in=named)}
    for place, count in enumerate(counts):
        if count.product not in products:
            raise _wrong(
                f"{field}.{place}.product", count, say("{wrong}：{it}。", "{wrong}: {it}.", wrong=NO_PRODUCT, it=count.product[:80])
            )
    with transaction.atomic():  # levels in one order, as everybody takes them
        in_order = sorted(enumerate(counts), key=lambda each: (products[each[1].product].pk, each[1].place))
        return [_told(f"{field}.{place}", count, products[count.product], source) for place, count in in_order]


def _told(where: str, count: Count, product: Product, source: str) -> StockLevel:
    try:
        return tell_level(product, count.place, count.on_hand, counted_at=count.counted_at, source=source)
    except Refusal as refusal:
        name, text = next(iter(refusal.fields.items()))
        raise _wrong(f"{where}.{name}", count, text) from refusal


def _wrong(field: str, count: Count, text: Text) -> Unprocessable:
    told = say("第 {row} 行：{text}", "Row {row}: {text}", row=count.row, text=text) if count.row else text
    return Unprocessable.field(field, told, code="wrong_count")
