"""From notices to messages: for each person of a side one message over each group of channels, bundled, and not before when it may go.

Everything here happens in the caller's transaction: a notice without its messages is seen by nobody.

Invariants
 1. Whoever plans for a person, or lets a message of theirs fall back, holds the lock of their Recipient row; several are locked in the
    order of their ids, and messages only after them. So two hands never make two bundles of one.
 2. A message that nobody has tried to send yet takes in further notices about the same case to the same address; after the first try
    its words never change, because it may be sent again under the same key.
 3. One notice reaches one address at most once: the key names notice, person, channel and contact, and is unique.
 4. The platform's agents and arbiters share a queue and read it at the desk: outside they are told what they have asked for, what names
    them, and hazards.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Q

from amends.cases.models import Case
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import new_ref
from amends.kernel.texts import Text
from amends.notices.models import Message, Notice, Recipient
from amends.notices.queries_people import Reach, preferences, reachable
from amends.notices.rules.quiet import Quiet, release_at
from amends.notices.rules.routes import ROUTES, route
from amends.notices.rules.words import Audience, Channel, Urgency
from amends.notices.verbs.noticing import drawn_of_ours
from amends.people.models import Membership, User
from amends.plumbing import jobs
from amends.plumbing.live import changed

PRESSING = {urgency.value: place for place, urgency in enumerate(Urgency)}
SIDES = frozenset({Audience.CONSUMER, Audience.MERCHANT})
AT_THE_DESK = frozenset({Audience.AGENT, Audience.ARBITER})


class Way(NamedTuple):
    """One address of a person over one channel."""

    channel: Channel
    reach: Reach


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to be told, as they stand under the lock of their row."""

    user_id: int
    language: str
    choices: Mapping[str, Sequence[str]]
    quiet: Quiet
    reach: Mapping[Channel, Sequence[Reach]]

    def groups(self, urgency: Urgency, audience: str) -> list[list[Way]]:
        """Where a notice goes: groups of addresses, each in the order in which they are tried."""
        if audience in AT_THE_DESK and urgency.value not in self.choices and not ROUTES[urgency].breaks_quiet:
            return []
        return [self.ways(group) for group in route(urgency, choices=self.choices, reachable=self.reach.keys())]

    def ways(self, channels: Sequence[Channel]) -> list[Way]:
        """The addresses of these channels, in order."""
        return [Way(channel, reach) for channel in channels for reach in self.reach.get(channel, ())]


class Parcel(NamedTuple):
    """What a message carries: notices about one case, and as which kind and how urgently."""

    merchant_id: int
    case_id: int
    kind: str
    urgency: Urgency
    due_at: datetime | None
    items: list[dict[str, Any]]


def plan(case: Case, notices: Sequence[Notice]) -> None:
    """Every person of the notices' sides has a message over each group of channels of theirs, new or joined to one that still waits."""
    by_notice = _people_of(case, notices)
    people = locked(sorted({user for users in by_notice for user in users}))
    for notice, users in zip(notices, by_notice, strict=True):
        urgency = Urgency(notice.urgency)
        parcel = Parcel(case.merchant_id, case.pk, notice.kind, urgency, notice.due_at, [item_of(notice)])
        for user in users:
            if user in people:
                for group in people[user].groups(urgency, notice.party):
                    _plan_group(people[user], parcel, group, notice.made_at)


def tell_of_ours(when: str, case: Case, *, facts: Mapping[str, Any], key: str) -> list[Notice]:
    """Whoever the table names for something beside the timelines (`webhook.alarm`) has a notice of it, about this case, and its messages;
    in the caller's transaction, once for a `key`."""
    fresh = [each.notice for each in drawn_of_ours(when, case, facts=facts, key=key)]
    there = Notice.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, key__in=[notice.key for notice in fresh])
    if there.exists():
        return []
    made = Notice.objects.bulk_create(fresh)
    plan(case, made)
    changed(case.merchant_id, case_id=case.pk, consumer_id=case.consumer_id, topics=sides_of(made))
    return made


def sides_of(notices: Sequence[Notice]) -> list[str]:
    """The topics by which open pages of these notices' sides, and of no other, learn that there is something to read."""
    sides = {notice.party if notice.party in SIDES else Party.PLATFORM.value for notice in notices}
    return [f"notices:{side}" for side in sorted(sides)]


def locked(user_ids: Sequence[int]) -> dict[int, Person]:
    """These people (ascending ids), their rows locked until the transaction ends; without those who can be reached nowhere."""
    if not user_ids:
        return {}
    rows = _recipients(user_ids)
    if len(rows) < len(user_ids):
        Recipient.objects.bulk_create([Recipient(user_id=user) for user in user_ids if user not in rows], ignore_conflicts=True)
        rows = _recipients(user_ids)
    languages = dict(User.objects.filter(pk__in=user_ids).order_by().values_list("pk", "language"))
    reach = reachable(user_ids)
    return {
        user: Person(user, languages[user] or "zh-hans", rows[user].choices, preferences(rows[user]).quiet, reach[user])
        for user in user_ids
        if user in reach and user in rows
    }


def next_way(person: Person, urgency: Urgency, parcel: Parcel, ways: Sequence[Way]) -> tuple[Way, datetime] | None:
    """The first of these addresses over which the parcel comes in time, and from when it may; mail where quiet hours hold all others back
    too long, None where there is none."""
    ready = clock.now() + timedelta(seconds=ROUTES[urgency].bundle_seconds)
    for way in ways:
        at = release_at(ready, person.quiet, urgency, way.channel, parcel.due_at)
        if at is not None:
            return way, at
    mail = person.ways([Channel.MAIL])[:1] if ways else []
    return (mail[0], ready) if mail else None


def queue(person: Person, parcel: Parcel, way: Way, at: datetime, *, made_at: datetime, instead_of: str = "") -> Message:
    """The parcel goes to this address from `at` on: in a bundle that still waits, or as a message of its own."""
    waiting = _open_bundle(person, parcel, way)
    if waiting is not None:
        return _join(waiting, parcel, at)
    key = f"{parcel.items[0]['key']}:{person.user_id}:{way.channel.value}"
    if way.reach.contact_id is not None:
        key += f":{way.reach.contact_id}"
    return Message.objects.create(
        merchant_id=parcel.merchant_id, made_at=made_at, ref=new_ref("MG"), user_id=person.user_id, case_id=parcel.case_id,
        channel=way.channel.value, contact_id=way.reach.contact_id, address=way.reach.address, language=person.language, kind=parcel.kind,
        urgency=parcel.urgency.value, items=parcel.items, state="queued", next_at=at, due_at=parcel.due_at, instead_of=instead_of, key=key,
        log=[line("planned", until=at.isoformat())],
    )  # fmt: skip


def item_of(notice: Notice) -> dict[str, Any]:
    """What a message keeps of a notice, to find it again in its month."""
    return {
        "notice": notice.pk, "at": notice.made_at.isoformat(), "key": notice.key, "kind": notice.kind, "party": notice.party,
        "case": notice.facts["case"],
    }  # fmt: skip


def line(what: str, **more: Any) -> dict[str, Any]:
    """A line of a message's log, with its instant."""
    return {"at": clock.now().isoformat(), "what": what, **more}


def keep(message: Message, told: dict[str, Any] | None = None, **columns: Any) -> None:
    """These columns of the message are written, and a line of its log; by its whole key, since no index knows the id alone."""
    if told is not None:
        columns["log"] = [*message.log, told]
    for name, value in columns.items():
        setattr(message, name, value)
    Message.objects.filter(merchant_id=message.merchant_id, made_at=message.made_at, pk=message.pk).update(**columns)


def send_one(
    *,
    user_id: int | None,
    channel: str,
    address: str,
    subject: Text,
    body: Text,
    kind: str,
    contact_id: int | None = None,
    urgency: str = Urgency.RESULT.value,
    due_at: datetime | None = None,
    language: str = "",
    keys: Mapping[str, str] | None = None,
) -> Message:
    """A message that is about no case (a code, a test) goes out as soon as the caller has committed, whatever the person chose and
    whatever the hour. It has no fall-back: it is about this very address. `due_at`: after that it is not worth sending. `keys` is what
    the channel needs besides (the code, for a text message made from a template at the service)."""
    if not language and user_id is not None:
        language = User.objects.values_list("language", flat=True).get(pk=user_id)
    language, ref, now = language or "zh-hans", new_ref("MG"), clock.now()
    message = Message.objects.create(
        merchant_id=0, made_at=now, ref=ref, user_id=user_id, channel=channel, contact_id=contact_id, address=address, language=language,
        kind=kind, urgency=urgency, items=[{"keys": dict(keys)}] if keys else [], subject=subject.into(language),
        body=body.into(language), state="queued", due_at=due_at, next_at=now + HANDED_OVER, key=f"{kind}:{ref}",
        log=[line("planned", until=now.isoformat())],
    )  # fmt: skip
    jobs.later("send_message", ref=ref)
    return message


HANDED_OVER = timedelta(minutes=2)
"""How long a job that was handed a message has to begin with it; afterwards the clock hands it out again."""


# ── who, and which bundle ────────────────────────────────────────────────────────────────────────────────────────────────────


def _people_of(case: Case, notices: Sequence[Notice]) -> list[list[int]]:
    """For each notice the people of its side, or those whom it names, in the order of their ids; one query."""
    wanted = Q(pk__in=[])
    for party in sorted({notice.party for notice in notices} - {Audience.NAMED}):
        wanted |= Q(role=party, **_whose(case, party))
    found = Membership.objects.filter(wanted, user__is_active=True).order_by("user_id").values_list("role", "user_id").distinct()
    users: dict[str, list[int]] = {}
    for role, user in found:
        users.setdefault(role, []).append(user)
    return [sorted(notice.facts["people"]) if notice.party == Audience.NAMED else users.get(notice.party, []) for notice in notices]


def _whose(case: Case, party: str) -> dict[str, int]:
    if party == Audience.CONSUMER:
        return {"consumer_id": case.consumer_id}
    return {"merchant_id": case.merchant_id} if party == Audience.MERCHANT else {}


def _recipients(user_ids: Collection[int]) -> dict[int, Recipient]:
    return {row.user_id: row for row in Recipient.objects.select_for_update().filter(user_id__in=user_ids).order_by("user_id")}


def _plan_group(person: Person, parcel: Parcel, ways: Sequence[Way], made_at: datetime) -> None:
    found = next_way(person, parcel.urgency, parcel, ways)
    if found is not None:
        queue(person, parcel, found[0], found[1], made_at=made_at)


def _open_bundle(person: Person, parcel: Parcel, way: Way) -> Message | None:
    rows = Message.objects.select_for_update().filter(
        user_id=person.user_id, case_id=parcel.case_id, channel=way.channel.value, address=way.reach.address, state="queued", attempts=0,
    )  # fmt: skip
    return rows.order_by("made_at", "pk").first()


def _join(waiting: Message, parcel: Parcel, at: datetime) -> Message:
    known = {item["notice"] for item in waiting.items}
    fresh = [item for item in parcel.items if item["notice"] not in known]
    if not fresh:
        return waiting
    more: dict[str, Any] = {"next_at": min(at, waiting.next_at or at)}
    if PRESSING[parcel.urgency.value] < PRESSING[waiting.urgency]:
        more |= {"urgency": parcel.urgency.value, "kind": parcel.kind}
    if parcel.due_at is not None:
        more["due_at"] = min(parcel.due_at, waiting.due_at or parcel.due_at)
    keep(waiting, line("joined", kinds=[item["kind"] for item in fresh]), items=waiting.items + fresh, **more)
    return waiting
