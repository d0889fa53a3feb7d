"""What the office keeps of notices: the table, words tried on a real case, the log of messages, channels, announcements in every face."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from amends.cases.models import Case
from amends.cases.verbs.answering import refuse
from amends.kernel.clock import Stepped
from amends.notices.announcing.queries import forget_announcements
from amends.notices.models import Announcement, Message, Seen, Wording
from amends.notices.table_words import silent, table
from amends.notices.wording import forget_wordings
from amends.people.models import User
from amends.people.rules import Role
from amends.plumbing import jobs
from tests.cast import Cast, an_order, claims, later_by, person, the_cast

pytestmark = pytest.mark.django_db
PAGES = ["notices/", "notices/case.refuse/consumer/", "messages/", "channels/", "announcements/", "announcements/new/"]
REFUSE = "/office/notices/case.refuse/consumer/"
OURS = {
    "subject_zh": "商家说不行", "subject_en": "The shop said no",
    "body_zh": "售后单 {case} 被拒绝，{due} 前可以请平台介入；到时没有申请，{silence}。",
    "body_en": "Case {case} was refused. Until {due} you can call the platform in. Otherwise: {silence}.",
}  # fmt: skip
HOLIDAY = {
    "kind": "holiday", "title_zh": "春节期间验货顺延", "title_en": "Inspection over the New Year", "body_zh": "2 月 16 日至 22 日不计时。",
    "body_en": "16 to 22 February don't count.", "sides": ["consumers", "merchants"], "shown_from": "2026-03-10T10:00",
    "shown_until": "2026-03-20T10:00", "outside": "on",
}  # fmt: skip


@pytest.fixture
def cast(stepped_clock: Stepped) -> Iterator[Cast]:
    cast = the_cast()
    for name, role in (("ada", Role.ADMIN), ("alan", Role.ANALYST), ("susan", Role.SUPERVISOR), ("paula", Role.POLICY_OWNER)):
        person(name, role)
    claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    later_by(stepped_clock, timedelta(minutes=1))
    forget_wordings()
    yield cast
    forget_wordings()
    forget_announcements()


@pytest.fixture
def ref(cast: Cast) -> str:
    return Case.objects.get().ref


def as_(name: str, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(User.objects.get(email=f"{name}@example.com"))
    return client


def read(answer: Any) -> str:
    return unescape(answer.content.decode())


def posted(client: Client, url: str, key: str = "once", **data: Any) -> Any:
    return client.post(url, {"idempotency_key": key, **data})


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("place", PAGES)
def test_every_page_opens_in_both_languages_and_only_for_the_office(cast: Cast, place: str, language: str) -> None:
    answer = as_("ada", language).get(f"/office/{place}")
    assert (answer.status_code, f'lang="{language}"' in answer.content.decode()) == (200, True)
    for who in ("anna", "bolt", "judge"):
        assert as_(who).get(f"/office/{place}").status_code == 404


@pytest.mark.parametrize("place", PAGES[:5])
def test_pages_cost_no_query_for_each_row(cast: Cast, place: str) -> None:
    client = as_("ada")
    client.get(f"/office/{place}")
    with CaptureQueriesContext(connection) as asked:
        client.get(f"/office/{place}")
    assert len(asked) <= 20


def test_the_table_shows_every_row_and_every_silence(cast: Cast) -> None:
    html = read(as_("alan").get("/office/notices/"))
    assert html.count('href="/office/notices/') >= len(table())
    assert all(why.into("en") in html for _, _, why in silent())
    narrowed = read(as_("alan").get("/office/notices/?to=supervisor"))
    assert 0 < narrowed.count('<th scope="row"><span class="cap d">') < len(table()) / 4
    assert as_("alan").get("/office/notices/case.nothing/consumer/").status_code == 404
    assert as_("alan").get("/office/notices/case.refuse/nobody/").status_code == 404


def test_words_are_tried_on_a_case_before_they_are_kept(cast: Cast, ref: str) -> None:
    before = Message.objects.count()
    shown = read(as_("paula").post(f"{REFUSE}preview/", {**OURS, "case": ref, "language": "en", "channel": "sms"}))
    assert f"Case {ref} was refused." in shown
    assert "not saved yet" in shown
    assert re.search(r"\d+ characters", shown)
    wrong = read(as_("paula").post(f"{REFUSE}preview/", {**OURS, "body_en": "{nothing}", "case": ref, "language": "en", "channel": "sms"}))
    assert "has no {nothing}" in wrong
    assert (Message.objects.count(), Wording.objects.count()) == (before, 0)


def test_a_preview_says_whether_the_case_came_so_far(cast: Cast, ref: str) -> None:
    client = as_("paula")
    assert "has not come to this step" in read(client.get(f"{REFUSE}?case={ref}&language=en&channel=mail"))
    refuse(ref, reason="not_intact", words="The tag was cut off.", by=cast.bolt)
    page = read(client.get(f"{REFUSE}?case={ref}&language=en&channel=mail"))
    assert "As the timeline of this case has it." in page
    assert "Auto-Submitted" in page


def test_kept_words_hold_at_once_and_bad_ones_come_back_with_what_was_typed(cast: Cast, ref: str) -> None:
    client = as_("paula")
    bad = posted(client, REFUSE, "first", **{**OURS, "body_en": "Case {case} was refused.", "version": "0"})
    assert bad.status_code == 422
    assert "Case {case} was refused." in read(bad)
    assert "{due} has to be said here" in read(bad)
    assert posted(client, REFUSE, "second", **OURS, version="0").status_code == 303
    assert "The shop said no" in read(client.get("/office/notices/"))
    refuse(ref, reason="not_intact", words="The tag was cut off.", by=cast.bolt)
    jobs.drain()
    assert "The shop said no" in read(as_("anna").get("/portal/notices/"))
    assert posted(client, REFUSE, "third", **OURS, version="0").status_code == 409
    assert posted(client, f"{REFUSE}built-in/", "fourth").status_code == 303
    assert "The shop said no" not in read(client.get("/office/notices/"))


def test_only_who_answers_for_it_writes_or_sends(cast: Cast, ref: str) -> None:
    assert posted(as_("alan"), REFUSE, **OURS).status_code == 403
    assert posted(as_("susan"), "/office/announcements/new/", "once", **HOLIDAY).status_code == 403
    asked = {"case": ref, "language": "en", "channel": "mail"}
    assert posted(as_("paula"), f"{REFUSE}test/", **asked).status_code == 403
    assert Message.objects.filter(kind="test").count() == 0
    answer = posted(as_("susan"), f"{REFUSE}test/", **asked)
    made = Message.objects.get(kind="test")
    assert (answer["Location"], made.address) == (f"/office/messages/{made.ref}/", "susan@example.com")
    assert made.subject.startswith("[Test] ")
    assert posted(as_("susan"), f"{REFUSE}test/", "sms", **{**asked, "channel": "sms"}).status_code == 422


def test_a_message_is_found_by_its_case_and_its_address_is_shown_to_whom_it_concerns(cast: Cast, ref: str) -> None:
    mine = Message.objects.filter(user_id=cast.anna.user_id).order_by("pk").first()
    assert mine is not None
    listed = read(as_("ada").get(f"/office/messages/?q={ref}"))
    assert f"/office/messages/{mine.ref}/" in listed
    assert "an***@example.com" in listed
    assert "anna@example.com" not in listed
    assert "anna@example.com" in read(as_("ada").get(f"/office/messages/{mine.ref}/"))
    assert "anna@example.com" not in read(as_("alan").get(f"/office/messages/{mine.ref}/"))
    assert "There are no such messages." in read(as_("alan").get("/office/messages/?q=nobody-wrote-this"))
    assert as_("alan").get("/office/messages/MG-0000-0000-0000/").status_code == 404
    moved = as_("alan").get(f"/office/mails/?q={ref}&state=failed")
    assert (moved.status_code, moved["Location"]) == (302, f"/office/messages/?q={ref}&state=missed&channel=mail")


def test_a_message_that_failed_is_sent_again_by_who_may(cast: Cast) -> None:
    mine = Message.objects.filter(user_id=cast.anna.user_id).order_by("pk").first()
    assert mine is not None
    Message.objects.filter(ref=mine.ref).update(state="failed", reason="overdue", next_at=None)
    assert posted(as_("alan"), f"/office/messages/{mine.ref}/again/").status_code == 403
    assert "Send it again" not in read(as_("alan").get(f"/office/messages/{mine.ref}/"))
    assert "Send it again" in read(as_("susan").get(f"/office/messages/{mine.ref}/"))
    answer = posted(as_("susan"), f"/office/messages/{mine.ref}/again/")
    again = Message.objects.get(instead_of=mine.ref)
    assert answer["Location"] == f"/office/messages/{again.ref}/"


def test_an_announcement_goes_from_draft_to_banner_to_reach(cast: Cast) -> None:
    office, place = as_("paula"), "/office/announcements/"
    assert "Publish it" not in read(office.get(f"{place}new/"))
    bad = posted(office, f"{place}new/", "bad", **{**HOLIDAY, "sides": [], "title_en": ""})
    assert (bad.status_code, Announcement.objects.count()) == (422, 0)
    drafted = posted(office, f"{place}new/", "draft", **HOLIDAY)
    one = Announcement.objects.get()
    assert drafted["Location"] == f"{place}{one.ref}/"
    assert "<b>4</b> people will be told." in office.get(drafted["Location"]).content.decode()
    assert "Inspection over the New Year" not in read(as_("anna").get("/portal/"))
    assert posted(office, f"{place}{one.ref}/publication/", "publish").status_code == 303
    jobs.drain()
    for who, front, listed in (("anna", "/portal/", "/portal/announcements/"), ("bolt", "/console/", "/console/announcements")):
        assert "Inspection over the New Year" in read(as_(who).get(front))
        assert "16 to 22 February" in read(as_(who).get(listed))
    assert "Inspection over the New Year" not in read(as_("judge").get("/desk/"))
    anna = as_("anna")
    anna.get(f"/portal/announcements/{one.ref}/seen")
    assert Seen.objects.count() == 0
    closed = anna.post(f"/portal/announcements/{one.ref}/seen", {"next": "/portal/cases/"})
    assert (closed.status_code, closed["Location"]) == (303, "/portal/cases/")
    away = anna.post(f"/portal/announcements/{one.ref}/seen", {"next": "//elsewhere.example"})
    assert away["Location"] == "/portal/announcements/"
    assert as_("judge").post(f"/desk/announcements/{one.ref}/seen").status_code == 404
    assert "Inspection over the New Year" not in read(anna.get("/portal/"))
    reach = re.sub(r"<[^>]+>|\s+", " ", read(office.get(f"{place}{one.ref}/")))
    assert re.search(r"Addressed\s+4 ", reach)
    assert re.search(r"Closed on a page\s+1 \s*25%", reach)
    assert posted(office, f"{place}{one.ref}/withdrawal/", "withdraw").status_code == 303
    assert "Inspection over the New Year" not in read(as_("bolt").get("/console/"))
    assert set(Message.objects.filter(announcement_id=one.pk).order_by("pk").values_list("state", flat=True)) == {"dropped"}


def test_the_paper_is_what_the_table_says() -> None:
    from amends.management.notices_page import PAGE, page  # noqa: PLC0415 - it reads every table, which only this test needs

    assert Path(PAGE).read_text("utf-8") == page(), "run: amends notices table"
