"""Who has the review: taken by an arbiter, given to another, by hand or because one was silent."""

from __future__ import annotations

from amends.cases.models import Case
from amends.cases.record import an_act, verb
from amends.cases.taking import take_life
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refusals import Conflict, NotYourMove, Unprocessable
from amends.kernel.texts import say
from amends.people.models import Membership
from amends.people.rules import PLATFORM, Actor, Role
from amends.rulings.assigning import check_may_judge, choose, is_gone, why_not
from amends.rulings.models import Review


@an_act
def take_review(ref: str, *, by: Actor) -> Review:
    """The review is this arbiter's. Raises NotFound, NotYourMove (barred, no arbiter), Conflict where it is another's who is there."""
    case, review = take_life(Review, ref, by)
    if by.party is not Party.ARBITER:
        raise NotYourMove(say("只有判责员可以领取。", "Only an arbiter takes a review."), code="no_arbiter")
    check_may_judge(case, by.user_id, review)
    if review.is_over or (review.arbiter_id not in (None, by.user_id) and not is_gone(review.arbiter_id)):
        raise Conflict(say("这份裁决已有人负责，或者已经结束。", "This review is somebody's already, or over."), code="taken")
    if review.arbiter_id != by.user_id:
        give_to(review, by.user_id, by)
    return review


@verb("review", "reassign")
def reassign(ref: str, *, to: str = "", by: Actor) -> Review:
    """A second arbiter owes the ruling: the one with the e-mail address `to`, or whoever fits best; where nobody does, whoever takes it.

    Raises Unprocessable where `to` is no arbiter, a party of the case, or otherwise barred from it.
    """
    case, review = take_life(Review, ref, by)
    named = _arbiter(case, review, to) if to.strip() else None
    review.move("reassign", by, facts={"arbiter": named} if named else {})
    return review


def assigned_anew(case: Case, review: Review, chosen: int | None, by: Actor) -> None:
    """Of a review that changes hands: it is `chosen`'s, or whoever fits best but for whoever had it or wrote its draft."""
    before = {review.arbiter_id or 0, review.second_reader_id or 0, review.drafted_by_id or 0}
    wanted = chosen or choose(case, skill=review.skill, language=review.language, but=before)
    if review.drafted_by_id is not None or review.draft:
        review.draft, review.drafted_by_id, review.second_reader_id = {}, None, None
        review.save(update_fields=["draft", "drafted_by", "second_reader"])
    give_to(review, wanted, by)


def asked_if_gone(case: Case, review: Review) -> None:
    """Of a review that comes to be decided: where nobody has it, or whoever had it is gone, whoever fits best is asked now, and not only
    once the time of an absent arbiter is over."""
    if review.arbiter_id is not None and not is_gone(review.arbiter_id):
        return
    chosen = choose(case, skill=review.skill, language=review.language, but={review.arbiter_id or 0})
    if chosen is not None:
        give_to(review, chosen, PLATFORM)


def give_to(review: Review, user_id: int | None, by: Actor) -> None:
    """The review is this arbiter's, and they are told; or nobody's."""
    review.arbiter_id, review.assigned_at = user_id, clock.now() if user_id else None
    review.save(update_fields=["arbiter", "assigned_at"])
    if user_id is not None:
        review.tell("entrust", by if by.party is Party.ARBITER else PLATFORM, facts={"arbiter": user_id}, audience="platform")


def _arbiter(case: Case, review: Review, to: str) -> int:
    found = Membership.objects.filter(role=Role.ARBITER.value, user__email__iexact=to.strip(), user__is_active=True).first()
    if found is None:
        wrong = say("没有这位判责员，或与本单的一方有关。", "There is no such arbiter, or they belong to a party of this case.")
        raise Unprocessable.field("to", wrong, code="unknown_arbiter")
    barred = why_not(case, found.user_id, review=review)
    if barred is not None:
        wrong = say("不能改派给这位判责员：{why}", "It can't be given to this arbiter: {why}", why=barred)
        raise Unprocessable.field("to", wrong, code="barred_arbiter")
    return found.user_id
