"""What the office keeps of notices: the table, how rows are worded, previews, the log of messages. For the platform's own people.

Who may change or send stands in amends/notices/rules/writers.py; addresses of others are shown in part.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from amends.api import shapes, telling
from amends.api.bodies import Body, NothingIn, Ref, Str, _storable
from amends.api.callers import Asked
from amends.api.doing import done, posting, reading
from amends.api.pages import key_in, key_out
from amends.kernel.refusals import NotFound
from amends.notices import queries_messages as messages
from amends.notices.models import Wording
from amends.notices.previewing import preview
from amends.notices.rules.places import places_of
from amends.notices.rules.routes import ROUTES
from amends.notices.rules.sentences import Told
from amends.notices.rules.writers import only_office
from amends.notices.table_words import InWords, in_words, table
from amends.notices.verbs.sending import resend
from amends.notices.verbs.testing import send_test
from amends.notices.wording import FIELDS, Words, row_of, save_wording, take_built_in, versions_of, worded

router = Router(tags=["notices"])

Said = Annotated[str, StringConstraints(max_length=1000), AfterValidator(_storable)]
Seen = Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)]
Language = Literal["zh", "en"]
Over = Literal["page", "mail", "sms", "push", "wechat"]


class RowOut(Schema):
    """A row of the table: when (on which conditions), who is told, how urgently, over which channels (each group in the order in which
    its channels are tried), about whose limit, and how it is said now. `kind` and `to` name it."""

    kind: str
    to: str
    when: shapes.TextOut
    given: list[shapes.TextOut]
    urgency: str
    channels: list[list[str]]
    due_of: shapes.TextOut | None
    subject: shapes.TextOut
    body: shapes.TextOut


class TableOut(Schema):
    """Every row, in the order of the table."""

    items: list[RowOut]


class WordingVersionOut(Schema):
    """One version of this installation's words; all four are empty where the built-in text came back."""

    version: int
    subject_zh: str
    subject_en: str
    body_zh: str
    body_en: str
    by: str
    at: datetime


class WordingOut(RowOut):
    """A row with the places that its sentence may have, and this installation's versions, newest first; `version` 0 is the built-in one."""

    places: list[str]
    version: int
    versions: list[WordingVersionOut]


class WordingIn(Body):
    """New words in both languages. `version` is the one that you have read; another one is refused, so that nobody writes over anybody."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "subject_zh": "商家没有同意你的申请",
                    "subject_en": "The merchant refused your claim",
                    "body_zh": "售后单 {case} 被拒绝。{due} 前可以申请平台介入；到时没有申请，{silence}。",
                    "body_en": "Case {case} was refused. Until {due} you can call the platform in. Otherwise: {silence}.",
                    "version": 0,
                }
            ]
        },
    )

    subject_zh: Said
    subject_en: Said
    body_zh: Said
    body_en: Said
    version: Seen | None = None


class PartsOut(Schema):
    """How a text message travels: its length in units of the encoding (gsm or ucs2), the pieces that it is billed as, and how much is left
    in the last one."""

    encoding: str
    length: int
    pieces: int
    left: int


class PreviewOut(Schema):
    """What would be sent. `happened` is false where the case has not come to this step, and its present limits and sums stand in."""

    case: str
    kind: str
    to: str
    channel: str
    language: str
    subject: str
    text: str
    url: str
    happened: bool
    parts: PartsOut | None
    headers: dict[str, str]


class TestIn(Body):
    """A preview that is sent to yourself."""

    case: Ref
    kind: Ref
    to: Ref
    language: Language = "zh"
    channel: Over = "mail"


class TableLineOut(Schema):
    """One thing that happened to a message."""

    at: datetime
    words: shapes.TextOut


class ShortMessageOut(Schema):
    """A message. `address` is shown in part; `instead_of` names the message that this one came for."""

    ref: str
    made_at: datetime
    who: shapes.TextOut
    channel: str
    address: str
    language: str
    kind: str
    urgency: str
    state: str
    reason: shapes.TextOut | None
    subject: str
    case: str
    due_at: datetime | None
    next_at: datetime | None
    sent_at: datetime | None
    ended_at: datetime | None
    attempts: int
    provider: str
    instead_of: str


class MessageOut(ShortMessageOut):
    """A message with what it said and everything that happened to it."""

    body: str
    log: list[TableLineOut]
    may_resend: bool


class MessagesOut(Schema):
    """A page of the log, newest first."""

    items: list[ShortMessageOut]
    next: str | None


@reading(router, "/notices/table", TableOut, "Who is told what")
def notices_table(request: Asked) -> TableOut:
    """Every row as it is said now."""
    only_office(request.auth.actor)
    return TableOut(items=[RowOut(**_row(one)) for one in table()])


@reading(router, "/notices/preview", PreviewOut, "What would be sent about a case")
def notices_preview(request: Asked, case: Ref, kind: Ref, to: Ref, language: Language = "zh", channel: Over = "mail") -> PreviewOut:
    """In one language over one channel. Nothing is sent."""
    only_office(request.auth.actor)
    found = preview(case, kind, to, language=language, channel=channel, by=request.auth.actor)
    parts = PartsOut(**found.parts._asdict()) if found.parts else None
    same = {name: getattr(found, name) for name in ("case", "language", "subject", "text", "url", "happened", "headers")}
    return PreviewOut(**same, kind=kind, to=to, channel=found.channel.value, parts=parts)


@posting(router, "/notices/tests", MessageOut, "Send yourself a test")
def notices_test(request: Asked, body: TestIn) -> HttpResponse:
    """The words are on their way to your own address, marked as a test."""
    by = request.auth.actor
    only_office(by)

    def run() -> MessageOut:
        made = send_test(body.case, body.kind, body.to, language=body.language, channel=body.channel, by=by)
        return MessageOut(**_message(messages.message(made.ref, by)))

    return done(request, run)


@reading(router, "/wordings/{kind}/{to}", WordingOut, "How a row is said")
def one_wording(request: Asked, kind: str, to: str) -> WordingOut:
    """Its words, its places, its versions."""
    only_office(request.auth.actor)
    return _wording(kind, to)


@posting(router, "/wordings/{kind}/{to}", WordingOut, "Word a row anew")
def change_wording(request: Asked, kind: str, to: str, body: WordingIn) -> HttpResponse:
    """The words hold from now on; `fields` say what cannot be said."""
    only_office(request.auth.actor)
    words = Words(**{name: getattr(body, name) for name in FIELDS})

    def run() -> WordingOut:
        if words.is_empty:
            raise NotFound
        save_wording(kind, to, words, by=request.auth.actor, version=body.version)
        return _wording(kind, to)

    return done(request, run)


@posting(router, "/wordings/{kind}/{to}/built-in", WordingOut, "Take the built-in words back")
def restore_wording(request: Asked, kind: str, to: str, body: NothingIn) -> HttpResponse:
    """The built-in text holds again; the versions stay."""
    only_office(request.auth.actor)

    def run() -> WordingOut:
        take_built_in(kind, to, by=request.auth.actor)
        return _wording(kind, to)

    return done(request, run)


@reading(router, "/messages", MessagesOut, "What was sent, newest first")
def list_messages(request: Asked, q: Str = "", state: Str = "", channel: Str = "", after: str = "") -> MessagesOut:
    """`q`: a case's, message's or announcement's reference, or part of an address or subject; `state`: a state, `open` or `missed`."""
    only_office(request.auth.actor)
    found = messages.log(request.auth.actor, filters={"q": q, "state": state, "channel": channel}, after=key_in(after) or "")
    return MessagesOut(items=[ShortMessageOut(**_message(one)) for one in found.rows], next=key_out(found.after.replace("Z~", "+00:00~")))


@reading(router, "/messages/{ref}", MessageOut, "One message with its log")
def one_message(request: Asked, ref: str) -> MessageOut:
    """What it said, and each thing that happened to it."""
    only_office(request.auth.actor)
    return MessageOut(**_message(messages.message(ref, request.auth.actor)))


@posting(router, "/messages/{ref}/again", MessageOut, "Send a message again")
def message_again(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """The same words go to the same address once more, as a message of its own."""
    by = request.auth.actor
    only_office(by)
    return done(request, lambda: MessageOut(**_message(messages.message(resend(ref, by).ref, by))))


def _row(one: InWords) -> dict[str, Any]:
    row, told = one.row, worded(one.row.kind, one.row.to)
    groups = [[channel.value for channel in group] for group in ROUTES[row.urgency].groups]
    return {
        "kind": row.kind, "to": row.to.value, "when": telling.text(one.when), "given": [telling.text(given) for given in one.given],
        "urgency": row.urgency.value, "channels": [["page"], *groups],
        "due_of": telling.text(one.due_of) if one.due_of else None, **_told(told),
    }  # fmt: skip


def _told(told: Told) -> dict[str, Any]:
    """With the places still open."""
    return {name: shapes.TextOut(zh=text.zh, en=text.en) for name, text in (("subject", told.subject), ("body", told.body))}


def _wording(kind: str, to: str) -> WordingOut:
    row, versions = row_of(kind, to), versions_of(kind, to)
    own = versions[0].version if versions and versions[0].body_zh else 0
    return WordingOut(**_row(in_words(row)), places=sorted(places_of(row)), version=own, versions=[_version(one) for one in versions])


def _version(found: Wording) -> WordingVersionOut:
    words = {name: getattr(found, name) for name in FIELDS}
    return WordingVersionOut(version=found.version, by=found.made_by.name if found.made_by else "", at=found.made_at, **words)


def _message(found: messages.MessageView) -> dict[str, Any]:
    same = ("ref", "made_at", "channel", "language", "kind", "urgency", "state", "subject", "body", "due_at", "next_at", "sent_at")
    more = ("ended_at", "attempts", "provider", "instead_of", "may_resend")
    return {
        **{name: getattr(found, name) for name in (*same, *more)}, "who": telling.text(found.who), "case": found.case_ref,
        "address": messages.masked(found.address), "reason": telling.text(found.reason) if found.reason else None,
        "log": [TableLineOut(at=line.at, words=telling.text(line.words)) for line in found.log],
    }  # fmt: skip
