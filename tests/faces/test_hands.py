"""B17: who only looks moves nothing by whatever door, and nobody answers for the other side of their own matter."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from amends.cases.models import Case, Evidence
from amends.cases.verbs.answering import approve, call_platform, withdraw
from amends.faces.case_view import case_view
from amends.kernel.parties import Party
from amends.kernel.refusals import NotYourMove
from amends.people.models import Membership, User
from amends.people.rules import Role
from amends.returns.models import ReturnShipment
from amends.returns.verbs import carrier_says, give_address, ship
from amends.rulings.models import Review
from amends.rulings.verbs import reassign
from tests import files_of_evidence as made
from tests.api_client import program
from tests.cast import Cast, an_order, claims, person, settled, the_cast

pytestmark = pytest.mark.usefixtures("db", "stepped_clock")


@pytest.fixture
def cast() -> Cast:
    return the_cast()


@pytest.mark.parametrize("role", [Role.ANALYST, Role.POLICY_OWNER])
def test_who_only_looks_is_offered_nothing_and_moves_nothing(cast: Cast, role: Role) -> None:
    reader = program(person("alan", role))
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    assert reader.get(f"/cases/{case.ref}").json()["acts"] == []
    answer = reader.post(f"/cases/{case.ref}/review", {"words": "an analyst steps in"})
    assert (answer.status_code, answer.json()["code"]) == (403, "only_reads")
    order = an_order(cast.bolts, cast.annas)
    with pytest.raises(NotYourMove):
        claims(order, by=reader.actor)
    assert reader.send(order.ref, io.BytesIO(made.picture())).status_code == 403
    case.refresh_from_db()
    assert (case.stage, Case.objects.count(), Evidence.objects.count()) == ("awaiting_merchant", 1, 0)


def test_who_looks_and_also_serves_serves(cast: Cast) -> None:
    both = replace(cast.agent, roles=frozenset({Role.AGENT, Role.ANALYST}))
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    assert call_platform(case.ref, by=both).stage == "in_review"


def test_nobody_approves_their_own_claim_for_the_shop(cast: Cast) -> None:
    Membership.objects.create(user_id=cast.bolt.user_id, role=Role.CONSUMER.value, consumer=cast.annas)
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    with pytest.raises(NotYourMove) as refusal:
        approve(case.ref, by=cast.bolt)
    assert refusal.value.code == "conflict_of_interest"
    assert withdraw(case.ref, by=replace(cast.anna, user_id=cast.bolt.user_id)).stage == "closed"


def test_an_agent_who_bought_it_has_no_hand_in_the_review(cast: Cast) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    call_platform(case.ref, by=cast.agent)
    settled()
    Membership.objects.create(user_id=cast.agent.user_id, role=Role.CONSUMER.value, consumer=cast.annas)
    review = Review.objects.get(case_id=case.pk)
    Review.objects.filter(pk=review.pk).update(stage="deciding")
    with pytest.raises(NotYourMove) as refusal:
        reassign(review.ref, to="judge@example.com", by=cast.agent)
    assert refusal.value.code == "conflict_of_interest"


def test_an_agent_who_bought_it_does_not_report_its_parcel_as_lost(cast: Cast) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    approve(case.ref, by=cast.bolt)
    settled()
    parcel = ReturnShipment.objects.get(case_id=case.pk)
    give_address(parcel.ref, by=cast.bolt)
    ship(parcel.ref, carrier="SF", waybill="SF1234567890", by=cast.anna)
    Membership.objects.create(user_id=cast.agent.user_id, role=Role.CONSUMER.value, consumer=cast.annas)
    with pytest.raises(NotYourMove) as refusal:
        carrier_says(parcel.ref, "deliver", by=cast.agent.as_party(Party.CARRIER))
    assert refusal.value.code == "conflict_of_interest"
    assert carrier_says(parcel.ref, "deliver").stage == "delivered"


def test_an_arbiter_without_a_name_is_not_told_by_their_address(cast: Cast) -> None:
    User.objects.filter(pk=cast.judge.user_id).update(name="")
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    call_platform(case.ref, by=cast.agent)
    settled()
    Review.objects.filter(case_id=case.pk).update(stage="deciding", arbiter_id=cast.judge.user_id)
    (review,) = case_view(case.ref, cast.anna).reviews
    assert review.arbiter == ""
