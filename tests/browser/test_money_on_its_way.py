"""Money on its way, in Chromium: Anna sees where hers is and names an account, the desk mends what failed and answers a bank.

Once at the width of a telephone and once at a desk's, in both languages; no page is wider than its window.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from amends.plumbing.payments.port import Answer
from amends.refunds.answers import take_answer
from amends.refunds.asking import mark_sent
from amends.refunds.chargebacks import Opened, open_chargeback
from amends.refunds.models import Payee, Refund
from tests.browser.test_journey import Speaker, Walk
from tests.cast import the_cast
from tests.refunding import an_unshipped_order, granted, intended

pytestmark = pytest.mark.browser
Visitors = Callable[[str, int, str], Page]


def pictured(walk: Walk, name: str) -> None:
    """The page fits; where pictures are wanted it is kept."""
    walk.fits()
    if folder := os.environ.get("AMENDS_PICTURES"):
        walk.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize(("language", "width"), [("zh-CN", 390), ("en-GB", 1440)])
def test_where_money_is_and_what_the_desk_does_about_it(visitors: Visitors, language: str, width: int) -> None:
    cast = the_cast()
    case = granted(cast, an_unshipped_order(cast, prices=(9900,), coupons=(900,)))
    money = intended(case)[0]
    mark_sent(money.pk)
    take_answer(money.ref, Answer("failed", "P0", "account_closed"), source="webhook")
    other = an_unshipped_order(cast)
    frozen = intended(granted(cast, other))[0]
    taken = open_chargeback(Opened("house", "DP1", 9900, "CNY", tender=frozen.tender.ref, reason="not_received"))
    assert taken is not None
    speak, tag = Speaker(language), f"{language[:2]}-{width}"

    anna = Walk(visitors("anna", width, language), speak)
    anna.page.goto(f"/portal/cases/{case.ref}")
    pictured(anna, f"money-case-{tag}")
    anna.page.locator("#id_name").fill("安娜")
    anna.page.locator("#id_number").fill("6222 0200 1234 5678")
    anna.page.locator("#id_bank").fill("工商银行杭州分行")
    anna.page.locator("[name=consents]").check()
    anna.page.locator("#act-payee button").click()
    expect(anna.page.get_by_text("5678").first).to_be_visible()
    assert Payee.objects.filter(case=case).count() == 1
    anna.page.goto("/portal/money/")
    pictured(anna, f"money-{tag}")

    agent = Walk(visitors("agent", width, language), speak)
    agent.page.goto("/desk/refunds")
    pictured(agent, f"money-desk-{tag}")
    agent.press("我来处理", "Take it")
    assert Refund.objects.filter(owner=cast.agent.user_id).count() == 1
    agent.page.goto("/desk/refunds")
    agent.page.locator("a", has_text=money.ref).click()
    pictured(agent, f"money-refund-{tag}")
    agent.page.locator("#id_why").fill("银行卡已注销 / the card is closed")
    agent.press("提交", "Ask for it")
    assert Refund.objects.get(pk=money.pk).stage == "failed"
    agent.page.goto("/desk/chargebacks")
    pictured(agent, f"money-banks-{tag}")
    agent.page.goto(f"/desk/chargebacks/{taken.ref}")
    agent.page.locator("[name=proof]").first.check()
    agent.page.locator("#id_words").fill("3 月 3 日签收 / signed for on 3 March")
    agent.press("登记答复", "Put it on record")
    expect(agent.page.get_by_text("signed for on 3 March").first).to_be_visible()
    pictured(agent, f"money-bank-{tag}")
