"""The office's notices by API: the table, words, previews, tests, the log, announcements; and who may not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from amends.kernel import clock
from amends.kernel.clock import Stepped
from amends.notices.announcing.queries import forget_announcements
from amends.notices.models import Message
from amends.notices.table_words import table
from amends.notices.wording import forget_wordings
from amends.people.rules import Role
from amends.plumbing import jobs
from tests.api_client import Program, program
from tests.cast import Cast, an_order, claims, later_by, person, the_cast

pytestmark = pytest.mark.django_db
WORDS = {
    "subject_zh": "商家说不行", "subject_en": "The shop said no",
    "body_zh": "售后单 {case} 被拒绝，{due} 前可以请平台介入；到时没有申请，{silence}。",
    "body_en": "Case {case} was refused. Until {due} you can call the platform in. Otherwise: {silence}.", "version": 0,
}  # fmt: skip


@pytest.fixture
def cast(stepped_clock: Stepped) -> Iterator[Cast]:
    cast = the_cast()
    claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    later_by(stepped_clock, timedelta(minutes=1))
    yield cast
    forget_wordings()
    forget_announcements()


@pytest.fixture
def ada(cast: Cast) -> Program:
    return program(person("ada", Role.ADMIN))


def news(**more: Any) -> dict[str, Any]:
    now = clock.now()
    words = {"title_zh": "系统升级", "title_en": "Upgrade", "body_zh": "今晚升级。", "body_en": "We upgrade tonight."}
    times = {"shown_from": now.isoformat(), "shown_until": (now + timedelta(days=1)).isoformat()}
    return {"kind": "service", "sides": ["consumers"], **words, **times, **more}


def test_the_table_is_read_whole_and_a_row_is_worded_anew(ada: Program) -> None:
    rows = ada.get("/notices/table").json()["items"]
    assert len(rows) == len(table())
    assert all(row["channels"][0] == ["page"] for row in rows)
    made = ada.post("/wordings/case.refuse/consumer", WORDS)
    assert (made.status_code, made.json()["version"], made.json()["subject"]["en"]) == (201, 1, "The shop said no")
    assert ada.post("/wordings/case.refuse/consumer", WORDS).status_code == 409
    wrong = ada.post("/wordings/case.refuse/consumer", {**WORDS, "body_en": "It was refused."})
    assert (wrong.status_code, list(wrong.json()["fields"])) == (422, ["body_en"])
    back = ada.post("/wordings/case.refuse/consumer/built-in", {})
    assert (back.status_code, back.json()["version"], len(back.json()["versions"])) == (201, 0, 2)
    assert ada.get("/wordings/case.refuse/nobody").status_code == 404


def test_a_preview_counts_parts_and_a_test_goes_to_oneself(ada: Program) -> None:
    case = ada.get("/messages").json()["items"][0]["case"]
    asked = {"case": case, "kind": "case.ask_merchant", "to": "consumer", "language": "zh", "channel": "sms"}
    shown = ada.get("/notices/preview", **asked).json()
    assert (shown["happened"], shown["parts"]["encoding"], case in shown["text"]) == (True, "ucs2", True)
    sent = ada.post("/notices/tests", {**asked, "channel": "mail"})
    assert (sent.status_code, sent.json()["address"], sent.json()["kind"]) == (201, "ad***@example.com", "test")
    assert ada.post("/notices/tests", asked).status_code == 422
    assert ada.get("/notices/preview", **{**asked, "case": "AS-0000-0000-0000"}).status_code == 404


def test_the_log_goes_on_by_key_and_shows_addresses_in_part(ada: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = ada.get("/messages").json()["items"]
    assert len(everything) == Message.objects.count() > 1
    monkeypatch.setattr("amends.notices.queries_messages.log.__kwdefaults__", {"filters": None, "after": "", "size": 1})
    first = ada.get("/messages").json()
    second = ada.get("/messages", after=first["next"]).json()
    assert [first["items"][0]["ref"], second["items"][0]["ref"]] == [row["ref"] for row in everything[:2]]
    assert all("***" in row["address"] for row in everything)
    one = ada.get(f"/messages/{everything[0]['ref']}").json()
    assert one["log"][0]["words"]["en"].startswith("planned for")
    assert ada.post(f"/messages/{everything[0]['ref']}/again", {}).status_code == 409


def test_an_announcement_is_published_shown_seen_and_withdrawn(cast: Cast, ada: Program) -> None:
    anna = program(cast.anna)
    made = ada.post("/announcements", news(merchants=[cast.bolts.ref], outside=True)).json()
    assert (made["state"], made["merchants"], made["reach"]["planned"]) == ("draft", [cast.bolts.ref], False)
    assert ada.post(f"/announcements/{made['ref']}/text", news(outside=True)).json()["merchants"] == []
    assert anna.get("/announcements/shown").json()["items"] == []
    assert ada.post(f"/announcements/{made['ref']}/publication", {}).json()["state"] == "shown"
    jobs.drain()
    assert [one["title"]["en"] for one in anna.get("/announcements/shown").json()["items"]] == ["Upgrade"]
    assert anna.post(f"/announcements/{made['ref']}/sight", {}).status_code == 201
    assert anna.get("/announcements/shown", unseen=True).json()["items"] == []
    reach = ada.get(f"/announcements/{made['ref']}").json()["reach"]
    assert (reach["addressed"], reach["seen"], reach["waiting"], reach["planned"]) == (2, 1, 2, True)
    assert ada.post(f"/announcements/{made['ref']}/withdrawal", {}).json()["reach"]["dropped"] == 2
    assert [one["state"] for one in ada.get("/announcements").json()["items"]] == ["withdrawn"]


def test_what_the_office_keeps_does_not_exist_for_others(cast: Cast, ada: Program) -> None:
    made = ada.post("/announcements", news()).json()["ref"]
    for who in (cast.anna, cast.bolt, cast.judge):
        other = program(who)
        for place in ("/notices/table", "/messages", "/announcements", f"/announcements/{made}", "/wordings/case.refuse/consumer"):
            assert other.get(place).status_code == 404, place
        assert other.post("/announcements", news()).status_code == 404
        assert other.post(f"/announcements/{made}/publication", {}).status_code == 404
        assert other.post("/wordings/case.refuse/consumer", WORDS).status_code == 404
        assert other.post(f"/announcements/{made}/sight", {}).status_code == 404
    susan = program(person("susan", Role.SUPERVISOR))
    assert susan.get("/announcements").status_code == 200
    assert susan.post("/announcements", news()).status_code == 403
    assert susan.post("/wordings/case.refuse/consumer", WORDS).status_code == 403
