"""What is told of compensation: given, running out, taken back; and of a difference that a consumer is asked to pay on top."""

from __future__ import annotations

from collections.abc import Mapping

from amends.notices.rules.sentences.told import Told, told

GIVING: Mapping[str, Told] = {
    "compensated": told(
        "你收到了补偿", "You were given compensation",
        "{shop}的售后单 {case} 给了你补偿，是什么、有多少、怎么用，见售后单的“补偿”。"
        "钱会原路或按你登记的账户到账；优惠券和积分已在你的钱包里。",
        "Something was given to you in case {case} ({shop}): what, how much and how to use it stands under “Compensation” of the case. "
        "Money arrives the way you paid or at the account you named; vouchers and points are in your purse already.",
    ),
    "compensated_merchant": told(
        "售后单上给了补偿", "Compensation was given on a case",
        "售后单 {case} 给了消费者补偿，由谁承担见售后单的“补偿”。",
        "The consumer of case {case} was given compensation; who bears it stands under “Compensation” of the case.",
    ),
    "voucher_runs_out": told(
        "优惠券快到期了", "A voucher runs out soon",
        "售后单 {case} 给你的优惠券快到期了，到期后不能再用。在钱包里可以看到到期时间。",
        "The voucher that you were given in case {case} runs out soon and can't be used afterwards. Its end stands in your purse.",
    ),
    "voucher_ran_out": told(
        "优惠券已过期", "A voucher has run out",
        "售后单 {case} 给你的优惠券没有使用，已经过期。",
        "The voucher that you were given in case {case} was not used and has run out.",
    ),
    "voucher_taken_back": told(
        "优惠券被收回", "A voucher was taken back",
        "售后单 {case} 给你的优惠券被收回，理由在钱包里。",
        "The voucher that you were given in case {case} was taken back; why stands in your purse.",
    ),
    "supplement_asked": told(
        "请补差价", "Please pay a difference",
        "售后单 {case} 换的商品更贵，请在售后单里补差价。逾期没有补，就不再要你补，按原来的商品继续处理。",
        "What you chose in case {case} costs more; please pay the difference there. If you don't in time, you are no longer asked to, and "
        "the case goes on with the goods that you had.",
    ),
    "supplement_paid": told(
        "差价已收到", "The difference was paid",
        "售后单 {case} 的差价已收到。{next}",
        "The difference of case {case} has arrived. {next}",
    ),
    "supplement_lapsed": told(
        "差价逾期未补", "A difference was not paid in time",
        "售后单 {case} 的差价没有按时补，不再需要补。{next}",
        "The difference of case {case} was not paid in time and is no longer asked for. {next}",
    ),
    "supplement_dropped": told(
        "不用补差价了", "There is no difference to pay any more",
        "售后单 {case} 不再需要补差价。已经付了的话，会原路退回。",
        "Nothing more is asked of you in case {case}. What you have paid already goes back the way it came.",
    ),
    "supplement_back": told(
        "你补的差价会退回", "What you paid as a difference goes back",
        "你在售后单 {case} 补的差价 {sum} 不需要了，正在原路退回。{next}",
        "The {sum} that you paid as a difference in case {case} is not needed and is on its way back to where it came from. {next}",
    ),
    "supplement_back_shop": told(
        "补的差价退回消费者", "A difference goes back to the consumer",
        "售后单 {case} 的消费者补的差价 {sum} 不需要了，正在原路退回，原因见时间线。",
        "The {sum} that the consumer of case {case} paid as a difference is on its way back; why stands on the timeline.",
    ),
    "supplement_back_desk": told(
        "收到不该收的差价", "An unasked difference was handed back",
        "售后单 {case} 收到了没有人要的差价 {sum}，已登记并原路退回，请留意是否到账。",
        "{sum} came in for case {case} that nothing asked for any more. It is booked and on its way back; please see that it arrives.",
    ),
}  # fmt: skip
