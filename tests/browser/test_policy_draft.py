"""A policy owner's afternoon in Chromium, once in each language and on each width.

Paula begins a draft from the law, shortens a window so that golden cases fail, sees where, jumps to the line and mends it, changes a limit
that is ours to change, has it checked, replays it over a small generated year, and opens one decision that turned.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from amends.people.rules import Role
from amends.policy.models import Draft, Simulation
from amends.policy.simulation.running import run
from tests.browser.test_journey import Speaker, Walk
from tests.cast import person, the_cast

pytestmark = pytest.mark.browser
Visitors = Callable[[str, int, str], Page]
LAWFUL, TOO_SHORT = 'no_reason = { length = "7d"', 'no_reason = { length = "5d"'
SELECT = "(area, over) => { const at = area.value.indexOf(over); area.focus(); area.setSelectionRange(at, at + over.length); }"
FRESH, LONGER = 'fresh_claim = { length = "1d"', 'fresh_claim = { length = "3d"'


@pytest.mark.parametrize(("language", "width"), [("zh-CN", 1440), ("en-GB", 390)])
def test_a_draft_from_a_failing_check_to_a_turned_decision(visitors: Visitors, language: str, width: int) -> None:
    the_cast()
    person("paula", Role.POLICY_OWNER)
    paula = Walk(visitors("paula", width, language), Speaker(language))

    begins(paula)
    row = breaks_the_law(paula)
    sees_where(paula, row)
    mends(paula)
    ref = replays(paula)
    opens_a_turned_decision(paula, ref)


def begins(paula: Walk) -> None:
    paula.page.goto("/office/policy/packs/cn/2026-02/")
    paula.fits()
    paula.press("从这一版起草", "Start a draft from it")
    paula.fits()
    assert Draft.objects.get().based_on == "cn@2026-02"


def types(paula: Walk, over: str, words: str) -> str:
    """Types `words` over one place of the text, as a person does; answers the whole text."""
    text = paula.page.locator("#id_text")
    text.evaluate(SELECT, over)
    paula.page.keyboard.insert_text(words)
    return text.input_value()


def breaks_the_law(paula: Walk) -> int:
    """The row of the window that is too short now."""
    written = types(paula, LAWFUL, TOO_SHORT)
    expect(paula.page.locator("[data-dirty]")).to_be_visible()
    with paula.page.expect_navigation():
        paula.page.keyboard.press("Control+Enter")
    return 1 + written[: written.index(TOO_SHORT)].count("\n")


def sees_where(paula: Walk, row: int) -> None:
    paula.sees(rf"改好才能签字.*第 {row} 行第 \d+ 列", rf"put right before it can be signed.*Row {row}, column \d+")
    expect(paula.page.locator("#problems")).to_contain_text(paula.say(f"改了第 {row} 行第", f"changed at row {row}, column"))
    expect(paula.page.locator(".numbers .bad").first).to_have_text(str(row))
    paula.page.locator("#problems a.problem").first.click()
    text = paula.page.locator("#id_text")
    expect(text).to_be_focused()
    assert "5d" in text.evaluate("area => area.value.split('\\n')[area.value.slice(0, area.selectionStart).split('\\n').length - 1]")
    expect(paula.page.locator("[data-caret]")).to_contain_text(paula.say(f"第 {row} 行", f"row {row}"))
    paula.fits()


def mends(paula: Walk) -> None:
    types(paula, TOO_SHORT, LAWFUL)
    types(paula, FRESH, LONGER)
    paula.press("保存并检查", "Save and check")
    paula.sees("检查通过", "The check passes")
    expect(paula.page.locator("#difference")).to_contain_text(paula.say("1 天.*3 天.*更长", "1 day.*3 days.*longer"))
    assert Draft.objects.get().stage == "checked"


def replays(paula: Walk) -> str:
    """The reference of the simulation, which is over."""
    paula.page.locator("input[name=source][value=year]").check(force=True)
    paula.page.locator("#id_cases").fill("800")
    paula.press("开始试算", "Start the simulation")
    expect(paula.page.locator("#progress")).to_contain_text(paula.say("排队中", "Queued"))
    found = run(Simulation.objects.get().ref, processes=0)
    assert found.stage == "done"
    expect(paula.page.locator("h1")).to_contain_text(paula.say("次会不同", "would end differently"))
    paula.fits()
    return found.ref


def opens_a_turned_decision(paula: Walk, ref: str) -> None:
    found = Simulation.objects.get(ref=ref)
    heading = paula.page.locator("h1")
    expect(heading).to_contain_text(str(found.result["flips"]))
    expect(paula.page.locator("[data-chart] canvas").first).to_be_visible()
    with paula.page.expect_navigation():
        paula.page.locator("#flips tbody a").first.click()
    paula.sees("只在这边", "on this side only")
    assert re.search(r"/flips/\d+/$", paula.page.url)
    paula.fits()
    with paula.page.expect_navigation():
        paula.page.get_by_role("link", name=paula.say("拿这些事实试一试", "Try these facts")).click()
    paula.sees("可以要的", "What may be asked for")
    paula.fits()
