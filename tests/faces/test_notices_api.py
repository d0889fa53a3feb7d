"""Programs read what they were told and say how they want to be told: the verbs of the pages, about their own person alone."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from typing import Any

import pytest
from django.core.management import call_command

from amends.kernel.refusals import Unprocessable
from amends.notices.models import Contact, Notice, Recipient
from tests.api_client import Program, program
from tests.cast import Cast, an_order, claims, settled, the_cast
from tests.verbs.test_contacts import BROWSER, KEYS, the_code

pytestmark = pytest.mark.usefixtures("db", "stepped_clock")


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setenv("AMENDS_SMS_URL", "twilio://sid:token@127.0.0.1:9/?from=%2B15005550006")
    monkeypatch.setenv("AMENDS_VAPID_SUBJECT", "mailto:a@example.com")
    return the_cast()


@pytest.fixture
def anna(cast: Cast) -> Program:
    return program(cast.anna)


def test_what_one_was_told_is_listed_and_read(cast: Cast, anna: Program) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    settled()
    items = anna.get("/notices").json()["items"]
    mine = next(one for one in items if one["case"] == case.ref)
    assert mine["unread"] and mine["due_at"] and mine["urgency"] in ("act", "result", "news") and mine["subject"]["zh"]
    assert anna.post("/notices/reading", {"ids": [mine["id"]]}).json() == {"read": 1}
    assert program(cast.berta).post("/notices/reading", {"ids": [one["id"] for one in items]}).json() == {"read": 0}
    assert anna.post("/notices/reading").json() == {"read": len(items) - 1}
    assert not Notice.objects.filter(party="consumer", read_at__isnull=True).exists()


def test_preferences_are_read_and_chosen(cast: Cast, anna: Program) -> None:
    before = anna.get("/preferences").json()
    assert before["choices"]["act"] == ["mail", "push", "wechat", "sms"] and before["quiet"]["start"] == "22:00"
    chosen = anna.post("/preferences", {"choices": {"news": []}, "quiet": {"start": "23:30", "end": "06:00", "zone": "Europe/Berlin"}})
    assert chosen.status_code == 201 and chosen.json()["choices"]["news"] == [] and chosen.json()["quiet"]["zone"] == "Europe/Berlin"
    assert anna.post("/preferences", {"quiet": "off"}).json()["quiet"] is None
    assert anna.post("/preferences", {"quiet": "default"}).json()["quiet"]["end"] == "08:00"
    refused = anna.post("/preferences", {"choices": {"act": ["sms"], "hazard": []}})
    assert refused.status_code == 422 and set(refused.json()["fields"]) == {"act", "hazard"}
    assert Recipient.objects.get().choices == {"news": []}


@pytest.mark.parametrize(
    "body", [{"quiet": {"start": "24:00", "end": "06:00"}}, {"quiet": "never"}, {"choices": {"act": "mail"}}, {"user": 1}]
)
def test_what_is_no_preference_is_refused(anna: Program, body: dict[str, Any]) -> None:
    assert anna.post("/preferences", body).status_code == 422 and not Recipient.objects.exists()


def test_an_address_is_added_proved_and_removed(cast: Cast, anna: Program) -> None:
    added = anna.post("/contacts", {"channel": "sms", "address": "138 1234 5678"}, once="k")
    assert added.json() | {"id": 0} == {
        "id": 0, "channel": "sms", "address": "+8613812345678", "label": "", "confirmed": False, "ended": False,
    }  # fmt: skip
    assert anna.post("/contacts", {"channel": "sms", "address": "138 1234 5678"}, once="k").json() == added.json()
    path = f"/contacts/{added.json()['id']}"
    for left in (4, 3):
        wrong = anna.post(f"{path}/confirmation", {"code": "wrong"})
        assert (wrong.status_code, wrong.json()["code"]) == (422, "wrong_code") and str(left) in wrong.json()["detail"]
    row = Contact.objects.get()
    assert row.code_tries == 2
    assert anna.post(f"{path}/code").json()["code"] == "code_just_sent"
    assert anna.post(f"{path}/confirmation", {"code": the_code(row)}).json()["confirmed"]
    assert [one["confirmed"] for one in anna.get("/contacts").json()["items"]] == [True]
    berta = program(cast.berta)
    assert berta.get(path).status_code == berta.post(f"{path}/end").status_code == 404
    assert anna.post(f"{path}/end").json()["ended"] and anna.get("/contacts").json()["items"] == []
    assert anna.get(path).json()["ended"]


def test_a_browser_is_subscribed_without_telling_its_address_again(anna: Program) -> None:
    assert len(anna.get("/push-subscriptions").json()["public_key"]) == 87
    made = anna.post("/push-subscriptions", {"endpoint": BROWSER, "keys": {"p256dh": KEYS[0], "auth": KEYS[1]}, "label": "Kiosk"})
    assert made.status_code == 201 and made.json()["confirmed"] and made.json()["address"] == ""
    assert [one["label"] for one in anna.get("/push-subscriptions").json()["items"]] == ["Kiosk"]
    refused = anna.post("/push-subscriptions", {"endpoint": "https://10.0.0.1/x", "keys": {"p256dh": KEYS[0], "auth": KEYS[1]}})
    assert refused.status_code == 422 and set(refused.json()["fields"]) == {"endpoint"}


def test_the_terminal_does_the_same(cast: Cast) -> None:
    def says(*words: str) -> Any:
        with redirect_stdout(io.StringIO()) as said:
            call_command("notices", *words, "--as", "anna@example.com", "--json")
        return json.loads(said.getvalue())

    assert says("preferences")["choices"]["news"] == ["push", "wechat", "mail"]
    assert says("preferences", "--set", "news=", "--quiet", "off") == {
        "choices": says("preferences")["choices"] | {"news": []}, "quiet": None,
    }  # fmt: skip
    row = says("contacts", "--add", "sms:13812345678")[0]
    assert (row["address"], row["confirmed"]) == ("+8613812345678", False)
    assert says("contacts", "--confirm", f"{row['id']}:{the_code(Contact.objects.get())}")[0]["confirmed"]
    assert says("contacts", "--end", str(row["id"])) == []
    for words in (("preferences", "--quiet", "late"), ("preferences", "--set", "act"), ("contacts", "--confirm", "x:1")):
        with pytest.raises(Unprocessable):
            says(*words)
