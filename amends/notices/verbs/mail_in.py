"""What happens with a mail that came in. No mail is ever answered from here, so two machines cannot talk to each other for ever.

Invariants
 1. Only a reference of ours with a true check sign says which message or case is meant: never the sender's word.
 2. An address ends only by a bounce that calls it unreachable and names it, so that a forwarder's bounce does not end another's mailbox.
 3. A mail moves no case. A person's words are kept beside the case for the platform alone, because who wrote them is not known.
 4. Heard twice is kept once: the digest of the Message-ID stands in the timeline, and is looked for under the case's lock.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from enum import StrEnum

import structlog
from django.db import transaction
from django.utils.crypto import salted_hmac

from amends.cases.acting import PLATFORM_ONLY
from amends.cases.carrying_on import written_to
from amends.cases.models import Case, Entry
from amends.cases.record import an_act
from amends.cases.taking import take_carrier_of
from amends.cases.texts import clean_words, keep_text, told
from amends.kernel import clock
from amends.notices.models import Message
from amends.notices.rules.inbound import Inbound, Kind, read_mail
from amends.notices.rules.inbound_parts import addresses_in
from amends.notices.rules.words import Channel
from amends.notices.unsubscribing import unsubscribe_path
from amends.notices.verbs.answers import taken
from amends.notices.verbs.planning import keep, line
from amends.notices.verbs.preferences import stop_news
from amends.notices.verbs.sending import take_answer
from amends.people.rules import PLATFORM
from amends.plumbing.messages.choosing import channel
from amends.plumbing.messages.port import Answer
from amends.plumbing.messages.smtp import Smtp

log = structlog.get_logger(__name__)
MOST_AN_HOUR = 5
MOST_A_DAY = 20
"""So many mails of one sender about one case are kept; more than that is a machine, or somebody who has to be called."""
MOST_OF_A_CASE = 30
"""So many of all senders in a day, because a sender may call themselves anything."""


class Made(StrEnum):
    """What was made of a mail: for the log, and for whoever handed it over."""

    TAKEN = "taken"
    NOTED = "noted"
    KEPT = "kept"
    DOUBLE = "double"
    CAPPED = "capped"
    UNKNOWN = "unknown"
    DROPPED = "dropped"


def take_mail(raw: bytes) -> Made:
    """The mail had its consequence, once however often it is handed over.

    A bounce or report is written on its message (taken); a delay, an automatic reply or a complaint in the message's log (noted); a
    person's words beside the case, and agents are told (kept). What names nothing of ours is left alone (unknown), as are our own mails
    and junk (dropped). Never raises for what a mail says.
    """
    mail = read_mail(raw, own=own_addresses())
    made = _made(mail)
    log.info("mail came in", kind=mail.kind.value, reason=mail.reason, status=mail.status, ref=next(iter(mail.refs), ""), made=made.value)
    return made


def own_addresses() -> tuple[str, ...]:
    """The addresses that our mails come from, in lower case."""
    service = channel(Channel.MAIL)
    return tuple(addresses_in(service.place.options["from"])) if isinstance(service, Smtp) else ()


def _made(mail: Inbound) -> Made:
    message = _message_of(mail)
    if mail.kind in (Kind.OWN, Kind.JUNK):
        return Made.DROPPED
    if mail.kind is Kind.PERSON:
        return _keep_words(mail, message)
    if message is None:
        return Made.UNKNOWN
    if mail.kind is Kind.BOUNCE:
        return _bounced(mail, message)
    if mail.kind is Kind.DELIVERED:
        take_answer(Answer("delivered"), ref=message.ref, source="report")
        return Made.TAKEN
    if mail.kind is Kind.COMPLAINT and message.user_id is not None:
        stop_news(unsubscribe_path(message.user_id).rpartition("/")[2])
    return _note(mail.kind.value, mail, message)


def _message_of(mail: Inbound) -> Message | None:
    """The message of ours that the mail speaks of: the surest reference first."""
    found = {message.ref: message for message in Message.objects.filter(ref__in=mail.refs, channel=Channel.MAIL).order_by("made_at")}
    return next((found[ref] for ref in mail.refs if ref in found), None)


def _bounced(mail: Inbound, message: Message) -> Made:
    named = message.address.lower() in mail.recipients
    answer = Answer("bounced", reason=f"{mail.reason} {mail.status}".strip(), permanent=mail.final and named)
    take_answer(answer, ref=message.ref, source="bounce")
    return Made.TAKEN


def _note(what: str, mail: Inbound, message: Message) -> Made:
    """A line in the message's log; the same mail says it once."""
    digest = _digest(mail)
    with transaction.atomic():
        found = taken(message.ref)
        if found is None:
            return Made.UNKNOWN
        if any(entry.get("mail") == digest for entry in found[0].log):
            return Made.DOUBLE
        keep(found[0], line(what, reason=mail.reason, mail=digest))
    return Made.NOTED


# ── a person's words ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _keep_words(mail: Inbound, message: Message | None) -> Made:
    case_id = message.case_id if message is not None else _case_of(mail)
    if case_id is None:
        return Made.UNKNOWN
    made = _write_down(case_id, mail, message.ref if message is not None else "")
    if made is Made.KEPT and message is not None:
        _note_answer(message.ref, case_id)
    return made


def _case_of(mail: Inbound) -> int | None:
    rows = Case.objects.filter(ref__in=mail.cases).values_list("ref", "pk")
    known = dict(rows.order_by("pk"))
    return next((known[ref] for ref in mail.cases if ref in known), None)


@an_act
def _write_down(case_id: int, mail: Inbound, answers: str) -> Made:
    known = Case.objects.only("merchant_id", "order_id", "ref").get(pk=case_id)
    case = take_carrier_of(known)
    digest, sender, now = _digest(mail), salted_hmac("amends.notices.mail_in", mail.sender).hexdigest()[:16], clock.now()
    lines = Entry.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, life="case", verb="mail_in")
    if lines.filter(facts__mail=digest).exists():
        return Made.DOUBLE
    today = list(lines.filter(made_at__gt=now - timedelta(days=1)).order_by("made_at").values_list("facts__sender", "made_at"))
    mine = [at for who, at in today if who == sender]
    most = len(today) >= MOST_OF_A_CASE or len(mine) >= MOST_A_DAY
    if most or sum(at > now - timedelta(hours=1) for at in mine) >= MOST_AN_HOUR:
        return Made.CAPPED
    text = keep_text(case, "mail", clean_words(mail.words, field="words"), PLATFORM)
    facts = written_to(case, known, {"mail": digest, "sender": sender, "message": answers, **told(text)})
    case.tell("mail_in", PLATFORM, facts=facts, audience=PLATFORM_ONLY)
    return Made.KEPT


@transaction.atomic
def _note_answer(ref: str, case_id: int) -> None:
    found = taken(ref)
    if found is not None:
        keep(found[0], line("answered", to=Case.objects.values_list("ref", flat=True).get(pk=case_id)))


def _digest(mail: Inbound) -> str:
    """The mail's name without its words: of one that has no Message-ID, what it says stands for it."""
    name = mail.message_id or f"{mail.sender}\n{mail.subject}\n{mail.words}"
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:32]
