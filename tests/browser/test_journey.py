"""The journey as four people walk it in Chromium, once in each language.

Anna claims two of three lamps with a photo, Bolt refuses, Anna calls the platform in, Judge closes the rounds and rules for her, Bolt
accepts and gives the address, Anna ships, Bolt inspects, the refund is paid, Anna rates. Buttons are found by what they are called.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from amends.cases.models import Case
from amends.insight.verify import CHECKS
from amends.refunds.models import Refund
from amends.surveys.models import Survey
from tests.cast import an_order, settled, the_cast
from tests.files_of_evidence import picture

pytestmark = pytest.mark.browser
Visitors = Callable[[str, int, str], Page]


@dataclass(frozen=True)
class Speaker:
    """Chooses the words of the language that the walk is in."""

    language: str

    def __call__(self, zh: str, en: str) -> re.Pattern[str]:
        return re.compile(zh if self.language.startswith("zh") else en, re.IGNORECASE)


@dataclass(frozen=True)
class Walk:
    """One person at one page."""

    page: Page
    say: Speaker

    def button(self, zh: str, en: str) -> Locator:
        return self.page.get_by_role("button", name=self.say(zh, en)).locator("visible=true").first

    def press(self, zh: str, en: str) -> None:
        """The button that sends a form is pressed, and the page that follows is there. A clause that is called alike is no such button."""
        sends = self.page.get_by_role("button", name=self.say(zh, en)).and_(self.page.locator("button:not([type=button])"))
        with self.page.expect_navigation():
            sends.locator("visible=true").first.click()

    def link(self, zh: str, en: str) -> None:
        self.page.get_by_role("link", name=self.say(zh, en)).first.click()

    def sees(self, zh: str, en: str) -> None:
        expect(self.page.locator("main")).to_contain_text(self.say(zh, en))

    def write(self, zh: str, en: str, words: str) -> None:
        self.page.get_by_label(self.say(zh, en)).locator("visible=true").first.fill(words)

    def fits(self) -> None:
        """Nothing sticks out at the side."""
        assert self.page.evaluate(STICKS_OUT) == []


STICKS_OUT = """() => document.documentElement.scrollWidth <= window.innerWidth ? [] : [...document.querySelectorAll('main *')]
  .filter(each => each.getBoundingClientRect().right > window.innerWidth + 1)
  .map(each => `${each.tagName}.${each.className}: ${each.textContent.trim().slice(0, 60)}`)"""


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_the_journey_of_four_people(visitors: Visitors, language: str) -> None:
    cast = the_cast()
    order = an_order(cast.bolts, cast.annas, quantities=(3,), prices=(9900,))
    say = Speaker(language)
    anna = Walk(visitors("anna", 390, language), say)
    bolt = Walk(visitors("bolt", 1280, language), say)
    judge = Walk(visitors("judge", 1280, language), say)

    ref = anna_claims(anna)
    settled()
    bolt_refuses(bolt, ref)
    settled()
    anna_calls_the_platform(anna, ref)
    settled()
    judge_rules(judge, ref)
    settled()
    bolt_gives_the_address(bolt, ref)
    settled()
    anna_ships(anna, ref)
    settled()
    bolt_inspects(bolt, ref)
    settled()
    anna_rates(anna, ref)

    case = Case.objects.get(ref=ref)
    assert (case.stage, case.ended_by, case.units_count, case.order_id) == ("closed", "complete", 2, order.pk)
    paid = Refund.objects.filter(case_id=case.pk)
    assert sum(refund.amount_minor for refund in paid) == 6600
    assert {refund.stage for refund in paid} == {"paid"}
    assert Survey.objects.get().score == 4
    assert {check.name: found for check in CHECKS if (found := check.offenders())} == {}


def anna_claims(anna: Walk) -> str:
    anna.page.goto("/portal/")
    anna.fits()
    anna.link("申请售后", "make a claim")
    anna.button("加一件", "one more").click()
    anna.page.get_by_role("radio", name=anna.say("^质量问题$", "^quality problem$")).check()
    expect(anna.page.locator("#sofar")).to_contain_text(anna.say("已选 2 件", "2 picked"))
    anna.fits()
    anna.press("看解决方案", "see the remedies")
    for question in anna.page.locator("#questions fieldset").all():
        question.get_by_role("radio", name=anna.say("^否$", "^no$")).check()
    anna.page.get_by_role("radio", name=anna.say("^退货退款$", "^return and refund$")).check()
    expect(anna.page.locator("#sofar")).to_contain_text("¥66.00")
    anna.page.locator("input[name=files]").set_input_files({"name": "lamp.jpg", "mimeType": "image/jpeg", "buffer": picture()})
    expect(anna.page.locator("[data-tile]")).to_have_count(1)
    anna.write("想说明的", "in your words", "灯不亮，换了插座也一样。It stays dark 😀")
    anna.fits()
    anna.press("提交申请", "send the claim")
    anna.page.wait_for_url("**/portal/cases/AS-*")
    anna.sees("申请已提交，商家正在看", "your claim is with the merchant")
    anna.sees("到时没有答复", "without an answer")
    anna.fits()
    return anna.page.url.rsplit("/", 1)[1]


def bolt_refuses(bolt: Walk, ref: str) -> None:
    bolt.page.goto("/console/")
    bolt.page.locator(f"a[href$='{ref}']").first.click()
    bolt.sees("It stays dark", "It stays dark")
    bolt.button("^拒绝", "^refuse").click()
    bolt.page.locator("#refusal select").select_option("no_fault_found")
    bolt.page.locator("#refusal textarea").fill("我们测试过，灯是好的。It lit up here.")
    with bolt.page.expect_navigation():
        bolt.page.locator("#refusal form button.btn").last.click()
    bolt.sees("It lit up here", "It lit up here")


def anna_calls_the_platform(anna: Walk, ref: str) -> None:
    anna.page.goto("/portal/")
    anna.page.locator(f"a[href$='{ref}']").first.click()
    anna.sees("商家没有同意", "the merchant refused")
    anna.sees("商品没有质量问题", "there is no fault")
    anna.sees("It lit up here", "It lit up here")
    anna.write("想说明的", "in your words", "插座没有问题。The socket is fine.")
    anna.press("请平台介入", "call the platform in")
    anna.sees("平台已介入，请提交凭证", "the platform is in")
    anna.fits()


def judge_rules(judge: Walk, ref: str) -> None:
    judge.page.goto("/desk/cases")
    judge.page.locator(f"a[href$='{ref}']").first.click()
    if "/reviews/" not in judge.page.url:
        judge.page.locator("a[href*='/desk/reviews/']").first.click()
    judge.sees("The socket is fine", "The socket is fine")
    judge.press("结束举证", "close the evidence")
    judge.press("结束回应", "close the replies")
    judge.page.get_by_role("radio", name=judge.say("^支持", "^for the")).check()
    judge.page.locator("[name=liable]").select_option("merchant")
    judge.page.locator("[name=clause]").fill("CN-QUAL-01")
    judge.page.locator("form[action$='/ruling'] textarea[name=words]").fill("照片显示灯不亮，商家没有反证。The photo shows a dark lamp.")
    judge.press("做出裁决", "give the ruling")
    judge.sees("The photo shows a dark lamp", "The photo shows a dark lamp")


def bolt_gives_the_address(bolt: Walk, ref: str) -> None:
    bolt.page.goto(f"/console/cases/{ref}")
    bolt.press("接受裁决", "accept the ruling")
    settled()
    bolt.page.goto(f"/console/cases/{ref}")
    bolt.press("提供退货地址", "give the return address")


def anna_ships(anna: Walk, ref: str) -> None:
    anna.page.goto(f"/portal/cases/{ref}")
    anna.sees("请把商品寄回", "please send the goods back")
    anna.sees("仓前街道 1 号", "仓前街道 1 号")
    anna.sees("The photo shows a dark lamp", "The photo shows a dark lamp")
    anna.page.locator("[name=carrier]").select_option(label="顺丰速运" if anna.say.language == "zh-CN" else "SF Express")
    anna.write("运单号", "waybill", "12")
    anna.press("提交运单号", "give the waybill")
    anna.sees("8 至 30 位字母和数字", "8 to 30 letters and digits")
    anna.write("运单号", "waybill", "SF 7788 9900 1122")
    anna.press("提交运单号", "give the waybill")
    anna.sees("退货在路上", "your parcel is on its way")
    anna.fits()


def bolt_inspects(bolt: Walk, ref: str) -> None:
    bolt.page.goto(f"/console/cases/{ref}")
    bolt.press("确认收货", "confirm receipt")
    settled()
    bolt.page.goto(f"/console/cases/{ref}")
    bolt.page.locator("main").get_by_role("link", name=bolt.say("^验货", "^inspect")).first.click()
    bolt.press("合格，退 ¥66.00", "accept, refund ¥66.00")


def anna_rates(anna: Walk, ref: str) -> None:
    anna.page.goto(f"/portal/cases/{ref}")
    anna.sees("已结案，退了 ¥66.00", "closed, ¥66.00 was refunded")
    anna.sees("已到账", "paid")
    anna.page.get_by_role("radio", name=anna.say("4 分", "4 of 5")).check()
    anna.write("想说明的", "in your words", "慢了点，但公平。Slow but fair.")
    anna.press("提交评价", "send the rating")
    anna.sees("你评了 4 分", "you rated it 4 of 5")
    anna.fits()
