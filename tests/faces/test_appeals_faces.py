"""Appeals on every face: portal, console, desk, API and terminal, in both languages, with what each refuses."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from amends.cases.models import Case
from amends.kernel import clock
from amends.kernel.clock import Stepped
from amends.people.models import User
from amends.rulings.appeal_evidence import NewPiece
from amends.rulings.appealing import appeal
from amends.rulings.examining import admit
from amends.rulings.models import Appeal
from tests.api_client import program
from tests.cast import Cast, later_by, the_cast
from tests.files_of_evidence import picture
from tests.verbs.appeals_at_hand import CALLER, GROUNDS, REASONS, appeal_of, of_rank, ruled
from tests.verbs.returns_at_hand import PaysAtOnce, a_photo, fresh


@pytest.fixture
def cast(db: None, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    gateway = PaysAtOnce()
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
    return the_cast()


def as_(name: str, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(User.objects.get(email=f"{name}@example.com"))
    return client


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def a_picture() -> SimpleUploadedFile:
    return SimpleUploadedFile("letter.jpg", picture(), "image/jpeg")


def test_anna_appeals_on_her_page_reads_by_when_and_takes_it_back(cast: Cast) -> None:
    of_rank("head", 2)
    case = ruled(cast)
    anna = as_("anna")
    here = f"/portal/cases/{case.ref}"
    assert "Disagree with the ruling? Appeal" in page(anna, here)
    assert "不同意裁决？申诉" in page(as_("anna", "zh-hans"), here)
    short = anna.post(f"{here}/appeal", {"idempotency_key": "a", "words": "no"})
    assert short.status_code == 422
    assert "what is wrong with the ruling" in short.content.decode()
    done = anna.post(f"{here}/appeal", {"idempotency_key": "b", "words": GROUNDS})
    assert (done.status_code, fresh(case).stage) == (303, "appealed")
    html = page(anna, here)
    assert "The ruling is appealed and stayed" in html
    assert "Final answer by" in html
    assert GROUNDS in html
    row = appeal_of(case)
    said = anna.post(f"{here}/appeal/{row.ref}/reply", {"idempotency_key": "c", "words": "One thing more."})
    assert said.status_code == 303
    assert "One thing more." in page(as_("bolt"), f"/console/cases/{case.ref}/appeal")
    assert anna.post(f"{here}/appeal/{row.ref}/retraction", {"idempotency_key": "d"}).status_code == 303
    assert appeal_of(case).stage == "retracted"


def test_new_files_without_a_reason_come_back_with_the_form(cast: Cast) -> None:
    case = ruled(cast)
    photo = a_photo(case, cast.anna)
    answer = as_("anna").post(f"/portal/cases/{case.ref}/appeal", {"idempotency_key": "a", "words": GROUNDS, "evidence": [photo]})
    assert answer.status_code == 422
    assert GROUNDS in answer.content.decode()
    assert "could not be had before" in answer.content.decode()


def test_bolt_appeals_at_the_console(cast: Cast) -> None:
    of_rank("head", 2)
    case = ruled(cast, "for")
    bolt = as_("bolt")
    assert f"/console/cases/{case.ref}/appeal" in page(bolt, f"/console/cases/{case.ref}")
    here = f"/console/cases/{case.ref}/appeal"
    assert "对裁决申诉" in page(as_("bolt", "zh-hans"), here)
    assert bolt.post(f"{here}/lodging", {"idempotency_key": "a", "words": ""}).status_code == 422
    assert bolt.post(f"{here}/lodging", {"idempotency_key": "b", "words": "It was used for weeks."}).status_code == 303
    row = appeal_of(case)
    assert "It was used for weeks." in page(bolt, here)
    assert as_("rival").get(here).status_code == 404
    assert as_("anna").post(f"/portal/cases/{case.ref}/appeal/{row.ref}/retraction", {"idempotency_key": "x"}).status_code == 409
    assert bolt.post(f"{here}/{row.ref}/retraction", {"idempotency_key": "c"}).status_code == 303


def test_the_examiner_reads_judges_what_is_new_and_answers(cast: Cast) -> None:
    of_rank("head", 2)
    case = ruled(cast)
    photo = a_photo(case, cast.anna)
    row = appeal(case.ref, words=GROUNDS, new_evidence=[NewPiece(photo, "It came today.")], by=cast.anna)
    head = as_("head")
    assert row.ref in page(head, "/desk/appeals")
    assert "没有等答复的申诉" not in page(as_("head", "zh-hans"), "/desk/appeals")
    html = page(head, f"/desk/appeals/{row.ref}")
    for words in ("Take it up", "Uphold", "It came today.", REASONS):
        assert words in html
    here = f"/desk/appeals/{row.ref}"
    unjudged = head.post(f"{here}/upholding", {"idempotency_key": "a", "words": REASONS})
    assert unjudged.status_code == 422
    assert "judge of each new piece" in unjudged.content.decode()
    assert head.post(f"{here}/admission", {"idempotency_key": "b", "judged": "1", "allowed": photo}).status_code == 303
    assert appeal_of(case).new_evidence[0]["taken"] is True
    (unit,) = row.review.heard
    told = {
        "judged": "1", "allowed": photo, "clause": "CN-QUAL-01", "words": REASONS, "outcome": "parts", "blocks": "photos",
        f"remedy-{unit}": "refund_only", f"amount-{unit}": "30.00", "share-merchant": "70", "share-consumer": "30",
        "goodwill": "5.00", "goodwill_by": "platform",
    }  # fmt: skip
    odd = head.post(f"{here}/changing", {**told, "idempotency_key": "c", "share-consumer": "half"})
    assert odd.status_code == 422
    assert 'value="half"' in odd.content.decode()
    assert 'value="30.00"' in odd.content.decode()
    cost = head.post(f"/desk/reviews/{row.review.ref}/costs", told).content.decode()
    assert "35.00" in cost
    assert "draft" not in cost
    assert head.post(f"{here}/changing", {**told, "idempotency_key": "d"}).status_code == 303
    done = appeal_of(case)
    assert (done.stage, done.outcome, done.bears) == ("changed", "partly", {"consumer": 3000, "merchant": 7000})
    assert [(part["remedy"], part["amount_minor"], part.get("borne_by")) for part in done.parts] == [
        ("refund_only", 3000, "merchant"), ("goodwill", 500, "platform"),
    ]  # fmt: skip
    html = page(as_("anna"), f"/portal/cases/{case.ref}")
    assert "30.00" in html
    assert "The photos and videos of both sides were compared." in html
    assert "核对了双方的照片和视频。" in page(as_("bolt", "zh-hans"), f"/console/cases/{case.ref}/appeal")
    assert "by the examiner" not in page(head, here)
    assert row.ref in page(head, "/desk/appeals?show=all")


def test_judge_who_ruled_is_refused_at_the_desk(cast: Cast) -> None:
    case = ruled(cast)
    row = appeal(case.ref, words=GROUNDS, by=cast.anna)
    html = page(as_("judge"), f"/desk/appeals/{row.ref}")
    assert "Uphold and carry it out" not in html
    assert "You took part in an earlier ruling here" in html
    answer = as_("judge").post(f"/desk/appeals/{row.ref}/upholding", {"idempotency_key": "a", "words": REASONS})
    assert (answer.status_code, appeal_of(case).stage) == (403, "lodged")


def test_an_agent_enters_what_was_said_on_the_telephone(cast: Cast) -> None:
    case = ruled(cast)
    agent = as_("agent")
    assert f"/desk/cases/{case.ref}/appeal" in page(agent, f"/desk/cases/{case.ref}")
    here = f"/desk/cases/{case.ref}/appeal"
    assert "登记来电或来信的申诉" in page(as_("agent", "zh-hans"), here)
    told = {"side": "consumer", "entered_from": "mail", "words": GROUNDS, "caller": CALLER, "came_at": ""}
    assert agent.post(f"{here}/entry", {**told, "idempotency_key": "a", "side": "carrier"}).status_code == 422
    wrong = agent.post(f"{here}/entry", {**told, "idempotency_key": "b", "came_at": "2020-01-01T10:00", "caller": "Her brother"})
    assert wrong.status_code == 422
    assert "after the ruling" in wrong.content.decode()
    assert 'value="Her brother"' in wrong.content.decode()
    bare = agent.post(f"{here}/entry", {**told, "idempotency_key": "c", "files": a_picture()})
    assert bare.status_code == 422
    assert "could not be had before" in bare.content.decode()
    sent = {**told, "idempotency_key": "d", "files": a_picture(), "why": "It came with her mail."}
    assert agent.post(f"{here}/entry", sent).status_code == 303
    row = appeal_of(case)
    assert (row.entered_from, row.entered_by_id, len(row.new_evidence)) == ("mail", cast.agent.user_id, 1)
    html = page(as_("anna"), f"/portal/cases/{case.ref}")
    assert "by a mail, entered by an agent" in html
    assert CALLER in html
    assert "By a mail of" in html
    assert CALLER not in page(as_("bolt"), f"/console/cases/{case.ref}/appeal")
    assert "This case was appealed already" in page(agent, here)


# ── the API ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_by_api(cast: Cast) -> None:
    head_actor = of_rank("head", 2)
    case = ruled(cast)
    anna, bolt, head, rival = (program(one) for one in (cast.anna, cast.bolt, head_actor, cast.rival))
    acts = anna.get(f"/cases/{case.ref}").json()["acts"]
    assert f"/api/v1/cases/{case.ref}/appeal" in [act["url"] for act in acts if act["verb"] == "appeal"]
    short = anna.post(f"/cases/{case.ref}/appeal", {"words": "no"})
    assert (short.status_code, short.json()["code"]) == (422, "too_short")
    made = anna.post(f"/cases/{case.ref}/appeal", {"words": GROUNDS, "new_evidence": []})
    assert made.status_code == 201
    told = made.json()
    assert (told["stage"], told["side"], told["entered_from"], told["may"]) == ("lodged", "consumer", "api", ["retract", "reply_appeal"])
    assert told["final_by"] > told["due_at"]
    ref = told["ref"]
    assert bolt.post(f"/appeals/{ref}/replies", {"words": "No."}).json()["replies"][0]["party"] == "merchant"
    assert rival.get(f"/appeals/{ref}").status_code == 404
    assert rival.get("/appeals").json() == {"items": []}
    assert [one["ref"] for one in head.get("/appeals", mine=True).json()["items"]] == [ref]
    assert [one["ref"] for one in bolt.get(f"/cases/{case.ref}/appeals").json()["items"]] == [ref]
    assert bolt.post(f"/appeals/{ref}/upholding", {"words": REASONS}).status_code == 403
    assert head.post(f"/appeals/{ref}/admission", {}).status_code == 201
    (unit,) = Appeal.objects.get(ref=ref).review.heard
    wrong = head.post(f"/appeals/{ref}/change", {"clause": "X", "words": REASONS, "parts": [{"remedy": "none", "units": [unit + 1]}]})
    assert wrong.status_code == 422
    parts = [{"remedy": "price_adjustment", "units": [unit], "amount_minor": 5000}]
    review = head.get(f"/appeals/{ref}").json()["review"]
    cost = head.post(f"/reviews/{review}/preview", {"parts": parts, "bears": {"merchant": 10000}}).json()
    assert cost["money"]["amount_minor"] == 5000
    answer = {"clause": "CN-QUAL-01", "words": "理由写得清清楚楚的。", "words_en": REASONS, "parts": parts}
    done = head.post(f"/appeals/{ref}/change", answer)
    assert done.status_code == 201, done.content
    assert (done.json()["stage"], done.json()["outcome"], done.json()["answer"]["en"]) == ("changed", "partly", REASONS)
    assert bolt.get(f"/cases/{case.ref}/breaches").json() == {"items": []}
    assert anna.post(f"/cases/{case.ref}/appeal", {"words": GROUNDS}).status_code == 409


def test_an_entry_and_a_sending_back_by_api(cast: Cast) -> None:
    head = program(of_rank("head", 2))
    case = ruled(cast)
    came_at = clock.now().isoformat()
    body = {
        "side": "merchant",
        "entered_from": "mail",
        "words": "They write that it was used.",
        "came_at": came_at,
        "caller": "Bolt himself",
    }
    assert program(cast.anna).post(f"/cases/{case.ref}/appeal-entry", body).status_code == 403
    assert program(cast.agent).post(f"/cases/{case.ref}/appeal-entry", {**body, "came_at": "yesterday"}).status_code == 422
    assert program(cast.agent).post(f"/cases/{case.ref}/appeal-entry", {**body, "caller": ""}).status_code == 422
    made = program(cast.agent).post(f"/cases/{case.ref}/appeal-entry", body).json()
    assert (made["side"], made["entered_from"], made["caller"]) == ("merchant", "mail", "Bolt himself")
    assert program(cast.anna).get(f"/appeals/{made['ref']}").json()["caller"] == ""
    head.post(f"/appeals/{made['ref']}/admission", {})
    assert head.post(f"/appeals/{made['ref']}/sending-back", {"words": REASONS}).json()["stage"] == "sent_back"
    assert Case.objects.get(pk=case.pk).stage == "in_review"


# ── the terminal ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def told(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    capsys.readouterr()
    call_command("appeals", *words, "--json")
    return json.loads(capsys.readouterr().out)


def test_the_same_from_the_terminal(cast: Cast, stepped_clock: Stepped, capsys: pytest.CaptureFixture[str]) -> None:
    of_rank("head", 2)
    case = ruled(cast)
    anna, head = ("--as", "anna@example.com"), ("--as", "head@example.com")
    with pytest.raises(CommandError):
        call_command("appeals", "lodge", case.ref, "--words", "no", *anna)
    made = told(capsys, "lodge", case.ref, "--words", GROUNDS, *anna)
    assert (made["stage"], made["side"]) == ("lodged", "consumer")
    assert told(capsys, "list", "--mine", *head)["ref"] == made["ref"]
    assert told(capsys, "reply", made["ref"], "--words", "One thing more.", *anna)["stage"] == "lodged"
    assert told(capsys, "admit", made["ref"], *head)["stage"] == "examining"
    with pytest.raises(CommandError):
        call_command("appeals", "change", made["ref"], "--clause", "X", "--words", REASONS, *head)
    with pytest.raises(CommandError, match="JSON"):
        call_command("appeals", "change", made["ref"], "--clause", "X", "--words", REASONS, "--parts", "{", *head)
    changed = told(capsys, "change", made["ref"], "--outcome", "for", "--clause", "CN-QUAL-01", "--words", REASONS, *head)
    assert (changed["stage"], changed["outcome"]) == ("changed", "for")
    other = ruled(cast)
    called = ("--side", "consumer", "--from", "call", "--words", GROUNDS, "--as", "agent@example.com")
    with pytest.raises(CommandError):
        call_command("appeals", "enter", other.ref, *called, "--caller", CALLER, "--at", "2020-01-01T10:00")
    entered = told(capsys, "enter", other.ref, *called, "--caller", CALLER)
    assert entered["came_at"]
    later_by(stepped_clock, timedelta(days=4))
    assert told(capsys, "unanswered", "--as", "agent@example.com")["ref"] == entered["ref"]
    assert told(capsys, "show", entered["ref"], *anna)["unanswered"] is True
    assert told(capsys, "breaches", "--as", "agent@example.com")["who"] == "merchant"
    with pytest.raises(CommandError):
        call_command("appeals", "breaches", *anna)


def test_upheld_and_sent_back_from_the_terminal(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    head = of_rank("head", 2)
    one, other = ruled(cast), ruled(cast)
    first, second = (appeal(case.ref, words=GROUNDS, by=cast.anna) for case in (one, other))
    admit(second.ref, by=head)
    at = ("--as", "head@example.com")
    assert told(capsys, "uphold", first.ref, "--words", REASONS, *at)["stage"] == "upheld"
    assert told(capsys, "send-back", second.ref, "--words", REASONS, *at)["stage"] == "sent_back"
