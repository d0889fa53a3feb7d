"""The providers' own statements, read from bytes: layouts, encodings, what is refused and in which words."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import pytest

from amends.kernel.refs import new_ref
from amends.kernel.refusals import Unprocessable
from amends.plumbing.delimited import MOST_BYTES
from amends.reconciliation.rules.lines import Found, lines_of
from amends.reconciliation.rules.mapping import load_sheet
from amends.reconciliation.rules.reading import tables

RF = new_ref("RF")
ALIPAY = f"""#支付宝业务明细查询
#账号:[20882020202020200156]
#起始日期:[2026年03月09日 00:00:00]   终止日期:[2026年03月10日 00:00:00]
#-----------------------------------------业务明细列表----------------------------------------
支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,操作员,对方账户,订单金额（元）,商家实收（元）,退款批次号/请求号,服务费（元）,分润（元）,备注
2026030922001	,T-1	,交易,台灯,2026-03-09 08:00:00,2026-03-09 08:00:05,,,a***@x.com,99.00,99.00,,-0.59,0.00,
2026030922001	,T-1	,退款,台灯,2026-03-09 09:00:00,2026-03-09 09:00:01,,,a***@x.com,-28.90,-28.90,{RF}-t1,0.00,0.00,
#-----------------------------------------业务明细列表结束------------------------------------
#交易合计：1笔，商家实收共99.00元
#导出时间:[2026年03月10日 09:00:00]
"""
WECHAT = f"""\ufeff交易时间,商户号,微信订单号,商户订单号,交易状态,货币种类,微信退款单号,商户退款单号,退款状态,手续费,订单金额,申请退款金额
`2026-03-09 16:33:45,`1900,`4200001,`T-2,`SUCCESS,`CNY,`0,`0,`,`0.60,`100.00,`0.00
`2026-03-09 17:00:00,`1900,`4200001,`T-2,`REFUND,`CNY,`50300,`{RF},`SUCCESS,`-0.07,`0.00,`12.00
`2026-03-09 17:10:00,`1900,`4200001,`T-2,`REFUND,`CNY,`50301,`other,`PROCESSING,`0.00,`0.00,`1.00
总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额
`3,`100.00,`13.00,`0.00,`0.53,`100.00,`13.00
"""
STRIPE = f"""id,created_utc,currency,gross,fee,net,reporting_category,source_id,payment_intent_id,refund_metadata[amends_key]
txn_1,2026-03-09 00:10:00,usd,99.00,3.17,95.83,charge,ch_1,pi_1,
txn_2,2026-03-09 01:00:00,usd,-20.00,0.00,-20.00,refund,re_1,pi_1,{RF}
txn_3,2026-03-09 02:00:00,usd,-75.83,0.00,-75.83,payout,po_1,,
txn_4,2026-03-09 03:00:00,jpy,-5800,0,-5800,refund,re_2,pi_2,key-2
txn_5,2026-03-09 04:00:00,usd,-99.00,15.00,-114.00,dispute,dp_1,pi_1,
"""
BANK = f"""交易日期,交易时间,借方金额,贷方金额,余额,币种,对方户名,对方账号,摘要,流水号
2026-03-09,2026-03-09 10:00:00,88.00,,1000.00,人民币,安娜,6222,退款 {RF} 谢谢,B0001
2026-03-09,2026-03-09 11:00:00,,500.00,1500.00,人民币,某公司,6223,货款,B0002
"""


def read(text: str | bytes, name: str = "bill.csv", **options: str) -> Found:
    content = text.encode() if isinstance(text, str) else text
    return lines_of(tables(name, content))


def zipped(**files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_csv", ".csv"), content)
    return made.getvalue()


def test_alipay_in_gbk_says_captures_refunds_with_our_key_and_fees() -> None:
    found = read(ALIPAY.encode("gb18030"))
    assert not found.faults
    assert [(line.kind, line.provider_ref, line.key, line.amount, line.state) for line in found.lines] == [
        ("capture", "2026030922001", "", 9900, "captured"),
        ("fee", "2026030922001", "", 59, "paid"),
        ("refund", f"2026030922001:{RF}", RF, 2890, "paid"),
    ]
    assert found.lines[0].at == datetime(2026, 3, 9, 0, 0, 5, tzinfo=UTC)
    assert {line.payment_ref for line in found.lines} == {"2026030922001"}


def test_wechats_backticks_totals_and_states_under_way_are_understood() -> None:
    found = read(WECHAT)
    assert [(line.kind, line.provider_ref, line.key, line.amount) for line in found.lines if line.kind != "fee"] == [
        ("capture", "4200001", "", 10000),
        ("refund", "50300", RF, 1200),
    ]
    assert found.left == {"PROCESSING": 1}


def test_stripe_counts_in_the_units_of_each_currency_and_leaves_payouts_out() -> None:
    found = read(STRIPE)
    told = [(line.kind, line.provider_ref, line.key, line.amount, line.currency, line.state) for line in found.lines if line.kind != "fee"]
    assert told == [
        ("capture", "ch_1", "", 9900, "USD", "captured"),
        ("refund", "re_1", RF, 2000, "USD", "paid"),
        ("refund", "re_2", "key-2", 5800, "JPY", "paid"),
        ("chargeback", "dp_1", "", 9900, "USD", "open"),
    ]
    assert found.left == {"payout": 1}


def test_a_banks_movements_name_our_refund_among_other_words() -> None:
    found = read(BANK)
    assert [(line.kind, line.provider_ref, line.key, line.amount) for line in found.lines] == [("transfer", "B0001", RF, 8800)]
    assert found.left == {"income": 1}


def test_our_reference_is_found_as_each_provider_lets_us_write_it() -> None:
    scored, bare = RF.replace("-", "_"), RF.replace("-", "")
    for key in (RF, f"{RF}-t2", scored, f"{scored}_t1", bare, f"{bare}t3", f"退款{RF}谢谢", bare.lower()):
        (line,) = read(f"kind,provider_ref,key,at,amount\nrefund,r1,{key},2026-03-09,1\n").lines
        assert line.key == RF, key
    (other,) = read(f"kind,provider_ref,key,at,amount\nrefund,r1,X{bare}9,2026-03-09,1\n").lines
    assert other.key == f"X{bare}9"


def test_an_archive_is_read_without_its_summary() -> None:
    content = zipped(**{"20882020_业务明细_csv": ALIPAY.encode("gb18030"), "20882020_业务明细(汇总)_csv": b"sum"})
    assert len(read(content, "bill.zip").lines) == 3


@pytest.mark.parametrize(
    ("content", "code_or_words"),
    [
        (b"", "empty"),
        (b"   \n ", "empty"),
        (b"\xff\xff\xff\xff,\xff\n", "Neither UTF-8"),
        (b"%PDF-1.7 ...", "not a text file"),
        (b"a,b\0,c\n1,2,3\n", "not a text file"),
        (b"PK\x03\x04 broken", "cannot be opened"),
        (b"one,two,three\n1,2,3\n", "header is not known"),
        (ALIPAY.partition("#-----------------------------------------业务明细列表结束")[0].encode("gb18030"), "cut off"),
        (WECHAT.partition("总交易单数")[0].encode(), "cut off"),
        (WECHAT.replace("`3,`100.00", "`4,`100.00").encode(), "4 rows, and there are 3"),
        (b'kind,provider_ref,at,amount\nrefund,"' + b"x" * 200_000 + b'",2026-03-09,1\n', "Cannot be read near line"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_statement_is_refused_in_words(content: bytes, code_or_words: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        read(content)
    assert code_or_words in str(refused.value.text)


def test_a_spreadsheet_and_an_archive_that_swells_are_refused() -> None:
    with pytest.raises(Unprocessable, match="spreadsheet"):
        read(zipped(**{"[Content_Types].xml": b"<x/>"}), "x.xlsx")
    with pytest.raises(Unprocessable, match="exceeds"):
        read(zipped(a_csv=b"0" * (MOST_BYTES + 1)), "x.zip")
    with pytest.raises(Unprocessable, match="exceeds"):
        read(b"a,b\n" + b"1" * MOST_BYTES)


def test_an_archive_that_was_broken_on_its_way_is_refused_in_words() -> None:
    whole = zipped(a_csv=ALIPAY.encode("gb18030"))
    for place in range(40, len(whole) - 80, 7):
        broken = bytearray(whole)
        broken[place] ^= 0xFF
        with pytest.raises(Unprocessable, match=r"cannot be opened|cut off|not known|spreadsheet"):
            read(bytes(broken), "bill.zip")


def test_every_wrong_row_is_named_and_nothing_hides_behind_another() -> None:
    found = read("kind,provider_ref,at,amount,currency\nrefund,,2026-03-09,1,CNY\nrefund,r2,never,1,CNY\nrefund,r3,2026-03-09,1.234,CNY\n"
                 "refund,r4,2026-03-09,1,XXQ\nrefund,r5,2026-03-09\nrefund,r6,2026-03-09,0,CNY\nrefund,r7,2026-03-09,1,CNY\n")  # fmt: skip
    assert [(fault.row, fault.column) for fault in found.faults] == [
        (2, "provider_ref"), (3, "at"), (4, "amount"), (5, "currency"), (6, ""), (7, "amount"),
    ]  # fmt: skip
    assert [line.provider_ref for line in found.lines] == ["r7"]


def test_a_mapping_of_ones_own_reads_what_nobody_could_guess() -> None:
    sheet = load_sheet(
        '[columns]\nprovider_ref="Beleg"\nat="Tag"\namount="Cent"\nkey="Text"\n[options]\namounts="minor"\ncurrency="EUR"\nzone="Europe/Berlin"\n'
        'date_format="%d.%m.%Y"\nkind="transfer"\n',
        name="bank.toml",
    )
    found = lines_of(tables("x.csv", f"Beleg;Tag;Cent;Text\n77;09.03.2026;-1250;Erstattung {RF.lower()}\n".encode(), sheet))
    (line,) = found.lines
    assert (line.kind, line.amount, line.currency, line.key, line.provider_ref) == ("transfer", 1250, "EUR", RF, "77")


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ('[columns]\nprovider_ref="a"\nat="b"\n', "amount"),
        ('[columns]\nprovider_ref="a"\nat="b"\namount="c"\ncolour="d"\n', "colour"),
        ('[columns]\nprovider_ref="a"\nat="b"\namount="c"\n[options]\nzone="Mars/Base"\n', "zone"),
        ('[columns]\nprovider_ref="a"\nat="b"\namount="c"\n[options]\ncurrency="XXQ"\n', "currency"),
        ('[columns]\nprovider_ref="a"\nat="b"\namount="c"\n[kinds]\nx="gift"\n', "x"),
        ('[columns]\nprovider_ref=1\n', "columns"),
        ('[surprise]\nx="y"\n', "surprise"),
    ],
)  # fmt: skip
def test_a_mapping_with_unknown_words_is_refused_by_their_names(written: str, field: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        load_sheet(written, name="m.toml")
    assert field in refused.value.fields


def test_a_column_that_the_mapping_names_and_the_file_lacks_is_named() -> None:
    sheet = load_sheet('[columns]\nprovider_ref="Beleg"\nat="Tag"\namount="Cent"\n', name="m.toml")
    with pytest.raises(Unprocessable) as refused:
        tables("x.csv", b"Beleg,Tag,Euro\n1,2,3\n", sheet)
    assert "Cent" in str(refused.value.fields["mapping"])
