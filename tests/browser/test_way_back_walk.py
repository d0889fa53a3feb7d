"""Anna sends back by a prepaid label, and another parcel by a courier who comes: in Chromium, on a telephone, once in each language.

Couriers are the simulator's process; that it has the parcel is told by it, and the page says so without Anna typing anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from amends.cases.models import Case
from amends.cases.verbs.answering import approve
from amends.kernel import clock
from amends.plumbing.simulators.launch import Running
from amends.returns.models import ReturnShipment
from amends.returns.verbs import give_address
from amends.shipping.addresses import Given, put_address
from amends.shipping.models import Label, Pickup
from amends.shipping.rules import Told
from amends.shipping.verbs import hear
from tests.browser.test_compensation import Visitors, pictured
from tests.browser.test_journey import Speaker, Walk
from tests.carriers_fixture import couriers, wired
from tests.cast import Cast, an_order, claims, settled, the_cast

pytestmark = pytest.mark.browser


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    with couriers(tmp_path / "couriers") as one:
        for name, value in wired(one, "house").items():
            monkeypatch.setenv(name, value)
        yield one


def to_send(cast: Cast) -> ReturnShipment:
    """Anna's approved return, at Bolt's cost; the book has told her the address."""
    case: Case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    approve(case.ref, by=cast.bolt)
    settled()
    parcel = ReturnShipment.objects.get(case=case)
    ReturnShipment.objects.filter(pk=parcel.pk).update(freight="merchant")
    if parcel.address_id is None:
        give_address(parcel.ref, by=cast.bolt)
    return ReturnShipment.objects.get(pk=parcel.pk)


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_a_return_by_label_and_one_by_pick_up(visitors: Visitors, running: Running, language: str) -> None:
    cast, say, tag = the_cast(), Speaker(language), language[:2]
    hours = [{"days": [1, 2, 3, 4, 5], "from": "09:00", "until": "18:00"}]
    put_address(Given("main", "张三", "杭州市余杭区仓前街道 1 号", phone="13800000000", hours=hours), by=cast.bolt)
    anna, first = Walk(visitors("anna", 390, language), say), to_send(cast)

    anna.page.goto(f"/portal/cases/{first.case.ref}")
    anna.link("预付面单、上门取件", "prepaid label, pick-up")
    anna.sees("周一至周五 09:00–18:00", "Monday to Friday 09:00–18:00")
    pictured(anna, f"way-back-choose-{tag}")
    anna.page.locator("#act-label-new input[name=address]").fill("人民路 1 号 / 1 People Road")
    anna.press("要一张面单", "get a label")
    settled()
    anna.page.reload()
    expect(anna.page.locator("img.code")).to_be_visible()
    assert anna.page.locator("img.code").evaluate("img => img.complete && img.naturalWidth > 0")
    label = Label.objects.get()
    anna.sees(label.waybill, label.waybill)
    pictured(anna, f"way-back-label-{tag}")
    at = clock.now()
    hear(label.carrier, label.waybill, [Told("accepted", at, "杭州"), Told("in_transit", at + timedelta(seconds=1))])
    anna.page.reload()
    anna.sees("退货运输中", "on the way back")
    anna.sees("运输中", "on its way")
    pictured(anna, f"way-back-track-{tag}")

    second = to_send(cast)
    anna.page.goto(f"/portal/cases/{second.case.ref}/parcels/{second.ref}")
    anna.page.locator("#slot-pickup").select_option(index=3)
    anna.page.locator("#address-pickup").fill("人民路 1 号 138")
    anna.press("^预约$", "^book it$")
    settled()
    anna.page.reload()
    anna.sees("承运商已确认", "confirmed by the carrier")
    pictured(anna, f"way-back-pickup-{tag}")
    anna.page.locator("#slot-change").select_option(index=5)
    anna.press("改时间或地址", "change time or address")
    settled()
    assert Pickup.objects.get().changes == 1

    bolt = Walk(visitors("bolt", 1280, language), say)
    bolt.page.goto(f"/console/parcels/{second.ref}")
    bolt.sees("人民路 1 号 138", "人民路 1 号 138")
    pictured(bolt, f"way-back-console-{tag}")
    bolt.page.goto("/console/addresses")
    bolt.sees("仓前街道", "仓前街道")
    pictured(bolt, f"addresses-{tag}")
    bolt.page.goto(f"/console/parcels/{second.ref}")
    bolt.press("不用寄回，直接退款", "nothing to send: refund it")
    settled()
    anna.page.goto(f"/portal/cases/{second.case.ref}")
    anna.sees("退款", "refund")
    anna.fits()
