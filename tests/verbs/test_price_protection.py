"""Price protection and price history: marks come in once, and a claim about the price brings the exact fall, no more and no later."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest

from amends.cases.models import Case, Grant
from amends.cases.verbs.answering import approve
from amends.kernel import clock
from amends.kernel.refusals import Conflict, Unprocessable
from amends.market.models import Order, PriceMark, Product
from amends.market.prices import Marked, history, lowest_since, mark_prices
from amends.market.rules.price_rows import PriceSpec, read_prices
from amends.refunds.models import Refund
from tests.cast import Cast, an_order, claims, the_cast
from tests.refunding import run_only


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Cast:
    return the_cast()


def protected(cast: Cast, **more: Any) -> Order:
    order = an_order(cast.bolts, cast.annas, quantities=(2,), prices=(20000,), discounts=(1000,), **more)
    Order.objects.filter(pk=order.pk).update(promises=["price_protection"])
    order.refresh_from_db()
    return order


def product_of(order: Order) -> Product:
    return order.lines.get(position=1).product


def falls(order: Order, minor: int, *, ago: timedelta = timedelta(days=1)) -> None:
    mark_prices(order.merchant, [PriceSpec(product_of(order).key, "CNY", minor, clock.now() - ago)])


def claimed(cast: Cast, order: Order, *, quantity: int = 2) -> Case:
    return claims(order, by=cast.anna, quantity=quantity, issue="price", remedy="price_adjustment")


def test_the_exact_difference_times_the_pieces_is_claimed_granted_and_intended(cast: Cast) -> None:
    order = protected(cast)
    falls(order, 8999)
    case = claimed(cast, order)
    assert case.claimed_minor == 2 * (9500 - 8999)
    approve(case.ref, by=cast.bolt)
    run_only("begin_compensation", "begin_refund")
    grants = Grant.objects.filter(case=case)
    assert {(grant.subject, grant.remedy, grant.amount_minor) for grant in grants} == {("share", "price_adjustment", 501)}
    assert [refund.amount_minor for refund in Refund.objects.filter(case=case).order_by("pk")] == [501, 501]


def test_the_lowest_price_since_the_purchase_counts_and_none_before_it(cast: Cast) -> None:
    order = protected(cast)
    falls(order, 100, ago=timedelta(days=30))
    with pytest.raises(Unprocessable) as closed:
        claimed(cast, order)
    assert closed.value.code == "remedy_closed"
    falls(order, 9000, ago=timedelta(days=2))
    falls(order, 9900, ago=timedelta(days=1))
    assert claimed(cast, order, quantity=1).claimed_minor == 500


def test_a_further_fall_pays_the_rest_and_no_difference_twice(cast: Cast) -> None:
    order = protected(cast)
    falls(order, 9000)
    first = claimed(cast, order, quantity=1)
    approve(first.ref, by=cast.bolt)
    run_only("begin_compensation", "begin_refund")
    Case.objects.filter(pk=first.pk).update(stage="closed")  # paid and closed: its unit may be claimed again
    first.claimed.update(is_open=False)
    with pytest.raises(Unprocessable):
        claims(order, by=cast.anna, quantity=1, issue="price", remedy="price_adjustment", position=2)
    falls(order, 8000, ago=timedelta(hours=1))
    second = claimed(cast, order, quantity=1)
    assert second.claimed_minor == 1000, "of 1,500 that it fell by, 500 were given back"


def test_nothing_after_the_promised_days_without_the_promise_or_in_another_currency(cast: Cast, stepped_clock: clock.Stepped) -> None:
    bare = an_order(cast.bolts, cast.annas, prices=(9900,))
    falls(bare, 5000)
    with pytest.raises(Unprocessable):
        claims(bare, by=cast.anna, issue="price", remedy="price_adjustment")
    order = protected(cast)
    mark_prices(order.merchant, [PriceSpec(product_of(order).key, "USD", 1, clock.now())])
    with pytest.raises(Unprocessable):
        claimed(cast, order)
    falls(order, 5000)
    stepped_clock.until(order.placed_at + timedelta(days=30, seconds=1))
    with pytest.raises(Unprocessable):
        claimed(cast, order)


# ── the history ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_price_is_told_once_and_never_otherwise(cast: Cast) -> None:
    product = product_of(an_order(cast.bolts, cast.annas))
    told = PriceSpec(product.key, "CNY", 900, clock.now())
    assert mark_prices(cast.bolts, [told]) == Marked(1, 0)
    assert mark_prices(cast.bolts, [told, PriceSpec(product.key, "CNY", 800, clock.now() - timedelta(days=1))]) == Marked(1, 1)
    with pytest.raises(Conflict):
        mark_prices(cast.bolts, [PriceSpec(product.key, "CNY", 901, told.since)])
    with pytest.raises(Unprocessable):
        mark_prices(cast.rivals, [told])
    assert [mark.price_minor for mark in history(cast.bolts.pk, product.pk)] == [900, 800]
    assert lowest_since(cast.bolts.pk, product.pk, "CNY", since=clock.now(), until=clock.now()) is None


def test_a_file_with_a_wrong_row_names_it_and_a_wrong_import_leaves_nothing(cast: Cast) -> None:
    product = product_of(an_order(cast.bolts, cast.annas))
    text = f"商品编码,价格,起始时间\n{product.key},89.90,2026-03-01 00:00\n{product.key},dear,2026-03-02\n,1.00,2026-03-03\n"
    parsed = read_prices(BytesIO(text.encode("gb18030")), zone="Asia/Shanghai", currency="CNY")
    assert [(one.price_minor, one.since.isoformat()) for one in parsed.prices] == [(8990, "2026-02-28T16:00:00+00:00")]
    assert [(error.row, error.column) for error in parsed.errors] == [(3, "价格"), (4, "商品编码")]
    with pytest.raises(Unprocessable):
        mark_prices(cast.bolts, [*parsed.prices, PriceSpec("nobody's", "CNY", 1, clock.now())])
    assert not PriceMark.objects.exists()
    with pytest.raises(Unprocessable):
        read_prices(BytesIO(b"sku,from\nA,2026-01-01\n"), zone="Asia/Shanghai", currency="CNY")
