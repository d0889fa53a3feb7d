"""What a ruling or a settlement brings, to the last cent, where something else happens to the same units, freight or money beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from amends.cases.models import Case, Grant
from amends.cases.verbs.answering import approve, call_platform, let_stand, refuse
from amends.compensation.giving import compensate
from amends.compensation.offers import Offer as Give
from amends.insight.verify import CHECKS
from amends.kernel.clock import Stepped
from amends.market.models import Order
from amends.people.rules import Actor, Role
from amends.plumbing import jobs
from amends.refunds.models import Refund
from amends.refunds.reversing import take_reversed
from amends.returns.verbs import carrier_says, contest, give_address, receive, reject, ship
from amends.rulings.bearing import given_minor
from amends.rulings.judged import judged
from amends.rulings.models import Review
from amends.rulings.queries import heard_units
from amends.rulings.standing import burdened_by
from amends.rulings.verbs import rule
from amends.rulings.verbs.accepting import accept_ruling
from amends.talks.offering import accept_offer, offer
from amends.talks.queries import composing
from tests.cast import Cast, an_order, claims, person, settled, the_cast
from tests.verbs.appeals_at_hand import REASONS, given_to, review_of
from tests.verbs.returns_at_hand import PaysAtOnce, a_waybill, findings_of, fresh, parcel_of, refunds_of, worn
from tests.verbs.test_price_protection import claimed as claimed_price
from tests.verbs.test_price_protection import falls, protected

DAY = timedelta(days=1)


@pytest.fixture
def cast(db: None, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    gateway = PaysAtOnce()
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
    return the_cast()


def is_sound() -> None:
    assert {check.name: found for check in CHECKS if (found := check.offenders())} == {}


def units(case: Case) -> list[int]:
    return list(case.claimed.order_by("unit_id").values_list("unit_id", flat=True))


def in_review(cast: Cast, order: Order, *, quantity: int = 1, remedy: str = "return_refund") -> Case:
    case = claims(order, by=cast.anna, quantity=quantity, remedy=remedy)
    refuse(case.ref, reason="not_intact", words="The lamp was used.", by=cast.bolt)
    call_platform(case.ref, words="It was never unpacked.", by=cast.anna)
    given_to(case, cast.judge)
    return fresh(case)


def rules(case: Case, parts: Sequence[dict[str, Any]] | None, by: Actor, outcome: str = "", **more: Any) -> Review:
    return rule(review_of(case).ref, parts=parts, outcome=outcome, liable="merchant", clause="CN-7D-01", words=REASONS, by=by, **more)


def paid(case: Case) -> int:
    return sum(minor for stage, minor in refunds_of(case) if stage in ("paid", "settled"))


def stands(case: Case, cast: Cast) -> None:
    """Whoever is burdened accepts the ruling, and everything that follows has happened."""
    for side in (cast.anna, cast.bolt):
        if side.party in burdened_by(review_of(case)):
            accept_ruling(case.ref, by=side)
    settled()


def gift(case: Case, cast: Cast, minor: int = 1) -> None:
    compensate(case.ref, Give("price_adjustment", minor, line=1), by=cast.bolt)


# ── a gift beside the claim answers nothing of it ────────────────────────────────────────────────────────────────────────────


def test_a_cent_given_beside_the_claim_keeps_no_article_from_being_heard(cast: Cast) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    gift(case, cast)
    refuse(case.ref, reason="not_intact", words="The lamp was used.", by=cast.bolt)
    call_platform(case.ref, words="It was never unpacked.", by=cast.anna)
    given_to(case, cast.judge)
    assert heard_units(fresh(case)) == units(case)
    rules(case, [{"remedy": "refund_only", "units": units(case)}], cast.judge)
    stands(case, cast)
    assert (paid(case), fresh(case).stage) == (9900, "closed")
    is_sound()


@pytest.mark.parametrize("minor", [1, 9900])
def test_what_is_given_while_a_ruling_waits_counts_towards_it_and_does_not_stop_it(cast: Cast, minor: int) -> None:
    case = in_review(cast, an_order(cast.bolts, cast.annas))
    rules(case, [{"remedy": "refund_only", "units": units(case)}], cast.judge)
    gift(case, cast, minor)
    stands(case, cast)
    assert (paid(case), fresh(case).stage) == (9900, "closed")
    is_sound()


def test_freight_that_went_back_meanwhile_is_not_owed_twice_and_the_ruling_binds(cast: Cast) -> None:
    case = in_review(cast, an_order(cast.bolts, cast.annas, freight=1000))
    parts = [{"remedy": "refund_only", "units": units(case), "amount_minor": 5000},
             {"remedy": "extra", "line": 1, "part": "freight", "amount_minor": 1000}]  # fmt: skip
    rules(case, parts, cast.judge)
    compensate(case.ref, Give("extra", 1000, line=1, part="freight"), by=cast.bolt)
    stands(case, cast)
    assert (paid(case), fresh(case).stage) == (6000, "closed")
    is_sound()


def test_an_adjustment_that_was_ruled_gives_what_is_left_of_the_price(cast: Cast) -> None:
    case = in_review(cast, an_order(cast.bolts, cast.annas, quantities=(2,), prices=(10001,)), quantity=2)
    rules(case, [{"remedy": "price_adjustment", "units": units(case), "amount_minor": 4001}], cast.judge)
    compensate(case.ref, Give("price_adjustment", 8000, line=1, quantity=2), by=cast.bolt)
    stands(case, cast)
    assert (paid(case), fresh(case).stage) == (10001, "closed")
    is_sound()


def test_a_cent_of_an_adjustment_does_not_answer_a_claim_for_one(cast: Cast) -> None:
    order = protected(cast)
    falls(order, 9000)
    case = claimed_price(cast, order, quantity=1)
    gift(case, cast)
    approve(case.ref, by=cast.bolt)
    settled()
    assert (paid(case), fresh(case).stage) == (500, "closed")
    is_sound()


# ── what was decided once is not decided again with something else ───────────────────────────────────────────────────────────


def back_and_contested(case: Case, cast: Cast) -> None:
    """What of the case has to come back is at Bolt's, is rejected and contested."""
    jobs.drain()
    ref = parcel_of(case).ref
    give_address(ref, by=cast.bolt)
    ship(ref, carrier="Bluebird", waybill=a_waybill(), by=cast.anna)
    carrier_says(ref, "deliver")
    receive(ref, by=cast.bolt)
    jobs.drain()
    [found] = findings_of(case)
    reject(case.ref, inspection=found.pk, words="worn", seen=worn(case, cast.bolt)["seen"], by=cast.bolt)
    contest(case.ref, inspection=found.pk, by=cast.anna)


def test_what_a_ruling_denied_is_not_given_by_the_next_one_about_other_goods(cast: Cast) -> None:
    case = in_review(cast, an_order(cast.bolts, cast.annas, quantities=(2,), prices=(19800,)), quantity=2)
    first, second = units(case)
    rules(case, [{"remedy": "return_refund", "units": [first]}, {"remedy": "none", "units": [second]}], cast.judge)
    for side in (cast.anna, cast.bolt):
        accept_ruling(case.ref, by=side)
    back_and_contested(case, cast)
    assert heard_units(fresh(case)) == [first]
    again = person("again", Role.ARBITER)
    given_to(case, again)
    rules(case, None, again, outcome="for")
    let_stand(case.ref, by=cast.bolt)
    settled()
    assert (paid(case), fresh(case).stage) == (9900, "closed")
    is_sound()


def test_what_a_ruling_denied_keeps_nobody_from_settling_the_rest(cast: Cast) -> None:
    case = in_review(cast, an_order(cast.bolts, cast.annas, quantities=(2,), prices=(19800,)), quantity=2)
    first, second = units(case)
    rules(case, [{"remedy": "return_refund", "units": [first]}, {"remedy": "none", "units": [second]}], cast.judge)
    for side in (cast.anna, cast.bolt):
        accept_ruling(case.ref, by=side)
    jobs.drain()
    assert [article.units for article in composing(fresh(case), cast.anna).articles] == [(first,)]
    made = offer(case.ref, parts=[{"remedy": "price_adjustment", "units": [first], "amount_minor": 3000}], by=cast.bolt)
    accept_offer(made.ref, by=cast.anna)
    settled()
    assert (paid(case), fresh(case).stage) == (3000, "closed")
    is_sound()


def test_what_was_settled_to_stay_is_not_brought_before_the_platform(cast: Cast) -> None:
    case = claims(an_order(cast.bolts, cast.annas, quantities=(2,), prices=(19800,), signed_ago=DAY), by=cast.anna, quantity=2)
    first, second = units(case)
    parts: list[dict[str, Any]] = [
        {"remedy": "return_refund", "units": [first]}, {"remedy": "price_adjustment", "units": [second], "amount_minor": 100},
    ]  # fmt: skip
    accept_offer(offer(case.ref, parts=parts, by=cast.bolt).ref, by=cast.anna)
    back_and_contested(case, cast)
    assert heard_units(fresh(case)) == [first]


def test_a_contested_article_brings_what_was_granted_and_the_ruling_says_so(cast: Cast) -> None:
    case = in_review(cast, an_order(cast.bolts, cast.annas))
    rules(case, [{"remedy": "return_refund", "units": units(case), "amount_minor": 4000}], cast.judge)
    for side in (cast.anna, cast.bolt):
        accept_ruling(case.ref, by=side)
    back_and_contested(case, cast)
    again = person("again", Role.ARBITER)
    given_to(case, again)
    given = rules(case, None, again, outcome="for")
    assert [part["amount_minor"] for part in given.parts] == [4000]
    let_stand(case.ref, by=cast.bolt)
    settled()
    assert (paid(case), fresh(case).stage) == (4000, "closed")
    is_sound()


# ── what a ruling says that it cost is what it cost ──────────────────────────────────────────────────────────────────────────


def test_money_that_came_back_and_went_out_again_is_borne_once(cast: Cast) -> None:
    case = in_review(cast, an_order(cast.bolts, cast.annas, quantities=(2,), prices=(19800,)), quantity=2)
    first, second = units(case)
    parts = [{"remedy": "refund_only", "units": [first]}, {"remedy": "return_refund", "units": [second]}]
    given = rules(case, parts, cast.judge, bears={"platform": 5000, "merchant": 5000})
    let_stand(case.ref, by=cast.bolt)
    settled()
    take_reversed(Refund.objects.get(case=case).ref, reason="returned_by_bank")
    settled()
    assert given_minor(case, Review.objects.get(pk=given.pk)) == 19800


def test_a_gift_before_the_ruling_is_borne_by_whoever_gave_it(cast: Cast) -> None:
    case = in_review(cast, an_order(cast.bolts, cast.annas))
    gift(case, cast, 1900)
    given = rules(case, [{"remedy": "refund_only", "units": units(case)}], cast.judge, bears={"platform": 10000})
    let_stand(case.ref, by=cast.bolt)
    settled()
    assert given_minor(case, Review.objects.get(pk=given.pk)) == 8000
    assert paid(case) == 9900


def test_what_a_ruling_cost_reads_the_same_before_and_after_it_is_carried_out(cast: Cast) -> None:
    case = in_review(cast, an_order(cast.bolts, cast.annas))
    given = rules(case, [{"remedy": "price_adjustment", "units": units(case), "amount_minor": 3000}], cast.judge)
    before = judged(Review.objects.get(pk=given.pk), cast.bolt).costs
    for side in (cast.anna, cast.bolt):
        accept_ruling(case.ref, by=side)
    settled()
    after = judged(Review.objects.get(pk=given.pk), cast.bolt).costs
    assert before is not None and before.claimed_minor == 9900 and dict(before.by_party) == {"consumer": 6900, "merchant": 3000}
    assert after == before


def test_an_article_paid_in_kind_alone_that_goes_back_whole_is_for_the_claim(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas, quantities=(1, 1), prices=(9900, 5000), coupons=(0, 5000))
    case = claims(order, by=cast.anna, position=2)
    refuse(case.ref, reason="not_intact", words="The lamp was used.", by=cast.bolt)
    call_platform(case.ref, words="It was never unpacked.", by=cast.anna)
    given_to(case, cast.judge)
    assert rules(case, [{"remedy": "refund_only", "units": units(case)}], cast.judge).outcome == "for"
    let_stand(case.ref, by=cast.bolt)
    settled()
    assert Grant.objects.get(case=case).shares == {"2": 5000}
    is_sound()
