"""Two reviews in Chromium, each once at the width of a telephone and once at a desk's, in both languages: refused, reviewed and ruled with
split liability and a second reader; a contested inspection with a proof asked for, a test and its laboratory. Wrong input too.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from amends.cases.models import Case
from amends.cases.verbs.answering import call_platform, refuse
from amends.liability.models import ChargeBackTo
from amends.people.rules import Role
from amends.refunds.models import Refund
from amends.returns.models import Inspection
from amends.returns.verbs import contest, reject
from amends.rulings import verbs
from amends.rulings.models import Review
from tests.browser.test_journey import Speaker, Walk
from tests.browser.test_settled_walk import pictured
from tests.cast import an_order, claims, person, settled, the_cast
from tests.verbs.returns_at_hand import findings_of, received, worn

pytestmark = pytest.mark.browser
Visitors = Callable[[str, int, str], Page]
BOTH = pytest.mark.parametrize(("language", "width"), [("zh-CN", 390), ("en-GB", 1440)])


def opened(walk: Walk, zh: str, en: str) -> None:
    """A part of the page that was folded is open."""
    walk.page.locator("summary").filter(has_text=walk.say(zh, en)).locator("visible=true").first.click()


def chosen(walk: Walk, value: str) -> None:
    """The outcome of the ruling."""
    walk.page.locator(f"#ruling [name=outcome][value={value}]").check(force=True)


@BOTH
def test_refused_reviewed_ruled_with_split_liability(visitors: Visitors, language: str, width: int) -> None:
    cast = the_cast()
    person("reader", Role.ARBITER)
    case = claims(an_order(cast.bolts, cast.annas, prices=(900_000,), freight=1200), by=cast.anna)
    refuse(case.ref, reason="other", words="包装没有问题 / packed well", by=cast.bolt)
    call_platform(case.ref, words="收到就碎了 / it came in pieces", by=cast.anna)
    review = Review.objects.get(case=case)
    unit = case.claimed.get().unit_id
    speak, tag = Speaker(language), f"{language[:2]}-{width}"

    judge = Walk(visitors("judge", width, language), speak)
    page = judge.page
    page.goto(f"/desk/reviews/{review.ref}")
    judge.press("结束举证", "Close the evidence")
    judge.press("结束回应", "Close the replies")
    expect(page.locator(".by-parts")).to_be_hidden()
    chosen(judge, "parts")
    page.locator(f"[name=remedy-{unit}]").select_option("refund_only")
    opened(judge, "由谁承担", "Who bears it")
    page.locator("[name=share-carrier]").fill("70")
    expect(page.locator("#costs")).to_contain_text(speak("加起来须为 100%", "100 % together"))
    page.locator("[name=share-merchant]").fill("30")
    expect(page.locator("#costs")).to_contain_text("6,300.00")
    expect(page.locator("#costs")).to_contain_text(speak("第二人复核", "second person"))
    pictured(judge, f"ruling-{tag}")
    page.locator(f"[name=amount-{unit}]").fill("9,900.00.1")
    page.locator("#ruling [name=clause]").fill("CN-QUAL-01")
    opened(judge, "理由段落", "Building blocks")
    page.locator("[name=blocks][value=on_the_way]").check()
    judge.press("做出裁决", "Give the ruling")
    expect(page.locator("[name=share-carrier]")).to_have_value("70")
    assert page.locator("[name=blocks][value=on_the_way]").is_checked() and Review.objects.get().stage == "deciding"
    pictured(judge, f"refused-ruling-{tag}")
    page.locator(f"[name=amount-{unit}]").fill("")
    judge.press("做出裁决", "Give the ruling")
    judge.sees("由另一位复核", "somebody else reads it")

    reader = Walk(visitors("reader", width, language), speak)
    reader.page.goto(f"/desk/reviews/{review.ref}")
    expect(reader.page.get_by_text(speak("损坏发生在运输途中", "happened on the way")).first).to_be_visible()
    pictured(reader, f"draft-{tag}")
    reader.press("签字，做出裁决", "Sign it and give the ruling")
    settled()

    bolt = Walk(visitors("bolt", width, language), speak)
    bolt.page.goto(f"/console/cases/{case.ref}")
    bolt.sees("70 %", "70 %")
    pictured(bolt, f"ruled-console-{tag}")
    verbs.accept_ruling(case.ref, by=cast.bolt)
    settled()
    assert Case.objects.get(pk=case.pk).stage == "closed"
    assert list(Refund.objects.filter(case_id=case.pk).values_list("stage", "amount_minor")) == [("paid", 900_000)]
    assert ChargeBackTo.objects.get(case_id=case.pk).amount_minor == 630_000


def a_report(agent: Walk, judge: Walk, ref: str, language: str, width: int) -> None:
    """An agent makes the laboratory's link, and the laboratory reports through it without any account of ours."""
    agent.page.goto(f"/desk/reviews/{ref}")
    agent.press("给机构一个填报链接", "Make a link for the body")
    address = agent.page.locator("input[readonly]").input_value()
    afresh = judge.page.context.browser.new_context(locale=language, viewport={"width": width, "height": 900})  # type: ignore[union-attr]
    lab = Walk(afresh.new_page(), agent.say)
    lab.page.goto(judge.page.url.split("/desk/")[0] + "/counter/" + address.split("/counter/")[1])
    lab.press("查看并报告", "See it and report")
    lab.page.locator("#id_words").fill("领口有磨损，报告 77 / worn at the collar, report 77")
    pictured(lab, f"lab-{language[:2]}-{width}")
    lab.press("^没有质量问题$", "^No fault$")
    lab.sees("报告已经登记", "The report is on record")
    lab.page.context.close()


@BOTH
def test_a_contested_inspection(visitors: Visitors, language: str, width: int) -> None:
    cast = the_cast()
    verbs.add_body(key="lab", name_zh="检测所", name_en="Laboratory", by=person("head", Role.SUPERVISOR))
    case = received(cast)
    reject(case.ref, inspection=findings_of(case)[0].pk, words="穿过 / worn", **worn(case, cast.bolt), by=cast.bolt)
    contest(case.ref, inspection=findings_of(case)[0].pk, words="没有穿过 / never worn", by=cast.anna)
    review = Review.objects.get(case=case)
    speak, tag = Speaker(language), f"{language[:2]}-{width}"

    judge = Walk(visitors("judge", width, language), speak)
    page = judge.page
    page.goto(f"/desk/reviews/{review.ref}")
    expect(page.get_by_text("never worn").first).to_be_visible()
    opened(judge, "请一方提供一份凭证", "Ask one side for a certain proof")
    page.locator("#q-words").fill("领口的照片 / a photo of the collar")
    page.locator("[action$='/proof-request'] [name=party]").select_option("merchant")
    judge.press("请其提供", "Ask for it")
    pictured(judge, f"asked-{tag}")
    judge.press("结束举证", "Close the evidence")
    judge.press("结束回应", "Close the replies")
    opened(judge, "送检", "Order a test")
    page.locator("[name=cost]").fill("80.00")
    page.locator("[name=pays_first]").select_option("platform")
    page.locator("#t-words").fill("穿过没有 / was it worn?")
    judge.press("送检", "Order the test")

    agent = Walk(visitors("agent", width, language), speak)
    a_report(agent, judge, review.ref, language, width)

    page.goto(f"/desk/reviews/{review.ref}")
    judge.sees("报告 77", "report 77")
    chosen(judge, "parts")
    page.locator("[name^=remedy-]").select_option("none")
    opened(judge, "另给运费", "Freight, payment")
    page.locator("[name=points]").fill("many")
    expect(page.locator("#costs")).to_contain_text(speak("积分须为整数", "whole number"))
    page.locator("[name=points]").fill("200")
    expect(page.locator("#costs")).to_contain_text(speak("200 积分", "200 points"))
    page.locator("#ruling [name=liable]").select_option("consumer")
    page.locator("#ruling [name=clause]").fill("CN-7D-04")
    page.locator("#ruling [name=words]").fill("检测显示穿过，不支持退款。The test shows wear.")
    pictured(judge, f"contested-{tag}")
    judge.press("做出裁决", "Give the ruling")
    settled()

    anna = Walk(visitors("anna", width, language), speak)
    anna.page.goto(f"/portal/cases/{case.ref}")
    anna.sees("200 积分", "200 points")
    pictured(anna, f"ruled-portal-{tag}")
    for side in (cast.anna, cast.bolt):
        verbs.accept_ruling(case.ref, by=side)
    settled()
    assert Inspection.objects.get().stage == "unpayable" and not Refund.objects.exists()
