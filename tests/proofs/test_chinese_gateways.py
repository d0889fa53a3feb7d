"""Alipay and WeChat Pay by their libraries, against a simulator of their wires: one effect for one key, whatever becomes of an answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from amends.kernel import clock
from amends.plumbing.payments.alipay_gateway import AlipayGateway
from amends.plumbing.payments.places import NotSetUp
from amends.plumbing.payments.port import NEVER_RECEIVED, OTHER_AMOUNT, Answer, GatewayUnreachable, NotOffered
from amends.plumbing.payments.webhooks import NotFromGateway
from amends.plumbing.payments.wechat_gateway import WeChatGateway
from tests.chinese_gateways import Till, till, transfer_of
from tests.payments_fixture import until
from tests.receivers import receiver

BOTH = pytest.mark.parametrize("name", ["alipay", "wechat"])
KEYS = {"alipay": "AMENDS_ALIPAY_KEY_FILE", "wechat": "AMENDS_WECHATPAY_KEY_FILE"}
THEIRS = {"alipay": "AMENDS_ALIPAY_PUBLIC_KEY_FILE", "wechat": "AMENDS_WECHATPAY_PUBLIC_KEY_FILE"}
BARE = {"AMENDS_ALIPAY_APP_CERT_FILE": "", "AMENDS_ALIPAY_CERT_FILE": "", "AMENDS_ALIPAY_ROOT_CERT_FILE": ""}
FETCHED = {"AMENDS_WECHATPAY_PUBLIC_KEY_FILE": "", "AMENDS_WECHATPAY_PUBLIC_KEY_ID": ""}
TODAY = clock.machine_now() - timedelta(minutes=1)
Gateway = AlipayGateway | WeChatGateway


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Till]:
    """One simulator for the file; every test pays with tenders of its own."""
    with till(tmp_path_factory.mktemp("chinese")) as mine:
        yield mine


@pytest.fixture
def sim(one: Till) -> Iterator[Till]:
    yield one
    one.running.behave("plain")


@pytest.fixture(scope="module")
def gateways(one: Till) -> dict[str, Gateway]:
    return {name: one.gateway(name) for name in KEYS}


@pytest.fixture
def port(gateways: dict[str, Gateway], name: str) -> Gateway:
    return gateways[name]


@BOTH
def test_a_refund_is_paid_once_however_often_it_is_asked(sim: Till, port: Gateway, name: str) -> None:
    asked = sim.paid_with(name)
    assert port.look(asked) == Answer("failed", reason=NEVER_RECEIVED)
    first = port.refund(asked)
    assert first.state == "paid" and first.provider_ref
    again = [port.refund(asked), port.refund(replace(asked, again=True)), port.look(asked)]
    assert {(answer.state, answer.provider_ref) for answer in again} == {("paid", first.provider_ref)}
    assert sim.of(asked) == [(asked.key, 400, "paid")]


@BOTH
@pytest.mark.parametrize("trouble", ["cut_after", "error_after"])
def test_an_answer_that_was_lost_after_success_is_found_and_not_paid_twice(sim: Till, port: Gateway, name: str, trouble: str) -> None:
    sim.running.behave({trouble: 1.0})
    asked, transfer = sim.paid_with(name), transfer_of(sim.paid_with(name))
    lost = [port.refund(asked), port.transfer(transfer)]
    # Alipay's words for a stumble are a signed refusal, so that the look behind it finds the payment at once.
    seen = "paid" if (name, trouble) == ("alipay", "error_after") else "unheard"
    assert {answer.state for answer in lost} == {seen}
    assert port.look(asked).state == port.look(transfer).state == "paid"
    assert port.refund(replace(asked, again=True)).state == port.transfer(replace(transfer, again=True)).state == "paid"
    assert [row[1:] for row in sim.of(asked)] == [row[1:] for row in sim.of(transfer)] == [(400, "paid")]


@BOTH
def test_a_time_out_after_success_is_unheard_and_asking_again_pays_nothing_more(sim: Till, name: str) -> None:
    impatient = sim.gateway(name)
    if isinstance(impatient, AlipayGateway):
        impatient._client._sdk.http.timeout = 0.3
    else:
        impatient._client._sdk._core._timeout = (1, 0.3)
    sim.running.behave({"slow": 1.0, "slow_wait": [1.0, 1.0]})
    asked = sim.paid_with(name)
    assert impatient.refund(asked) == Answer("unheard", reason="timeout")
    assert sim.of(asked) == [(asked.key, 400, "paid")], "it was paid before the answer was held back"
    again = [sim.gateway(name).refund(replace(asked, again=True)), sim.gateway(name).look(asked)]
    assert {answer.state for answer in again} == {"paid"} and sim.of(asked) == [(asked.key, 400, "paid")]


@BOTH
@pytest.mark.parametrize("trouble", ["cut_before", "error_before"])
def test_a_request_that_never_arrived_is_unheard_then_unknown_there_then_paid(sim: Till, port: Gateway, name: str, trouble: str) -> None:
    sim.running.behave({trouble: 1.0})
    asked = sim.paid_with(name)
    assert port.refund(asked).state == "unheard"
    assert port.look(asked) == Answer("failed", reason=NEVER_RECEIVED)
    assert port.refund(replace(asked, again=True)).state == "paid"
    assert sim.of(asked) == [(asked.key, 400, "paid")]


@BOTH
def test_parts_go_back_until_nothing_is_left_and_one_more_is_surely_refused(sim: Till, port: Gateway, name: str) -> None:
    asked = sim.paid_with(name, 1000)
    for part, amount in enumerate((1, 333, 666)):
        assert port.refund(replace(asked, key=f"{asked.key[:-1]}{part}", amount=amount)).state == "paid"
    more = port.refund(replace(asked, key=f"{asked.key[:-1]}9", amount=1))
    assert (more.state, more.reason) == ("failed", {"alipay": "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "wechat": "INVALID_REQUEST"}[name])
    assert sum(amount for _, amount, _ in sim.of(asked)) == 1000


@BOTH
def test_a_short_balance_is_a_sure_failure_and_the_same_key_is_paid_later(sim: Till, port: Gateway, name: str) -> None:
    sim.running.behave({"fails_once": 1.0})
    asked, transfer = sim.paid_with(name), transfer_of(sim.paid_with(name))
    short = {"alipay": ("ACQ.SELLER_BALANCE_NOT_ENOUGH", "PAYER_BALANCE_NOT_ENOUGH"), "wechat": ("NOT_ENOUGH", "NOT_ENOUGH")}[name]
    assert (port.refund(asked), port.transfer(transfer)) == tuple(Answer("failed", reason=word) for word in short)
    assert port.refund(replace(asked, turn=1)).state == port.transfer(replace(transfer, turn=1)).state == "paid"
    # The number stays, for this failure left no order behind: another number could pay beside it.
    assert [row[0] for row in sim.of(asked)] == [asked.key] * 2 and {row[2] for row in sim.of(asked)} == {"failed", "paid"}
    assert len({row[0] for row in sim.of(transfer)}) == 1


def test_wechat_gives_a_closed_number_up_for_the_next_and_for_no_other_reason(sim: Till) -> None:
    port = sim.gateway("wechat")
    sim.running.behave({"fails_always": 1.0})
    asked, transfer = sim.paid_with("wechat"), transfer_of(sim.paid_with("wechat"))
    closed, ended = port.refund(asked), port.transfer(transfer)
    assert (closed.state, closed.reason, ended.state) == ("failed", "CLOSED", "failed")
    sim.running.behave("plain")
    assert port.refund(replace(asked, again=True)).reason == "CLOSED", "a closed number stays closed for ever"
    paid, sent = port.refund(replace(asked, turn=1)), port.transfer(replace(transfer, turn=1))
    assert paid.state == sent.state == "paid" and paid.provider_ref != closed.provider_ref
    for turn in (1, 2, 3):
        assert port.refund(replace(asked, turn=turn)) == port.look(replace(asked, turn=turn)) == paid, "a turn too many finds what was paid"
    assert sim.of(asked) == [(asked.key, 400, "failed"), (f"{asked.key}-t1", 400, "paid")]
    bare = transfer.key.replace("-", "")
    assert [row[0] for row in sim.of(transfer)] == [bare, f"{bare}t1"]


def test_alipay_takes_a_refused_refund_again_but_a_failed_transfer_under_a_new_number(sim: Till) -> None:
    port = sim.gateway("alipay")
    sim.running.behave({"fails_always": 1.0})
    asked, transfer = sim.paid_with("alipay"), transfer_of(sim.paid_with("alipay"))
    assert port.refund(asked) == Answer("failed", reason="ACQ.TRADE_NOT_ALLOW_REFUND")
    assert (port.transfer(transfer).state, port.look(transfer).reason) == ("failed", "PAYEE_ACCOUNT_STATUS_ERROR")
    sim.running.behave("plain")
    assert port.refund(replace(asked, turn=1)).state == port.transfer(replace(transfer, turn=1)).state == "paid"
    assert {row[0] for row in sim.of(asked)} == {asked.key}
    scored = transfer.key.replace("-", "_")
    assert [row[0] for row in sim.of(transfer)] == [scored, f"{scored}_t1"]


@BOTH
def test_a_payment_on_its_way_is_accepted_and_is_one(sim: Till, port: Gateway, name: str) -> None:
    sim.running.behave({"wait": [3600, 3600]})
    asked, transfer = sim.paid_with(name), transfer_of(sim.paid_with(name))
    assert {port.refund(asked).state, port.refund(replace(asked, again=True)).state} == {"accepted"}
    assert {port.transfer(transfer).state, port.look(transfer).state} == {"accepted"}
    # Alipay's query is silent about what has not come about; asking again under the same key is what that silence calls for.
    assert port.look(asked) == Answer("failed", reason=NEVER_RECEIVED) if name == "alipay" else port.look(asked).state == "accepted"
    assert [row[1:] for row in sim.of(asked)] == [row[1:] for row in sim.of(transfer)] == [(400, "accepted")]


@BOTH
def test_another_sum_than_asked_is_neither_paid_nor_failed(sim: Till, port: Gateway, name: str) -> None:
    sim.running.behave({"partly": 1.0})
    asked = sim.paid_with(name)
    answer = port.refund(asked)
    assert (answer.state, answer.reason) == ("unheard", OTHER_AMOUNT) and answer.provider_ref
    assert port.look(asked) == answer
    sim.running.behave("plain")
    whole = sim.paid_with(name)
    port.refund(whole)
    assert port.refund(replace(whole, amount=399)).reason == OTHER_AMOUNT, "the key is known with another sum"


@BOTH
def test_refusals_are_sure_and_doubts_are_not(sim: Till, port: Gateway, name: str) -> None:
    asked = sim.paid_with(name)
    httpx.post(f"{sim.running.url}/chargebacks", json={"tender": asked.tender, "amount": 1000}).raise_for_status()
    frozen = {"alipay": "ACQ.REASON_TRADE_BEEN_FREEZEN", "wechat": "USER_ACCOUNT_ABNORMAL"}[name]
    assert port.refund(asked) == Answer("failed", reason=frozen)
    missing = {"alipay": "ACQ.TRADE_NOT_EXIST", "wechat": "RESOURCE_NOT_EXISTS"}[name]
    assert port.refund(replace(asked, payment_ref="20260000")) == Answer("failed", reason=missing)
    assert port.refund(replace(asked, payment_ref="")) == Answer("failed", reason="no_payment_ref")
    url = "AMENDS_ALIPAY_URL" if name == "alipay" else "AMENDS_WECHATPAY_URL"
    nobody = sim.gateway(name, **{url: "http://127.0.0.1:9"})
    assert nobody.refund(asked) == nobody.look(asked) == Answer("unheard", reason="no_connection")
    with pytest.raises(GatewayUnreachable, match="no_connection"):
        list(nobody.statement())
    lost = sim.gateway(name, **{url: f"{sim.running.url}/nowhere"})
    assert lost.refund(asked).state == lost.look(asked).state == "unheard", "a page of somebody else's is no answer"


@BOTH
def test_who_signs_with_another_key_moves_nothing(sim: Till, name: str) -> None:
    other = {"alipay": "wechat", "wechat": "alipay"}[name]
    stranger = sim.gateway(name, **{KEYS[name]: sim.told[other][KEYS[other]]})
    asked = sim.paid_with(name)
    word = {"alipay": "isv.invalid-signature", "wechat": "SIGN_ERROR"}[name]
    assert stranger.refund(asked) == stranger.look(asked) == Answer("unheard", reason=word)
    assert sim.of(asked) == []


@BOTH
def test_an_answer_signed_by_somebody_else_is_not_believed(sim: Till, name: str) -> None:
    other = {"alipay": "wechat", "wechat": "alipay"}[name]
    doubting = sim.gateway(name, **{THEIRS[name]: sim.told[other][THEIRS[other]]}, **(BARE if name == "alipay" else {}))
    asked = sim.paid_with(name)
    assert doubting.refund(asked) == Answer("unheard", reason="forged")
    assert sim.of(asked) == [(asked.key, 400, "paid")], "it was paid: only the answer is in doubt"
    assert sim.gateway(name).look(asked).state == "paid"


def test_keys_are_taken_as_alipays_own_tool_hands_them_out(sim: Till, tmp_path: Path) -> None:
    files = {}
    for setting in (KEYS["alipay"], THEIRS["alipay"]):
        lines = Path(sim.told["alipay"][setting]).read_text().splitlines()
        files[setting] = str(tmp_path / setting)
        (tmp_path / setting).write_text("".join(lines[1:-1]))  # the base64 alone, on one line
    assert sim.gateway("alipay", **files, **BARE).refund(sim.paid_with("alipay")).state == "paid"


def test_both_modes_of_keys_are_understood(sim: Till) -> None:
    bare, fetched = sim.gateway("alipay", **BARE), sim.gateway("wechat", **FETCHED)
    for name, port in (("alipay", bare), ("wechat", fetched)):
        asked = sim.paid_with(name)
        assert port.refund(asked).state == port.look(asked).state == "paid"
    assert not bare.can_transfer and not sim.gateway("wechat", AMENDS_WECHATPAY_TRANSFER_SCENE="").can_transfer
    with pytest.raises(NotOffered):
        bare.transfer(transfer_of(sim.paid_with("alipay")))


@BOTH
def test_a_transfer_goes_to_a_payee_that_the_provider_knows_alone(sim: Till, port: Gateway, name: str) -> None:
    transfer = transfer_of(sim.paid_with(name))
    assert port.look(transfer) == Answer("failed", reason=NEVER_RECEIVED)
    assert port.transfer(replace(transfer, payer_ref="")) == Answer("failed", reason="payee_not_known")
    assert port.transfer(replace(transfer, currency="USD")) == Answer("failed", reason="other_currency")
    if name == "wechat":
        assert port.transfer(replace(transfer, amount=200_000)) == Answer("failed", reason="payee_name_wanted")
    first = port.transfer(transfer)
    assert first.state == "paid" and first.provider_ref == port.transfer(transfer).provider_ref == port.look(transfer).provider_ref
    assert [row[1:] for row in sim.of(transfer)] == [(400, "paid")]


@BOTH
def test_a_crowd_with_one_key_has_one_effect(sim: Till, port: Gateway, name: str) -> None:
    asked, barrier = sim.paid_with(name), threading.Barrier(4)

    def run(_: int) -> str:
        barrier.wait()
        return port.refund(asked).state

    with ThreadPoolExecutor(4) as crowd:
        assert set(crowd.map(run, range(4))) == {"paid"}
    assert sim.of(asked) == [(asked.key, 400, "paid")]


@BOTH
def test_the_bills_tell_captures_refunds_transfers_and_fees_as_we_name_them(sim: Till, port: Gateway, name: str) -> None:
    asked = sim.paid_with(name, 10_000)
    transfer = replace(transfer_of(asked), key=f"{asked.key[:-1]}7")
    refunded, sent = port.refund(asked), port.transfer(transfer)
    mine = [line for line in port.statement(TODAY) if asked.payment_ref == line.payment_ref or line.key == transfer.key]
    told = {(line.kind, line.key, line.amount, line.state, line.provider_ref) for line in mine}
    wanted = {
        ("capture", "", 10_000, "captured", asked.payment_ref), ("fee", "", 60, "paid", asked.payment_ref),
        ("refund", asked.key, 400, "paid", refunded.provider_ref), ("transfer", transfer.key, 400, "paid", sent.provider_ref),
    }  # fmt: skip
    assert told == wanted | ({("fee", "", 2, "returned", refunded.provider_ref)} if name == "wechat" else set())
    assert {line.currency for line in mine} == {"CNY"}
    at = max(line.at for line in mine)
    assert all(line.at >= at for line in port.statement(since=at)), "what was before is left out"


@BOTH
def test_a_day_without_a_bill_is_silent_once_bills_are_out(sim: Till, port: Gateway, name: str) -> None:
    now = clock.machine_now()
    assert list(port.statement(now - timedelta(days=5), now - timedelta(days=3))) == []
    assert list(port.statement(now + timedelta(days=1), now + timedelta(days=2))) == []


@BOTH
def test_no_proxy_of_the_environment_is_asked(sim: Till, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = sim.paid_with(name)
    with monkeypatch.context() as elsewhere:
        for variable in ("http_proxy", "https_proxy", "all_proxy"):
            elsewhere.setenv(variable, "http://127.0.0.1:9")
            elsewhere.setenv(variable.upper(), "http://127.0.0.1:9")
        for variable in ("no_proxy", "NO_PROXY"):
            elsewhere.delenv(variable, raising=False)
        assert sim.gateway(name).refund(asked).state == "paid"


@BOTH
def test_a_gateway_with_a_broken_key_says_so_and_nothing_secret(sim: Till, name: str) -> None:
    broken = sim.told[name][KEYS[name]].replace(".key.pem", ".broken.pem")
    with open(broken, "w") as file:
        file.write("-----BEGIN PRIVATE KEY-----\nnot a key\n-----END PRIVATE KEY-----\n")
    with pytest.raises(NotSetUp) as said:
        sim.gateway(name, **{KEYS[name]: broken})
    assert "not a key" not in str(said.value)
    half = {"AMENDS_ALIPAY_CERT_FILE": ""} if name == "alipay" else {"AMENDS_WECHATPAY_PUBLIC_KEY_ID": ""}
    with pytest.raises(NotSetUp):
        sim.gateway(name, **half)


def test_a_supplement_is_paid_on_alipays_page_and_by_wechats_code(sim: Till) -> None:
    alipay, wechat = sim.gateway("alipay"), sim.gateway("wechat")
    page = alipay.pay_link("SU-0001-AAAA-0000", 2301, "CNY", "差价 difference")
    assert page is not None and "23.01" in httpx.get(page).text
    httpx.post(f"{sim.running.url}/alipay/pay", data={"out_trade_no": "SU_0001_AAAA_0000"}).raise_for_status()
    code = wechat.pay_link("SU-0002-AAAA-0000", 2302, "CNY", "差价 difference")
    assert code == wechat.pay_link("SU-0002-AAAA-0000", 2302, "CNY", "差价 difference")
    httpx.post(f"{sim.running.url}/wechat/scan", json={"code_url": code}).raise_for_status()
    for port, amount, key in ((alipay, 2301, "SU-0001-AAAA-0000"), (wechat, 2302, "SU-0002-AAAA-0000")):
        line = next(line for line in port.statement(TODAY) if line.amount == amount)
        assert (line.kind, line.key) == ("capture", key)
    assert alipay.pay_link("SU-0003-AAAA-0000", 1, "USD", "x") is wechat.pay_link("SU-0003-AAAA-0000", 1, "USD", "x") is None


@BOTH
def test_what_is_pushed_is_believed_once_doubled_and_not_where_it_is_forged(sim: Till, port: Gateway, name: str) -> None:
    with receiver() as shop:
        sim.running.push_to(f"{shop.url}/hook", wire=name)
        sim.running.behave({"duplicates": 1.0, "forged": 1.0})
        asked = sim.paid_with(name)
        paid = port.refund(asked)
        until(lambda: len(shop.heard) >= 3)
        heard = list(shop.heard)
    events, lies = [], 0
    for told in heard:
        try:
            events += port.verify(told.headers, told.body, {})
        except NotFromGateway:
            lies += 1
    assert lies == 1 and len({event.event for event in events}) == 1, "one event, told twice or more, and one lie"
    told_of = events[0].told
    assert (events[0].kind, told_of["key"], told_of["payment_ref"]) == ("refund.paid", asked.key, asked.payment_ref)
    assert told_of["provider_ref"] == paid.provider_ref and told_of["at"]
