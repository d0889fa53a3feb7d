"""How people can be reached and how they want to be told: contacts, choices, quiet hours. Reads only; verbs/ changes them.

The account's own mail address is no Contact row: it is always there, unless a row of the same address says that it came back for good.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from amends.kernel.refusals import NotFound
from amends.notices.models import Contact, Recipient
from amends.notices.rules.quiet import DEFAULT, Quiet
from amends.notices.rules.routes import ROUTES
from amends.notices.rules.words import Channel, Urgency
from amends.people.models import Membership, User
from amends.people.rules import Actor, Role

AT_THE_DESK = {role.value for role in (Role.AGENT, Role.ARBITER, Role.POLICY_OWNER, Role.ANALYST)}


@dataclass(frozen=True, slots=True)
class Reach:
    """One address that may be used now; `contact_id` is None for the account's own mail."""

    contact_id: int | None
    address: str
    keys: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Preferences:
    """`choices` for every urgency, where the person chose nothing the table's own; `own_quiet` is false while the default hours hold.

    `asked_only`: somebody who reads a shared queue at the desk is told outside only what they asked for, hazards apart.
    """

    choices: Mapping[Urgency, tuple[Channel, ...]]
    quiet: Quiet
    own_quiet: bool
    asked_only: bool = False


def person(by: Actor) -> int:
    """The user behind an actor; raises NotFound for a machine, which nobody tells anything."""
    if by.user_id is None:
        raise NotFound
    return by.user_id


def preferences_of(user_id: int) -> Preferences:
    """How this person wants to be told."""
    return preferences(Recipient.objects.filter(pk=user_id).first(), asked_only=reads_a_queue(user_id))


def preferences(row: Recipient | None, *, asked_only: bool = False) -> Preferences:
    """The same from a row that is at hand, or from none."""
    chosen = row.choices if row else {}
    choices = {}
    for urgency, line in ROUTES.items():
        wanted = chosen.get(urgency.value, [] if asked_only and not line.breaks_quiet else line.channels)
        choices[urgency] = tuple(channel for channel in line.channels if channel.value in wanted)
    if row is None or row.quiet_from is None or row.quiet_until is None:
        return Preferences(choices, DEFAULT, own_quiet=False, asked_only=asked_only)
    return Preferences(choices, Quiet(row.quiet_from, row.quiet_until, row.zone), own_quiet=True, asked_only=asked_only)


def reads_a_queue(user_id: int) -> bool:
    """Whether every role of this person is one whose work stands in a shared queue at the desk."""
    roles = set(Membership.objects.filter(user_id=user_id).order_by().values_list("role", flat=True))
    return bool(roles) and roles <= AT_THE_DESK


def contacts_of(user_id: int) -> QuerySet[Contact]:
    """This person's contacts that are in use or wait for their code, oldest first."""
    return Contact.objects.filter(user_id=user_id, ended_at__isnull=True).order_by("made_at", "pk")


def contact_of(contact_id: int, by: Actor) -> Contact:
    """One of their own contacts, ended or not; raises NotFound for any other."""
    found = Contact.objects.filter(pk=contact_id, user_id=person(by)).first()
    if found is None:
        raise NotFound
    return found


def reachable(user_ids: Collection[int]) -> dict[int, dict[Channel, list[Reach]]]:
    """For each of these people the addresses that may be used now, by channel, the account's mail first. Two queries however many.

    People who may not sign in any more are reached nowhere.
    """
    mails = dict(User.objects.filter(pk__in=user_ids, is_active=True).order_by().values_list("pk", "email"))
    found: dict[int, dict[Channel, list[Reach]]] = {user: {Channel.MAIL: [Reach(None, mail, {})]} for user, mail in mails.items()}
    kept = Contact.objects.filter(Q(confirmed_at__isnull=False) | Q(ended_at__isnull=False), user_id__in=mails).order_by("made_at", "pk")
    for row in kept:
        here = found[row.user_id]
        if row.ended_at is None:
            here.setdefault(Channel(row.channel), []).append(Reach(row.pk, row.address, row.keys))
        elif row.channel == Channel.MAIL and row.address.lower() == mails[row.user_id].lower():
            here[Channel.MAIL] = [reach for reach in here[Channel.MAIL] if reach.contact_id is not None]
    return {user: {channel: rows for channel, rows in here.items() if rows} for user, here in found.items()}
