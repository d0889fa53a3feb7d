"""Lanes: what the pack lets pass at once is granted in the act that files it, within what a consumer may have in a day; no lane refuses."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from amends.cases.claims import LineClaim, consider
from amends.cases.models import Case, Entry, Grant
from amends.cases.verbs.answering import approve, ask_person, call_platform, refuse, withdraw
from amends.cases.verbs.applying import Application, apply
from amends.insight.verify import CHECKS
from amends.kernel import clock
from amends.kernel.clock import Stepped
from amends.kernel.refusals import NoSuchMove
from amends.market.models import Order, Tender
from amends.notices.queries import notices_for
from amends.policy.models import PastFacts
from amends.policy.rules.decision import Decision
from amends.policy.rules.facts import Facts, Lane, Remedy
from amends.rulings.models import Review
from tests.cast import Cast, an_order, claims, settled, the_cast
from tests.verbs.returns_at_hand import PaysAtOnce, fresh, refunds_of

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def cast(db: None, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    gateway = PaysAtOnce()
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
    return the_cast()


@pytest.fixture
def gold(cast: Cast) -> Cast:
    """The shop's default pack lets its good customers pass: up to CNY 200 each, CNY 500 a day."""
    cast.annas.tier = "gold"
    cast.annas.save()
    return cast


def unshipped(cast: Cast, minor: int = 9900, **more: object) -> Order:
    return an_order(cast.bolts, cast.annas, prices=(minor,), shipped=False, signed_ago=None, **more)  # type: ignore[arg-type]


def unshipped_lines(cast: Cast, *prices: int) -> Order:
    ones = (1,) * len(prices)
    return an_order(cast.bolts, cast.annas, quantities=ones, prices=prices, shipped=False, signed_ago=None)


def cancelled(cast: Cast, minor: int = 9900) -> Case:
    return fresh(claims(unshipped(cast, minor), by=cast.anna, remedy="refund_only"))


def is_sound() -> None:
    assert {check.name: found for check in CHECKS if (found := check.offenders())} == {}


# ── at once ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_small_cancellation_is_granted_in_the_act_that_files_it_and_paid(gold: Cast) -> None:
    case = cancelled(gold)
    assert (case.lane, case.stage) == ("instant", "executing")
    (grant,) = Grant.objects.filter(case_id=case.pk)
    assert (grant.basis, grant.amount_minor) == ("at_once", 9900)
    acts = Entry.objects.filter(case_id=case.pk).order_by("number").values_list("verb", "act", "party", "automatic")
    assert [verb for verb, *_ in acts][:2] == ["apply", "grant_at_once"]
    assert len({act for _, act, *_ in acts}) == 1
    settled()
    assert refunds_of(case) == [("paid", 9900)]
    assert fresh(case).stage == "closed"
    is_sound()


def test_the_timeline_says_which_rules_granted_it_and_the_merchant_is_told_how_to_ask_for_a_person(gold: Cast) -> None:
    case = cancelled(gold)
    line = Entry.objects.get(case_id=case.pk, verb="grant_at_once")
    assert line.facts["lane"] == "instant"
    assert line.facts["rules"]
    settled()
    told = [notice.body.en for notice in notices_for(gold.bolt) if notice.case == case.ref]
    assert any("a person decides" in body for body in told)


def test_a_small_change_of_mind_is_approved_at_once_and_travels_back_as_ever(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMENDS_PLATFORM", "jd")  # 闪电退款 (FACTS 2.3): up to CNY 3,000, nobody looks
    case = fresh(claims(an_order(cast.bolts, cast.annas), by=cast.anna))
    assert (case.lane, case.stage) == ("automatic", "executing")
    settled()
    assert refunds_of(case) == []
    assert {turn["life"] for turn in fresh(case).turns} == {"return_shipment"}


def test_nobody_passes_whom_no_row_lets_pass(cast: Cast) -> None:
    case = cancelled(cast)
    assert (case.lane, case.stage) == ("assisted", "awaiting_merchant")


def test_what_is_above_the_sum_waits_for_a_person_and_is_refused_nothing(gold: Cast) -> None:
    case = cancelled(gold, 20001)
    assert (case.lane, case.stage) == ("assisted", "awaiting_merchant")
    approve(case.ref, by=gold.bolt)
    assert fresh(case).stage == "executing"


# ── the limits of a day ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_consumer_passes_up_to_the_days_limit_over_all_shops_and_anew_the_next_market_day(gold: Cast, stepped_clock: Stepped) -> None:
    lanes = [cancelled(gold, 20000).lane for _ in range(2)]
    at_rival = an_order(gold.rivals, gold.annas, prices=(10001,), shipped=False, signed_ago=None)
    lanes.append(fresh(claims(at_rival, by=gold.anna, remedy="refund_only")).lane)
    lanes.append(cancelled(gold, 10000).lane)
    lanes.append(cancelled(gold, 100).lane)
    assert lanes == ["instant", "instant", "assisted", "instant", "assisted"]
    stepped_clock.until(stepped_clock.at + 13 * HOUR)
    assert cancelled(gold, 100).lane == "assisted"
    stepped_clock.until(stepped_clock.at + 2 * HOUR)
    assert cancelled(gold, 20000).lane == "instant"
    is_sound()


def test_another_consumers_day_is_their_own(gold: Cast) -> None:
    gold.bertas.tier = "gold"
    gold.bertas.save()
    for _ in range(2):
        assert cancelled(gold, 20000).lane == "instant"
    hers = an_order(gold.bolts, gold.bertas, prices=(20000,), shipped=False, signed_ago=None)
    assert fresh(claims(hers, by=gold.berta, remedy="refund_only")).lane == "instant"


def test_what_was_granted_at_once_counts_although_people_look_at_it_now(gold: Cast) -> None:
    first, second = cancelled(gold, 20000), cancelled(gold, 20000)
    call_platform(first.ref, by=gold.anna)
    ask_person(first.ref, by=gold.anna)
    ask_person(second.ref, words="Look again.", by=gold.bolt)
    assert {fresh(first).lane, fresh(second).lane} == {"expert"}
    assert cancelled(gold, 20000).lane == "assisted"
    assert cancelled(gold, 10000).lane == "instant"


def test_what_was_paid_at_once_and_withdrawn_afterwards_is_not_given_back_to_the_day(gold: Cast) -> None:
    for _ in range(2):
        case = cancelled(gold, 20000)
        settled()
        assert refunds_of(case) == [("paid", 20000)]
    waiting = cancelled(gold, 10000)
    withdraw(waiting.ref, by=gold.anna)
    assert cancelled(gold, 10000).lane == "assisted"


def test_what_a_person_approved_takes_nothing_of_the_day(gold: Cast) -> None:
    for _ in range(2):
        approve(cancelled(gold, 30000).ref, by=gold.bolt)
    assert [cancelled(gold, 20000).lane for _ in range(2)] == ["instant", "instant"]


def test_a_coupon_that_comes_back_is_no_money_of_the_day(gold: Cast) -> None:
    for _ in range(2):
        case = fresh(claims(unshipped(gold, 25000, coupons=(6000,)), by=gold.anna, remedy="refund_only"))
        assert (case.lane, case.claimed_minor) == ("instant", 19000)
    assert cancelled(gold, 12000).lane == "instant"
    assert cancelled(gold, 100).lane == "assisted"


def test_a_claim_split_into_lines_slips_below_no_limit(gold: Cast) -> None:
    order = unshipped_lines(gold, 20000, 20000, 20000)
    lines = [LineClaim(position, 1) for position in (1, 2, 3)]
    considered = consider(order, lines, "no_reason", at=clock.now())
    assert {answer.lane for answer in considered.answers(Remedy.REFUND_ONLY)} == {Lane.ASSISTED}
    assert considered.lane(Remedy.REFUND_ONLY) is Lane.ASSISTED
    case = apply(Application(order.ref, lines, "no_reason", "refund_only"), by=gold.anna)
    assert fresh(case).stage == "awaiting_merchant"


def test_the_sum_of_a_claim_is_the_sum_of_its_lines(gold: Cast) -> None:
    for each, lane in ((10000, Lane.INSTANT), (10001, Lane.ASSISTED)):
        order = unshipped_lines(gold, each, each)
        both = consider(order, [LineClaim(1, 1), LineClaim(2, 1)], "no_reason", at=clock.now())
        assert both.amount_minor(Remedy.REFUND_ONLY) == 2 * each
        assert both.lane(Remedy.REFUND_ONLY) is lane
        assert consider(order, [LineClaim(1, 1)], "no_reason", at=clock.now()).lane(Remedy.REFUND_ONLY) is Lane.INSTANT


def test_the_stamp_says_why_nobody_or_somebody_looks_at_the_whole_claim(gold: Cast) -> None:
    order = unshipped_lines(gold, 15000, 15000)
    case = fresh(apply(Application(order.ref, [LineClaim(1, 1), LineClaim(2, 1)], "no_reason", "refund_only"), by=gold.anna))
    for line in case.decision.answer["lines"]:
        answer = Decision.from_json(line["answer"]).answer(Remedy.REFUND_ONLY)
        assert answer.lane is Lane.ASSISTED
        assert ("small_at_once", False) in {(reason.clause, reason.holds) for reason in answer.lane_reasons}


def test_an_order_taken_apart_into_claims_slips_below_no_limit(gold: Cast, stepped_clock: Stepped) -> None:
    """Five pieces of 100.00: two pass at once, as they would in one claim; the others wait for a person, or for another day."""
    order = unshipped(gold, 50000, quantities=(5,))
    taken = [fresh(claims(order, by=gold.anna, quantity=quantity, remedy="refund_only")) for quantity in (1, 1, 1)]
    assert [case.lane for case in taken] == ["instant", "instant", "assisted"]
    assert cancelled(gold, 20000).lane == "instant"  # another order has a ceiling of its own
    stepped_clock.until(stepped_clock.at + 15 * HOUR)
    assert fresh(claims(order, by=gold.anna, quantity=2, remedy="refund_only")).lane == "instant"
    is_sound()


def test_another_currencys_sums_are_not_added_and_no_lanes_sum_is_meant_in_it(gold: Cast) -> None:
    for _ in range(2):
        assert cancelled(gold, 20000).lane == "instant"
    order = unshipped(gold, 9900)
    Order.objects.filter(pk=order.pk).update(currency="HKD")
    Tender.objects.filter(order_id=order.pk).update(unit="HKD")
    abroad = Order.objects.select_related("merchant", "consumer").get(pk=order.pk)
    considered = consider(abroad, [LineClaim(1, 1)], "no_reason", at=clock.now())
    assert considered.lines[0].facts.history.instant_today_minor == 0
    assert considered.is_open(Remedy.REFUND_ONLY)
    assert considered.amount_minor(Remedy.REFUND_ONLY) == 9900
    assert considered.lane(Remedy.REFUND_ONLY) is Lane.ASSISTED


def test_two_lines_below_the_limit_pass_together(gold: Cast) -> None:
    order = an_order(gold.bolts, gold.annas, quantities=(1, 1), prices=(9900, 9900), shipped=False, signed_ago=None)
    case = apply(Application(order.ref, [LineClaim(1, 1), LineClaim(2, 1)], "no_reason", "refund_only"), by=gold.anna)
    assert fresh(case).lane == "instant"
    assert Grant.objects.filter(case_id=case.pk).count() == 2


# ── a person ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_asks_for_a_person_with_the_claim_gets_one_and_loses_no_remedy(gold: Cast, stepped_clock: Stepped) -> None:
    order = unshipped(gold)
    open_before = consider(order, [LineClaim(1, 1)], "no_reason", at=clock.now())
    case = apply(Application(order.ref, [LineClaim(1, 1)], "no_reason", "refund_only", asks_person=True), by=gold.anna)
    now = fresh(case)
    assert (now.lane, now.stage, now.person_asked_at) == ("expert", "awaiting_merchant", stepped_clock.at)
    stamped = {a["remedy"] for a in now.decision.answer["lines"][0]["answer"]["remedies"] if a["open"]}
    assert stamped == {remedy.value for remedy in Remedy if open_before.is_open(remedy)}
    with pytest.raises(NoSuchMove):
        ask_person(case.ref, by=gold.anna)


def test_the_merchant_of_a_claim_granted_by_rules_alone_may_ask_for_a_person(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the consumer was granted goes on meanwhile."""
    monkeypatch.setenv("AMENDS_PLATFORM", "jd")
    case = fresh(claims(an_order(cast.bolts, cast.annas), by=cast.anna))
    assert case.stage == "executing"
    assert "ask_person" in case.offered(cast.bolt)
    ask_person(case.ref, words="The lamp was never ours.", by=cast.bolt)
    assert (fresh(case).stage, fresh(case).lane) == ("in_review", "expert")
    assert Review.objects.get(case_id=case.pk).called_by == "merchant"
    assert Grant.objects.filter(case_id=case.pk, stage="void").count() == 0
    is_sound()


def test_a_hazard_is_for_experts_and_still_goes_its_way(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas)
    considered = consider(order, [LineClaim(1, 1)], "hazard", at=clock.now())
    lanes = {considered.lane(remedy) for remedy in Remedy if considered.is_open(remedy)}
    assert lanes == {Lane.EXPERT}


# ── the facts ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_facts_know_consumer_order_courier_tenders_and_the_last_thirty_days(cast: Cast, stepped_clock: Stepped) -> None:
    cast.annas.tier, cast.annas.region = "silver", "330100"
    cast.annas.save()
    old = claims(an_order(cast.bolts, cast.annas, prices=(5000,)), by=cast.anna)
    approve(old.ref, by=cast.bolt)
    refuse(claims(an_order(cast.bolts, cast.annas), by=cast.anna).ref, reason="other", words="No.", by=cast.bolt)
    order = an_order(cast.bolts, cast.annas, prices=(10000,), coupons=(1000,), freight=800)
    order.channel, order.promises = "live", ["no_reason_30"]
    order.save()
    (line,) = consider(Order.objects.get(pk=order.pk), [LineClaim(1, 1)], "quality", at=clock.now()).lines
    facts = line.facts
    assert (facts.tier, facts.region, facts.channel, facts.courier_by) == ("silver", "330100", "live", "merchant")
    assert facts.promises == ("no_reason_30",)
    assert [(share.kind, share.minor) for share in facts.tenders] == [("wallet", 9800), ("coupon", 1000)]
    assert (facts.history.cases_30d, facts.history.refunds_30d_minor) == (2, 5000)
    assert facts.history.score_bps is None
    stepped_clock.until(stepped_clock.at + 31 * DAY)
    (later,) = consider(Order.objects.get(pk=order.pk), [LineClaim(1, 1)], "quality", at=clock.now()).lines
    assert later.facts.history.cases_30d == 0


def test_facts_are_kept_for_replaying_with_what_was_granted(gold: Cast) -> None:
    case = cancelled(gold)
    (row,) = PastFacts.objects.filter(case_id=case.pk)
    assert (row.issue, row.remedy, row.tier, row.line, row.granted_minor) == ("no_reason", "refund_only", "gold", 1, 9900)
    assert str(row.day) == "2026-03-10"
    kept = Facts.from_json(json.loads(row.facts))
    assert kept == Facts.from_json(case.decision.answer["lines"][0]["facts"])
    assert len(row.facts) < 1000


def test_a_refused_claim_keeps_its_facts_with_nothing_granted(cast: Cast) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    refuse(case.ref, reason="other", words="No.", by=cast.bolt)
    assert PastFacts.objects.get(case_id=case.pk).granted_minor == 0


def test_considering_and_applying_ask_little_of_the_database(gold: Cast) -> None:
    order = Order.objects.select_related("merchant", "consumer").get(pk=unshipped(gold).pk)
    consider(order, [LineClaim(1, 1)], "no_reason", at=clock.now())
    again = Order.objects.select_related("merchant", "consumer").get(pk=order.pk)
    with CaptureQueriesContext(connection) as seen:
        consider(again, [LineClaim(1, 1)], "no_reason", at=clock.now())
    assert len(seen) <= 7, "two of them ask whether its units were exchanged or repaired"
    with CaptureQueriesContext(connection) as seen:
        apply(Application(order.ref, [LineClaim(1, 1)], "no_reason", "refund_only"), by=gold.anna)
    assert len(seen) <= 30, [query["sql"][:90] for query in seen]
