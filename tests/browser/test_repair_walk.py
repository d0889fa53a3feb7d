"""A repair that fails twice, in Chromium in both languages: arranged, looked at, handed back, failed at home, given up, refunded."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from amends.cases.models import Case
from amends.refunds.models import Refund
from amends.repairs.models import Repair
from amends.returns import verbs as returns
from amends.returns.models import Inspection, ReturnShipment
from tests.browser.test_journey import Speaker, Walk
from tests.cast import Cast, settled, the_cast
from tests.faces.test_repair_pages import arrived

pytestmark = pytest.mark.browser
Visitors = Callable[[str, int, str], Page]


def sent_again(cast: Cast, case: Case) -> Repair:
    """The phone goes back a second time and is accepted."""
    parcel = ReturnShipment.objects.get(case_id=case.pk, direction="back")
    returns.give_address(parcel.ref, by=cast.bolt)
    returns.ship(parcel.ref, carrier="SF", waybill="SF3234567890", by=cast.anna)
    returns.receive(parcel.ref, by=cast.bolt)
    returns.accept(parcel.ref, inspection=Inspection.objects.get(parcel=parcel).pk, by=cast.bolt)
    settled()
    return Repair.objects.get(case_id=case.pk)


@pytest.mark.parametrize(("language", "width"), [("zh-CN", 1440), ("en-GB", 390)])
def test_a_repair_that_fails_twice(visitors: Visitors, language: str, width: int) -> None:
    cast = the_cast()
    row, speak = arrived(cast), Speaker(language)
    shop, home = Walk(visitors("bolt", width, language), speak), Walk(visitors("anna", 390, language), speak)

    shop.page.goto(f"/console/repairs/{row.ref}")
    shop.fits()
    shop.press("安排", "Arrange")
    shop.page.locator("form[action$='/diagnosis'] textarea").fill(speak("排线松了", "The flex cable is loose").pattern)
    shop.press("登记，开始维修", "Record it and begin")
    shop.page.locator("form[action$='/handing-back'] textarea[name=words]").fill(speak("换了排线", "Cable replaced").pattern)
    shop.fits()
    shop.press("修好，已交还", "Repaired and handed back")
    expect(shop.page.locator("main")).to_contain_text(speak("换了排线", "Cable replaced"))
    settled()

    home.page.goto(f"/portal/cases/{row.case.ref}")
    expect(home.page.locator("main")).to_contain_text(speak("已结案，修好了", "Closed: it was repaired"))
    home.fits()
    home.page.locator(f"#act-fault-{row.ref} summary").click()
    home.page.locator(f"#fault-words-{row.ref}").fill(speak("又黑屏了", "The screen is black again").pattern)
    home.press("告诉商家，不用重新申请", "Tell the merchant, without applying anew")
    expect(home.page.locator(f"#repair-{row.ref}")).to_contain_text(speak("没有修好", "Did not help"))
    settled()

    linked = Case.objects.get(follows_id=row.case_id)
    second = sent_again(cast, linked)
    shop.page.goto(f"/console/repairs/{second.ref}")
    expect(shop.page.locator("main")).to_contain_text(speak("第 2 次维修", "attempt 2"))
    shop.press("安排", "Arrange")
    shop.page.locator("form[action$='/diagnosis'] textarea").fill(speak("主板坏了", "The board is dead").pattern)
    shop.press("登记，开始维修", "Record it and begin")
    shop.page.locator("summary", has_text=speak("修不好", "It can't be repaired")).click()
    shop.page.locator("form[action$='/giving-up'] textarea").fill(speak("没有这种主板", "There is no such board").pattern)
    shop.press("登记没有修好", "Record that it failed")
    expect(shop.page.locator("main")).to_contain_text(speak("没有这种主板", "There is no such board"))
    settled()

    assert Refund.objects.get(case_id=linked.pk).stage == "paid"
    home.page.goto(f"/portal/cases/{linked.ref}")
    home.sees("按规则把维修改成换货或者退款", "turned the repair into an exchange or a refund by rule")
    expect(home.page.locator("main")).to_contain_text("2,750.00")
    home.fits()
