"""Money never loses or makes a cent, whatever the currency and however it is divided."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends.kernel.money import MOST, Money, MoneyError, apportion, currencies, exponent, unit_shares

TOTALS = st.integers(-(10**12), 10**12)
WEIGHTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("currency", "decimals"),
    [("JPY", 0), ("KRW", 0), ("CNY", 2), ("EUR", 2), ("HUF", 2), ("TWD", 2), ("KWD", 3), ("BHD", 3), ("IQD", 3), ("LAK", 2)],
)
def test_decimals_are_those_of_iso_4217_and_not_those_of_the_purse(currency: str, decimals: int) -> None:
    assert exponent(currency) == decimals


@pytest.mark.parametrize("unknown", ["", "cny", "RMB", "XXX", "XAU", "DEM", "CN¥"])
def test_an_unknown_currency_is_refused(unknown: str) -> None:
    with pytest.raises(MoneyError, match="Unknown currency"):
        Money(1, unknown)


@pytest.mark.parametrize("wrong", [28.98, 29.0, True, "2898", None, Decimal(5)])
def test_money_is_a_whole_number_and_neither_float_nor_bool(wrong: Any) -> None:
    with pytest.raises(MoneyError, match="whole number"):
        Money(wrong, "CNY")


def test_money_that_no_column_holds_is_refused() -> None:
    assert Money(-MOST, "CNY").minor == -MOST
    with pytest.raises(MoneyError, match="too large"):
        Money(MOST, "CNY") + Money(1, "CNY")


@pytest.mark.parametrize(
    ("written", "currency", "minor"),
    [
        ("28.98", "CNY", 2898), ("29", "CNY", 2900), ("0.5", "CNY", 50), (" 1286.00 ", "CNY", 128600), ("-0.01", "CNY", -1),
        ("−3.20", "EUR", -320), ("5800", "JPY", 5800), ("1.234", "KWD", 1234), ("1.2", "BHD", 1200), ("-0", "CNY", 0),
    ],
)  # fmt: skip
def test_what_is_written_is_taken_exactly(written: str, currency: str, minor: int) -> None:
    assert Money.parse(written, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    "wrong", ["", "1,286.00", "28,98", "1e3", "NaN", "Infinity", "28.", ".5", "+1", "--1", "¥5", "２８", "1 000", "9" * 19]
)
def test_what_is_no_amount_is_refused(wrong: str) -> None:
    with pytest.raises(MoneyError):
        Money.parse(wrong, "CNY")


@pytest.mark.parametrize(("written", "currency"), [("28.985", "CNY"), ("28.980", "CNY"), ("5800.00", "JPY"), ("1.2345", "KWD")])
def test_more_decimals_than_the_currency_has_are_refused(written: str, currency: str) -> None:
    with pytest.raises(MoneyError, match="decimals"):
        Money.parse(written, currency)


@given(st.integers(-(10**15), 10**15), st.sampled_from(sorted(currencies())))
def test_what_is_written_out_comes_back_the_same(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Money.parse(f"{money.decimal:f}", currency) == money
    assert money.decimal * 10 ** exponent(currency) == minor


def test_sums_and_comparisons_are_those_of_whole_numbers() -> None:
    a, b = Money(2900, "CNY"), Money(2898, "CNY")
    assert (a - b, a + b, -a) == (Money(2, "CNY"), Money(5798, "CNY"), Money(-2900, "CNY"))
    assert b < a and a > b and a >= a and b <= b and not a < b
    assert sum([a, b], Money.zero("CNY")) == Money.total([a, b], "CNY") == Money(5798, "CNY")
    assert Money.total([], "JPY") == Money(0, "JPY")
    assert a and not Money.zero("CNY")


def test_two_currencies_never_meet() -> None:
    yuan, yen = Money(100, "CNY"), Money(100, "JPY")
    for meeting in (lambda: yuan + yen, lambda: yuan - yen, lambda: yuan < yen, lambda: Money.total([yuan, yen], "CNY")):
        with pytest.raises(MoneyError, match="do not mix"):
            meeting()
    assert yuan != yen


def test_money_does_not_mix_with_numbers() -> None:
    with pytest.raises(TypeError):
        Money(100, "CNY") + 1  # type: ignore[operator]


@pytest.mark.parametrize(
    ("money", "chinese", "english"),
    [
        (Money(128600, "CNY"), "¥1,286.00", "¥1,286.00"),
        (Money(-128600, "CNY"), "−¥1,286.00", "−¥1,286.00"),
        (Money(5, "CNY"), "¥0.05", "¥0.05"),
        (Money(1234567, "JPY"), "JP¥1,234,567", "JP¥1,234,567"),
        (Money(99950, "USD"), "US$999.50", "$999.50"),
        (Money(1234567, "KWD"), "KWD\u00a01,234.567", "KWD\u00a01,234.567"),
        (Money(100, "EUR"), "€1.00", "€1.00"),
    ],
)
def test_money_is_shown_as_the_design_language_says(money: Money, chinese: str, english: str) -> None:
    assert money.into("zh-hans") == chinese
    assert money.into("en") == english


def test_every_currency_can_be_shown_in_both_languages() -> None:
    for currency in currencies():
        shown = Money(-123456, currency)
        assert shown.into("zh").startswith("−") and shown.into("en").startswith("−")
        assert "123" in shown.into("en").replace(",", "").replace(".", "")


@given(TOTALS, WEIGHTS)
def test_the_parts_add_up_and_each_is_within_one_unit_of_its_share(total: int, weights: list[int]) -> None:
    parts = apportion(total, weights)
    assert sum(parts) == total
    whole = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        if whole:
            assert abs(part * whole - total * weight) < whole
        assert part * total >= 0, "no part goes against the sum"


@given(TOTALS, WEIGHTS)
def test_the_opposite_sum_is_divided_alike(total: int, weights: list[int]) -> None:
    assert apportion(-total, weights) == [-part for part in apportion(total, weights)]


@given(TOTALS, WEIGHTS)
def test_what_weighs_nothing_gets_nothing_unless_nothing_weighs_anything(total: int, weights: list[int]) -> None:
    parts = apportion(total, weights)
    if any(weights):
        assert not any(part for part, weight in zip(parts, weights, strict=True) if not weight)
    else:
        assert parts == apportion(total, [1] * len(weights))


def test_equal_remainders_go_to_the_earlier_part() -> None:
    assert apportion(100, [1, 1, 1]) == [34, 33, 33]
    assert apportion(2, [1, 1, 1, 1]) == [1, 1, 0, 0]
    assert apportion(-100, [1, 1, 1]) == [-34, -33, -33]
    assert apportion(1000, [299, 501, 200]) == [299, 501, 200]
    assert apportion(10, [3, 3, 1]) == [4, 4, 2], "4.29, 4.29, 1.43: the largest remainder is the last one's"
    assert apportion(0, [0, 5]) == [0, 0]


@pytest.mark.parametrize("weights", [[], [1, -1], [-3]])
def test_no_weights_and_negative_weights_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        apportion(100, weights)


@given(st.integers(0, 10**9), st.integers(1, 200), st.randoms(use_true_random=False))
def test_any_partition_of_the_units_refunds_exactly_what_was_paid(paid: int, quantity: int, chance: Any) -> None:
    shares = unit_shares(paid, quantity)
    order = list(range(quantity))
    chance.shuffle(order)
    refunds, at = [], 0
    while at < quantity:  # a return of some units, then of some more, until none is left
        step = chance.randint(1, quantity - at)
        refunds.append(sum(shares[i] for i in order[at : at + step]))
        at += step
    assert sum(refunds) == paid
    assert max(shares) - min(shares) <= 1


@given(st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 20)), min_size=1, max_size=12), st.data())
def test_an_order_paid_by_two_tenders_adds_up_by_line_unit_and_tender(lines: list[tuple[int, int]], data: st.DataObject) -> None:
    prices = [price for price, _ in lines]
    paid = data.draw(st.integers(0, sum(prices)))
    by_card = apportion(paid, prices)
    by_coupon = [price - card for price, card in zip(prices, by_card, strict=True)]
    assert sum(by_card) == paid and sum(by_coupon) == sum(prices) - paid and min(by_coupon) >= 0
    for card, (_, quantity) in zip(by_card, lines, strict=True):
        assert sum(unit_shares(card, quantity)) == card


def test_a_line_without_units_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one unit"):
        unit_shares(100, 0)
    assert unit_shares(2900, 3) == [967, 967, 966]
