"""Appealed and changed, a silent merchant, a silent consumer: in Chromium, in both languages, with what people type wrong on the way.

Nobody waits here for days: the clock of this process is put forward, and ticks as it would have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from amends.cases import clockwork
from amends.cases.models import Case, Deadline
from amends.cases.verbs.answering import call_platform, refuse
from amends.kernel import clock
from amends.refunds.models import Refund
from amends.rulings.verbs import rule
from tests.browser.test_journey import Speaker, Walk
from tests.browser.test_settled_walk import pictured
from tests.cast import an_order, claims, settled, the_cast
from tests.files_of_evidence import picture
from tests.verbs.appeals_at_hand import REASONS, appeal_of, of_rank, review_of, ruled
from tests.verbs.replacing import photo
from tests.verbs.returns_at_hand import fresh

pytestmark = pytest.mark.browser
Visitors = Callable[[str, int, str], Page]
BOTH = pytest.mark.parametrize(("language", "width"), [("zh-CN", 390), ("en-GB", 1440)])
DAY = timedelta(days=1)


class Shifted:
    """The machine's time and a step ahead of it."""

    def __init__(self) -> None:
        self.step = timedelta(0)

    def __call__(self) -> datetime:
        return clock.machine_now() + self.step

    def pass_by(self, step: timedelta) -> None:
        """Time passes, and what falls due on the way has its consequence then."""
        settled()
        end = self() + step
        while (due := self._next(end)) is not None:
            self.step += max(due - self(), timedelta(0))
            clockwork.tick()
            settled()
        self.step += max(end - self(), timedelta(0))

    def _next(self, end: datetime) -> datetime | None:
        rows = Deadline.objects.filter(ended_at__isnull=True, paused_since__isnull=True, due_at__lte=end).order_by("due_at")
        return rows.values_list("due_at", flat=True).first()


@pytest.fixture
def time(committed_db: None) -> Iterator[Shifted]:
    source = Shifted()
    clock.install(source)
    yield source
    clock.install(None)


@BOTH
def test_appealed_and_changed(visitors: Visitors, language: str, width: int) -> None:
    cast, head = the_cast(), of_rank("head", 2)
    case = ruled(cast)
    (unit,) = review_of(case).heard
    speak, tag = Speaker(language), f"{language[:2]}-{width}"
    letter = {"name": "letter.jpg", "mimeType": "image/jpeg", "buffer": picture()}

    anna = Walk(visitors("anna", width, language), speak)
    anna.page.goto(f"/portal/cases/{case.ref}")
    anna.page.locator("#act-appeal summary").click()
    form = anna.page.locator("#act-appeal")
    form.locator("[name=words]").fill("不对 / no")
    anna.press("提交申诉", "Send the appeal")
    expect(form.locator(".error")).to_contain_text(speak("至少 10 个字", "10 characters"))
    form.locator("[name=words]").fill("照片上是另一盏灯的封条 / the seal on the photo is of another lamp")
    form.locator("[name=files]").set_input_files(letter)
    anna.press("提交申诉", "Send the appeal")
    expect(form.locator("#appeal-why-error")).to_be_visible()
    form.locator("[name=why]").fill("今天才收到 / it came today")
    pictured(anna, f"appeal-lodging-{tag}")
    anna.press("提交申诉", "Send the appeal")
    expect(anna.page.locator("#appeal")).to_contain_text(speak("最终答复最晚", "Final answer by"))
    pictured(anna, f"appeal-stayed-{tag}")

    row = appeal_of(case)
    assert row.examiner_id == head.user_id
    examiner = Walk(visitors("head", width, language), speak)
    examiner.page.goto(f"/desk/appeals/{row.ref}")
    examiner.page.locator("form[action$=admission] [name=allowed]").check()
    examiner.press("^受理$", "^Take it up$")
    pictured(examiner, f"appeal-examining-{tag}")
    examiner.page.locator("summary").filter(has_text=speak("改变裁决", "Change the ruling")).click()
    change = examiner.page.locator("#change")
    change.locator("[name=outcome][value=parts]").check(force=True)
    change.locator(f"[name=remedy-{unit}]").select_option("price_adjustment")
    change.locator("[name=clause]").fill("CN-QUAL-01")
    change.locator("[name=words]").fill("信件证明封条不同，退一部分差价 / the letter proves it; some of the price is given back")
    examiner.press("改变，马上执行", "Change it and carry it out")
    expect(examiner.page.locator(".says.bad[data-fault]")).to_contain_text(speak("差价要写明金额", "price adjustment needs its sum"))
    change = examiner.page.locator("#change")
    change.locator(f"[name=amount-{unit}]").fill("30")
    expect(change.locator("#costs")).to_contain_text("30.00")
    pictured(examiner, f"appeal-changing-{tag}")
    examiner.press("改变，马上执行", "Change it and carry it out")
    expect(examiner.page.locator("main")).to_contain_text("30.00")
    pictured(examiner, f"appeal-changed-{tag}")
    settled()

    bolt = Walk(visitors("bolt", width, language), speak)
    bolt.page.goto(f"/console/cases/{case.ref}/appeal")
    expect(bolt.page.locator("main")).to_contain_text(speak("改变裁决", "Ruling changed"))
    pictured(bolt, f"appeal-told-{tag}")
    assert list(Refund.objects.filter(case_id=case.pk).values_list("stage", "amount_minor")) == [("paid", 3000)]
    assert fresh(case).stage == "closed"


@BOTH
def test_a_silent_merchant(visitors: Visitors, time: Shifted, language: str, width: int) -> None:
    cast, jury = the_cast(), of_rank("jury", 1)
    order = an_order(cast.bolts, cast.annas)
    speak, tag = Speaker(language), f"{language[:2]}-{width}"
    case = claims(order, by=cast.anna, issue="missing_item", remedy="refund_only", evidence=[photo(order, cast.anna)])
    time.pass_by(2 * DAY)
    anna = Walk(visitors("anna", width, language), speak)
    anna.page.goto(f"/portal/cases/{case.ref}")
    expect(anna.page.locator("main")).to_contain_text(speak("平台", "platform"))
    pictured(anna, f"silent-merchant-called-{tag}")
    while review_of(case).stage != "deciding":
        time.pass_by(DAY)
    judge = Walk(visitors("jury", width, language), speak)
    judge.page.goto(f"/desk/reviews/{review_of(case).ref}")
    ruling = judge.page.locator("#ruling")
    ruling.locator("[name=outcome][value=for]").check(force=True)
    ruling.locator("[name=liable]").select_option("merchant")
    ruling.locator("[name=clause]").fill("CN-QUAL-01")
    ruling.locator("[name=words]").fill("短 / no")
    judge.press("做出裁决", "Give the ruling")
    expect(judge.page.locator("#ruling .error").first).to_be_visible()
    judge.page.locator("#ruling [name=words]").fill("商家没有举证，照片显示与描述不符 / the merchant proved nothing")
    judge.press("做出裁决", "Give the ruling")
    assert review_of(case).arbiter_id == jury.user_id
    bolt = Walk(visitors("bolt", width, language), speak)
    bolt.page.goto(f"/console/cases/{case.ref}")
    pictured(bolt, f"silent-merchant-ruled-{tag}")
    time.pass_by(2 * DAY)
    assert fresh(case).stage == "closed"
    bolt.page.goto(f"/console/cases/{case.ref}")
    bolt.sees("到时没有回应", "No answer in time")
    anna.page.goto(f"/portal/cases/{case.ref}")
    anna.sees("99.00", "99.00")
    pictured(anna, f"silent-merchant-paid-{tag}")


@BOTH
def test_a_silent_consumer(visitors: Visitors, time: Shifted, language: str, width: int) -> None:
    cast, jury = the_cast(), of_rank("jury", 1)
    speak, tag = Speaker(language), f"{language[:2]}-{width}"
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    refuse(case.ref, reason="not_intact", words="用过了 / it was used", by=cast.bolt)
    call_platform(case.ref, words="没有 / it was not", by=cast.anna)
    while review_of(case).stage != "deciding":
        time.pass_by(DAY)
    rule(review_of(case).ref, outcome="for", liable="merchant", clause="CN-7D-01", words=REASONS, by=jury)
    time.pass_by(2 * DAY)
    bolt = Walk(visitors("bolt", width, language), speak)
    bolt.page.goto(f"/console/cases/{case.ref}")
    pictured(bolt, f"silent-consumer-executing-{tag}")
    time.pass_by(14 * DAY)
    assert Case.objects.get(pk=case.pk).stage == "closed"
    anna = Walk(visitors("anna", width, language), speak)
    anna.page.goto(f"/portal/cases/{case.ref}")
    anna.sees("没有履行的是消费者", "Not done by the consumer")
    pictured(anna, f"silent-consumer-closed-{tag}")
    assert not Refund.objects.filter(case_id=case.pk).exists()
