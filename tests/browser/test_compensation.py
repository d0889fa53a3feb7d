"""Sorry, in Chromium: Bolt gives a voucher and goodwill, Anna finds them in her purse, an agent asks for more than alone may be given.

Once at the width of a telephone and once at a desk's, in both languages; no page is wider than its window.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from amends.compensation.giving import compensate
from amends.compensation.models import Voucher
from amends.compensation.offers import Offer
from amends.compensation.supplements import ask
from amends.kernel import clock
from amends.market.models import Order
from amends.market.prices import mark_prices
from amends.market.rules.price_rows import PriceSpec
from tests.browser.test_journey import Speaker, Walk
from tests.cast import an_order, claims, settled, the_cast

pytestmark = pytest.mark.browser
Visitors = Callable[[str, int, str], Page]


def pictured(walk: Walk, name: str) -> None:
    """The page fits; where pictures are wanted it is kept."""
    walk.fits()
    if folder := os.environ.get("AMENDS_PICTURES"):
        walk.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize(("language", "width"), [("zh-CN", 390), ("en-GB", 1440)])
def test_what_is_given_is_found(visitors: Visitors, language: str, width: int) -> None:
    cast = the_cast()
    order = an_order(cast.bolts, cast.annas, quantities=(2,), prices=(20000,), freight=600)
    case = claims(order, by=cast.anna)
    other = an_order(cast.bolts, cast.annas, quantities=(2,), prices=(20000,))
    Order.objects.filter(pk=other.pk).update(promises=["price_protection"])
    mark_prices(cast.bolts, [PriceSpec(other.lines.get(position=1).product.key, "CNY", 8000, clock.now() - timedelta(hours=1))])
    speak, tag = Speaker(language), f"{language[:2]}-{width}"

    bolt = Walk(visitors("bolt", width, language), speak)
    bolt.page.goto(f"/console/cases/{case.ref}/compensation?kind=voucher")
    pictured(bolt, f"give-voucher-{tag}")
    bolt.page.locator("[name=amount]").first.fill("20.00")
    bolt.page.locator("[name=min_spend]").fill("50")
    bolt.page.locator("[name=words]").fill("久等了 / sorry")
    bolt.press("给出", "Give it")
    voucher = Voucher.objects.get(case=case)
    expect(bolt.page.get_by_text(voucher.ref).first).to_be_visible()
    bolt.page.goto(f"/console/cases/{case.ref}/compensation?kind=price_adjustment")
    pictured(bolt, f"give-adjustment-{tag}")

    compensate(case.ref, Offer("goodwill", 1500), by=cast.bolt)
    compensate(case.ref, Offer("points", 300), by=cast.agent)
    ask(case.ref, amount_minor=2500, by=cast.bolt)
    settled()
    agent = Walk(visitors("agent", width, language), speak)
    agent.page.goto(f"/desk/cases/{case.ref}/compensation?kind=goodwill")
    agent.page.locator("[name=amount]").first.fill("60")
    agent.page.locator("[name=why]").fill("three weeks late")
    agent.press("给出", "Give it")
    expect(agent.page.locator("a.mono", has_text="AP-").first).to_be_visible()
    pictured(agent, f"desk-{tag}")

    anna = Walk(visitors("anna", width, language), speak)
    anna.page.goto("/portal/purse/")
    expect(anna.page.get_by_text(voucher.ref)).to_be_visible()
    pictured(anna, f"purse-{tag}")
    anna.page.goto(f"/portal/cases/{case.ref}")
    expect(anna.page.get_by_text(voucher.ref).first).to_be_visible()
    pictured(anna, f"case-{tag}")
    anna.page.goto(f"/portal/orders/{other.ref}/claim/remedies?n-1=2&issue=price")
    expect(anna.page.get_by_text("40.00").first).to_be_visible()
    pictured(anna, f"remedies-{tag}")
