"""Couriers over their real wires: what is asked once is done once, whatever happens on the way; and who is not theirs is not heard.

The simulator is a process of its own that imports nothing of ours.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from amends.plumbing.carriers import choosing, easypost_carrier
from amends.plumbing.carriers.checking import NotFromCarrier
from amends.plumbing.carriers.easypost_carrier import EasyPost
from amends.plumbing.carriers.kuaidi100 import kind_of as kuaidi100_kind
from amends.plumbing.carriers.kuaidi100 import md5
from amends.plumbing.carriers.port import Address, Carrier, CarrierRefuses, CarrierUnreachable, LabelAsked, NotOffered, PickupAsked
from amends.plumbing.simulators.launch import Running
from amends.shipping.rules import KINDS, Told, fold
from tests.carriers_fixture import behaves, book, couriers, deals, goes, happens, wired

ANNA = Address("Anna", "15500000001", "742 Evergreen Terrace, Springfield, IL 62701, US")
BOLT = Address("Bolt", "15500000002", "1 Hardware Street, Portland, OR 97201, US")
ASKED = LabelAsked("LB-1", "usps", ANNA, BOLT, 900, currency="USD")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with couriers(tmp_path_factory.mktemp("couriers")) as one:
        yield one


@pytest.fixture(scope="module")
def wires(running: Running) -> dict[str, str]:
    return wired(running)


@pytest.fixture(autouse=True)
def settings(wires: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in wires.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def badly(running: Running) -> Iterator[Callable[..., None]]:
    """The couriers behave so until the end of the test."""
    yield lambda **behaviour: behaves(running, **behaviour)
    behaves(running)


def asked_of(name: str, key: str, **more: object) -> LabelAsked:
    return replace(ASKED, key=f"{name}-{key}", carrier="usps", **more)  # type: ignore[arg-type]


def bought(running: Running, name: str, key: str) -> list[dict[str, Any]]:
    """The labels that were really paid for under a key."""
    kind = "label" if name == "house" else "shipment"
    return [deal for deal in deals(running, kind, f"{name}-{key}") if deal["waybill"]]


@pytest.mark.parametrize("name", ["house", "easypost"])
def test_a_label_is_bought_with_its_document_and_its_waybill(name: str) -> None:
    label = choosing.by_name(name).buy_label(asked_of(name, "plain"))
    assert label.pdf.startswith(b"%PDF-1.4") and label.waybill and label.provider_ref
    assert label.carrier == "usps" and label.cost_minor and label.currency == "USD"
    assert (label.drop_off_code != "") == (name == "house"), "EasyPost sells none here"


@pytest.mark.parametrize("trouble", ["cut_before", "cut_after", "error_before", "error_after"])
@pytest.mark.parametrize("name", ["house", "easypost"])
def test_a_label_asked_for_again_under_its_key_is_the_same_label(
    running: Running, badly: Callable[..., None], name: str, trouble: str
) -> None:
    badly(**{trouble: 1.0})
    way, tries, label = choosing.by_name(name), 0, None
    while label is None and tries < 6:
        try:
            label = way.buy_label(asked_of(name, trouble, again=tries > 0))
        except CarrierUnreachable:
            tries += 1
    assert label is not None and tries >= 1
    (only,) = bought(running, name, trouble)
    assert only["waybill"] == label.waybill
    assert way.buy_label(asked_of(name, trouble, again=True)).waybill == label.waybill


def test_a_label_bought_before_many_others_is_still_found_and_not_bought_twice(running: Running) -> None:
    way = choosing.by_name("easypost")
    assert isinstance(way, EasyPost)
    first = way.buy_label(asked_of("easypost", "first"))
    for number in range(3):
        way.buy_label(asked_of("easypost", f"later-{number}"))
    with pytest.MonkeyPatch.context() as small:
        small.setattr(easypost_carrier, "PAGE", 2)
        assert way.buy_label(asked_of("easypost", "first", again=True)).waybill == first.waybill
        small.setattr(easypost_carrier, "MOST_PAGES", 1)
        with pytest.raises(CarrierUnreachable, match="may be among them"):
            way.buy_label(asked_of("easypost", "first", again=True))
    assert len(bought(running, "easypost", "first")) == 1


@pytest.mark.parametrize("name", ["house", "easypost"])
def test_a_label_that_nobody_sells_is_surely_not_bought(running: Running, badly: Callable[..., None], name: str) -> None:
    badly(refuses=1.0)
    with pytest.raises(CarrierRefuses):
        choosing.by_name(name).buy_label(asked_of(name, "refused"))
    assert not bought(running, name, "refused")


@pytest.mark.parametrize("name", ["house", "easypost"])
def test_a_label_that_was_voided_stays_voided(running: Running, name: str) -> None:
    way = choosing.by_name(name)
    label = way.buy_label(asked_of(name, "void"))
    way.void_label(label.provider_ref)
    way.void_label(label.provider_ref)
    assert [deal["state"] for deal in bought(running, name, "void")] == [{"house": "voided", "easypost": "refunded"}[name]]
    with pytest.raises(CarrierRefuses):
        way.void_label("nobody_1")


@pytest.mark.parametrize("name", ["house", "easypost"])
def test_a_pick_up_is_booked_changed_and_cancelled_once_each(running: Running, name: str) -> None:
    way = choosing.by_name(name)
    label = way.buy_label(asked_of(name, "pickup"))
    asked = PickupAsked(
        f"{name}-PU", "usps", ANNA, BOLT, NOON, NOON + timedelta(hours=2), waybill=label.waybill, label_ref=label.provider_ref, people=2
    )
    first = way.book_pickup(asked)
    assert way.book_pickup(replace(asked, again=True)).provider_ref == first.provider_ref
    later = replace(asked, key=f"{name}-PU2", from_at=NOON + timedelta(days=1), until_at=NOON + timedelta(days=1, hours=2))
    changed = way.change_pickup(first.provider_ref, later)
    assert changed.from_at == later.from_at
    way.cancel_pickup(changed.provider_ref)
    way.cancel_pickup(changed.provider_ref)
    states = {deal["ref"]: deal["state"] for deal in deals(running, "pickup")}
    assert all(states[ref] in ("cancelled", "canceled") for ref in {first.provider_ref, changed.provider_ref})
    with pytest.raises(CarrierRefuses):
        way.cancel_pickup("nobody")


JOURNEY_ENDS = {
    "delivered": "delivered", "attempted": "delivered", "unclaimed": "unclaimed", "returned": "returned", "damaged": "delivered",
    "silent": "accepted", "elsewhere": "delivered", "backwards": "delivered",
}  # fmt: skip


@pytest.mark.parametrize("name", ["house", "easypost", "kuaidi100"])
@pytest.mark.parametrize("journey", JOURNEY_ENDS)
def test_every_wire_tells_the_same_end_of_a_journey(running: Running, name: str, journey: str) -> None:
    waybill = f"{name}{journey}".upper()
    goes(running, "usps", waybill, journey)
    events = [Told.of(one.told()) for one in choosing.by_name(name).track("usps", waybill)]
    assert fold(events).state == JOURNEY_ENDS[journey]
    assert ("damaged" in fold(events).kinds) == (journey == "damaged")
    if name != "kuaidi100" and journey == "delivered":
        assert fold(events).weight_grams == 500, "grams survive ounces"


@pytest.mark.parametrize(("name", "state"), [("house", "lost"), ("easypost", "lost"), ("kuaidi100", "exception")])
def test_a_lost_parcel_is_told_in_the_words_that_each_wire_has(running: Running, name: str, state: str) -> None:
    goes(running, "usps", f"LOST{name}", "lost")
    events = [Told.of(one.told()) for one in choosing.by_name(name).track("usps", f"LOST{name}")]
    assert fold(events).state == state, "Kuaidi100 has no word for lost: silence finds those"


def test_nobody_knows_a_waybill_of_which_nothing_was_told() -> None:
    for name in choosing.MAKERS:
        assert list(choosing.by_name(name).track("usps", "NEVERSEEN1")) == []


def test_subscribing_twice_is_once(running: Running) -> None:
    for name in choosing.MAKERS:
        for _ in range(2):
            choosing.by_name(name).subscribe("usps", f"SUB{name}")
        assert [row["wire"] for row in book(running)["subscriptions"] if row["waybill"] == f"SUB{name}"] == [name]


def test_the_house_turns_a_parcel_back_looks_for_it_and_leads_it_elsewhere_once_for_each_key(running: Running) -> None:
    way = choosing.by_name("house")
    happens(running, "sf", "SFTURN0001", "in_transit")
    assert way.intercept("sf", "SFTURN0001", "IC-1") == way.intercept("sf", "SFTURN0001", "IC-1")
    assert fold(Told.of(one.told()) for one in way.track("sf", "SFTURN0001")).state == "returned"
    assert way.enquire("sf", "SFTURN0001", "late", "EN-1") == way.enquire("sf", "SFTURN0001", "late", "EN-1")
    with pytest.raises(CarrierRefuses, match="too_late"):
        way.redirect("sf", "SFTURN0001", ANNA, "RD-1")
    with pytest.raises(CarrierRefuses, match="other_content"):
        way.enquire("sf", "ANOTHER001", "late", "EN-1")


def test_what_a_way_does_not_offer_is_refused_and_another_way_is_found_for_it() -> None:
    with pytest.raises(NotOffered):
        choosing.by_name("kuaidi100").buy_label(ASKED)
    with pytest.raises(NotOffered):
        choosing.by_name("easypost").intercept("usps", "X", "K")
    assert choosing.way("顺丰").name == "kuaidi100"
    assert choosing.way("USPS").name == "kuaidi100"
    assert choosing.way("USPS", "labels").name == "easypost"
    assert choosing.way("sf", "labels").name == "house"
    assert choosing.way("Otto's vans", "enquiries").name == "house"
    assert "sf" in choosing.served("pickups")


def test_the_way_to_a_courier_may_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMENDS_CARRIERS_BY", "顺丰=house, *=easypost")
    assert (choosing.way("sf").name, choosing.way("ottos").name) == ("house", "easypost")
    with pytest.raises(NotOffered):
        choosing.way("ottos", "enquiries")


def test_a_way_that_is_not_set_up_says_so_and_is_never_pretended(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    for name in wired_names():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AMENDS_HOME", str(tmp_path))
    assert not any(one.ready for one in choosing.set_up().values())
    with pytest.raises(CarrierUnreachable):
        choosing.way("sf")
    assert choosing.served("labels") == []
    monkeypatch.setenv("AMENDS_EASYPOST_KEY", "EZ")
    assert "AMENDS_EASYPOST_WEBHOOK_SECRET" in str(choosing.set_up()["easypost"].words)


def wired_names() -> list[str]:
    return [setting.name for maker in choosing.MAKERS.values() for setting in maker.needs]


@pytest.mark.parametrize("wrong", ["AMENDS_CARRIERS_SECRET", "AMENDS_EASYPOST_KEY", "AMENDS_KUAIDI100_KEY"])
def test_a_wrong_key_is_no_answer_about_anything(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(wrong, "wrong")
    name = {"AMENDS_CARRIERS_SECRET": "house", "AMENDS_EASYPOST_KEY": "easypost", "AMENDS_KUAIDI100_KEY": "kuaidi100"}[wrong]
    way: Carrier = choosing.by_name(name)
    if name == "kuaidi100":
        with pytest.raises(CarrierRefuses):
            way.subscribe("sf", "SF1")
        with pytest.raises(CarrierUnreachable, match="503"):
            way.track("sf", "SF1")
        return
    with pytest.raises(CarrierUnreachable):
        way.buy_label(asked_of(name, "wrong"))


def test_a_courier_that_is_down_cannot_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AMENDS_CARRIERS_URL", "AMENDS_EASYPOST_URL", "AMENDS_KUAIDI100_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in choosing.MAKERS:
        with pytest.raises(CarrierUnreachable):
            choosing.by_name(name).track("usps", "X")


@pytest.mark.parametrize("name", ["house", "easypost", "kuaidi100"])
def test_a_push_that_is_not_theirs_is_refused(name: str) -> None:
    way = choosing.by_name(name)
    for body in (b"", b"{}", b"sign=AB&param={}", b"param={}", b"\xff\xfe"):
        with pytest.raises(NotFromCarrier):
            way.verify(
                {"webhook-id": "1", "webhook-timestamp": "1", "webhook-signature": "v1,x", "X-Hmac-Signature": "hmac-sha256-hex=é"},
                body,
                {},
            )


@pytest.mark.parametrize(
    "param",
    [
        "[]",
        '{"lastResult": []}',
        '{"lastResult": {"com": "sf", "nu": "1", "data": ["x"]}}',
        '{"lastResult": {}}',
        '{"lastResult": {"com": "sf", "nu": "1", "data": [{"time": "soon"}]}}',
        "no json",
    ],
)
def test_a_push_that_is_theirs_and_cannot_be_read_is_refused_too(param: str) -> None:
    way = choosing.by_name("kuaidi100")
    sign = md5(param + os.environ["AMENDS_KUAIDI100_SALT"])
    with pytest.raises(NotFromCarrier):
        way.verify({}, httpx.Request("POST", "http://x", data={"param": param, "sign": sign}).read(), {})


@pytest.mark.parametrize(
    ("code", "kind"),
    [("0", "in_transit"), ("1", "accepted"), ("3", "delivered"), ("4", "returned"), ("6", "returning"), ("14", "attempt_failed"),
     ("501", "unclaimed"), ("209", "damaged"), ("101", ""), ("13", "exception"), ("8", "in_transit"), ("999", "in_transit"),
     ("305", "delivered")],
)  # fmt: skip
def test_codes_of_kuaidi100_are_our_words(code: str, kind: str) -> None:
    assert kuaidi100_kind(code) == kind and (not kind or kind in KINDS)
