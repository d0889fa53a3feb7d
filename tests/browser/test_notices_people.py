"""How people are told, in Chromium: the settings on a telephone and a desk, push turned on by a tap, and a push that opens its case."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

from amends.notices.models import Contact, Notice, Recipient
from tests.browser.test_journey import Speaker, Walk
from tests.cast import an_order, claims, settled, the_cast
from tests.verbs.test_contacts import BROWSER, KEYS, the_code

pytestmark = pytest.mark.browser
Visitors = Callable[[str, int, str], Page]
# A push service answers what Chromium cannot ask for on a machine without the net: the subscription, as a browser hands it over.
SUBSCRIBED = """
const made = { endpoint: ENDPOINT, keys: { p256dh: POINT, auth: SECRET } };
let kept = sessionStorage.getItem("kept") && new Uint8Array(1);
const mine = () => kept && { endpoint: made.endpoint, options: { applicationServerKey: kept }, toJSON: () => made };
PushManager.prototype.getSubscription = async () => mine();
PushManager.prototype.subscribe = async (asked) => {
  kept = asked.applicationServerKey;
  sessionStorage.setItem("kept", "1");
  return mine();
};
"""
UNREACHED = "PushManager.prototype.subscribe = async () => { throw new DOMException('no', 'AbortError'); }"
OBSTACLES = (
    ("zh", UNREACHED, "没能连上它的推送服务"),
    ("en", UNREACHED, "could not reach its push service"),
    ("zh", "Notification.requestPermission = async () => 'default'", "没有选择允许"),
    ("en", "Object.defineProperty(Notification, 'permission', { get: () => 'denied' })", "Your browser blocks notifications"),
    ("zh", "delete window.PushManager", "这个浏览器不支持推送"),
)


@pytest.fixture(autouse=True)
def channels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMENDS_SMS_URL", "twilio://sid:token@127.0.0.1:9/?from=%2B15005550006")
    monkeypatch.setenv("AMENDS_SMTP_URL", "smtp://127.0.0.1:9?from=a@example.com")
    monkeypatch.setenv("AMENDS_VAPID_SUBJECT", "mailto:a@example.com")


def pictured(page: Page, name: str) -> None:
    """A picture for whoever looks at the pages by eye, where a folder for them is named."""
    if folder := os.environ.get("AMENDS_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize(("name", "face", "width", "language"), [("anna", "portal", 390, "zh-CN"), ("bolt", "console", 1440, "en-GB")])
def test_a_person_chooses_and_proves_a_number(visitors: Visitors, name: str, face: str, width: int, language: str) -> None:
    the_cast()
    walk = Walk(visitors(name, width, language), Speaker(language))
    walk.page.goto(f"/{face}/settings/")
    walk.fits()
    pictured(walk.page, f"settings-{face}-{width}-{language}")
    walk.page.locator("input[name=news]").first.uncheck(force=True)
    walk.page.locator("#id_start").fill("23:30")
    walk.press("保存选择", "save the choices")
    walk.sees("已保存", "saved")
    user = Recipient.objects.get(user__email=f"{name}@example.com")
    assert "push" not in user.choices["news"] and user.quiet_from is not None and user.quiet_from.minute == 30

    walk.page.locator("input[name=act]").nth(0).uncheck(force=True)
    walk.press("保存选择", "save the choices")
    expect(walk.page.locator("#act_wrong")).to_contain_text(walk.say("至少保留一种", "keep at least one"))
    pictured(walk.page, f"refused-{face}-{width}-{language}")

    walk.page.goto(f"/{face}/settings/")
    walk.page.locator("#id_address").fill("138 1234 5678")
    walk.press("发送验证码", "send a code")
    walk.sees(r"\+86 138 1234 5678", r"\+86 138 1234 5678")
    row = Contact.objects.get()
    code = the_code(row)
    walk.page.locator("[name=code]").fill("1" if code == "2" * 6 else "222222")
    walk.press("^确认$", "^confirm$")
    walk.sees("还可以试 4 次", "4 tries are left")
    walk.fits()
    pictured(walk.page, f"code-{face}-{width}-{language}")
    walk.page.locator("[name=code]").fill(code)
    walk.press("^确认$", "^confirm$")
    walk.sees("已确认", "confirmed")
    walk.fits()
    pictured(walk.page, f"proved-{face}-{width}-{language}")


def test_push_is_turned_on_by_a_tap_and_known_again(visitors: Visitors, site: str) -> None:
    the_cast()
    anna = Walk(visitors("anna", 390, "zh-CN"), Speaker("zh-CN"))
    anna.page.context.grant_permissions(["notifications"], origin=site)
    filled = SUBSCRIBED
    for place, value in zip(("ENDPOINT", "POINT", "SECRET"), (BROWSER, *KEYS), strict=True):
        filled = filled.replace(place, json.dumps(value))
    anna.page.add_init_script(filled)
    anna.page.goto("/portal/settings/")
    assert not Contact.objects.exists()  # nothing is asked for before the tap
    with anna.page.expect_navigation():
        anna.page.locator("[data-push-on]").click()
    expect(anna.page.locator("[data-push-says]")).to_contain_text("已打开")
    expect(anna.page.locator("[data-this]")).to_be_visible()
    expect(anna.page.locator("[data-push-on]")).to_be_hidden()
    kept = Contact.objects.get()
    assert (kept.channel, kept.address, kept.keys) == ("push", BROWSER, {"p256dh": KEYS[0], "auth": KEYS[1]})
    pictured(anna.page, "push-on")


def test_a_browser_that_refuses_is_explained_and_nothing_else_stops(visitors: Visitors, site: str) -> None:
    the_cast()
    first = visitors("anna", 390, "zh-CN")
    first.context.grant_permissions(["notifications"], origin=site)
    for language, way, said in OBSTACLES:
        page = first.context.new_page()
        page.add_init_script(way)
        page.goto(f"/portal/settings/?lang={language}")
        place, button = page.locator("[data-push-says]"), page.locator("[data-push-on]")
        expect(place.or_(button).locator("visible=true").first).to_be_visible()
        if button.is_visible():
            button.click()
        expect(place).to_contain_text(said)
        expect(page.get_by_role("button", name="保存选择" if language == "zh" else "Save the choices")).to_be_visible()
        page.close()
    assert not Contact.objects.exists()


def registered(page: Page) -> tuple[CDPSession, str]:
    """The service worker runs; DevTools know its registration."""
    tools, seen = page.context.new_cdp_session(page), []

    def found(event: dict[str, Any]) -> None:
        seen.extend(one["registrationId"] for one in event["registrations"] if not one["isDeleted"])

    tools.on("ServiceWorker.workerRegistrationUpdated", found)
    tools.send("ServiceWorker.enable")
    page.evaluate("navigator.serviceWorker.register('/sw.js', { scope: '/' }).then(() => navigator.serviceWorker.ready).then(() => true)")
    for _ in range(100):
        if seen:
            break
        page.wait_for_timeout(50)
    return tools, seen[-1]


SHOWN = """async (count) => {
  const worker = await navigator.serviceWorker.ready;
  for (let left = 100; left; left--) {
    const shown = await worker.getNotifications();
    if (shown.length >= count) {
      return shown.map(({ title, body, tag, lang, data }) => ({ title, body, tag, lang, url: data.url }));
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  return [];
}"""


def test_a_push_is_shown_once_in_the_persons_words_and_leads_to_the_case(visitors: Visitors, site: str) -> None:
    cast = the_cast()
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    settled()
    page = visitors("anna", 390, "zh-CN")
    page.context.grant_permissions(["notifications"], origin=site)
    page.goto("/portal/notices/")
    tools, number = registered(page)

    def push(data: str) -> None:
        tools.send("ServiceWorker.deliverPushMessage", {"origin": site, "registrationId": number, "data": data})

    def shown_after(data: str, count: int) -> list[dict[str, str]]:
        """What is shown once this was delivered: again where the browser let it fall, since it was just putting its worker to sleep."""
        for _ in range(8):
            push(data)
            if there := page.evaluate(SHOWN, count):
                return list(there)
        return []

    told = {"title": "商家已同意", "body": f"售后单 {case.ref}", "url": f"{site}/portal/cases/{case.ref}", "tag": "MG-1", "lang": "zh"}
    push(json.dumps(told))  # a service that delivers twice
    assert shown_after(json.dumps(told), 1) == [told]

    assert shown_after(json.dumps(told | {"tag": "MG-2", "url": "https://evil.example/portal/cases/x?y=1"}), 2)
    shown = shown_after("not json at all", 3)
    urls = {one["tag"]: one["url"] for one in shown}
    assert urls == {"MG-1": told["url"], "MG-2": f"{site}/portal/cases/x?y=1", "": f"{site}/"}
    assert all("售后" in one["body"] and one["title"] for one in shown)


def test_a_notice_is_read_by_opening_its_case(visitors: Visitors) -> None:
    cast = the_cast()
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    settled()
    path, side = "/console/notices", Notice.objects.filter(party="merchant")
    before = side.filter(read_at__isnull=True).count()
    walk = Walk(visitors("bolt", 1440, "en-GB"), Speaker("en-GB"))
    walk.page.goto(path)
    walk.fits()
    pictured(walk.page, "notices-bolt-1440")
    walk.page.locator(f".told a[href$='{case.ref}']").first.click()
    walk.page.wait_for_url(f"**/{case.ref}")
    walk.page.goto(path)
    expect(walk.page.locator("#notices .dot-new")).to_have_count(before - 1)
    assert side.filter(read_at__isnull=True).count() == before - 1
