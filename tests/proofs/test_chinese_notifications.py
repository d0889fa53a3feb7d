"""Notifications and bills of Alipay and WeChat Pay as their documents have them: what is believed, what it says, and what is refused."""

from __future__ import annotations

import base64
import io
import json
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from wechatpayv3.core import Core

from amends.plumbing.payments import alipay_bills, alipay_gateway, wechat_bills, wechat_gateway
from amends.plumbing.payments.alipay_gateway import AlipayGateway
from amends.plumbing.payments.bill_days import NoBill, lines_of_days
from amends.plumbing.payments.places import Place
from amends.plumbing.payments.port import Answer, GatewayUnreachable, Line
from amends.plumbing.payments.webhooks import NotFromGateway
from amends.plumbing.payments.wechat_gateway import WeChatGateway
from amends.plumbing.simulators.payments import alipay_methods, provider_keys, wechat_methods
from amends.plumbing.simulators.payments.alipay import Alipay
from amends.plumbing.simulators.payments.wechat import WeChatPay

KEY, REFUND = "RF-1111-AAAA-0000", "refund.paid"
DATA = {
    "key": KEY, "tender": "TD-1", "payment_ref": "2026112200001", "payer_ref": "2088102169481075", "amount": 1234, "currency": "CNY",
    "provider_ref": "R-1", "reason": "", "state": "paid", "at": "2026-11-22T01:02:03Z",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="module")
def alipay(folder: Path) -> tuple[Alipay, AlipayGateway]:
    wire = Alipay(folder, "http://127.0.0.1:9")
    return wire, alipay_gateway.build(Place("alipay", wire.settings, simulated=True))


@pytest.fixture(scope="module")
def wechat(folder: Path) -> tuple[WeChatPay, WeChatGateway]:
    wire = WeChatPay(folder, "http://127.0.0.1:9")
    values = {need.name: wire.settings.get(need.name, need.usual) for need in wechat_gateway.NEEDS}
    return wire, wechat_gateway.build(Place("wechat", values, simulated=True))


def fact(kind: str, **changes: Any) -> dict[str, Any]:
    return {"id": "evt_1", "type": kind, "timestamp": DATA["at"], "data": {**DATA, **changes}}


@pytest.mark.parametrize(
    ("kind", "changes", "ours", "told"),
    [
        (REFUND, {}, "refund.paid", {"key": KEY, "provider_ref": f"{DATA['payment_ref']}:{KEY}", "payment_ref": DATA["payment_ref"]}),
        ("transfer.paid", {"key": "RF_1111_AAAA_0000_t2"}, "transfer.paid", {"key": KEY, "provider_ref": "R-1", "amount": 1234}),
        ("transfer.failed", {"state": "failed", "reason": "no"}, "transfer.failed", {"key": KEY, "reason": "no"}),
        ("transfer.reversed", {"state": "reversed"}, "refund.reversed", {"key": KEY}),
        ("capture.paid", {"key": "SU_1111_AAAA_0000"}, "capture.paid", {"key": "SU-1111-AAAA-0000", "payer_ref": DATA["payer_ref"]}),
    ],
)  # fmt: skip
def test_alipay_says_it_in_our_words(alipay: tuple[Alipay, AlipayGateway], kind: str, changes: Any, ours: str, told: Any) -> None:
    wire, port = alipay
    letter = wire.letter(fact(kind, **changes), "", False)
    assert letter is not None
    (event,) = port.verify(letter.headers, letter.body, {})
    assert (event.event, event.kind, event.told["at"]) == ("evt_1", ours, "2026-11-22T01:02:03+00:00")
    assert told.items() <= dict(event.told).items()
    assert wire.letter(fact("chargeback.opened"), "", False) is None, "Alipay tells nobody of that"


@pytest.mark.parametrize(
    ("kind", "changes", "ours", "told"),
    [
        (REFUND, {"key": f"{KEY}-t1"}, "refund.paid", {"key": KEY, "provider_ref": "R-1", "amount": 1234, "reason": ""}),
        ("refund.failed", {"state": "failed"}, "refund.failed", {"key": KEY, "reason": "CLOSED"}),
        ("refund.reversed", {"state": "reversed"}, "other", {"key": KEY, "reason": "ABNORMAL"}),
        ("transfer.paid", {"key": "RF1111AAAA0000t3"}, "transfer.paid", {"key": KEY, "amount": 1234}),
        ("transfer.failed", {"state": "failed", "key": "RF1111AAAA0000"}, "transfer.failed", {"key": KEY, "reason": "FAIL"}),
        ("capture.paid", {"key": "SU-1111-AAAA-0000"}, "capture.paid", {"key": "SU-1111-AAAA-0000", "amount": 1234}),
    ],
)
def test_wechat_says_it_in_our_words(wechat: tuple[WeChatPay, WeChatGateway], kind: str, changes: Any, ours: str, told: Any) -> None:
    wire, port = wechat
    letter = wire.letter(fact(kind, **changes), "", False)
    assert letter is not None
    (event,) = port.verify(letter.headers, letter.body, {})
    assert (event.event, event.kind) == ("evt_1", ours)
    assert told.items() <= dict(event.told).items()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("MCHTRANSFER.BILL.FINISHED", {"out_bill_no": "RF1111AAAA0000", "state": "FROZEN", "transfer_amount": 1234}),
        ("MCHTRANSFER.BILL.FINISHED", {"out_bill_no": "RF1111AAAA0000", "state": "SUCCESS", "transfer_amount": "all"}),
        ("REFUND.SUCCESS", {"out_refund_no": KEY, "amount": [1234]}),
        ("TRANSACTION.SUCCESS", {"out_trade_no": KEY, "payer": "oUser"}),
    ],
)
def test_what_wechat_signed_and_nobody_understands_is_kept_for_a_person(
    wechat: tuple[WeChatPay, WeChatGateway], monkeypatch: pytest.MonkeyPatch, name: str, told: dict[str, Any]
) -> None:
    wire, port = wechat
    monkeypatch.setitem(wechat_methods.NOTICES, "odd", lambda data: (name, "odd", told))
    letter = wire.letter(fact("odd"), "", False)
    assert letter is not None
    (event,) = port.verify(letter.headers, letter.body, {})
    assert (event.event, event.kind) == ("evt_1", "other"), "neither lost nor taken for a failure"


def test_a_complaint_moves_nothing_and_is_kept_for_a_person(
    alipay: tuple[Alipay, AlipayGateway], wechat: tuple[WeChatPay, WeChatGateway], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: dict[str, Any] = {"msg_method": "alipay.merchant.tradecomplain.changed", "biz_content": json.dumps({"complain_event_id": "C-1"})}
    theirs = ("COMPLAINT.CREATE", "complaint", {"complaint_id": "C-1", "action_type": "CREATE_COMPLAINT"})
    monkeypatch.setitem(alipay_methods.NOTICES, "complaint", lambda data: told)
    monkeypatch.setitem(wechat_methods.NOTICES, "complaint", lambda data: theirs)
    for wire, port in (alipay, wechat):
        letter = wire.letter(fact("complaint"), "", False)
        assert letter is not None
        (event,) = port.verify(letter.headers, letter.body, {})
        assert (event.kind, event.told["provider_ref"]) == ("other", "C-1")


def test_what_alipay_has_not_signed_for_us_is_refused(alipay: tuple[Alipay, AlipayGateway], folder: Path) -> None:
    wire, port = alipay
    letter, lie = wire.letter(fact(REFUND), "", False), wire.letter(fact(REFUND), "", True)
    assert letter is not None and lie is not None
    form = dict(parse_qsl(letter.body.decode()))
    signed = {name: value for name, value in form.items() if name not in ("sign", "sign_type")} | {"app_id": "2021000000000002"}
    text = "&".join(f"{name}={value}" for name, value in sorted(signed.items()))
    for_another = signed | {"sign_type": "RSA2", "sign": provider_keys.signed(provider_keys.key_of(folder, "alipay"), text)}
    bad = [
        lie.body, b"", b"\xff\xfe", b"sign=&sign_type=RSA2", urlencode(form | {"out_biz_no": "RF-2222-AAAA-0000"}).encode(),
        urlencode(form | {"sign": "bm8="}).encode(), urlencode(form | {"sign": "钱"}).encode(),
        urlencode(form | {"sign_type": "MD5"}).encode(),
        urlencode({name: value for name, value in form.items() if name != "sign_type"}).encode(), urlencode(for_another).encode(),
        urlencode(form | {"charset": "no-such-charset"}).encode(),
    ]  # fmt: skip
    for body in bad:
        with pytest.raises(NotFromGateway):
            port.verify({}, body, {})


def test_what_wechat_has_not_signed_just_now_is_refused(
    wechat: tuple[WeChatPay, WeChatGateway], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    wire, port = wechat
    letter, lie = wire.letter(fact(REFUND), "", False), wire.letter(fact(REFUND), "", True)
    assert letter is not None and lie is not None
    now = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: now - 301 * 10**9)
    stale = wire.letter(fact(REFUND), "", False)
    monkeypatch.undo()
    assert stale is not None
    sealed = json.loads(letter.body)
    other = bytearray(base64.b64decode(sealed["resource"]["ciphertext"]))
    other[0] ^= 1
    sealed["resource"]["ciphertext"] = base64.b64encode(bytes(other)).decode()
    broken = json.dumps(sealed, ensure_ascii=False).encode()
    bad = [
        (lie.headers, lie.body), (stale.headers, stale.body), ({}, letter.body), (letter.headers, b"{}"), (letter.headers, b"\xff"),
        (letter.headers, letter.body.replace(b"evt_1", b"evt_2")), ({**letter.headers, "Wechatpay-Serial": "../../x"}, letter.body),
        ({**letter.headers, "Wechatpay-Serial": "1234ABCD"}, letter.body), ({**letter.headers, "Wechatpay-Timestamp": "一"}, letter.body),
        ({**letter.headers, "Wechatpay-Signature": "WECHATPAY/SIGNTEST/x"}, letter.body),
        ({**letter.headers, **wire._signed(broken, wechat_key_id(letter.headers))}, broken),
        ({**letter.headers, "Wechatpay-Signature-Type": "WECHATPAY2-SM2-WITH-SM3"}, letter.body),
    ]  # fmt: skip
    for headers, body in bad:
        with pytest.raises(NotFromGateway):
            port.verify(headers, body, {})


def test_a_stranger_who_names_any_serial_does_not_make_us_fetch_certificates_each_time(
    wechat: tuple[WeChatPay, WeChatGateway], monkeypatch: pytest.MonkeyPatch
) -> None:
    wire, port = wechat
    letter, fetched = wire.letter(fact(REFUND), "", False), []
    monkeypatch.setattr(Core, "_update_certificates", lambda core: fetched.append(core))
    monkeypatch.setattr(port._client._sdk._core, "_fetched_at", None)
    assert letter is not None
    for serial in ("AA", "BB", "CC"):
        with pytest.raises(NotFromGateway):
            port.verify({**letter.headers, "Wechatpay-Serial": serial}, letter.body, {})
    assert len(fetched) == 1


def wechat_key_id(headers: Any) -> str:
    return str(headers["Wechatpay-Serial"])


def zipped(text: str, name: str = "20880000000000010156_20261003_业务明细.csv") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("汇总.csv", "#汇总\r\n".encode("gbk"))
        archive.writestr(name, text.encode("gbk"))
    return packed.getvalue()


HEAD = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,"
    "集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)


def test_a_bill_of_alipays_is_read_with_its_tabs_signs_and_headings_in_any_order() -> None:
    nothing = ",0.00" * 5 + ",,0.00,0.00,"
    paid = (
        f'2026A\t,SU_1111_AAAA_0000\t,交易,"茶,绿",2026-10-03 10:00:00,2026-10-03 10:00:30,,,,,b***@x.com,20.00,20.00{nothing},-0.12,0.00,'
    )
    times = "2026-10-03 11:00:00,2026-10-03 23:59:59"
    back = f"2026A\t,SHOP-1\t,退款,茶,{times},,,,,b***@x.com,-5.50,-5.50{nothing}{KEY}\t,0.00,0.00,"
    text = f"#支付宝业务明细查询\r\n#账号：[2088]\r\n{HEAD}\r\n{paid}\r\n{back}\r\n#业务明细列表结束\r\n#交易合计：1笔\r\n"
    lines = list(alipay_bills.trade_lines(zipped(text)))
    assert [(line.kind, line.key, line.amount, line.state, line.provider_ref) for line in lines] == [
        ("capture", "SU-1111-AAAA-0000", 2000, "captured", "2026A"), ("fee", "", 12, "paid", "2026A"),
        ("refund", KEY, 550, "paid", f"2026A:{KEY}"),
    ]  # fmt: skip
    assert lines[2].at == datetime(2026, 10, 3, 15, 59, 59, tzinfo=UTC)


TRADE = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,"
    "商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
ROW = (
    "`2026-10-03 12:00:00,`wxapp,`1900,`0,`,`4200A,`SHOP-1,`oU,`JSAPI,`REFUND,`OTHERS,`CNY,`0.00,`0.00,`5030A,`{key},`5.50,`0.00,"
    "`ORIGINAL,`{state},`茶,绿,`,`-0.03000,`0.60%,`0.00,`5.50,`"
)
SUMS = (
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\r\n"
    "`1,`0.00,`5.50,`0.00,`-0.03,`0.00,`5.50\r\n"
)


@pytest.mark.parametrize(
    ("state", "now", "told"),
    [
        ("SUCCESS", Answer("unheard"), [("refund", "paid", 550), ("fee", "returned", 3)]),
        ("FAIL", Answer("unheard"), [("refund", "failed", 550)]),
        ("PROCESSING", Answer("paid"), [("refund", "paid", 550), ("fee", "returned", 3)]),
        ("CHANGE", Answer("accepted"), []),
        ("PROCESSING", Answer("failed", reason="CLOSED"), [("refund", "failed", 550)]),
    ],
)
def test_a_refund_without_an_end_in_wechats_bill_is_asked_for(state: str, now: Answer, told: list[tuple[str, str, int]]) -> None:
    bill = f"\ufeff{TRADE}\r\n{ROW.format(key=KEY + '-t1', state=state)}\r\n{SUMS}".encode()
    asked: list[str] = []
    lines = list(wechat_bills.trade_lines(bill, lambda number: asked.append(number) or now))  # type: ignore[func-returns-value]
    assert [(line.kind, line.state, line.amount) for line in lines] == told
    assert all(line.key == KEY for line in lines if line.kind == "refund")
    assert asked == ([] if state in ("SUCCESS", "FAIL") else [f"{KEY}-t1"])


@pytest.mark.parametrize(
    "read",
    [
        lambda: list(alipay_bills.trade_lines(b"<html>busy</html>")), lambda: list(alipay_bills.trade_lines(zipped("nothing"))),
        lambda: list(alipay_bills.trade_lines(zipped(f"#x\r\n{HEAD}\r\nA,B,交易,,,nonsense,,,,,,1.00,1.00,,,,,,,,,,0,0,\r\n"))),
        lambda: list(alipay_bills.trade_lines(zipped(f"#x\r\n{HEAD}\r\nA,B,交易,,,2026-10-03 10:00:30,,,,,,1.005,1,,,,,,,,,,0,0,\r\n"))),
        lambda: list(wechat_bills.flow_lines(b"<html>busy</html>")), lambda: list(wechat_bills.flow_lines(b"\xff")),
        lambda: list(wechat_bills.trade_lines(f"{TRADE}\r\n`1,`2\r\n".encode(), lambda _: Answer("unheard"))),
    ],
)  # fmt: skip
def test_what_is_no_bill_is_said_to_be_none(read: Callable[[], Any]) -> None:
    with pytest.raises(GatewayUnreachable):
        read()


@pytest.mark.parametrize(("shop", "theirs", "told"), [
    ("http://shop.test", "https://api.mch.weixin.qq.com", None), ("https://shop.test", "https://api.mch.weixin.qq.com", "https://shop.test"),
    ("http://shop.test", "http://127.0.0.1:9/wechat", "http://shop.test"),
])  # fmt: skip
def test_wechat_is_told_an_address_that_it_takes_or_none(
    wechat: tuple[WeChatPay, WeChatGateway], monkeypatch: pytest.MonkeyPatch, shop: str, theirs: str, told: str | None
) -> None:
    wire, _ = wechat
    values = {need.name: wire.settings.get(need.name, need.usual) for need in wechat_gateway.NEEDS} | {"AMENDS_WECHATPAY_URL": theirs}
    monkeypatch.setenv("AMENDS_URL", shop)
    hook = wechat_gateway.build(Place("wechat", values, simulated=False))._hook()
    assert hook == (told and f"{told}/api/v1/hooks/payments/wechat")


DAY = datetime(2026, 10, 3, 16, tzinfo=UTC)  # where the fourth begins in Beijing


def no_bill(day: str) -> list[Line]:
    raise NoBill(day)


@pytest.mark.parametrize(("hours", "out"), [(23, False), (33, False), (34, True), (400, True)])
def test_silence_about_a_day_counts_only_once_its_bill_must_be_out(hours: int, out: bool) -> None:
    now, asked = DAY + timedelta(hours=hours), (DAY, DAY + timedelta(days=1))
    assert list(lines_of_days(no_bill, DAY, None, now)) == [], "asked for what is out by now, whatever that is"
    if out:
        assert list(lines_of_days(no_bill, *asked, now)) == []
    else:
        with pytest.raises(GatewayUnreachable, match="2026-10-04 is not out yet"):
            list(lines_of_days(no_bill, *asked, now))


def test_a_day_with_one_of_its_two_bills_is_not_whole_until_both_must_be_out() -> None:
    """Else what the missing bill tells would be on no statement: a day is asked once."""

    def half(day: str) -> list[Line]:
        raise NoBill(day, [Line("capture", "", "", 1, "CNY", "captured", "", "C1", DAY + timedelta(hours=1))])

    asked = (DAY, DAY + timedelta(days=1))
    with pytest.raises(GatewayUnreachable, match="2026-10-04 is not out yet"):
        list(lines_of_days(half, *asked, DAY + timedelta(hours=33)))
    assert [line.provider_ref for line in lines_of_days(half, *asked, DAY + timedelta(hours=34))] == ["C1"]


def test_each_provider_says_that_one_of_its_bills_is_missing(
    alipay: tuple[Alipay, AlipayGateway], wechat: tuple[WeChatPay, WeChatGateway], monkeypatch: pytest.MonkeyPatch
) -> None:
    trades = {"alipay": zipped(f"#x\r\n{HEAD}\r\n#业务明细列表结束\r\n"), "wechat": f"{TRADE}\r\n{SUMS}".encode()}
    told = iter([trades["wechat"], None])
    monkeypatch.setattr(AlipayGateway, "_bill", lambda _, kind, day: trades["alipay"] if kind == "trade" else None)
    monkeypatch.setattr(wechat[1]._client, "bill", lambda ask: next(told))
    for _, port in (alipay, wechat):
        with pytest.raises(NoBill):
            port._bills("2026-10-04")


def test_days_are_beijings_and_a_line_belongs_to_the_span_that_was_asked() -> None:
    asked: list[str] = []

    def read(day: str) -> list[Line]:
        asked.append(day)
        noon = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC) + timedelta(hours=4)
        return [Line("refund", "", f"{day}-{n}", 1, "CNY", "paid", "", f"{day}-{n}", noon + timedelta(hours=n)) for n in (6, 0)]

    lines = list(lines_of_days(read, DAY - timedelta(hours=30), DAY + timedelta(hours=13), DAY + timedelta(days=9)))
    assert asked == ["2026-10-02", "2026-10-03", "2026-10-04"]
    assert [line.key for line in lines] == ["2026-10-02-6", "2026-10-03-0", "2026-10-03-6", "2026-10-04-0"], "by their instants"
