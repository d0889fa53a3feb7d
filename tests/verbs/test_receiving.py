"""The receiving desk: what is scanned is received once, what nobody announced lies on the shelf and is recognised."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from amends.cases.models import Entry
from amends.kernel.clock import Stepped
from amends.kernel.refs import new_ref
from amends.kernel.refusals import NoSuchMove, NotFound, Refusal, Unprocessable
from amends.returns.models import Inspection, ReturnShipment, Scan, UnknownParcel
from amends.returns.receiving import (
    batch_view,
    close_batch,
    dispose_unknown,
    match,
    note_unknown,
    open_batch,
    return_unknown,
    scan,
    shelf,
    suggestions,
)
from tests.cast import Cast, the_cast
from tests.verbs.returns_at_hand import approved, parcel_of, sent_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(stepped_clock: Stepped) -> Cast:
    return the_cast()


def test_a_scanned_waybill_is_received_at_its_place_and_its_units_wait_for_a_finding(cast: Cast) -> None:
    parcel = parcel_of(sent_back(cast, quantity=2))
    batch = open_batch("东仓", by=cast.bolt)
    done = scan(batch.ref, f" {parcel.waybill.lower()} ", weight_grams=820, by=cast.bolt)
    parcel.refresh_from_db()
    assert (done.outcome, done.parcel_id, parcel.stage) == ("received", parcel.pk, "received")
    assert (parcel.received_place, parcel.weight_grams, parcel.received_by_id) == ("东仓", 820, cast.bolt.user_id)
    assert Inspection.objects.filter(parcel=parcel, stage="awaiting").count() == 2


def test_the_same_code_in_a_batch_has_the_same_answer_and_in_another_is_known(cast: Cast) -> None:
    parcel = parcel_of(sent_back(cast))
    east, west = open_batch("east", by=cast.bolt), open_batch("west", by=cast.bolt)
    first = scan(east.ref, parcel.waybill, by=cast.bolt)
    assert scan(east.ref, parcel.waybill, by=cast.bolt) == first and Scan.objects.count() == 1
    assert scan(west.ref, parcel.ref, by=cast.bolt).outcome == "again"
    told = batch_view(west.ref, cast.bolt).scans[0]
    assert (told.received_place, told.parcel) == ("east", parcel.ref)


def test_goods_that_overtook_the_record_are_received_by_the_slip_in_the_box(cast: Cast) -> None:
    case = approved(cast)
    parcel = parcel_of(case)
    assert parcel.stage == "addressing"
    batch = open_batch(by=cast.bolt)
    assert scan(batch.ref, case.ref, by=cast.bolt).outcome == "received"
    verbs = list(Entry.objects.filter(case_id=case.pk, life="return_shipment").order_by("number").values_list("verb", "party"))
    assert verbs[-3:] == [("give_address", "merchant"), ("ship", "consumer"), ("receive", "merchant")]


def test_parcels_that_travel_together_are_received_together(cast: Cast) -> None:
    one, other = sent_back(cast), approved(cast)
    ReturnShipment.objects.filter(case=other).update(travels_with=parcel_of(one))
    batch = open_batch(by=cast.bolt)
    scan(batch.ref, parcel_of(one).waybill, by=cast.bolt)
    assert [parcel_of(case).stage for case in (one, other)] == ["received", "received"]


def test_what_nobody_announced_lies_on_the_shelf_once_and_is_recognised(cast: Cast) -> None:
    parcel = parcel_of(sent_back(cast))
    parcel_of(sent_back(cast))
    east, west = open_batch("east", by=cast.bolt), open_batch("west", by=cast.bolt)
    smudged = "0" + parcel.waybill[1:]
    assert {scan(each.ref, smudged, by=cast.bolt).outcome for each in (east, west)} == {"unknown"}
    (row,) = shelf(cast.bolt)
    assert row.place == "east"
    best = suggestions(row, cast.bolt)[0]
    assert best.parcel == parcel.ref and best.score >= 80 and best.reasons[0].zh == "运单号只差容易看错的字"
    matched = match(row.ref, best.parcel, by=cast.bolt)
    parcel.refresh_from_db()
    assert (matched.state, parcel.stage, parcel.received_place, shelf(cast.bolt)) == ("matched", "received", "east", [])
    with pytest.raises(NoSuchMove):
        match(row.ref, best.parcel, by=cast.bolt)


def test_words_on_the_box_name_the_consumer_and_an_unlabelled_parcel_takes_the_waybill(cast: Cast) -> None:
    parcel = parcel_of(approved(cast))
    batch = open_batch(by=cast.bolt)
    scan(batch.ref, "YT1234567890", carrier="圆通", by=cast.bolt)
    (row,) = shelf(cast.bolt)
    assert suggestions(row, cast.bolt) == []
    note_unknown(row.ref, words="寄件人 安娜", shelf="A3", weight_grams=500, by=cast.bolt)
    (row,) = shelf(cast.bolt)
    assert [one.parcel for one in suggestions(row, cast.bolt)] == [parcel.ref]
    match(row.ref, parcel.ref, by=cast.bolt)
    parcel.refresh_from_db()
    assert (parcel.carrier, parcel.waybill, parcel.weight_grams) == ("圆通", "YT1234567890", 500)


def test_a_parcel_that_was_declared_lost_and_comes_after_all_is_recognised_and_told(cast: Cast) -> None:
    case = sent_back(cast)
    parcel = parcel_of(case)
    ReturnShipment.objects.filter(pk=parcel.pk).update(stage="lost")
    shelved = scan(open_batch("east", by=cast.bolt).ref, parcel.waybill, by=cast.bolt).unknown
    (row,) = shelf(cast.bolt)
    best = suggestions(row, cast.bolt)[0]
    assert shelved is not None and best.reasons[0].zh == "就是这个运单号"
    assert match(row.ref, best.parcel, by=cast.bolt).state == "matched"
    assert Entry.objects.filter(case_id=case.pk, verb="arrive_late").count() == 1
    parcel.refresh_from_db()
    assert (parcel.stage, parcel.received_place, Inspection.objects.count()) == ("lost", "east", 0)


def test_an_unknown_parcel_goes_back_or_is_disposed_of_when_its_time_is_over(cast: Cast, stepped_clock: Stepped) -> None:
    batch = open_batch(by=cast.bolt)
    one, other = (scan(batch.ref, code, by=cast.bolt).unknown for code in ("ZT00000001", "ZT00000002"))
    assert one is not None and other is not None
    assert return_unknown(one.ref, words="handed to the courier", by=cast.bolt).state == "sent_back"
    with pytest.raises(NoSuchMove):
        dispose_unknown(other.ref, words="recycled", by=cast.bolt)
    stepped_clock.forward(timedelta(days=30))
    with pytest.raises(Unprocessable):
        dispose_unknown(other.ref, words=" ", by=cast.bolt)
    assert dispose_unknown(other.ref, words="recycled", by=cast.bolt).state == "disposed"
    assert set(UnknownParcel.objects.values_list("state", flat=True)) == {"sent_back", "disposed"}


@pytest.mark.parametrize(
    ("attempt", "refusal"),
    [
        (lambda cast, batch, parcel: scan(batch, "no", by=cast.bolt), Unprocessable),
        (lambda cast, batch, parcel: scan(batch, parcel.waybill, weight_grams=0, by=cast.bolt), Unprocessable),
        (lambda cast, batch, parcel: scan(batch, parcel.waybill, by=cast.rival), NotFound),
        (lambda cast, batch, parcel: scan(batch, parcel.waybill, by=cast.anna), NotFound),
        (lambda cast, batch, parcel: scan(batch, parcel.waybill, by=cast.agent), NotFound),
        (lambda cast, batch, parcel: (close_batch(batch, by=cast.bolt), scan(batch, parcel.waybill, by=cast.bolt)), NoSuchMove),
        (lambda cast, batch, parcel: open_batch("x" * 41, by=cast.bolt), Unprocessable),
    ],
)
def test_what_the_desk_refuses_leaves_the_parcel_under_way(cast: Cast, attempt: Callable[..., object], refusal: type[Refusal]) -> None:
    parcel = parcel_of(sent_back(cast))
    batch = open_batch(by=cast.bolt)
    with pytest.raises(refusal):
        attempt(cast, batch.ref, parcel)
    parcel.refresh_from_db()
    assert parcel.stage == "in_transit" and Scan.objects.count() == 0


def test_another_shops_parcel_is_unknown_here_and_can_be_matched_by_nobody_else(cast: Cast) -> None:
    parcel = parcel_of(sent_back(cast))
    there = open_batch(by=cast.rival)
    done = scan(there.ref, parcel.waybill, by=cast.rival)
    assert done.outcome == "unknown" and done.unknown is not None
    with pytest.raises(NotFound):
        match(done.unknown.ref, parcel.ref, by=cast.rival)


def test_a_waybill_that_looks_like_another_kind_of_reference_is_a_waybill(cast: Cast) -> None:
    parcel = parcel_of(sent_back(cast))
    ReturnShipment.objects.filter(pk=parcel.pk).update(waybill=new_ref("ST").replace("-", ""))
    parcel.refresh_from_db()
    assert scan(open_batch(by=cast.bolt).ref, parcel.waybill, by=cast.bolt).outcome == "received"


def test_a_scan_costs_as_many_statements_as_it_needs(cast: Cast) -> None:
    parcel = parcel_of(sent_back(cast))
    batch = open_batch(by=cast.bolt)
    with CaptureQueriesContext(connection) as asked:
        scan(batch.ref, parcel.waybill, by=cast.bolt)
    assert sum(not query["sql"].startswith(("SAVEPOINT", "RELEASE")) for query in asked) == 24, "one of them about whose hand it is"
