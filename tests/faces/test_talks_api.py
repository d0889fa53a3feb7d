"""Offers, words, notes and quick replies over the API and by command: what each side may, and what the other side never sees."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from amends.approvals.answering import approve
from amends.cases.models import Case
from amends.cases.verbs.answering import refuse
from amends.kernel.clock import Stepped
from amends.notices.webhooks.models import Delivery
from amends.people.rules import Role
from amends.plumbing import jobs
from amends.plumbing.models import Idempotency
from tests.api_client import Program, programs
from tests.cast import Cast, an_order, claims, person, the_cast

SECRET = "the warehouse lost it, do not tell"


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


@pytest.fixture
def case(cast: Cast) -> Case:
    made = claims(an_order(cast.bolts, cast.annas, freight=600), by=cast.anna)
    refuse(made.ref, reason="not_intact", words="It was used.", by=cast.bolt)
    return made


@pytest.fixture
def by(cast: Cast) -> dict[str, Program]:
    return programs(cast)


def keeps(by: dict[str, Program], case: Case, minor: int) -> dict[str, Any]:
    (article,) = by["bolt"].get(f"/cases/{case.ref}/composition").json()["articles"]
    return {"parts": [{"remedy": "price_adjustment", "units": article["units"], "amount_minor": minor}]}


def test_rounds_by_program(by: dict[str, Program], case: Case) -> None:
    shown = by["anna"].get(f"/cases/{case.ref}/composition").json()
    assert [(law["remedy"], law["amount_minor"]) for law in shown["law"]] == [("return_refund", 9900)]
    assert (shown["articles"][0]["left_minor"], shown["articles"][0]["freight_minor"], shown["may_offer"]) == (9900, 600, True)
    preview = by["bolt"].post(f"/cases/{case.ref}/offer-previews", keeps(by, case, 3000))
    assert (preview.status_code, preview.json()["amount_minor"], preview.json()["wrong"]) == (201, 3000, None)
    made = by["bolt"].post(f"/cases/{case.ref}/offers", keeps(by, case, 3000) | {"words": "Keep it."})
    assert (made.status_code, made.json()["approval"]) == (201, None)
    assert (made.json()["offer"]["stage"], made.json()["offer"]["round"]) == ("to_consumer", 1)
    (row,) = by["anna"].get(f"/cases/{case.ref}/offers").json()["items"]
    assert ([choice["verb"] for choice in row["choices"]], row["words"]) == (["accept_offer", "decline", "counter"], "Keep it.")
    answer = by["anna"].post(f"/offers/{row['ref']}/counter", keeps(by, case, 5000)).json()["offer"]
    assert (answer["answers"], answer["side"]) == (row["ref"], "consumer")
    assert by["rival"].post(f"/offers/{answer['ref']}/acceptance").status_code == 404
    taken = by["bolt"].post(f"/offers/{answer['ref']}/acceptance")
    assert (taken.status_code, taken.json()["offer"]["stage"], taken.json()["offer"]["amount_minor"]) == (201, "accepted", 5000)
    assert by["anna"].get(f"/cases/{case.ref}").json()["stage"] == "executing"


def test_refusals_name_the_parts(by: dict[str, Program], case: Case) -> None:
    low = by["bolt"].post(f"/cases/{case.ref}/offers", {"parts": [{"remedy": "none", "units": [case.claimed.get().unit_id]}]})
    assert (low.status_code, low.json()["code"], list(low.json()["fields"])) == (422, "below_the_law", ["parts"])
    assert by["bolt"].post(f"/cases/{case.ref}/offers", {"parts": [{"remedy": "a_car"}]}).status_code == 422
    wrong = by["bolt"].post(f"/cases/{case.ref}/offer-previews", keeps(by, case, 99_000)).json()
    assert (wrong["code"], wrong["parts"]) == ("more_than_left", [])


def test_a_sum_above_the_limit_waits_for_a_signature(by: dict[str, Program], case: Case, cast: Cast) -> None:
    parts = {"parts": [*keeps(by, case, 1000)["parts"], {"remedy": "goodwill", "amount_minor": 30_000}]}
    shown = by["bolt"].post(f"/cases/{case.ref}/offer-previews", parts).json()
    assert (shown["amount_minor"], "colleague" in shown["signed_by_another"]["en"]) == (31_000, True)
    assert by["bolt"].post(f"/cases/{case.ref}/offers", parts).json()["fields"].keys() == {"why"}
    told = by["bolt"].post(f"/cases/{case.ref}/offers", parts | {"why": "She waited for weeks."}).json()
    assert (told["offer"], by["anna"].get(f"/cases/{case.ref}/offers").json()["items"]) == (None, [])
    approve(told["approval"], by=person("bill", Role.MERCHANT, merchant=cast.bolts))
    (row,) = by["anna"].get(f"/cases/{case.ref}/offers").json()["items"]
    assert (row["stage"], row["amount_minor"], row["signed_by_another"]) == ("to_consumer", 31_000, None)


def test_the_platform_proposes_to_both(by: dict[str, Program], case: Case) -> None:
    made = by["agent"].post(f"/cases/{case.ref}/offers", keeps(by, case, 3000)).json()["offer"]
    assert made["stage"] == "to_both"
    assert by["bolt"].post(f"/offers/{made['ref']}/agreement").json()["offer"]["stage"] == "to_consumer"
    assert by["anna"].post(f"/offers/{made['ref']}/declining", {"words": "No."}).json()["stage"] == "declined"
    assert by["agent"].post(f"/offers/{made['ref']}/retraction").status_code == 409


def test_messages_with_receipts(by: dict[str, Program], case: Case) -> None:
    said = by["bolt"].post(f"/cases/{case.ref}/messages", {"words": "Which colour?"})
    assert (said.status_code, said.json()["read_at"]) == (201, None)
    (line,) = by["anna"].get(f"/cases/{case.ref}/messages").json()["items"]
    assert (line["words"], line["read_at"]) == ("Which colour?", None)
    assert by["anna"].post(f"/cases/{case.ref}/messages/reading").json() == {"read": 1}
    assert by["bolt"].get(f"/cases/{case.ref}/messages").json()["items"][0]["read_at"]
    assert by["berta"].get(f"/cases/{case.ref}/messages").status_code == 404


def test_notes_never_leave_their_side(by: dict[str, Program], case: Case) -> None:
    hook = {"url": "https://bolt.example.com/hook", "types": ["*"]}
    by["bolt"].post("/webhooks", hook)
    made = by["bolt"].post(f"/cases/{case.ref}/notes", {"words": SECRET})
    assert (made.status_code, made.json().keys()) == (201, {"id", "erased", "made_at"})
    assert not any(SECRET in json.dumps(row.answer) for row in Idempotency.objects.all())
    jobs.drain()
    assert by["bolt"].get(f"/cases/{case.ref}/notes").json()["items"][0]["words"] == SECRET
    assert by["agent"].get(f"/cases/{case.ref}/notes").json()["items"] == []
    assert by["anna"].get(f"/cases/{case.ref}/notes").status_code == 404
    assert by["anna"].post(f"/cases/{case.ref}/notes", {"words": "mine"}).status_code == 403
    for who in ("anna", "agent", "judge"):
        for path in ("", "/offers", "/messages", "/timeline", "/composition", "/quick-replies"):
            assert SECRET not in by[who].get(f"/cases/{case.ref}{path}").content.decode(), (who, path)
    assert all(SECRET not in str(vars(row)) for row in Delivery.objects.all())
    number = made.json()["id"]
    assert by["agent"].post(f"/cases/{case.ref}/notes/{number}/erasure").status_code == 404
    assert by["bolt"].post(f"/cases/{case.ref}/notes/{number}/erasure").json()["erased"] is True


def test_quick_replies_by_program(by: dict[str, Program], case: Case) -> None:
    told = {"key": "sorry", "title_zh": "抱歉", "title_en": "Sorry", "body_zh": "{consumer}，抱歉。", "body_en": "Sorry, {consumer}."}
    kept = by["bolt"].post("/quick-replies", told)
    assert (kept.status_code, kept.json()["body"]["en"]) == (201, "Sorry, {consumer}.")
    (filled,) = by["bolt"].get(f"/cases/{case.ref}/quick-replies").json()["items"]
    assert filled["body"]["en"] == "Sorry, Anna."
    assert by["rival"].post(f"/quick-replies/{kept.json()['ref']}", {"title_en": "Mine"}).status_code == 404
    assert by["bolt"].post(f"/quick-replies/{kept.json()['ref']}", {"body_en": "{nothing}"}).json()["fields"].keys() == {"body_en"}
    assert by["bolt"].post(f"/quick-replies/{kept.json()['ref']}/ending").status_code == 201
    assert by["bolt"].get("/quick-replies").json()["items"] == []


# ── commands ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def run(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    call_command(*words, "--json")
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_offers_by_command(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    shown = run(capsys, "offers", "composition", case.ref, "--as", "bolt@example.com")
    parts = json.dumps([{"remedy": "price_adjustment", "units": shown[0]["units"], "amount_minor": 3000}])
    (made,) = run(capsys, "offers", "make", case.ref, "--parts", parts, "--as", "bolt@example.com")
    assert (made["stage"], made["amount_minor"]) == ("to_consumer", 3000)
    assert [row["ref"] for row in run(capsys, "offers", "list", case.ref, "--as", "anna@example.com")] == [made["ref"]]
    (answer,) = run(capsys, "offers", "counter", made["ref"], "--parts", parts, "--as", "anna@example.com")
    (ended,) = run(capsys, "offers", "decline", answer["ref"], "--words", "no", "--as", "bolt@example.com")
    assert ended["stage"] == "declined"
    with pytest.raises(CommandError):
        call_command("offers", "make", case.ref, "--parts", "{", "--as", "bolt@example.com")
    more = json.dumps([*json.loads(parts), {"remedy": "goodwill", "amount_minor": 30_000}])
    (waits,) = run(capsys, "offers", "make", case.ref, "--parts", more, "--why", "She waited.", "--as", "bolt@example.com")
    assert (waits["approval"][:3], waits["offer"]) == ("AP-", None)


def test_talk_by_command(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    bolt, anna = ("--as", "bolt@example.com"), ("--as", "anna@example.com")
    run(capsys, "talk", "say", case.ref, "--words", "Which colour?", *bolt)
    assert [row["words"] for row in run(capsys, "talk", "list", case.ref, *anna)] == ["Which colour?"]
    (noted,) = run(capsys, "talk", "note", case.ref, "--words", SECRET, *bolt)
    assert noted["words"] == SECRET
    assert run(capsys, "talk", "erase-note", case.ref, "--number", str(noted["number"]), *bolt)[0]["words"] == ""
    told = ("--key", "sorry", "--title-zh", "抱歉", "--title-en", "Sorry", "--body-zh", "抱歉", "--body-en", "Sorry {case}")
    (kept,) = run(capsys, "talk", "reply", *told, *bolt)
    assert run(capsys, "talk", "replies", "--case", case.ref, *bolt)[0]["body_en"] == f"Sorry {case.ref}"
    run(capsys, "talk", "end-reply", kept["ref"], *bolt)
    assert run(capsys, "talk", "replies", *bolt) == []
    with pytest.raises(CommandError):
        call_command("talk", "notes", case.ref, *anna)
