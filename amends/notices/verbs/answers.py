"""What a service says of a message, whenever and however often it comes, and what follows: done, tried again, or another channel.

Invariants
 1. The table in rules/delivery.py alone says which state an answer leads to, so the end does not depend on who came first.
 2. What follows from an end (another channel, an address that is used no more) follows from the change of the state, under the lock of
    the row: once. A message that took another's place and still waits is dropped when the first one turns out to have arrived.
 3. Answers of an earlier attempt never bring back a message that is being tried again; ends count, whichever attempt they speak of.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction

from amends.kernel import clock
from amends.notices.announcing.jobs import hand_on
from amends.notices.models import Contact, Message, Notice
from amends.notices.rules.delivery import A_CODE, MISSED, OPEN, after
from amends.notices.rules.routes import ROUTES, route
from amends.notices.rules.words import WAITS, Channel, Urgency
from amends.notices.verbs.planning import Parcel, Person, Way, keep, line, locked, next_way, queue
from amends.plumbing.messages.choosing import channel
from amends.plumbing.messages.port import Answer, Report

log = structlog.get_logger(__name__)

PAUSES = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=4))
LONGEST = timedelta(hours=24)
IMPATIENT = 3
"""So many attempts where another channel could take over; without one, all pauses are waited out."""


def take_report(report: Report) -> str:
    """What a service told us afterwards is written; answers the state, or 'unknown' for a message that is not ours."""
    return take_answer(report.answer, ref=report.key, provider=report.provider, provider_ref=report.provider_ref, source="report")


@transaction.atomic
def take_answer(
    answer: Answer, *, ref: str = "", provider: str = "", provider_ref: str = "", source: str, attempt: int | None = None
) -> str:
    """The answer is written and has had its consequence; answers the state of the message, or 'unknown' where it is not ours.

    Found by `ref`, else by the service's own reference. `source`: response (of attempt number `attempt`), look, report or bounce.
    Never raises for what a service says, so that whoever received it can tell the service that it was heard.
    """
    found = taken(ref or _ref_of(provider, provider_ref))
    if found is None:
        log.warning("answer about no message of ours", ref=ref, provider=provider, provider_ref=provider_ref, state=answer.state)
        return "unknown"
    message, person = found
    said = _said(message, answer, source)
    if said in ("again", "unheard") and (attempt not in (None, message.attempts) or message.state not in OPEN):
        return message.state
    becomes = after(message.state, said)
    columns: dict[str, Any] = {"provider_ref": answer.provider_ref} if answer.provider_ref and not message.provider_ref else {}
    if becomes == message.state and said not in ("again", "unheard"):
        if columns:
            keep(message, **columns)
        return becomes
    told = line(said, source=source, reason=answer.reason, **({"ref": answer.provider_ref} if answer.provider_ref else {}))
    if said == "again":
        _try_again(message, person, answer, told, columns)
    elif said == "unheard":
        _look_again(message, person, becomes, told, columns)
    else:
        _ended(message, person, becomes, answer, told, columns)
    return message.state


def taken(ref: str) -> tuple[Message, Person | None] | None:
    """The message and, before it, its person, locked until the transaction ends; None where there is no such message."""
    known = Message.objects.filter(ref=ref).values_list("made_at", "user_id").first() if ref else None
    if known is None:
        return None
    people = locked([known[1]]) if known[1] is not None else {}
    message = Message.objects.select_for_update().get(ref=ref, made_at=known[0])
    return message, people.get(known[1]) if known[1] is not None else None


def drop(message: Message, person: Person | None, reason: str, *, fall: bool) -> None:
    """The message is not sent at all; where `fall`, another channel takes it over."""
    keep(message, line("dropped", reason=reason), state="dropped", reason=reason, next_at=None, ended_at=clock.now())
    if fall:
        fall_back(message, person)


def overdue(message: Message, person: Person | None) -> None:
    """The service took the message and never said that it arrived: another channel takes it over, once; a late report still counts."""
    keep(message, line("overdue"), reason="overdue", next_at=None)
    fall_back(message, person)


def fall_back(message: Message, person: Person | None) -> None:
    """What the message was to say goes, notice by notice, to the next address of its group that it was not sent to yet, or by mail where
    the group is at its end. News that the group does not ask mail to carry are not forced upon it."""
    if person is None:
        return
    if message.announcement_id is not None and (told := hand_on(message, person, _untried(message, person))) is not None:
        keep(message, line("handed_on", to=told.ref, channel=told.channel))
    if message.case_id is None:
        return
    urgency = Urgency(message.urgency)
    ways = _candidates(person, urgency, message)
    tried = _tried(message)
    left: dict[tuple[int, ...], list[dict[str, Any]]] = {}
    for item in message.items:
        untried = (n for n, way in enumerate(ways) if (item["notice"], way.channel.value, way.reach.address) not in tried)
        left.setdefault(tuple(untried), []).append(item)
    for places, items in left.items():
        open_ways = [ways[place] for place in places]
        parcel = Parcel(message.merchant_id, message.case_id, message.kind, urgency, message.due_at, items)
        found = next_way(person, urgency, parcel, open_ways)
        if found is not None and found[0] in open_ways:
            taker = queue(person, parcel, found[0], found[1], made_at=clock.now(), instead_of=message.ref)
            keep(message, line("handed_on", to=taker.ref, channel=taker.channel))


# ── which answer it is ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _ref_of(provider: str, provider_ref: str) -> str:
    if not provider_ref:
        return ""
    rows = Message.objects.filter(provider=provider, provider_ref=provider_ref).order_by("-made_at").values_list("ref", flat=True)
    return rows.first() or ""


def _said(message: Message, answer: Answer, source: str) -> str:
    """The answer in the words of the table. A failure that may pass is tried again where it answers our own asking; a service that tells
    of one afterwards has given up itself."""
    if source == "response" and (answer.state == "later" or (answer.state == "failed" and not answer.permanent)):
        return "again"
    return "unheard" if answer.state == "later" else answer.state


def _try_again(message: Message, person: Person | None, answer: Answer, told: dict[str, Any], columns: dict[str, Any]) -> None:
    at = _next_try(message, person, answer)
    if at is None:
        _ended(message, person, "failed", answer, told | {"what": "failed"}, columns)
    else:
        keep(message, told | {"until": at.isoformat()}, state="queued", next_at=at, reason=answer.reason, **columns)


def _next_try(message: Message, person: Person | None, answer: Answer) -> datetime | None:
    another = person is not None and _has_another(message, person)
    if message.attempts >= (IMPATIENT if another else len(PAUSES) + 1):
        return None
    pause = PAUSES[min(max(message.attempts, 1), len(PAUSES)) - 1]
    at = clock.now() + max(pause, timedelta(seconds=answer.wait_seconds or 0))
    return at if at < _in_time(message, another=another) or message.attempts == 0 else None


def _look_again(message: Message, person: Person | None, becomes: str, told: dict[str, Any], columns: dict[str, Any]) -> None:
    """The service is asked ever less often, first when a request on its way must have arrived. Where another channel could take over,
    or the limit comes, nobody waits for it for ever: the message has failed, and may still turn out to have arrived."""
    looked, another = sum(entry["what"] == "unheard" for entry in message.log), person is not None and _has_another(message, person)
    now, ends = clock.now(), _in_time(message, another=another)
    at = now + PAUSES[min(looked, len(PAUSES) - 1)]
    if ends <= now or (another and (looked >= IMPATIENT or at >= ends)):
        _ended(message, person, "failed", Answer("failed", reason="unheard"), told | {"what": "failed", "reason": "unheard"}, columns)
    else:
        keep(message, told, state=becomes, next_at=min(at, ends), **columns)


def last_chance(message: Message) -> datetime:
    """Until when the message is worth a try: a day, or the limit of what it asks for where it holds nothing else."""
    ends = (message.sent_at or message.made_at) + LONGEST
    if message.due_at is None or message.urgency not in WAITS:
        return ends
    beside = any(notice.urgency not in WAITS for notice in notices_of(message)) if len(message.items) > 1 else False
    return ends if beside else min(ends, message.due_at)


def _in_time(message: Message, *, another: bool) -> datetime:
    """Until when this address is: where another could take over, that one has half of what is left of the limit."""
    now, ends = clock.now(), last_chance(message)
    if not another or message.due_at is None or message.urgency not in WAITS:
        return ends
    return min(ends, now + (message.due_at - now) / 2)


# ── what follows ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _ended(message: Message, person: Person | None, becomes: str, answer: Answer, told: dict[str, Any], columns: dict[str, Any]) -> None:
    before, now = message.state, clock.now()
    columns |= {"state": becomes, "reason": answer.reason if becomes in MISSED else "", "next_at": None}
    if becomes == "accepted":
        within = _reports_within(message)
        columns["next_at"] = now + within if within and (message.case_id or message.announcement_id) else None
    columns["ended_at"] = message.ended_at or (None if becomes == "accepted" and columns["next_at"] else now)
    if message.kind == A_CODE:
        columns |= {"body": "", "items": []}
    keep(message, told, **columns)
    if becomes in MISSED and answer.permanent:
        _end_address(message)
    if becomes in MISSED and before not in MISSED:
        fall_back(message, person)
    if becomes == "delivered":
        _call_off(message)


def _reports_within(message: Message) -> timedelta | None:
    there = channel(message.channel)
    return there.reports_within if there else None


def _end_address(message: Message) -> None:
    """An address that can't be reached any more is not used again; the account's own mail is noted as a contact that ended."""
    ended = {"ended_at": clock.now(), "ended_why": "bounced"}
    if message.contact_id is not None:
        Contact.objects.filter(pk=message.contact_id, ended_at__isnull=True).update(**ended)
    elif message.user_id is not None and message.channel == Channel.MAIL:
        Contact.objects.get_or_create(user_id=message.user_id, channel="mail", address=message.address, defaults=ended)


def _call_off(message: Message) -> None:
    """Whoever was to say it instead and has not begun need not."""
    takers = Message.objects.select_for_update().filter(
        merchant_id=message.merchant_id, case_id=message.case_id, user_id=message.user_id, instead_of=message.ref, state="queued",
        attempts=0,
    )  # fmt: skip
    mine = {item["notice"] for item in message.items}
    for taker in takers.order_by("made_at", "pk"):
        if {item["notice"] for item in taker.items} <= mine:
            drop(taker, None, "arrived", fall=False)


# ── where else ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _candidates(person: Person, urgency: Urgency, message: Message) -> list[Way]:
    """The addresses of the message's own group from its channel on, then mail."""
    own = Channel(message.channel)
    # The address may have ended a moment ago: its channel still says which group the message belonged to.
    groups = route(urgency, choices=person.choices, reachable={*person.reach, own})
    group = next((group for group in groups if own in group), (own,))
    ways = person.ways(group[group.index(own) :])
    if urgency is Urgency.NEWS or ROUTES[urgency].breaks_quiet:
        return ways
    return ways + [way for way in person.ways([Channel.MAIL]) if way not in ways]


def _tried(message: Message) -> set[tuple[int, str, str]]:
    """Which notice of the message went, or is to go, where."""
    mine = {item["notice"] for item in message.items}
    rows = Message.objects.filter(merchant_id=message.merchant_id, case_id=message.case_id, user_id=message.user_id)
    return {
        (item["notice"], channel_, address)
        for items, channel_, address in rows.order_by("made_at", "pk").values_list("items", "channel", "address")
        for item in items
        if item.get("notice") in mine
    }


def _untried(message: Message, person: Person) -> list[Way]:
    """Where else the announcement of the message may go to this person."""
    rows = Message.objects.filter(announcement_id=message.announcement_id, user_id=message.user_id).order_by("made_at", "pk")
    tried = set(rows.values_list("channel", "address"))
    return [way for way in _candidates(person, Urgency.NEWS, message) if (way.channel.value, way.reach.address) not in tried]


def _has_another(message: Message, person: Person) -> bool:
    if message.announcement_id is not None:
        return bool(_untried(message, person))
    if message.case_id is None:
        return False
    tried, ways = _tried(message), _candidates(person, Urgency(message.urgency), message)
    return any((item["notice"], way.channel.value, way.reach.address) not in tried for item in message.items for way in ways)


def notices_of(message: Message) -> list[Notice]:
    """The notices that a message carries, oldest first."""
    moments = {datetime.fromisoformat(item["at"]) for item in message.items}
    found = Notice.objects.filter(merchant_id=message.merchant_id, made_at__in=moments, pk__in=[item["notice"] for item in message.items])
    return list(found.select_related("merchant").order_by("made_at", "pk"))
