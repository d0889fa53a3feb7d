"""Quick replies: ready answers in both languages, of a shop or of the platform, with places that a case fills.

One can be sent as it is or changed before; sending counts how often it was used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import F, QuerySet

from amends.cases.hands import check_not_reader
from amends.cases.models import Case
from amends.cases.texts import clean_words
from amends.kernel import clock
from amends.kernel.money import Money
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref, new_ref
from amends.kernel.refusals import NotFound, NotYourMove, Unprocessable
from amends.kernel.texts import Text, say
from amends.people.rules import Actor, Role
from amends.talks.models import QuickReply

LONGEST_TITLE, LONGEST_BODY, MOST_REPLIES = 80, 1000, 200
KEEPERS = frozenset({Role.SUPERVISOR, Role.ADMIN, Role.MERCHANT})
"""Who keeps the ready answers of their side: a shop's own people, and the platform's heads."""
PLACES: Mapping[str, Text] = {
    "case": say("售后单号", "the case's number"),
    "order": say("订单号", "the order's number"),
    "consumer": say("消费者的名字", "the consumer's name"),
    "shop": say("商家名称", "the merchant's name"),
    "goods": say("商品", "the goods"),
    "sum": say("诉求金额", "the sum that is claimed"),
}
_PLACE = re.compile(r"\{([^{}]*)\}")
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class Filled:
    """A ready answer with its places filled for one case, in both languages."""

    ref: str
    key: str
    title: Text
    body: Text
    used: int


def replies_of(by: Actor) -> QuerySet[QuickReply]:
    """The ready answers of the reader's own side that are in use, the most used first."""
    there = QuickReply.objects.filter(ended_at__isnull=True).order_by("-used", "key")
    if by.party is Party.MERCHANT and by.merchant_id:
        return there.filter(merchant_id=by.merchant_id)
    return there.filter(merchant__isnull=True) if by.party in (Party.PLATFORM, Party.ARBITER) and by.sees_everything else there.none()


def filled_for(case: Case, by: Actor) -> list[Filled]:
    """All of the reader's side, filled for this case. The case has consumer, merchant and order at hand."""
    return [_filled(row, case) for row in replies_of(by)]


def save_reply(told: Mapping[str, Any], *, ref: str = "", by: Actor) -> QuickReply:
    """The ready answer `ref` says this, or a new one. `told`: key, title_zh, title_en, body_zh, body_en; what is left out stays.

    Raises NotYourMove for who keeps none, NotFound, Unprocessable at the field that is wrong or the key that is taken.
    """
    known = _mine(ref, by) if ref else None
    merchant = _keeper(by)
    with transaction.atomic():
        _lock(merchant)
        row = known or QuickReply(ref=new_ref("QR"), merchant_id=merchant, made_at=clock.now())
        for name in ("key", "title_zh", "title_en", "body_zh", "body_en"):
            if name in told:
                setattr(row, name, str(told[name]).strip())
        _check(row, merchant)
        row.save()
    return row


def end_reply(ref: str, *, by: Actor) -> QuickReply:
    """It is offered no more."""
    row = _mine(ref, by)
    _keeper(by)
    row.ended_at = clock.now()
    row.save(update_fields=["ended_at"])
    return row


def count_use(ref: str, by: Actor) -> None:
    """Something was sent that began as this ready answer; an unknown one counts nothing."""
    if ref:
        replies_of(by).filter(ref=clean_ref(ref) or "").update(used=F("used") + 1)


def may_keep(by: Actor) -> bool:
    """Whether this person may write ready answers of their side."""
    return not by.only_reads and bool(by.roles & KEEPERS) and by.party in (Party.MERCHANT, Party.PLATFORM)


def _filled(row: QuickReply, case: Case) -> Filled:
    sum_of = Money(case.claimed_minor, case.currency)
    values = {
        "case": Text(case.ref, case.ref), "order": Text(case.order.ref, case.order.ref), "goods": case.title,
        "consumer": Text(case.consumer.name_zh, case.consumer.name_en), "shop": Text(case.merchant.name_zh, case.merchant.name_en),
        "sum": Text(sum_of.into("zh"), sum_of.into("en")),
    }  # fmt: skip
    zh = _PLACE.sub(lambda found: values[found[1]].zh if found[1] in values else found[0], row.body_zh)
    en = _PLACE.sub(lambda found: values[found[1]].en if found[1] in values else found[0], row.body_en)
    return Filled(row.ref, row.key, Text(row.title_zh, row.title_en), Text(zh, en), row.used)


def _keeper(by: Actor) -> int | None:
    check_not_reader(by)
    if not may_keep(by):
        raise NotYourMove(say("快捷回复由店铺或者平台主管来写。", "A shop's own people or the platform's supervisors write quick replies."))
    return by.merchant_id if by.party is Party.MERCHANT else None


def _lock(merchant: int | None) -> None:
    """Two of one key at once are one after the other, so that the second is told that the key is taken."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"quick_replies:{merchant or 0}"])


def _mine(ref: str, by: Actor) -> QuickReply:
    row = replies_of(by).filter(ref=clean_ref(ref) or "").first()
    if row is None:
        raise NotFound
    return row


def _check(row: QuickReply, merchant: int | None) -> None:
    """Raises Unprocessable at the first field that is wrong."""
    if not _KEY.fullmatch(row.key):
        wrong = say("短名用小写字母、数字、- 和 _，最多 40 个字符。", "A key has lower-case letters, digits, - and _, 40 at most.")
        raise Unprocessable.field("key", wrong, code="wrong_key")
    there = QuickReply.objects.filter(ended_at__isnull=True)
    there = there.filter(merchant__isnull=True) if merchant is None else there.filter(merchant_id=merchant)
    if there.filter(key=row.key).exclude(pk=row.pk).exists():
        raise Unprocessable.field("key", say("这个短名已经有了。", "There is one of this key already."), code="key_taken")
    if row.pk is None and there.count() >= MOST_REPLIES:
        raise Unprocessable.field("key", say("最多 {n} 条快捷回复。", "At most {n} quick replies.", n=MOST_REPLIES), code="too_many")
    for name, most in (("title_zh", LONGEST_TITLE), ("title_en", LONGEST_TITLE), ("body_zh", LONGEST_BODY), ("body_en", LONGEST_BODY)):
        setattr(row, name, clean_words(getattr(row, name), field=name, longest=most))
        if not getattr(row, name):
            raise Unprocessable.field(name, say("两种语言都要写。", "Both languages are needed."), code="required")
    for name in ("body_zh", "body_en"):
        unknown = sorted({place for place in _PLACE.findall(getattr(row, name)) if place not in PLACES})
        if unknown:
            places = "、".join(f"{{{place}}}" for place in PLACES)
            wrong = say("没有 {wrong}，可以用：{all}。", "There is no {wrong}; there are {all}.", wrong=f"{{{unknown[0]}}}", all=places)
            raise Unprocessable.field(name, wrong, code="unknown_place")
