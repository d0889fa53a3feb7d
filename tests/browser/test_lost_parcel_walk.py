"""A parcel that never came, in Chromium: Anna asks where it is, the carrier answers by its link that it is lost, the money goes back, and
the desk asks the carrier for it as the record proposes. Once in each language; no page is wider than its window.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from amends.cases.models import Case
from amends.deliveries.models import OutboundDelivery
from amends.liability.models import ChargeBackTo, Proposal, SignedLink
from tests.browser.test_journey import Speaker, Walk
from tests.cast import an_order, claims, settled, the_cast

pytestmark = pytest.mark.browser
Visitors = Callable[[str, int, str], Page]


def pictured(walk: Walk, name: str) -> None:
    """The page fits; where pictures are wanted it is kept."""
    walk.fits()
    if folder := os.environ.get("AMENDS_PICTURES"):
        walk.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def stranger(chrome: Browser, site: str, language: str, width: int) -> Page:
    """Somebody without an account."""
    return chrome.new_context(viewport={"width": width, "height": 900}, locale=language, base_url=site).new_page()


@pytest.mark.parametrize(("language", "width"), [("zh-CN", 390), ("en-GB", 1440)])
def test_a_lost_parcel_is_found_lost_refunded_and_charged(
    visitors: Visitors, chrome: Browser, site: str, monkeypatch: pytest.MonkeyPatch, language: str, width: int
) -> None:
    monkeypatch.setenv("AMENDS_URL", site)
    cast = the_cast()
    case = claims(an_order(cast.bolts, cast.annas, signed_ago=None), by=cast.anna, issue="lost", remedy="refund_only")
    settled()
    speak, tag = Speaker(language), f"{language[:2]}-{width}"

    anna = Walk(visitors("anna", 390, language), speak)
    anna.page.goto(f"/portal/cases/{case.ref}")
    anna.page.locator("#enquiry textarea").fill("三天没有动静 / no news for three days")
    pictured(anna, f"lost-ask-{tag}")
    anna.press("向承运商查件", "Ask the carrier")
    row = OutboundDelivery.objects.get()
    expect(anna.page.locator(f"#delivery-{row.ref}")).to_contain_text(row.waybill)
    settled()
    anna.page.reload()
    pictured(anna, f"lost-sought-{tag}")

    bolt = Walk(visitors("bolt", width, language), speak)
    bolt.page.goto("/console/deliveries")
    pictured(bolt, f"lost-console-list-{tag}")
    bolt.page.locator(f"a[href$='{row.ref}']").click()
    pictured(bolt, f"lost-console-{tag}")

    desk = Walk(visitors("agent", width, language), speak)
    desk.page.goto(f"/desk/deliveries/{row.ref}")
    desk.press("生成链接", "Make a link")
    link = SignedLink.objects.get()
    expect(desk.page.locator(f"#url-{link.ref}")).to_contain_text("/counter/answers/")
    pictured(desk, f"lost-desk-{tag}")
    address = desk.page.locator(f"#url-{link.ref}").inner_text()

    carrier = Walk(stranger(chrome, site, language, 390), speak)
    carrier.page.goto(address)
    pictured(carrier, f"lost-link-{tag}")
    carrier.press("查看并答复", "See it and answer")
    carrier.page.locator("[name=words]").fill("分拨中心火灾 / burnt at the depot")
    pictured(carrier, f"lost-link-open-{tag}")
    carrier.page.locator("button[value=declare_lost]").click()
    expect(carrier.page.locator("h1")).to_contain_text(speak("答复过", "answered"))
    settled()

    assert OutboundDelivery.objects.get().stage == "lost"
    assert Case.objects.get(pk=case.pk).stage == "closed"
    anna.page.goto(f"/portal/cases/{case.ref}")
    expect(anna.page.locator("main")).to_contain_text("99.00")
    pictured(anna, f"lost-refunded-{tag}")

    desk.page.goto("/desk/proposals")
    pictured(desk, f"lost-proposals-{tag}")
    desk.page.goto(f"/desk/charges/of/{case.ref}")
    expect(desk.page.locator(f"#proposal-{Proposal.objects.get().ref}")).to_contain_text(row.waybill)
    pictured(desk, f"lost-proposed-{tag}")
    desk.press("按建议追偿", "Ask as proposed")
    charge = ChargeBackTo.objects.get()
    expect(desk.page.get_by_text(charge.ref).first).to_be_visible()
    assert (charge.party, charge.amount_minor, charge.stage) == ("carrier", 9900, "asked")
    desk.page.goto("/desk/deliveries")
    pictured(desk, f"lost-desk-list-{tag}")
