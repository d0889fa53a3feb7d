"""One case as each side sees it: sums that add up, whose turn with what silence does, legal acts, audiences, few queries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from amends.cases.claims import LineClaim
from amends.cases.verbs.answering import approve, call_platform, refuse
from amends.cases.verbs.applying import Application, apply
from amends.faces.case_view import case_view, words_of_silence
from amends.kernel import clock
from amends.kernel.refusals import NotFound
from amends.people.models import AccessLog
from amends.plumbing import jobs
from amends.returns.verbs import deliver, give_address, receive, ship
from tests.cast import an_order, answered, claims, later_by, the_cast

pytestmark = pytest.mark.django_db


def test_the_merchant_sees_whose_turn_it_is_what_silence_does_and_a_sum_that_adds_up(stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    order = an_order(cast.bolts, cast.annas, quantities=[3], prices=[9900], discounts=[900], coupons=[300])
    case = claims(order, by=cast.anna, quantity=2)
    view = case_view(case.ref, cast.bolt)
    assert view.turn is not None
    assert (view.turn.party, view.turn.limit, view.turn.verb) == ("merchant", "merchant_answers", "approve")
    assert view.turn.silence.into("en") == f"approved by itself, ¥{case.claimed_minor / 100:.2f} after the return"
    assert "自动同意，退货后退 ¥" in view.turn.silence.into("zh")
    assert sum(row.minor for row in view.rows) == view.total.minor == case.claimed_minor
    assert sum(row.minor for row in view.tenders if row.note is None) == case.claimed_minor
    assert [act.verb for act in view.acts] == ["ask_proof", "approve", "refuse", "call_platform", "ask_person"]
    assert [step.state for step in view.steps] == ["done", "cur", "", "", ""]
    assert [line.quantity for line in view.lines] == [2]
    assert all(spoken.holds for spoken in view.decided.reasons)


def test_a_claim_about_several_lines_has_a_row_for_each(stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    order = an_order(cast.bolts, cast.annas, quantities=[2, 1], prices=[5000, 3300])
    lines = [LineClaim(position, 1, answered(order, position, 1, "no_reason", {})) for position in (1, 2)]
    case = apply(Application(order.ref, lines, "no_reason", "return_refund"), by=cast.anna)
    view = case_view(case.ref, cast.anna)
    assert [row.minor for row in view.rows] == [2500, 3300]
    assert view.total.minor == 5800


def test_each_side_has_its_own_acts_and_its_own_headline(stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    mine, theirs, platforms = (case_view(case.ref, actor) for actor in (cast.anna, cast.bolt, cast.judge))
    assert [act.verb for act in mine.acts] == ["withdraw", "ask_person"]
    assert theirs.may("approve") and not mine.may("approve")
    assert len({view.headline.into("zh") for view in (mine, theirs, platforms)}) == 3
    assert mine.total.label.into("zh") == "退给你"


def test_a_refusal_is_told_with_its_reason_and_its_words(stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    refuse(case.ref, reason="not_intact", words="包装已拆，底座有划痕", by=cast.bolt)
    view = case_view(case.ref, cast.anna)
    assert view.refused is not None
    assert (view.refused.reason.into("zh"), view.refused.words) == ("商品不完好", "包装已拆，底座有划痕")
    assert view.turn is not None and view.turn.party == "consumer"
    assert "包装已拆" in str(view.timeline[0].body.into("zh") if not isinstance(view.timeline[0].body, str) else view.timeline[0].body)


def test_a_review_shows_both_sides_at_equal_weight(stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    refuse(case.ref, reason="not_intact", words="包装已拆", by=cast.bolt)
    call_platform(case.ref, words="我没有拆过", by=cast.anna)
    review = case_view(case.ref, cast.judge).review
    assert review is not None
    assert [said.words for said in review.consumer.said] == ["我没有拆过"]
    assert [said.words for said in review.merchant.said] == ["包装已拆"]
    turn = case_view(case.ref, cast.bolt).turn
    assert turn is not None and turn.parties == ("consumer", "merchant") and turn.party == "merchant"


def test_a_return_is_followed_from_address_to_inspection(stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    case = claims(an_order(cast.bolts, cast.annas, quantities=[2], prices=[9901]), by=cast.anna, quantity=2)
    approve(case.ref, by=cast.bolt)
    jobs.drain()
    parcel = case_view(case.ref, cast.bolt).parcels[0]
    assert [act.verb for act in parcel.acts] == ["give_address"]
    give_address(parcel.ref, address="杭州市余杭区仓前街道 1 号", by=cast.bolt)
    ship(parcel.ref, carrier="SF", waybill="SF1234567890", by=cast.anna)
    deliver(parcel.ref)
    view = case_view(case.ref, cast.bolt)
    assert view.parcels[0].address and view.parcels[0].waybill == "SF1234567890"
    assert "receive" in [act.verb for act in view.parcels[0].acts]
    receive(parcel.ref, by=cast.bolt)
    view = case_view(case.ref, cast.bolt)
    assert [unit.amount_minor for unit in view.units] == [4951, 4950]
    assert view.turn is not None and view.turn.limit == "merchant_inspects"
    assert view.turn.silence.into("en") == "the goods count as accepted, ¥99.01 is refunded"


def test_a_case_ends_with_what_was_paid_or_without(stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    refuse(case.ref, reason="misuse", words="磕碰", by=cast.bolt)
    later_by(stepped_clock, timedelta(days=20))
    view = case_view(case.ref, cast.anna)
    assert view.is_over and view.turn is None and view.acts == ()
    assert view.headline.into("en") == "Closed without a refund"
    assert {step.state for step in view.steps} == {"done"}
    assert view.survey is not None and view.survey.score is None


def test_strangers_see_nothing_and_opening_is_noted(stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    for stranger in (cast.rival, cast.berta):
        with pytest.raises(NotFound):
            case_view(case.ref, stranger)
    assert not AccessLog.objects.filter(ref=case.ref).exists()
    case_view(case.ref, cast.agent)
    assert AccessLog.objects.get(ref=case.ref).user_id == cast.agent.user_id


def test_a_view_costs_few_queries_however_many_units(stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    case = claims(an_order(cast.bolts, cast.annas, quantities=[6], prices=[9900]), by=cast.anna, quantity=6)
    case_view(case.ref, cast.bolt)
    with CaptureQueriesContext(connection) as early:
        case_view(case.ref, cast.bolt)
    approve(case.ref, by=cast.bolt)
    jobs.drain()
    parcel = case_view(case.ref, cast.bolt).parcels[0]
    give_address(parcel.ref, address="杭州市余杭区仓前街道 1 号", by=cast.bolt)
    ship(parcel.ref, carrier="SF", waybill="SF1234567890", by=cast.anna)
    receive(parcel.ref, by=cast.bolt)
    with CaptureQueriesContext(connection) as late:
        case_view(case.ref, cast.bolt)
    assert len(early) < 15, [q["sql"][:120] for q in early]
    # Five of these are the guards' own questions: what holds the case open decides whether the platform may be called.
    assert len(late) < 20, [q["sql"][:120] for q in late]


def test_silence_is_said_with_the_sum() -> None:
    assert words_of_silence("merchant_answers", "approve", remedy="refund_only", amount_minor=2990).into("zh") == "自动同意，退 ¥29.90"
    assert words_of_silence("consumer_escalates", "accept_refusal").into("en") == "the refusal stands and the case is closed"
