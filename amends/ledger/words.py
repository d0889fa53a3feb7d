"""What accounts and postings are called, for people. Not which accounts a posting moves: rules.py says that."""

from __future__ import annotations

from amends.kernel.money import Money
from amends.kernel.parties import NAMES
from amends.kernel.texts import Text, say
from amends.ledger.rules import POSTINGS

ACCOUNTS: dict[tuple[str, str], Text] = {
    ("clearing", "gateway"): say("收款渠道", "payment gateways"),
    ("clearing", "bank"): say("银行账户", "bank account"),
    ("merchant", "held"): say("商家货款", "held for the merchant"),
    ("merchant", "receivable"): say("应收商家", "owed by the merchant"),
    ("merchant", "deposit"): say("商家保证金", "the merchant's deposit"),
    ("merchant", "deposit_held"): say("冻结的保证金", "deposit on hold"),
    ("merchant", "disputed"): say("拒付处理中", "disputed"),
    ("merchant", "claims"): say("商家自行向消费者收的款", "what consumers owe the merchant directly"),
    ("merchant", "vouchers_given"): say("商家发出的券", "vouchers given by the merchant"),
    ("consumer", "receivable"): say("应收消费者", "owed by the consumer"),
    ("consumer", "owed"): say("应退消费者", "owed to the consumer"),
    ("consumer", "credit"): say("消费者余额", "store credit"),
    ("consumer", "points"): say("消费者积分", "points"),
    ("consumer", "vouchers"): say("消费者的券", "vouchers of the consumer"),
    ("platform", "commission"): say("平台佣金", "commission"),
    ("platform", "cost"): say("平台承担", "borne by the platform"),
    ("platform", "losses"): say("平台损失", "losses of the platform"),
    ("platform", "vouchers_given"): say("平台发出的券", "vouchers given by the platform"),
    ("platform", "points_given"): say("平台发出的积分", "points given by the platform"),
    ("carrier", "receivable"): say("应收承运商", "owed by the carrier"),
    ("supplier", "receivable"): say("应收供应商", "owed by the supplier"),
    ("insurer", "receivable"): say("应收保险公司", "owed by the insurer"),
    ("insurer", "premium"): say("应付保费", "premiums for the insurer"),
}
"""Every account that postings may name. A test asks this of rules.POSTINGS."""

WHAT: dict[str, Text] = {
    "advance_charged": say("先换后退未寄回，计入应收", "charged for what was sent ahead and never came back"),
    "advance_forgiven": say("先换后退不再收取", "no longer charged for what was sent ahead"),
    "captured": say("收款", "payment taken in"),
    "captured_more": say("补差价收款", "supplement taken in"),
    "commission": say("收取佣金", "commission taken"),
    "commission_back": say("退还佣金", "commission given back"),
    "commission_again": say("重新收取佣金", "commission taken again"),
    "owed": say("应退款", "refund owed"),
    "dropped": say("不再退款", "refund owed no longer"),
    "paid": say("退款到账", "refund paid"),
    "owed_by_us": say("平台应付", "owed at the platform's cost"),
    "dropped_by_us": say("平台不再应付", "owed no longer by the platform"),
    "owed_insured": say("保险应付", "owed at the insurer's cost"),
    "dropped_insured": say("保险不再应付", "owed no longer by the insurer"),
    "paid_bank": say("银行转账退款", "paid by bank transfer"),
    "paid_credit": say("退至余额", "paid as store credit"),
    "reversed": say("退款被退回", "refund came back"),
    "reversed_bank": say("转账被退回", "bank transfer came back"),
    "reversed_credit": say("余额退回", "store credit taken back"),
    "disputed": say("银行拒付", "chargeback opened"),
    "dispute_won": say("拒付已驳回", "chargeback won"),
    "dispute_lost": say("拒付成立", "chargeback lost"),
    "covered": say("银行已赔付，抵退款", "refund covered by the bank"),
    "covered_late": say("银行先已赔付，抵退款", "refund covered by an earlier chargeback"),
    "voucher_given": say("商家发券", "voucher given by the merchant"),
    "voucher_given_ours": say("平台发券", "voucher given by the platform"),
    "voucher_ended": say("商家券用掉或失效", "merchant's voucher used or ended"),
    "voucher_ended_ours": say("平台券用掉或失效", "platform's voucher used or ended"),
    "voucher_met": say("平台券兑付给商家", "platform's voucher paid to the merchant"),
    "points_given": say("发积分", "points given"),
    "points_ended": say("积分用掉或收回", "points used or taken back"),
    "credit_spent": say("余额支付", "store credit spent"),
    "credit_taken": say("余额收回", "store credit taken back by the platform"),
    "liable": say("定为承担方", "charged to the bearer"),
    "excused": say("免除承担", "excused"),
    "borne": say("承担方已付", "paid by the bearer"),
    "written_off": say("核销", "written off"),
    "given_back": say("退回多付的追偿款", "given back to whoever paid for nothing"),
    "ruled_on_us": say("裁决由平台承担的部分", "what a ruling lets the platform bear"),
    "test_paid": say("平台垫付检测费", "test advanced by the platform"),
    "test_owed": say("检测费由消费者承担", "test charged to the consumer"),
    "test_claimed": say("商家垫付的检测费由消费者承担", "test that the merchant advanced, charged to the consumer"),
    "deposit_in": say("保证金转入", "deposit paid in"),
    "deposit_hold": say("冻结保证金", "deposit put on hold"),
    "deposit_release": say("解冻保证金", "deposit released"),
    "deposit_due": say("应扣保证金", "deduction due"),
    "deposit_taken": say("扣除保证金", "taken from the deposit"),
    "deposit_out": say("保证金转出", "deposit paid out"),
    "premium_merchant": say("运费险保费（商家付）", "insurance premium, paid by the merchant"),
    "premium_platform": say("运费险保费（平台付）", "insurance premium, paid by the platform"),
    "premium_consumer": say("运费险保费（消费者付）", "insurance premium, paid by the consumer"),
    "insurer_named": say("记到具体保险公司", "moved to the insurer by name"),
    "insurer_unnamed": say("从具体保险公司转回", "moved back from the insurer by name"),
}  # fmt: skip
"""What each posting means; every key of rules.POSTINGS has its words (a test asks)."""

HOLDERS: dict[str, Text] = {
    **{party.value: name for party, name in NAMES.items()},
    "clearing": say("结算", "clearing"), "insurer": say("保险公司", "insurer"),
}  # fmt: skip
OTHER = say("其他", "other")


def account_name(party: str, name: str) -> Text:
    """What an account is called."""
    return ACCOUNTS.get((party, name)) or say("{party}：{name}", "{party}: {name}", party=party_name(party), name=name)


def party_name(party: str) -> Text:
    """Whose account it is, in words."""
    return HOLDERS.get(party) or OTHER


def what_name(what: str) -> Text:
    """What happened, in words."""
    return WHAT.get(what) or OTHER


def unnamed() -> list[str]:
    """Postings and accounts of the chart that have no words; none, by a test."""
    lost = [what for what in POSTINGS if what not in WHAT]
    return lost + [f"{party}.{name}" for sides in POSTINGS.values() for party, name in sides if (party, name) not in ACCOUNTS]


def sum_words(minor: int, unit: str) -> Text:
    """A sum of any unit of account for people: money, coupons and vouchers of a currency, points."""
    if unit == "points":
        return say("{n} 积分", "{n} points", n=minor)
    currency, _, kind = unit.partition(".")
    money = Money(minor, currency)
    spoken = Text(money.into("zh"), money.into("en"))
    if not kind:
        return spoken
    if kind == "coupon":
        return say("{sum} 优惠券", "{sum} in coupons", sum=spoken)
    return say("{sum} 代金券", "{sum} in vouchers", sum=spoken)


def unit_words(unit: str) -> Text:
    """A unit of account by name: a currency by its code, which is the same in every language."""
    if unit == "points":
        return say("积分", "points")
    currency, _, kind = unit.partition(".")
    if not kind:
        return Text(currency, currency)
    if kind == "coupon":
        return say("优惠券（{unit}）", "coupons in {unit}", unit=currency)
    return say("代金券（{unit}）", "vouchers in {unit}", unit=currency)
