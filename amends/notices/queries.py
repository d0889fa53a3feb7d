"""Reading notices: put into words when read, so that they hold nothing personal and follow the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from amends.cases.hands import STAFF
from amends.kernel.limits import Limit
from amends.kernel.money import Money
from amends.kernel.parties import Party
from amends.kernel.refusals import NotFound
from amends.kernel.texts import Text, say
from amends.notices.basis import basis_words
from amends.notices.models import Notice, Recipient
from amends.notices.rules.places import left_words, next_words, rule_words, silence_words, who_waited
from amends.notices.rules.promises import REASONS
from amends.notices.rules.sentences import Told
from amends.notices.rules.words import Audience
from amends.notices.wording import worded
from amends.people.rules import Actor

HERE = ZoneInfo("Asia/Shanghai")
OF_PLATFORM = frozenset({Audience.AGENT.value, Audience.ARBITER.value, Audience.SUPERVISOR.value})


@dataclass(frozen=True, slots=True)
class Read:
    """A notice as its reader sees it."""

    case: str
    made_at: datetime
    subject: Text
    body: Text
    unread: bool
    id: int
    kind: str
    party: str
    urgency: str
    due_at: datetime | None


def notices_for(actor: Actor, *, most: int = 50) -> list[Read]:
    """The newest notices of this side, newest first; for a person of the platform those of their roles, and those that name them."""
    found = addressed_to(actor).select_related("merchant").annotate(seen=_passed(actor))
    return [_read(notice, unread=not notice.seen) for notice in found.order_by("-made_at", "-id")[:most]]


def unread_count(actor: Actor) -> int:
    """How many notices this side has not read; for a person of the platform, since they last said that they have read all."""
    return unread(actor).count()


def unread(actor: Actor) -> QuerySet[Notice]:
    """The notices that `actor` has not read. A side's are read once for all of its people; of the platform each reads alone."""
    return addressed_to(actor).exclude(_passed(actor))


def in_words(notice: Notice) -> Told:
    """Subject and body of a notice (its `merchant` at hand), with their places filled: as this installation words it. A kind that the
    table has no more is said by its case alone."""
    try:
        told = worded(notice.kind, notice.party)
    except NotFound:
        told = Told(say("售后单有新进展", "News of a case"), say("售后单 {case} 有新进展。", "There is news of case {case}."))
    places = _places(notice)
    return Told(told.subject.filled(**places), told.body.filled(**places))


def addressed_to(actor: Actor) -> QuerySet[Notice]:
    if actor.party is Party.CONSUMER and actor.consumer_id:
        return Notice.objects.filter(consumer_id=actor.consumer_id, party="consumer")
    if actor.party is Party.MERCHANT and actor.merchant_id:
        return Notice.objects.filter(merchant_id=actor.merchant_id, party="merchant")
    if _of_platform(actor):
        roles = sorted(role.value for role in actor.roles if role.value in OF_PLATFORM)
        to_me = ~Q(party=Audience.NAMED) | Q(facts__people__contains=[actor.user_id])
        return Notice.objects.filter(to_me, party__in=[*roles, Audience.NAMED.value])
    return Notice.objects.none()


def _of_platform(actor: Actor) -> bool:
    return actor.user_id is not None and actor.party in STAFF and not actor.is_stranger


def _passed(actor: Actor) -> Q | Exists:
    """Whether `actor` has read a notice: a side's by its own mark, of the platform's those before the instant up to which they read."""
    if not _of_platform(actor):
        return Q(read_at__isnull=False)
    return Exists(Recipient.objects.filter(pk=actor.user_id, read_until__gte=OuterRef("made_at")))


def _read(notice: Notice, *, unread: bool) -> Read:
    told = in_words(notice)
    return Read(
        notice.facts["case"], notice.made_at, told.subject, told.body, unread, notice.pk, notice.kind, notice.party, notice.urgency,
        notice.due_at,
    )  # fmt: skip


def _places(notice: Notice) -> dict[str, Any]:
    facts = notice.facts
    silence, limit, due = facts.get("silence") or "", facts.get("limit") or "", instant(notice.due_at)
    until, coming = facts.get("until"), facts.get("next") or {}
    return {
        "basis": basis_words(facts.get("basis")),
        "case": facts["case"], "shop": say(notice.merchant.name_zh, notice.merchant.name_en), "due": due, "sum": _sum(notice),
        "silence": silence_words(silence) if silence else say("按规则处理", "the rules decide"),
        "until": instant(datetime.fromisoformat(until) if until else None),
        "who": who_waited(limit), "rule": rule_words(limit, Limit.parse(facts["length"]).in_words() if facts.get("length") else None),
        "left": left_words(notice.due_at - notice.made_at) if notice.due_at else due,
        "next": next_words(coming.get("life", ""), coming.get("stage", ""),
                           instant(datetime.fromisoformat(coming["due_at"])) if coming else None),
        "address": facts.get("address", ""), "reason": REASONS.get(facts.get("reason", "")) or REASONS["other"],
    }  # fmt: skip


def instant(at: datetime | None) -> Text:
    """An instant as a sentence says it; `the limit` where there is none."""
    if at is None:
        return say("时限", "the limit")
    local = at.astimezone(HERE)
    return say(f"{local.month}月{local.day}日 {local:%H:%M}（北京时间）", f"{local.day} {local:%b %H:%M} (Beijing time)")


def _sum(notice: Notice) -> Text:
    minor, unit = notice.facts.get("amount_minor", 0), notice.facts.get("unit", "CNY")
    amount = Money(minor, unit.split(".")[0])
    kind = say("{sum} 的优惠券", "a coupon of {sum}") if "." in unit else say("{sum}", "{sum}")
    return Text(kind.zh, kind.en, {"sum": say(amount.into("zh"), amount.into("en"))})
