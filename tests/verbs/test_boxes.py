"""One box for several claims: whatever happens to it happens to each of them in one act; and what nobody may send by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amends.cases.models import Deadline
from amends.cases.verbs.answering import approve
from amends.kernel import clock
from amends.kernel.clock import Stepped
from amends.kernel.refusals import NoSuchMove, Unprocessable
from amends.market.models import Shipment
from amends.people.rules import CARRIER
from amends.plumbing import jobs
from amends.returns import receiving, verbs
from amends.returns.models import Inspection, Pickup, ReturnShipment
from amends.returns.verbs import Finding
from amends.returns.verbs.carrying import carrier_says
from amends.shipping.rules import Told
from amends.shipping.verbs import hear, watch
from tests.cast import Cast, an_order, claims, later_by, the_cast
from tests.verbs.returns_at_hand import PaysAtOnce, a_waybill, fresh, grants_of, parcel_of
from tests.verbs.test_way_back import again, to_send

DAY = timedelta(days=1)
THERE = "人民路 1 号 138"


@pytest.fixture
def cast(db: None, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    gateway = PaysAtOnce()
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
    return the_cast()


def a_box(cast: Cast) -> tuple[ReturnShipment, ReturnShipment]:
    """Two claims of Anna's in one box: its leader, and what lies in it."""
    leader, rider = to_send(cast), to_send(cast)
    verbs.travel_with(rider.ref, leader.ref, by=cast.anna)
    return again(leader), again(rider)


def stages(*parcels: ReturnShipment) -> list[str]:
    return [again(parcel).stage for parcel in parcels]


def due(parcel: ReturnShipment) -> float:
    """How many days the parcel's open limit still runs."""
    row = Deadline.objects.get(life="return_shipment", life_id=parcel.pk, ended_at__isnull=True)
    return (row.due_at - clock.now()) / DAY


def test_what_a_carrier_reports_of_a_box_happens_to_everything_in_it(cast: Cast) -> None:
    box = a_box(cast)
    verbs.ship(box[0].ref, carrier="sf", waybill=a_waybill(), by=cast.anna)
    carrier_says(box[0].ref, "deliver")
    assert stages(*box) == ["delivered"] * 2
    verbs.receive(box[1].ref, by=cast.bolt)
    assert stages(*box) == ["received"] * 2


def test_a_courier_is_booked_called_off_and_comes_for_the_whole_box(cast: Cast) -> None:
    leader, rider = a_box(cast)
    verbs.book_pickup(leader.ref, address=THERE, by=cast.anna)
    assert stages(leader, rider) == ["booked"] * 2
    assert due(leader) == due(rider) > 1  # from the end of the slot
    verbs.cancel_pickup(leader.ref, by=cast.anna)
    assert stages(leader, rider) == ["awaiting_dispatch"] * 2
    verbs.book_pickup(leader.ref, by=cast.anna)
    verbs.collect(leader.ref, carrier="sf", waybill=a_waybill(), by=CARRIER)
    assert stages(leader, rider) == ["in_transit"] * 2
    assert [row.state for row in Pickup.objects.order_by("pk")] == ["cancelled", "collected"]


def test_the_merchants_own_courier_takes_the_whole_box(cast: Cast) -> None:
    leader, rider = a_box(cast)
    verbs.book_pickup(leader.ref, address=THERE, by=cast.anna)
    verbs.ship(leader.ref, carrier="Bluebird", waybill=a_waybill(), by=cast.anna)
    assert stages(leader, rider) == ["in_transit"] * 2


def test_a_missed_courier_leaves_both_claims_with_time_to_send(cast: Cast, stepped_clock: Stepped) -> None:
    leader, rider = a_box(cast)
    verbs.book_pickup(leader.ref, address=THERE, by=cast.anna)
    later_by(stepped_clock, 4 * DAY)
    assert stages(leader, rider) == ["awaiting_dispatch"] * 2
    assert due(leader) > 1 and due(rider) > 1


def test_what_lies_in_anothers_box_has_no_label_and_no_courier_of_its_own(cast: Cast) -> None:
    _, rider = a_box(cast)
    for attempt in (lambda: verbs.ask_label(rider.ref, by=cast.anna), lambda: verbs.book_pickup(rider.ref, address=THERE, by=cast.anna)):
        with pytest.raises(NoSuchMove) as refused:
            attempt()
        assert refused.value.code == "in_another_box"


def test_a_courier_needs_an_address_and_finds_the_one_he_was_sent_to_before(cast: Cast) -> None:
    parcel = to_send(cast)
    with pytest.raises(Unprocessable) as refused:
        verbs.book_pickup(parcel.ref, by=cast.anna)
    assert list(refused.value.fields) == ["address"] and again(parcel).stage == "awaiting_dispatch"
    verbs.book_pickup(parcel.ref, address=THERE, by=cast.anna)
    verbs.cancel_pickup(parcel.ref, by=cast.anna)
    verbs.book_pickup(parcel.ref, by=cast.anna)
    newest = Pickup.objects.order_by("pk").last()
    assert newest is not None and newest.address is not None and newest.address.body == THERE


def test_what_is_to_be_destroyed_is_neither_sent_nor_fetched(cast: Cast) -> None:
    parcel = to_send(cast)
    verbs.ask_destroy(parcel.ref, by=cast.bolt)
    for attempt in (
        lambda: verbs.ship(parcel.ref, carrier="sf", waybill=a_waybill(), by=cast.anna),
        lambda: verbs.book_pickup(parcel.ref, address=THERE, by=cast.anna),
    ):
        with pytest.raises(NoSuchMove) as refused:
            attempt()
        assert refused.value.code == "to_be_destroyed"
    assert again(parcel).way == "destroy"


def test_the_bench_and_the_shelf_receive_the_whole_box(cast: Cast) -> None:
    box = a_box(cast)
    verbs.ship(box[0].ref, carrier="sf", waybill=a_waybill(), by=cast.anna)
    verbs.inspect(box[1].ref, findings=[Finding("accept", line=1)], by=cast.bolt)
    assert stages(*box) == ["received"] * 2
    other = a_box(cast)
    verbs.ship(other[0].ref, carrier="sf", waybill="SF12345670", by=cast.anna)
    batch = receiving.open_batch("east", by=cast.bolt)
    shelved = receiving.scan(batch.ref, "SF1234567O", by=cast.bolt).unknown
    assert shelved is not None
    receiving.match(shelved.ref, other[1].ref, by=cast.bolt)
    assert stages(*other) == ["received"] * 2
    assert Inspection.objects.count() == 4


def test_goods_that_came_in_spite_of_a_booked_courier_call_him_off(cast: Cast) -> None:
    parcel = to_send(cast)
    verbs.book_pickup(parcel.ref, address=THERE, by=cast.anna)
    batch = receiving.open_batch("east", by=cast.bolt)
    assert receiving.scan(batch.ref, parcel.ref, by=cast.bolt).outcome == "received"
    assert Pickup.objects.get().state == "cancelled"


def test_a_search_that_is_used_up_leaves_the_parcel_where_it_was_with_its_limit(cast: Cast, stepped_clock: Stepped) -> None:
    parcel = verbs.ship(to_send(cast).ref, carrier="sf", waybill="SF77777777", by=cast.anna)
    most = parcel.case.terms.count("searches")
    for n in range(most + 1):
        while again(parcel).stage != "tracing":
            later_by(stepped_clock, DAY)
        later_by(stepped_clock, timedelta(minutes=1))
        hear("sf", "SF77777777", [Told("in_transit", clock.now() + timedelta(seconds=n + 1))], "push")
    assert again(parcel).stage == "tracing"
    assert due(parcel) > -1
    later_by(stepped_clock, 30 * DAY)
    assert again(parcel).stage == "lost"


def test_who_refuses_a_delivery_loses_nothing_while_its_carrier_is_slow(cast: Cast, stepped_clock: Stepped) -> None:
    order = an_order(cast.bolts, cast.annas, signed_ago=None)
    case = claims(order, by=cast.anna)
    approve(case.ref, by=cast.bolt)
    jobs.drain()
    first = parcel_of(case)
    verbs.refuse_parcel(first.ref, by=cast.anna)
    if first.stage == "addressing":
        verbs.give_address(first.ref, by=cast.bolt)
    later_by(stepped_clock, 20 * DAY)
    assert again(first).stage == "awaiting_dispatch"
    sent = order.shipments.get()
    hear(sent.carrier, sent.waybill, [Told("returning", clock.now())], "push")
    assert ReturnShipment.objects.get(case=case, way="intercept").stage == "in_transit"


def test_a_delivery_that_turns_round_brings_back_all_claims_of_its_order(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas, signed_ago=None, quantities=(1, 1), prices=(9900, 4900))
    cases = [claims(order, by=cast.anna, position=position) for position in (1, 2)]
    for case in cases:
        approve(case.ref, by=cast.bolt)
        jobs.drain()
    assert Shipment.objects.count() == 1
    sent = order.shipments.get()
    watch(order.merchant_id, sent.carrier, sent.waybill)
    hear(sent.carrier, sent.waybill, [Told("returning", clock.now()), Told("returned", clock.now() + DAY)], "push")
    found = list(ReturnShipment.objects.filter(way="intercept").order_by("pk"))
    assert [(row.case_id, row.stage) for row in found] == [(case.pk, "delivered") for case in cases]
    assert (found[0].waybill, found[1].waybill, found[1].travels_with_id) == (sent.waybill, "", found[0].pk)
    batch = receiving.open_batch("east", by=cast.bolt)
    receiving.scan(batch.ref, sent.waybill, by=cast.bolt)
    assert stages(*found) == ["received"] * 2
    assert [grants_of(fresh(case)) for case in cases] == [["doing"]] * 2
