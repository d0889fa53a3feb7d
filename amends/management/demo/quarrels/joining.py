"""Cases as wholes in the plays: merged, perhaps the same, split, taken up again, taken back with goods under way, and more time asked."""

from __future__ import annotations

from amends.cases.duplicates import decide_hint
from amends.cases.models import Case
from amends.cases.verbs import answering
from amends.cases.verbs.extending import ask_extension
from amends.cases.verbs.reopening import reopen
from amends.cases.verbs.splitting import Part, split_off
from amends.management.demo.goods.going_back import post, travel
from amends.management.demo.goods.telling import Play, Tale, apply_for, approve, refuse
from amends.management.demo.money import hand

HOURS = 24


def again(tale: Tale) -> None:
    """The consumer files the same once more, about the next piece."""
    apply_for(tale)


def join(tale: Tale) -> None:
    """An agent sees the hint and joins the second case to the first."""
    decide_hint(tale.case.ref, first_of(tale).ref, "merge", by=hand("agent@example.com"))


def part(tale: Tale) -> None:
    """One piece goes on by itself."""
    split_off(tale.case.ref, parts=[Part(1, 1)], words="另一把的故障不一样，单独办理（模拟）", by=hand("agent@example.com"))


def give_in(tale: Tale) -> None:
    """The consumer lets the refusal stand."""
    answering.accept_refusal(tale.case.ref, by=tale.consumer)


def take_up_again(tale: Tale) -> None:
    """But the fault came back."""
    tale.case_id = reopen(tale.case.ref, words="又坏了，这次拍到了视频（模拟）", by=tale.consumer).pk


def take_back(tale: Tale) -> None:
    """The consumer wants to keep it after all, with the goods on their way."""
    answering.withdraw(tale.case.ref, by=tale.consumer)


def more_time(tale: Tale) -> None:
    """The shop asks the consumer for another day."""
    words = "仓库今天盘点，明天才能调出库记录（模拟）"
    ask_extension(tale.case.ref, limit="merchant_answers", hours=HOURS, words=words, by=tale.shop)


def first_of(tale: Tale) -> Case:
    """The first case about this order."""
    return Case.objects.filter(merchant_id=tale.order.merchant_id, order_id=tale.order.pk).order_by("pk")[0]


PLAYS = (
    Play("merged", "anna", "charger", "quality", "return_refund", 26, ((22, again), (16, join)), "case.merged",
         "插上没有反应，换了插座也一样（模拟）", pieces=2),
    Play("perhaps the same", "guest-5", "charger", "quality", "return_refund", 24, ((20, again),), "case.awaiting_merchant",
         "充电十分钟就发烫，不敢用了（模拟）", pieces=2),
    Play("split", "guest-6", "keyboard", "quality", "return_refund", 30, ((20, part),), "case.awaiting_merchant",
         "一把漏键，一把接口松（模拟）", pieces=2, claims=((1, 2),)),
    Play("taken up again", "anna", "buds-black", "quality", "return_refund", 80, ((76, refuse), (60, give_in), (20, take_up_again)),
         "case.awaiting_merchant", "偶尔断连（模拟）"),
    Play("taken back on the way", "guest-8", "watch", "quality", "return_refund", 60,
         ((56, approve), (44, post), (30, travel), (8, take_back)), "case.unwinding", "表盘有划痕（模拟）"),
    Play("more time asked", "anna", "tablet", "quality", "return_refund", 36, ((6, more_time),), "extension.to_consumer",
         "充电口接触不良（模拟）"),
)  # fmt: skip
