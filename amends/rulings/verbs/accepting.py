"""A side accepts a ruling early. One that burdens both binds when both have (S4)."""

from __future__ import annotations

from amends.cases.hands import check_hand
from amends.cases.models import Case
from amends.cases.record import an_act
from amends.cases.taking import take
from amends.cases.verbs.answering import let_stand
from amends.kernel.parties import Party
from amends.kernel.refusals import NoSuchMove
from amends.kernel.texts import say
from amends.people.rules import Actor
from amends.rulings.models import Review
from amends.rulings.queries import unbound_ruling
from amends.rulings.standing import burdened_by, still_to_accept


@an_act
def accept_ruling(ref: str, *, by: Actor) -> Case:
    """This side accepts the ruling of the case `ref`: it binds, or where it burdens both sides waits for the other one to accept too.

    Raises NotYourMove for who may not speak for this side, NoSuchMove where no ruling waits, it does not burden this side, or it accepted
    before.
    """
    case = take(ref, by)
    review: Review | None = unbound_ruling(case)
    if review is None or by.party not in burdened_by(review) or not still_to_accept(review) - {by.party}:
        return let_stand(ref, by=by)
    check_hand(case, by)
    if by.party.value in review.stands:
        raise NoSuchMove(say("你已经接受，等另一方。", "You have accepted it; it waits for the other side."), code="accepted_already")
    review.stands = [*review.stands, by.party.value]
    review.save(update_fields=["stands"])
    review.tell("accept_ruling", by, facts={"by": by.party.value})
    return case


def may_accept(case: Case, by: Actor) -> bool:
    """Whether `by` could accept the ruling of this case now, for its part."""
    if by.only_reads or by.party not in (Party.CONSUMER, Party.MERCHANT):
        return False
    review = unbound_ruling(case) if case.LIFE.becomes(case.stage, "let_stand", by.party) else None
    return review is not None and by.party in still_to_accept(review)
