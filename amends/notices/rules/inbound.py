"""What kind of mail came in: a bounce, a machine's reply, our own mail coming back, a person (RFC 3834, 3464, 8098, 5965, and habits).

Read from marks, surest first: a report in a standard's format; our own name on it; what mail systems write when they return a mail
without a format; marks of automatic mail; and what is left is a person. Nothing here fails, whatever comes in, and nothing is believed
for its sender's word alone: only a reference of ours with a true check sign says which message is meant.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from email.message import Message
from enum import StrEnum

from amends.notices.rules.inbound_marks import (
    AUTO_SUBJECT,
    BOUNCED,
    CHALLENGE,
    DAEMON,
    DAEMON_NAME,
    GIVEN_UP,
    LATE,
    QUOTED,
    RECEIPT,
    REPLY_HEADERS,
    STILL_TRYING,
)
from amends.notices.rules.inbound_parts import addresses_in, header, headers, parsed, refs_in, returned, text_of
from amends.notices.rules.inbound_reasons import is_final, reason_of, status_in
from amends.notices.rules.inbound_reports import delivery_report, is_complaint, is_receipt

MOST_HOPS = 40
LONGEST_WORDS = 4000


class Kind(StrEnum):
    """What a mail is to us."""

    BOUNCE = "bounce"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    AUTO_REPLY = "auto_reply"
    COMPLAINT = "complaint"
    PERSON = "person"
    OWN = "own"
    JUNK = "junk"


@dataclass(frozen=True, slots=True)
class Inbound:
    """One mail, read. `refs` are messages of ours that it speaks of and `cases` cases, surest first; `final` says that the address is
    not to be used again; `reason` is a key of inbound_reasons.REASONS; `recipients` whom a bounce names; `words` what a person wrote,
    without what was quoted. Addresses in lower case."""

    kind: Kind
    refs: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    final: bool = False
    reason: str = ""
    status: str = ""
    recipients: tuple[str, ...] = ()
    sender: str = ""
    message_id: str = ""
    in_reply_to: str = ""
    subject: str = ""
    words: str = ""


def read_mail(raw: bytes, *, own: Collection[str] = ()) -> Inbound:
    """What this mail is; `own` are the addresses that we send from, in lower case. Never raises, however broken the mail."""
    mail = parsed(raw)
    text, back = text_of(mail), returned(mail)
    told = "\n".join(
        (header(mail, "In-Reply-To"), *headers(mail, "References"), header(mail, "Subject"), back, text, header(mail, "Message-ID"))
    )
    seen = Inbound(
        Kind.PERSON, refs=tuple(refs_in(told, "MG")), cases=tuple(refs_in(told, "AS")), sender=_address(header(mail, "From")),
        message_id=header(mail, "Message-ID")[:250], in_reply_to=header(mail, "In-Reply-To")[:250], subject=header(mail, "Subject")[:300],
    )  # fmt: skip
    for look in (_report, _loop, _free_bounce, _automatic, _unwanted):
        if (found := look(mail, seen, text, own)) is not None:
            return found
    return _with(seen, words=own_words(text))


def own_words(text: str) -> str:
    """What the writer wrote, without the mail that was answered."""
    kept = re.split(QUOTED, text, maxsplit=1)[0]
    lines = [line for line in kept.splitlines() if not line.lstrip().startswith((">", "＞"))]
    return "\n".join(lines).strip()[:LONGEST_WORDS]


# ── one look after another ───────────────────────────────────────────────────────────────────────────────────────────────────


def _report(mail: Message, seen: Inbound, text: str, own: Collection[str]) -> Inbound | None:
    if is_complaint(mail):
        return _with(seen, kind=Kind.COMPLAINT, reason="complaint")
    if is_receipt(mail):
        return _with(seen, kind=Kind.DELIVERED, reason="receipt")
    report = delivery_report(mail)
    if report is None:
        return None
    refs = tuple(dict.fromkeys((*refs_in(report.names, "MG"), *seen.refs)))
    if report.action == "failed" and report.reason == "other":
        reason = reason_of(report.status, text)
        report = report._replace(reason=reason, final=is_final(report.status, reason))
    kind = {"failed": Kind.BOUNCE, "delayed": Kind.DELAYED}.get(report.action, Kind.DELIVERED)
    recipients = tuple(dict.fromkeys((*report.recipients, *addresses_in(header(mail, "X-Failed-Recipients")))))
    failed = kind is Kind.BOUNCE
    return _with(seen, kind=kind, refs=refs, final=failed and report.final, reason="receipt" if kind is Kind.DELIVERED else report.reason,
                 status=report.status, recipients=recipients)  # fmt: skip


def _loop(mail: Message, seen: Inbound, text: str, own: Collection[str]) -> Inbound | None:
    """Our own mail, forwarded or sent back as it was; or one that many servers have handed on to one another."""
    if refs_in(seen.message_id.partition("@")[0], "MG") or (seen.sender and seen.sender in own):
        return _with(seen, kind=Kind.OWN, reason="loop")
    return _with(seen, kind=Kind.JUNK, reason="loop") if len(mail.get_all("Received", [])) > MOST_HOPS else None


def _free_bounce(mail: Message, seen: Inbound, text: str, own: Collection[str]) -> Inbound | None:
    """A bounce in no standard's format: qmail's, Exim's, those of Chinese providers and of home-made servers."""
    failed = addresses_in(header(mail, "X-Failed-Recipients"))
    daemon, null = _is_daemon(mail, seen), _is_null(mail)
    says = bool(BOUNCED.search(seen.subject)) or bool(GIVEN_UP.search(text[:1500]))
    if not (failed or (says and (daemon or null)) or (daemon and LATE.search(seen.subject))):
        return None
    status, recipients = status_in(text), tuple(dict.fromkeys((*failed, *addresses_in(text[:4000]))))
    late = LATE.search(seen.subject) or STILL_TRYING.search(text[:3000])
    if late and not GIVEN_UP.search(text[:1500]):
        return _with(seen, kind=Kind.DELAYED, reason="delayed", status=status, recipients=recipients)
    reason = reason_of(status, f"{seen.subject}\n{text[:6000]}")
    return _with(seen, kind=Kind.BOUNCE, reason=reason, status=status, final=is_final(status, reason), recipients=recipients)


def _automatic(mail: Message, seen: Inbound, text: str, own: Collection[str]) -> Inbound | None:
    if CHALLENGE.search(seen.subject) or CHALLENGE.search(text[:600]):
        return _with(seen, kind=Kind.AUTO_REPLY, reason="challenge")
    if RECEIPT.match(seen.subject):
        return _with(seen, kind=Kind.AUTO_REPLY, reason="receipt")
    replies = header(mail, "Auto-Submitted").lower().startswith("auto-replied") or bool(AUTO_SUBJECT.match(seen.subject))
    if replies or any(mail.get(name) is not None for name in REPLY_HEADERS):
        return _with(seen, kind=Kind.AUTO_REPLY, reason="auto_reply")
    if mail.get("List-Id") is not None or mail.get("List-Unsubscribe") is not None or _precedence(mail) == "list":
        return _with(seen, kind=Kind.JUNK, reason="list")
    if _is_null(mail) or _is_machine(mail, seen):
        return _with(seen, kind=Kind.AUTO_REPLY if seen.refs else Kind.JUNK, reason="auto_reply" if seen.refs else "machine")
    return None


def _unwanted(mail: Message, seen: Inbound, text: str, own: Collection[str]) -> Inbound | None:
    if header(mail, "X-Spam-Flag").lower() == "yes" or header(mail, "X-Spam-Status").lower().startswith("yes"):
        return _with(seen, kind=Kind.JUNK, reason="spam")
    return _with(seen, kind=Kind.JUNK, reason="unreadable") if not seen.sender or not own_words(text) else None


# ── marks ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _is_daemon(mail: Message, seen: Inbound) -> bool:
    name = header(mail, "From").rpartition("<")[0]
    return bool(DAEMON.match(seen.sender.partition("@")[0])) or bool(DAEMON_NAME.search(name))


def _is_null(mail: Message) -> bool:
    return any(path.replace(" ", "") in ("<>", "") for path in headers(mail, "Return-Path"))


def _is_machine(mail: Message, seen: Inbound) -> bool:
    marked = header(mail, "Auto-Submitted").lower().split(";")[0].strip()
    suppresses = re.search(r"\b(all|oof|autoreply)\b", header(mail, "X-Auto-Response-Suppress").lower())
    named = re.match(r"(no-?_?reply|do-?not-?reply|bounces?|notifications?|robot|system)$", seen.sender.partition("@")[0])
    return marked not in ("", "no") or bool(suppresses) or _precedence(mail) in ("bulk", "junk", "auto_reply") or bool(named)


def _precedence(mail: Message) -> str:
    return header(mail, "Precedence").lower().strip()


def _address(value: str) -> str:
    """The address of a sender: the one in angle brackets, else the first. Not by the library, whose reader of comments can be overrun."""
    found = addresses_in(value.rpartition("<")[2]) or addresses_in(value)
    return found[0] if found else ""


def _with(seen: Inbound, **changed: object) -> Inbound:
    known = {name: getattr(seen, name) for name in seen.__slots__}
    return Inbound(**{**known, **changed})
