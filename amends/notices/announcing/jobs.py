"""The messages of a published announcement, planned in batches by a job that may die at any moment and go on.

A batch is one transaction: the messages of the next BATCH people by their keys, how many they were, and how far we are
(`planned_until`), all under the lock of the announcement's row. So nobody is told twice and nobody is left out, however often the job
is killed or run twice at once; each message's unique key (announcement, person, channel) at `published_at` says it once more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from amends.kernel import clock
from amends.kernel.refs import new_ref
from amends.kernel.texts import Text
from amends.notices.announcing.audience import Audience, people_of
from amends.notices.models import Announcement, Message, Recipient
from amends.notices.queries_people import Reach, preferences, reachable
from amends.notices.rules.quiet import release_at
from amends.notices.rules.routes import route
from amends.notices.rules.words import Channel, Urgency
from amends.notices.verbs.planning import Person, line
from amends.notices.verbs.planning import Way as Elsewhere
from amends.people.models import User
from amends.plumbing.jobs import task

BATCH = 300
KIND = "announcement"
LONGEST_PUSH = 200


class Way(NamedTuple):
    """One message to be: over what, to which address, not before when."""

    channel: Channel
    reach: Reach
    goes_at: datetime


@task("plan_announcement", taken_up=True)
def plan_announcement(*, ref: str) -> None:
    """Job: everybody who is meant is counted and, where it goes outside, has their messages."""
    while plan_batch(ref):
        continue


@transaction.atomic
def plan_batch(ref: str) -> int:
    """The next people of the audience are planned for; how many they were, 0 once nobody is left or it was withdrawn."""
    found = Announcement.objects.select_for_update().get(ref=ref)
    if found.published_at is None or found.withdrawn_at is not None or found.planned_at is not None:
        return 0
    people = list(people_of(Audience.read(found.audience)).filter(pk__gt=found.planned_until).order_by("pk")[:BATCH])
    if people:
        found.planned_until = people[-1].pk
        found.addressed += len(people)
        if found.outside:
            Message.objects.bulk_create(_messages(found, found.published_at, people))
    else:
        found.planned_at = clock.now()
    found.save(update_fields=["planned_until", "addressed", "planned_at"])
    return len(people)


def _messages(found: Announcement, published_at: datetime, people: Sequence[User]) -> list[Message]:
    wishes = {row.user_id: row for row in Recipient.objects.filter(user__in=people).order_by("pk")}
    addresses = reachable([user.pk for user in people])
    return [
        _message(found, published_at, user, way) for user in people for way in _ways(found, wishes.get(user.pk), addresses.get(user.pk, {}))
    ]


def _ways(found: Announcement, wish: Recipient | None, addresses: Mapping[Channel, Sequence[Reach]]) -> list[Way]:
    """The channel of each group, its address, and when it may go: the first that quiet hours do not make too late."""
    groups = route(Urgency.NEWS, choices=wish.choices if wish else {}, reachable=addresses.keys())
    start, quiet = max(clock.now(), found.shown_from), preferences(wish).quiet
    ways: list[Way] = []
    for group in groups:
        times = ((channel, release_at(start, quiet, Urgency.NEWS, channel, found.shown_until)) for channel in group)
        ways += [Way(channel, addresses[channel][0], at) for channel, at in times if at is not None][:1]
    return ways


def _message(found: Announcement, published_at: datetime, user: User, way: Way) -> Message:
    language = user.language or "zh-hans"
    return Message(
        merchant_id=0, made_at=published_at, ref=new_ref("MG"), user_id=user.pk, announcement_id=found.pk, channel=way.channel.value,
        contact_id=way.reach.contact_id, address=way.reach.address, language=language, kind=KIND, urgency=Urgency.NEWS.value,
        subject=Text(found.title_zh, found.title_en).into(language), body=body_for(way.channel, found, language),
        state="queued", log=[line("planned", until=way.goes_at.isoformat())], next_at=way.goes_at,
        due_at=found.shown_until, key=f"{found.ref}:{user.pk}:{way.channel.value}",
    )  # fmt: skip


def hand_on(message: Message, person: Person, ways: Sequence[Elsewhere]) -> Message | None:
    """The announcement of a message that did not arrive goes to the first of these addresses that quiet hours do not make too late; None
    where there is none, or it was withdrawn. The caller holds the lock of the person's row, and of the message's."""
    found = Announcement.objects.filter(pk=message.announcement_id or 0, withdrawn_at__isnull=True).first()
    if found is None:
        return None
    for channel, reach in ways:
        at = release_at(clock.now(), person.quiet, Urgency.NEWS, channel, found.shown_until)
        if at is not None:
            taker = _message(found, clock.now(), User.objects.get(pk=person.user_id), Way(channel, reach, at))
            taker.key, taker.instead_of = f"{taker.key}:{message.ref}", message.ref
            taker.save(force_insert=True)
            return taker
    return None


def body_for(channel: Channel, found: Announcement, language: str) -> str:
    """What goes out over this channel: a mail holds the whole text, a push or WeChat message its beginning."""
    body = Text(found.body_zh, found.body_en).into(language)
    return body if channel is Channel.MAIL or len(body) <= LONGEST_PUSH else f"{body[: LONGEST_PUSH - 1]}…"
