"""What a merchant's accounts and the things that happen in them are called on its statement."""

from __future__ import annotations

from amends.kernel.texts import Text, say

ACCOUNTS: dict[str, Text] = {
    "held": say("代收货款", "sales held for you"),
    "receivable": say("应付平台", "what you owe"),
    "deposit": say("保证金", "deposit"),
    "deposit_held": say("冻结的保证金", "deposit on hold"),
    "disputed": say("拒付待定", "disputed by banks"),
    "vouchers_given": say("发出的优惠券", "vouchers given"),
}
POSTINGS: dict[str, Text] = {
    "captured": say("订单收款", "order paid"),
    "captured_more": say("补差价收款", "difference paid"),
    "commission": say("平台佣金", "commission"),
    "commission_back": say("退回佣金", "commission given back"),
    "owed": say("应退消费者", "owed to the consumer"),
    "dropped": say("退款取消", "refund not needed"),
    "disputed": say("银行拒付", "chargeback opened"),
    "dispute_won": say("拒付已撤销", "chargeback won"),
    "dispute_lost": say("拒付损失", "chargeback lost"),
    "covered": say("银行已赔付消费者", "paid by chargeback"),
    "covered_late": say("拒付后退款核销", "refund met by chargeback"),
    "voucher_given": say("发放优惠券", "voucher given"),
    "voucher_ended": say("优惠券结束", "voucher ended"),
    "voucher_met": say("平台券结算", "platform's voucher met"),
    "credit_spent": say("消费者余额支付", "store credit spent"),
    "liable": say("追偿确定", "charge settled on"),
    "excused": say("追偿取消", "charge excused"),
    "borne": say("追偿付清", "charge paid"),
    "written_off": say("追偿核销", "charge written off"),
    "deposit_in": say("保证金充值", "deposit topped up"),
    "deposit_hold": say("保证金冻结", "deposit held"),
    "deposit_release": say("保证金解冻", "deposit freed"),
    "deposit_due": say("应扣款", "deduction due"),
    "deposit_taken": say("保证金扣款", "taken from the deposit"),
    "deposit_out": say("保证金退还", "deposit paid out"),
    "premium_merchant": say("运费险保费", "freight insurance premium"),
}
RETURNED = say("退回佣金", "commission given back")


def posting_name(what: str, account: str) -> Text:
    """What happened, for the holder of this account."""
    return POSTINGS.get(what) or say("账目（{what}）", "entry ({what})", what=what)
