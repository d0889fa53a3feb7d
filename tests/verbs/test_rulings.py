"""The platform reviews: both sides speak, Judge rules with reasons, and a ruling binds what was heard and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from amends.cases.models import Case
from amends.cases.verbs.answering import approve, call_platform, let_stand, refuse, withdraw
from amends.faces.case_view import case_view
from amends.kernel.clock import Stepped
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.people.models import Membership
from amends.people.rules import Actor, Role
from amends.plumbing import jobs
from amends.returns.verbs import Finding, carrier_says, contest, inspect, reduce, reject, report_missing, ship
from amends.rulings.models import Review
from amends.rulings.queries import by_default
from amends.rulings.verbs import close_replies, close_round, reassign, rule, submit
from tests.cast import Cast, an_order, claims, later_by, person, the_cast
from tests.verbs.returns_at_hand import (
    PaysAtOnce,
    a_waybill,
    approved,
    findings_of,
    fresh,
    grants_of,
    parcel_of,
    received,
    refunds_of,
    sent_back,
    worn,
)

DAY = timedelta(days=1)
REASONS = "The seal was never broken."


@pytest.fixture
def cast(db: None, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    gateway = PaysAtOnce()
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
    return the_cast()


def refused(cast: Cast) -> Case:
    """Bolt refuses Anna's claim."""
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    refuse(case.ref, reason="not_intact", words="The lamp was used.", by=cast.bolt)
    return fresh(case)


def called(cast: Cast) -> Case:
    """Anna calls the platform in."""
    case = refused(cast)
    call_platform(case.ref, words="It was never unpacked.", by=cast.anna)
    return fresh(case)


def review_of(case: Case) -> Review:
    return Review.objects.filter(case_id=case.pk).latest("pk")


def ready_to_rule(cast: Cast, case: Case) -> str:
    """The file of the case's review is closed."""
    ref, judge = review_of(case).ref, judge_of(cast, case)
    close_round(ref, by=judge)
    close_replies(ref, by=judge)
    return ref


def judge_of(cast: Cast, case: Case) -> Actor:
    """Judge, or for a second look at the same case somebody who took no part in the first."""
    looks = Review.objects.filter(case_id=case.pk).exclude(stage="dropped").count()
    if looks < 2:
        return cast.judge
    known = Membership.objects.filter(user__email=f"judge{looks}@example.com").first()
    return person(f"judge{looks}", Role.ARBITER) if known is None else replace(cast.judge, user_id=known.user_id)


def ruled(cast: Cast, case: Case, outcome: str) -> Review:
    """Judge has ruled."""
    liable, ref = "merchant" if outcome == "for" else "consumer", ready_to_rule(cast, case)
    return rule(ref, outcome=outcome, liable=liable, clause="CN-7D-01", words=REASONS, by=judge_of(cast, case))


# ── the rounds ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_call_opens_one_review_that_both_sides_read(cast: Cast) -> None:
    case = called(cast)
    submit(review_of(case).ref, words="Photographs of the seal follow.", by=cast.anna)
    submit(review_of(case).ref, words="The seal was broken.", by=cast.bolt)
    for reader in (cast.anna, cast.bolt, cast.judge):
        (file,) = case_view(case.ref, reader).reviews
        assert [said.words for said in file.consumer.said] == ["It was never unpacked.", "Photographs of the seal follow."]
        assert [said.words for said in file.merchant.said] == ["The lamp was used.", "The seal was broken."]
    review = Review.objects.get(case_id=case.pk)
    assert (review.offered(cast.anna), review.offered(cast.judge)) == (["submit"], ["close_round"])


def test_an_arbiter_passes_the_rounds_at_once(cast: Cast) -> None:
    review = ruled(cast, called(cast), "for")
    assert (review.stage, review.outcome, review.arbiter_id) == ("ruled", "for", cast.judge.user_id)


def test_the_clock_closes_the_rounds_of_the_silent(cast: Cast, stepped_clock: Stepped) -> None:
    case = called(cast)
    later_by(stepped_clock, 4 * DAY)
    assert review_of(case).stage == "replying"
    later_by(stepped_clock, 2 * DAY)
    assert review_of(case).stage == "deciding"
    with pytest.raises(NoSuchMove):
        submit(review_of(case).ref, words="One thing more.", by=cast.anna)


def test_only_the_sides_give_evidence_and_only_arbiters_close_and_rule(cast: Cast) -> None:
    ref = review_of(called(cast)).ref
    with pytest.raises(NotYourMove):
        submit(ref, words="I think so too.", by=cast.judge)
    for stranger in (cast.rival, cast.berta):
        with pytest.raises(NotFound):
            submit(ref, words="Let me in.", by=stranger)
    with pytest.raises(NotYourMove):
        close_round(ref, by=cast.bolt)
    with pytest.raises(NoSuchMove):
        rule(ref, outcome="for", liable="merchant", clause="CN-7D-01", words=REASONS, by=cast.judge)
    with pytest.raises(Unprocessable):
        submit(ref, words=" ", by=cast.anna)


# ── the ruling ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("wrong", "field"), [
    ({"outcome": "maybe"}, "outcome"), ({"liable": "clock"}, "liable"), ({"clause": " "}, "clause"), ({"clause": "C" * 61}, "clause"),
    ({"words": ""}, "words"), ({"words": "Because."}, "words"),
])  # fmt: skip
def test_a_ruling_says_for_whom_who_is_liable_by_which_clause_and_why(cast: Cast, wrong: dict[str, str], field: str) -> None:
    ref = ready_to_rule(cast, called(cast))
    with pytest.raises(Unprocessable) as refusal:
        rule(ref, **{"outcome": "for", "liable": "merchant", "clause": "CN-7D-01", "words": REASONS, "by": cast.judge, **wrong})
    assert list(refusal.value.fields) == [field]
    assert Review.objects.get(ref=ref).stage == "deciding"


def test_an_arbiter_who_sells_for_the_merchant_has_no_say(cast: Cast) -> None:
    ref = ready_to_rule(cast, called(cast))
    Membership.objects.create(user_id=cast.judge.user_id, role=Role.MERCHANT.value, merchant=cast.bolts)
    with pytest.raises(NotYourMove) as refusal:
        rule(ref, outcome="against", liable="consumer", clause="CN-7D-01", words=REASONS, by=cast.judge)
    assert refusal.value.code == "conflict_of_interest"


def test_a_review_handed_to_another_arbiter_is_that_ones(cast: Cast) -> None:
    ref = ready_to_rule(cast, called(cast))
    second = person("second", Role.ARBITER)
    with pytest.raises(Unprocessable):
        reassign(ref, to="bolt@example.com", by=cast.agent)
    reassign(ref, to="second@example.com", by=cast.agent)
    with pytest.raises(NotYourMove):
        rule(ref, outcome="for", liable="merchant", clause="CN-7D-01", words=REASONS, by=cast.judge)
    assert rule(ref, outcome="for", liable="merchant", clause="CN-7D-01", words=REASONS, by=second).stage == "ruled"


def test_behind_two_silent_arbiters_stands_the_policy(cast: Cast, stepped_clock: Stepped) -> None:
    case = called(cast)
    later_by(stepped_clock, 9 * DAY)
    review = review_of(case)
    assert by_default(review) and (review.outcome, review.arbiter_id) == ("for", None)
    later_by(stepped_clock, DAY)
    assert grants_of(case) == ["doing"]


def test_a_ruling_for_the_claim_waits_and_then_grants_it(cast: Cast, stepped_clock: Stepped) -> None:
    case = called(cast)
    ruled(cast, case, "for")
    assert (fresh(case).stage, grants_of(case)) == ("ruled", [])
    later_by(stepped_clock, 25 * timedelta(hours=1))
    assert (fresh(case).stage, grants_of(case)) == ("executing", ["doing"])
    assert case.grants.get().basis == "ruled"
    assert parcel_of(case).stage == "addressing"
    assert review_of(case).stands == ["clock"]


def test_a_ruling_against_the_claim_closes_the_case(cast: Cast) -> None:
    case = called(cast)
    ruled(cast, case, "against")
    let_stand(case.ref, by=cast.anna)
    jobs.drain()
    assert (fresh(case).stage, grants_of(case)) == ("closed", [])


@pytest.mark.parametrize("outcome", ["for", "against"])
def test_only_the_side_that_the_ruling_burdens_accepts_it_early(cast: Cast, outcome: str) -> None:
    case = called(cast)
    ruled(cast, case, outcome)
    winner, loser = (cast.anna, cast.bolt) if outcome == "for" else (cast.bolt, cast.anna)
    with pytest.raises(NoSuchMove) as refusal:
        let_stand(case.ref, by=winner)
    assert refusal.value.code == "not_burdened"
    let_stand(case.ref, by=loser)
    assert review_of(case).bound_at is not None


# ── withdrawal, and calls after a decision ───────────────────────────────────────────────────────────────────────────────────


def test_a_withdrawal_drops_the_review(cast: Cast) -> None:
    case = called(cast)
    withdraw(case.ref, by=cast.anna)
    jobs.drain()
    assert (review_of(case).stage, fresh(case).stage) == ("dropped", "closed")


def test_a_ruling_withdrawn_from_binds_nothing(cast: Cast) -> None:
    case = called(cast)
    ruled(cast, case, "for")
    withdraw(case.ref, by=cast.anna)
    jobs.drain()
    assert (review_of(case).heard, grants_of(case), fresh(case).stage) == ([], [], "closed")


def test_what_is_being_carried_out_is_reviewed_once_and_then_only_for_contests(cast: Cast) -> None:
    case = approved(cast)
    call_platform(case.ref, by=cast.bolt)
    ruled(cast, fresh(case), "for")
    let_stand(case.ref, by=cast.bolt)
    with pytest.raises(NoSuchMove) as refusal:
        call_platform(case.ref, by=cast.bolt)
    assert refusal.value.code == "nothing_to_review"
    assert grants_of(case) == ["doing"]


def test_a_merchant_who_approves_is_not_under_review(cast: Cast) -> None:
    case = refused(cast)
    approve(case.ref, by=cast.bolt)
    assert not Review.objects.filter(case_id=case.pk).exists()


# ── contested findings ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_contested_and_lost_the_unit_goes_home_and_silence_buys_it(cast: Cast, stepped_clock: Stepped) -> None:
    case = sent_back(cast, quantity=2)
    inspect(parcel_of(case).ref, findings=[Finding("accept", line=1), Finding("reject", line=1, words="worn")], by=cast.bolt)
    jobs.drain()
    contest(case.ref, inspection=findings_of(case)[1].pk, words="never worn", by=cast.anna)
    assert fresh(case).stage == "in_review"
    ruled(cast, case, "against")
    let_stand(case.ref, by=cast.anna)
    jobs.drain()
    assert [row.stage for row in findings_of(case)] == ["payable", "unpayable"]
    assert (parcel_of(case, "home").stage, grants_of(case)) == ("sending_home", ["done", "void"])
    later_by(stepped_clock, 12 * DAY)
    assert parcel_of(case, "home").stage == "kept"
    assert grants_of(case) == ["done", "void", "done"]
    assert refunds_of(case) == [("paid", 9900), ("paid", 9900)]
    assert fresh(case).stage == "closed"


def test_contested_and_lost_the_unit_comes_home(cast: Cast) -> None:
    case = received(cast)
    reject(case.ref, inspection=findings_of(case)[0].pk, words="worn", by=cast.bolt)
    contest(case.ref, inspection=findings_of(case)[0].pk, by=cast.anna)
    ruled(cast, case, "against")
    let_stand(case.ref, by=cast.anna)
    ship(parcel_of(case, "home").ref, carrier="Bluebird", waybill=a_waybill(), by=cast.bolt)
    carrier_says(parcel_of(case, "home").ref, "deliver")
    jobs.drain()
    assert (grants_of(case), refunds_of(case), fresh(case).stage) == (["void"], [], "closed")


def test_contested_and_won_the_unit_is_paid_in_full(cast: Cast) -> None:
    case = received(cast)
    reduce(case.ref, inspection=findings_of(case)[0].pk, reduced_minor=3000, words="scratched", **worn(case, cast.bolt), by=cast.bolt)
    contest(case.ref, inspection=findings_of(case)[0].pk, by=cast.anna)
    ruled(cast, case, "for")
    let_stand(case.ref, by=cast.bolt)
    jobs.drain()
    assert (findings_of(case)[0].stage, refunds_of(case), fresh(case).stage) == ("payable", [("paid", 9900)], "closed")


def test_a_contested_deduction_that_is_right_is_no_more_than_a_deduction(cast: Cast) -> None:
    case = received(cast)
    reduce(case.ref, inspection=findings_of(case)[0].pk, reduced_minor=3000, words="scratched", **worn(case, cast.bolt), by=cast.bolt)
    contest(case.ref, inspection=findings_of(case)[0].pk, by=cast.anna)
    ruled(cast, case, "against")
    let_stand(case.ref, by=cast.anna)
    jobs.drain()
    assert (findings_of(case)[0].stage, refunds_of(case)) == ("payable_reduced", [("paid", 6900)])


def test_a_missing_unit_that_the_arbiter_does_not_find_is_not_sent_home(cast: Cast) -> None:
    case = received(cast)
    report_missing(case.ref, inspection=findings_of(case)[0].pk, words="an empty box", by=cast.bolt)
    contest(case.ref, inspection=findings_of(case)[0].pk, by=cast.anna)
    ruled(cast, case, "against")
    let_stand(case.ref, by=cast.anna)
    jobs.drain()
    assert (findings_of(case)[0].stage, grants_of(case), fresh(case).stage) == ("not_received", ["void"], "closed")


def test_a_missing_unit_can_t_be_withdrawn_and_is_heard_all_the_same(cast: Cast) -> None:
    case = received(cast, quantity=2)
    first = findings_of(case)[0]
    report_missing(case.ref, inspection=first.pk, words="one lamp in the box", by=cast.bolt)
    contest(case.ref, inspection=first.pk, by=cast.anna)
    withdraw(case.ref, by=cast.anna)
    jobs.drain()
    assert [row.stage for row in findings_of(case)] == ["missing_contested", "dropped"]
    assert parcel_of(case, "home").stage == "sending_home"
    assert list(Review.objects.filter(case_id=case.pk).order_by("pk").values_list("stage", flat=True)) == ["dropped", "gathering"]
    assert ruled(cast, case, "for").heard == [first.unit_id]
    let_stand(case.ref, by=cast.bolt)
    jobs.drain()
    assert refunds_of(case) == [("paid", 9900)]


def test_contested_while_a_review_goes_on_is_heard_by_it(cast: Cast) -> None:
    case = received(cast, quantity=2)
    first, second = findings_of(case)
    reject(case.ref, inspection=first.pk, words="worn", by=cast.bolt)
    contest(case.ref, inspection=first.pk, by=cast.anna)
    reject(case.ref, inspection=second.pk, words="worn too", by=cast.bolt)
    contest(case.ref, inspection=second.pk, by=cast.anna)
    assert ruled(cast, case, "against").heard == [first.unit_id, second.unit_id]
    let_stand(case.ref, by=cast.anna)
    assert [row.stage for row in findings_of(case)] == ["unpayable", "unpayable"]


def test_contested_after_the_ruling_calls_the_platform_anew_and_is_not_bound(cast: Cast) -> None:
    case = received(cast, quantity=2)
    first, second = findings_of(case)
    reject(case.ref, inspection=first.pk, words="worn", by=cast.bolt)
    contest(case.ref, inspection=first.pk, by=cast.anna)
    ruled(cast, case, "against")
    reject(case.ref, inspection=second.pk, words="worn too", by=cast.bolt)
    contest(case.ref, inspection=second.pk, by=cast.anna)
    assert fresh(case).stage == "ruled"
    let_stand(case.ref, by=cast.anna)
    assert [row.stage for row in findings_of(case)] == ["unpayable", "contested"]
    assert (fresh(case).stage, Review.objects.filter(case_id=case.pk).count()) == ("in_review", 2)
    ruled(cast, case, "for")
    let_stand(case.ref, by=cast.bolt)
    assert [row.stage for row in findings_of(case)] == ["unpayable", "payable"]


def test_contests_are_not_counted_among_the_calls_of_the_parties(cast: Cast) -> None:
    case = received(cast, quantity=3)
    for finding in findings_of(case):
        reject(case.ref, inspection=finding.pk, words="worn", by=cast.bolt)
        contest(case.ref, inspection=finding.pk, by=cast.anna)
        ruled(cast, case, "against")
        let_stand(case.ref, by=cast.anna)
    assert Review.objects.filter(case_id=case.pk).count() == 3
    assert "reviews" not in fresh(case).counts
