"""Promises as people see them: on the case, in console, desk and office with figures that open their lists, and told anew by a form."""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from amends.cases import clockwork
from amends.cases.models import Case, Deadline
from amends.faces.case_view import case_view
from amends.kernel.clock import Stepped
from amends.notices.models import Promise
from amends.notices.promises import revise_promise
from amends.notices.promises_read import promises_of
from amends.people.models import User
from amends.people.rules import Role
from tests.cast import Cast, an_order, claims, later_by, person, settled, the_cast
from tests.verbs.returns_at_hand import PaysAtOnce

HERE = ZoneInfo("Asia/Shanghai")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def cast(db: None, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    gateway = PaysAtOnce()
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
    return the_cast()


@pytest.fixture
def case(cast: Cast) -> Case:
    found = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    settled()
    return found


def page(name: str, url: str, *, language: str = "en", status: int = 200) -> str:
    client = Client(headers={"accept-language": language})
    client.force_login(User.objects.get(email=f"{name}@example.com"))
    answer = client.get(url)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_the_consumer_reads_what_was_told_and_what_became_of_it(cast: Cast, case: Case, stepped_clock: Stepped) -> None:
    assert "Times we told you" in (html := page("anna", f"/portal/cases/{case.ref}"))
    assert "Merchant: time to answer" in words(html)
    assert "still open" in words(html)
    assert "revision" not in html
    later_by(stepped_clock, 3 * DAY)
    assert "未守时" in page("anna", f"/portal/cases/{case.ref}", language="zh")


def test_the_merchant_tells_another_time_by_the_form(cast: Cast, case: Case, stepped_clock: Stepped) -> None:
    (row,) = promises_of(case, cast.bolt)
    url = f"/console/cases/{case.ref}/promises/{row.id}/revision"
    assert url in page("bolt", f"/console/cases/{case.ref}")
    assert f"{row.due_at.astimezone(HERE):%Y-%m-%dT%H:%M}" in page("bolt", url)
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(email="bolt@example.com"))
    wrong = {"at": "tomorrow", "reason": "weather", "words": "storm", "idempotency_key": "k1"}
    answer = client.post(url, wrong)
    assert (answer.status_code, "storm" in answer.content.decode()) == (422, True)
    soon = (stepped_clock.at + 5 * HOUR).astimezone(HERE)
    given = {"at": f"{soon:%Y-%m-%dT%H:%M}", "reason": "", "words": "We look at it today.", "idempotency_key": "k2"}
    for _ in range(2):  # pressed twice
        answer = client.post(url, given)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/console/cases/{case.ref}")
    assert Promise.objects.filter(case_id=case.pk).count() == 2
    settled()
    seen = words(page("anna", f"/portal/cases/{case.ref}"))
    assert "We look at it today." in seen
    assert "It will be sooner" in seen
    assert page("bolt", f"/console/cases/{case.ref}").count("/revision") == 1


def test_nobody_else_finds_the_form(cast: Cast, case: Case) -> None:
    (row,) = promises_of(case, cast.bolt)
    page("rival", f"/console/cases/{case.ref}/promises/{row.id}/revision", status=404)
    page("anna", f"/console/cases/{case.ref}/promises/{row.id}/revision", status=404)
    page("agent", f"/desk/cases/{case.ref}/promises/{row.id}/revision")
    page("agent", f"/desk/cases/{case.ref}/promises/{row.id + 1}/revision", status=404)


def test_every_number_opens_its_list(cast: Cast, case: Case, stepped_clock: Stepped) -> None:
    person("head", Role.SUPERVISOR)
    later_by(stepped_clock, 3 * DAY)
    other = claims(an_order(cast.rivals, cast.bertas), by=cast.berta)
    settled()
    for name, home in (("head", "/office/promises/"), ("agent", "/desk/promises"), ("bolt", "/console/promises")):
        html = page(name, home)
        assert case.ref in html
        assert (other.ref in html) == (name != "bolt")
        late = re.search(r'href="([^"]*bearer=merchant[^"]*state=late[^"]*|[^"]*state=late[^"]*bearer=merchant[^"]*)"', html)
        assert late, html
        listed = page(name, late[1].replace("&amp;", "&").split("#")[0])
        assert case.ref in listed
        assert other.ref not in listed
    page("anna", "/console/promises", status=404)


def test_an_address_that_means_nothing_is_refused_in_words(cast: Cast) -> None:
    said = words(page("bolt", "/console/promises?state=broken", status=422))
    assert "“state” is one of: open, kept, late, revised, void." in said


def test_reminders_of_one_limit_are_one_line_of_the_page(cast: Cast, case: Case, stepped_clock: Stepped) -> None:
    for _ in range(2):
        row = Deadline.objects.get(case_id=case.pk, ended_at__isnull=True)
        assert row.warn_at is not None
        stepped_clock.until(row.warn_at)
        clockwork.warn_due()
    lines = [line for line in case_view(case.ref, cast.anna).timeline if "remind" in line.verb.en]
    assert len(lines) == 1
    assert "提醒商家 2 次（第一次 3月11日 10:00）：答复时限到 3月12日 10:00 为止" in str(lines[0].body.into("zh"))  # type: ignore[union-attr]
    assert "To merchant, 2 times (first 11 Mar, 10:00): time to answer until 12 Mar, 10:00" in words(
        page("anna", f"/portal/cases/{case.ref}")
    )


def test_a_time_told_anew_stands_in_the_timeline(cast: Cast, case: Case, stepped_clock: Stepped) -> None:
    (row,) = promises_of(case, cast.bolt)
    revise_promise(case.ref, row.id, at=stepped_clock.at + HOUR, by=cast.bolt)
    line = case_view(case.ref, cast.anna).timeline[0]
    assert line.body.into("en") == "time to answer: it was 12 Mar, 10:00, now 10 Mar, 11:00 (it will be sooner)"  # type: ignore[union-attr]
