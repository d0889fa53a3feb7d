"""The merchant's console: every page and act the happy way, refusals that keep what was typed, walls between shops, few queries."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from amends.cases.models import Case
from amends.cases.verbs.answering import approve, call_platform, refuse
from amends.kernel import clock
from amends.people.models import User
from amends.plumbing import jobs
from amends.returns.models import Inspection, ReturnShipment
from amends.returns.verbs import give_address, receive, reject, ship
from amends.rulings.models import Review
from amends.rulings.verbs import close_replies, close_round, rule
from tests.cast import Cast, an_order, claims, the_cast
from tests.files_of_evidence import picture

pytestmark = pytest.mark.django_db


def enters(email: str, language: str = "en") -> Client:
    """A browser in which this person is signed in."""
    client = Client(headers={"accept-language": language})
    client.force_login(User.objects.get(email=email))
    return client


def posts(client: Client, url: str, **fields: Any) -> Any:
    return client.post(url, {"idempotency_key": str(uuid.uuid4()), **fields})


def a_parcel(cast: Cast, *, quantity: int = 2) -> ReturnShipment:
    """Approved, addressed and shipped: on its way to the shop."""
    case = claims(an_order(cast.bolts, cast.annas, quantities=[quantity], prices=[9901]), by=cast.anna, quantity=quantity)
    approve(case.ref, by=cast.bolt)
    jobs.drain()
    parcel = ReturnShipment.objects.get(case=case)
    give_address(parcel.ref, by=cast.bolt)
    ship(parcel.ref, carrier="SF", waybill=f"SF{parcel.pk:010d}", by=cast.anna)
    return parcel


def test_the_queue_tells_time_consumer_and_what_silence_does_in_both_languages(stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    english = enters("bolt@example.com").get("/console/").content.decode()
    assert case.ref in english and "Lamp" in english and "Anna" in english
    assert "Approved by itself, ¥99.00 after the return" in english
    chinese = enters("bolt@example.com", "zh-CN").get("/console/").content.decode()
    assert "台灯" in chinese and "自动同意，退货后退 ¥99.00" in chinese and "更晚" in chinese


def test_the_queue_costs_under_four_queries_beside_session_and_user(stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    for _ in range(3):
        claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    client = enters("bolt@example.com")
    client.get("/console/")
    with CaptureQueriesContext(connection) as seen:
        assert client.get("/console/").status_code == 200
    own = [q["sql"] for q in seen if "django_session" not in q["sql"] and '"people_' not in q["sql"]]
    assert len(own) < 4, own


def test_the_queue_is_filtered_and_refreshed_in_place(stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    client = enters("bolt@example.com")
    assert case.ref in client.get("/console/?issue=no_reason&remedy=return_refund&view=case").content.decode()
    assert case.ref not in client.get("/console/?issue=quality").content.decode()
    rows = client.get("/console/?part=rows").content.decode()
    assert case.ref in rows and "<html" not in rows
    assert client.get("/console/?after=nonsense").status_code == 404


def test_a_case_shows_its_turn_its_sum_and_the_legal_buttons(stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    for language, words in (("en", "Approve the claim"), ("zh-CN", "同意退货退款")):
        page = enters("bolt@example.com", language).get(f"/console/cases/{case.ref}")
        assert page.status_code == 200 and words in page.content.decode()


def test_an_approval_is_made_once_however_often_it_is_sent(stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    client = enters("bolt@example.com")
    for _ in range(2):
        answer = client.post(f"/console/cases/{case.ref}/approval", {"idempotency_key": "the same"})
        assert (answer.status_code, answer["Location"]) == (303, f"/console/cases/{case.ref}")
    assert Case.objects.get(pk=case.pk).stage == "executing"
    assert posts(client, f"/console/cases/{case.ref}/approval").status_code == 409


def test_a_refusal_needs_its_reason_and_keeps_what_was_typed(stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    client, url = enters("bolt@example.com"), f"/console/cases/{case.ref}/refusal"
    again = posts(client, url, reason="", words="the base is scratched")
    page = again.content.decode()
    assert again.status_code == 422 and "the base is scratched" in page and "Choose why you refuse" in page
    assert Case.objects.get(pk=case.pk).stage == "awaiting_merchant"
    assert posts(client, url, reason="not_intact", words="the base is scratched").status_code == 303
    assert "The goods are not intact" in client.get(f"/console/cases/{case.ref}").content.decode()


def test_proof_is_asked_for_and_the_platform_called_in(stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    one, other = (claims(an_order(cast.bolts, cast.annas), by=cast.anna) for _ in range(2))
    client = enters("bolt@example.com")
    assert posts(client, f"/console/cases/{one.ref}/proof-request", words="a picture of the base").status_code == 303
    assert posts(client, f"/console/cases/{other.ref}/review", words="").status_code == 303
    assert Case.objects.get(pk=one.pk).stage == "awaiting_proof"
    assert Case.objects.get(pk=other.pk).stage == "in_review"
    assert posts(client, f"/console/cases/{other.ref}/statement", words="it left us whole").status_code == 303
    assert "it left us whole" in client.get(f"/console/cases/{other.ref}").content.decode()
    assert posts(client, f"/console/cases/{other.ref}/statement", words="").status_code == 422


def test_the_side_that_a_ruling_burdens_lets_it_stand(stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    refuse(case.ref, reason="other", words="we do not agree", by=cast.bolt)
    call_platform(case.ref, by=cast.anna)
    review = Review.objects.get(case=case)
    close_round(review.ref, by=cast.judge)
    close_replies(review.ref, by=cast.judge)
    why = "Whole goods came back, so the money goes back."
    rule(review.ref, outcome="for", liable="merchant", clause="art. 25", words=why, by=cast.judge)
    client = enters("bolt@example.com")
    assert "Accept the ruling" in client.get(f"/console/cases/{case.ref}").content.decode()
    assert posts(client, f"/console/cases/{case.ref}/acceptance").status_code == 303
    assert Case.objects.get(pk=case.pk).stage == "executing"


def test_a_parcel_is_addressed_found_by_its_waybill_and_received(stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    approve(case.ref, by=cast.bolt)
    jobs.drain()
    parcel, client = ReturnShipment.objects.get(case=case), enters("bolt@example.com")
    assert posts(client, f"/console/parcels/{parcel.ref}/address", address="").status_code == 303
    ship(parcel.ref, carrier="SF", waybill="SF1234567890", by=cast.anna)
    assert client.get("/console/parcels?scan=sf1234567890")["Location"] == f"/console/parcels/{parcel.ref}/inspection"
    assert "Please check the waybill" in client.get("/console/parcels?scan=SF000", follow=True).content.decode()
    assert "Confirm receipt" in client.get(f"/console/parcels/{parcel.ref}/inspection").content.decode()
    assert posts(client, f"/console/parcels/{parcel.ref}/receipt")["Location"] == f"/console/parcels/{parcel.ref}/inspection"
    assert case.ref in client.get("/console/parcels").content.decode()


def test_each_unit_gets_its_finding_and_the_server_adds_up(stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    parcel = a_parcel(cast)
    receive(parcel.ref, by=cast.bolt)
    one, other = (f"u{pk}" for pk in Inspection.objects.order_by("pk").values_list("pk", flat=True))
    client, url = enters("bolt@example.com"), f"/console/parcels/{parcel.ref}"
    assert "Accept, refund ¥99.01" in client.get(f"{url}/inspection").content.decode()
    typed = {f"{one}-verdict": "accept", f"{other}-verdict": "reduce", f"{other}-reduced": "10.00"}
    assert "Record the findings, refund ¥49.51 now" in posts(client, f"{url}/totals", **typed).content.decode()
    refused = posts(client, f"{url}/inspection", **typed)
    assert refused.status_code == 422 and 'value="10.00"' in refused.content.decode() and "Please write why" in refused.content.decode()
    typed |= {f"{other}-words": "a scratch", f"{other}-grade": "C"}
    bare = posts(client, f"{url}/inspection", **typed).content.decode()
    assert "A photo is missing: The whole." in bare
    photos = {f"{other}-photo_{slot}": SimpleUploadedFile("p.jpg", picture(), "image/jpeg") for slot in ("whole", "flaw")}
    answers = {f"{other}-check_works": "yes", f"{other}-check_packed": "no"}
    assert posts(client, f"{url}/inspection", **typed, **photos, **answers).status_code == 303
    assert Inspection.objects.order_by("pk").last().checks == {"works": True, "packed": False}  # type: ignore[union-attr]
    seen = enters("anna@example.com", "zh-CN").get(f"/portal/cases/{parcel.case.ref}").content.decode()
    assert "是: 能正常使用" in seen and "否: 包装完好" in seen and "C 级" in seen
    assert list(Inspection.objects.order_by("pk").values_list("stage", "reduced_minor")) == [("payable", 0), ("reduced", 1000)]


def test_what_an_accepted_unit_no_longer_shows_is_not_sent(stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    parcel = a_parcel(cast)
    receive(parcel.ref, by=cast.bolt)
    one, other = (f"u{pk}" for pk in Inspection.objects.order_by("pk").values_list("pk", flat=True))
    client, url = enters("bolt@example.com"), f"/console/parcels/{parcel.ref}/inspection"
    hidden = {f"{one}-reduced": "ten", f"{one}-words": "a scratch", f"{other}-reduced": "10.00"}
    shown = {f"{one}-verdict": "accept", f"{other}-verdict": "reject", f"{other}-words": "worn"}
    assert posts(client, url, **hidden, **shown).status_code == 303
    found = Inspection.objects.order_by("pk").values_list("stage", "reduced_minor", "reason__body")
    assert list(found) == [("payable", 0, None), ("rejected", 0, "worn")]


def test_what_was_rejected_can_be_accepted_after_all(stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    parcel = a_parcel(cast, quantity=1)
    receive(parcel.ref, by=cast.bolt)
    row = Inspection.objects.get()
    reject(parcel.ref, inspection=row.pk, words="broken", by=cast.bolt)
    client = enters("bolt@example.com")
    assert "Accept after all" in client.get(f"/console/cases/{parcel.case.ref}").content.decode()
    assert posts(client, f"/console/parcels/{parcel.ref}/units/{row.pk}/acceptance").status_code == 303
    assert Inspection.objects.get().stage == "payable"


def test_all_cases_notices_and_finds_are_listed(stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    jobs.drain()
    client = enters("bolt@example.com")
    assert case.ref in client.get("/console/cases?stage=awaiting_merchant").content.decode()
    assert case.ref not in client.get("/console/cases?stage=closed").content.decode()
    assert "A new claim" in client.get("/console/notices").content.decode()
    assert posts(client, "/console/notices/read").status_code == 303
    assert [each["url"] for each in client.get(f"/console/find?q={case.ref}").json()] == [f"/console/cases/{case.ref}"]
    assert client.get("/console/find?q=Anna").json() and client.get("/console/find?q=a").json() == []


def test_another_shop_and_strangers_find_nothing_at_any_address(stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    parcel = a_parcel(cast, quantity=1)
    rival = enters("rival@example.com")
    case = f"/console/cases/{parcel.case.ref}"
    assert rival.get(case).status_code == 404
    for noun in ("approval", "refusal", "proof-request", "review", "statement", "acceptance"):
        assert posts(rival, f"{case}/{noun}", reason="other", words="mine").status_code == 404, noun
    assert rival.get(f"/console/parcels/{parcel.ref}/inspection").status_code == 404
    for noun in ("address", "receipt", "dispatch", "keeping", "totals", "inspection", "units/1/acceptance"):
        assert posts(rival, f"/console/parcels/{parcel.ref}/{noun}", carrier="SF", waybill="SF1").status_code == 404, noun
    assert parcel.case.ref not in rival.get("/console/").content.decode() + rival.get("/console/cases").content.decode()
    assert rival.get(f"/console/find?q={parcel.case.ref}").json() == []
    assert enters("anna@example.com").get("/console/").status_code == 404
    assert Client().get("/console/").status_code == 302
