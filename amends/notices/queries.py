"""Reading notices: put into words when read, so that they hold nothing personal and follow the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from amends.kernel.money import Money
from amends.kernel.parties import Party
from amends.kernel.texts import Text, say
from amends.notices.models import Notice
from amends.notices.rules.places import left_words, next_words, rule_words, silence_words, who_waited
from amends.notices.rules.sentences import SENTENCES, Told
from amends.notices.rules.table import row_of
from amends.people.rules import Actor

HERE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Read:
    """A notice as its reader sees it."""

    case: str
    made_at: datetime
    subject: Text
    body: Text
    unread: bool


def notices_for(actor: Actor, *, most: int = 50) -> list[Read]:
    """The newest notices of this side, newest first; empty for a side that is told nothing in the page."""
    return [_read(notice) for notice in addressed_to(actor).order_by("-made_at", "-id")[:most]]


def unread_count(actor: Actor) -> int:
    """How many notices this side has not read."""
    return addressed_to(actor).filter(read_at__isnull=True).count()


def sentence(notice: Notice, told: Told) -> Text:
    """The notice's body with its places filled."""
    facts = notice.facts
    silence, limit, due = facts.get("silence") or "", facts.get("limit") or "", _instant(notice.due_at)
    until, coming = facts.get("until"), facts.get("next") or {}
    return told.body.filled(
        case=facts["case"], due=due, sum=_sum(notice),
        silence=silence_words(silence) if silence else say("按规则处理", "the rules decide"),
        until=_instant(datetime.fromisoformat(until) if until else None),
        who=who_waited(limit), rule=rule_words(limit),
        left=left_words(notice.due_at - notice.made_at) if notice.due_at else due,
        next=next_words(coming.get("life", ""), coming.get("stage", ""),
                        _instant(datetime.fromisoformat(coming["due_at"])) if coming else None),
    )  # fmt: skip


def addressed_to(actor: Actor) -> QuerySet[Notice]:
    if actor.party is Party.CONSUMER and actor.consumer_id:
        return Notice.objects.filter(consumer_id=actor.consumer_id, party="consumer")
    if actor.party is Party.MERCHANT and actor.merchant_id:
        return Notice.objects.filter(merchant_id=actor.merchant_id, party="merchant")
    return Notice.objects.none()


def _read(notice: Notice) -> Read:
    told = SENTENCES[row_of(notice.kind, notice.party).words]
    return Read(notice.facts["case"], notice.made_at, told.subject, sentence(notice, told), notice.read_at is None)


def _instant(at: datetime | None) -> Text:
    if at is None:
        return say("时限", "the limit")
    local = at.astimezone(HERE)
    return say(f"{local.month}月{local.day}日 {local:%H:%M}（北京时间）", f"{local.day} {local:%b %H:%M} (Beijing time)")


def _sum(notice: Notice) -> Text:
    minor, unit = notice.facts.get("amount_minor", 0), notice.facts.get("unit", "CNY")
    amount = Money(minor, unit.split(".")[0])
    kind = say("{sum} 的优惠券", "a coupon of {sum}") if "." in unit else say("{sum}", "{sum}")
    return Text(kind.zh, kind.en, {"sum": say(amount.into("zh"), amount.into("en"))})
