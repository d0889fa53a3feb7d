"""No ruling is in vain: what is given beside a claim takes no unit from its arbiter, and a review that could rule on nothing ends."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amends.cases.models import Case, Deadline
from amends.cases.verbs.answering import ask_person, call_platform, let_stand
from amends.compensation.giving import compensate
from amends.compensation.offers import Offer
from amends.insight.verify import CHECKS
from amends.kernel.clock import Stepped
from amends.notices.models import Notice
from amends.people.rules import Role
from amends.plumbing import jobs
from amends.returns.verbs import carrier_says, contest, receive, reject
from amends.rulings import verbs
from amends.rulings.models import Review
from amends.rulings.queries import heard_units
from tests.cast import Cast, an_order, claims, later_by, person, settled, the_cast
from tests.verbs.appeals_at_hand import REASONS, in_review, review_of, ruled
from tests.verbs.returns_at_hand import PaysAtOnce, findings_of, fresh, grants_of, parcel_of, refunds_of, sent_back, worn

DAY = timedelta(days=1)


@pytest.fixture
def cast(db: None, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    gateway = PaysAtOnce()
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
    return the_cast()


def is_sound() -> None:
    assert {check.name: found for check in CHECKS if (found := check.offenders())} == {}


def units_of(case: Case) -> list[int]:
    return sorted(case.claimed.values_list("unit_id", flat=True))


# ── beside the claim ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["goodwill", "points", "voucher", "extra", "price_adjustment"])
def test_what_is_given_beside_the_claim_leaves_the_whole_claim_to_the_arbiter(cast: Cast, kind: str) -> None:
    case = in_review(cast, freight=600)
    line = {"line": 1} if kind in ("extra", "price_adjustment") else {}
    part = {"part": "freight"} if kind == "extra" else {"quantity": 1} if kind == "price_adjustment" else {}
    by = cast.agent if kind == "points" else cast.bolt
    assert compensate(case.ref, Offer(kind, 300, **line, **part), by=by).given  # type: ignore[arg-type]
    assert heard_units(case) == units_of(case)
    verbs.rule(review_of(case).ref, outcome="for", liable="merchant", clause="CN-7D-01", words=REASONS, by=cast.judge)
    let_stand(case.ref, by=cast.bolt)
    jobs.drain()
    assert parcel_of(case).stage == "addressing", "what was ruled is carried out"
    is_sound()


def test_what_is_given_after_the_ruling_takes_nothing_of_it(cast: Cast, stepped_clock: Stepped) -> None:
    case = ruled(cast, "for")
    assert compensate(case.ref, Offer("goodwill", 300, words="久等了"), by=cast.bolt).given
    later_by(stepped_clock, 2 * DAY)
    assert fresh(case).stage == "executing"
    assert parcel_of(case).stage == "addressing"
    is_sound()


def test_a_test_that_the_consumer_paid_for_is_not_all_that_comes_of_it(cast: Cast) -> None:
    head = person("head", Role.SUPERVISOR)
    verbs.add_body(key="lab", name_zh="检测所", name_en="Laboratory", by=head)
    case = in_review(cast)
    ref = review_of(case).ref
    verbs.order_test(ref, body="lab", question="Was it used?", cost_minor=8000, pays_first="consumer", by=cast.judge)
    verbs.report_test(ref, finding="fault", words="see page 3", by=cast.agent)
    assert heard_units(case) == units_of(case)
    verbs.rule(ref, outcome="for", liable="merchant", clause="CN-7D-01", words=REASONS, by=cast.judge)
    let_stand(case.ref, by=cast.bolt)
    jobs.drain()
    assert parcel_of(case).stage == "addressing"


# ── nothing left to rule on ──────────────────────────────────────────────────────────────────────────────────────────────────


def called_while_it_is_carried_out(cast: Cast) -> Case:
    """The goods are on their way back, and Anna calls the platform in: everything is granted, nothing contested."""
    case = sent_back(cast)
    call_platform(case.ref, words="When will it be paid?", by=cast.anna)
    assert (fresh(case).stage, heard_units(case)) == ("in_review", [])
    return fresh(case)


def arrives(cast: Cast, case: Case) -> None:
    ref = parcel_of(case).ref
    carrier_says(ref, "deliver")
    receive(ref, by=cast.bolt)
    jobs.drain()


def test_a_review_ends_with_its_case_once_all_that_it_is_about_was_carried_out(cast: Cast, stepped_clock: Stepped) -> None:
    case = called_while_it_is_carried_out(cast)
    arrives(cast, case)
    assert (fresh(case).stage, review_of(case).stage) == ("in_review", "gathering"), "a finding may be contested yet"
    later_by(stepped_clock, 3 * DAY)
    assert (grants_of(case), [stage for stage, _ in refunds_of(case)]) == (["done"], ["paid"])
    assert (fresh(case).stage, fresh(case).ended_by, review_of(case).stage) == ("closed", "complete", "dropped")
    assert not Deadline.objects.filter(case_id=case.pk, ended_at__isnull=True).exclude(life="refund").exists()
    settled()
    assert {one.party for one in Notice.objects.filter(case_id=case.pk, kind="case.complete")} >= {"consumer", "merchant"}
    is_sound()


def test_what_is_contested_while_the_review_goes_on_is_heard_in_it(cast: Cast, stepped_clock: Stepped) -> None:
    case = called_while_it_is_carried_out(cast)
    arrives(cast, case)
    seen = worn(case, cast.bolt)["seen"]
    reject(case.ref, inspection=findings_of(case)[0].pk, words="scratched", seen=seen, by=cast.bolt)
    contest(case.ref, inspection=findings_of(case)[0].pk, by=cast.anna)
    jobs.drain()
    assert (fresh(case).stage, heard_units(case)) == ("in_review", units_of(case))
    later_by(stepped_clock, 5 * DAY)
    assert Review.objects.filter(case_id=case.pk).count() == 1
    verbs.rule(review_of(case).ref, outcome="for", liable="merchant", clause="CN-7D-01", words=REASONS, by=cast.judge)
    later_by(stepped_clock, 2 * DAY)
    assert (fresh(case).stage, grants_of(case)) == ("closed", ["done"])
    is_sound()


def test_whoever_asked_for_a_person_is_answered_by_one_although_all_is_done(cast: Cast, stepped_clock: Stepped) -> None:
    case = called_while_it_is_carried_out(cast)
    ask_person(case.ref, words="I want to know why.", by=cast.bolt)
    arrives(cast, case)
    later_by(stepped_clock, 3 * DAY)
    assert grants_of(case) == ["done"]
    assert fresh(case).stage == "in_review"


def test_a_claim_that_nobody_answered_yet_keeps_its_review(cast: Cast, stepped_clock: Stepped) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    call_platform(case.ref, words="a hazard", by=cast.agent)
    later_by(stepped_clock, 5 * DAY)
    assert (fresh(case).stage, review_of(case).stage) == ("in_review", "deciding")
