"""What is told of things that are no move of a life: a receiver of webhooks that does not answer, a person's mail."""

from __future__ import annotations

from collections.abc import Mapping

from amends.notices.rules.sentences.told import Told, told

ELSEWHERE: Mapping[str, Told] = {
    "webhook_dead": told(
        "你的接收地址没有应答", "Your webhook receiver is silent",
        "{shop} 的一个接收地址长时间没有应答，已暂停推送。推送都按顺序留着，恢复后在“推送”页面继续，不会丢。",
        "A webhook receiver of {shop} has not answered for a long time, so sending is paused. "
        "Everything waits in order and nothing is lost; "
        "go on from the webhooks page once it answers again.",
    ),
    "webhook_dead_supervisor": told(
        "有商家的接收地址没有应答", "A webhook receiver is silent",
        "{shop} 的一个接收地址长时间没有应答，推送已暂停，商家已收到通知。",
        "A webhook receiver of {shop} has not answered for a long time. Sending is paused and the merchant was told.",
    ),
    "webhook_mended": told(
        "接收地址已恢复", "Your webhook receiver is back",
        "{shop} 的接收地址恢复应答，留着的推送正按顺序补发。",
        "The webhook receiver of {shop} answers again. What waited is being sent in order.",
    ),
    "mail_from_person": told(
        "有人回复了通知邮件", "Somebody answered a notice by mail",
        "关于售后单 {case} 的通知邮件有人回复，原文在消息日志里。请看一下，需要时在售后单里答复。",
        "Somebody answered a notice about case {case} by mail; the mail stands in the log of messages. "
        "Please read it and answer in the case where needed.",
    ),
}  # fmt: skip
