"""What silence does, in words that name the sum, and what each limit is called. The verbs are the tables' own; nothing is decided here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amends.cases.words import verb_name
from amends.kernel.limits import Limit
from amends.kernel.money import Money
from amends.kernel.texts import Text, say
from amends.policy.queries import Terms
from amends.policy.rules.answers import ClockRow

LIMITS: dict[str, Text] = {
    "consumer_confirms": say("确认时限", "time to confirm"),
    "platform_triages": say("受理时限", "time to take in"),
    "leader_decides": say("团长处理时限", "time for the group leader"),
    "merchant_answers": say("商家答复时限", "time to answer"),
    "consumer_proves": say("补充凭证时限", "time to give proof"),
    "merchant_answers_proof": say("凭证答复时限", "time to answer the proof"),
    "consumer_escalates": say("申请介入时限", "time to call the platform in"),
    "review_ends": say("平台介入总时限", "time for a whole review"),
    "appeal_window": say("裁决生效前的时间", "time before a ruling binds"),
    "execution_ends": say("执行总时限", "time to carry out"),
    "unwinding_ends": say("撤回处理时限", "time to unwind"),
    "grant_begins": say("开始执行时限", "time to begin"),
    "evidence_round": say("举证时限", "time for evidence"),
    "evidence_reply": say("回应时限", "time to reply"),
    "arbiter_rules": say("裁决时限", "time to rule"),
    "arbiter_rules_late": say("改派后的裁决时限", "time to rule after reassignment"),
    "merchant_gives_address": say("提供地址时限", "time to give the address"),
    "consumer_ships": say("寄回时限", "time to send back"),
    "carrier_collects": say("取件时限", "time to pick up"),
    "parcel_arrives": say("运输时限", "time to travel"),
    "carrier_traces": say("查件时限", "time to trace"),
    "merchant_receives": say("收货时限", "time to confirm receipt"),
    "merchant_inspects": say("验货时限", "time to inspect"),
    "merchant_sends_home": say("寄回商品时限", "time to send home"),
    "consumer_collects": say("领取时限", "time to collect"),
    "consumer_contests": say("异议时限", "time to contest"),
    "refund_sent": say("发起退款时限", "time to send the refund"),
    "gateway_answers": say("支付渠道回复时限", "time for the gateway"),
    "refund_reconciled": say("核对时限", "time to check"),
    "refund_mended": say("处理失败退款时限", "time to mend a refund"),
    "reversal_window": say("银行退回期", "time for a reversal"),
}

SILENCE: dict[str, Text] = {
    "ask_merchant": say("自动转给商家答复", "the merchant is asked"),
    "discard": say("草稿作废", "the draft is dropped"),
    "pass_on": say("自动转给商家答复", "passed on to the merchant"),
    "call_platform": say("自动交平台裁决", "goes to the platform for a ruling"),
    "go_on_unproven": say("按现有凭证继续，由商家答复", "goes on without the proof, and the merchant answers"),
    "accept_refusal": say("视为接受拒绝，售后单结束", "the refusal stands and the case is closed"),
    "alarm": say("通知平台负责人处理", "a named person of the platform is called"),
    "let_stand": say("裁决生效并执行", "the ruling binds and is carried out"),
    "close_round": say("举证结束，双方开始回应", "the evidence closes and both sides reply"),
    "close_replies": say("回应结束，由判责员裁决", "the replies close and an arbiter rules"),
    "close_test": say("检测结束，由判责员裁决", "the test ends and an arbiter rules"),
    "reassign": say("转派给另一位判责员", "another arbiter takes over"),
    "rule_by_default": say("按规则裁决", "the policy's default ruling is given"),
    "use_known_address": say("自动使用登记的退货地址", "the address on file is used"),
    "lapse": say("没有寄回，诉求终止", "the claim ends, since nothing was sent back"),
    "miss_pickup": say("取件未成，消费者另寄", "the pick-up counts as missed"),
    "chase": say("开始向承运商查件", "the carrier is asked where it is"),
    "declare_lost": say("视为丢失，退款照常进行", "it counts as lost and the refund goes on"),
    "accept": say("视为合格，照常退款", "the goods count as accepted and are refunded"),
    "keep_goods": say("视为买下并退款", "the goods count as bought and are refunded"),
    "receive": say("视为已收货，开始验货", "the goods count as received"),
    "forfeit": say("视为放弃商品", "the goods are given up"),
    "accept_finding": say("视为接受验货结果", "the finding is accepted"),
    "contest": say("自动交平台查明", "goes to the platform to find out"),
    "doubt": say("开始与支付渠道核对，不会重复退款", "it is checked with the gateway and never paid twice"),
    "settle_books": say("退款入账", "the refund is settled"),
    "absorb": say("合并生效", "the merger becomes final"),
}


def money_text(minor: int, currency: str) -> Text:
    """The sum in both languages, for a place in a sentence."""
    sum_ = Money(minor, currency)
    return say(sum_.into("zh"), sum_.into("en"))


def words_of_silence(limit: str, verb: str, *, remedy: str = "", amount_minor: int = 0, currency: str = "CNY") -> Text:
    """What follows by itself when `limit` runs out and the clock makes `verb`; with the sum where money follows from it."""
    sum_ = money_text(amount_minor, currency)
    if verb == "approve":
        if not amount_minor:
            return say("自动同意", "approved by itself")
        if remedy == "return_refund":
            return say("自动同意，退货后退 {sum}", "approved by itself, {sum} after the return", sum=sum_)
        return say("自动同意，退 {sum}", "approved by itself, {sum} is refunded", sum=sum_)
    if verb == "accept" and amount_minor:
        return say("视为合格，退 {sum}", "the goods count as accepted, {sum} is refunded", sum=sum_)
    if verb == "keep_goods" and amount_minor:
        return say("视为买下，退 {sum}", "the goods count as bought, {sum} is refunded", sum=sum_)
    return SILENCE.get(verb) or verb_name("case", verb)


def legal_clause(clock: ClockRow) -> dict[str, Any]:
    """The duty of the law as a clause chip: its article, how long it is, and where it was read."""
    text = say(
        "法定时限 {length}，与平台时限并行，先到的先算。来源：{source}。",
        "The law gives {length}; it runs beside the platform's limit, and the nearer one counts. Source: {source}.",
        length=Limit.parse(clock.legal_value).in_words(), source=clock.legal_source,
    )  # fmt: skip
    return {"key": clock.article or say("法定时限", "the law's limit"), "text": text, "url": ""}


def limit_clause(name: str, terms: Mapping[str, Any]) -> dict[str, Any]:
    """The limit as a clause chip: what it is called, how long it is on this case, and which rules it was read from."""
    length = Limit.parse(terms["limits"][name]).in_words()
    clock = Terms(dict(terms)).clock(name)
    text = say(
        "本单适用 {length}。规则版本：{versions}。{source}",
        "{length} on this case. Rules: {versions}. {source}",
        length=length,
        versions=", ".join(terms["versions"]),
        source=say("来源：{where} [{tag}]。", "Source: {where} [{tag}].", where=clock.source, tag=clock.tag) if clock else say("", ""),
    )
    return {"key": LIMITS.get(name) or say("时限", "limit"), "text": text, "url": ""}
