"""What couriers are asked about parcels back, at its limits: who comes only for a label of his own, and which delivery is turned round."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client

from amends.cases.verbs.answering import approve
from amends.kernel import clock
from amends.kernel.clock import Stepped
from amends.kernel.refusals import Unprocessable
from amends.market.models import Shipment
from amends.people.models import User
from amends.plumbing import jobs
from amends.plumbing.simulators.launch import Running
from amends.returns import verbs
from amends.returns.models import ReturnShipment
from amends.returns.queries.ways import way_view
from amends.shipping.models import Label, Pickup
from amends.shipping.rules import Told
from amends.shipping.verbs import hear, watch
from tests.api_client import program
from tests.carriers_fixture import couriers, deals, wired
from tests.cast import Cast, an_order, claims, the_cast
from tests.verbs.returns_at_hand import approved, parcel_of

ANNAS_HOME = "742 Evergreen Terrace, Springfield, IL 62701, US"
BOLTS = "1 Hardware Street, Portland, OR 97201, US"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with couriers(tmp_path_factory.mktemp("asked")) as one:
        yield one


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


@pytest.fixture
def easypost(running: Running, monkeypatch: pytest.MonkeyPatch) -> Running:
    """USPS by EasyPost alone: it sells labels, and comes for nothing else."""
    for name, value in wired(running, "easypost").items():
        monkeypatch.setenv(name, value)
    return running


def to_send(cast: Cast) -> ReturnShipment:
    parcel = parcel_of(approved(cast))
    ReturnShipment.objects.filter(pk=parcel.pk).update(freight="merchant")
    return verbs.give_address(parcel.ref, address=BOLTS, by=cast.bolt)


# ── pick-ups that need a label ───────────────────────────────────────────────────────────────────────────────────────────────


def test_who_books_a_courier_that_comes_only_for_a_label_of_his_own_is_told_to_get_it_first(cast: Cast, easypost: Running) -> None:
    parcel = to_send(cast)
    with pytest.raises(Unprocessable) as refused:
        verbs.book_pickup(parcel.ref, carrier="USPS", address=ANNAS_HOME, by=cast.anna)
    words = refused.value.fields["carrier"]
    assert refused.value.code == "label_first"
    assert "美国邮政只为它自己的预付面单上门取件" in words.into("zh") and "USPS fetches only parcels with a prepaid label" in words.into(
        "en"
    )
    assert ReturnShipment.objects.get(pk=parcel.pk).stage == "awaiting_dispatch" and not Pickup.objects.exists()
    answer = program(cast.anna).post(f"/parcels/{parcel.ref}/pickup", {"carrier": "usps"})
    assert (answer.status_code, answer.json()["code"]) == (422, "label_first")
    view = way_view(parcel.ref, cast.anna)
    assert view.pickup_carriers == () and "usps" in dict(view.pickup_labelled)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_says_who_comes_only_for_a_label(cast: Cast, easypost: Running, language: str) -> None:
    parcel = to_send(cast)
    client = Client(headers={"accept-language": language})
    client.force_login(User.objects.get(email="anna@example.com"))
    page = client.get(f"/portal/cases/{parcel.case.ref}/parcels/{parcel.ref}").content.decode()
    assert {"zh": "只为自己的预付面单上门", "en": "Come only for a prepaid label of their own"}[language] in page


def test_with_its_label_ready_the_same_courier_is_booked_for_it(cast: Cast, easypost: Running) -> None:
    parcel = to_send(cast)
    verbs.ask_label(parcel.ref, carrier="usps", address=ANNAS_HOME, by=cast.anna)
    with pytest.raises(Unprocessable, match="once it is ready"):
        verbs.book_pickup(parcel.ref, carrier="usps", by=cast.anna)
    jobs.drain()
    label = Label.objects.get()
    assert label.state == "bought" and "usps" in dict(way_view(parcel.ref, cast.anna).pickup_carriers)
    verbs.book_pickup(parcel.ref, carrier="usps", address=ANNAS_HOME, by=cast.anna)
    jobs.drain()
    row = Pickup.objects.get()
    assert (row.state, row.carrier, Label.objects.get().state) == ("booked", "usps", "bought")
    assert [deal["asked"]["shipment"]["id"] for deal in deals(easypost, "pickup", row.ref)] == [label.provider_ref]


def test_where_nobody_chose_a_courier_one_who_needs_a_label_is_not_chosen(cast: Cast, easypost: Running) -> None:
    parcel = to_send(cast)
    verbs.book_pickup(parcel.ref, address=ANNAS_HOME, by=cast.anna)
    assert Pickup.objects.get().carrier == "", "the merchant sends somebody"


def test_a_courier_who_cannot_be_asked_any_more_leaves_the_parcel_to_another_way(
    cast: Cast, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in wired(running, "house", "kuaidi100").items():
        monkeypatch.setenv(name, value)
    parcel = to_send(cast)
    verbs.book_pickup(parcel.ref, carrier="sf", address=ANNAS_HOME, by=cast.anna)
    monkeypatch.setenv("AMENDS_CARRIERS_BY", "sf=kuaidi100")
    jobs.drain()
    assert (ReturnShipment.objects.get(pk=parcel.pk).stage, Pickup.objects.get().state) == ("awaiting_dispatch", "failed")


# ── deliveries turned round ──────────────────────────────────────────────────────────────────────────────────────────────────


def on_their_way(cast: Cast, parcels: int) -> ReturnShipment:
    """Anna claims a lamp of an order that is on its way in so many parcels, and Bolt agrees."""
    order = an_order(cast.bolts, cast.annas, signed_ago=None)
    first = order.shipments.get()
    for number in range(1, parcels):
        Shipment.objects.create(
            merchant=cast.bolts, order=order, carrier=first.carrier, waybill=f"SF9000000{number}", shipped_at=first.shipped_at
        )
    case = claims(order, by=cast.anna)
    approve(case.ref, by=cast.bolt)
    jobs.drain()
    return parcel_of(case)


def test_of_several_deliveries_on_their_way_none_is_turned_round_and_why_is_said(
    cast: Cast, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in wired(running, "house").items():
        monkeypatch.setenv(name, value)
    parcel = on_their_way(cast, 2)
    for act, by in ((verbs.ask_intercept, cast.bolt), (verbs.refuse_parcel, cast.anna)):
        with pytest.raises(Unprocessable) as refused:
            act(parcel.ref, by=by)
        words = refused.value.fields["parcel"]
        assert refused.value.code == "several_on_their_way" and "2 个包裹" in words.into("zh") and "2 parcels" in words.into("en")
    assert not {"ask_intercept", "refuse_parcel"} & (way_view(parcel.ref, cast.bolt).may | way_view(parcel.ref, cast.anna).may)
    Shipment.objects.all().update(signed_at=clock.now())
    with pytest.raises(Unprocessable) as refused:
        verbs.refuse_parcel(parcel.ref, by=cast.anna)
    assert refused.value.code == "nothing_on_its_way"


def turns_round(shipment: Shipment) -> None:
    hear(shipment.carrier, shipment.waybill, [Told("returning", clock.now() + timedelta(hours=1))], "push")


def test_one_of_several_deliveries_that_turns_round_by_itself_does_not_stand_for_goods_that_may_lie_in_another(cast: Cast) -> None:
    parcel = on_their_way(cast, 2)
    first, second = Shipment.objects.order_by("pk")
    watch(second.merchant_id, second.carrier, second.waybill)
    turns_round(second)
    assert ReturnShipment.objects.get().pk == parcel.pk and not ReturnShipment.objects.get().is_over
    Shipment.objects.filter(pk=first.pk).update(signed_at=clock.now())
    verbs.refuse_parcel(parcel.ref, by=cast.anna)
    turns_round(second)
    assert ReturnShipment.objects.get(stage="in_transit").way == "intercept", "Anna said that she would not take this very one"


def test_the_only_delivery_of_an_order_that_turns_round_is_the_way_back(cast: Cast) -> None:
    on_their_way(cast, 1)
    shipment = Shipment.objects.get()
    watch(shipment.merchant_id, shipment.carrier, shipment.waybill)
    turns_round(shipment)
    assert ReturnShipment.objects.get(stage="in_transit").way == "intercept"
