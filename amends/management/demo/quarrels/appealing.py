"""Appeals in the plays: lodged, taken up, with the head of review for the last hours, changed, sent back, and upheld after a call."""

from __future__ import annotations

from datetime import timedelta

from amends.kernel import clock
from amends.management.demo.goods.going_back import post
from amends.management.demo.goods.telling import Play, Tale, newest
from amends.management.demo.money import hand
from amends.management.demo.quarrels.judging import CLAUSE, heard, rule_against, rule_for
from amends.people.rules import Actor
from amends.rulings import appealing, examining
from amends.rulings.appeal_evidence import NewPiece
from amends.rulings.models import Appeal

HEAD = "head@example.com"
A_CALL = timedelta(minutes=10)


def object_to(tale: Tale) -> None:
    """The consumer appeals, with a letter that came only now."""
    letter = NewPiece(tale.photo(tale.consumer, 6), "品牌售后的检测单昨天才拿到（模拟）")
    appealing.appeal(tale.case.ref, words="品牌售后检测是装配问题，不是使用造成的（模拟）", new_evidence=[letter], by=tale.consumer)


def shop_objects(tale: Tale) -> None:
    """The shop appeals by page."""
    appealing.appeal(tale.case.ref, words="出库检测记录没有被采信，请再看一次（模拟）", by=tale.shop)


def calls(tale: Tale) -> None:
    """The consumer rings up, and an agent enters it."""
    heard_at = appealing.Contact("call", clock.now() - A_CALL, "本人，报出手机尾号核实（模拟）")
    words = "签收时包装就是开的，要求重新看（模拟）"
    appealing.enter_appeal(tale.case.ref, side="consumer", contact=heard_at, words=words, by=hand("agent@example.com"))


def take_up(tale: Tale) -> None:
    """It is worth a full look, and the letter counts."""
    row = appeal_of(tale)
    examining.admit(row.ref, allowed=[piece["evidence"] for piece in row.new_evidence], by=examiner_of(row))


def shop_replies(tale: Tale) -> None:
    """The shop speaks to it."""
    appealing.reply_appeal(appeal_of(tale).ref, words="检测单没有写序列号，无法确认是同一台（模拟）", by=tale.shop)


def change(tale: Tale) -> None:
    """Another ruling takes its place: what was claimed is given."""
    row = appeal_of(tale)
    examining.change(
        row.ref, outcome="for", clause=CLAUSE, words="检测单证明故障出厂就有，支持退货退款（模拟）",
        words_en="The letter proves that the fault was there from the start; the claim is granted (simulated).", by=examiner_of(row),
    )  # fmt: skip


def send_back(tale: Tale) -> None:
    """Another arbiter looks at all of it again."""
    row = appeal_of(tale)
    examining.send_back(
        row.ref, words="原裁决没有看检测单，退回重新审理（模拟）",
        words_en="The ruling did not weigh the letter; it is heard anew (simulated).", by=examiner_of(row),
    )  # fmt: skip


def uphold(tale: Tale) -> None:
    """The ruling stands."""
    row = appeal_of(tale)
    examining.uphold(
        row.ref, words="没有新的凭证，原裁决的理由成立（模拟）", words_en="Nothing is new; the reasons hold (simulated).",
        by=examiner_of(row),
    )  # fmt: skip


def appeal_of(tale: Tale) -> Appeal:
    """The appeal."""
    rows = Appeal.objects.select_related("examiner")
    return newest(rows.filter(merchant_id=tale.order.merchant_id, case_id=tale.case_id))


def examiner_of(row: Appeal) -> Actor:
    """Whoever was asked to examine it; the head of review where nobody was."""
    return hand(row.examiner.email if row.examiner else HEAD)


FAULT = "用了三天，屏幕失灵（模拟）"
PLAYS = (
    Play("appealed", "anna", "keyboard", "quality", "return_refund", 150, (*heard(30), (24, rule_against), (6, object_to)),
         "appeal.lodged", "按键间隙不均，多键失灵（模拟）"),
    Play("appealed by the shop", "guest-7", "watch", "quality", "return_refund", 150, (*heard(30), (24, rule_for), (8, shop_objects)),
         "appeal.lodged", FAULT),
    Play("the appeal is examined", "guest-8", "buds-white", "quality", "return_refund", 170,
         (*heard(50), (44, rule_against), (30, object_to), (20, take_up), (10, shop_replies)), "appeal.examining", "时常断连（模拟）"),
    Play("the last hours", "guest-5", "buds-black", "quality", "return_refund", 200,
         (*heard(80), (74, rule_against), (60, object_to), (42, take_up)), "appeal.overdue", "降噪失灵（模拟）"),
    Play("changed on appeal", "guest-6", "tablet", "quality", "return_refund", 200,
         (*heard(80), (74, rule_against), (66, object_to), (50, take_up), (40, shop_replies), (30, change), (20, post)), "appeal.changed",
         FAULT),
    Play("sent back", "guest-7", "tablet", "quality", "return_refund", 180,
         (*heard(60), (54, rule_against), (44, object_to), (30, take_up), (12, send_back)), "appeal.sent_back", FAULT),
    Play("upheld after a call", "guest-8", "charger", "quality", "return_refund", 180,
         (*heard(60), (54, rule_against), (48, calls), (30, uphold)), "appeal.upheld", "充电时断时续（模拟）"),
)  # fmt: skip
