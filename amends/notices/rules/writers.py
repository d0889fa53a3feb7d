"""Whose words go to many: who may change what notices say and who may announce; who may have a message sent again."""

from __future__ import annotations

from amends.kernel.refusals import NotFound, NotYourMove
from amends.kernel.texts import say
from amends.people.rules import Actor, Role

WRITERS = frozenset({Role.ADMIN, Role.POLICY_OWNER})
SENDERS = frozenset({Role.ADMIN, Role.SUPERVISOR})


def may_word(by: Actor) -> bool:
    """Whether this person may write texts and announcements."""
    return by.user_id is not None and bool(by.roles & WRITERS)


def only_writers(by: Actor) -> None:
    """Raises NotYourMove for everybody who may not."""
    if not may_word(by):
        raise NotYourMove(
            say(
                "只有管理员和规则运营可以改通知的文字和公告。",
                "Only administrators and policy owners change what notices say, or announce.",
            )
        )


def may_send(by: Actor) -> bool:
    """Whether this person may have messages sent: again, or as a test to themselves."""
    return by.user_id is not None and bool(by.roles & SENDERS)


def only_senders(by: Actor) -> None:
    """Raises NotYourMove for everybody who may not."""
    if not may_send(by):
        raise NotYourMove(say("只有主管和管理员可以重发或试发。", "Only supervisors and administrators send again or send a test."))


def only_office(by: Actor) -> None:
    """What the office keeps does not exist for others: raises NotFound."""
    if not by.may_enter("office"):
        raise NotFound
