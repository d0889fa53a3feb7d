"""Who may hear of a change, and which of a page's parts it touches. Decided by the Actor alone, never by what a page asks for.

The same walls as `visible_to` of cases: the platform's people hear of everything, a merchant of its own cases, a consumer of theirs.
"""

from __future__ import annotations

from collections.abc import Mapping

from amends.kernel.parties import Party
from amends.people.rules import Actor
from amends.plumbing.live import Change

Room = tuple[str, int]
"""Where an actor listens: ("platform", 0), ("merchant", its id) or ("consumer", their id)."""

PLATFORM: Room = ("platform", 0)

PARTS: Mapping[str, frozenset[str]] = {
    "queue": frozenset({"case"}),
    "counters": frozenset({"case", "notices", "approvals"}),
    "notices": frozenset({"notices"}),
    "webhooks": frozenset({"webhooks"}),
    "approvals": frozenset({"approvals"}),
}
"""The parts of pages that are about many cases, and the topics that touch each. A page about one case is touched by that case alone."""


def room_of(actor: Actor) -> Room | None:
    """Where `actor` listens; None for whoever may hear nothing."""
    if actor.is_stranger:
        return None
    if actor.sees_everything:
        return PLATFORM
    if actor.party is Party.MERCHANT and actor.merchant_id:
        return ("merchant", actor.merchant_id)
    if actor.party is Party.CONSUMER and actor.consumer_id:
        return ("consumer", actor.consumer_id)
    return None


def rooms_of(change: Change) -> tuple[Room, ...]:
    """Every room in which this change may be told, where it has a topic for it."""
    rooms: tuple[Room, ...] = (PLATFORM, ("merchant", change.merchant_id))
    return (*rooms, ("consumer", change.consumer_id)) if change.consumer_id else rooms


def topics_in(room: Room, change: Change) -> frozenset[str]:
    """The topics of `change` that this side may hear: bare ones, and those with its own name behind them."""
    named = (topic.partition(":") for topic in change.topics)
    return frozenset(topic for topic, _, party in named if party in ("", room[0]))
