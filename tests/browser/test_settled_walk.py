"""Settled in round two, in Chromium: Bolt composes an offer and watches its total, Anna counters from a telephone, Bolt accepts. On the way
Bolt types what can't be read, what is below the law and what is above his limit, and is told each time.

Once with Anna at the width of a telephone and once at a desk's, in both languages; no page is wider than its window.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from amends.cases.models import Case
from amends.cases.verbs.answering import call_platform, refuse
from amends.refunds.models import Refund
from amends.talks.models import Offer
from amends.talks.notes import note
from tests.browser.test_journey import Speaker, Walk
from tests.cast import an_order, claims, settled, the_cast

pytestmark = pytest.mark.browser
Visitors = Callable[[str, int, str], Page]


def pictured(walk: Walk, name: str) -> None:
    """The page fits; where pictures are wanted it is kept."""
    walk.fits()
    if folder := os.environ.get("AMENDS_PICTURES"):
        walk.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def typed_wrong(bolt: Walk, one: int, two: int, tag: str) -> None:
    """A sum that is none, nothing where the law gives something, and more than Bolt may promise alone; nothing is sent."""
    bolt.page.locator(f"[name=r-u{one}]").select_option("price_adjustment")
    bolt.page.locator(f"[name=m-u{one}]").fill("abc")
    bolt.press("提出这个方案", "Make this offer")
    bolt.sees("不是金额", "is not an amount")
    expect(bolt.page.locator(f"[name=m-u{one}]")).to_have_value("abc")
    pictured(bolt, f"unread-{tag}")
    bolt.page.locator(f"[name=m-u{one}]").fill("")
    for unit in (one, two):
        bolt.page.locator(f"[name=r-u{unit}]").select_option("none")
    expect(bolt.page.locator("#total")).to_contain_text(bolt.say("不能低于", "can't be less"))
    for unit in (one, two):
        bolt.page.locator(f"[name=r-u{unit}]").select_option("return_refund")
    bolt.page.locator("#composer details.more summary").click()
    bolt.page.locator("[name=goodwill]").fill("300")
    expect(bolt.page.locator("#total")).to_contain_text(bolt.say("同事", "a colleague"))
    bolt.press("提出这个方案", "Make this offer")
    bolt.sees("请写明理由", "say why it is needed")
    pictured(bolt, f"signed-{tag}")
    bolt.page.locator("[name=goodwill]").fill("")
    assert not Offer.objects.exists()


@pytest.mark.parametrize(("language", "width"), [("zh-CN", 390), ("en-GB", 1440)])
def test_settled_in_round_two(visitors: Visitors, language: str, width: int) -> None:
    cast = the_cast()
    case = claims(an_order(cast.bolts, cast.annas, quantities=(2,), prices=(20000,), freight=600), by=cast.anna, quantity=2)
    refuse(case.ref, reason="not_intact", words="用过了 / it was used", by=cast.bolt)
    call_platform(case.ref, words="没有 / it was not", by=cast.anna)
    settled()
    one, two = case.claimed.order_by("unit_id").values_list("unit_id", flat=True)
    speak, tag = Speaker(language), f"{language[:2]}-{width}"

    bolt = Walk(visitors("bolt", width, language), speak)
    bolt.page.goto(f"/console/cases/{case.ref}/offers")
    typed_wrong(bolt, one, two, tag)
    for unit, minor in ((one, "15.00"), (two, "15.50")):
        bolt.page.locator(f"[name=r-u{unit}]").select_option("price_adjustment")
        bolt.page.locator(f"[name=m-u{unit}]").fill(minor)
    expect(bolt.page.locator("#total .total")).to_contain_text("30.50")
    pictured(bolt, f"compose-{tag}")
    bolt.page.locator("#composer [name=words]").fill("留着用吧 / keep them")
    bolt.press("提出这个方案", "Make this offer")
    first = Offer.objects.get()

    anna = Walk(visitors("anna", width, language), speak)
    anna.page.goto(f"/portal/cases/{case.ref}")
    expect(anna.page.locator(f'a[href="/portal/cases/{case.ref}/offers"]')).to_contain_text("1")
    anna.page.goto(f"/portal/cases/{case.ref}/talk")
    anna.page.locator("[name=words]").first.fill("有一盏会闪 / one of them flickers")
    anna.press("发出", "Send")
    pictured(anna, f"talk-{tag}")
    anna.page.goto(f"/portal/cases/{case.ref}/offers?answers={first.ref}")
    pictured(anna, f"compare-{tag}")
    anna.page.locator(f"[name=m-u{one}]").fill("15")
    anna.page.locator(f"[name=m-u{two}]").fill("80")
    expect(anna.page.locator("#total .total")).to_contain_text("95.00")
    anna.press("提出这个方案", "Make this offer")

    note(case.ref, words="只有我们看 / for us alone", by=cast.bolt)
    bolt.page.goto(f"/console/cases/{case.ref}/talk")
    expect(bolt.page.get_by_text("one of them flickers")).to_be_visible()
    expect(bolt.page.get_by_text("for us alone")).to_be_visible()
    pictured(bolt, f"notes-{tag}")
    bolt.page.goto(f"/console/cases/{case.ref}/offers")
    bolt.press("接受方案", "Accept the offer")
    settled()
    assert Case.objects.get(pk=case.pk).stage == "closed"
    assert sum(Refund.objects.filter(case_id=case.pk, stage="paid").values_list("amount_minor", flat=True)) == 9500
    anna.page.goto(f"/portal/cases/{case.ref}/offers")
    expect(anna.page.get_by_text("for us alone")).to_have_count(0)
    pictured(anna, f"settled-{tag}")
