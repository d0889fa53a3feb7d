"""What would be sent: a row of the table about a real case, in one language, over one channel. Sends nothing and writes nothing.

Where the case has come by that line of its timeline, the notice is the one that was drawn from it; else it is imagined with the limits
and sums that the case has now, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from amends.cases.models import Case, Entry
from amends.cases.queries import case_for
from amends.kernel import clock
from amends.kernel.refs import new_ref
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.notices.composing import Composed, compose, outgoing
from amends.notices.models import Message, Notice
from amends.notices.rules.segments import Segments, segments
from amends.notices.rules.table import BESIDE, Row
from amends.notices.rules.words import Channel
from amends.notices.verbs.noticing import drawn
from amends.notices.wording import row_of
from amends.people.rules import Actor
from amends.plumbing.messages.choosing import words_sent

LANGUAGES = ("zh", "en")
MOST_LINES = 20
IMAGINED_LIMIT = timedelta(hours=48)
NEXT = ("life", "stage", "due_at")


@dataclass(frozen=True, slots=True)
class Preview:
    """`text` is what goes out over the channel as it is set up, with its cuts and its link; `happened` is false where the case has not come
    so far. `parts` is for text messages alone. `headers` are those that a mail would have."""

    row: Row
    case: str
    channel: Channel
    language: str
    subject: str
    text: str
    url: str
    happened: bool
    parts: Segments | None
    headers: dict[str, str]


def preview(case_ref: str, kind: str, party: str, *, language: str, channel: str, by: Actor) -> Preview:
    """How this notice reads. Raises NotFound for a case that `by` may not see or a row that is none, Unprocessable for another language
    or channel."""
    row, over, told = row_of(kind, party), _channel(channel), _language(language)
    case = case_for(case_ref, by)
    notice, happened = _notice(case, row)
    words = compose([notice], language=told, channel=Channel.PUSH if over is Channel.PAGE else over)
    if over is Channel.PAGE:
        return Preview(row, case.ref, over, told, words.subject, words.text, "", happened, None, {})
    out = outgoing(_message(notice, over, told, words), {})
    text = words_sent(over.value, out)
    if over is Channel.PUSH:
        text = text.removeprefix(f"{words.subject}\n")
    parts = segments(text) if over is Channel.SMS else None
    return Preview(row, case.ref, over, told, words.subject, text, out.url, happened, parts, dict(out.headers))


def _channel(name: str) -> Channel:
    if name not in list(Channel):
        raise Unprocessable.field("channel", say("请选择一种通知方式。", "Choose a channel."), code="no_channel")
    return Channel(name)


def _language(name: str) -> str:
    if name not in LANGUAGES:
        raise Unprocessable.field("language", say("请选择中文或英文。", "Choose Chinese or English."), code="no_language")
    return name


def _notice(case: Case, row: Row) -> tuple[Notice, bool]:
    """The notice of this row about this case, unsaved; the drawn one where the line was written."""
    life, verb = row.when.split(".")
    lines = Entry.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, life=life, verb=verb).order_by("-made_at", "-pk")
    for entry in () if row.when in BESIDE else lines[:MOST_LINES]:
        found = next((one.notice for one in drawn(case, entry) if one.row == row), None)
        if found is not None:
            found.merchant = case.merchant
            return found, True
    return _imagined(case, row), False


def _imagined(case: Case, row: Row) -> Notice:
    now = clock.now()
    turns = sorted(case.turns, key=lambda one: (one["party"] != row.due_of, one["due_at"]))
    facts: dict[str, Any] = {"case": case.ref, "amount_minor": case.claimed_minor, "unit": case.currency, "silence": ""}
    due_at = now + IMAGINED_LIMIT
    if turns:
        due_at = datetime.fromisoformat(turns[0]["due_at"])
        facts |= {name: turns[0][name] for name in ("silence", "limit")} | {"next": {name: turns[0][name] for name in NEXT}}
    if row.by_lapse:
        facts["until"] = now.isoformat()
    return Notice(
        merchant=case.merchant, case_id=case.pk, made_at=now, party=row.to.value, consumer_id=case.consumer_id, kind=row.kind,
        urgency=row.urgency.value, facts=facts, due_at=due_at if row.due_of else None, key="",
    )  # fmt: skip


def _message(notice: Notice, over: Channel, language: str, words: Composed) -> Message:
    """The message that it would be, unsaved; its reference is a fresh one, as the sent one's would be."""
    item = {"case": notice.facts["case"], "party": notice.party, "kind": notice.kind}
    return Message(
        merchant_id=notice.merchant_id, made_at=notice.made_at, ref=new_ref("MG"), case_id=notice.case_id, channel=over.value, address="",
        language=language, kind=notice.kind, urgency=notice.urgency, items=[item], subject=words.subject, body=words.text, state="queued",
    )  # fmt: skip
