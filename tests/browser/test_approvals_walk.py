"""Money above a limit in Chromium, once in each language and width: an agent asks, a supervisor reads what it will do and does it; what was
done first is reviewed; a policy owner writes money rules beside their changes and another signs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from amends.approvals.asking import approval_of
from amends.approvals.models import Approval, MoneyRules
from tests.approving import House, Till, give, registered, the_house
from tests.browser.test_journey import Speaker, Walk
from tests.cast import an_order, claims

pytestmark = pytest.mark.browser
Visitors = Callable[[str, int, str], Page]


@pytest.fixture
def till() -> Iterator[Till]:
    found = Till()
    with registered(found):
        yield found


@pytest.mark.parametrize(("language", "width"), [("zh-CN", 390), ("en-GB", 1440)])
def test_a_sum_is_asked_for_granted_and_reviewed(visitors: Visitors, till: Till, language: str, width: int) -> None:
    house = the_house(till)
    case = claims(an_order(house.cast.bolts, house.cast.annas), by=house.cast.anna)
    asked = give(house, house.cast.agent, 6000, key="k1", case=case, why="三周没有收到货，打了四次电话")
    give(house, house.ann, 20_000, key="fire", break_glass=True, why="孩子住院，等不到明天")
    assert asked is not None
    sue = Walk(visitors("sue", width, language), Speaker(language))
    approves(sue, asked)
    reviews(sue, house)
    writes_rules(Walk(visitors("pam", width, language), Speaker(language)), Walk(visitors("paul", width, language), Speaker(language)))


def approves(sue: Walk, asked: Approval) -> None:
    sue.page.goto("/desk/approvals")
    sue.fits()
    sue.page.locator(f'a[href="/desk/approvals/{asked.ref}"]').click()
    sue.fits()
    sue.press("批准并照办", "Approve and do it")
    sue.fits()
    asked.refresh_from_db()
    assert asked.state == "granted"


def reviews(sue: Walk, house: House) -> None:
    broken = approval_of(house.cast.bolts.pk, "fire")
    assert broken is not None
    sue.page.goto(f"/desk/approvals/{broken.ref}")
    sue.fits()
    sue.page.locator('input[name=verdict][value="justified"]').check(force=True)
    sue.page.locator("#id_why").fill("给医院打过电话")
    sue.press("记录复核", "Record the review")
    sue.fits()
    broken.refresh_from_db()
    assert broken.reviewed_as == "justified"


def writes_rules(pam: Walk, paul: Walk) -> None:
    pam.page.goto("/office/money/rules/")
    pam.fits()
    pam.page.goto("/office/money/rules/new/")
    text = pam.page.locator("#id_body")
    body = text.input_value().replace("per_case_minor = 20000", "per_case_minor = 30000")
    text.fill(body.replace("notice_days = 3", "notice_days = 300"))
    pam.press("先看改了什么", "See what it changes")
    pam.fits()
    assert pam.page.locator(".problem").count() == 1
    pam.page.locator("#id_body").fill(body)
    pam.page.locator("#id_why").fill("年底客服需要多一点额度")
    pam.press("提交，等另一人签字", "Submit it for a signature")
    pam.fits()
    row = MoneyRules.objects.get()
    paul.page.goto(f"/office/money/rules/{row.version}/")
    paul.fits()
    paul.press("复核并签字", "Sign it")
    paul.fits()
    row.refresh_from_db()
    assert row.signed_by_id is not None
