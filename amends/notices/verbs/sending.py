"""One message and the service that carries it: handed out when it is due, sent after a commit, looked up before it is sent again.

Invariants
 1. The key at the service is `ref`, for ever. The row says `sending` in a transaction of its own before the service is asked, and what it
    said is written in another one (answers.py): the same rule as for money.
 2. A message is claimed under the lock of its row: of two workers one sends. One left in `sending` by a killed worker becomes `unsure`
    when its lease is over, and an unsure one is asked about at the service first.
 3. Words are put together at the first attempt and never again: what goes out under one key is one text.
 4. `next_at` is the only timer: when to send, when the lease ends, when to look, by when a report should have come. The clock reads it.

Where a service neither takes a key nor can be asked (a mail server; a push service), a message whose answer was lost goes out again, and
may arrive twice: as the same mail under the same Message-ID, as the same push under the same tag, by which readers fold the two into one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

import structlog
from django.db import DatabaseError, connection, transaction

from amends.cases.models import Deadline
from amends.kernel import clock
from amends.kernel.refs import clean_ref, new_ref
from amends.kernel.refusals import NoSuchMove, NotFound
from amends.kernel.texts import say
from amends.notices.composing import compose, outgoing
from amends.notices.models import Announcement, Contact, Message, Notice
from amends.notices.rules.delivery import may_resend
from amends.notices.rules.quiet import release_at
from amends.notices.rules.words import WAITS, Channel, Urgency
from amends.notices.rules.writers import only_senders
from amends.notices.verbs.answers import LONGEST, PAUSES, drop, last_chance, notices_of, overdue, take_answer, take_report, taken
from amends.notices.verbs.planning import HANDED_OVER, Person, keep, line
from amends.people.rules import Actor
from amends.plumbing import jobs
from amends.plumbing.messages.choosing import channel
from amends.plumbing.messages.port import NEVER_RECEIVED, Answer, Outgoing
from amends.plumbing.messages.port import Channel as Service
from amends.plumbing.shards import WHOLE, Shard

__all__ = ["release", "resend", "send", "take_answer", "take_report"]

log = structlog.get_logger(__name__)
JOB = "send_message"
MOST = 500
NEWS_AT_ONCE = 100
LEASE = timedelta(seconds=30)
LEASES: Mapping[str, timedelta] = {Channel.MAIL: timedelta(seconds=90), Channel.WECHAT: timedelta(seconds=90)}
"""Longer than any call to the channel may last: whoever has not answered by then is dead, or will be heard as a late answer. A mail
server is asked in a dozen steps, and two of them may be slow in good health; WeChat's token may have to be renewed on the way."""


class Claim(NamedTuple):
    """What one worker has to do for a message, and what it needs for it."""

    what: Literal["send", "look"]
    service: Service
    out: Outgoing
    attempt: int
    since: datetime


def release(*, shard: Shard = WHOLE, most: int = MOST) -> int:
    """At most `most` messages whose time has come, and few news beside them, were handed to jobs, each to one; answers how many. For the
    clock, every second.

    Read without a lock and claimed by a conditional update, as deadlines are: of two clocks one hands a message out. One that was in
    somebody's hands for longer than its lease is unsure from now on. One whose job still waits for a worker gets no second.
    """
    due = shard.rows(Message.objects.filter(next_at__lte=clock.now())).order_by("next_at", "made_at", "pk").values_list("ref", flat=True)
    handed = _hand_out(list(due.exclude(urgency=Urgency.NEWS)[:most]), priority=0)
    # Many at once, and nobody waits for them: they take the place that the others leave.
    news = due.filter(urgency=Urgency.NEWS)
    if news.exists() and (room := NEWS_AT_ONCE - jobs.waiting_last(JOB)) > 0:
        handed += _hand_out(list(news[: min(room, most)]), priority=jobs.LAST)
    return handed


def _hand_out(refs: list[str], *, priority: int) -> int:
    if not refs:
        return 0
    now = clock.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notices_message SET next_at = %s, state = CASE WHEN state = 'sending' THEN 'unsure' ELSE state END"
            " WHERE ref = ANY(%s) AND next_at <= %s RETURNING ref",
            [now + HANDED_OVER, refs, now],
        )
        handed = {ref for (ref,) in cursor.fetchall()}
        idle = handed - jobs.waiting(JOB, "ref", handed)
        jobs.later_each(JOB, [{"ref": ref} for ref in refs if ref in idle], priority=priority)
    return len(handed)


def next_instant(shard: Shard = WHOLE) -> datetime | None:
    """When the next message has something to do; for whoever moves the time himself."""
    return shard.rows(Message.objects.filter(next_at__isnull=False)).order_by("next_at").values_list("next_at", flat=True).first()


def send(ref: str) -> str:
    """Whatever this message needs now was done: sent, looked up, dropped or left alone; answers its state.

    Never inside a transaction: the service is asked between two.
    """
    claim = _claim(ref)
    if claim is None:
        return _state(ref)
    if claim.what == "send":
        return _sent(ref, claim)
    answer = claim.service.look(claim.out, claim.since)
    if answer is None or (answer.state == "failed" and answer.reason == NEVER_RECEIVED):
        again = _claim_again(ref, claim)
        return _sent(ref, again) if again else _state(ref)
    return take_answer(answer, ref=ref, source="look")


@transaction.atomic
def resend(ref: str, by: Actor) -> Message:
    """The same notices go to the same address once more, as a new message with a key of its own; by supervisors and administrators, for a
    message that has come to an end. Raises NotFound, NotYourMove, NoSuchMove."""
    only_senders(by)
    found = taken(clean_ref(ref) or "")
    if found is None:
        raise NotFound
    old, now = found[0], clock.now()
    if not may_resend(old.kind, old.state, old.ref):
        raise NoSuchMove(say("这条消息还在路上，或者不能重发。", "This message is still on its way, or cannot be sent again."))
    made = Message.objects.create(
        merchant_id=old.merchant_id, made_at=now, ref=new_ref("MG"), user_id=old.user_id, case_id=old.case_id,
        announcement_id=old.announcement_id, channel=old.channel, contact_id=old.contact_id, address=old.address, language=old.language,
        kind=old.kind, urgency=old.urgency, items=old.items, subject=old.subject, body=old.body, state="queued",
        next_at=now + HANDED_OVER, instead_of=old.ref, key=f"again:{old.ref}:{new_ref('MG')}",
        log=[line("resent", by=by.user_id, of=old.ref)],
    )  # fmt: skip
    keep(old, line("resent_as", to=made.ref))
    jobs.later(JOB, ref=made.ref)
    return made


# ── first transaction: about to ask ──────────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def _claim(ref: str) -> Claim | None:
    found = taken(ref)
    if found is None:
        return None
    message, person = found
    service = channel(message.channel)
    if message.state == "queued":
        return _to_send(message, person, service)
    if message.state == "unsure":
        if clock.now() >= last_chance(message):
            take_answer(Answer("failed", reason="unheard"), ref=ref, source="report")
            return None
        if service is None:
            take_answer(Answer("unheard", reason="not_set_up"), ref=ref, source="look")
            return None
        keep(message, next_at=clock.now() + _lease(message))
        return _to_look(message, service)
    if message.state == "accepted" and message.next_at is not None:
        return _to_ask_for_report(message, person, service)
    return None


def _lease(message: Message) -> timedelta:
    return LEASES.get(message.channel, LEASE)


@transaction.atomic
def _claim_again(ref: str, looked: Claim) -> Claim | None:
    """The service does not know the key, or cannot be asked: the same again, if nothing was heard meanwhile."""
    found = taken(ref)
    if found is None:
        return None
    message, person = found
    if message.state == "unsure" and message.attempts == looked.attempt:
        return _begun(message, looked.service)
    if message.state == "accepted":
        overdue(message, person)
    return None


def _to_send(message: Message, person: Person | None, service: Service | None) -> Claim | None:
    """The message is in this worker's hands; None where there is a reason not to send it (now, or at all)."""
    now = clock.now()
    if message.attempts == 0 and message.next_at is not None and now + HANDED_OVER < message.next_at:
        return None  # a job from before it was put off
    notices = _still_worth(message)
    if service is None:
        drop(message, person, "not_set_up", fall=True)
    elif (reason := _why_not(message, person, notices)) is not None:
        drop(message, person, reason, fall=reason == "gone")
    elif (later := _quiet_until(message, person, now)) is None:
        drop(message, person, "too_late", fall=True)
    elif later > now:
        keep(message, line("waits", until=later.isoformat()), next_at=later)
    else:
        worded = message.attempts > 0 or message.case_id is None or _put_into_words(message, person, notices)
        return _begun(message, service) if worded else None
    return None


def _begun(message: Message, service: Service) -> Claim:
    now, machine = clock.now(), clock.machine_now()
    told = line("sending", attempt=message.attempts + 1, provider=service.provider, machine=machine.isoformat())
    keep(
        message, told, state="sending", attempts=message.attempts + 1, next_at=now + _lease(message), provider=service.provider,
        sent_at=message.sent_at or now,
    )  # fmt: skip
    return Claim("send", service, outgoing(message, _keys(message)), message.attempts, machine)


def _to_look(message: Message, service: Service) -> Claim:
    first = next((entry["machine"] for entry in message.log if "machine" in entry), None)
    since = datetime.fromisoformat(first) if first else clock.machine_now() - LONGEST
    return Claim("look", service, outgoing(message, _keys(message)), message.attempts, since)


def _to_ask_for_report(message: Message, person: Person | None, service: Service | None) -> Claim | None:
    """The report that should have come is asked for; nothing is done for a message whose report may still come, and none is waited for
    where the channel has no service any more, or one that tells of none."""
    within = service.reports_within if service else None
    if service is None or within is None:
        keep(message, next_at=None, ended_at=message.ended_at or clock.now())
        return None
    if message.sent_at is None or clock.now() < message.sent_at + within:
        return None
    if any(entry["what"] == "asked_for_report" for entry in message.log):
        overdue(message, person)
        return None
    keep(message, line("asked_for_report"), next_at=clock.now() + _lease(message))
    return _to_look(message, service)


def _still_worth(message: Message) -> list[Notice]:
    """The notices that are worth sending now: what they ask for is not done, and its limit has not passed."""
    if message.case_id is None or message.attempts > 0:
        return []
    notices, now = notices_of(message), clock.now()
    asked = [notice.facts["deadline"] for notice in notices if notice.urgency in WAITS and notice.facts.get("deadline")]
    rows = Deadline.objects.filter(merchant_id=message.merchant_id, pk__in=asked, ended_at__isnull=True, due_at__gt=now) if asked else None
    waited_for = set(rows.order_by().values_list("pk", flat=True)) if rows is not None else set()
    return [
        notice
        for notice in notices
        if notice.urgency not in WAITS or notice.facts.get("deadline") is None or notice.facts["deadline"] in waited_for
    ]


def _why_not(message: Message, person: Person | None, notices: list[Notice]) -> str | None:
    """Why this message is not to go out any more, as a key of rules/delivery.REASONS."""
    now, meant_for_case = clock.now(), message.case_id is not None and message.attempts == 0
    if message.announcement_id and Announcement.objects.filter(pk=message.announcement_id, withdrawn_at__isnull=False).exists():
        return "withdrawn"
    if meant_for_case and not notices:
        return "too_late" if message.due_at is not None and message.due_at <= now else "done"
    if not meant_for_case and message.due_at is not None and message.due_at <= now and message.attempts == 0:
        return "too_late"
    if _is_direct(message):
        return None
    if person is None or all(reach.address != message.address for reach in person.reach.get(Channel(message.channel), ())):
        return "gone"
    wanted = {way.channel for group in person.groups(Urgency.NEWS, "") for way in group}
    return "stopped" if message.urgency == Urgency.NEWS and Channel(message.channel) not in wanted else None


def _is_direct(message: Message) -> bool:
    """About this very address (a code, a test): not what a person chose to be told."""
    return message.case_id is None and message.announcement_id is None


def _quiet_until(message: Message, person: Person | None, now: datetime) -> datetime | None:
    """From when the message may go, `now` or later; None where that is too late for what it is about."""
    if person is None or _is_direct(message):
        return now
    return release_at(now, person.quiet, Urgency(message.urgency), Channel(message.channel), message.due_at)


def _put_into_words(message: Message, person: Person | None, notices: list[Notice]) -> bool:
    """The words are those of the person's language now, and stay. False where a fault of ours keeps us from finding them: tried again as
    a service that is away would be, until it is too late."""
    language = person.language if person else message.language
    try:
        with transaction.atomic():
            said = compose(notices, language=language, channel=Channel(message.channel))
    except DatabaseError:
        raise  # passes, with the job's next attempt
    except Exception:
        log.exception("message not put into words", message=message.ref)
        _put_off(message, person)
        return False
    keep(message, language=language, subject=said.subject, body=said.text)
    return True


def _put_off(message: Message, person: Person | None) -> None:
    faults = sum(entry["what"] == "fault" for entry in message.log)
    at = clock.now() + PAUSES[min(faults, len(PAUSES) - 1)]
    if at < last_chance(message):
        keep(message, line("fault", until=at.isoformat()), next_at=at)
    else:
        drop(message, person, "fault", fall=True)


def _keys(message: Message) -> dict[str, str]:
    kept = Contact.objects.filter(pk=message.contact_id).values_list("keys", flat=True).first() if message.contact_id else None
    given: dict[str, str] = next((item["keys"] for item in message.items if "keys" in item), {})
    return {**(kept or {}), **given}


# ── between two transactions: asking ─────────────────────────────────────────────────────────────────────────────────────────


def _sent(ref: str, claim: Claim) -> str:
    try:
        answer = claim.service.send(claim.out)
    except Exception:
        # A channel must not raise. Nobody knows what the service did, so this is asked about like any answer that was lost.
        log.exception("channel raised", message=ref, channel=claim.service.name)
        answer = Answer("unheard", reason="fault")
    return take_answer(answer, ref=ref, source="response", attempt=claim.attempt)


def _state(ref: str) -> str:
    return Message.objects.filter(ref=ref).values_list("state", flat=True).first() or "unknown"
