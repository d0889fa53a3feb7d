"""A silent merchant, and a silent consumer, through the whole quarrel: every silence ends in a move at its own instant, both sides are told
of it there and then, and the money is where the rules put it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amends.cases.models import Case, Deadline, Entry, Grant
from amends.cases.verbs.answering import call_platform, refuse
from amends.insight.verify import CHECKS
from amends.kernel.clock import Stepped
from amends.notices.models import Notice
from amends.returns.models import ReturnShipment
from amends.returns.verbs import give_address
from amends.rulings.breaches import breaches_of
from amends.rulings.verbs import rule, submit
from amends.talks.models import Offer
from amends.talks.offering import offer
from tests.cast import Cast, an_order, claims, later_by, settled, the_cast
from tests.verbs.appeals_at_hand import REASONS, of_rank, review_of
from tests.verbs.replacing import photo
from tests.verbs.returns_at_hand import PaysAtOnce, a_photo, fresh, refunds_of

DAY = timedelta(days=1)
SIDES = {"consumer", "merchant"}


@pytest.fixture
def cast(db: None, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    gateway = PaysAtOnce()
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
    return the_cast()


def silences(case: Case, party: str) -> list[str]:
    """What the clock did in the place of this side, in order."""
    ended = Deadline.objects.filter(case_id=case.pk, ended_as="enforced", waits_for__contains=party).order_by("ended_at", "pk")
    return [f"{row.life}.{row.silence}" for row in ended]


def each_silence_was_told(case: Case) -> None:
    """No limit ended late or unheard: its consequence is a line of its own instant, told to both sides."""
    for row in Deadline.objects.filter(case_id=case.pk, ended_as="enforced"):
        assert row.ended_at == row.due_at, row.limit
        line = Entry.objects.get(case_id=case.pk, life=row.life, life_id=row.life_id, verb=row.silence, made_at=row.due_at)
        told = set(Notice.objects.filter(case_id=case.pk, made_at=line.made_at).values_list("party", flat=True))
        assert told >= SIDES, (row.life, row.silence, told)
    assert {check.name: found for check in CHECKS if (found := check.offenders())} == {}


def test_a_silent_merchant(cast: Cast, stepped_clock: Stepped) -> None:
    jury = of_rank("jury", 1)
    # The box was empty: shipped goods are not paid by silence, so the platform is called in.
    order = an_order(cast.bolts, cast.annas)
    case = claims(order, by=cast.anna, issue="missing_item", remedy="refund_only", evidence=[photo(order, cast.anna)])
    settled()
    later_by(stepped_clock, 2 * DAY)
    assert fresh(case).stage == "in_review"
    # Bolt gives no evidence and replies to none; the clock closes both rounds.
    submit(review_of(case).ref, words="The box was empty.", evidence=[a_photo(case, cast.anna)], by=cast.anna)
    while review_of(case).stage != "deciding":
        later_by(stepped_clock, DAY)
    review = review_of(case)
    assert (review.stage, review.arbiter_id) == ("deciding", jury.user_id)
    rule(review.ref, outcome="for", liable="merchant", clause="CN-QUAL-01", words=REASONS, by=jury)
    # Bolt neither accepts nor appeals: it binds by itself, and is paid.
    later_by(stepped_clock, 2 * DAY)
    settled()
    assert (fresh(case).stage, fresh(case).ended_by, refunds_of(case)) == ("closed", "complete", [("paid", 9900)])
    assert silences(case, "merchant") == ["case.call_platform", "review.close_round", "review.close_replies", "case.let_stand"]
    assert not breaches_of(case).exists()
    each_silence_was_told(case)


def test_a_silent_consumer_lets_an_offer_and_a_refusal_stand(cast: Cast, stepped_clock: Stepped) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    unit = case.claimed.get().unit_id
    refuse(case.ref, reason="not_intact", words="It was used.", by=cast.bolt)
    offer(case.ref, parts=[{"remedy": "price_adjustment", "units": [unit], "amount_minor": 3_000}], by=cast.bolt)
    settled()
    later_by(stepped_clock, 9 * DAY)
    settled()
    assert (fresh(case).stage, fresh(case).ended_by) == ("closed", "accept_refusal")
    assert (Offer.objects.get().stage, Grant.objects.filter(case_id=case.pk).count()) == ("expired", 0)
    assert sorted(silences(case, "consumer")) == ["case.accept_refusal", "offer.expire"]
    each_silence_was_told(case)


def test_a_silent_consumer_who_called_the_platform_in(cast: Cast, stepped_clock: Stepped) -> None:
    jury = of_rank("jury", 1)
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    refuse(case.ref, reason="not_intact", words="It was used.", by=cast.bolt)
    call_platform(case.ref, words="It was not.", by=cast.anna)
    settled()
    # She says no more: the rounds close, the ruling for her binds, and what she does not send back is void.
    later_by(stepped_clock, 5 * DAY)
    rule(review_of(case).ref, outcome="for", liable="merchant", clause="CN-7D-01", words=REASONS, by=jury)
    later_by(stepped_clock, DAY)
    assert fresh(case).stage == "executing"
    give_address(ReturnShipment.objects.get(case_id=case.pk).ref, by=cast.bolt)
    later_by(stepped_clock, 12 * DAY)
    settled()
    assert (fresh(case).stage, refunds_of(case)) == ("closed", [])
    assert [grant.stage for grant in Grant.objects.filter(case_id=case.pk)] == ["void"]
    assert silences(case, "consumer") == ["review.close_round", "review.close_replies", "case.let_stand", "return_shipment.lapse"]
    assert [line.facts["who"] for line in breaches_of(case)] == ["consumer"]
    each_silence_was_told(case)
