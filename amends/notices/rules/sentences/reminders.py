"""Reminders before a limit ends: what is still to be done, until when, how long that is, and what silence will mean."""

from __future__ import annotations

from collections.abc import Mapping

from amends.notices.rules.sentences.told import Told, told

REMINDERS: Mapping[str, Told] = {
    "remind": told(
        "还有一步等你，时限将到", "A step waits for you",
        "售后单 {case} 有一步等你，{due}到期，还有 {left}。到时没有处理，{silence}。",
        "A step of case {case} waits for you until {due}: {left} from now. Otherwise: {silence}.",
    ),
    "remind_confirm": told(
        "申请还没有确认", "Your claim is not confirmed yet",
        "代你填写的售后单 {case} 等你确认，{due}到期，还有 {left}。到时没有确认，{silence}。",
        "Case {case}, filled in for you, waits for your confirmation until {due}: {left} from now. Otherwise: {silence}.",
    ),
    "remind_answer": told(
        "售后申请还没有答复", "A claim waits for your answer",
        "售后单 {case} 还没有你的答复，{due}到期，还有 {left}。到时没有答复，{silence}。",
        "Case {case} has no answer of yours yet. It is due by {due}: {left} from now. Without one: {silence}.",
    ),
    "remind_proof": told(
        "凭证还没有补充", "Your proof is still wanted",
        "售后单 {case} 等你补充凭证，{due}到期，还有 {left}。到时没有补充，{silence}。",
        "Case {case} waits for your proof until {due}: {left} from now. Without it: {silence}.",
    ),
    "remind_escalate": told(
        "申请平台介入的时间将到", "You can still call the platform in",
        "售后单 {case} 被商家拒绝。你不同意的，{due}前可以申请平台介入，还有 {left}。到时没有申请，{silence}。",
        "The merchant refused case {case}. If you disagree you can call the platform in until {due}: {left} from now. "
        "Otherwise: {silence}.",
    ),
    "remind_ruling": told(
        "裁决将生效", "The ruling is about to bind",
        "售后单 {case} 的裁决在 {due}生效，还有 {left}。在那之前可以按页面上的方式提出异议；到时没有异议，{silence}。",
        "The ruling on case {case} binds from {due}: {left} from now. Until then it can be objected to as the page says. "
        "Otherwise: {silence}.",
    ),
    "remind_evidence": told(
        "举证时间将到", "Time for evidence is running out",
        "售后单 {case} 由平台裁决，你在 {due}前可以提交凭证或回应，还有 {left}。到时{silence}。",
        "The platform decides case {case}. You can give evidence or reply until {due}: {left} from now. After that: {silence}.",
    ),
    "remind_ruler": told(
        "裁决将逾期", "A ruling is due soon",
        "售后单 {case} 等你裁决，{due}到期，还有 {left}。到时没有裁决，{silence}。",
        "Case {case} waits for your ruling until {due}: {left} from now. Without it: {silence}.",
    ),
    "remind_address": told(
        "退货地址还没有提供", "A return address is wanted",
        "售后单 {case} 等你提供退货地址，{due}到期，还有 {left}。到时没有提供，{silence}。",
        "Case {case} waits for your return address until {due}: {left} from now. Without it: {silence}.",
    ),
    "remind_ship": told(
        "商品还没有寄回", "Your goods are still to be sent",
        "售后单 {case} 的商品要在 {due}前寄出并填写运单号，还有 {left}。到时没有寄出，{silence}。",
        "Please ship the goods of case {case} and give the waybill number by {due}: {left} from now. Otherwise: {silence}.",
    ),
    "remind_receive": told(
        "退货还没有确认收货", "A delivery is not confirmed",
        "售后单 {case} 的退货已送达，请在 {due}前确认收货，还有 {left}。到时没有确认，{silence}。",
        "The goods of case {case} were delivered. Please confirm by {due}: {left} from now. Otherwise: {silence}.",
    ),
    "remind_inspect": told(
        "退货还没有验货", "Goods wait to be inspected",
        "售后单 {case} 请在 {due}前验货，还有 {left}。到时没有验货，{silence}。",
        "Please inspect the goods of case {case} by {due}: {left} from now. Otherwise: {silence}.",
    ),
    "remind_contest": told(
        "对验货结果提出异议的时间将到", "You can still contest the finding",
        "售后单 {case} 的验货结果等你看。你不同意的，{due}前可以提出异议，还有 {left}。到时没有说明，{silence}。",
        "A finding in case {case} waits for you. If you disagree you can contest it until {due}: {left} from now. Otherwise: {silence}.",
    ),
    "remind_home": told(
        "商品还没有寄回消费者", "Goods are still to be sent home",
        "售后单 {case} 的商品要在 {due}前寄回消费者，还有 {left}。到时没有寄出，{silence}。",
        "Please send the goods of case {case} home by {due}: {left} from now. Otherwise: {silence}.",
    ),
    "remind_collect": told(
        "商品还没有领取", "Your goods still wait for you",
        "售后单 {case} 的商品等你领取，{due}到期，还有 {left}。到时没有领取，{silence}。",
        "The goods of case {case} wait to be collected until {due}: {left} from now. Otherwise: {silence}.",
    ),
    "remind_platform": told(
        "有一步将超时", "A step is due soon",
        "售后单 {case} 有一步等平台处理，{due}到期，还有 {left}。到时没有处理，{silence}。",
        "A step of case {case} waits for the platform until {due}: {left} from now. Otherwise: {silence}.",
    ),
}  # fmt: skip
