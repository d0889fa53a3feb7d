"""Who judges in the demo, by skill, language and rank; who tests goods for them; who sits in which department; and the ready answers of
shop and platform."""

from __future__ import annotations

from amends.management.demo.money import hand
from amends.people.rules import Actor
from amends.rulings.models import ArbiterProfile, Review, TestingBody
from amends.rulings.verbs import add_body, keep_arbiter
from amends.talks.replies import replies_of, save_reply
from amends.tasks.departments import give_seat

BENCH = (
    ("judge@example.com", (), 1, 200),
    ("reader@example.com", ("phone", "appliance"), 2, 60),
    ("head@example.com", ("hazard",), 3, 30),
)
"""Judge judges any goods; Reader knows telephones and appliances and reads what great sums need; appeals go up to whoever ranks above."""
LABORATORY = "bright-lab"
SEATS = (
    ("agent@example.com", "quality", False), ("supervisor@example.com", "quality", True), ("agent@example.com", "logistics", False),
    ("supervisor@example.com", "legal", True),
)  # fmt: skip
SHOPS_REPLIES = (
    ("check", "正在核对", "We are checking", "你好，{order} 里的“{goods}”正在核对出库记录，今天之内回复你。",
     "Hello, we are checking the dispatch record of {goods} in {order} and answer you today."),
    ("photo", "请补一张照片", "One more photo, please", "{consumer}，请补一张铭牌的照片，{case} 就能继续办理。",
     "{consumer}, please add a photo of the name plate, and {case} can go on."),
)  # fmt: skip
PLATFORMS_REPLIES = (
    ("heard", "已收到双方说明", "Both sides were heard", "{case}：双方的说明都收到了，下一步见页面上的时限。",
     "{case}: we have what both sides said. The page names the next step and its limit."),
)  # fmt: skip


def seat_the_bench() -> None:
    """Arbiters, laboratory, departments and ready answers are on record; what is there already stays as it is."""
    boss = hand("supervisor@example.com")
    for email, skills, rank, most in BENCH:
        if not ArbiterProfile.objects.filter(user__email=email).exists():
            keep_arbiter(email, skills=skills, languages=("zh", "en"), rank=rank, load_most=most, by=boss)
    if not TestingBody.objects.filter(key=LABORATORY).exists():
        add_body(
            key=LABORATORY, name_zh="明光检测所（虚构）", name_en="Bright Light Laboratory (invented)",
            address="广东省深圳市检测路 3 号（虚构地址）", skills=["electronics", "phone", "appliance"], by=boss,
        )  # fmt: skip
    for email, department, leads in SEATS:
        give_seat(email, department=department, leads=leads, by=boss)
    for by, replies in ((hand("bolt@example.com"), SHOPS_REPLIES), (boss, PLATFORMS_REPLIES)):
        for key, title_zh, title_en, zh, en in replies:
            if not replies_of(by).filter(key=key).exists():
                save_reply({"key": key, "title_zh": title_zh, "title_en": title_en, "body_zh": zh, "body_en": en}, by=by)


def arbiter_of(review: Review) -> Actor:
    """Whoever was asked to judge this review; Judge where nobody was."""
    return hand(review.arbiter.email if review.arbiter else BENCH[0][0])
