"""What tests of appeals begin with: Judge has ruled, and somebody of higher rank is there who took no part."""

from __future__ import annotations

from datetime import timedelta

from amends.cases.models import Case
from amends.cases.verbs.answering import call_platform, refuse
from amends.kernel import clock
from amends.people.rules import Actor, Role
from amends.rulings.appealing import Contact
from amends.rulings.models import Appeal, ArbiterProfile, Review
from amends.rulings.verbs import close_replies, close_round, rule
from tests.cast import Cast, an_order, claims, person
from tests.verbs.returns_at_hand import fresh

CALLER = "Anna Li, by the end of her number"
REASONS = "The seal was never broken."
GROUNDS = "The seal on the photo is of another lamp."


def of_rank(name: str, rank: int) -> Actor:
    """An arbiter of this rank, who judges anything."""
    actor = person(name, Role.ARBITER)
    ArbiterProfile.objects.create(user_id=actor.user_id, rank=rank, changed_at=clock.now())
    return actor


def a_call(minutes: int = 0, entered_from: str = "call") -> Contact:
    """Anna rang up, or wrote, so long ago."""
    return Contact(entered_from, clock.now() - timedelta(minutes=minutes), CALLER)


def review_of(case: Case) -> Review:
    return Review.objects.filter(case_id=case.pk).latest("pk")


def appeal_of(case: Case) -> Appeal:
    return Appeal.objects.get(case_id=case.pk)


def given_to(case: Case, arbiter: Actor) -> Review:
    """The newest review is this arbiter's, whoever would have been asked, and its file is closed."""
    review = review_of(case)
    Review.objects.filter(pk=review.pk).update(arbiter_id=arbiter.user_id)
    close_round(review.ref, by=arbiter)
    close_replies(review.ref, by=arbiter)
    return review_of(case)


def in_review(cast: Cast, quantity: int = 1, **order: object) -> Case:
    """Bolt refused, Anna called the platform in, and the file is closed."""
    case = claims(an_order(cast.bolts, cast.annas, quantities=(quantity,), **order), quantity=quantity, by=cast.anna)  # type: ignore[arg-type]
    refuse(case.ref, reason="not_intact", words="The lamp was used.", by=cast.bolt)
    call_platform(case.ref, words="It was never unpacked.", by=cast.anna)
    given_to(case, cast.judge)
    return fresh(case)


def ruled(cast: Cast, outcome: str = "against", quantity: int = 1, **order: object) -> Case:
    """Judge has ruled on it."""
    case = in_review(cast, quantity, **order)
    liable = "merchant" if outcome == "for" else "consumer"
    rule(review_of(case).ref, outcome=outcome, liable=liable, clause="CN-7D-01", words=REASONS, by=cast.judge)
    return fresh(case)
