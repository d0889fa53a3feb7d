"""What is told of things that are no move of a life: a receiver of webhooks that does not answer, an authority that gives no stamps."""

from __future__ import annotations

from collections.abc import Mapping

from amends.notices.rules.sentences.told import Told, told

ELSEWHERE: Mapping[str, Told] = {
    "webhook_dead": told(
        "你的接收地址没有应答", "Your webhook receiver is silent",
        "{shop} 的接收地址 {address} 从 {until}起没有应答，事件推送已暂停，从售后单 {case} 起按顺序留着，不会丢。"
        "修好后在“事件推送”页面恢复。",
        "The receiver of {shop} at {address} has not answered since {until}, so sending is paused. Events wait in order, the first is of "
        "case {case}; none is lost. Mend it, then resume on the webhooks page.",
    ),
    "webhook_dead_supervisor": told(
        "有商家的接收地址没有应答", "A webhook receiver is silent",
        "{shop} 的接收地址 {address} 从 {until}起没有应答，事件推送已暂停并按顺序留着，商家已收到通知。",
        "The receiver of {shop} at {address} has not answered since {until}. Its events wait in order, and the merchant was told.",
    ),
    "webhook_given_up": told(
        "有一条事件推送已放弃", "An event was given up",
        "售后单 {case} 有一条事件推送，{address} 连续三天没有接收，已放弃；后面的照常推送。可以在“事件推送”页面重放这一条。",
        "For three days {address} did not take an event of case {case}, so it was given up; later ones go on. "
        "You can replay it on the webhooks page.",
    ),
    "stamps_missing": told(
        "有售后单早该有时间戳", "Cases lack a time stamp",
        "时间戳机构没有应答，或者答复不可信，已超过一天：售后单 {case} 和其他售后单还没有时间戳。请联系机构，或者检查 AMENDS_TSA_URL 和 "
        "AMENDS_TSA_CERT；恢复后会自动补上。",
        "For more than a day the time-stamp authority has not answered, or not so that it can be believed: case {case} and others lack a "
        "stamp. Ask the authority, or look at AMENDS_TSA_URL and AMENDS_TSA_CERT. Once it answers they are stamped by themselves.",
    ),
}  # fmt: skip
