"""WeChat Pay (微信支付): refunds back to the order, transfers to an openid, daily bills, notifications, and codes to pay by.

A refund number is our key. A number that was refused is used again; only one that WeChat calls closed is given up for the next, so that no
number that may still be paid is ever left behind. Refusals are looked up before they count as failed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from amends.kernel import clock
from amends.kernel.texts import say
from amends.plumbing.addresses import public_url
from amends.plumbing.payments.bill_days import NoBill, lines_of_days
from amends.plumbing.payments.places import NotSetUp, Place, Setting
from amends.plumbing.payments.port import (
    NEVER_RECEIVED,
    OTHER_AMOUNT,
    Answer,
    Asked,
    Capture,
    Event,
    GatewayUnreachable,
    Line,
    NotOffered,
    provider_key,
)
from amends.plumbing.payments.wechat_bills import bare, flow_lines, trade_lines
from amends.plumbing.payments.wechat_client import Client, Merchant, Said, Unheard
from amends.plumbing.payments.wechat_events import event_of, instant

PUBLIC = ("AMENDS_WECHATPAY_PUBLIC_KEY_FILE", "AMENDS_WECHATPAY_PUBLIC_KEY_ID")
NEEDS = (
    Setting("AMENDS_WECHATPAY_MCHID"),
    Setting("AMENDS_WECHATPAY_APPID"),
    Setting("AMENDS_WECHATPAY_SERIAL"),
    Setting("AMENDS_WECHATPAY_KEY_FILE", path=True),
    Setting("AMENDS_WECHATPAY_V3_KEY", secret=True),
    Setting(PUBLIC[0], wanted=False, path=True),
    Setting(PUBLIC[1], wanted=False),
    Setting("AMENDS_WECHATPAY_TRANSFER_SCENE", wanted=False),
    Setting("AMENDS_WECHATPAY_TRANSFER_REPORT", usual="赔付原因=售后赔付", wanted=False),
    Setting("AMENDS_WECHATPAY_URL", usual="https://api.mch.weixin.qq.com"),
)
HOOK = "/api/v1/hooks/payments/wechat"
NAMED_FROM = 200_000
"""From 2,000 yuan on WeChat wants the payee's real name, which we don't have: in fen."""
GONE = "RESOURCE_NOT_EXISTS"
SURE = (
    "PARAM_ERROR", "INVALID_REQUEST", "NOT_ENOUGH", "USER_ACCOUNT_ABNORMAL", "NO_AUTH", "MCH_NOT_EXISTS", "SIGN_ERROR", GONE,
    "RULE_LIMIT", "TRADE_OVERDUE", "ORDER_NOT_EXIST", "APPID_MCHID_NOT_MATCH",
)  # fmt: skip
TRANSFERS_OVER = ("FAIL", "CANCELLED")


def build(place: Place) -> WeChatGateway:
    """The gateway of a place. Raises NotSetUp where a key cannot be used, or WeChat's public key is given without its id."""
    values = place.values
    if bool(values[PUBLIC[0]]) != bool(values[PUBLIC[1]]):
        raise NotSetUp(say("微信支付公钥和它的编号要一起设置。", "WeChat Pay's public key and its id are set together."))
    try:
        texts = [Path(values[name]).read_text() if values[name] else "" for name in ("AMENDS_WECHATPAY_KEY_FILE", PUBLIC[0])]
        merchant = Merchant(
            url=values["AMENDS_WECHATPAY_URL"].rstrip("/"), mchid=values["AMENDS_WECHATPAY_MCHID"], appid=values["AMENDS_WECHATPAY_APPID"],
            serial=values["AMENDS_WECHATPAY_SERIAL"], key=texts[0], v3_key=values["AMENDS_WECHATPAY_V3_KEY"], public_key=texts[1],
            public_key_id=values[PUBLIC[1]],
        )  # fmt: skip
        client = Client(merchant)
    except Exception as wrong:  # what a wrong key makes the library raise is many things, none of them for people
        raise NotSetUp(say("微信支付的密钥无法使用。", "A key for WeChat Pay cannot be used.")) from wrong
    return WeChatGateway(client, values["AMENDS_WECHATPAY_TRANSFER_SCENE"], values["AMENDS_WECHATPAY_TRANSFER_REPORT"])


class WeChatGateway:
    """See port.Gateway. May be shared by threads; not across a fork. `now` is the machine's time, by which WeChat's bills come out.

    `scene` is the transfer scene that WeChat has granted the merchant, `report` what it wants told of each (`kind=content`, several by ;).
    """

    name: Final = "wechat"

    def __init__(self, client: Client, scene: str = "", report: str = "", now: Callable[[], datetime] = clock.machine_now) -> None:
        self._client, self._scene, self._now = client, scene, now
        pairs = [part.partition("=") for part in report.split(";") if "=" in part]
        self._report = [{"info_type": kind.strip(), "info_content": content.strip()} for kind, _, content in pairs]

    @property
    def can_transfer(self) -> bool:
        """WeChat transfers for whoever was granted a scene for it."""
        return bool(self._scene)

    def refund(self, asked: Asked) -> Answer:
        """See port.Gateway."""
        if asked.currency != "CNY" or not asked.payment_ref:
            return Answer("failed", reason="no_payment_ref" if asked.currency == "CNY" else "other_currency")
        money = {"refund": asked.amount, "total": asked.captured, "currency": asked.currency}

        def ask(number: str) -> Said:
            return self._client.call(
                lambda sdk: sdk.refund(
                    out_refund_no=number, amount=money, transaction_id=asked.payment_ref, reason=asked.reason[:80] or None,
                    notify_url=self._hook(),
                )
            )  # fmt: skip

        return self._paid(asked, ask)

    def transfer(self, asked: Asked) -> Answer:
        """See port.Gateway. The payee confirms it in WeChat; until then it is accepted, and after a day WeChat ends it as failed."""
        if not self.can_transfer:
            raise NotOffered("AMENDS_WECHATPAY_TRANSFER_SCENE is not set")
        if asked.currency != "CNY" or not asked.payer_ref:
            return Answer("failed", reason="other_currency" if asked.currency != "CNY" else "payee_not_known")
        if asked.amount >= NAMED_FROM:
            return Answer("failed", reason="payee_name_wanted")

        def ask(number: str) -> Said:
            return self._client.call(
                lambda sdk: sdk.mch_transfer_bills(
                    out_bill_no=number, transfer_scene_id=self._scene, openid=asked.payer_ref, transfer_amount=asked.amount,
                    transfer_remark=asked.reason[:32] or "售后付款", transfer_scene_report_infos=self._report, notify_url=self._hook(),
                )
            )  # fmt: skip

        return self._paid(asked, ask)

    def look(self, asked: Asked) -> Answer:
        """See port.Gateway."""
        try:
            _, told = self._number(asked)
        except Unheard as silence:
            return Answer("unheard", reason=str(silence))
        return Answer("failed", reason=NEVER_RECEIVED) if told is None else _answer(asked, told)

    def statement(self, since: datetime | None = None, until: datetime | None = None) -> Iterator[Line]:
        """See port.Gateway: the bills of trades and of the balance, by Beijing's days; None for `since` means the last 31 of them."""
        return lines_of_days(self._bills, since, until, self._now())

    def register_captures(self, captures: Sequence[Capture]) -> int:
        """See port.Gateway: WeChat knows."""
        return 0

    def pay_link(self, key: str, amount: int, currency: str, title: str) -> str | None:
        """See port.Gateway: a code for WeChat to scan (weixin://), good for two hours; asked for again it is made anew."""
        if currency != "CNY":
            return None
        money = {"total": amount, "currency": currency}
        try:
            said = self._client.call(
                lambda sdk: sdk.pay(description=title[:40], out_trade_no=key, amount=money, notify_url=self._hook())
            )  # fmt: skip
        except Unheard as silence:
            raise GatewayUnreachable(f"wechat, code to pay: {silence}") from silence
        if said.status != 200 or not said.told.get("code_url"):
            raise GatewayUnreachable(f"wechat, code to pay: {said.code}")
        return str(said.told["code_url"])

    def verify(self, headers: Mapping[str, str], body: bytes, query: Mapping[str, str]) -> list[Event]:
        """See port.Gateway. A notification that comes again carries the same id."""
        told = self._client.believed(headers, body)
        event = str(told.get("id") or "") or hashlib.sha256(body).hexdigest()
        name, resource = str(told.get("event_type", "")), told["resource"]
        try:
            return [event_of(event, name, resource)]
        except (ValueError, TypeError, AttributeError):  # signed, and yet not as WeChat's documents have it: kept for a person to read
            return [Event(event, "other", {"type": name, "resource": resource})]

    def _hook(self) -> str | None:
        """Where WeChat is to tell of what is asked; it takes https alone, and would refuse the whole request for another address."""
        address = public_url(HOOK)
        return address if address.startswith("https://") or not self._client.merchant.url.startswith("https://") else None

    def _paid(self, asked: Asked, ask: Callable[[str], Said]) -> Answer:
        """What asking for the payment comes to, under the number that stands for it now."""
        try:
            number = (self._number(asked) if asked.turn else (_name(asked, 0), None))[0]
            said = ask(number)
        except Unheard as silence:
            return Answer("unheard", reason=str(silence))
        if said.status == 200:
            return _answer(asked, said.told)
        if said.status >= 500 or said.status == 429 or said.code not in SURE:
            return Answer("unheard", reason=said.code)
        stands = self.look(asked)
        return Answer("failed", reason=said.code) if stands.state == "failed" else stands

    def _number(self, asked: Asked) -> tuple[str, Mapping[str, Any] | None]:
        """The number that stands for the key and what WeChat says of it (None: it does not know it): of all that were used, the first
        that WeChat has not closed. Raises Unheard."""
        number, told = _name(asked, 0), None
        for turn in range(asked.turn + 1):
            number = _name(asked, turn)
            said = self._client.call(_query(asked, number))
            if said.code == GONE:
                return number, None
            if said.status != 200:
                raise Unheard(said.code)
            told = said.told
            if str(told.get("status") or told.get("state")) not in ("CLOSED", *TRANSFERS_OVER):
                break
        return number, told

    def _bills(self, day: str) -> list[Line]:
        try:
            trades = self._client.bill(lambda sdk: sdk.trade_bill(day))
            flow = self._client.bill(lambda sdk: sdk.fundflow_bill(day))
        except Unheard as silence:
            raise GatewayUnreachable(f"wechat, bill of {day}: {silence}") from silence
        lines = list(trade_lines(trades, self._present)) if trades is not None else []
        lines += list(flow_lines(flow)) if flow is not None else []
        if trades is None or flow is None:
            raise NoBill(day, lines)
        return lines

    def _present(self, number: str) -> Answer:
        try:
            said = self._client.call(lambda sdk: sdk.query_refund(number))
        except Unheard as silence:
            return Answer("unheard", reason=str(silence))
        return _answer(Asked(number), said.told) if said.status == 200 else Answer("unheard", reason=said.code)


def _name(asked: Asked, turn: int) -> str:
    key = provider_key(Asked(asked.key, turn))
    return bare(key) if asked.way == "transfer" else key


def _query(asked: Asked, number: str) -> Callable[[Any], tuple[int, str | bytes]]:
    if asked.way == "transfer":
        return lambda sdk: sdk.mch_transfer_bills_query(out_bill_no=number)
    return lambda sdk: sdk.query_refund(number)


def _answer(asked: Asked, told: Mapping[str, Any]) -> Answer:
    """An answer's words about a refund (status) or a transfer (state). ABNORMAL: the money has left the merchant and lies with WeChat, for
    a person to send on; until then it is neither paid nor surely unpaid."""
    state = str(told.get("status") or told.get("state") or "")
    ref = str(told.get("refund_id") or told.get("transfer_bill_no") or "")
    if state in ("CLOSED", *TRANSFERS_OVER):
        return Answer("failed", ref, str(told.get("fail_reason") or state))
    if asked.amount and _amount(told) not in (None, asked.amount):
        return Answer("unheard", ref, OTHER_AMOUNT)
    if state == "SUCCESS":
        return Answer("paid", ref, at=instant(told.get("success_time") or told.get("update_time")))
    known = ("PROCESSING", "ABNORMAL", "ACCEPTED", "WAIT_USER_CONFIRM", "TRANSFERING", "CANCELING")
    return Answer("accepted", ref, state if state == "ABNORMAL" else "") if state in known else Answer("unheard", ref, "not_understood")


def _amount(told: Mapping[str, Any]) -> int | None:
    money = told.get("amount")
    amount = money.get("refund") if isinstance(money, Mapping) else told.get("transfer_amount")
    return amount if isinstance(amount, int) else None
