"""What the addresses of WeChat Pay's API v3 do with the one book: refunds, transfers, bills, native payments, and their notifications.

A refund number whose refund was closed stays closed: another number is wanted. One that was refused for want of money may come again.
"""

from __future__ import annotations

import gzip
import re
import secrets
from collections.abc import Callable
from typing import Any

from amends.plumbing.simulators.books import Refused, micros
from amends.plumbing.simulators.payments import wechat_bills as bills
from amends.plumbing.simulators.payments.book import Out
from amends.plumbing.simulators.payments.till import Till, day_of, instant
from amends.plumbing.simulators.serving import Reply

MCHID, APPID = "1900000109", "wxd678efh567hg6787"
Told = dict[str, Any]
REFUSALS: dict[str, tuple[int, str, str]] = {
    "unknown_tender": (404, "RESOURCE_NOT_EXISTS", "订单不存在"),
    "other_body": (400, "INVALID_REQUEST", "同一商户单号的参数应一致"),
    "other_currency": (400, "PARAM_ERROR", "退款币种与订单币种不一致"),
    "more_than_captured": (400, "INVALID_REQUEST", "申请退款金额超过可退金额"),
    "charged_back": (403, "USER_ACCOUNT_ABNORMAL", "订单资金被冻结，不能退款"),
    "insufficient_balance": (403, "NOT_ENOUGH", "基本账户余额不足，请充值后重新发起"),
}
REFUND_STATES = {"accepted": "PROCESSING", "paid": "SUCCESS", "failed": "CLOSED", "reversed": "ABNORMAL"}
TRANSFER_STATES = {"accepted": "PROCESSING", "paid": "SUCCESS", "failed": "FAIL", "reversed": "SUCCESS"}


class Wrong(Exception):
    """The request is refused: HTTP's status, WeChat's code and its words."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


class Methods:
    """The addresses, with the downloads of bills that were given out. `base` is where the wire's paths begin."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._bills: dict[str, tuple[bytes, int]] = {}

    def refund(self, till: Till, body: Told, _query: dict[str, str]) -> Told:
        """POST /v3/refund/domestic/refunds"""
        number, money = str(body.get("out_refund_no") or ""), body.get("amount") or {}
        if not re.fullmatch(r"[0-9A-Za-z_\-|*@]{1,64}", number) or not _is_sum(money.get("refund")) or not _is_sum(money.get("total")):
            raise Wrong(400, "PARAM_ERROR", "参数错误")
        trade = till.captured(str(body.get("transaction_id") or ""))
        if trade is None:
            raise Wrong(*REFUSALS["unknown_tender"])
        if money["total"] != trade.amount or money.get("currency") != trade.currency:
            raise Wrong(400, "PARAM_ERROR", "订单金额或币种与原订单不一致")
        row = _closed(till, number) or _paid(lambda: till.refund(number, trade.tender, money["refund"]))
        if (row.tender, row.asked) != (trade.tender, money["refund"]):
            raise Wrong(*REFUSALS["other_body"])
        return _refund_told(row, trade.amount)

    def refund_query(self, till: Till, _body: Told, query: dict[str, str]) -> Told:
        """GET /v3/refund/domestic/refunds/{out_refund_no}"""
        row = _known(till, query["number"])
        trade = till.captured(row.payment_ref)
        return _refund_told(row, trade.amount if trade else row.asked)

    def transfer(self, till: Till, body: Told, _query: dict[str, str]) -> Told:
        """POST /v3/fund-app/mch-transfer/transfer-bills"""
        number, amount, openid = str(body.get("out_bill_no") or ""), body.get("transfer_amount"), str(body.get("openid") or "")
        if not re.fullmatch(r"[0-9A-Za-z]{1,32}", number) or not _is_sum(amount) or not openid or not body.get("transfer_scene_id"):
            raise Wrong(400, "PARAM_ERROR", "参数错误")
        if body.get("appid") != APPID or not body.get("transfer_scene_report_infos"):
            raise Wrong(400, "INVALID_REQUEST", "未填写该转账场景的报备信息，或APPID不存在")
        row = _closed(till, number) or _paid(lambda: till.transfer(number, openid, int(amount or 0)))
        if (row.asked, row.payer) != (amount, openid):
            raise Wrong(*REFUSALS["other_body"])
        told = _transfer_told(row)
        return {name: told[name] for name in ("out_bill_no", "transfer_bill_no", "create_time", "state")}

    def transfer_query(self, till: Till, _body: Told, query: dict[str, str]) -> Told:
        """GET /v3/fund-app/mch-transfer/transfer-bills/out-bill-no/{out_bill_no}"""
        return _transfer_told(_known(till, query["number"]))

    def native(self, till: Till, body: Told, _query: dict[str, str]) -> Told:
        """POST /v3/pay/transactions/native"""
        number, total = str(body.get("out_trade_no") or ""), (body.get("amount") or {}).get("total")
        if not re.fullmatch(r"[0-9A-Za-z_\-|*]{6,32}", number) or not _is_sum(total) or not body.get("description"):
            raise Wrong(400, "PARAM_ERROR", "参数错误")
        till.page(number, str(body["description"]), int(total or 0))
        return {"code_url": f"weixin://wxpay/bizpayurl?pr={number}"}

    def scan(self, till: Till, told: Told) -> Reply:
        """The simulator's own: somebody has scanned the code and paid."""
        page = till.pay(str(told.get("code_url", "")).rpartition("=")[2])
        return Reply(200, {"transaction_id": page.payment_ref, "out_trade_no": page.key})

    def bill_address(self, till: Till, _body: Told, query: dict[str, str]) -> Told:
        """GET /v3/bill/tradebill and fundflowbill; unlike the real one it also has a bill of the day that is not over."""
        span = day_of(query.get("bill_date", ""))
        if span is None or query.get("tar_type", "GZIP") != "GZIP":
            raise Wrong(400, "PARAM_ERROR", "账单日期格式不正确")
        entries = till.entries(*span)
        if not entries:
            raise Wrong(400, "NO_STATEMENT_EXIST", "账单文件不存在")
        bill = bills.trade_bill(entries, MCHID, APPID) if query["kind"] == "tradebill" else bills.flow_bill(entries)
        token = secrets.token_urlsafe(16)
        self._bills[token] = (bill, till.gateway.book.now())
        return {"hash_type": "SHA1", "hash_value": bills.digest(bill), "download_url": f"{self.base}/v3/billdownload/file?token={token}"}

    def bill(self, till: Till, _body: Told, query: dict[str, str]) -> bytes:
        """GET /v3/billdownload/file: gzip, as tar_type asked for it."""
        bill, asked_at = self._bills.get(query.get("token", ""), (b"", 0))
        if not bill or till.gateway.book.now() - asked_at > bills.GOOD_FOR:
            raise Wrong(404, "RESOURCE_NOT_EXISTS", "账单下载地址已失效")
        return gzip.compress(bill)


ROUTES: list[tuple[str, re.Pattern[str], Callable[[Methods, Till, Told, dict[str, str]], Told | bytes]]] = [
    ("POST", re.compile(r"/v3/refund/domestic/refunds"), Methods.refund),
    ("GET", re.compile(r"/v3/refund/domestic/refunds/(?P<number>[^/]+)"), Methods.refund_query),
    ("POST", re.compile(r"/v3/fund-app/mch-transfer/transfer-bills"), Methods.transfer),
    ("GET", re.compile(r"/v3/fund-app/mch-transfer/transfer-bills/out-bill-no/(?P<number>[^/]+)"), Methods.transfer_query),
    ("POST", re.compile(r"/v3/pay/transactions/native"), Methods.native),
    ("GET", re.compile(r"/v3/bill/(?P<kind>tradebill|fundflowbill)"), Methods.bill_address),
    ("GET", re.compile(r"/v3/billdownload/file"), Methods.bill),
]


def _refund_notice(data: Told) -> tuple[str, str, Told]:
    state = REFUND_STATES[data["state"]]
    told = {
        "mchid": MCHID, "out_trade_no": data["tender"], "transaction_id": data["payment_ref"], "out_refund_no": data["key"],
        "refund_id": data["provider_ref"], "refund_status": state, "user_received_account": "支付用户零钱",
        "amount": {"total": data["amount"], "refund": data["amount"], "payer_total": data["amount"], "payer_refund": data["amount"]},
    }  # fmt: skip
    return f"REFUND.{state}", "refund", told | ({"success_time": _when(micros(data["at"]))} if state == "SUCCESS" else {})


def _transfer_notice(data: Told) -> tuple[str, str, Told]:
    told = {
        "out_bill_no": data["key"], "transfer_bill_no": data["provider_ref"], "state": TRANSFER_STATES[data["state"]], "mch_id": MCHID,
        "transfer_amount": data["amount"], "openid": data.get("payer_ref", ""), "update_time": _when(micros(data["at"])),
    }  # fmt: skip
    return "MCHTRANSFER.BILL.FINISHED", "mch_payment", told | ({"fail_reason": data["reason"]} if data.get("reason") else {})


def _capture_notice(data: Told) -> tuple[str, str, Told]:
    told = {
        "mchid": MCHID, "appid": APPID, "out_trade_no": data["key"], "transaction_id": data["payment_ref"], "trade_type": "NATIVE",
        "trade_state": "SUCCESS", "trade_state_desc": "支付成功", "bank_type": "OTHERS", "success_time": _when(micros(data["at"])),
        "payer": {"openid": data.get("payer_ref", "")},
        "amount": {"total": data["amount"], "payer_total": data["amount"], "currency": "CNY", "payer_currency": "CNY"},
    }  # fmt: skip
    return "TRANSACTION.SUCCESS", "transaction", told


NOTICES: dict[str, Callable[[Told], tuple[str, str, Told]]] = {
    "refund.paid": _refund_notice, "refund.failed": _refund_notice, "refund.reversed": _refund_notice,
    "transfer.paid": _transfer_notice, "transfer.failed": _transfer_notice, "capture.paid": _capture_notice,
}  # fmt: skip


def _closed(till: Till, number: str) -> Out | None:
    row = till.look(number)
    return row if row and row.state == "failed" and row.reason not in REFUSALS else None


def _paid(pay: Callable[[], Out]) -> Out:
    try:
        row = pay()
    except Refused as wrong:
        raise Wrong(*REFUSALS[wrong.code]) from wrong
    if row.state == "failed" and row.reason in REFUSALS:
        raise Wrong(*REFUSALS[row.reason])
    return row


def _known(till: Till, number: str) -> Out:
    row = till.look(number)
    if row is None or (row.state == "failed" and row.reason in REFUSALS):
        raise Wrong(404, "RESOURCE_NOT_EXISTS", "单号不存在")
    return row


def _refund_told(row: Out, total: int) -> Told:
    return {
        "refund_id": row.provider_ref, "out_refund_no": row.key, "transaction_id": row.payment_ref, "out_trade_no": row.tender,
        "channel": "ORIGINAL", "user_received_account": "支付用户零钱", "create_time": _when(row.since), "status": REFUND_STATES[row.state],
        "amount": {"total": total, "refund": row.amount, "payer_total": total, "payer_refund": row.amount, "settlement_refund": row.amount,
                   "settlement_total": total, "discount_refund": 0, "currency": row.currency, "from": []},
        **({"success_time": _when(row.at)} if row.state == "paid" else {}),
    }  # fmt: skip


def _transfer_told(row: Out) -> Told:
    told = {
        "mch_id": MCHID, "out_bill_no": row.key, "transfer_bill_no": row.provider_ref, "appid": APPID, "openid": row.payer,
        "state": TRANSFER_STATES[row.state], "transfer_amount": row.asked, "transfer_remark": "", "create_time": _when(row.since),
        "update_time": _when(row.at),
    }  # fmt: skip
    return told | ({"fail_reason": "PAYEE_ACCOUNT_ABNORMAL"} if row.state == "failed" else {})


def _is_sum(value: Any) -> bool:
    return type(value) is int and 0 < value < 10**11


def _when(instant_in_micros: int) -> str:
    return instant(instant_in_micros).isoformat(timespec="seconds")
