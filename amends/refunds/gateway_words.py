"""What the set-up page, the API and the command say about gateways: offers, states of pushes, and what nobody has tried yet.

docs/untried.md says the same at more length.
"""

from __future__ import annotations

from amends.kernel.texts import Text, say

STATES: dict[str, Text] = {
    "stored": say("待处理", "waiting"),
    "worked": say("已处理", "worked"),
    "ignored": say("与我们无关", "not about us"),
    "failed": say("没能处理", "could not be worked"),
}
KINDS: dict[str, Text] = {
    "refund.paid": say("退款成功", "refund paid"),
    "refund.failed": say("退款失败", "refund failed"),
    "refund.reversed": say("退款被退回", "refund came back"),
    "transfer.paid": say("转账成功", "transfer paid"),
    "transfer.failed": say("转账失败", "transfer failed"),
    "chargeback.opened": say("银行拒付", "chargeback opened"),
    "chargeback.decided": say("拒付有了结果", "chargeback decided"),
    "capture.paid": say("补款已付", "payment received"),
    "other": say("其他", "other"),
}
UNTRIED: dict[str, Text] = {
    "house": say(
        "只对着我们自己的模拟器试过。这是给自有网关的约定，没有真的网关接过。",
        "Tried against our own simulator only. It is a contract for a gateway of your own; no real one has been connected.",
    ),
    "stripe": say(
        "只对着模拟器试过，用的是 Stripe 官方库和它的签名。没有试过真实账户：银行何时给出失败、拒付的全过程、非银行卡的付款方式。",
        "Tried against the simulator only, with Stripe's own library and signatures. Not tried with a real account: when banks tell of"
        " failures, the whole course of a dispute, means of payment other than cards.",
    ),
    "alipay": say(
        "只对着模拟器试过，签名是真的 RSA2。没有试过真实商户号：账单的实际列、转账产品的额度与审核、退款通知的时间。",
        "Tried against the simulator only, with real RSA2 signatures. Not tried with a real merchant: the columns of its bills, limits and"
        " review of transfers, when notifications of refunds come.",
    ),
    "wechat": say(
        "只对着模拟器试过，签名和回调加密是真的。没有试过真实商户号：微信支付公钥的轮换、商家转账的场景与用户确认、账单的实际列。",
        "Tried against the simulator only, with real signatures and sealed callbacks. Not tried with a real merchant: rotation of WeChat"
        " Pay's keys, scenes of transfers and the payee's confirmation, the columns of its bills.",
    ),
}
OFFERS: dict[str, Text] = {
    "refund": say("原路退回", "back to the tender"),
    "transfer": say("转账到账户", "to an account"),
    "pay_link": say("收款页", "page to pay on"),
    "statement": say("账单", "statement"),
    "webhook": say("推送", "pushes"),
}
GIVEN = say("已设置", "set")
BY_FILE = say("由文件给出", "set by a file")
USUAL = say("默认值", "usual value")
OPTIONAL = say("可不设", "optional")
MISSING = say("缺", "missing")
PLAYED = say("由模拟器给出", "from the simulator")
