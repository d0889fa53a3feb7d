"""What statements, comparisons and differences are called, for every face; the keys are what the rows hold."""

from __future__ import annotations

from collections.abc import Mapping

from amends.kernel.texts import Text, say

BANK = "bank"
"""The gateway of payments by bank transfer: nobody can be asked, its statement is a file."""

GATEWAYS: dict[str, Text] = {
    "house": say("自有支付网关", "house gateway"),
    "stripe": say("Stripe", "Stripe"),
    "alipay": say("支付宝", "Alipay"),
    "wechat": say("微信支付", "WeChat Pay"),
    BANK: say("银行转账", "bank transfer"),
}
KINDS: dict[str, Text] = {
    "missing_here": say("我方没有", "missing here"),
    "missing_there": say("对方没有", "missing there"),
    "amount_differs": say("金额不同", "amount differs"),
    "status_differs": say("状态不同", "status differs"),
}
KIND_SAYS: dict[str, Text] = {
    "missing_here": say("账单里有，我们的账上没有。", "It stands in the statement and not in our books."),
    "missing_there": say("我们的账上有，账单里没有。", "It stands in our books and not in the statement."),
    "amount_differs": say("两边都有，金额不同。", "It stands in both, with different amounts."),
    "status_differs": say("两边都有，状态不同。", "It stands in both, at different states."),
}
WHAT: dict[str, Text] = {
    "capture": say("收款", "capture"),
    "refund": say("退款", "refund"),
    "transfer": say("付款", "transfer"),
    "chargeback": say("银行拒付", "chargeback"),
    "fee": say("手续费", "fee"),
}
RESOLUTIONS: dict[str, Text] = {
    "gone": say("后来对上了", "agreed later"),
    "written": say("已更正我方账目", "our books were put right"),
    "theirs": say("渠道已更正", "the gateway put it right"),
    "accepted": say("已说明，不再动钱", "explained, no money moves"),
}
BY_HAND = ("written", "theirs", "accepted")
STATES: dict[str, Text] = {
    "captured": say("已收款", "captured"),
    "paid": say("已付", "paid"),
    "failed": say("未成功", "failed"),
    "reversed": say("已退回", "reversed"),
    "returned": say("已退还", "returned"),
    "open": say("拒付处理中", "dispute open"),
    "consumer": say("消费者胜", "consumer won"),
    "merchant": say("商家胜", "merchant won"),
    "intended": say("未开始", "not started"),
    "frozen": say("已冻结", "frozen"),
    "sent": say("已发出", "sent"),
    "unknown": say("核对中", "being checked"),
    "settled": say("已入账", "settled"),
    "covered": say("银行已付", "paid by the bank"),
    "redirected": say("已改道", "redirected"),
    "dropped": say("已撤销", "dropped"),
}


def gateway_name(name: str) -> Text:
    """What people call a gateway; one that is unknown is called by its own name."""
    return GATEWAYS.get(name) or say(name, name)


def state_name(state: str) -> Text | None:
    """A state in words, None where there is none."""
    return (STATES.get(state) or say(state, state)) if state else None


def choices(names: Mapping[str, Text]) -> Text:
    """What may be chosen, each in words with the code that programs use for it."""
    told = {language: [f"{text.into(language)} ({code})" for code, text in names.items()] for language in ("zh", "en")}
    return Text("、".join(told["zh"]), ", ".join(told["en"]))
