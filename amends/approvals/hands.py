"""Whose hand may ask, approve or review (B17): not the asker's own, under no other membership, and nobody's who belongs to the matter.

Not about sums: judging.py is. Not about sight: `visible_to` of queries.py is.
"""

from __future__ import annotations

from django.db.models import Q

from amends.approvals.models import Approval
from amends.approvals.rules import State
from amends.cases.hands import check_not_reader
from amends.kernel.parties import Party
from amends.kernel.refusals import NotYourMove
from amends.kernel.texts import Text, say
from amends.people.models import Membership, User
from amends.people.rules import ROLES, Actor, Role

STAFF = (Party.PLATFORM, Party.ARBITER)
OWN = say("这笔钱是你自己申请的，要由别人来批。", "You asked for this sum yourself; somebody else has to decide.")
OWN_GLASS = say("这笔钱是你先办的，要由别人来复核。", "You did this without approval; somebody else has to review it.")
SAME_PERSON = say(
    "申请人的账号和你的账号属于同一位消费者，要由别人来批。",
    "The asker's account and yours belong to the same consumer; somebody else has to decide.",
)
INVOLVED = say("你与这件事的一方有关，不能决定这笔钱。", "You belong to a side of this matter and cannot decide about this sum.")
NOT_A_PERSON = say("审批只能由人来做。", "Only a person approves.")
NOT_TO_ASK = say("你的角色不能提出“{action}”。", "Your role does not ask for “{action}”.")


def is_machine(by: Actor) -> bool:
    """Policy, clock, gateway: nobody's hand. A person's move that a table passes on is still that person's."""
    return by.automatic and by.user_id is None


def check_asker(by: Actor, *, merchant_id: int, consumer_id: int | None) -> int:
    """`by` is a person of the shop or of the platform and belongs to no other side of the matter: who it is. Raises NotYourMove."""
    check_not_reader(by)
    if by.user_id is None or by.party not in (*STAFF, Party.MERCHANT):
        raise NotYourMove(say("这笔钱不由你来决定。", "It is not for you to decide about this sum."))
    if by.party is Party.MERCHANT and by.merchant_id != merchant_id:
        raise NotYourMove(say("这不是你店铺的钱。", "This is not your shop's money."))
    _check_uninvolved(by, merchant_id, consumer_id)
    return by.user_id


def check_decider(row: Approval, by: Actor) -> None:
    """`by` may answer for or against what another asked, or review what another did. Raises NotYourMove."""
    if by.user_id is None or by.automatic:
        raise NotYourMove(NOT_A_PERSON, code="not_a_person")
    check_not_reader(by)
    if by.user_id == row.asked_by_id:
        raise NotYourMove(OWN_GLASS if row.state == State.BROKEN.value else OWN, code="self_approval")
    if same_person(by.user_id, row.asked_by_id):
        raise NotYourMove(SAME_PERSON, code="self_approval")
    _check_uninvolved(by, row.merchant_id, row.consumer_id)


def asker_of(row: Approval) -> Actor | None:
    """Who asked, as they stand today; None where the person has left or lost the role under which they asked."""
    role = Role(row.asked_as)
    side = {"merchant_id": row.merchant_id} if role is Role.MERCHANT else {}
    user = User.objects.filter(pk=row.asked_by_id, is_active=True).first()
    if user is None or not Membership.objects.filter(user=user, role=role.value, **side).exists():
        return None
    return Actor(ROLES[role].party, user.pk, side.get("merchant_id"), None, frozenset({role}), user.name)


def same_person(one: int, other: int) -> bool:
    """Whether two accounts are one, or buy as the same consumer: two names of one purse."""
    if one == other:
        return True
    theirs = Membership.objects.filter(user_id=other, consumer__isnull=False).values("consumer_id")
    return Membership.objects.filter(user_id=one, consumer_id__in=theirs).exists()


def _check_uninvolved(by: Actor, merchant_id: int, consumer_id: int | None) -> None:
    """The platform's people belong to neither side; a shop's people are not the consumer."""
    sides = Q(pk__in=[])
    if consumer_id is not None:
        sides |= Q(consumer_id=consumer_id)
    if by.party is not Party.MERCHANT:
        sides |= Q(merchant_id=merchant_id)
    if Membership.objects.filter(sides, user_id=by.user_id or 0).exists():
        raise NotYourMove(INVOLVED, code="conflict_of_interest")


def not_to_ask(action: Text) -> NotYourMove:
    """The refusal for a role that never asks for this action."""
    return NotYourMove(NOT_TO_ASK.filled(action=action), code="not_to_ask")
