"""A shop's price history as CSV: read row by row into prices, with everything that is wrong listed. Pure: a stream in, values out.

Columns (any order, Chinese or English): product (商品编码), price (价格), since (起始时间), currency (币种, optional).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, TypeVar
from zoneinfo import ZoneInfo

from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.market.rules.layout import layout_of, records
from amends.market.rules.rows import Reader, RowError, WrongCell

T = TypeVar("T")
NAMES: dict[str, tuple[str, ...]] = {
    "product": ("product", "sku", "product_key", "商品编码", "货号", "商品"),
    "price": ("price", "unit_price", "价格", "售价", "单价"),
    "since": ("since", "from", "valid_from", "起始时间", "生效时间", "时间"),
    "currency": ("currency", "币种"),
}
REQUIRED = ("product", "price", "since")
EMPTY = say("这一格是空的", "the cell is empty")


@dataclass(frozen=True, slots=True)
class PriceSpec:
    """What the listing of `product` (the shop's key) cost from `since` on, in minor units of `currency`."""

    product: str
    currency: str
    price_minor: int
    since: datetime


@dataclass(slots=True)
class ParsedPrices:
    """Sound prices, and what is wrong row by row."""

    prices: list[PriceSpec] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)


def read_prices(stream: BinaryIO, *, zone: str, currency: str) -> ParsedPrices:
    """The prices of a seekable byte stream; times without a zone are in `zone`, sums without a currency in `currency`.

    Refuses (Unprocessable) an unknown zone and a file without one of the columns; what is wrong with rows stands in `errors`.
    """
    there = _zone(zone)
    layout = layout_of(stream)
    where = _places(layout.header)
    parsed = ParsedPrices()
    for number, cells in records(stream, layout, None):
        written = {name: cells[place].strip() if place < len(cells) else "" for name, place in where.items()}
        found = _row(number, written, {name: layout.header[place] for name, place in where.items()}, there, currency)
        if isinstance(found, PriceSpec):
            parsed.prices.append(found)
        else:
            parsed.errors += found
    return parsed


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as unknown:
        wrong = say("没有这个时区：{zone}。", "There is no time zone {zone}.", zone=name)
        raise Unprocessable.field("zone", wrong, code="unknown_zone") from unknown


def _places(header: tuple[str, ...]) -> dict[str, int]:
    spelt = [name.strip().lower().replace(" ", "_") for name in header]
    where = {name: spelt.index(word) for name, words in NAMES.items() if (word := next((w for w in words if w in spelt), ""))}
    if missing := [name for name in REQUIRED if name not in where]:
        wrong = say("缺少列：{names}。", "Columns are missing: {names}.", names=", ".join(missing))
        raise Unprocessable.field("file", wrong, code="columns_missing")
    return where


def _row(number: int, cells: dict[str, str], headers: dict[str, str], zone: ZoneInfo, currency: str) -> PriceSpec | list[RowError]:
    faults: list[RowError] = []
    reader = Reader(zone, cells.get("currency", "").upper() or currency)

    def take(name: str, read: Callable[[str], T]) -> T | None:
        written = cells[name]
        try:
            if not written:
                raise WrongCell(EMPTY, _RIGHT[name])
            return read(written)
        except WrongCell as fault:
            faults.append(RowError(number, headers[name], written[:80], fault.wrong, fault.right))
            return None

    product, price, since = take("product", _key), take("price", reader.sum), take("since", reader.instant)
    if product is None or price is None or since is None:
        return faults
    return PriceSpec(product, reader.currency, price, since)


def _key(written: str) -> str:
    if len(written) > 80 or "\0" in written:
        raise WrongCell(say("太长", "too long"), _RIGHT["product"])
    return written


_RIGHT: dict[str, Text] = {
    "product": say("店铺自己的商品编码，最多 80 个字符", "the shop's own key of the product, at most 80 characters"),
    "price": say("金额，如 199.00", "an amount, like 199.00"),
    "since": say("时间，如 2026-11-01 00:00", "a time, like 2026-11-01 00:00"),
}
