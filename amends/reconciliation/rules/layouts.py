"""The statements that the providers themselves write, as mappings: a file is known by its header alone.

After the providers' own documents: Alipay 业务明细 (trade) and 账务明细 (signcustomer) of alipay.data.dataservice.bill.downloadurl.query;
WeChat Pay 交易账单 and 资金账单 of v3/bill; Stripe's itemised balance report and the balance history of its dashboard; a bank's list of
movements. What Alipay's and WeChat's lists of movements repeat of the list of trades is left out there.
"""

from __future__ import annotations

from collections.abc import Sequence

from amends.reconciliation.rules.mapping import IGNORED, OUR_KINDS, OUR_STATES, Sheet

CHINA = {"currency": "CNY", "zone": "Asia/Shanghai"}

ALIPAY_TRADES = Sheet(
    name="alipay_trades",
    gateway="alipay",
    columns={
        "provider_ref": "支付宝交易号", "payment_ref": "支付宝交易号", "tender": "商户订单号", "kind": "业务类型", "at": "完成时间",
        "amount": "订单金额（元）", "key": "退款批次号/请求号", "fee": "服务费（元）",
    },
    kinds={"交易": "capture", "退款": "refund"},
    options=CHINA,
    closed_by="业务明细列表结束",
)  # fmt: skip
ALIPAY_MOVEMENTS = Sheet(
    name="alipay_movements",
    gateway="alipay",
    columns={
        "provider_ref": "业务流水号", "key": "商户订单号", "kind": "业务类型", "at": "发生时间", "income": "收入金额（+元）",
        "outgo": "支出金额（-元）", "reason": "备注",
    },
    kinds={"转账": "transfer", "转账到支付宝": "transfer", "商家转账": "transfer", "收费": "fee", "服务费": "fee"},
    options=CHINA,
    closed_by="账务明细列表结束",
)  # fmt: skip
WECHAT_TRADES = Sheet(
    name="wechat_trades",
    gateway="wechat",
    columns={
        "provider_ref": "微信订单号", "payment_ref": "微信订单号", "tender": "商户订单号", "kind": "交易状态", "at": "交易时间",
        "amount": "订单金额", "currency": "货币种类", "fee": "手续费", "key": "商户退款单号", "refund_ref": "微信退款单号",
        "refund_amount": "申请退款金额", "refund_state": "退款状态",
    },
    kinds={"success": "capture", "refund": "refund", "revoked": "refund"},
    states={
        "success": "paid", "processing": IGNORED, "fail": "failed", "failed": "failed", "change": "failed", "closed": "failed",
        "abnormal": "failed",
    },
    options=CHINA,
    ends_at=("总交易单数",),
)  # fmt: skip
WECHAT_MOVEMENTS = Sheet(
    name="wechat_movements",
    gateway="wechat",
    columns={
        "provider_ref": "微信支付业务单号", "key": "业务凭证号", "kind": "业务类型", "at": "记账时间", "amount": "收支金额(元)",
        "reason": "备注",
    },
    kinds={"商家转账": "transfer", "转账": "transfer", "企业付款": "transfer", "扣除交易手续费": "fee", "手续费": "fee"},
    options=CHINA,
    ends_at=("资金流水总笔数",),
)  # fmt: skip
STRIPE_KINDS = {
    "charge": "capture", "payment": "capture", "refund": "refund", "payment_refund": "refund", "refund_failure": "refund",
    "payment_failure_refund": "refund", "dispute": "chargeback", "dispute_reversal": "chargeback", "fee": "fee", "stripe_fee": "fee",
}  # fmt: skip
STRIPE_STATES = {"refund_failure": "failed", "payment_failure_refund": "failed", "dispute_reversal": "merchant"}
STRIPE_ITEMS = Sheet(
    name="stripe_items",
    gateway="stripe",
    columns={
        "provider_ref": "source_id", "kind": "reporting_category", "state": "reporting_category", "at": "created_utc", "amount": "gross",
        "currency": "currency", "fee": "fee", "payment_ref": "payment_intent_id", "key": "refund_metadata[amends_key]",
        "reason": "description",
    },
    kinds=STRIPE_KINDS,
    states=STRIPE_STATES,
    options={"currency": "USD", "zone": "UTC"},
)  # fmt: skip
STRIPE_HISTORY = Sheet(
    name="stripe_history",
    gateway="stripe",
    columns={
        "provider_ref": "Source", "kind": "Type", "state": "Type", "at": "Created (UTC)", "amount": "Amount", "currency": "Currency",
        "fee": "Fee", "key": "amends_key (metadata)", "reason": "Description",
    },
    kinds=STRIPE_KINDS,
    states=STRIPE_STATES,
    options={"currency": "USD", "zone": "UTC"},
)  # fmt: skip
BANK_MOVEMENTS = Sheet(
    name="bank_movements",
    gateway="bank",
    columns={"provider_ref": "交易流水号", "at": "交易时间", "income": "贷方发生额", "outgo": "借方发生额", "key": "摘要"},
    options=CHINA | {"outgo": "transfer", "income": IGNORED},
)
OURS = Sheet(
    name="amends",
    columns={name: name for name in (
        "kind", "provider_ref", "key", "payment_ref", "tender", "amount", "currency", "state", "reason", "at",
    )},
    kinds=OUR_KINDS,
    states=OUR_STATES,
    options=CHINA,
)  # fmt: skip
LAYOUTS = (
    ALIPAY_TRADES, ALIPAY_MOVEMENTS, WECHAT_TRADES, WECHAT_MOVEMENTS, STRIPE_ITEMS, STRIPE_HISTORY, BANK_MOVEMENTS, OURS,
)  # fmt: skip
SPARE = frozenset({"fee", "reason", "key", "currency", "tender", "payment_ref"})
"""Columns that a provider leaves out in some exports: a layout is known without them."""
STAND_FOR = {
    "订单金额": ("订单金额", "应结订单金额", "总金额"),
    "申请退款金额": ("申请退款金额", "退款金额"),
    "订单金额（元）": ("订单金额（元）", "商家实收（元）"),
    "refund_metadata[amends_key]": ("refund_metadata[amends_key]", "payment_metadata[amends_key]", "metadata[amends_key]"),
    "交易流水号": ("交易流水号", "流水号", "日志号", "凭证号"),
    "交易时间": ("交易时间", "交易日期", "记账日期"),
    "借方发生额": ("借方发生额", "借方金额", "支出金额", "支出"),
    "贷方发生额": ("贷方发生额", "贷方金额", "收入金额", "收入"),
    "摘要": ("附言", "用途", "摘要", "备注"),
}
"""Headers that changed over the years or differ from bank to bank, the best first."""


def known_sheet(header: Sequence[str]) -> Sheet | None:
    """The provider's layout that this header is of, with only the columns that it has; None where it is none of them."""
    return next((found for layout in LAYOUTS if (found := _fitted(layout, header))), None)


def _fitted(layout: Sheet, header: Sequence[str]) -> Sheet | None:
    columns = {}
    for ours, theirs in layout.columns.items():
        there = next((word for word in STAND_FOR.get(theirs, (theirs,)) if word in header), None)
        if there is None and ours not in SPARE:
            return None
        if there is not None:
            columns[ours] = there
    return Sheet(columns, layout.kinds, layout.states, layout.options, layout.name, layout.gateway, layout.ends_at, layout.closed_by)
