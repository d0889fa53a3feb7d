"""A shop's order file is read whole or its faults are told row by row, in both languages, with what would be right."""

from __future__ import annotations

import gzip
import io
import json
import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.market import csv_orders
from amends.market.csv_orders import REASONS, Parsed, read_orders
from amends.market.rules import layout
from amends.market.rules.columns import FIELDS, ColumnMap, guess_mapping, load_mapping
from amends.market.rules.layout import layout_of
from amends.market.rules.specs import PLATFORM_COUPON, WALLET, CaptureSpec, MerchantSpec
from amends.market.rules.units import units_of

BOLT = MerchantSpec("bolt", say("博特", "Bolt"), "", "test")
HEAD = "order,placed_at,consumer,product,product_name,quantity,unit_price"
ZH_HEAD = "订单号,下单时间,买家编号,商品编码,商品名称,数量,单价,运费,优惠券,类目,签收时间"


def read(text: str, encoding: str = "utf-8", mapping: ColumnMap | None = None) -> Parsed:
    return read_orders(io.BytesIO(text.encode(encoding)), mapping, merchant=BOLT, zone="Asia/Shanghai", currency="CNY")


def rows(*lines: str, head: str = HEAD) -> str:
    return "\n".join((head, *lines)) + "\n"


GOOD = "A1,2026-03-02 18:30,c1,p1,Tea,3,10.00"


def test_a_row_becomes_an_order_in_utc_and_minor_units() -> None:
    order = read(rows(GOOD)).orders[0]
    assert (order.number, order.consumer.key, order.currency) == ("A1", "c1", "CNY")
    assert order.placed_at == datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
    assert (order.lines[0].quantity, order.lines[0].list_minor, order.paid_minor) == (3, 3000, 3000)


def test_rows_under_one_number_are_one_order_and_freight_falls_on_its_lines() -> None:
    parsed = read(
        rows(
            "甲1,2026/03/02 08:00,c1,p1,龙井茶,2,25.00,10.00,5.00,食品,2026/03/04 12:00",
            "甲1,2026/03/02 08:00,c1,p2,茶杯,1,50.00,10.00,,日用,",
            head=ZH_HEAD,
        )
    )
    (order,) = parsed.orders
    assert [line.freight_minor for line in order.lines] == [500, 500]
    assert [dict(line.paid) for line in order.lines] == [{WALLET: 4500, PLATFORM_COUPON: 500}, {WALLET: 5000}]
    assert [line.product.goods_class for line in order.lines] == ["food", "general"]
    assert order.captured(WALLET) + order.captured(PLATFORM_COUPON) == order.paid_minor == 11000
    assert order.shipments[0].signed_at == datetime(2026, 3, 4, 4, tzinfo=UTC)
    assert not parsed.errors


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_files_of_both_worlds_are_understood(encoding: str, delimiter: str) -> None:
    text = rows("甲1,2026-03-02 08:00,c1,p1,龙井茶🍵,2,25.00,0,0,食品,", head=ZH_HEAD).replace(",", delimiter)
    assert read(text, encoding).orders[0].lines[0].name.zh == "龙井茶🍵"


@pytest.mark.parametrize(
    ("row", "column", "says"),
    [
        ("A1,2026-03-02,c1,p1,Tea,101,1.00", "quantity", "out of range"),
        ("A1,2026-03-02,c1,p1,Tea,-1,1.00", "quantity", "out of range"),
        ("A1,2026-03-02,c1,p1,Tea,1.5,1.00", "quantity", "whole number"),
        ("A1,2026-03-02,c1,p1,Tea,二,1.00", "quantity", "whole number"),
        ("A1,2026-03-02,c1,p1,Tea,1,1.005", "unit_price", "at most 2 decimals"),
        ('A1,2026-03-02,c1,p1,Tea,1,"1,000"', "unit_price", "not an amount"),
        ("A1,2026-03-02,c1,p1,Tea,1,-1.00", "unit_price", "negative"),
        ("A1,02.03.26,c1,p1,Tea,1,1.00", "placed_at", "time"),
        ("A1,2026-02-30,c1,p1,Tea,1,1.00", "placed_at", "time"),
        ("A1,2026-03-02,,p1,Tea,1,1.00", "consumer", "empty"),
        (f"A1,2026-03-02,c1,p1,{'茶' * 10_000},1,1.00", "product_name", "10000 characters"),
        ("A1,2026-03-02,c1,p1,T\0a,1,1.00", "product_name", "null"),
        ("A1,2026-03-02,c1,p1,Tea,1", "", "6 cells"),
    ],
)
def test_what_is_wrong_is_told_with_row_column_and_what_would_be_right(row: str, column: str, says: str) -> None:
    parsed = read(rows(GOOD.replace("A1", "A0"), row))
    (error,) = parsed.errors
    assert (error.row, error.column) == (3, column)
    assert says in error.wrong.into("en")
    assert all(text.into(language) for text in (error.wrong, error.right) for language in ("zh", "en"))
    assert [order.number for order in parsed.orders] == ["A0"]


def test_every_fault_of_a_row_is_told_at_once() -> None:
    assert [error.column for error in read(rows("A1,yesterday,,p1,Tea,0,free")).errors] == [
        "placed_at",
        "consumer",
        "quantity",
        "unit_price",
    ]


def test_one_wrong_row_refuses_its_whole_order_and_no_other() -> None:
    parsed = read(rows(GOOD, GOOD.replace("p1", "p2").replace(",3,", ",0,"), GOOD.replace("A1", "A2")))
    assert [order.number for order in parsed.orders] == ["A2"]
    assert parsed.left.lines == {"wrong_row": 1, "with_wrong_row": 1}
    assert parsed.left.orders == {"with_wrong_row": 1}


def test_a_row_without_a_number_may_belong_to_the_order_above_and_refuses_it() -> None:
    parsed = read(rows(GOOD, GOOD.removeprefix("A1"), GOOD.replace("A1", "A2")))
    assert [(error.row, error.column) for error in parsed.errors] == [(3, "order")]
    assert [order.number for order in parsed.orders] == ["A2"]


def test_an_order_number_that_comes_back_refuses_both_places() -> None:
    parsed = read(rows(GOOD, GOOD.replace("A1", "A2"), GOOD.replace("p1", "p2")))
    assert [order.number for order in parsed.orders] == ["A2"]
    assert [(error.row, error.value) for error in parsed.errors] == [(4, "A1")]
    assert parsed.left.lines == {"with_wrong_row": 2}
    assert parsed.left.orders == {"with_wrong_row": 1}


def test_one_order_has_one_buyer() -> None:
    parsed = read(rows(GOOD, GOOD.replace("c1", "c2")))
    assert [(error.row, error.column, error.value) for error in parsed.errors] == [(3, "consumer", "c2")]
    assert not parsed.orders


def test_sums_and_instants_must_fit_each_other() -> None:
    head = HEAD + ",discount,coupon,shipped_at,signed_at"
    assert [e.column for e in read(rows(GOOD + ",30.01,0,,", head=head)).errors] == ["discount"]
    assert [e.column for e in read(rows(GOOD + ",10,20.01,,", head=head)).errors] == ["coupon"]
    assert [e.column for e in read(rows(GOOD + ",0,0,2026-02-01,2026-01-01", head=head)).errors] == ["shipped_at", "signed_at"]
    assert not read(rows(GOOD + ",10,20.00,2026-03-03,2026-03-05", head=head)).errors


def test_cancellations_and_free_lines_are_left_out_and_counted() -> None:
    mapping = ColumnMap(guess_mapping(HEAD.split(",")).columns, {"cancelled_prefix": "C"})
    parsed = read(
        rows(GOOD, GOOD.replace("p1", "p2").replace("10.00", "0"), GOOD.replace("A1", "C1").replace(",3,", ",-3,")), mapping=mapping
    )
    assert not parsed.errors
    assert [len(order.lines) for order in parsed.orders] == [1]
    assert parsed.left.lines == {"no_value": 1, "cancellation": 1}
    assert {*parsed.left.lines, *parsed.left.orders} <= set(REASONS)


def test_a_time_that_the_clocks_skipped_is_refused_and_an_offset_settles_it() -> None:
    def at(when: str) -> Parsed:
        return read_orders(
            io.BytesIO(rows(GOOD.replace("2026-03-02 18:30", when)).encode()), merchant=BOLT, zone="Europe/London", currency="GBP"
        )

    assert "skipped" in at("2026-03-29 01:30").errors[0].wrong.into("en")
    assert at("2026-03-29T01:30+00:00").orders[0].placed_at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_an_own_format_of_dates_is_taken_from_the_mapping() -> None:
    mapping = ColumnMap(guess_mapping(HEAD.split(",")).columns, {"date_format": "%d/%m/%Y"})
    assert read(rows("A1,02/03/2026,c1,p1,Tea,1,1.00"), mapping=mapping).orders[0].placed_at == datetime(2026, 3, 1, 16, tzinfo=UTC)


def test_a_mapping_is_read_from_toml_or_json() -> None:
    columns = {ours: ours.upper() for ours, field in FIELDS.items() if field.required}
    toml = "[columns]\n" + "\n".join(f'{ours} = "{theirs}"' for ours, theirs in columns.items())
    assert load_mapping(toml, name="shop.toml").columns == columns
    assert load_mapping(json.dumps({"columns": columns}), name="shop.json").columns == columns


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ('[columns]\norder = "No"', "quantity"),
        ('[columns]\nordre = "No"', "ordre"),
        ("[columns]\norder = 3", "columns"),
        ('[options]\ndate = "%d"', "date"),
    ],
)
def test_a_mapping_with_a_missing_or_unknown_field_is_refused_by_name(written: str, field: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        load_mapping(written, name="shop.toml")
    assert field in refused.value.fields
    assert all(refused.value.fields[field].into(language) for language in ("zh", "en"))


def test_a_mapping_that_is_no_toml_says_where() -> None:
    with pytest.raises(Unprocessable, match="line 2"):
        load_mapping("\norder = \n", name="shop.toml")


def test_a_column_that_the_file_lacks_is_refused_with_the_nearest_name() -> None:
    mapping = ColumnMap({**guess_mapping(HEAD.split(",")).columns, "quantity": "Quantitty"})
    with pytest.raises(Unprocessable) as refused:
        read(rows(GOOD), mapping=mapping)
    assert "nearest: quantity" in refused.value.fields["quantity"].into("en")


def test_a_header_without_a_required_column_is_refused() -> None:
    with pytest.raises(Unprocessable) as refused:
        read("order,product\nA1,p1\n")
    assert set(refused.value.fields) == {"placed_at", "consumer", "product_name", "quantity", "unit_price"}


@pytest.mark.parametrize(
    ("content", "says"), [(b"", "empty"), (b"\n\n", "no header"), (b"order\nA1\n", "one column"), (b"a,b\n\xff\xff\xff\n", "UTF-8")]
)
def test_a_file_that_cannot_be_read_is_refused(content: bytes, says: str) -> None:
    with pytest.raises(Unprocessable, match=says):
        layout_of(io.BytesIO(content))


def test_a_file_too_large_or_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "MOST_ROWS", 2)
    with pytest.raises(Unprocessable, match="More than 2 rows"):
        read(rows(GOOD, GOOD))
    monkeypatch.setattr(layout, "MOST_BYTES", 20)
    with pytest.raises(Unprocessable, match="exceeds"):
        read(rows(GOOD))


def test_progress_hears_of_every_byte() -> None:
    text = rows(*(GOOD.replace("A1", f"A{i}") for i in range(2000))).encode()
    heard: list[int] = []
    read_orders(io.BytesIO(text), merchant=BOLT, zone="UTC", currency="CNY", progress=heard.append)
    assert heard[-1] == len(text)


SHARED = Path(os.environ.get("AMENDS_SHARED", Path(__file__).parents[3] / "shared"))
UCI = SHARED / "data" / "orders_uci_online_retail" / "online_retail_to_2011-06.csv.gz"


@pytest.mark.skipif(not UCI.exists(), reason="the UCI Online Retail file is not at hand (AMENDS_SHARED)")
def test_a_real_file_of_invoices_and_cancellations_is_read_or_told_row_by_row() -> None:
    with gzip.open(UCI) as whole:
        text = b"".join(line for line, _ in zip(whole, range(40_001), strict=False))
    header = layout_of(io.BytesIO(text)).header
    mapping = ColumnMap(guess_mapping(header).columns, {"cancelled_prefix": "C"})
    parsed = csv_orders.read_orders(io.BytesIO(text), mapping, merchant=BOLT, zone="Europe/London", currency="GBP")
    taken = sum(len(order.lines) for order in parsed.orders)
    assert taken + sum(parsed.left.lines.values()) == parsed.left.lines_seen == 40_000
    assert len(parsed.orders) + sum(parsed.left.orders.values()) == parsed.left.orders_seen
    assert Counter(error.column for error in parsed.errors).keys() == {"CustomerID", "Quantity", "Description"}
    assert parsed.left.orders["cancellation"] == len({row.split(b",")[0] for row in text.splitlines() if row.startswith(b"C")})


def test_packaging_commission_and_who_took_the_money_in_come_with_the_file() -> None:
    head = HEAD + ",discount,packaging,commission,gateway,payment_ref,payer_ref"
    parsed = read(
        rows("A1,2026-03-02,c1,p1,Tea,3,10.00,,3.00,1.01,微信支付,420000,o-anna", "A1,2026-03-02,c1,p2,Cup,1,10.00,,3.00,,,,", head=head)
    )
    (order,) = parsed.orders
    assert [(line.packaging_minor, line.commission_minor) for line in order.lines] == [(225, 101), (75, 0)]
    assert order.captures[WALLET] == CaptureSpec("wechat", "420000", "o-anna")
    assert order.captured(WALLET) == order.paid_minor == 4300
    pieces = units_of(order.lines[0])
    assert [(p.packaging_minor, p.commission_minor) for p in pieces] == [(75, 34), (75, 34), (75, 33)]


def test_a_commission_above_the_price_and_a_strange_gateway_are_refused() -> None:
    parsed = read(rows(GOOD + ",30.01,", GOOD.replace("A1", "A2") + ",,ewallet", head=HEAD + ",commission,gateway"))
    assert [(e.column, e.row) for e in parsed.errors] == [("commission", 2), ("gateway", 3)]
    assert not parsed.orders
