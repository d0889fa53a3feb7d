"""Reports in the formats of the standards: of delivery (RFC 3464), of reading (RFC 8098), of abuse (RFC 5965). None where there is none."""

from __future__ import annotations

import re
from email.message import Message
from typing import NamedTuple

from amends.notices.rules.inbound_parts import addresses_in, blocks, header, parts, plainly
from amends.notices.rules.inbound_reasons import is_final, reason_of, status_in

ORDER = ("failed", "delayed", "expanded", "relayed", "delivered")


class DeliveryReport(NamedTuple):
    """What a server says of one mail; of several recipients the worst is told. `action` is one of ORDER, `names` the report's own text,
    the envelope's id first: our reference may stand in it."""

    action: str
    status: str
    reason: str
    final: bool
    names: str
    recipients: tuple[str, ...]


def delivery_report(mail: Message) -> DeliveryReport | None:
    """The delivery report in the mail, wherever in it the part stands; None where it has none that names an action."""
    groups = [group for part in parts(mail) if part.get_content_type() in STATUS for group in blocks(part)]
    told = [group for group in groups if _action(group)]
    if not told:
        return None
    worst = min(told, key=lambda group: ORDER.index(_action(group)))
    words = header(worst, "Diagnostic-Code")
    status = _status(worst, words)
    reason = "delayed" if _action(worst) == "delayed" else reason_of(status, words)
    envelopes = [header(group, "Original-Envelope-Id") for group in groups]
    names = "\n".join((*envelopes, *map(plainly, groups)))
    return DeliveryReport(_action(worst), status, reason, is_final(status, reason), names, tuple(_recipients(worst)))


STATUS = frozenset({"message/delivery-status", "message/global-delivery-status"})


def is_receipt(mail: Message) -> bool:
    """Whether the mail only says that ours was shown or deleted: it had arrived."""
    return any(part.get_content_type() == "message/disposition-notification" for part in parts(mail)) or _reports(mail, "disposition")


def is_complaint(mail: Message) -> bool:
    """Whether a mail service passes on that its reader called our mail spam."""
    return any(part.get_content_type() == "message/feedback-report" for part in parts(mail)) or _reports(mail, "feedback-report")


def _reports(mail: Message, what: str) -> bool:
    return mail.get_content_type() == "multipart/report" and what in str(mail.get_param("report-type", "")).lower()


def _action(group: Message) -> str:
    word = re.split(r"[^a-z]", header(group, "Action").lower().strip(), maxsplit=1)[0]
    return word if word in ORDER else ""


def _status(group: Message, words: str) -> str:
    """The field, unless it is as empty as 5.0.0 and the server's own words know more."""
    given = status_in(header(group, "Status"))
    if given.endswith(".0.0") or not given:
        more = status_in(words)
        return more if more and not more.endswith(".0.0") else given or more
    return given


def _recipients(group: Message) -> list[str]:
    named = [header(group, name) for name in ("Original-Recipient", "Final-Recipient", "X-Actual-Recipient")]
    return addresses_in("\n".join(re.sub(r"^[\w-]+\s*;", "", value) for value in named))
