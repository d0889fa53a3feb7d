"""What the world of the walls needs of appeals: a ruling that may be appealed, one appeal not looked at yet, one that Judge examines."""

from __future__ import annotations

from amends.cases.models import Case
from amends.cases.verbs.answering import call_platform, refuse
from amends.kernel import clock
from amends.people.rules import Actor, Role
from amends.rulings.appealing import appeal
from amends.rulings.examining import admit
from amends.rulings.models import ArbiterProfile, Review
from amends.rulings.verbs import close_replies, close_round, rule
from tests.cast import Cast, an_order, claims, person


def appeals_in(cast: Cast) -> dict[str, str]:
    """The refs, by where their addresses look for them."""
    jury = person("jury", Role.ARBITER)
    cases = [_ruled(cast, jury) for _ in range(3)]
    ArbiterProfile.objects.create(user_id=cast.judge.user_id, rank=2, changed_at=clock.now())
    lodged, examined = (appeal(case.ref, words="It was another lamp.", by=cast.anna) for case in cases[1:])
    admit(examined.ref, by=cast.judge)
    return {
        "appeals": examined.ref, "appeals/admission": lodged.ref, "cases/appeal": cases[0].ref, "cases/appeal-entry": cases[0].ref,
        "cases/appeals": cases[1].ref,
    }  # fmt: skip


def _ruled(cast: Cast, jury: Actor) -> Case:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    refuse(case.ref, reason="other", words="No.", by=cast.bolt)
    call_platform(case.ref, words="Please look.", by=cast.anna)
    review = Review.objects.get(case_id=case.pk)
    Review.objects.filter(pk=review.pk).update(arbiter_id=jury.user_id)
    close_round(review.ref, by=jury)
    close_replies(review.ref, by=jury)
    rule(review.ref, outcome="against", liable="consumer", clause="CN-7D-01", words="It was used for weeks.", by=jury)
    return case
