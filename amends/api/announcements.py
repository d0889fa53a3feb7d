"""Announcements: what is announced to you, and, for those who write them, drafts, publication, withdrawal and reach."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints

from amends.api import shapes
from amends.api.bodies import Body, NothingIn, Ref, Str
from amends.api.callers import Asked
from amends.api.doing import done, posting, reading
from amends.market.models import Merchant
from amends.notices.announcing import queries as reads
from amends.notices.announcing import verbs
from amends.notices.announcing.audience import Audience, audience_of
from amends.notices.models import Announcement
from amends.notices.rules.writers import only_office, only_writers

router = Router(tags=["notices"])

Title = Annotated[str, StringConstraints(max_length=1000)]
Text = Annotated[str, StringConstraints(max_length=10_000)]
Names = Annotated[list[Ref], Field(max_length=300)]


class AnnouncementIn(Body):
    """What to tell, in both languages, to whom, shown from when to when. `regions` narrow consumers, `merchants` (references) narrow shops
    and consumers to those who bought there. `outside`: by push, WeChat or mail too, not on the pages alone."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "kind": "holiday",
                    "title_zh": "春节期间验货顺延",
                    "title_en": "Inspection over the New Year",
                    "body_zh": "2 月 16 日至 22 日不计时。",
                    "body_en": "16 to 22 February don't count.",
                    "sides": ["consumers", "merchants"],
                    "shown_from": "2026-02-10T00:00:00+08:00",
                    "shown_until": "2026-02-23T00:00:00+08:00",
                    "outside": True,
                }
            ]
        },
    )

    kind: Str
    title_zh: Title
    title_en: Title
    body_zh: Text
    body_en: Text
    sides: Annotated[list[Literal["consumers", "merchants", "platform"]], Field(max_length=3)]
    regions: Names = []
    merchants: Names = []
    shown_from: AwareDatetime
    shown_until: AwareDatetime
    outside: Annotated[bool, Field(strict=True)] = False


class AnnouncedOut(Schema):
    """Something announced to you."""

    ref: str
    kind: str
    title: shapes.TextOut
    body: shapes.TextOut
    shown_from: datetime
    shown_until: datetime


class AnnouncedListOut(Schema):
    """What holds now, newest first."""

    items: list[AnnouncedOut]


class ReachOut(Schema):
    """People: `addressed` are meant (final once `planned`), `told` were reached over a channel outside, `seen` closed it on a page.
    Messages: sent, delivered, failed, waiting, dropped."""

    addressed: int
    planned: bool
    told: int
    seen: int
    sent: int
    delivered: int
    failed: int
    waiting: int
    dropped: int


class AnnouncementOut(AnnouncedOut):
    """An announcement as the office keeps it. `state`: draft, shown, over, withdrawn."""

    state: str
    sides: list[str]
    regions: list[str]
    merchants: list[str]
    outside: bool
    made_by: str
    made_at: datetime
    published_at: datetime | None
    withdrawn_at: datetime | None


class WholeAnnouncementOut(AnnouncementOut):
    """An announcement with how many it reached."""

    reach: ReachOut


class AnnouncementsOut(Schema):
    """The newest hundred."""

    items: list[AnnouncementOut]


@reading(router, "/announcements/shown", AnnouncedListOut, "What is announced to you")
def announcements_shown(request: Asked, unseen: bool = False) -> AnnouncedListOut:
    """Everything that holds now; `unseen`: only what you have not closed."""
    return AnnouncedListOut(items=[AnnouncedOut(**_shown(one)) for one in reads.shown_to(request.auth.actor, seen_too=not unseen)])


@posting(router, "/announcements/{ref}/sight", AnnouncedOut, "Say that you have seen it")
def announcement_sight(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """Your pages show it no more."""

    def run() -> AnnouncedOut:
        verbs.see(ref, by=request.auth.actor)
        return AnnouncedOut(**_shown(reads.announcement(ref)))

    return done(request, run)


@reading(router, "/announcements", AnnouncementsOut, "Announcements of the office")
def list_announcements(request: Asked, state: Str = "") -> AnnouncementsOut:
    """Newest first; `state` narrows."""
    only_office(request.auth.actor)
    return AnnouncementsOut(items=_kept(reads.announcements(state=state)))


@posting(router, "/announcements", WholeAnnouncementOut, "Write an announcement")
def write_announcement(request: Asked, body: AnnouncementIn) -> HttpResponse:
    """A draft that nobody else sees yet."""
    return _acted(request, lambda: verbs.draft_announcement(_written(request, body), by=request.auth.actor))


@reading(router, "/announcements/{ref}", WholeAnnouncementOut, "One announcement with its reach")
def one_announcement(request: Asked, ref: str) -> WholeAnnouncementOut:
    """As the office keeps it."""
    only_office(request.auth.actor)
    return _out(reads.announcement(ref))


@posting(router, "/announcements/{ref}/text", WholeAnnouncementOut, "Change a draft")
def change_announcement(request: Asked, ref: str, body: AnnouncementIn) -> HttpResponse:
    """The draft says this now; what was published is never changed."""
    return _acted(request, lambda: verbs.draft_announcement(_written(request, body), by=request.auth.actor, ref=ref))


@posting(router, "/announcements/{ref}/publication", WholeAnnouncementOut, "Publish an announcement")
def publish_announcement(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """Everybody who is meant sees it, and is told outside where it says so."""
    return _acted(request, lambda: verbs.publish(ref, by=request.auth.actor))


@posting(router, "/announcements/{ref}/withdrawal", WholeAnnouncementOut, "Withdraw an announcement")
def withdraw_announcement(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """It is shown no more, and what has not gone out never will."""
    return _acted(request, lambda: verbs.withdraw(ref, by=request.auth.actor))


def _acted(request: Asked, run: Callable[[], Announcement]) -> HttpResponse:
    only_office(request.auth.actor)  # an announcement that is not shown to you does not exist for you
    return done(request, lambda: _out(run()))


def _written(request: Asked, body: AnnouncementIn) -> verbs.Written:
    only_writers(request.auth.actor)  # before the audience is looked up: which shops there are is nobody else's to ask
    return verbs.Written(
        body.kind, body.title_zh, body.title_en, body.body_zh, body.body_en,
        audience_of(body.sides, regions=body.regions, merchants=body.merchants), body.shown_from, body.shown_until, body.outside,
    )  # fmt: skip


def _shown(one: Announcement) -> dict[str, Any]:
    return {
        "ref": one.ref, "kind": one.kind, "title": shapes.TextOut(zh=one.title_zh, en=one.title_en),
        "body": shapes.TextOut(zh=one.body_zh, en=one.body_en), "shown_from": one.shown_from, "shown_until": one.shown_until,
    }  # fmt: skip


def _out(one: Announcement) -> WholeAnnouncementOut:
    counted = reads.reach(one)
    reach = ReachOut(**{name: getattr(counted, name) for name in ReachOut.model_fields})
    return WholeAnnouncementOut(**_kept([one])[0].model_dump(), reach=reach)


def _kept(found: list[Announcement]) -> list[AnnouncementOut]:
    """Two queries at most, however many."""
    wanted = {pk for one in found for pk in Audience.read(one.audience).merchants}
    shops = dict(Merchant.objects.filter(pk__in=wanted).order_by("pk").values_list("pk", "ref")) if wanted else {}
    return [_one(one, Audience.read(one.audience), shops) for one in found]


def _one(one: Announcement, audience: Audience, shops: dict[int, str]) -> AnnouncementOut:
    return AnnouncementOut(
        **_shown(one), state=reads.state_of(one), sides=[side.value for side in audience.sides], regions=list(audience.regions),
        merchants=[shops[pk] for pk in audience.merchants if pk in shops], outside=one.outside,
        made_by=one.made_by.name if one.made_by else "", made_at=one.made_at, published_at=one.published_at, withdrawn_at=one.withdrawn_at,
    )  # fmt: skip
