"""What is told of who finally bears a cost: asked, answered, presumed, decided, paid. Never to the consumer, whose money waits for none."""

from __future__ import annotations

from collections.abc import Mapping

from amends.notices.rules.sentences.told import Told, told

BEARING: Mapping[str, Told] = {
    "charge_asked": told(
        "有一笔费用向你追偿", "A cost is asked of you",
        "平台就售后单 {case} 向你追偿 {sum}，理由在“追偿”页面。请在 {due}前承认或否认；到时没有答复，{silence}。",
        "The platform asks you to bear {sum} of case {case}; why stands under “Charges”. "
        "Admit or deny it by {due}. Otherwise: {silence}.",
    ),
    "charge_asked_other": told(
        "平台正在代你追偿", "Your cost is being claimed back",
        "售后单 {case} 由你承担的费用中，平台正在向责任方追偿 {sum}，有结果会通知你，你不用做什么。",
        "The platform asks whoever is liable to bear {sum} of what case {case} cost you. You are told what comes of it; there is nothing "
        "for you to do.",
    ),
    "charge_admitted_other": told(
        "追偿款已记入你的账户", "A cost comes back to you",
        "售后单 {case} 的追偿已确定，{sum} 已记入你的账户。",
        "Somebody else bears {sum} of case {case}; it stands in your account.",
    ),
    "charge_admitted_agent": told(
        "追偿已被承认", "A charge was admitted",
        "售后单 {case} 的追偿 {sum} 已被承认，等对方付款。",
        "The charge of {sum} in case {case} was admitted and waits to be paid.",
    ),
    "charge_contested": told(
        "追偿有争议，等裁定", "A charge is contested",
        "售后单 {case} 的追偿 {sum} 被否认。请在 {due}前裁定由谁承担；到时没有裁定，{silence}。",
        "The charge of {sum} in case {case} was denied. Decide by {due} who bears it. Otherwise: {silence}.",
    ),
    "charge_contested_other": told(
        "责任方否认了追偿", "The charge for you was denied",
        "售后单 {case} 的追偿 {sum} 被责任方否认，由平台裁定。",
        "The charge of {sum} in case {case} was denied; the platform decides.",
    ),
    "charge_presumed": told(
        "追偿视为承认", "You are presumed liable",
        "售后单 {case} 的追偿 {sum} 在 {until}前没有答复，按“{rule}”视为由你承担。请在 {due}前付清；到时没有付清，{silence}。",
        "The charge of {sum} in case {case} had no answer by {until}, so under the rule “{rule}” you are presumed liable. "
        "Pay it by {due}. Otherwise: {silence}.",
    ),
    "charge_presumed_other": told(
        "追偿款已记入你的账户", "A cost comes back to you",
        "责任方在 {until}前没有答复，按“{rule}”视为承担；售后单 {case} 的 {sum} 已记入你的账户。",
        "Whoever was asked did not answer by {until}, so under the rule “{rule}” they bear it: {sum} of case {case} stands in your "
        "account.",
    ),
    "charge_held": told(
        "裁定由你承担费用", "You are held liable",
        "平台裁定售后单 {case} 的 {sum} 由你承担，理由在页面上。请在 {due}前付清；到时没有付清，{silence}。",
        "The platform holds you liable for {sum} of case {case}; the reasons stand on the page. Pay it by {due}. Otherwise: {silence}.",
    ),
    "charge_excused": told(
        "追偿已取消", "A charge against you is over",
        "售后单 {case} 的追偿 {sum} 已取消，不由你承担。",
        "The charge of {sum} in case {case} is withdrawn; you do not bear it.",
    ),
    "charge_excused_other": told(
        "追偿没有成立", "A charge for you came to nothing",
        "售后单 {case} 的追偿 {sum} 没有成立，费用仍由你承担，理由在页面上。",
        "The charge of {sum} in case {case} came to nothing, so you bear the cost; the reasons stand on the page.",
    ),
    "charge_borne": told(
        "追偿款已结清", "A charge is settled",
        "售后单 {case} 的追偿 {sum} 已结清，账目在“账单”页面。",
        "The charge of {sum} in case {case} is settled; it stands in your statement.",
    ),
    "charge_borne_other": told(
        "责任方已付追偿款", "The charge for you was paid",
        "售后单 {case} 的追偿 {sum} 责任方已付清。",
        "Whoever was liable has paid the charge of {sum} in case {case}.",
    ),
    "charge_deducting": told(
        "追偿款将从保证金扣除", "It will be taken from your deposit",
        "售后单 {case} 的追偿 {sum} 在 {until}前没有付清，按“{rule}”将从保证金扣除。扣款的时间和异议办法在“保证金”页面。",
        "The charge of {sum} in case {case} was not paid by {until}, so under the rule “{rule}” it will be taken from your deposit. "
        "When, and how to contest it, stands under “Deposit”.",
    ),
    "deduction_announced": told(
        "将从保证金扣款", "A deduction from your deposit",
        "售后单 {case}：{due}将从你的保证金扣 {sum}，原因在“保证金”页面。不同意的，在那之前提出异议；没有异议的，{silence}。",
        "Case {case}: {sum} will be taken from your deposit at {due}; the reason stands under “Deposit”. If you disagree, contest it there "
        "before then. Otherwise: {silence}.",
    ),
    "deduction_contested": told(
        "扣款有异议，等答复", "A deduction is contested",
        "售后单 {case}：商家对从保证金扣 {sum} 提出异议。请在 {due}前由提出扣款以外的人答复；到时没有答复，{silence}。",
        "Case {case}: the merchant contests a deduction of {sum} from its deposit. Somebody other than who announced it answers by {due}. "
        "Otherwise: {silence}.",
    ),
    "deduction_upheld": told(
        "异议不成立，已扣款", "The deduction was made",
        "售后单 {case}：平台答复，你对从保证金扣 {sum} 的异议不成立，已扣款；理由在“保证金”页面。",
        "Case {case}: your objection to the deduction of {sum} does not hold, so it was taken; the reasons stand under “Deposit”.",
    ),
    "deduction_withdrawn": told(
        "扣款已撤回", "The deduction is withdrawn",
        "售后单 {case}：从保证金扣 {sum} 的扣款已撤回，没有扣钱；理由在“保证金”页面。",
        "Case {case}: the deduction of {sum} from your deposit is withdrawn and nothing was taken; the reasons stand under “Deposit”.",
    ),
    "remind_deduction": told(
        "扣款异议还没有答复", "A contested deduction still waits",
        "售后单 {case}：从保证金扣 {sum} 的异议请在 {due}前答复；到时没有答复，{silence}。",
        "Case {case}: the merchant's objection to a deduction of {sum} is to be answered by {due}. Otherwise: {silence}.",
    ),
    "alarm_deduction": told(
        "扣款异议逾期未答复，请接手", "An overdue objection: please take over",
        "售后单 {case}：商家对从保证金扣 {sum} 的异议逾期未答复。答复前不会扣款，这笔钱也退不了；负责人在保证金页面。",
        "Case {case}: nobody has answered the merchant's objection to a deduction of {sum} in time. Until then nothing is taken, and the "
        "money can't be paid out either; whoever owns it stands on the deposit's page.",
    ),
    "charge_deducting_agent": told(
        "追偿款等扣款", "A charge waits to be deducted",
        "售后单 {case} 的追偿 {sum} 逾期未付，请在 {due}前完成扣款或核销；到时没有处理，{silence}。",
        "The charge of {sum} in case {case} is overdue. Deduct it or write it off by {due}. Otherwise: {silence}.",
    ),
    "charge_written_off": told(
        "一笔追偿已核销", "A charge was written off",
        "售后单 {case} 的追偿 {sum} 收不回来，已核销，由平台承担。",
        "The charge of {sum} in case {case} could not be collected and was written off at the platform's cost.",
    ),
    "charge_given_back": told(
        "追偿款退回给你", "What you paid comes back",
        "售后单 {case} 后来不再有这笔费用，你付过的追偿款中 {sum} 已退回你的代收货款。",
        "Case {case} no longer costs what you paid for: {sum} of it stands in what we hold for you again.",
    ),
    "charge_given_back_other": told(
        "多得的追偿款已退回", "A credit was taken back",
        "售后单 {case} 后来不再有这笔费用，责任方多付的 {sum} 已从你的账户退回给它。",
        "Case {case} no longer costs what somebody else paid for you: {sum} went from your account back to them.",
    ),
    "remind_charge": told(
        "追偿还在等你", "A charge waits for you",
        "售后单 {case} 的追偿等你处理，{due}到期，还有 {left}。到时没有处理，{silence}。",
        "A charge in case {case} waits for you until {due}: {left} from now. Otherwise: {silence}.",
    ),
}  # fmt: skip
