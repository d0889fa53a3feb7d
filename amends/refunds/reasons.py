"""What gateways' and banks' codes mean, in words: why a refund failed, why a payment was taken back, what an attempt was answered.

The code itself stays on record and is shown beside the words: it is what the gateway's own support asks for. Not about free text.
"""

from __future__ import annotations

from collections.abc import Mapping

from amends.kernel.texts import Text, say

ANSWERS: Mapping[str, Text] = {
    "paid": say("已付款", "paid"), "failed": say("未成功", "failed"), "accepted": say("已受理", "accepted"),
    "unheard": say("没有明确回音", "no clear answer"),
}  # fmt: skip
_CLOSED = say("收款账户或卡已关闭", "the account or card is closed")
_POOR = say("商户账户余额不足", "the merchant's balance is too low")
_BUSY = say("渠道系统繁忙", "the gateway was out of order")
_GONE = say("渠道没有这笔付款", "the gateway does not know the payment")
_LATE = say("超过可退款期限", "too late to be refunded")
_MISSING = say("称未收到商品", "goods said not to have come")
_FRAUD = say("称非本人交易", "said not to be the holder's own payment")
_TIMEOUT = say("没有按时回答", "no answer in time")
_CAME_BACK = say("款项被退回", "the money came back")
REASONS: Mapping[str, Text] = {
    # ours, whoever pays
    "never_received": say("渠道没有收到过", "the gateway never received it"),
    "reversed": _CAME_BACK,
    "timeout": _TIMEOUT,
    "other_amount": say("渠道付了另一个金额", "the gateway paid another sum"),
    "no_connection": say("连不上渠道", "the gateway could not be reached"),
    "other_currency": say("币种不一致", "another currency"),
    "not_understood": say("渠道的回答看不懂", "the gateway's answer was not understood"),
    "no_payment_ref": say("缺少原付款编号", "the payment's reference is missing"),
    "payee_not_known": say("收款人不明", "the payee is not known"),
    "payee_name_wanted": say("渠道要求收款人姓名", "the gateway wants the payee's name"),
    "amount_not_payable": say("渠道付不了这个金额", "the gateway can't pay this sum"),
    "batch_discarded": say("转账文件已作废", "the file was discarded"),
    "returned_by_bank": _CAME_BACK,
    # why a refund failed
    "account_closed": _CLOSED,
    "expired_or_canceled_card": _CLOSED,
    "user_account_abnormal": _CLOSED,
    "no_such_account": _CLOSED,
    "card_declined": say("发卡行拒收", "the card's bank declined it"),
    "declined": say("发卡行拒收", "the card's bank declined it"),
    "lost_or_stolen_card": say("卡已挂失", "the card was reported lost or stolen"),
    "insufficient_balance": _POOR,
    "insufficient_funds": _POOR,
    "not_enough": _POOR,
    "seller_balance_not_enough": _POOR,
    "system_error": _BUSY,
    "frequency_limited": say("请求过于频繁", "asked too often"),
    "invalid_parameter": say("请求不合渠道要求", "the request was not as the gateway wants it"),
    "trade_not_exist": _GONE,
    "resource_not_exists": _GONE,
    "resource_missing": _GONE,
    "trade_has_finished": _LATE,
    "trade_overdue": _LATE,
    "trade_has_close": say("原付款已关闭", "the payment is closed"),
    "charged_back": say("已被银行拒付", "taken back by the bank"),
    "charge_for_pending_refund_disputed": say("已被银行拒付", "taken back by the bank"),
    # why a bank took a payment back
    "not_received": _MISSING,
    "product_not_received": _MISSING,
    "fraudulent": _FRAUD,
    "unrecognized": _FRAUD,
    "product_unacceptable": say("称商品与描述不符", "goods said not to be as described"),
    "duplicate": say("称重复扣款", "said to be charged twice"),
    "credit_not_processed": say("称应退未退", "a refund said to be owed"),
    "subscription_canceled": say("称订阅已取消", "a subscription said to be over"),
    "general": say("未说明原因", "no reason given"),
    "complaint": say("消费者投诉", "a consumer's complaint"),
}


def reason_words(code: str) -> Text | None:
    """A code in words, None where it has none here: then it is shown as it came. Alipay's codes come with their group before a dot."""
    return REASONS.get(code.strip().rsplit(".", 1)[-1].lower())


def answer_words(state: str) -> Text | None:
    """What became of an attempt, None while nothing was heard."""
    return ANSWERS.get(state)
