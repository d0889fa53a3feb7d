"""Reading messages: who was told what, when, over which channel, and how far it came. One view for every face.

What a message said is shown to whoever may see its case; the address in full only to its owner and to the platform's people, and what a
code said to nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from amends.cases.models import Case
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound
from amends.kernel.texts import Text, say
from amends.notices.models import Announcement, Message
from amends.notices.queries import instant
from amends.notices.rules.delivery import A_CODE, MISSED, OPEN, STATE_NAMES, may_resend, reason_in_words
from amends.notices.rules.words import AUDIENCE_NAMES, CHANNEL_NAMES, Audience, Channel
from amends.notices.rules.writers import may_send
from amends.people.models import User
from amends.people.rules import Actor

SIZE = 25
STATES_BY_NAME = {"open": sorted(OPEN), "missed": sorted(MISSED)}


@dataclass(frozen=True, slots=True)
class LogLine:
    """One thing that happened to a message."""

    at: datetime
    words: Text


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message as its reader may see it. `party` is the side that its person was told for, empty where it is about no case."""

    ref: str
    made_at: datetime
    who: Text
    party: str
    channel: str
    channel_name: Text
    address: str
    language: str
    kind: str
    urgency: str
    state: str
    state_name: Text
    reason: Text | None
    subject: str
    body: str
    due_at: datetime | None
    next_at: datetime | None
    sent_at: datetime | None
    ended_at: datetime | None
    case_ref: str
    instead_of: str
    attempts: int
    provider: str
    log: tuple[LogLine, ...]
    may_resend: bool


@dataclass(frozen=True, slots=True)
class LogPage:
    """A page of the log, newest first; `after` is the key of the next one, empty on the last."""

    rows: list[MessageView]
    after: str


def messages_of(case_ref: str, by: Actor) -> list[MessageView]:
    """Every message about this case, oldest first: for consumers their own, for a merchant those of both sides, for the platform all.
    Raises NotFound where `by` may not see the case."""
    case = Case.objects.visible_to(by).filter(ref=clean_ref(case_ref) or "").values("id", "merchant_id", "ref").first()
    if case is None:
        raise NotFound
    found = Message.objects.filter(merchant_id=case["merchant_id"], case_id=case["id"]).order_by("made_at", "pk")
    views = _views(found, by)
    return views if by.sees_everything else [view for view in views if view.party in ("consumer", by.party.value)]


def message(ref: str, by: Actor) -> MessageView:
    """One message with its log; raises NotFound for whoever is not of the platform's people nor its person."""
    found = Message.objects.filter(ref=clean_ref(ref) or "-")
    if not by.sees_everything:
        found = found.filter(user_id=by.user_id) if by.user_id is not None else found.none()
    views = _views(found, by)
    if not views:
        raise NotFound
    return views[0]


def log(by: Actor, *, filters: Mapping[str, str] | None = None, after: str = "", size: int = SIZE) -> LogPage:
    """The messages of the whole house, newest first. For the platform's people alone.

    `filters`: q (the number of a case, message or announcement, or part of an address or subject), state (several with commas; `open`,
    `missed`), channel. Raises NotFound for others and for a page that is none.
    """
    if not by.sees_everything:
        raise NotFound
    found = _behind(_filtered(Message.objects.all(), filters or {}), after)
    rows = list(found.order_by("-made_at", "-pk")[: size + 1])
    last = rows[size - 1] if len(rows) > size else None
    return LogPage(_views(rows[:size], by), f"{last.made_at.isoformat().replace('+00:00', 'Z')}~{last.pk}" if last else "")


def _filtered(found: QuerySet[Message], filters: Mapping[str, str]) -> QuerySet[Message]:
    if state := filters.get("state"):
        found = found.filter(state__in=STATES_BY_NAME.get(state) or state.split(","))
    if channel := filters.get("channel"):
        found = found.filter(channel=channel)
    words = filters.get("q", "").strip()
    if not words:
        return found
    ref = clean_ref(words)
    if ref is None:
        return found.filter(Q(address__icontains=words) | Q(subject__icontains=words))
    if ref.startswith("MG-"):
        return found.filter(Q(ref=ref) | Q(instead_of=ref))
    if ref.startswith("AN-"):
        return found.filter(announcement_id__in=Announcement.objects.filter(ref=ref).values("pk"))
    case = Case.objects.filter(ref=ref).values("id", "merchant_id").first()
    return found.filter(merchant_id=case["merchant_id"], case_id=case["id"]) if case else found.none()


def _behind(found: QuerySet[Message], after: str) -> QuerySet[Message]:
    if not after:
        return found
    at, _, key = after.partition("~")
    try:
        return found.filter(Q(made_at__lt=datetime.fromisoformat(at)) | Q(made_at=datetime.fromisoformat(at), pk__lt=int(key)))
    except ValueError as wrong:
        raise NotFound(say("这一页不存在。", "There is no such page.")) from wrong


def _views(found: QuerySet[Message] | Sequence[Message], by: Actor) -> list[MessageView]:
    rows = list(found)
    names = dict(User.objects.filter(pk__in={row.user_id for row in rows if row.user_id}).order_by().values_list("pk", "name"))
    return [_view(row, names, by) for row in rows]


def _view(row: Message, names: Mapping[int, str], by: Actor) -> MessageView:
    item: Mapping[str, Any] = next((item for item in row.items if "party" in item), {})
    open_to_me = by.sees_everything or (row.user_id is not None and row.user_id == by.user_id)
    hidden = row.kind == A_CODE
    return MessageView(
        ref=row.ref, made_at=row.made_at, who=_who(row, item, names, open_to_me=open_to_me), party=item.get("party", ""),
        channel=row.channel, channel_name=CHANNEL_NAMES[Channel(row.channel)], address=row.address if open_to_me else masked(row.address),
        language=row.language, kind=row.kind, urgency=row.urgency, state=row.state, state_name=STATE_NAMES[row.state],
        reason=reason_in_words(row.reason), subject=row.subject, body="" if hidden else row.body, due_at=row.due_at, next_at=row.next_at,
        sent_at=row.sent_at, ended_at=row.ended_at, case_ref=item.get("case", ""), instead_of=row.instead_of, attempts=row.attempts,
        provider=row.provider, log=tuple(_line(entry, refs=by.sees_everything) for entry in row.log),
        may_resend=may_send(by) and may_resend(row.kind, row.state, row.ref),
    )  # fmt: skip


def _who(row: Message, item: Mapping[str, Any], names: Mapping[int, str], *, open_to_me: bool) -> Text:
    name = names.get(row.user_id or 0, "") if open_to_me else ""
    side = AUDIENCE_NAMES[Audience(item["party"])] if item else None
    if side is None:
        return say("{name}", "{name}", name=name or "—")
    return say("{side} {name}", "{side} {name}", side=side, name=name) if name else side


def masked(address: str) -> str:
    """Enough of an address to know one's own by, and not enough to use: `an***@example.com`, `***4567`, `push.example.com/***`."""
    name, at, domain = address.rpartition("@")
    if at:
        return f"{name[:2]}***@{domain}"
    if "://" in address:
        return address.split("/")[2] + "/***"
    return f"***{address[-4:]}"


# ── the log in words ─────────────────────────────────────────────────────────────────────────────────────────────────────────

LINES: Mapping[str, Text] = {
    "planned": say("安排在 {until} 发送", "planned for {until}"),
    "joined": say("又并入 {count} 条通知", "{count} more notices joined"),
    "waits": say("等到 {until}，不打扰夜间休息", "waits until {until}, for the night"),
    "sending": say("第 {attempt} 次发送", "attempt {attempt}"),
    "accepted": say("服务商已接收", "taken by the service"),
    "delivered": say("已送达", "delivered"),
    "failed": say("未送达（{reason}）", "not delivered ({reason})"),
    "bounced": say("被退回（{reason}）", "bounced ({reason})"),
    "again": say("服务商暂时不收（{reason}），{until} 再试", "not taken for now ({reason}); tried again at {until}"),
    "unheard": say("没有回音，将向服务商核对", "no answer; the service will be asked"),
    "asked_for_report": say("没有送达回执，正在核对", "no delivery report yet; the service is asked"),
    "fault": say("我们的程序出错，{until} 再试", "a fault of ours; tried again at {until}"),
    "overdue": say("一直没有送达回执", "no delivery report came"),
    "dropped": say("没有发送：{reason}", "not sent: {reason}"),
    "delayed": say("还没有送达，对方服务器仍在尝试", "not there yet; the servers go on trying"),
    "auto_reply": say("收到一封自动回来的邮件（{reason}）", "a machine answered ({reason})"),
    "complaint": say("收件人投诉为垃圾邮件，停发进展类邮件", "reported as spam by its reader; news by mail stop"),
    "answered": say("有人用邮件回复，写在售后单 {to} 的时间线里", "answered by mail; the words stand in the timeline of case {to}"),
    "handed_on": say("改由{channel}发送（{to}）", "handed on to {channel} ({to})"),
    "resent": say("由平台重发（原消息 {of}）", "sent again by the platform (was {of})"),
    "resent_as": say("已重发为 {to}", "sent again as {to}"),
}
WITHOUT_REFS: Mapping[str, Text] = {
    "handed_on": say("改由{channel}发送", "handed on to {channel}"),
    "resent": say("由平台重发", "sent again by the platform"),
    "resent_as": say("已重发", "sent again"),
}
"""For everybody but the platform's people: whoever knows a message's reference can have a bounce speak of it."""


def _line(entry: Mapping[str, Any], *, refs: bool) -> LogLine:
    at = datetime.fromisoformat(entry["at"])
    words = LINES.get(entry["what"]) if refs else WITHOUT_REFS.get(entry["what"]) or LINES.get(entry["what"])
    if words is None:
        return LogLine(at, say("{what}", "{what}", what=entry["what"]))
    reason = reason_in_words(str(entry.get("reason") or "")) or say("原因不明", "no reason given")
    until = entry.get("until")
    places = {
        "until": instant(datetime.fromisoformat(until)) if until else "",
        "count": len(entry.get("kinds", ())),
        "reason": reason,
        "channel": CHANNEL_NAMES[Channel(entry["channel"])] if "channel" in entry else "",
        **{name: entry.get(name, "") for name in ("attempt", "to", "of")},
    }
    return LogLine(at, words.filled(**places))
