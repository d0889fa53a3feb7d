"""What is told of money on its way back: how much, by when, and who works on it where it does not arrive."""

from __future__ import annotations

from collections.abc import Mapping

from amends.notices.rules.sentences.told import Told, told

MONEY: Mapping[str, Told] = {
    "begun": told(
        "退款已登记", "Your refund is under way",
        "售后单 {case} 退款 {sum}，最晚 {due}向支付渠道发起，到账后会通知你。",
        "{sum} of case {case} is being refunded: the payment service is asked by {due}, and you are told when it is paid.",
    ),
    "paid": told(
        "退款已到账", "Your refund is paid",
        "售后单 {case} 的 {sum} 已退回原支付方式。",
        "{sum} of case {case} went back to the tender you paid with.",
    ),
    "paid_merchant": told(
        "退款已入账", "A refund was paid",
        "售后单 {case} 的 {sum} 已退给消费者，账目在页面上。",
        "{sum} of case {case} was paid to the consumer; the books stand on its page.",
    ),
    "doubted": told(
        "退款正在核对", "Your refund is being checked",
        "支付渠道在 {until}前没有回音，按“{rule}”由平台核对售后单 {case} 的退款，最晚 {due}有结果。不会重复退款，你不用做什么。",
        "The payment service did not answer by {until}, so under the rule “{rule}” the platform checks the "
        "refund of case {case} until {due}. "
        "It will not be paid twice, and there is nothing for you to do.",
    ),
    "doubted_agent": told(
        "退款没有回音", "A refund without an answer",
        "售后单 {case} 的退款没有回音，系统正在核对。请在 {due}前看结果；到时没有结果，{silence}。",
        "A refund of case {case} has no answer and is being checked. Please see to it by {due}. Otherwise: {silence}.",
    ),
    "failed": told(
        "退款没有成功，平台正在处理", "The refund did not go through",
        "售后单 {case} 的退款没有成功，钱没有动。平台在 {due}前重新发起或改用其他方式，你不用做什么。",
        "The refund of case {case} did not go through and no money moved. By {due} the platform tries again or pays another way. "
        "There is nothing for you to do.",
    ),
    "failed_agent": told(
        "退款没有成功", "A refund failed",
        "售后单 {case} 的退款没有成功。请在 {due}前重新发起或改用其他方式；到时没有处理，{silence}。",
        "A refund of case {case} failed. Please send it again or pay another way by {due}. Otherwise: {silence}.",
    ),
    "frozen": told(
        "退款因银行拒付暂停", "Your refund waits for your bank",
        "你的银行正在处理售后单 {case} 这笔付款的拒付，为避免重复，退款暂停，最晚 {due}有结果。银行赔付的，不再重复退款；否则照常退款。",
        "Your bank is deciding a chargeback of the payment of case {case}, so the refund waits until {due} at the latest. "
        "If the bank pays you, it is not paid again; otherwise the refund goes on.",
    ),
    "frozen_agent": told(
        "退款因拒付冻结", "A refund is frozen",
        "售后单 {case} 的退款因银行拒付冻结，最晚 {due}有结果；到时没有结果，{silence}。",
        "A refund of case {case} is frozen by a chargeback, until {due} at the latest. Without a decision: {silence}.",
    ),
    "unfrozen": told(
        "退款继续进行", "Your refund goes on",
        "售后单 {case} 的拒付已有结果，退款继续，最晚 {due}向支付渠道发起。",
        "The chargeback in case {case} is decided, so the refund goes on; the payment service is asked by {due}.",
    ),
    "covered": told(
        "银行已赔付", "Your bank has paid you",
        "售后单 {case} 的款项已由你的银行赔付，不再重复退款。",
        "Your bank has paid what case {case} owed you, so it is not refunded again.",
    ),
    "covered_merchant": told(
        "消费者已由银行赔付", "The bank has paid the consumer",
        "售后单 {case} 的款项已由银行拒付程序赔付给消费者，不再退款。",
        "The consumer of case {case} was paid by chargeback, so there is no refund.",
    ),
    "redirected": told(
        "退款改用其他方式", "Your refund comes another way",
        "原支付方式收不到售后单 {case} 的退款，改用其他方式，方式写在页面上，到账后会通知你。",
        "The tender you paid with can't take the refund of case {case}. It comes another way, as its page says; "
        "you are told when it is paid.",
    ),
    "reversed": told(
        "退款被银行退回，平台会重新退", "The refund came back",
        "售后单 {case} 的退款被银行退回，仍然欠你，平台会重新退款并通知你。",
        "The bank sent the refund of case {case} back. It is still owed: the platform pays it anew and tells you.",
    ),
    "reversed_agent": told(
        "退款被银行退回", "A refund came back",
        "售后单 {case} 的退款被银行退回，仍然欠消费者，请安排重新退款。",
        "A refund of case {case} came back from the bank and is owed anew. Please have it paid.",
    ),
    "reversed_late_agent": told(
        "已结清的退款被退回", "A settled refund came back",
        "售后单 {case} 的退款结清之后又被退回，已由平台承担重新登记给消费者。请与支付渠道核对收回的这笔钱。",
        "A refund of case {case} came back after its books were closed; its consumer is owed it anew at the platform's cost. "
        "Please check with the payment service what it has again.",
    ),
    "payee_wanted": told(
        "请填写收款方式", "Tell us where to send your money",
        "售后单 {case} 有一笔款要付给你，它不能退回原支付方式。请在售后单页面填写银行账户，或选择收到商城余额。",
        "There is money for you in case {case} that can't go back to the tender you paid with. "
        "Please give a bank account on the case's page, or choose store credit.",
    ),
    "refund_late": told(
        "退款超时，平台负责人已接手", "Late refund: a person has it",
        "售后单 {case} 的退款没有在 {until}前办妥，按“{rule}”已由平台负责人接手。欠你的不会少，你不用做什么。",
        "The refund of case {case} was not done by {until}; under the rule “{rule}” a named person of the platform has it. "
        "What you are owed stays owed, and there is nothing for you to do.",
    ),
}  # fmt: skip
