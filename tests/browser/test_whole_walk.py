"""The case as a whole, in Chromium: a second claim is hinted at as the same matter, merged, undone and split at the desk; the shop asks
for more time, the consumer agrees from her page; a matter that was taken back is taken up again. Wrong input is answered at its field.

Once at the width of a telephone and once at a desk's, in both languages; no page is wider than its window.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from amends.cases.claims import LineClaim
from amends.cases.models import Case, Deadline
from amends.cases.verbs.answering import withdraw
from amends.cases.verbs.applying import Application, apply
from amends.incidents.verbs import hang, open_incident, tell
from amends.market.models import Order
from tests.browser.test_journey import Speaker, Walk
from tests.cast import Cast, an_order, answered, settled, the_cast

pytestmark = pytest.mark.browser
Visitors = Callable[[str, int, str], Page]


def pictured(walk: Walk, name: str) -> None:
    """The page fits; where pictures are wanted it is kept."""
    walk.fits()
    if folder := os.environ.get("AMENDS_PICTURES"):
        walk.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def claimed(cast: Cast, order: Order, quantity: int, words: str) -> Case:
    line = LineClaim(1, quantity, answered(order, 1, quantity, "no_reason", {}))
    return apply(Application(order.ref, [line], "no_reason", "return_refund", words=words), by=cast.anna)


def desk_merges_undoes_and_splits(agent: Walk, first: Case, second: Case, tag: str) -> Case:
    """The hint is followed, the merger undone, the first case split: the part."""
    at = f"/desk/cases/{second.ref}/whole"
    agent.page.goto(at)
    agent.sees("可能是同一件事", "May be one matter")
    pictured(agent, f"hint-{tag}")
    agent.page.locator("#merge summary").click()
    agent.page.locator("#id_into").fill("AS-0000-0000-0000")
    agent.press("^合并$", "^Merge$")
    expect(agent.page.locator("#id_into")).to_have_attribute("aria-invalid", "true")
    agent.press("并入那一份", "Merge into it")
    agent.page.wait_for_url(f"**/desk/cases/{first.ref}")
    agent.sees("带来了另一份售后单里写的内容", "brought over what was written in another case")
    agent.page.goto(f"/desk/cases/{second.ref}")
    agent.sees("在那里继续办理", "which goes on")
    pictured(agent, f"merged-{tag}")
    agent.page.goto(at)
    agent.press("取消合并", "Undo the merger")
    assert Case.objects.get(pk=second.pk).stage == "awaiting_merchant"
    agent.page.goto(f"/desk/cases/{first.ref}/whole")
    pictured(agent, f"whole-desk-{tag}")
    agent.page.locator("#split summary").click()
    agent.page.locator("#id_n_1").fill("9")
    agent.page.locator("#id_split_words").fill("另一个型号 / another model")
    agent.press("^拆分$", "^Split$")
    expect(agent.page.locator("#id_split_words")).to_have_value("另一个型号 / another model")
    pictured(agent, f"split-wrong-{tag}")
    agent.page.locator("#id_n_1").fill("1")
    agent.press("^拆分$", "^Split$")
    agent.page.wait_for_url(lambda url: first.ref not in url)
    return Case.objects.get(follows=first)


def shop_asks_for_time_and_anna_agrees(bolt: Walk, anna: Walk, part: Case, tag: str) -> None:
    """A wrong number of hours is answered at its field; with consent the limit ends later."""
    due = Deadline.objects.get(case_id=part.pk, limit="merchant_answers", ended_at__isnull=True).due_at
    bolt.page.goto(f"/console/cases/{part.ref}/whole")
    bolt.page.locator("#id_hours").fill("999")
    bolt.page.locator("#id_ext_words").fill("在清点 / counting the shelf")
    bolt.press("请求延长", "Ask for more time")
    expect(bolt.page.locator("#id_hours")).to_have_attribute("aria-invalid", "true")
    expect(bolt.page.locator("#id_ext_words")).to_have_value("在清点 / counting the shelf")
    pictured(bolt, f"time-wrong-{tag}")
    bolt.page.locator("#id_hours").fill("12")
    bolt.press("请求延长", "Ask for more time")
    settled()
    anna.page.goto(f"/portal/cases/{part.ref}")
    pictured(anna, f"time-asked-case-{tag}")
    anna.page.goto(f"/portal/cases/{part.ref}/whole")
    anna.sees("counting the shelf", "counting the shelf")
    pictured(anna, f"time-asked-{tag}")
    anna.page.goto(f"/portal/cases/{part.ref}")
    anna.press("同意延长", "Agree to more time")
    now = Deadline.objects.get(case_id=part.pk, limit="merchant_answers", ended_at__isnull=True).due_at
    assert (now - due).total_seconds() == 12 * 3600
    pictured(anna, f"time-agreed-{tag}")


@pytest.mark.parametrize(("language", "width"), [("zh-CN", 390), ("en-GB", 1440)])
def test_one_matter_hinted_merged_undone_split_given_time_and_taken_up_again(visitors: Visitors, language: str, width: int) -> None:
    cast = the_cast()
    order = an_order(cast.bolts, cast.annas, quantities=(5,), prices=(50000,))
    first = claimed(cast, order, 3, "台灯一直闪，换了插座也一样 / the lamps flicker")
    second = claimed(cast, order, 1, "台灯一直闪，换了插座也一样 / the lamps flicker too")
    row = open_incident(cause="batch", title_zh="一批台灯闪烁", title_en="A batch of lamps flickers", by=cast.agent)
    hang(row.ref, first.ref, by=cast.agent)
    tell(row.ref, words_zh="正在与厂家查明。", words_en="It is being looked into with the maker.", by=cast.agent)
    settled()
    speak, tag = Speaker(language), f"{language[:2]}-{width}"
    agent, bolt, anna = (Walk(visitors(name, width, language), speak) for name in ("agent", "bolt", "anna"))
    part = desk_merges_undoes_and_splits(agent, first, second, tag)
    agent.page.goto("/desk/incidents")
    pictured(agent, f"incidents-{tag}")
    agent.page.goto(f"/desk/incidents/{row.ref}?issue=no_reason")
    pictured(agent, f"incident-{tag}")
    shop_asks_for_time_and_anna_agrees(bolt, anna, part, tag)
    anna.page.goto(f"/portal/cases/{first.ref}/whole")
    anna.sees("正在与厂家查明", "being looked into with the maker")
    pictured(anna, f"incident-portal-{tag}")
    withdraw(second.ref, by=cast.anna)
    settled()
    anna.page.goto(f"/portal/cases/{second.ref}/whole")
    pictured(anna, f"reopen-{tag}")
    anna.page.locator("#id_reopen_words").fill("又闪了 / it flickers again")
    anna.press("^重新打开$", "^Take it up again$")
    anna.page.wait_for_url(lambda url: second.ref not in url)
    fresh = Case.objects.get(follows=second)
    assert fresh.stage == "triage"
    pictured(anna, f"reopened-{tag}")
