"""What every act of an arbiter begins with: the review and its case, locked, and the hand found fit to judge it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from amends.cases.models import Case, Deadline
from amends.cases.taking import take_life
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refusals import NotYourMove, Unprocessable
from amends.kernel.texts import say
from amends.people.rules import Actor
from amends.policy.queries import calendar, due_by
from amends.rulings.assigning import check_may_judge, is_gone
from amends.rulings.models import Review
from amends.rulings.queries import FIRST_ROUND, open_review

SIDES = (Party.CONSUMER, Party.MERCHANT)


def taken_to_judge(ref: str, by: Actor) -> tuple[Case, Review]:
    """The review and its case, locked, for an arbiter who may judge it. Raises NotFound, NotYourMove (barred, or another's)."""
    case, review = take_life(Review, ref, by)
    if by.party is Party.ARBITER:
        check_may_judge(case, by.user_id, review)
        check_assigned(review, by)
    return case, review


def check_assigned(review: Review, by: Actor) -> None:
    """The review is this arbiter's, or nobody's: whoever has it is gone, or nobody has. Raises NotYourMove."""
    if review.arbiter_id not in (None, by.user_id) and not is_gone(review.arbiter_id):
        raise NotYourMove(say("这份裁决已交给另一位判责员。", "Another arbiter has been assigned to this review."), code="not_assigned")


def takes(review: Review, by: Actor) -> None:
    """A review that was nobody's (`check_assigned`) is this arbiter's from now on."""
    if by.party is Party.ARBITER and by.user_id is not None and review.arbiter_id != by.user_id:
        review.arbiter_id, review.assigned_at = by.user_id, clock.now()
        review.save(update_fields=["arbiter", "assigned_at"])


def round_ends(case: Case, review: Review) -> datetime:
    """When the round that is open now ends: as its deadline stands, or as it would if it began now."""
    row = _limit(case, review)
    if row is not None:
        return row.due_at
    days, limit = calendar(case.merchant.calendar), review.where.limit
    assert limit is not None  # noqa: S101 - a round that is open has a limit
    return due_by(case.terms, limit, start=clock.now(), waits_for=SIDES, calendar=days).at


def round_is_over(case: Case, review: Review) -> bool:
    """Whether the limit of the stage has passed, although the clock has not come round to it yet: nobody gains by its delay."""
    row = _limit(case, review)
    return row is not None and row.paused_since is None and row.due_at <= clock.now()


def file_is_closed(case: Case) -> bool:
    """Whether a review of the case goes on and its round of evidence is over: for cases.hooks.FILE_CLOSED."""
    review = open_review(case)
    return review is not None and (review.stage != FIRST_ROUND or round_is_over(case, review))


def _limit(case: Case, review: Review) -> Deadline | None:
    rows = Deadline.objects.filter(merchant_id=case.merchant_id, life="review", life_id=review.pk, ended_at__isnull=True)
    return rows.filter(generation=review.generation).first()


def side_named(value: str, field: str = "party") -> Party:
    """One of the two sides. Raises Unprocessable."""
    check_known(value, [party.value for party in SIDES], field)
    return Party(value)


def check_known(value: str, known: Iterable[str], field: str) -> None:
    """The value is one of those that there are. Raises Unprocessable."""
    names = list(known)
    if value not in names:
        wrong = say("请选择其中之一：{all}。", "Choose one of {all}.", all=", ".join(names))
        raise Unprocessable.field(field, wrong, code=f"unknown_{field}")
