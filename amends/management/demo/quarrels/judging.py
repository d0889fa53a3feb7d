"""Reviews in the plays: in the rounds of evidence, before a laboratory, waiting for the ruling or its second reader, ruled; a contested
inspection, and a shop that was silent."""

from __future__ import annotations

from typing import Any

from amends.management.demo.goods.going_back import come, contest, post, receive, reduce
from amends.management.demo.goods.telling import Play, Tale, approve, call, newest, refuse
from amends.management.demo.quarrels.bench import LABORATORY, arbiter_of
from amends.management.demo.quarrels.settling import units_of
from amends.rulings import report_links
from amends.rulings import verbs as rulings
from amends.rulings.models import Review

CLAUSE = "CN-QUAL-01"
FEE = 12_000


def shows(tale: Tale) -> None:
    """The consumer gives evidence."""
    photo = tale.photo(tale.consumer, 4)
    rulings.submit(review_of(tale).ref, words="开箱时就这样，当天联系过商家（模拟）", evidence=[photo], by=tale.consumer)


def shop_shows(tale: Tale) -> None:
    """So does the shop."""
    photo = tale.photo(tale.shop, 5)
    rulings.submit(review_of(tale).ref, words="出库称重和外观检查都有记录（模拟）", evidence=[photo], by=tale.shop)


def wants_slip(tale: Tale) -> None:
    """One certain proof is asked of the shop."""
    review = review_of(tale)
    words = "请提供这一单的出库检测记录（模拟）"
    rulings.request_proof(review.ref, party="merchant", words=words, issue="refusal", by=arbiter_of(review))


def close_round(tale: Tale) -> None:
    """The evidence is in."""
    review = review_of(tale)
    rulings.close_round(review.ref, by=arbiter_of(review))


def close_replies(tale: Tale) -> None:
    """The file is closed."""
    review = review_of(tale)
    rulings.close_replies(review.ref, by=arbiter_of(review))


def to_laboratory(tale: Tale) -> None:
    """A testing body looks at it, and may answer by a link."""
    review = review_of(tale)
    by, question = arbiter_of(review), "故障是出厂就有，还是使用造成的？（模拟）"
    rulings.order_test(review.ref, body=LABORATORY, question=question, cost_minor=FEE, pays_first="platform", by=by)
    report_links.make_test_link(review.ref, by=by)


def rule_for(tale: Tale) -> None:
    """All that was claimed is given; a great sum is drafted for a second reader."""
    _rule(tale, [{"remedy": tale.play.remedy, "units": units_of(tale)}], {"merchant": 10_000}, ("proven", "disproven"),
          ("claim", "photos", "before_dispatch", "clause", "given"))  # fmt: skip


def rule_shared(tale: Tale) -> None:
    """The price goes back, the article does not; carrier and shop share it."""
    _rule(tale, [{"remedy": "refund_only", "units": units_of(tale)}], {"carrier": 7000, "merchant": 3000}, ("proven", "disproven"),
          ("claim", "photos", "tracking", "on_the_way", "clause", "given"))  # fmt: skip


def rule_against(tale: Tale) -> None:
    """Nothing is given: it was not proven."""
    _rule(tale, [{"remedy": "none", "units": units_of(tale)}], {"consumer": 10_000}, ("not_proven", "proven"),
          ("claim", "photos", "clause", "not_proven", "not_given"))  # fmt: skip


def _rule(tale: Tale, parts: list[dict[str, Any]], bears: dict[str, int], found: tuple[str, str], blocks: tuple[str, ...]) -> None:
    review = review_of(tale)
    there = {one["key"] for one in review.issues}
    findings = {key: what for key, what in zip(("matter", "refusal"), found, strict=True) if key in there}
    rulings.give_ruling(review.ref, parts=parts, bears=bears, clause=CLAUSE, blocks=blocks, found=findings, by=arbiter_of(review))


def review_of(tale: Tale) -> Review:
    """The newest review."""
    rows = Review.objects.select_related("arbiter")
    return newest(rows.filter(merchant_id=tale.order.merchant_id, case_id=tale.case_id))


def heard(ago: float) -> tuple[tuple[float, Any], ...]:
    """Refused, called in, both heard and the file closed, in the days before `ago` hours before now."""
    return (
        (ago + 96, refuse),
        (ago + 92, call),
        (ago + 80, shows),
        (ago + 70, shop_shows),
        (ago + 30, close_round),
        (ago + 8, close_replies),
    )


DEAD = "充满电也开不了机（模拟）"
PLAYS = (
    Play("in the round of evidence", "anna", "buds-white", "quality", "return_refund", 32,
         ((28, refuse), (24, call), (20, shows), (10, wants_slip)), "review.gathering", "右边不出声（模拟）"),
    Play("each answers the other", "guest-5", "keyboard", "quality", "return_refund", 70,
         ((66, refuse), (62, call), (50, shows), (40, shop_shows), (10, close_round)), "review.replying", "指示灯不亮（模拟）"),
    Play("waiting for the ruling", "guest-6", "watch", "quality", "return_refund", 130, heard(12), "review.deciding", DEAD),
    Play("before a laboratory", "guest-7", "phone-128", "quality", "return_refund", 140, (*heard(20), (14, to_laboratory)),
         "review.testing", "充电时发烫，自动关机（模拟）"),
    Play("for a second reader", "guest-8", "phone-256", "quality", "return_refund", 136, (*heard(16), (3, rule_for)),
         "review.second_reading", "两部都搜不到信号（模拟）", pieces=2, claims=((1, 2),)),
    Play("ruled, shared", "anna", "tablet", "damaged", "return_refund", 136, (*heard(16), (5, rule_shared)), "case.ruled",
         "外箱压扁，屏幕碎了（模拟）"),
    Play("contested, to be ruled", "guest-5", "watch", "quality", "return_refund", 176,
         ((172, approve), (164, post), (130, come), (128, receive), (120, reduce), (112, contest), (30, close_round), (8, close_replies)),
         "review.deciding", "表带接口松动（模拟）"),
    Play("a silent shop", "guest-6", "kit", "missing_item", "resend", 60, (), "review.gathering", "套装里少了手机壳（模拟）",
         claims=((2, 1),)),
)  # fmt: skip
