"""The way back: addresses of a book, labels, couriers who come, several boxes, and parcels that the carrier's word moves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from itertools import permutations

import pytest
from django.core.files.storage import default_storage

from amends.cases.models import Case, Entry, Grant
from amends.cases.verbs.uploading import upload
from amends.kernel import clock
from amends.kernel.clock import Stepped
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.market.models import Consumer, Merchant, Product, Shipment
from amends.people.rules import CARRIER, Actor
from amends.plumbing import jobs
from amends.plumbing.carriers import choosing
from amends.plumbing.carriers.port import Address, LabelBought, PickupAsked
from amends.plumbing.simulators.launch import Running
from amends.returns import errands, verbs
from amends.returns.models import Inspection, ParcelUnit, ReturnShipment
from amends.returns.queries.ways import label_code, label_file, way_view
from amends.returns.slots import slots
from amends.shipping.addresses import Given, book, end_address, put_address
from amends.shipping.addressing import Entry as BookEntry
from amends.shipping.addressing import fitting
from amends.shipping.models import Label, Pickup, ReturnAddress, Track
from amends.shipping.rules import Told
from amends.shipping.verbs import hear, watch
from tests.carriers_fixture import behaves, couriers, deals, wired
from tests.cast import Cast, an_order, claims, later_by, the_cast
from tests.files_of_evidence import picture
from tests.verbs.returns_at_hand import PaysAtOnce, a_waybill, approved, fresh, grants_of, parcel_of, refunds_of

DAY = timedelta(days=1)
EAST = Given("east", "李四", "上海市青浦区 1 号", phone="13800000000", place="east", zones=["Shanghai"])
ALL = Given("all", "张三", "杭州市余杭区 9 号")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with couriers(tmp_path_factory.mktemp("way-back")) as one:
        yield one


@pytest.fixture
def cast(db: None, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    gateway = PaysAtOnce()
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
    return the_cast()


@pytest.fixture
def carriers(running: Running, monkeypatch: pytest.MonkeyPatch) -> Running:
    """Couriers who sell labels and come, by the house's wire."""
    for name, value in wired(running, "house").items():
        monkeypatch.setenv(name, value)
    behaves(running)
    return running


def to_send(cast: Cast, *, freight: str = "merchant", quantity: int = 1) -> ReturnShipment:
    """Anna's parcel waits to be sent; the way back is at this party's cost."""
    parcel = parcel_of(approved(cast, quantity=quantity))
    ReturnShipment.objects.filter(pk=parcel.pk).update(freight=freight)
    if parcel.stage == "addressing":
        verbs.give_address(parcel.ref, by=cast.bolt)
    return again(parcel)


def again(parcel: ReturnShipment) -> ReturnShipment:
    return ReturnShipment.objects.get(pk=parcel.pk)


def told(parcel: ReturnShipment) -> list[str]:
    rows = Entry.objects.filter(case_id=parcel.case_id, life="return_shipment").order_by("number")
    return list(rows.values_list("verb", flat=True))


def photo(case: Case, by: Actor) -> str:
    return upload(case.order.ref, name="p.jpg", stream=BytesIO(picture()), by=by).ref


def says(parcel: ReturnShipment, *kinds: str, start: int = 1) -> None:
    """The carrier told this of the parcel's waybill, an hour apart."""
    at = clock.now()
    events = [Told(kind, at + timedelta(seconds=n)) for n, kind in enumerate(kinds, start)]
    hear(parcel.carrier, parcel.waybill, events, "push")


# ── the book of addresses ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_entry_that_names_region_or_goods_is_chosen_before_one_for_all() -> None:
    rows = [
        BookEntry(1, is_default=True), BookEntry(2, ("Shanghai",)), BookEntry(3, (), ("apparel",)), BookEntry(4, ("Shanghai",), ("food",)),
    ]  # fmt: skip
    for region, goods, wanted in [
        ("shanghai", ["apparel"], 2), ("Beijing", ["apparel"], 3), ("Beijing", ["food"], 1), ("Shanghai", ["food"], 4),
        ("Shanghai", ["food", "apparel"], 2), ("", [], 1),
    ]:  # fmt: skip
        found = fitting(rows, region, goods)
        assert found is not None and (region, goods, found.id) == (region, goods, wanted if goods else found.id)
    assert fitting([], "x", []) is None
    assert fitting([BookEntry(1, ("Tibet",))], "x", ["food"]) is None


def test_a_book_answers_at_once_with_the_entry_that_fits(cast: Cast) -> None:
    Consumer.objects.filter(pk=cast.annas.pk).update(region="Shanghai")
    assert put_address(ALL, by=cast.bolt).is_default
    east = put_address(EAST, by=cast.bolt)
    parcel = parcel_of(approved(cast))
    assert (parcel.stage, parcel.goes_to_id) == ("awaiting_dispatch", east.pk)
    assert parcel.address is not None and parcel.address.body == "上海市青浦区 1 号\n李四 13800000000"


def test_the_merchant_may_name_another_entry_of_the_own_book_only(cast: Cast) -> None:
    ref = parcel_of(approved(cast)).ref
    foreign = put_address(ALL, by=cast.rival)
    with pytest.raises(Unprocessable) as refused:
        verbs.give_address(ref, entry=foreign.ref, by=cast.bolt)
    assert refused.value.code == "no_such_address"
    mine = put_address(EAST, by=cast.bolt)
    assert verbs.give_address(ref, entry=mine.ref, by=cast.bolt).goes_to_id == mine.pk


def test_a_book_is_its_shops_alone_and_keeps_one_default(cast: Cast) -> None:
    first, second = put_address(ALL, by=cast.bolt), put_address(EAST, by=cast.bolt)
    assert put_address(EAST, by=cast.bolt) == second
    with pytest.raises(NotFound):
        end_address(first.ref, by=cast.rival)
    with pytest.raises(NotFound):
        put_address(ALL, by=cast.anna)
    with pytest.raises(Unprocessable) as refused:
        end_address(first.ref, by=cast.bolt)
    assert refused.value.code == "is_default"
    changed = put_address(Given("east", "李四", "上海市 2 号", is_default=True), by=cast.bolt)
    assert [row.pk for row in book(cast.bolt) if row.is_default] == [changed.pk]
    assert ReturnAddress.objects.get(pk=second.pk).ended_at is not None
    end_address(first.ref, by=cast.bolt)
    assert [row.pk for row in book(cast.bolt)] == [changed.pk]
    for wrong in (Given("", "x", "y"), Given("k", "x", "y", goods=["nonsense"]), Given("k", "x", "y", hours=[{"days": [9]}]),
                  Given("k", "x", "y", tz="Mars/Olympus")):  # fmt: skip
        with pytest.raises(Unprocessable):
            put_address(wrong, by=cast.bolt)


def test_no_address_within_the_limit_is_a_breach_and_the_goods_need_not_travel(cast: Cast, stepped_clock: Stepped) -> None:
    Merchant.objects.filter(pk=cast.bolts.pk).update(return_address="")
    case = approved(cast)
    with pytest.raises(Unprocessable):
        verbs.give_address(parcel_of(case).ref, by=cast.bolt)
    later_by(stepped_clock, timedelta(hours=49))
    case = fresh(case)
    assert parcel_of(case).stage == "dropped" and "miss_address" in told(parcel_of(case))
    assert case.counts["address_breaches"] == 1
    assert (grants_of(case), refunds_of(case)) == (["void", "done"], [("paid", 9900)])
    assert case.stage == "closed"


# ── labels ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_label_is_bought_once_and_its_parcel_leaves_by_the_carriers_word(cast: Cast, carriers: Running) -> None:
    parcel = to_send(cast)
    label = verbs.ask_label(parcel.ref, carrier="顺丰", address="人民路 1 号", by=cast.anna)
    jobs.drain()
    parcel, label = again(parcel), Label.objects.get(pk=label.pk)
    assert (label.state, label.carrier, parcel.waybill, parcel.way) == ("bought", "sf", label.waybill, "label")
    assert len(deals(carriers, "label", label.ref)) == 1
    path, _ = label_file(parcel.ref, cast.anna)
    with default_storage.open(path) as file:
        assert file.read(5) == b"%PDF-"
    assert label_code(parcel.ref, cast.anna)
    with pytest.raises(NotFound):
        label_file(parcel.ref, cast.berta)
    says(parcel, "accepted", "in_transit")
    assert again(parcel).stage == "in_transit"
    says(parcel, "delivered", start=9)
    assert again(parcel).stage == "delivered"
    verbs.receive(parcel.ref, by=cast.bolt)
    assert Inspection.objects.filter(parcel=parcel).count() == 1


def test_a_label_given_up_is_voided_at_the_carrier_and_the_next_way_is_free(cast: Cast, carriers: Running) -> None:
    parcel = to_send(cast)
    label = verbs.ask_label(parcel.ref, by=cast.anna)
    jobs.drain()
    other = verbs.ask_label(parcel.ref, carrier="zto", by=cast.anna)
    jobs.drain()
    assert list(Label.objects.order_by("pk").values_list("state", flat=True)) == ["voided", "bought"]
    assert again(parcel).carrier == "zto"
    verbs.ship(parcel.ref, carrier="Bluebird", waybill=a_waybill(), by=cast.anna)
    jobs.drain()
    assert (again(parcel).way, Label.objects.get(pk=other.pk).state) == ("own", "voided")
    assert Label.objects.get(pk=label.pk).provider_ref


def test_an_answer_to_a_label_given_up_in_the_meantime_is_undone_at_the_carrier(cast: Cast, carriers: Running) -> None:
    parcel = to_send(cast)
    label = verbs.ask_label(parcel.ref, by=cast.anna)
    verbs.ship(parcel.ref, carrier="Bluebird", waybill=a_waybill(), by=cast.anna)
    late = LabelBought(f"L-{label.ref}", "SF12345678", "sf", b"%PDF-1.4")
    errands._label_bought(label.pk, parcel.case_id, late, "labels/x.pdf")
    label.refresh_from_db()
    assert (label.state, label.provider_ref, again(parcel).carrier) == ("voided", f"L-{label.ref}", "Bluebird")
    assert "buy_label" not in told(parcel)


def test_a_parcel_with_a_label_is_handed_in_without_typing_anything(cast: Cast, carriers: Running) -> None:
    parcel = to_send(cast)
    verbs.ask_label(parcel.ref, by=cast.anna)
    jobs.drain()
    shipped = verbs.ship(parcel.ref, by=cast.anna)
    assert (shipped.stage, shipped.way) == ("in_transit", "label")


def test_a_label_is_asked_only_where_it_may_be(cast: Cast, carriers: Running) -> None:
    parcel = to_send(cast, freight="consumer")
    with pytest.raises(NotYourMove) as refused:
        verbs.ask_label(parcel.ref, by=cast.anna)
    assert refused.value.code == "freight_is_yours"
    for stranger in (cast.berta, cast.rival):
        with pytest.raises(NotFound):
            verbs.ask_label(parcel.ref, by=stranger)
    with pytest.raises(Unprocessable):
        verbs.ask_label(parcel.ref, carrier="nobody", by=cast.bolt)
    verbs.ask_label(parcel.ref, by=cast.bolt)
    jobs.drain()
    assert again(parcel).waybill
    verbs.ship(parcel.ref, by=cast.anna)
    with pytest.raises(NoSuchMove):
        verbs.ask_label(parcel.ref, by=cast.bolt)


def test_without_a_carrier_that_sells_labels_it_is_said(cast: Cast) -> None:
    with pytest.raises(Unprocessable) as refused:
        verbs.ask_label(to_send(cast).ref, by=cast.anna)
    assert refused.value.code == "no_labels"


# ── couriers who come ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_courier_is_booked_changed_and_fetches(cast: Cast, carriers: Running) -> None:
    parcel = to_send(cast, freight="consumer")
    offered = way_view(parcel.ref, cast.anna).slots
    verbs.book_pickup(parcel.ref, starts_at=offered[3].from_at, address="人民路 1 号", packaging=True, by=cast.anna)
    jobs.drain()
    row = Pickup.objects.get()
    assert (again(parcel).stage, row.state, row.from_at, row.packaging) == ("booked", "booked", offered[3].from_at, True)
    due = parcel.case.deadlines.get(life="return_shipment", ended_at__isnull=True).due_at
    assert due == row.until_at + DAY
    verbs.change_pickup(parcel.ref, starts_at=offered[5].from_at, by=cast.anna)
    jobs.drain()
    row.refresh_from_db()
    assert (row.state, row.from_at, row.changes) == ("booked", offered[5].from_at, 1)
    with pytest.raises(Unprocessable):
        verbs.change_pickup(parcel.ref, starts_at=clock.now() - DAY, by=cast.anna)
    verbs.collect(parcel.ref, carrier="sf", waybill="SF99999999", by=CARRIER)
    row.refresh_from_db()
    assert (again(parcel).stage, row.state) == ("in_transit", "collected")


def test_a_change_while_the_first_booking_is_under_way_leaves_one_courier(cast: Cast, carriers: Running) -> None:
    parcel = to_send(cast)
    offered = way_view(parcel.ref, cast.anna).slots
    verbs.book_pickup(parcel.ref, starts_at=offered[2].from_at, address="人民路 1 号", by=cast.anna)
    row = Pickup.objects.get()
    there = Address("Anna", "", "人民路 1 号")
    way = choosing.way(row.carrier, "pickups")
    first = way.book_pickup(PickupAsked(row.ref, row.carrier, there, there, row.from_at, row.until_at))
    verbs.change_pickup(parcel.ref, starts_at=offered[4].from_at, by=cast.anna)
    jobs.drain()
    errands._pickup_booked(row.pk, parcel.case_id, 0, first)
    jobs.drain()
    row.refresh_from_db()
    assert (row.state, row.from_at) == ("booked", offered[4].from_at)
    asked = [deal for deal in deals(carriers, "pickup") if deal["asked"]["key"].startswith(row.ref)]
    assert sorted(deal["state"] for deal in asked) == ["booked", "cancelled"]


def test_a_courier_called_off_is_called_off_at_the_carrier(cast: Cast, carriers: Running) -> None:
    parcel = to_send(cast)
    verbs.book_pickup(parcel.ref, address="人民路 1 号", by=cast.anna)
    jobs.drain()
    verbs.cancel_pickup(parcel.ref, by=cast.anna)
    jobs.drain()
    assert (again(parcel).stage, Pickup.objects.get().state) == ("awaiting_dispatch", "cancelled")


def test_where_no_carrier_can_be_asked_the_consumer_says_that_the_merchants_courier_came(cast: Cast) -> None:
    parcel = to_send(cast)
    verbs.book_pickup(parcel.ref, address="人民路 1 号", by=cast.anna)
    view = way_view(parcel.ref, cast.bolt).pickup
    assert view is not None and view.by_hand
    verbs.ship(parcel.ref, carrier="Bluebird", waybill=a_waybill(), by=cast.anna)
    assert (again(parcel).stage, again(parcel).way, Pickup.objects.get().state) == ("in_transit", "pickup", "collected")


def test_what_is_bulky_is_fetched_by_two_from_tomorrow(cast: Cast) -> None:
    case = approved(cast)
    Product.objects.update(bulky=True)
    parcel = verbs.give_address(parcel_of(case).ref, by=cast.bolt)
    assert parcel.bulky
    verbs.book_pickup(parcel.ref, address="人民路 1 号", by=cast.anna)
    row = Pickup.objects.get()
    assert (row.people, row.until_at - row.from_at) == (2, timedelta(hours=4))
    assert row.from_at.date() > clock.now().date()
    assert len(slots(clock.now(), "Asia/Shanghai")) >= 20


# ── the carrier's word ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("order", list(permutations(["accepted", "in_transit", "delivered"]))[::2])
def test_in_whatever_order_it_is_told_the_parcel_is_delivered_once(cast: Cast, order: tuple[str, ...]) -> None:
    parcel = to_send(cast)
    Shipment.objects.all().delete()
    ReturnShipment.objects.filter(pk=parcel.pk).update(carrier="sf", waybill="SF55555555", way="label")
    watch(parcel.merchant_id, "sf", "SF55555555")
    at = clock.now()
    when = {kind: at + timedelta(hours=n) for n, kind in enumerate(["accepted", "in_transit", "delivered"], 1)}
    for kind in (*order, order[0]):
        hear("SF Express", "sf55555555", [Told(kind, when[kind])], "push")
    assert again(parcel).stage == "delivered"
    assert told(parcel)[-2:] == ["ship", "deliver"]


def test_a_parcel_taken_back_to_its_sender_waits_to_be_sent_again(cast: Cast) -> None:
    parcel = to_send(cast)
    parcel = verbs.ship(parcel.ref, carrier="sf", waybill="SF77777777", by=cast.anna)
    says(parcel, "in_transit", "returning", "returned")
    says(parcel, "returned", start=3)
    assert (again(parcel).stage, again(parcel).waybill) == ("awaiting_dispatch", "")
    assert told(parcel).count("bring_back") == 1
    verbs.ship(parcel.ref, carrier="sf", waybill="SF88888888", by=cast.anna)
    assert again(parcel).stage == "in_transit"


def test_a_lost_parcel_with_our_label_is_lost_by_the_carriers_word_and_paid(cast: Cast, carriers: Running) -> None:
    parcel = to_send(cast)
    verbs.ask_label(parcel.ref, by=cast.anna)
    jobs.drain()
    says(again(parcel), "in_transit", "lost")
    jobs.drain()
    assert again(parcel).stage == "lost"
    assert grants_of(fresh(parcel.case)) == ["done"]


def test_a_number_that_a_person_typed_is_searched_for_before_it_is_lost(cast: Cast, stepped_clock: Stepped) -> None:
    parcel = verbs.ship(to_send(cast).ref, carrier="sf", waybill="SF77777777", by=cast.anna)
    says(parcel, "in_transit", "lost")
    assert again(parcel).stage == "tracing"
    later_by(stepped_clock, 30 * DAY)
    assert again(parcel).stage == "lost"


@pytest.mark.parametrize("ended", ["delivered", "lost", "returned"])
def test_what_happened_to_a_number_before_the_parcel_left_is_not_about_it(cast: Cast, ended: str) -> None:
    parcel = to_send(cast)
    for number in ("SF10000001", "SF10000002"):
        watch(parcel.merchant_id, "sf", number)
    old = [Told(ended, clock.now() - 3 * DAY)]
    hear("sf", "SF10000001", old, "push")
    with pytest.raises(Unprocessable) as refused:
        verbs.ship(parcel.ref, carrier="SF", waybill="SF10000001", by=cast.anna)
    assert refused.value.code == "waybill_over"
    verbs.ship(parcel.ref, carrier="SF", waybill="SF10000002", by=cast.anna)
    hear("sf", "SF10000002", old, "push")
    assert again(parcel).stage == "in_transit"
    hear("sf", "SF10000002", [Told("delivered", clock.now() + DAY)], "push")
    assert again(parcel).stage == "delivered"


def test_a_delivery_that_turns_round_is_the_way_back(cast: Cast, carriers: Running) -> None:
    order = an_order(cast.bolts, cast.annas, signed_ago=None)
    case = claims(order, by=cast.anna)
    from amends.cases.verbs.answering import approve  # noqa: PLC0415 - beside the one story that needs it

    approve(case.ref, by=cast.bolt)
    jobs.drain()
    first = parcel_of(case)
    with pytest.raises(NotYourMove):
        verbs.ask_intercept(first.ref, by=cast.anna)
    verbs.ask_intercept(first.ref, by=cast.bolt)
    jobs.drain()
    found = ReturnShipment.objects.get(case=case, stage="in_transit")
    assert (found.way, found.waybill, again(first).stage) == ("intercept", order.shipments.get().waybill, "dropped")
    hear(found.carrier, found.waybill, [Told("returning", clock.now()), Told("returned", clock.now() + DAY)], "push")
    assert again(found).stage == "delivered"
    assert ParcelUnit.objects.filter(parcel=found).count() == 1
    assert Track.objects.count() == 1


# ── boxes ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_units_are_split_over_parcels_and_none_travels_twice(cast: Cast) -> None:
    parcel = to_send(cast, quantity=3)
    units = list(ParcelUnit.objects.filter(parcel=parcel).order_by("unit_id").values_list("unit_id", flat=True))
    for wrong in ([], units, [*units[:1], 10**6]):
        with pytest.raises(Unprocessable):
            verbs.add_parcel(parcel.ref, units=wrong, by=cast.anna)
    other = verbs.add_parcel(parcel.ref, units=units[:1], by=cast.anna)
    assert (other.number, other.stage, again(other).address_id) == (2, "awaiting_dispatch", parcel.address_id)
    assert sorted(ParcelUnit.objects.values_list("unit_id", flat=True)) == sorted(units)
    for each in (parcel, other):
        verbs.ship(each.ref, carrier="Bluebird", waybill=a_waybill(), by=cast.anna)
        verbs.receive(each.ref, by=cast.bolt)
    assert Inspection.objects.count() == 3


def test_one_box_holds_two_cases_and_is_received_once_for_both(cast: Cast) -> None:
    first, second = to_send(cast), to_send(cast)
    verbs.travel_with(first.ref, second.ref, by=cast.anna)
    with pytest.raises(Unprocessable):
        verbs.travel_with(second.ref, first.ref, by=cast.anna)
    verbs.ship(second.ref, carrier="sf", waybill="SF66666666", by=cast.anna)
    assert {again(first).stage, again(second).stage} == {"in_transit"}
    says(again(second), "in_transit", "delivered")
    assert {again(first).stage, again(second).stage} == {"delivered"}
    verbs.receive(first.ref, by=cast.bolt)
    assert {again(first).stage, again(second).stage} == {"received"}
    assert Inspection.objects.count() == 2


# ── goods that need not travel, and what sending cost ────────────────────────────────────────────────────────────────────────


def test_goods_are_destroyed_only_when_asked_and_with_a_photo(cast: Cast) -> None:
    parcel = to_send(cast)
    case = parcel.case
    with pytest.raises(NoSuchMove):
        verbs.destroy(parcel.ref, evidence=[photo(case, cast.anna)], by=cast.anna)
    with pytest.raises(NotYourMove):
        verbs.ask_destroy(parcel.ref, by=cast.anna)
    verbs.ask_destroy(parcel.ref, by=cast.bolt)
    with pytest.raises(Unprocessable):
        verbs.destroy(parcel.ref, by=cast.anna)
    verbs.destroy(parcel.ref, evidence=[photo(case, cast.anna)], by=cast.anna)
    jobs.drain()
    assert (again(parcel).stage, refunds_of(fresh(case))) == ("destroyed", [("paid", 9900)])


def test_a_merchant_who_waives_the_return_owes_the_money_without_it(cast: Cast) -> None:
    parcel = to_send(cast)
    with pytest.raises(NotYourMove):
        verbs.waive_return(parcel.ref, by=cast.anna)
    verbs.waive_return(parcel.ref, by=cast.bolt)
    jobs.drain()
    assert again(parcel).stage == "dropped"
    assert list(Grant.objects.order_by("pk").values_list("remedy", "stage")) == [("return_refund", "void"), ("refund_only", "done")]
    with pytest.raises(NoSuchMove):
        verbs.waive_return(parcel.ref, by=cast.bolt)


def test_what_sending_cost_is_proved_once_it_is_sent_and_not_after_it_came(cast: Cast) -> None:
    parcel = to_send(cast)
    verbs.ship(parcel.ref, carrier="Bluebird", waybill=a_waybill(), by=cast.anna)
    for minor, evidence in ((0, [photo(parcel.case, cast.anna)]), (1200, [])):
        with pytest.raises(Unprocessable):
            verbs.prove_freight(parcel.ref, freight_minor=minor, evidence=evidence, by=cast.anna)
    verbs.prove_freight(parcel.ref, freight_minor=1200, evidence=[photo(parcel.case, cast.anna)], by=cast.anna)
    assert again(parcel).freight_minor == 1200
    verbs.receive(parcel.ref, by=cast.bolt)
    with pytest.raises(NoSuchMove):
        verbs.prove_freight(parcel.ref, freight_minor=1300, evidence=[photo(parcel.case, cast.anna)], by=cast.anna)
