"""The receiving desk by keyboard alone, in Chromium: a batch is begun, scanned by a scanner's burst and by hand, an unknown parcel is
matched, a unit inspected and put back to stock, the batch closed. No mouse is used. Codes wait on the device while the server is away.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from amends.kernel import clock
from amends.returns.models import Batch, Inspection, ReturnShipment, Scan, UnknownParcel
from amends.stock.models import StockMove
from tests.browser.test_journey import Speaker, Walk
from tests.cast import Cast, the_cast
from tests.verbs.returns_at_hand import parcel_of, sent_back

pytestmark = pytest.mark.browser
Visitors = Callable[[str, int, str], Page]


def typed(page: Page, text: str) -> None:
    """As a scanner types: fast, and ended by Enter."""
    page.keyboard.type(text, delay=2)
    page.keyboard.press("Enter")


def at(page: Page, selector: str) -> None:
    """The focus is where a person who uses no mouse would go with the tab key."""
    for _ in range(60):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way by keyboard to {selector}")


@pytest.mark.parametrize(("language", "width"), [("zh-CN", 1440), ("en-GB", 390)])
def test_a_morning_at_the_desk(visitors: Visitors, language: str, width: int) -> None:
    cast: Cast = the_cast()
    parcels: list[ReturnShipment] = [parcel_of(sent_back(cast)) for _ in range(3)]
    speak = Speaker(language)
    walk = Walk(visitors("bolt", width, language), speak)
    page = walk.page

    page.goto("/console/receiving")
    walk.fits()
    page.keyboard.type("east")
    page.keyboard.press("F9")
    expect(page.locator("[data-scan]")).to_be_focused()
    walk.fits()

    typed(page, parcels[0].waybill)
    typed(page, parcels[0].waybill)
    typed(page, parcels[1].waybill)
    expect(page.locator("#desk")).to_contain_text(speak("已收 2，", "Received 2,"))
    assert Scan.objects.count() == 2

    typed(page, "no")
    expect(page.locator("[data-desk-refused]")).to_contain_text(speak("8 至 30 位", "8 to 30 letters"))
    typed(page, parcels[1].waybill)
    expect(page.locator("[data-desk-refused]")).to_contain_text("no")
    page.keyboard.press("F6")
    expect(page.locator("[data-desk-refused]")).to_be_hidden()

    page.context.set_offline(True)
    typed(page, "0" + parcels[2].waybill[1:])
    expect(page.locator("[data-desk-waits]")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#desk")).to_contain_text(speak("没有人登记过", "Nobody announced"))
    expect(page.locator("[data-desk-waits]")).to_be_hidden()
    walk.fits()

    page.keyboard.press("F8")
    expect(page.locator("main")).to_contain_text(speak("运单号只差容易看错的字", "signs that are easily misread"))
    walk.fits()
    page.keyboard.press("1")
    expect(page.locator("#bench")).to_be_visible()
    assert UnknownParcel.objects.get().state == "matched"
    walk.fits()
    at(page, "[name$=-grade]")
    page.keyboard.press("Space")
    page.keyboard.press("F9")
    expect(page.locator("main")).to_contain_text(speak("验货结果已登记", "findings are on record"))
    found = Inspection.objects.get(parcel=parcels[2])
    assert (found.stage, found.grade) == ("payable", "A")

    page.goto("/console/stock")
    at(page, "button[name=disposition][value=restock]")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(speak("已登记去向", "Recorded"))
    assert StockMove.objects.get().kind == "restock"
    walk.fits()

    page.goto(f"/console/receiving/batches/{Batch.objects.get().ref}")
    page.keyboard.press("F9")
    expect(page.locator("main")).to_contain_text(speak("这一批已结束", "The batch is closed"))
    assert Batch.objects.get().ended_at is not None and ReturnShipment.objects.filter(stage="received").count() == 3
    assert clock.now() >= Batch.objects.get().made_at


READER = """window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["code_128"]; }
  async detect(view) { return view.videoWidth ? [{ rawValue: "%s" }] : []; }
};"""


def test_a_waybill_is_read_by_camera_where_the_browser_reads_bar_codes(visitors: Visitors) -> None:
    cast: Cast = the_cast()
    parcel = parcel_of(sent_back(cast))
    page = visitors("bolt", 1440, "en-GB")
    page.add_init_script(READER % parcel.waybill)
    page.goto("/console/receiving")
    page.keyboard.press("F9")
    page.wait_for_url("**/batches/*")
    page.keyboard.press("F4")
    expect(page.locator("#desk")).to_contain_text(f"{parcel.waybill} received")
    expect(page.locator("[data-camera-view]")).to_be_visible()
    page.keyboard.press("F4")
    expect(page.locator("[data-camera-view]")).to_be_hidden()
    assert Scan.objects.get().outcome == "received"


@pytest.mark.parametrize(
    ("language", "sentence"), [("zh-CN", "这个浏览器不能用摄像头读条码"), ("en-GB", "cannot read bar codes by camera")]
)
def test_a_browser_that_reads_no_bar_codes_says_so_and_the_keyboard_works(visitors: Visitors, language: str, sentence: str) -> None:
    cast: Cast = the_cast()
    parcel = parcel_of(sent_back(cast))
    page = visitors("bolt", 390, language)
    page.add_init_script("delete window.BarcodeDetector;")
    page.goto("/console/receiving")
    page.keyboard.press("F9")
    page.wait_for_url("**/batches/*")
    expect(page.get_by_text(sentence)).to_be_visible()
    expect(page.locator("[data-camera]")).to_be_hidden()
    typed(page, parcel.waybill)
    expect(page.locator("#desk")).to_contain_text(parcel.waybill)
    assert Scan.objects.get().outcome == "received"
