"""The pages, API and commands of deliveries put right, proposals of bearers, and the page behind a signed link."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from amends.cases.models import Case, Grant
from amends.deliveries import verbs
from amends.deliveries.models import OutboundDelivery
from amends.kernel import clock
from amends.liability import linking
from amends.liability.models import ChargeBackTo, Proposal, SignedLink
from amends.people.models import User
from amends.people.rules import Actor
from amends.plumbing import jobs
from amends.shipping.rules import Told
from amends.shipping.verbs import hear
from tests.api_client import program
from tests.bearing_at_hand import asked_of_carrier
from tests.cast import Cast, an_order, claims, settled, the_cast
from tests.payments_fixture import payments
from tests.verbs.replacing import photo

__all__ = ["payments"]
pytestmark = pytest.mark.usefixtures("db", "payments")


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Cast:
    return the_cast()


def page_of(actor: Actor, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(User.objects.get(pk=actor.user_id or 0))
    return client


def sent(**fields: object) -> dict[str, object]:
    return {"idempotency_key": uuid4().hex, **fields}


def missing(cast: Cast) -> Case:
    case = claims(an_order(cast.bolts, cast.annas, signed_ago=None), by=cast.anna, issue="lost", remedy="refund_only")
    jobs.drain()
    return case


def lost(cast: Cast) -> Case:
    row = verbs.enquire(missing(cast).ref, by=cast.anna)
    jobs.drain()
    hear("SF", row.waybill, [Told("lost", clock.now())])
    settled()
    return Case.objects.get(pk=row.case_id)


@pytest.mark.parametrize(("language", "words"), [("en", "Ask the carrier"), ("zh", "向承运商查件")])
def test_the_consumer_asks_redirects_and_confirms(cast: Cast, language: str, words: str) -> None:
    case, anna = missing(cast), page_of(cast.anna, language)
    at = f"/portal/cases/{case.ref}"
    assert words in anna.get(at).content.decode()
    assert anna.post(f"{at}/enquiries", sent(kind="lost", words="nothing came")).status_code == 303
    row = OutboundDelivery.objects.get()
    elsewhere = anna.post(f"{at}/deliveries/{row.ref}/elsewhere", sent(address=""))
    assert elsewhere.status_code == 422
    assert anna.post(f"{at}/deliveries/{row.ref}/elsewhere", sent(address="上海市静安区 9 号")).status_code == 303
    verbs.deliver(row.ref)
    shown = anna.get(at).content.decode()
    assert f"/deliveries/{row.ref}/confirmation" in shown
    assert f"/deliveries/{row.ref}/absence" in shown
    assert anna.post(f"{at}/deliveries/{row.ref}/absence", sent(words="not here")).status_code == 303
    verbs.deliver(row.ref)
    assert anna.post(f"{at}/deliveries/{row.ref}/confirmation", sent(and_withdraw="on")).status_code == 303
    assert (OutboundDelivery.objects.get().stage, Case.objects.get().ended_by) == ("confirmed", "withdraw")


def test_shop_and_desk_see_to_it(cast: Cast) -> None:
    case, bolt, desk = missing(cast), page_of(cast.bolt), page_of(cast.agent)
    assert "Ask the carrier" in bolt.get(f"/console/cases/{case.ref}").content.decode()
    assert desk.post(f"/desk/cases/{case.ref}/enquiries", sent(kind="lost")).status_code == 303
    row = OutboundDelivery.objects.get()
    for client, home in ((bolt, "/console/"), (desk, "/desk/")):
        assert row.waybill in client.get(f"{home}deliveries").content.decode()
        assert client.get(f"{home}deliveries/{row.ref}").status_code == 200
        assert f"{home}deliveries/{row.ref}" in client.get(f"{home}cases/{case.ref}").content.decode()
    no_date = desk.post(f"/desk/deliveries/{row.ref}/report", sent(report="give_date", expected_at="soon", words="by road"))
    refused = no_date.content.decode()
    assert (no_date.status_code, refused.count("Please give a day and a time.")) == (422, 2), "once above, once beside the field"
    assert "by road" in refused, "what was typed stays"
    soon = f"{clock.now() + timedelta(days=2):%Y-%m-%dT%H:%M}"
    assert desk.post(f"/desk/deliveries/{row.ref}/report", sent(report="give_date", expected_at=soon)).status_code == 303
    assert bolt.post(f"/console/deliveries/{row.ref}/fetching", sent()).status_code == 303
    assert bolt.post(f"/console/deliveries/{row.ref}/redelivery", sent(waybill="ZT1234567890", carrier="ZTO")).status_code == 303
    assert desk.post(f"/desk/deliveries/{row.ref}/link", sent()).status_code == 303
    assert "/counter/answers/" in desk.get(f"/desk/deliveries/{row.ref}").content.decode()
    assert bolt.post(f"/console/deliveries/{row.ref}/link", sent()).status_code == 404, "the shop would answer for its carrier"
    assert "/counter/answers/" not in bolt.get(f"/console/deliveries/{row.ref}").content.decode()
    link = SignedLink.objects.get()
    assert desk.post(f"/desk/deliveries/{row.ref}/links/{link.ref}/end", sent()).status_code == 303
    assert bolt.post(f"/console/deliveries/{row.ref}/return", sent()).status_code == 303
    assert (OutboundDelivery.objects.get().stage, Grant.objects.count()) == ("fetched", 1)
    for stranger in (page_of(cast.rival),):
        assert stranger.get(f"/console/deliveries/{row.ref}").status_code == 404
        assert row.waybill not in stranger.get("/console/deliveries").content.decode()


@pytest.mark.parametrize(("language", "words"), [("en", "Was this parcel damaged"), ("zh", "这个包裹是途中破损的吗")])
def test_a_carrier_denies_a_damage_with_words_by_its_link(cast: Cast, language: str, words: str) -> None:
    order = an_order(cast.bolts, cast.annas)
    case = claims(order, by=cast.anna, issue="damaged", remedy="return_refund", evidence=[photo(order, cast.anna)])
    row = verbs.enquire(case.ref, by=cast.anna)
    desk = page_of(cast.agent, language)
    assert desk.post(f"/desk/deliveries/{row.ref}/report", sent(report="deny_damage")).status_code == 422
    assert desk.post(f"/desk/deliveries/{row.ref}/report", sent(report="declare_lost")).status_code == 409
    at = urlsplit(linking.make_link(delivery=row.ref, by=cast.agent).url).path
    carrier = Client(headers={"accept-language": language}, enforce_csrf_checks=True)
    carrier.post(f"{at}/opening")
    assert words in carrier.get(at).content.decode()
    assert carrier.post(at, {"answer": "declare_lost"}).status_code == 422
    assert carrier.post(at, {"answer": "deny_damage", "words": "seal whole"}).status_code == 303
    row.refresh_from_db()
    assert (row.stage, row.answer and row.answer.body) == ("confirmed", "seal whole")
    assert "seal whole" in page_of(cast.anna, language).get(f"/portal/cases/{case.ref}").content.decode()


def test_the_desk_asks_as_proposed_or_dismisses(cast: Cast) -> None:
    case, desk = lost(cast), page_of(cast.agent)
    ref = Proposal.objects.get().ref
    assert "lost" in desk.get("/desk/proposals").content.decode()
    assert f"/desk/proposals/{ref}/charge" in desk.get(f"/desk/charges/of/{case.ref}").content.decode()
    assert desk.post(f"/desk/proposals/{ref}/charge", sent()).status_code == 303
    charge = ChargeBackTo.objects.get()
    assert desk.post(f"/desk/charges/{charge.ref}/link", sent()).status_code == 303
    assert "/counter/answers/" in desk.get(f"/desk/charges/{charge.ref}").content.decode()
    link = SignedLink.objects.get()
    assert desk.post(f"/desk/charges/{charge.ref}/links/{link.ref}/end", sent()).status_code == 303
    assert desk.get("/desk/proposals?state=asked").status_code == 200
    assert page_of(cast.bolt).get("/desk/proposals").status_code == 404


@pytest.mark.parametrize(("language", "words"), [("en", "We do not bear it"), ("zh", "我们不承担")])
def test_a_link_is_seen_opened_and_answered_without_an_account(cast: Cast, language: str, words: str) -> None:
    charge = asked_of_carrier(cast, lost(cast), 5000)
    at = urlsplit(linking.make_link(charge=charge.ref, by=cast.agent).url).path
    carrier = Client(headers={"accept-language": language}, enforce_csrf_checks=True)
    for _ in range(2):
        looked = carrier.get(at)
        assert looked.status_code == 200
        assert "压坏" not in looked.content.decode()
        assert (looked["Referrer-Policy"], looked["Cache-Control"]) == ("no-referrer", "no-store")
    assert SignedLink.objects.get().opened_at is None, "who only looks changes nothing"
    assert carrier.post(f"{at}/opening").status_code == 303
    shown = carrier.get(at).content.decode()
    assert words in shown
    assert "压坏" in shown
    empty = carrier.post(at, {"answer": "deny", "words": ""})
    assert empty.status_code == 422
    assert carrier.post(at, {"answer": "deny", "words": "seal whole"}).status_code == 303
    assert carrier.post(at, {"answer": "admit"}).status_code == 409
    assert ChargeBackTo.objects.get(pk=charge.pk).stage == "contested"
    assert carrier.get(at).status_code == 200
    assert carrier.get("/counter/answers/abc").status_code == 404
    assert carrier.post("/counter/answers/abc", {"answer": "admit"}).status_code == 404


def test_programs_do_the_same(cast: Cast) -> None:
    case = missing(cast)
    anna, bolt, desk = (program(who) for who in (cast.anna, cast.bolt, cast.agent))
    made = anna.post(f"/cases/{case.ref}/enquiries", {"kind": "lost"})
    assert made.status_code == 201, made.content
    ref = made.json()["ref"]
    assert anna.get(f"/deliveries/{ref}").json()["you_may"] == ["lead_elsewhere"]
    assert anna.post(f"/deliveries/{ref}/fetching", {}).status_code == 403
    assert bolt.post("/links", {"delivery": ref}).status_code == 404
    assert desk.post("/links", {"delivery": ref}).status_code == 201
    link = SignedLink.objects.get()
    assert desk.get(f"/links/{link.ref}").json()["url"].endswith(urlsplit(linking.url_of(link)).path)
    assert [who.get(f"/links/{link.ref}").status_code for who in (anna, bolt)] == [404, 404]
    assert desk.post(f"/links/{link.ref}/end", {}).json()["ended_at"]
    assert desk.get(f"/links/{link.ref}").json()["url"] == ""
    assert desk.post(f"/deliveries/{ref}/report", {"report": "declare_lost", "words": "gone"}).json()["stage"] == "lost"
    assert bolt.post(f"/deliveries/{ref}/report", {"report": "deliver"}).status_code in (403, 409)
    assert [one["ref"] for one in desk.get("/deliveries?stage=lost").json()["items"]] == [ref]
    settled()
    (row,) = desk.get("/proposals?state=proposed").json()["items"]
    assert row["reasons"][0]["code"] == "told_lost"
    assert bolt.get("/proposals").json()["items"] == []
    assert bolt.post(f"/proposals/{row['ref']}/charge", {}).status_code == 404
    assert desk.post(f"/proposals/{row['ref']}/charge", {"amount_minor": 4000}).json()["charge"]["sum"]["amount_minor"] == 4000
    assert desk.post(f"/proposals/{row['ref']}/dismissal", {}).status_code == 409


def told(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    call_command(*words)
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_the_consumer_answers_by_command_too(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    row = verbs.enquire(missing(cast).ref, by=cast.anna)
    anna = ("--as", "anna@example.com", "--json")
    verbs.deliver(row.ref)
    assert told(capsys, "deliveries", "absent", row.ref, "--words", "nobody rang", *anna)["stage"] == "enquiring"
    with pytest.raises(CommandError):
        call_command("deliveries", "confirm", row.ref, *anna)
    verbs.deliver(row.ref)
    assert told(capsys, "deliveries", "confirm", row.ref, "--withdraw", *anna)["stage"] == "confirmed"
    assert Case.objects.get().ended_by == "withdraw"


def test_commands_do_the_same(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    case = missing(cast)
    agent = ("--as", "agent@example.com", "--json")
    row = told(capsys, "deliveries", "ask", case.ref, "--kind", "lost", *agent)
    assert told(capsys, "deliveries", "list", "--json")["ref"] == row["ref"]
    assert told(capsys, "deliveries", "link", row["ref"], *agent)["url"].startswith("http")
    with pytest.raises(CommandError):
        call_command("deliveries", "report", row["ref"], "give_date", "--expected-at", "2026-03-12", *agent)
    assert told(capsys, "deliveries", "report", row["ref"], "declare_lost", *agent)["stage"] == "lost"
    settled()
    (proposed,) = (told(capsys, "proposals", "look", case.ref, "--json"),)
    assert proposed["party"] == "carrier"
    assert told(capsys, "proposals", "take-up", proposed["ref"], "--minor", "1000", *agent)["amount_minor"] == 1000
    with pytest.raises(CommandError):
        call_command("proposals", "dismiss", proposed["ref"], *agent)
