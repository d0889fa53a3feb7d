"""Pages that are open change by themselves: in Chromium, with a live process beside the pages, and nobody loads anything again."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from amends.cases.verbs.answering import approve, refuse
from tests.cast import Cast, an_order, claims, the_cast
from tests.live_fixture import Live, live_process

pytestmark = pytest.mark.browser
Visitors = Callable[[str, int, str], Page]
REFUSAL = {"reason": "window_over", "words": "The window has passed."}


@pytest.fixture
def cast(site: str) -> Cast:
    return the_cast()


@pytest.fixture
def live(cast: Cast, site: str) -> Iterator[Live]:
    """A live process that pages find in the data folder, as they do in earnest, and that knows where the pages come from."""
    with live_process(Path(os.environ["AMENDS_HOME"]), AMENDS_ORIGINS=site) as place:
        yield place


def follows(page: Page, url: str) -> None:
    """The page is open, hears what changes, and would show if anybody loaded it again."""
    page.goto(url)
    expect(page.locator("body")).to_have_attribute("data-stream", "on")
    page.evaluate("window.stays = true")


def stayed(page: Page) -> bool:
    return page.evaluate("window.stays === true") is True


def test_the_merchant_acts_and_the_consumers_open_page_changes(visitors: Visitors, live: Live, cast: Cast) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    anna, bolt = visitors("anna", 390, "zh-CN"), visitors("bolt", 1440, "en-GB")
    follows(anna, f"/portal/cases/{case.ref}")
    follows(bolt, "/console/")
    expect(bolt.locator("[data-live-state]").last).to_have_text("Updated live")
    expect(anna.locator("main")).to_contain_text("等商家")

    second = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    expect(bolt.locator("#queue-rows")).to_contain_text(second.ref)
    expect(bolt.locator("#nav a").first).to_contain_text("2")

    follows(bolt, f"/console/cases/{case.ref}")
    bolt.locator(".acts button[popovertarget=refusal], .turn button[popovertarget=refusal]").first.click()
    bolt.locator("#refusal textarea").fill("Half a sentence")
    approve(case.ref, by=cast.bolt)

    expect(anna.locator("main")).not_to_contain_text("等商家")
    expect(anna.locator(".live-mark")).to_contain_text("刚刚更新")
    expect(bolt.locator(".live-mark")).to_contain_text("What you are writing was left")
    expect(bolt.locator("#refusal textarea")).to_have_value("Half a sentence")
    assert stayed(anna) and stayed(bolt)

    bolt.locator(".live-mark button").click()
    expect(bolt.locator("#refusal")).to_have_count(0)


def test_without_a_live_process_pages_look_by_themselves_and_go_live_when_it_is_there(visitors: Visitors, cast: Cast, site: str) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    anna = visitors("anna", 390, "en-GB")
    anna.clock.install()
    anna.goto(f"/portal/cases/{case.ref}")
    expect(anna.locator("body")).not_to_have_attribute("data-stream", "on")
    refuse(case.ref, **REFUSAL, by=cast.bolt)
    anna.clock.fast_forward(35_000)
    expect(anna.locator("main")).to_contain_text(re.compile("The window has passed"))
    with live_process(Path(os.environ["AMENDS_HOME"]), AMENDS_ORIGINS=site):
        anna.clock.fast_forward(35_000)
        expect(anna.locator("body")).to_have_attribute("data-stream", "on")
