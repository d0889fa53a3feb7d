"""What you were told, how you want to be told, where you can be reached: the caller's own person alone. One endpoint, one verb."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Router, Schema
from ninja.params import functions as params
from pydantic import ConfigDict, Field, StringConstraints

from amends.api import bodies, shapes, telling
from amends.api.bodies import Body, NothingIn, Ref, Str
from amends.api.callers import Asked
from amends.api.doing import done, posting, reading
from amends.notices.models import Contact
from amends.notices.queries import notices_for
from amends.notices.queries_people import Preferences, contact_of, contacts_of, person, preferences_of
from amends.notices.rules.quiet import Quiet
from amends.notices.rules.words import Channel
from amends.notices.verbs import contacts, mark_read
from amends.notices.verbs.preferences import NO_QUIET, set_preferences
from amends.plumbing.messages import choosing

router = Router(tags=["notices"])
CONTACT: Any = params.Path(..., ge=1, le=bodies.MOST_ID)
Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Id = Annotated[int, Field(ge=1, le=bodies.MOST_ID, strict=True)]


class NoticeOut(Schema):
    """One notice. `urgency` is hazard, act, remind, result or news; `due_at` the limit that it speaks of."""

    id: int
    case: str
    at: datetime
    subject: shapes.TextOut
    body: shapes.TextOut
    unread: bool
    kind: str
    urgency: str
    due_at: datetime | None


class NoticesOut(Schema):
    items: list[NoticeOut]


class ReadIn(Body):
    """Which notices are read; without `ids` all of them. A person of the platform reads all at once."""

    ids: Annotated[list[Id], Field(max_length=200)] | None = None


class ReadOut(Schema):
    """How many of them had not been read."""

    read: int


class QuietHours(Body):
    """Local times of `zone`; text messages, push and WeChat wait until the end."""

    start: Clock
    end: Clock
    zone: Ref = "Asia/Shanghai"


class PreferencesIn(Body):
    """`choices` replaces the channels of the urgencies that it names; `quiet` is hours, "off" or "default", left out it stays."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"choices": {"news": [], "result": ["mail"]}, "quiet": {"start": "22:00", "end": "08:00"}}]},
    )

    choices: dict[Ref, Annotated[list[Ref], Field(max_length=10)]] = Field(default_factory=dict, max_length=10)
    quiet: QuietHours | Literal["off", "default"] | None = None


class PreferencesOut(Schema):
    """Channels by urgency, in the order in which they are tried; `quiet` null: none."""

    choices: dict[str, list[str]]
    quiet: QuietHours | None


class ContactIn(Body):
    """`channel` is sms, mail or wechat. A code is sent there."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"channel": "sms", "address": "138 1234 5678"}]})

    channel: Ref
    address: Annotated[Str, Field(max_length=300)]
    label: Annotated[Str, Field(max_length=80)] = ""


class CodeIn(Body):
    """The six digits that came."""

    code: Annotated[Ref, Field(min_length=1)]


class PushKeysIn(Body):
    p256dh: Annotated[Str, Field(max_length=200)]
    auth: Annotated[Str, Field(max_length=200)]


class PushIn(Body):
    """A `PushSubscription` as the browser's `toJSON()` writes it."""

    endpoint: Annotated[Str, Field(max_length=2000)]
    keys: PushKeysIn
    label: Annotated[Str, Field(max_length=80)] = ""


class ContactOut(Schema):
    """One address. `confirmed`: it is used; a push subscription's address is not told again."""

    id: int
    channel: str
    address: str
    label: str
    confirmed: bool
    ended: bool


class ContactsOut(Schema):
    items: list[ContactOut]


class PushOut(Schema):
    """`public_key` is the applicationServerKey to subscribe with, empty where push is not set up here."""

    public_key: str
    items: list[ContactOut]


@reading(router, "/notices", NoticesOut, "What you were told, newest first")
def my_notices(request: Asked) -> NoticesOut:
    """The newest fifty notices of your side."""
    return NoticesOut(
        items=[
            NoticeOut(
                id=one.id, case=one.case, at=one.made_at, subject=telling.text(one.subject), body=telling.text(one.body),
                unread=one.unread, kind=one.kind, urgency=one.urgency, due_at=one.due_at,
            )
            for one in notices_for(request.auth.actor)
        ]
    )  # fmt: skip


@posting(router, "/notices/reading", ReadOut, "Say that you have read them")
def notices_reading(request: Asked, body: ReadIn) -> HttpResponse:
    """These notices of your side are read."""
    return done(request, lambda: ReadOut(read=mark_read(by=request.auth.actor, ids=body.ids)))


@reading(router, "/preferences", PreferencesOut, "How you want to be told")
def my_preferences(request: Asked) -> PreferencesOut:
    """Channels for each urgency, and quiet hours."""
    return _preferences(preferences_of(person(request.auth.actor)))


@posting(router, "/preferences", PreferencesOut, "Choose how you want to be told")
def choose_preferences(request: Asked, body: PreferencesIn) -> HttpResponse:
    """You are told so from now on. Refused: a channel that an urgency does not take, and the last one that reaches you."""

    def run() -> PreferencesOut:
        asked = body.quiet
        quiet = NO_QUIET if asked == "off" else None
        if isinstance(asked, QuietHours):
            quiet = Quiet(time.fromisoformat(asked.start), time.fromisoformat(asked.end), asked.zone)
        liked = set_preferences(by=request.auth.actor, choices=body.choices, quiet=quiet, default_quiet=asked == "default")
        return _preferences(liked)

    return done(request, run)


@reading(router, "/contacts", ContactsOut, "Where you can be reached")
def my_contacts(request: Asked) -> ContactsOut:
    """Every address in use or waiting for its code; the address that you sign in with is none of them."""
    return ContactsOut(items=[_contact(row) for row in contacts_of(person(request.auth.actor))])


@posting(router, "/contacts", ContactOut, "Add an address")
def add_a_contact(request: Asked, body: ContactIn) -> HttpResponse:
    """It is written down, and a code of six digits is on its way there. At most five codes an hour, three to one address."""
    return done(request, lambda: _contact(contacts.add_contact(body.channel, body.address, by=request.auth.actor, label=body.label)))


@posting(router, "/contacts/{contact}/code", ContactOut, "Send another code")
def contact_code(request: Asked, contact: int = CONTACT, *, body: NothingIn) -> HttpResponse:
    """The one before opens nothing any more."""
    return done(request, lambda: _contact(contacts.send_code_again(contact, by=request.auth.actor)))


@posting(router, "/contacts/{contact}/confirmation", ContactOut, "Give the code back")
def contact_confirmation(request: Asked, contact: int = CONTACT, *, body: CodeIn) -> HttpResponse:
    """The address is used from now on. Five tries; one is spent even where the answer is a refusal."""
    spent = contacts.spend_try(contact, by=request.auth.actor)
    return done(request, lambda: _contact(contacts.confirm(spent, body.code, by=request.auth.actor)))


@posting(router, "/contacts/{contact}/end", ContactOut, "Remove an address")
def contact_end(request: Asked, contact: int = CONTACT, *, body: NothingIn) -> HttpResponse:
    """Nothing is sent there any more."""
    return done(request, lambda: _contact(contacts.end_contact(contact, by=request.auth.actor)))


@reading(router, "/contacts/{contact}", ContactOut, "One address")
def one_contact(request: Asked, contact: int = CONTACT) -> ContactOut:
    """One of your own, ended or not."""
    return _contact(contact_of(contact, request.auth.actor))


@reading(router, "/push-subscriptions", PushOut, "Browsers that you are told in")
def push_subscriptions(request: Asked) -> PushOut:
    """Yours, and the key to make another one with."""
    mine = contacts_of(person(request.auth.actor)).filter(channel=Channel.PUSH)
    key = choosing.vapid_public_key() if choosing.channel(Channel.PUSH) else ""
    return PushOut(public_key=key, items=[_contact(row) for row in mine])


@posting(router, "/push-subscriptions", ContactOut, "Be told in this browser")
def push_subscription(request: Asked, body: PushIn) -> HttpResponse:
    """This browser is yours from now on, and nobody's else who signed in on it before."""
    keys = body.keys

    def run() -> ContactOut:
        return _contact(contacts.subscribe_push(body.endpoint, keys.p256dh, keys.auth, by=request.auth.actor, label=body.label))

    return done(request, run)


def _preferences(liked: Preferences) -> PreferencesOut:
    hours = QuietHours(start=f"{liked.quiet.start:%H:%M}", end=f"{liked.quiet.end:%H:%M}", zone=liked.quiet.zone)
    return PreferencesOut(
        choices={urgency.value: [channel.value for channel in channels] for urgency, channels in liked.choices.items()},
        quiet=None if liked.quiet.start == liked.quiet.end else hours,
    )


def _contact(row: Contact) -> ContactOut:
    address = "" if row.channel == Channel.PUSH else row.address
    return ContactOut(
        id=row.pk,
        channel=row.channel,
        address=address,
        label=row.label,
        confirmed=row.confirmed_at is not None,
        ended=row.ended_at is not None,
    )
