"""Whose hand may do what about costs and deposits: the platform's people for the platform, the shop's own for the shop (B17).

Not about sums: approvals are. Not about sight: queries are.
"""

from __future__ import annotations

from dataclasses import replace

from amends.cases.hands import STAFF, check_impartial, check_not_reader
from amends.cases.models import Case
from amends.cases.taking import take_life
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound, NotYourMove
from amends.kernel.texts import say
from amends.liability.models import ChargeBackTo
from amends.market.models import Merchant
from amends.people.models import Membership
from amends.people.rules import Actor

OURS = say("这由平台来做。", "The platform does this.")
THEIRS = say("商家自己答复，平台不能代答。", "The merchant answers for itself; the platform cannot.")
NOT_ASKED = say("这笔追偿不是向你提出的。", "This cost is not asked of you.")
INVOLVED = say("你与这个商家有关，不能代表平台处理它的钱。", "You belong to this merchant and cannot handle its money for the platform.")


def check_office(by: Actor) -> None:
    """`by` keeps or reads what belongs to the platform alone. Raises NotFound for everybody else: it does not exist for them."""
    if by.party is not Party.PLATFORM or by.is_stranger:
        raise NotFound


def platform_hand(by: Actor) -> Actor:
    """`by` as the platform's hand: agents, supervisors and arbiters decide about cost. Raises NotYourMove for anybody else."""
    check_not_reader(by)
    if by.party not in STAFF:
        raise NotYourMove(OURS)
    return replace(by, party=Party.PLATFORM)


def take_charge(ref: str, by: Actor) -> tuple[Case, ChargeBackTo]:
    """The charge and its case, locked. Raises NotFound for consumers and for shops whom it does not concern."""
    case, charge = take_life(ChargeBackTo, ref, by)
    concerned = by.party is Party.MERCHANT and Party.MERCHANT.value in (charge.party, charge.borne_by)
    if not (by.sees_everything or concerned):
        raise NotFound
    return case, charge


def speaking_for(charge: ChargeBackTo, case: Case, by: Actor) -> Actor:
    """`by` as whoever the cost is asked of: a merchant's own people, or the desk for a carrier or supplier. Raises NotYourMove."""
    if by.party is Party.MERCHANT:
        check_not_reader(by)
        if charge.party != Party.MERCHANT.value:
            raise NotYourMove(NOT_ASKED)
        return by
    if charge.party == Party.MERCHANT.value:
        raise NotYourMove(THEIRS)
    hand = platform_hand(by)
    check_impartial(case, hand.user_id)
    return replace(hand, party=Party(charge.party))


def merchant_of(ref: str, by: Actor) -> Merchant:
    """The merchant `ref` that `by` may handle for the platform. Raises NotFound where it is not theirs to see, NotYourMove."""
    found = seen_merchant(ref, by)
    platform_hand(by)
    if by.user_id is not None and Membership.objects.filter(user_id=by.user_id, merchant_id=found.pk).exists():
        raise NotYourMove(INVOLVED, code="conflict_of_interest")
    return found


def seen_merchant(ref: str, by: Actor) -> Merchant:
    """The merchant whose money `by` may look at: their own shop's, or any for the platform. Raises NotFound."""
    if by.party is Party.MERCHANT:
        own = Merchant.objects.filter(pk=by.merchant_id or 0).first()
        if own is None or (ref and own.ref != clean_ref(ref)):
            raise NotFound
        return own
    found = Merchant.objects.filter(ref=clean_ref(ref) or "").first() if by.sees_everything else None
    if found is None:
        raise NotFound
    return found
