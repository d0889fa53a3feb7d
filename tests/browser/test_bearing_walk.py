"""Who bears a cost, in Chromium: the desk asks a carrier and the shop, the shop answers, contests a deduction and reads its statement.

Once at the width of a telephone and once at a desk's, in both languages; no page is wider than its window.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from amends.cases.models import Case
from amends.liability.models import Bearer, ChargeBackTo, DepositMove
from amends.liability.verbs.bearers import add_bearer
from amends.liability.verbs.charging import ask_bearer, deny_liability
from amends.liability.verbs.deductions import announced
from amends.liability.verbs.deposit_row import deposit_of
from amends.liability.verbs.deposits import top_up
from amends.liability.verbs.holds import held
from amends.liability.verbs.insuring import insure
from amends.people.rules import PLATFORM
from tests.bearing_at_hand import a_carrier, a_cost_of_ours, a_head
from tests.browser.test_journey import Speaker, Walk
from tests.cast import Cast, the_cast

pytestmark = pytest.mark.browser
Visitors = Callable[[str, int, str], Page]


def pictured(walk: Walk, name: str) -> None:
    """The page fits; where pictures are wanted it is kept."""
    walk.fits()
    if folder := os.environ.get("AMENDS_PICTURES"):
        walk.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@dataclass
class Road:
    """Who walks, how wide and in which language."""

    cast: Cast
    visitors: Visitors
    language: str
    width: int

    @property
    def tag(self) -> str:
        return f"{self.language[:2]}-{self.width}"

    def walk(self, who: str) -> Walk:
        return Walk(self.visitors(who, self.width, self.language), Speaker(self.language))


def insured_and_kept(cast: Cast, case: Case) -> DepositMove:
    """The order is insured, and Bolt's deposit holds a part and waits for a deduction."""
    insurer = add_bearer(kind="insurer", key="PICC", name_zh="安行保险", name_en="Anxing Insurance", by=cast.agent)
    insure(case.order.ref, insurer=insurer.ref, zone="far", by=cast.agent)
    top_up(cast.bolts.ref, amount_minor=200_000, provider_ref="BANK-20260310-1", by=cast.agent)
    with transaction.atomic():
        held(deposit_of(cast.bolts), 50_000, "risk", "疑似虚假发货，核查中", cast.agent)
        return announced(deposit_of(cast.bolts), 12_000, "breach", "三月虚假发货两次", PLATFORM)


def desk_asks(road: Road, case: Case, carrier: Bearer) -> ChargeBackTo:
    """The desk asks the carrier on the page, the carrier denies it, and the shop is asked beside it: that charge."""
    desk = road.walk("agent")
    desk.page.goto(f"/desk/charges/of/{case.ref}")
    desk.page.locator("[name=party]").select_option("carrier")
    desk.page.locator("[name=bearer]").select_option(carrier.ref)
    desk.page.locator("[name=amount_minor]").fill("60.00")
    desk.page.locator("[name=words]").fill("外箱压坏，见签收照片 / crushed on the way")
    pictured(desk, f"ask-bearer-{road.tag}")
    desk.press("提出追偿", "Ask for it")
    charge = ChargeBackTo.objects.get(party="carrier")
    expect(desk.page.get_by_text(charge.ref).first).to_be_visible()
    deny_liability(charge.ref, words="交接时外箱完好 / whole when handed over", by=road.cast.agent)
    desk.page.goto(f"/desk/charges/{charge.ref}")
    pictured(desk, f"desk-charge-{road.tag}")
    asked = ask_bearer(
        case.ref, party="merchant", amount_minor=8000, what="goodwill", clause="CN-QUAL-01", words="发错货由商家承担", by=road.cast.agent
    )
    desk.page.goto("/desk/charges")
    pictured(desk, f"desk-charges-{road.tag}")
    return asked


def shop_answers(road: Road, bolt: Walk, asked: ChargeBackTo, move: DepositMove) -> None:
    """The shop admits the charge and contests the deduction."""
    bolt.page.goto("/console/charges")
    pictured(bolt, f"console-charges-{road.tag}")
    bolt.page.goto(f"/console/charges/{asked.ref}")
    pictured(bolt, f"console-charge-{road.tag}")
    bolt.press("承认承担", "Admit it")
    expect(bolt.page.locator("main")).to_contain_text("80.00")
    assert ChargeBackTo.objects.get(pk=asked.pk).stage == "admitted"
    bolt.page.goto("/console/money")
    pictured(bolt, f"console-deposit-{road.tag}")
    bolt.page.locator("details summary").first.click()
    bolt.page.locator("details[open] textarea").fill("两次都有物流凭证 / shipped both times")
    bolt.page.locator("details[open] button").click()
    expect(bolt.page.get_by_text("两次都有物流凭证").first).to_be_visible()
    assert DepositMove.objects.get(pk=move.pk).state == "contested"


def shop_reads(road: Road, bolt: Walk) -> None:
    """The shop reads its statement and what each case cost, and keeps the paper."""
    bolt.page.goto("/console/money/costs")
    pictured(bolt, f"console-costs-{road.tag}")
    bolt.page.goto("/console/money/statement")
    pictured(bolt, f"console-statement-{road.tag}")
    with bolt.page.expect_download() as kept:
        bolt.page.locator("a[download]", has_text="PDF").click()
    assert Path(kept.value.path()).read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("language", "width"),
    [("zh-CN", 390), ("en-GB", 1440), ("zh-CN", 1440), ("en-GB", 390)][: 4 if os.environ.get("AMENDS_PICTURES") else 2],
)
def test_a_cost_finds_its_bearer(visitors: Visitors, language: str, width: int) -> None:
    cast = the_cast()
    a_head()
    road, case, carrier = Road(cast, visitors, language, width), a_cost_of_ours(cast), a_carrier(cast)
    move = insured_and_kept(cast, case)
    asked, bolt = desk_asks(road, case, carrier), road.walk("bolt")
    shop_answers(road, bolt, asked, move)
    shop_reads(road, bolt)
    office, deposits = road.walk("head"), "/office/money/deposits/"
    for path, name in (
        (deposits, "office-deposits"), (f"{deposits}{cast.bolts.ref}/", "office-deposit"),
        (f"{deposits}{cast.bolts.ref}/statement/", "office-statement"), ("/office/money/bearers/", "office-bearers"),
    ):  # fmt: skip
        office.page.goto(path)
        pictured(office, f"{name}-{road.tag}")
