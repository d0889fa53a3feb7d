"""A merchant is reminded twice and lapses, as both sides and the platform read it in Chromium.

Time runs at its own pace from ten in the morning of 10 March 2026 in Shanghai and leaps where the story does; clock and worker are played
by the test. A second walk, in English on a telephone, tells the consumer another time before it is late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from amends.cases import clockwork
from amends.cases.models import Case, Deadline
from amends.insight.verify import CHECKS
from amends.kernel import clock
from amends.notices.promises_read import promises_of
from amends.notices.rules.promises import State
from tests.browser.test_journey import Speaker, Walk
from tests.cast import START, Cast, an_order, claims, settled, the_cast

pytestmark = pytest.mark.browser
Visitors = Callable[[str, int, str], Page]
HERE = ZoneInfo("Asia/Shanghai")


class Leaping:
    """Time that runs from START on, and leaps to an instant when told."""

    def __init__(self) -> None:
        self.began, self.leap = clock.machine_now(), timedelta()

    def __call__(self) -> datetime:
        return START + (clock.machine_now() - self.began) + self.leap

    def until(self, instant: datetime) -> None:
        self.leap += max(instant - self(), timedelta())


@pytest.fixture
def time() -> Iterator[Leaping]:
    leaping = Leaping()
    clock.install(leaping)
    yield leaping
    clock.install(None)


def asked(cast: Cast) -> Case:
    case = claims(an_order(cast.bolts, cast.annas, quantities=(1,), prices=(9900,)), by=cast.anna)
    settled()
    return case


def limit_of(case: Case) -> Deadline:
    return Deadline.objects.get(case_id=case.pk, limit="merchant_answers")


def reminded(time: Leaping, case: Case) -> None:
    row = limit_of(case)
    assert row.warn_at is not None
    time.until(row.warn_at)
    clockwork.tick()
    clockwork.warn_due()
    settled()


def test_everybody_reads_what_happened_and_why(time: Leaping, visitors: Visitors) -> None:
    cast, language = the_cast(), "zh-CN"
    say = Speaker(language)
    case = asked(cast)
    anna = Walk(visitors("anna", 390, language), say)
    bolt = Walk(visitors("bolt", 1280, language), say)
    agent = Walk(visitors("agent", 1280, language), say)

    anna.page.goto(f"/portal/cases/{case.ref}")
    promised = anna.page.locator("#promises")
    expect(promised).to_contain_text(say("商家：答复时限", "Merchant: time to answer"))
    expect(promised).to_contain_text(say("未到时间", "still open"))
    anna.fits()

    reminded(time, case)
    bolt.page.goto("/console/notices")
    bolt.sees(case.ref, case.ref)
    reminded(time, case)
    bolt.page.goto(f"/console/cases/{case.ref}")
    bolt.sees("提醒商家 2 次", "to merchant, 2 times")

    time.until(limit_of(case).due_at)
    clockwork.tick()
    settled()

    for walk, home in ((anna, "portal"), (bolt, "console"), (agent, "desk")):
        walk.page.goto(f"/{home}/cases/{case.ref}")
        expect(walk.page.locator("#promises")).to_contain_text(say("未守时", "late"))
        walk.sees("提醒商家 2 次", "to merchant, 2 times")
        walk.sees("到时没有回应（商家答复时限）", "no answer in time")
        walk.fits()

    counted_against_bolt(agent, case)
    assert {check.name: found for check in CHECKS if (found := check.offenders())} == {}


def counted_against_bolt(agent: Walk, case: Case) -> None:
    """The agent opens the number of late promises and finds the case behind it."""
    agent.page.set_viewport_size({"width": 390, "height": 900})
    agent.page.goto("/desk/promises")
    agent.fits()
    shop = agent.page.locator("tr", has_text=agent.say("螺栓五金", "Bolt Hardware")).first
    shop.locator("a[href*='state=late']").click()
    expect(agent.page.locator("#list")).to_contain_text(case.ref)


def test_a_merchant_tells_another_time_before_it_is_late(time: Leaping, visitors: Visitors) -> None:
    cast = the_cast()
    case = asked(cast)
    bolt = Walk(visitors("bolt", 390, "en-GB"), Speaker("en-GB"))
    bolt.page.goto(f"/console/cases/{case.ref}")
    bolt.page.get_by_role("link", name="Tell another time").click()
    bolt.fits()
    soon = (limit_of(case).due_at - timedelta(hours=20)).astimezone(HERE)
    bolt.page.locator("[name=at]").fill(f"{soon:%Y-%m-%dT%H:%M}")
    bolt.write("", "Words for the consumer", "We test the lamp this afternoon.")
    bolt.press("告诉消费者", "Tell the consumer")
    bolt.sees("", "We test the lamp this afternoon")
    settled()
    assert [row.state for row in promises_of(case, cast.anna)] == [State.REVISED, State.OPEN]
    assert promises_of(case, cast.anna)[-1].due_at == soon.replace(second=0, microsecond=0)
    anna = Walk(visitors("anna", 390, "en-GB"), Speaker("en-GB"))
    anna.page.goto(f"/portal/cases/{case.ref}")
    expect(anna.page.locator("#promises")).to_contain_text("We test the lamp this afternoon.")
    anna.fits()
