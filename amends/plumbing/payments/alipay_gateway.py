"""Alipay (支付宝): refunds back to the trade, transfers to accounts, daily bills, notifications, and pages to pay on.

A refund is known by trade_no and out_request_no, which is our key for ever: the same request again pays nothing twice. Only what a signed
answer says is believed; what it refuses is looked up once more before it counts as failed, for a refusal may come after an earlier success.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from amends.kernel import clock
from amends.kernel.texts import say
from amends.plumbing.addresses import public_url
from amends.plumbing.payments.alipay_bills import balance_lines, minor, scored, trade_lines, yuan
from amends.plumbing.payments.alipay_client import Client, Unheard
from amends.plumbing.payments.alipay_events import event_of, instant
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
)  # fmt: skip

CERTIFICATES = ("AMENDS_ALIPAY_APP_CERT_FILE", "AMENDS_ALIPAY_CERT_FILE", "AMENDS_ALIPAY_ROOT_CERT_FILE")
NEEDS = (
    Setting("AMENDS_ALIPAY_APP_ID"),
    Setting("AMENDS_ALIPAY_KEY_FILE", path=True),
    Setting("AMENDS_ALIPAY_PUBLIC_KEY_FILE", wanted=False, path=True),
    *(Setting(name, wanted=False, path=True) for name in CERTIFICATES),
    Setting("AMENDS_ALIPAY_URL", usual="https://openapi.alipay.com/gateway.do"),
)
HOOK = "/api/v1/hooks/payments/alipay"
TRIED_AGAIN = ("ACQ.SYSTEM_ERROR", "AQC.SYSTEM_ERROR", "SYSTEM_ERROR", "REQUEST_PROCESSING", "ACQ.DISCORDANT_REPEAT_REQUEST")
"""Refusals that do not say that no money moved. The last: the key is known with another sum, so something of it may have been paid."""
SURE = re.compile(
    r"isv\..+|(ACQ\.)?(INVALID_PARAMETER|TRADE_NOT_EXIST|TRADE_HAS_FINISHED|TRADE_HAS_CLOSE|TRADE_STATUS_ERROR|TRADE_NOT_ALLOW_REFUND|"
    r"SELLER_BALANCE_NOT_ENOUGH|REFUND_AMT_NOT_EQUAL_TOTAL|REASON_TRADE_BEEN_FREEZEN|REASON_TRADE_REFUND_FEE_ERR|REFUND_FEE_ERROR|"
    r"NOT_ALLOW_PARTIAL_REFUND|ONLINE_TRADE_VOUCHER_NOT_ALLOW_REFUND|BUYER_NOT_EXIST|BUYER_ENABLE_STATUS_FORBID|BUYER_ERROR|"
    r"PAYER_BALANCE_NOT_ENOUGH|BALANCE_IS_NOT_ENOUGH|PAYEE_NOT_EXIST|PAYEE_USER_INFO_ERROR|PAYEE_ACCOUNT_STATUS_ERROR|"
    r"EXCEED_LIMIT_\w+|PERMIT_\w+|PAYER_STATUS_ERROR|BLOCK_USER_FORBBIDEN_RECIEVE|PAYCARD_UNABLE_PAYMENT|INVALID_PAYEE\w*)"
)
OVER = ("FAIL", "CLOSED", "REFUND")
PAYEE = re.compile(r"2088\d{12}")


def build(place: Place) -> AlipayGateway:
    """The gateway of a place. Raises NotSetUp where a key or certificate cannot be used, or not all three certificates are given."""
    values, given = place.values, [name for name in CERTIFICATES if place.values[name]]
    if given and len(given) < len(CERTIFICATES):
        names = ", ".join(name for name in CERTIFICATES if name not in given)
        raise NotSetUp(say("证书模式还缺少：{names}。", "The mode of certificates also needs {names}.", names=names))
    if not given and not values["AMENDS_ALIPAY_PUBLIC_KEY_FILE"]:
        raise NotSetUp(say("缺少支付宝公钥或三个证书。", "Alipay's public key is missing, or else the three certificates."))
    try:
        key, *certificates = (Path(values[name]).read_text() for name in ("AMENDS_ALIPAY_KEY_FILE", *given))
        public_key = "" if given else Path(values["AMENDS_ALIPAY_PUBLIC_KEY_FILE"]).read_text()
        trio = (certificates[0], certificates[1], certificates[2]) if given else None
        return AlipayGateway(Client(values["AMENDS_ALIPAY_URL"], values["AMENDS_ALIPAY_APP_ID"], key, public_key, trio))
    except Exception as wrong:  # what a wrong key makes the library raise is many things, none of them for people
        raise NotSetUp(say("支付宝的密钥或证书读不出来。", "A key or certificate for Alipay cannot be read.")) from wrong


class AlipayGateway:
    """See port.Gateway. May be shared by threads; not across a fork. `now` is the machine's time, by which Alipay's bills come out."""

    name: Final = "alipay"

    def __init__(self, client: Client, now: Callable[[], datetime] = clock.machine_now) -> None:
        self._client, self._now = client, now

    @property
    def can_transfer(self) -> bool:
        """Alipay transfers for whoever signs with certificates."""
        return self._client.certified

    def refund(self, asked: Asked) -> Answer:
        """See port.Gateway. The key never changes: Alipay takes a refused one again."""
        content = {"trade_no": asked.payment_ref, "out_request_no": asked.key, "refund_amount": yuan(asked.amount)}
        if asked.reason:
            content["refund_reason"] = asked.reason[:80]
        if wrong := _not_ours(asked):
            return wrong
        try:
            told = self._client.call("alipay.trade.refund", content)
        except Unheard as silence:
            return Answer("unheard", reason=str(silence))
        if told["code"] != "10000":
            return self._refused(asked, told)
        if told.get("fund_change") != "Y":  # nothing moved by this very request: by an earlier one, or it is on its way
            stands = self.look(asked)
            return Answer("accepted") if stands.reason == NEVER_RECEIVED else stands
        if "send_back_fee" in told and not _is_sum(told["send_back_fee"], asked.amount):
            return Answer("unheard", _refund_ref(asked), OTHER_AMOUNT)
        return Answer("paid", _refund_ref(asked), at=self._now())

    def look(self, asked: Asked) -> Answer:
        """See port.Gateway. Alipay does not tell a refund that failed from one that never came: both may be asked for again."""
        try:
            return self._look_transfer(asked) if asked.way == "transfer" else self._look_refund(asked)
        except Unheard as silence:
            return Answer("unheard", reason=str(silence))

    def transfer(self, asked: Asked) -> Answer:
        """See port.Gateway. The payee is an account number of Alipay's (2088…); a number whose transfer failed is followed by the next."""
        if not self.can_transfer:
            raise NotOffered("Alipay transfers only for whoever signs with certificates")
        if asked.currency != "CNY" or not PAYEE.fullmatch(asked.payer_ref):
            return Answer("failed", reason="other_currency" if asked.currency != "CNY" else "payee_not_known")
        try:
            content = {
                "out_biz_no": self._number(asked)[0], "trans_amount": yuan(asked.amount), "product_code": "TRANS_ACCOUNT_NO_PWD",
                "biz_scene": "DIRECT_TRANSFER", "order_title": asked.reason[:64] or "售后付款",
                "payee_info": {"identity": asked.payer_ref, "identity_type": "ALIPAY_USER_ID"},
            }  # fmt: skip
            told = self._client.call("alipay.fund.trans.uni.transfer", content)
        except Unheard as silence:
            return Answer("unheard", reason=str(silence))
        return self._refused(asked, told) if told["code"] != "10000" else _transfer_answer(told)

    def statement(self, since: datetime | None = None, until: datetime | None = None) -> Iterator[Line]:
        """See port.Gateway: the bills of trades and of the balance, by Beijing's days; None for `since` means the last 31 of them."""
        return lines_of_days(self._bills, since, until, self._now())

    def register_captures(self, captures: Sequence[Capture]) -> int:
        """See port.Gateway: Alipay knows."""
        return 0

    def pay_link(self, key: str, amount: int, currency: str, title: str) -> str | None:
        """See port.Gateway: Alipay's page for computers. Its signature differs each time; the payment under the key is one."""
        if currency != "CNY":
            return None
        return self._client.page(scored(key), yuan(amount), title[:128], public_url(HOOK))

    def verify(self, headers: Mapping[str, str], body: bytes, query: Mapping[str, str]) -> list[Event]:
        """See port.Gateway. A notification that comes again carries the same notify_id."""
        told = self._client.believed(body)
        event = told.get("notify_id") or hashlib.sha256(body).hexdigest()
        try:
            return [event_of(told, event)]
        except (ValueError, AttributeError):  # signed, and yet not as Alipay's documents have it: kept for a person to read
            return [Event(event, "other", dict(told))]

    def close(self) -> None:
        """Its connections are closed."""
        self._client.close()

    def _refused(self, asked: Asked, told: dict[str, Any]) -> Answer:
        """What a signed refusal comes to, once it is known how the key stands."""
        code = str(told.get("sub_code") or told["code"])
        if code.endswith("TRADE_NOT_EXIST") and not asked.again:  # asked for the first time: nothing can have been paid by it
            return Answer("failed", reason=code)
        stands = self.look(asked)
        if stands.reason != NEVER_RECEIVED and stands.state != "failed":
            return stands
        return Answer("failed" if code not in TRIED_AGAIN and SURE.fullmatch(code) else "unheard", reason=code)

    def _look_refund(self, asked: Asked) -> Answer:
        if wrong := _not_ours(asked):
            return wrong
        wanted = {"trade_no": asked.payment_ref, "out_request_no": asked.key, "query_options": ["gmt_refund_pay"]}
        told = self._client.call("alipay.trade.fastpay.refund.query", wanted)
        if told["code"] != "10000":
            code = str(told.get("sub_code") or told["code"])
            return Answer("unheard", reason=code)  # a trade that is not there, too: this may be another app than the one that paid
        if told.get("refund_status") != "REFUND_SUCCESS":
            return Answer("failed", reason=NEVER_RECEIVED)
        if asked.amount and not _is_sum(told.get("refund_amount"), asked.amount):
            return Answer("unheard", _refund_ref(asked), OTHER_AMOUNT)
        return Answer("paid", _refund_ref(asked), at=instant(told.get("gmt_refund_pay")))

    def _look_transfer(self, asked: Asked) -> Answer:
        _, told = self._number(asked)
        return Answer("failed", reason=NEVER_RECEIVED) if told is None else _transfer_answer(told, asked.amount)

    def _number(self, asked: Asked) -> tuple[str, dict[str, Any] | None]:
        """The number under which to transfer and what Alipay says of it: of all that were used, the first that has not failed for good.

        Turns also count refusals that left no order behind; a number is given up only where Alipay itself calls its transfer over.
        """
        number, told = scored(asked.key), None
        for turn in range(asked.turn + 1):
            number = scored(provider_key(Asked(asked.key, turn)))
            common = {"product_code": "TRANS_ACCOUNT_NO_PWD", "biz_scene": "DIRECT_TRANSFER"}
            told = self._client.call("alipay.fund.trans.common.query", {"out_biz_no": number, **common})
            if told["code"] != "10000":
                if str(told.get("sub_code")) != "ORDER_NOT_EXIST":
                    raise Unheard(str(told.get("sub_code") or told["code"]))
                return number, None
            if told.get("status") not in OVER:
                break
        return number, told

    def _bills(self, day: str) -> list[Line]:
        readers: tuple[tuple[str, Callable[[bytes], Iterator[Line]]], ...] = (("trade", trade_lines), ("signcustomer", balance_lines))
        packed = [(self._bill(kind, day), read) for kind, read in readers]
        lines = [line for bill, read in packed if bill is not None for line in read(bill)]
        if any(bill is None for bill, _ in packed):
            raise NoBill(day, lines)
        return lines

    def _bill(self, kind: str, day: str) -> bytes | None:
        try:
            told = self._client.call("alipay.data.dataservice.bill.downloadurl.query", {"bill_type": kind, "bill_date": day})
            if told["code"] == "10000":
                return self._client.file(str(told["bill_download_url"]))
        except Unheard as silence:
            raise GatewayUnreachable(f"alipay, bill of {day}: {silence}") from silence
        code = str(told.get("sub_code") or told["code"])
        if code.lower().endswith("bill_not_exist"):
            return None
        raise GatewayUnreachable(f"alipay, bill of {day}: {code}")


def _transfer_answer(told: Mapping[str, Any], amount: int = 0) -> Answer:
    ref, status = str(told.get("order_id", "")), str(told.get("status", ""))
    if status in OVER:
        return Answer("failed", ref, str(told.get("error_code") or told.get("fail_reason") or status))
    if amount and "trans_amount" in told and not _is_sum(told["trans_amount"], amount):
        return Answer("unheard", ref, OTHER_AMOUNT)
    if status == "SUCCESS":
        return Answer("paid", ref, at=instant(told.get("pay_date") or told.get("trans_date")))
    return Answer("accepted", ref) if status in ("DEALING", "WAIT_PAY") else Answer("unheard", ref, status or "not_understood")


def _not_ours(asked: Asked) -> Answer | None:
    """What was not captured by Alipay in yuan cannot go back by it."""
    if asked.currency not in ("", "CNY"):
        return Answer("failed", reason="other_currency")
    return None if asked.payment_ref else Answer("failed", reason="no_payment_ref")


def _refund_ref(asked: Asked) -> str:
    return f"{asked.payment_ref}:{asked.key}"


def _is_sum(told: Any, wanted: int) -> bool:
    try:
        return minor(str(told)) == wanted
    except ValueError:
        return False
