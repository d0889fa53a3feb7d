"""Goods come back, are found good or not, are lost, or go home again: stories of Anna and Bolt on real rows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amends.cases.verbs.answering import approve, withdraw
from amends.kernel.clock import Stepped
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.plumbing import jobs
from amends.returns import listeners
from amends.returns.models import Inspection, ParcelUnit, ReturnShipment
from amends.returns.queries import inspections_of, parcels_of, whereabouts
from amends.returns.verbs import (
    Finding,
    accept,
    accept_finding,
    book_pickup,
    cancel_pickup,
    carrier_says,
    collect,
    contest,
    give_address,
    inspect,
    keep_goods,
    receive,
    reduce,
    reject,
    report_missing,
    ship,
)
from tests.cast import Cast, an_order, claims, later_by, the_cast
from tests.verbs.returns_at_hand import (
    PaysAtOnce,
    a_waybill,
    approved,
    findings_of,
    fresh,
    grants_of,
    hours_left,
    parcel_of,
    received,
    refunds_of,
    sent_back,
    worn,
)

DAY = timedelta(days=1)


@pytest.fixture
def cast(db: None, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    gateway = PaysAtOnce()
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
    return the_cast()


# ── asking for the goods ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_approved_return_asks_for_all_units_in_one_parcel(cast: Cast) -> None:
    case = approved(cast, quantity=2)
    parcel = parcel_of(case)
    assert parcel.stage == "addressing"
    assert parcel.freight == "consumer"
    assert ParcelUnit.objects.filter(parcel=parcel).count() == 2
    assert grants_of(case) == ["doing", "doing"]


def test_the_job_that_asks_for_the_goods_may_come_twice(cast: Cast) -> None:
    case = approved(cast)
    assert listeners.ask_for_goods(case.pk) is None
    assert ReturnShipment.objects.filter(case_id=case.pk).count() == 1


def test_goods_never_shipped_are_not_asked_back(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas, shipped=False)
    case = claims(order, by=cast.anna, remedy="refund_only")
    approve(case.ref, by=cast.bolt)
    jobs.drain()
    assert not ReturnShipment.objects.filter(case_id=case.pk).exists()
    assert fresh(case).stage == "closed"


def test_an_address_left_empty_is_the_one_on_file(cast: Cast) -> None:
    parcel = give_address(parcel_of(approved(cast)).ref, by=cast.bolt)
    assert parcel.stage == "awaiting_dispatch"
    assert parcel.address is not None and parcel.address.body == cast.bolts.return_address


def test_silence_about_the_address_uses_the_one_on_file(cast: Cast, stepped_clock: Stepped) -> None:
    case = approved(cast)
    assert parcels_of(case, cast.anna)[0].address == ""
    later_by(stepped_clock, timedelta(hours=49))
    assert parcel_of(case).stage == "awaiting_dispatch"
    assert parcels_of(fresh(case), cast.anna)[0].address == cast.bolts.return_address


def test_goods_never_sent_end_the_case_without_money(cast: Cast, stepped_clock: Stepped) -> None:
    case = approved(cast)
    give_address(parcel_of(case).ref, by=cast.bolt)
    later_by(stepped_clock, 12 * DAY)
    assert parcel_of(case).stage == "lapsed"
    assert grants_of(case) == ["void"]
    assert (fresh(case).stage, fresh(case).ended_by) == ("closed", "complete")
    assert refunds_of(case) == []


def test_strangers_do_not_see_a_parcel_and_nobody_makes_anothers_move(cast: Cast) -> None:
    ref = parcel_of(approved(cast)).ref
    for stranger in (cast.rival, cast.berta):
        with pytest.raises(NotFound):
            give_address(ref, by=stranger)
    with pytest.raises(NotYourMove):
        give_address(ref, by=cast.anna)
    give_address(ref, by=cast.bolt)
    with pytest.raises(NotYourMove):
        ship(ref, carrier="Bluebird", waybill=a_waybill(), by=cast.bolt)
    with pytest.raises(NoSuchMove):
        carrier_says(ref, "deliver")


# ── labels and carriers ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_waybill_is_kept_in_one_shape_and_the_timeline_knows_its_end_only(cast: Cast) -> None:
    case = approved(cast)
    ref = parcel_of(case).ref
    give_address(ref, by=cast.bolt)
    parcel = ship(ref, carrier="  Bluebird  Express ", waybill="qn 1234-56７８", by=cast.anna)
    assert (parcel.carrier, parcel.waybill, parcel.stage) == ("Bluebird Express", "QN12345678", "in_transit")
    page = parcels_of(fresh(case), cast.bolt)[0]
    assert page.waybill == "QN12345678"
    assert [choice.verb for choice in page.choices] == ["receive"]
    assert page.wait is not None and page.wait.silence.en == "asked the carrier where the parcel is"


@pytest.mark.parametrize(("carrier", "waybill", "field"), [
    ("Bluebird", "1234567", "waybill"), ("Bluebird", "12345678\N{SLIGHTLY SMILING FACE}", "waybill"), ("Bluebird", "9" * 31, "waybill"),
    ("Bluebird", "", "waybill"), (" ", "12345678", "carrier"), ("B" * 41, "12345678", "carrier"),
])  # fmt: skip
def test_a_label_that_cannot_be_one_is_refused_and_nothing_moves(cast: Cast, carrier: str, waybill: str, field: str) -> None:
    parcel = parcel_of(approved(cast))
    give_address(parcel.ref, by=cast.bolt)
    with pytest.raises(Unprocessable) as refusal:
        ship(parcel.ref, carrier=carrier, waybill=waybill, by=cast.anna)
    assert list(refusal.value.fields) == [field]
    parcel.refresh_from_db()
    assert (parcel.stage, parcel.waybill) == ("awaiting_dispatch", "")


def test_a_waybill_used_twice_is_refused_whatever_the_case_of_the_carrier(cast: Cast) -> None:
    first, second = (parcel_of(approved(cast)).ref for _ in range(2))
    for ref in (first, second):
        give_address(ref, by=cast.bolt)
    ship(first, carrier="Bluebird", waybill="QN1234567890", by=cast.anna)
    for carrier in ("Bluebird", "BLUEBIRD"):
        with pytest.raises(Unprocessable) as refusal:
            ship(second, carrier=carrier, waybill="qn1234567890", by=cast.anna)
        assert refusal.value.code == "waybill_used"
    ship(second, carrier="Hills", waybill="QN1234567890", by=cast.anna)


def test_the_second_of_two_at_once_meets_the_constraint(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (parcel_of(approved(cast)).ref for _ in range(2))
    for ref in (first, second):
        give_address(ref, by=cast.bolt)
    ship(first, carrier="Bluebird", waybill="QN1234567890", by=cast.anna)
    monkeypatch.setattr("django.db.models.query.QuerySet.exists", lambda rows: False if rows.model is ReturnShipment else rows.count() > 0)
    with pytest.raises(Unprocessable) as refusal:
        ship(second, carrier="Bluebird", waybill="QN1234567890", by=cast.anna)
    assert refusal.value.code == "waybill_used"


def test_the_waybill_of_the_delivery_is_not_that_of_the_return(cast: Cast) -> None:
    case = approved(cast)
    ref = parcel_of(case).ref
    give_address(ref, by=cast.bolt)
    with pytest.raises(Unprocessable) as refusal:
        ship(ref, carrier="SF", waybill=case.order.shipments.get().waybill, by=cast.anna)
    assert refusal.value.code == "waybill_of_delivery"


def test_a_pick_up_is_booked_missed_cancelled_and_made_at_last(cast: Cast) -> None:
    ref = parcel_of(approved(cast)).ref
    give_address(ref, by=cast.bolt)
    book_pickup(ref, address="人民路 1 号", by=cast.anna)
    carrier_says(ref, "miss_pickup")
    book_pickup(ref, address="人民路 1 号", by=cast.anna)
    cancel_pickup(ref, by=cast.anna)
    book_pickup(ref, address="人民路 1 号", by=cast.anna)
    parcel = carrier_says(ref, "collect")
    assert parcel.stage == "in_transit" and parcel.shipped_at is not None


def test_pick_ups_are_counted(cast: Cast) -> None:
    ref = parcel_of(approved(cast)).ref
    give_address(ref, by=cast.bolt)
    for _ in range(3):
        book_pickup(ref, address="人民路 1 号", by=cast.anna)
        cancel_pickup(ref, by=cast.anna)
    with pytest.raises(NoSuchMove) as refusal:
        book_pickup(ref, address="人民路 1 号", by=cast.anna)
    assert refusal.value.code == "count_used_up"


def test_a_carrier_reports_only_what_carriers_do(cast: Cast) -> None:
    with pytest.raises(Unprocessable):
        carrier_says(parcel_of(sent_back(cast)).ref, "keep_goods")


def test_a_lost_parcel_is_paid_as_if_it_had_come(cast: Cast, stepped_clock: Stepped) -> None:
    case = sent_back(cast)
    later_by(stepped_clock, 13 * DAY)
    assert parcel_of(case).stage == "tracing"
    carrier_says(parcel_of(case).ref, "declare_lost")
    jobs.drain()
    assert refunds_of(case) == [("paid", 9900)]
    assert grants_of(case) == ["done"]
    assert fresh(case).stage == "closed"


def test_a_parcel_that_is_found_travels_on(cast: Cast, stepped_clock: Stepped) -> None:
    case = sent_back(cast)
    later_by(stepped_clock, 13 * DAY)
    assert carrier_says(parcel_of(case).ref, "resume_travel").stage == "in_transit"
    assert carrier_says(parcel_of(case).ref, "deliver").stage == "delivered"


# ── arrival and findings ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_silent_merchant_receives_accepts_and_pays(cast: Cast, stepped_clock: Stepped) -> None:
    case = sent_back(cast)
    carrier_says(parcel_of(case).ref, "deliver")
    later_by(stepped_clock, 6 * DAY)
    assert parcel_of(case).stage == "received"
    assert [row.stage for row in findings_of(case)] == ["payable"]
    assert refunds_of(case) == [("paid", 9900)]
    assert fresh(case).stage == "closed"


def test_an_arrival_that_overtakes_the_job_begins_its_grants_itself(cast: Cast) -> None:
    case = sent_back(cast)
    case.grants.update(stage="owed")
    receive(parcel_of(case).ref, by=cast.bolt)
    assert grants_of(case) == ["doing"]
    assert [row.stage for row in findings_of(case)] == ["awaiting"]


def test_two_units_one_accepted_and_one_rejected_in_one_act(cast: Cast) -> None:
    case = sent_back(cast, quantity=2)
    ref = parcel_of(case).ref
    found = inspect(ref, findings=[Finding("accept", line=1), Finding("reject", line=1, words="worn at the collar")], by=cast.bolt)
    assert [row.stage for row in found] == ["payable", "rejected"]
    jobs.drain()
    assert refunds_of(case) == [("paid", 9900)]
    assert grants_of(case) == ["done", "doing"]
    page = inspections_of(fresh(case), cast.anna)[1]
    assert page.reason == "worn at the collar"
    assert [choice.verb for choice in page.choices] == ["accept_finding", "contest"]


def test_a_rejected_unit_goes_home_and_the_case_ends_with_one_grant_done_and_one_void(cast: Cast, stepped_clock: Stepped) -> None:
    case = sent_back(cast, quantity=2)
    inspect(parcel_of(case).ref, findings=[Finding("accept", line=1), Finding("reject", line=1, words="worn")], by=cast.bolt)
    accept_finding(case.ref, inspection=findings_of(case)[1].pk, by=cast.anna)
    jobs.drain()
    home = parcel_of(case, "home")
    assert (home.stage, grants_of(case), fresh(case).stage) == ("sending_home", ["done", "void"], "executing")
    ship(home.ref, carrier="Bluebird", waybill=a_waybill(), by=cast.bolt)
    carrier_says(home.ref, "leave_unclaimed")
    collect(home.ref, by=cast.anna)
    jobs.drain()
    assert parcel_of(case, "home").stage == "home"
    assert fresh(case).stage == "closed"
    assert refunds_of(case) == [("paid", 9900)]


def test_goods_that_are_not_sent_home_are_bought(cast: Cast, stepped_clock: Stepped) -> None:
    case = received(cast)
    reject(case.ref, inspection=findings_of(case)[0].pk, words="worn", by=cast.bolt)
    later_by(stepped_clock, 20 * DAY)
    assert parcel_of(case, "home").stage == "kept"
    assert grants_of(case) == ["void", "done"]
    assert refunds_of(case) == [("paid", 9900)]
    assert fresh(case).stage == "closed"


def test_a_merchant_may_keep_the_goods_at_once(cast: Cast) -> None:
    case = received(cast)
    reject(case.ref, inspection=findings_of(case)[0].pk, words="worn", by=cast.bolt)
    accept_finding(case.ref, inspection=findings_of(case)[0].pk, by=cast.anna)
    keep_goods(parcel_of(case, "home").ref, by=cast.bolt)
    jobs.drain()
    assert refunds_of(case) == [("paid", 9900)]
    assert whereabouts(fresh(case))[findings_of(case)[0].unit_id].is_gone


def test_goods_lost_on_the_way_home_are_paid(cast: Cast, stepped_clock: Stepped) -> None:
    case = received(cast)
    reject(case.ref, inspection=findings_of(case)[0].pk, words="worn", by=cast.bolt)
    accept_finding(case.ref, inspection=findings_of(case)[0].pk, by=cast.anna)
    ship(parcel_of(case, "home").ref, carrier="Bluebird", waybill=a_waybill(), by=cast.bolt)
    later_by(stepped_clock, 30 * DAY)
    assert parcel_of(case, "home").stage == "lost_on_way_home"
    assert refunds_of(case) == [("paid", 9900)]
    assert fresh(case).stage == "closed"


def test_a_deduction_that_the_consumer_lets_stand_is_taken_off(cast: Cast, stepped_clock: Stepped) -> None:
    case = received(cast)
    first, seen = findings_of(case)[0].pk, worn(case, cast.bolt)
    reduce(parcel_of(case).ref, inspection=first, reduced_minor=1500, words="the box is missing", **seen, by=cast.bolt)
    later_by(stepped_clock, 6 * DAY)
    assert findings_of(case)[0].stage == "payable_reduced"
    assert refunds_of(case) == [("paid", 8400)]
    assert fresh(case).stage == "closed"


def test_a_unit_accepted_after_all_is_paid_in_full(cast: Cast) -> None:
    case = received(cast)
    finding = findings_of(case)[0].pk
    reduce(case.ref, inspection=finding, reduced_minor=1500, words="the box is missing", **worn(case, cast.bolt), by=cast.bolt)
    assert accept(case.ref, inspection=finding, by=cast.bolt).reduced_minor == 0
    jobs.drain()
    assert refunds_of(case) == [("paid", 9900)]


@pytest.mark.parametrize("reduced_minor", [0, -1, 9900, 10_000])
def test_a_deduction_is_a_part_of_the_money(cast: Cast, reduced_minor: int) -> None:
    case = received(cast)
    first, seen = findings_of(case)[0].pk, worn(case, cast.bolt)
    with pytest.raises(Unprocessable) as refusal:
        reduce(case.ref, inspection=first, reduced_minor=reduced_minor, words="scratched", **seen, by=cast.bolt)
    assert refusal.value.text.into("en") == "The deduction is between ¥0.01 and ¥98.99."
    assert findings_of(case)[0].stage == "awaiting"


@pytest.mark.parametrize("finding", [
    Finding("reject", line=1), Finding("missing", line=1, words="  "), Finding("reduce", line=1, reduced_minor=100),
    Finding("burn", line=1, words="so there"), Finding("accept", line=2), Finding("accept", line=1, count=3),
    Finding("accept", line=1, count=0), Finding("accept", unit_id=-1),
])  # fmt: skip
def test_a_wrong_finding_undoes_all_of_its_act(cast: Cast, finding: Finding) -> None:
    case = sent_back(cast, quantity=2)
    with pytest.raises(Unprocessable) as refusal:
        inspect(parcel_of(case).ref, findings=[Finding("accept", line=1), finding], by=cast.bolt)
    assert next(iter(refusal.value.fields)).startswith("findings.1.")
    assert parcel_of(case).stage == "in_transit"
    assert findings_of(case) == []


def test_findings_name_units_or_lines_and_the_rest_waits(cast: Cast) -> None:
    case = received(cast, quantity=3)
    last = findings_of(case)[2]
    missing = Finding("missing", unit_id=last.unit_id, words="two lamps in the box")
    inspect(parcel_of(case).ref, findings=[missing, Finding("accept", line=1)], by=cast.bolt)
    assert [row.stage for row in findings_of(case)] == ["payable", "awaiting", "missing"]


def test_nobody_finds_twice_and_only_the_merchant_finds(cast: Cast) -> None:
    case = received(cast)
    finding = findings_of(case)[0].pk
    with pytest.raises(NotYourMove):
        accept(case.ref, inspection=finding, by=cast.anna)
    accept(case.ref, inspection=finding, by=cast.bolt)
    with pytest.raises(NoSuchMove):
        reject(case.ref, inspection=finding, words="worn", by=cast.bolt)
    with pytest.raises(NotFound):
        accept(approved(cast).ref, inspection=finding, by=cast.bolt)


def test_what_was_not_there_and_is_not_disputed_is_neither_paid_nor_sent_home(cast: Cast) -> None:
    case = received(cast)
    finding = findings_of(case)[0].pk
    report_missing(case.ref, inspection=finding, words="an empty box", by=cast.bolt)
    accept_finding(case.ref, inspection=finding, by=cast.anna)
    jobs.drain()
    assert findings_of(case)[0].stage == "not_received"
    assert not ReturnShipment.objects.filter(case_id=case.pk, direction="home").exists()
    assert (grants_of(case), fresh(case).stage) == (["void"], "closed")


def test_silence_about_a_missing_unit_contests_it_for_the_consumer(cast: Cast, stepped_clock: Stepped) -> None:
    case = received(cast)
    report_missing(case.ref, inspection=findings_of(case)[0].pk, words="an empty box", by=cast.bolt)
    later_by(stepped_clock, 5 * DAY + timedelta(hours=1))
    assert findings_of(case)[0].stage == "missing_contested"
    assert fresh(case).stage == "in_review"
    assert fresh(case).reviews.get().called_by == "consumer"


def test_contesting_needs_no_words_but_keeps_them(cast: Cast) -> None:
    case = received(cast)
    finding = findings_of(case)[0].pk
    reject(case.ref, inspection=finding, words="worn", by=cast.bolt)
    contest(case.ref, inspection=finding, words="it was never unpacked", by=cast.anna)
    assert fresh(case).stage == "in_review"
    assert case.texts.get(kind="contest").body == "it was never unpacked"


# ── withdrawal ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_withdrawal_before_the_goods_leave_ends_the_case(cast: Cast) -> None:
    case = approved(cast)
    withdraw(case.ref, by=cast.anna)
    jobs.drain()
    assert parcel_of(case).stage == "dropped"
    assert (grants_of(case), fresh(case).stage) == (["void"], "closed")


def test_goods_under_way_arrive_and_are_sent_home_after_a_withdrawal(cast: Cast) -> None:
    case = sent_back(cast)
    withdraw(case.ref, by=cast.anna)
    jobs.drain()
    assert (parcel_of(case).stage, fresh(case).stage) == ("in_transit", "unwinding")
    receive(parcel_of(case).ref, by=cast.bolt)
    assert not Inspection.objects.filter(case_id=case.pk).exists()
    home = parcel_of(case, "home")
    assert (home.stage, ParcelUnit.objects.filter(parcel=home).count()) == ("sending_home", 1)
    assert hours_left(case, "return_shipment") > 24
    ship(home.ref, carrier="Bluebird", waybill=a_waybill(), by=cast.bolt)
    carrier_says(home.ref, "deliver")
    jobs.drain()
    assert (fresh(case).stage, refunds_of(case)) == ("closed", [])


def test_goods_at_the_merchants_go_home_in_one_parcel(cast: Cast) -> None:
    case = received(cast, quantity=2)
    reject(case.ref, inspection=findings_of(case)[0].pk, words="worn", by=cast.bolt)
    accept_finding(case.ref, inspection=findings_of(case)[0].pk, by=cast.anna)
    withdraw(case.ref, by=cast.anna)
    jobs.drain()
    assert ParcelUnit.objects.filter(parcel=parcel_of(case, "home")).count() == 2
    assert [row.stage for row in findings_of(case)] == ["unpayable", "dropped"]


def test_goods_that_join_the_way_home_late_have_a_parcel_with_its_whole_limit(cast: Cast, stepped_clock: Stepped) -> None:
    case = received(cast, quantity=2)
    first, second = findings_of(case)
    for finding in (first, second):
        reject(case.ref, inspection=finding.pk, words="worn", by=cast.bolt)
    accept_finding(case.ref, inspection=first.pk, by=cast.anna)
    stepped_clock.forward(2 * DAY)
    accept_finding(case.ref, inspection=second.pk, by=cast.anna)
    homes = ReturnShipment.objects.filter(case_id=case.pk, direction="home").order_by("pk")
    assert [ParcelUnit.objects.filter(parcel=home).count() for home in homes] == [1, 1]
    ends = list(case.deadlines.filter(life="return_shipment", limit="merchant_sends_home").order_by("pk").values_list("due_at", flat=True))
    assert ends[1] - ends[0] >= 2 * DAY, "the clock would buy the second lamp for Bolt two days early"
