"""Whose hand may act for a side: who only reads moves nothing, and nobody answers for the other side of their own matter (B17).

The tables say what a party may do; this says which persons may speak for it. Machines have no hand, and a consumer's claim is their own
whatever else they are. Not about who may see a case: `visible_to` is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from django.db.models import Model, Q, QuerySet

from amends.kernel.parties import Party
from amends.kernel.refusals import NotYourMove
from amends.kernel.texts import say
from amends.people.models import Membership
from amends.people.rules import Actor

if TYPE_CHECKING:
    from amends.cases.models import Case

M = TypeVar("M", bound=Model)
STAFF = (Party.PLATFORM, Party.ARBITER)


def check_hand(case: Case, by: Actor) -> None:
    """`by` may speak for their side in this case. Raises NotYourMove for who only reads, or belongs to the other side of the matter."""
    check_not_reader(by)
    if by.user_id is None or by.automatic:
        return
    if by.party in STAFF:
        check_impartial(case, by.user_id)
    elif is_of_other_side(case, by):
        own = say("这是你自己的售后单，请同事代表商家处理。", "This is your own claim. A colleague answers it for the shop.")
        raise NotYourMove(own, code="conflict_of_interest")


def is_of_other_side(case: Case, by: Actor) -> bool:
    """Whether this person belongs to another side of the matter than the one they act for: a shop's person to its consumer, the
    platform's to either side."""
    if by.party in STAFF:
        return is_party(case, by.user_id)
    buys = Membership.objects.filter(user_id=by.user_id or 0, consumer_id=case.consumer_id)
    return by.party is Party.MERCHANT and buys.exists()


def check_not_reader(by: Actor) -> None:
    """`by` is more than a reader of cases. Raises NotYourMove."""
    if by.only_reads:
        raise NotYourMove(say("你的角色只能查看，不能处理售后单。", "Your role reads cases and moves none."), code="only_reads")


def check_impartial(case: Case, user_id: int | None) -> None:
    """This person is no party of the case. Raises NotYourMove."""
    if is_party(case, user_id):
        wrong = say(
            "你与这份售后单的一方有关，不能代表平台处理。", "You belong to a party of this case and cannot act in it for the platform."
        )
        raise NotYourMove(wrong, code="conflict_of_interest")


def is_party(case: Case, user_id: int | None) -> bool:
    """Whether this person buys as its consumer or sells for its merchant."""
    sides = Q(merchant_id=case.merchant_id) | Q(consumer_id=case.consumer_id)
    return user_id is not None and Membership.objects.filter(sides, user_id=user_id).exists()


def impartial(case: Case, people: Sequence[int]) -> list[int]:
    """Of these people those who are no party of the case, in their order. One query."""
    sides = Q(merchant_id=case.merchant_id) | Q(consumer_id=case.consumer_id)
    parties = set(Membership.objects.filter(sides, user_id__in=people).values_list("user_id", flat=True))
    return [one for one in people if one not in parties]


def of_others(rows: QuerySet[M], by: Actor) -> QuerySet[M]:
    """Of these rows about cases those that somebody of the platform may read although the sides may not: not of a case to which they are a
    party themselves."""
    mine = Membership.objects.filter(user_id=by.user_id or 0)
    sells = mine.filter(merchant_id__isnull=False).values("merchant_id")
    buys = mine.filter(consumer_id__isnull=False).values("consumer_id")
    return rows.exclude(merchant_id__in=sells).exclude(case__consumer_id__in=buys)
