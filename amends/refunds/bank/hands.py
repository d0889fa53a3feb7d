"""Who looks after the platform's money at gateways and banks: supervisors and administrators act, those who read the office look."""

from __future__ import annotations

from amends.kernel.parties import Party
from amends.kernel.refusals import NotFound, NotYourMove
from amends.kernel.texts import say
from amends.people.rules import Actor, Role

KEEPERS = frozenset({Role.SUPERVISOR, Role.ADMIN})
LOOKERS = KEEPERS | {Role.ANALYST, Role.POLICY_OWNER}


def may_keep(by: Actor) -> bool:
    """Whether `by` may act about statements and bank files."""
    return _ours(by) and (by.user_id is None or bool(by.roles & KEEPERS))


def may_look(by: Actor) -> bool:
    """Whether statements and bank files exist for `by`."""
    return _ours(by) and (by.user_id is None or bool(by.roles & LOOKERS))


def only_lookers(by: Actor) -> None:
    """`by` may look. Raises NotFound: to everybody else none of it exists."""
    if not may_look(by):
        raise NotFound


def only_keepers(by: Actor) -> None:
    """`by` may act. Raises NotFound for whom none of it exists, NotYourMove for whoever may only look."""
    only_lookers(by)
    if not may_keep(by):
        raise NotYourMove(say("只有主管和管理员可以操作。", "Only supervisors and administrators may do this."))


def _ours(by: Actor) -> bool:
    return by.party in (Party.PLATFORM, Party.CLOCK) and not by.is_stranger
