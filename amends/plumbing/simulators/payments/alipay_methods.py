"""What the methods of Alipay's gateway do with the one book: refunds, transfers, bills, payment pages, and what notifications tell of them.

A refund is answered at once: it is paid, or it is refused. One whose time has not come answers fund_change=N, and its query says nothing.
"""

from __future__ import annotations

import html
import json
import secrets
from collections.abc import Callable
from typing import Any

from amends.plumbing.simulators.books import Refused
from amends.plumbing.simulators.payments import alipay_bills as bills
from amends.plumbing.simulators.payments.book import Captured, Out
from amends.plumbing.simulators.payments.till import Till, day_of, fen, instant, told_at, yuan
from amends.plumbing.simulators.serving import Reply

Told = dict[str, Any]
SECONDS = "%Y-%m-%d %H:%M:%S"
NOT_REFUNDED = {
    "unknown_tender": ("ACQ.TRADE_NOT_EXIST", "交易不存在"),
    "other_currency": ("ACQ.INVALID_PARAMETER", "参数无效"),
    "other_body": ("ACQ.DISCORDANT_REPEAT_REQUEST", "不一致的请求"),
    "more_than_captured": ("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "退款金额超限"),
    "charged_back": ("ACQ.REASON_TRADE_BEEN_FREEZEN", "请求退款的交易被冻结"),
    "insufficient_balance": ("ACQ.SELLER_BALANCE_NOT_ENOUGH", "卖家余额不足"),
    "account_closed": ("ACQ.TRADE_NOT_ALLOW_REFUND", "当前交易不允许退款"),
}
NOT_TRANSFERRED = {
    "insufficient_balance": ("PAYER_BALANCE_NOT_ENOUGH", "付款方余额不足"),
    "other_body": ("INVALID_PARAMETER", "同一商户单号的参数不一致"),
}
TRANSFER_STATES = {"accepted": "DEALING", "paid": "SUCCESS", "failed": "FAIL", "reversed": "REFUND"}
PAGE = """<!doctype html><meta charset="utf-8"><title>Alipay (simulator)</title><h1>{title}</h1><p>¥{amount}. No real money.</p>
<form method="post" action="{url}/pay"><input type="hidden" name="out_trade_no" value="{number}"><button>付款 Pay</button></form>"""


class Wrong(Exception):
    """The request is refused: gateway code, sub_code and sub_msg as Alipay words them; `unsigned` where no key can be chosen to sign."""

    def __init__(self, code: str, sub_code: str, sub_msg: str, *, unsigned: bool = False) -> None:
        super().__init__(sub_code)
        self.code, self.sub_code, self.sub_msg, self.unsigned = code, sub_code, sub_msg, unsigned


class Methods:
    """The methods, with the addresses of bills that were given out. `base` is where the wire's paths begin."""

    def __init__(self, base: str, serials: dict[str, str]) -> None:
        self.base, self.serials = base, serials
        self._bills: dict[str, tuple[str, str, int]] = {}

    def refund(self, till: Till, asked: Told, _told: Told) -> Told:
        """alipay.trade.refund"""
        trade, number, amount = _trade(till, asked), str(asked.get("out_request_no") or ""), fen(asked.get("refund_amount"))
        if not number or amount is None or len(number) > 64:
            raise Wrong("40004", "ACQ.INVALID_PARAMETER", "参数无效")
        try:
            row = till.refund(number, trade.tender, amount)
        except Refused as wrong:
            raise Wrong("40004", *NOT_REFUNDED[wrong.code]) from wrong
        if row.state == "failed":
            raise Wrong("40004", *NOT_REFUNDED[row.reason])
        done, after = row.state != "accepted", _trade(till, asked)
        told = {"trade_no": trade.payment_ref, "out_trade_no": trade.tender, "buyer_user_id": trade.payer_ref, "fund_change": "NY"[done],
                "refund_fee": yuan(after.held)}  # fmt: skip
        return told | ({"send_back_fee": yuan(row.amount)} if done else {})

    def refund_query(self, till: Till, asked: Told, _told: Told) -> Told:
        """alipay.trade.fastpay.refund.query"""
        trade, row = _trade(till, asked), till.look(str(asked.get("out_request_no") or ""))
        # Neither a refund on its way nor one that failed is told from one that never came: there is no refund_status then.
        if row is None or row.state not in ("paid", "reversed") or row.tender != trade.tender:
            return {}
        return {
            "trade_no": trade.payment_ref, "out_trade_no": trade.tender, "out_request_no": row.key, "total_amount": yuan(trade.amount),
            "refund_amount": yuan(row.amount), "refund_status": "REFUND_SUCCESS", "gmt_refund_pay": instant(row.at).strftime(SECONDS),
            "send_back_fee": yuan(row.amount),
        }  # fmt: skip

    def transfer(self, till: Till, asked: Told, told: Told) -> Told:
        """alipay.fund.trans.uni.transfer, to an account known by its 2088 number."""
        if (told.get("app_cert_sn"), told.get("alipay_root_cert_sn")) != (self.serials["alipay-app"], self.serials["alipay-root"]):
            raise Wrong("40006", "isv.insufficient-isv-permissions", "该接口只支持公钥证书模式")
        payee, number, amount = asked.get("payee_info") or {}, str(asked.get("out_biz_no") or ""), fen(asked.get("trans_amount"))
        if not number or amount is None or asked.get("product_code") != "TRANS_ACCOUNT_NO_PWD":
            raise Wrong("40004", "INVALID_PARAMETER", "参数有误")
        if payee.get("identity_type") != "ALIPAY_USER_ID" or not str(payee.get("identity", "")).startswith("2088"):
            raise Wrong("40004", "PAYEE_NOT_EXIST", "收款账号不存在")
        try:
            row = till.transfer(number, str(payee["identity"]), amount)
        except Refused as wrong:
            raise Wrong("40004", *NOT_TRANSFERRED.get(wrong.code, ("INVALID_PARAMETER", wrong.detail))) from wrong
        if row.state == "failed" and row.reason in NOT_TRANSFERRED:
            raise Wrong("40004", *NOT_TRANSFERRED[row.reason])
        return _transfer_told(row)

    def transfer_query(self, till: Till, asked: Told, _told: Told) -> Told:
        """alipay.fund.trans.common.query"""
        row = till.look(str(asked.get("out_biz_no") or ""))
        if row is None or (row.state == "failed" and row.reason in NOT_TRANSFERRED):
            raise Wrong("40004", "ORDER_NOT_EXIST", "转账订单不存在")
        return {**_transfer_told(row), "trans_amount": yuan(row.asked), "pay_date": instant(row.at).strftime(SECONDS)}

    def bill_address(self, till: Till, asked: Told, _told: Told) -> Told:
        """alipay.data.dataservice.bill.downloadurl.query; unlike the real one it also has a bill of the day that is not over."""
        kind, day = str(asked.get("bill_type")), str(asked.get("bill_date"))
        span = day_of(day)
        if kind not in ("trade", "signcustomer") or span is None:
            raise Wrong("40004", "INVAILID_ARGUMENTS", "入参不合法")
        if not till.entries(*span):
            raise Wrong("40004", "BILL_NOT_EXIST", "账单不存在")
        token = secrets.token_urlsafe(16)
        self._bills[token] = (kind, day, till.gateway.book.now())
        return {"bill_download_url": f"{self.base}/bill?token={token}"}

    def bill(self, till: Till, token: str) -> Reply:
        """The file of an address that was given out."""
        kind, day, asked_at = self._bills.get(token, ("", "", 0))
        span = day_of(day)
        if span is None or till.gateway.book.now() - asked_at > bills.GOOD_FOR:
            raise Refused(404, "bill_gone", "the address of a bill is good for 30 seconds")
        return Reply(200, bills.zipped(kind, day, till.entries(*span)), {"content-type": "application/zip"})

    def page(self, till: Till, asked: Told) -> Reply:
        """alipay.trade.page.pay: a page with one button."""
        amount, number = fen(asked.get("total_amount")), str(asked.get("out_trade_no") or "")
        if amount is None or not number:
            raise Wrong("40004", "ACQ.INVALID_PARAMETER", "参数无效")
        page = till.page(number, str(asked.get("subject", "")), amount)
        shown = PAGE.format(title=html.escape(page.title), amount=yuan(amount), url=self.base, number=html.escape(number))
        return Reply(200, shown.encode(), {"content-type": "text/html; charset=utf-8"})

    def pay(self, till: Till, number: str) -> Reply:
        """Somebody has pressed the button."""
        page = till.pay(number)
        return Reply(200, {"trade_no": page.payment_ref, "out_trade_no": number, "total_amount": yuan(page.amount)})


METHODS: dict[str, Callable[[Methods, Till, Told, Told], Told]] = {
    "alipay.trade.refund": Methods.refund,
    "alipay.trade.fastpay.refund.query": Methods.refund_query,
    "alipay.fund.trans.uni.transfer": Methods.transfer,
    "alipay.fund.trans.common.query": Methods.transfer_query,
    "alipay.data.dataservice.bill.downloadurl.query": Methods.bill_address,
}


def _refund_notice(data: Told) -> Told:
    return {
        "notify_type": "trade_status_sync", "trade_status": "TRADE_SUCCESS", "trade_no": data["payment_ref"],
        "out_trade_no": data["tender"], "out_biz_no": data["key"], "refund_fee": yuan(int(data["amount"])),
        "gmt_refund": told_at(data).strftime(f"{SECONDS}.000"), "buyer_id": data.get("payer_ref", ""),
    }  # fmt: skip


def _transfer_notice(data: Told) -> Told:
    content = {
        "out_biz_no": data["key"], "order_id": data["provider_ref"], "product_code": "TRANS_ACCOUNT_NO_PWD", "biz_scene": "DIRECT_TRANSFER",
        "trans_amount": yuan(int(data["amount"])), "action_type": "FINISH", "status": TRANSFER_STATES[data["state"]],
        "fail_reason": data.get("reason", ""), "pay_date": told_at(data).strftime(SECONDS),
    }  # fmt: skip
    return {"msg_method": "alipay.fund.trans.order.changed", "biz_content": json.dumps(content, ensure_ascii=False)}


def _capture_notice(data: Told) -> Told:
    return {
        "notify_type": "trade_status_sync", "trade_status": "TRADE_SUCCESS", "trade_no": data["payment_ref"], "out_trade_no": data["key"],
        "gmt_payment": told_at(data).strftime(SECONDS), "total_amount": yuan(int(data["amount"])),
        "receipt_amount": yuan(int(data["amount"])), "buyer_id": data.get("payer_ref", ""),
    }  # fmt: skip


NOTICES: dict[str, Callable[[Told], Told]] = {
    "refund.paid": _refund_notice, "transfer.paid": _transfer_notice, "transfer.failed": _transfer_notice,
    "transfer.reversed": _transfer_notice, "capture.paid": _capture_notice,
}  # fmt: skip


def _trade(till: Till, asked: Told) -> Captured:
    trade = till.captured(str(asked.get("trade_no") or ""))
    if trade is None:
        raise Wrong("40004", *NOT_REFUNDED["unknown_tender"])
    return trade


def _transfer_told(row: Out) -> Told:
    more = {"error_code": "PAYEE_ACCOUNT_STATUS_ERROR", "fail_reason": row.reason} if row.state in ("failed", "reversed") else {}
    told = {"out_biz_no": row.key, "order_id": row.provider_ref, "pay_fund_order_id": row.provider_ref}
    return told | {"status": TRANSFER_STATES[row.state], "trans_date": instant(row.at).strftime(SECONDS)} | more
