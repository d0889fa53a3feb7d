"""Settling in the plays: two offers side by side, a counter-offer, the platform between the sides, settled in round two; and what is said
beside them, with notes that the other side never sees and quick replies."""

from __future__ import annotations

from typing import Any

from amends.management.demo.goods.telling import Play, Tale, call, newest, refuse
from amends.management.demo.money import hand
from amends.talks import conversation, notes, offering, replies
from amends.talks.models import Offer

TEN_YUAN = 1000


def keep_for_less(tale: Tale) -> None:
    """The shop pays half of it back, and the article stays."""
    offering.offer(tale.case.ref, parts=stays(tale, 5), words="商品你留着，我们退一半（模拟）", by=tale.shop)


def new_one(tale: Tale) -> None:
    """Or a new one for the old one."""
    offering.offer(tale.case.ref, parts=[{"remedy": "exchange", "units": units_of(tale)}], words="或者换一件新的（模拟）", by=tale.shop)


def asks_more(tale: Tale) -> None:
    """The consumer would keep it for seven tenths."""
    offering.counter(offer_of(tale).ref, parts=stays(tale, 7), words="退七成我就留着（模拟）", by=tale.consumer)


def agrees(tale: Tale) -> None:
    """The shop takes what the consumer proposed; it is carried out at once."""
    offering.accept_offer(offer_of(tale).ref, by=tale.shop)


def between(tale: Tale) -> None:
    """The platform proposes six tenths to both, and the shop has said yes."""
    agent = hand("agent@example.com")
    made = offering.mediate(tale.case.ref, parts=stays(tale, 6), words="双方各退一步，建议退六成（模拟）", by=agent)
    offering.agree_first(made.ref, by=tale.shop)


def says(tale: Tale) -> None:
    """A sentence of the consumer, with a photo."""
    photo = tale.photo(tale.consumer, 7)
    conversation.say(tale.case.ref, words="这是当天拍的，出问题时还没有用过（模拟）", evidence=[photo], by=tale.consumer)


def answers(tale: Tale) -> None:
    """The shop has read it and answers with a quick reply, and notes for its own people how far it would go."""
    case = tale.case
    conversation.note_read(case, tale.shop)
    ready = replies.filled_for(case, tale.shop)[0]
    conversation.say(case.ref, words=ready.body.zh, reply=ready.ref, by=tale.shop)
    notes.note(case.ref, words="老顾客，可以让到七成（模拟）", by=tale.shop)


def notes_it(tale: Tale) -> None:
    """The platform's agent leaves a note for colleagues."""
    notes.note(tale.case.ref, words="双方还在谈，先不介入（模拟）", by=hand("agent@example.com"))


def units_of(tale: Tale) -> list[int]:
    """The units that the case claims."""
    return list(tale.case.claimed.order_by("unit_id").values_list("unit_id", flat=True))


def stays(tale: Tale, tenths: int) -> list[dict[str, Any]]:
    """So many tenths of the claim are paid, in tens of yuan, and the goods stay."""
    minor = tale.case.claimed_minor * tenths // 10 // TEN_YUAN * TEN_YUAN
    return [{"remedy": "price_adjustment", "units": units_of(tale), "amount_minor": minor}]


def offer_of(tale: Tale) -> Offer:
    """The newest offer."""
    return newest(Offer.objects.filter(merchant_id=tale.order.merchant_id, case_id=tale.case_id))


PLAYS = (
    Play("two offers", "anna", "watch", "quality", "return_refund", 30,
         ((26, refuse), (24, keep_for_less), (22, says), (20, answers), (18, new_one), (16, notes_it)), "offer.to_consumer",
         "走一会儿就停，表盘有水汽（模拟）"),
    Play("countered", "guest-5", "tablet", "quality", "return_refund", 34, ((30, refuse), (26, keep_for_less), (8, says), (6, asks_more)),
         "offer.to_merchant", "屏幕边上漏光（模拟）"),
    Play("settled in round two", "guest-6", "keyboard", "quality", "return_refund", 60,
         ((56, refuse), (52, call), (46, keep_for_less), (30, says), (28, asks_more), (20, agrees)), "offer.accepted",
         "空格键串键（模拟）"),
    Play("the platform between them", "guest-7", "buds-black", "quality", "return_refund", 40, ((36, refuse), (32, call), (10, between)),
         "offer.to_consumer", "左耳有电流声（模拟）"),
)  # fmt: skip
