"""The payment gateways in Chromium, once in each language and width: how they stand, asking one, and a push that is worked again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from amends.kernel import clock
from amends.people.rules import Role
from amends.plumbing.simulators.launch import Running
from amends.refunds.models import GatewayEvent
from tests.browser.test_journey import Speaker, Walk
from tests.cast import person, the_cast
from tests.payments_fixture import wired

pytestmark = pytest.mark.browser
Visitors = Callable[[str, int, str], Page]


@pytest.mark.parametrize(("language", "width"), [("zh-CN", 390), ("en-GB", 1440)])
def test_the_gateways_are_looked_at_and_asked(
    visitors: Visitors, payments: Running, monkeypatch: pytest.MonkeyPatch, language: str, width: int
) -> None:
    for name, value in wired(payments, "stripe", "wechat").items():
        monkeypatch.setenv(name, value)
    the_cast()
    person("sue", Role.SUPERVISOR)
    told = {"key": "RF-7K3F-9Q2M-4D1X"}
    GatewayEvent.objects.create(
        gateway="stripe", event="evt_1QwErTyUiOpAsDfGhJkLzXcVbNm123456", kind="other", told=told, received_at=clock.now(), state="failed",
        outcome="OperationalError", times=3,
    )  # fmt: skip
    sue = Walk(visitors("sue", width, language), Speaker(language))
    sue.page.goto("/office/money/gateways/")
    sue.fits()
    assert sue.page.locator("section.card").count() == 4
    sue.page.locator('form[action="/office/money/gateways/stripe/probe/"] button').click()
    sue.page.get_by_text("有应答，密钥可用。" if language == "zh-CN" else "It answers, and takes our keys.").wait_for()
    sue.page.locator('a[href*="gateway=stripe"][href*="state=failed"]').click()
    sue.fits()
    sue.press("再处理一次", "Work it again")
    sue.page.get_by_text("会再处理一次。" if language == "zh-CN" else "It will be worked once more.").wait_for()
    sue.fits()
    assert GatewayEvent.objects.get().state == "stored"
