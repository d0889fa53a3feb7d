"""Who looks at a claim, and what stands beside it, on every face: chips, filters, a person, source tags, settlements, compensation."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from amends.cases.models import Case
from amends.cases.verbs.answering import ask_person, call_platform, refuse
from amends.faces.case_view import case_view
from amends.kernel.clock import Stepped
from amends.rulings.models import Review
from amends.rulings.verbs import close_replies, close_round
from tests.api_client import program
from tests.cast import Cast, an_order, claims, later_by, the_cast
from tests.verbs.returns_at_hand import PaysAtOnce, fresh

DAY = timedelta(days=1)


@pytest.fixture
def cast(db: None, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    gateway = PaysAtOnce()
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
    return the_cast()


def signed_in(name: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    assert client.login(username=f"{name}@example.com", password=f"{name} keeps a secret")
    return client


def body(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def ruled_by_default(cast: Cast, clock: Stepped) -> Case:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    refuse(case.ref, reason="other", words="No.", by=cast.bolt)
    call_platform(case.ref, by=cast.anna)
    while Review.objects.get(case_id=case.pk).ruled_at is None:
        later_by(clock, DAY)
    return fresh(case)


# ── asking for a person ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_anna_asks_on_her_page_and_it_says_so_from_then_on(cast: Cast) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    client = signed_in("anna")
    path = f"/portal/cases/{case.ref}"
    assert "act-person" in body(client, path)
    answer = client.post(f"{path}/person", {"words": "Please.", "idempotency_key": "one"})
    assert answer.status_code == 303
    after = body(client, path)
    assert "act-person" not in after
    assert "no machine decides alone since" in after
    assert fresh(case).lane == "expert"


def test_bolt_asks_in_the_console_and_the_desk_has_it_before_all_others(cast: Cast) -> None:
    other = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    call_platform(other.ref, by=cast.bolt)
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    client = signed_in("bolt")
    assert 'id="person"' in body(client, f"/console/cases/{case.ref}")
    assert client.post(f"/console/cases/{case.ref}/person", {"words": "", "idempotency_key": "one"}).status_code == 303
    for ref in (other.ref, case.ref):
        review = Review.objects.get(case__ref=ref).ref
        close_round(review, by=cast.judge)
        close_replies(review, by=cast.judge)
    desk = signed_in("judge")
    assert "An expert decides" in body(desk, f"/desk/cases/{case.ref}")
    queue = body(desk, "/desk/?view=arbiter")
    assert queue.index(case.ref) < queue.index(other.ref)
    assert "For a person or an expert to decide" in queue
    narrowed = body(desk, "/desk/?view=arbiter&lane=expert")
    assert case.ref in narrowed
    assert other.ref not in narrowed


def test_a_default_ruling_tells_both_sides_that_a_machine_gave_it_and_how_to_have_a_person(cast: Cast, stepped_clock: Stepped) -> None:
    case = ruled_by_default(cast, stepped_clock)
    for name, path in (("anna", f"/portal/cases/{case.ref}"), ("bolt", f"/console/cases/{case.ref}")):
        page = body(signed_in(name), path)
        assert "the rules gave this ruling" in page
        assert "Given by rule" in page
    assert "act-person" in body(signed_in("anna"), f"/portal/cases/{case.ref}")
    ask_person(case.ref, by=cast.anna)
    assert "the rules gave this ruling" not in body(signed_in("anna"), f"/portal/cases/{case.ref}")


def test_the_api_offers_the_act_and_says_lane_and_instant(cast: Cast) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    api = program(cast.anna)
    told = api.get(f"/cases/{case.ref}").json()
    assert told["lane"] == "assisted"
    assert told["person_asked_at"] is None
    (act,) = [one for one in told["acts"] if one["verb"] == "ask_person"]
    assert act["url"] == f"/api/v1/cases/{case.ref}/person"
    answer = api.post(f"/cases/{case.ref}/person", {"words": "Please."})
    assert answer.status_code == 201
    assert answer.json()["lane"] == "expert"
    again = api.post(f"/cases/{case.ref}/person", {})
    assert (again.status_code, again.json()["code"]) == (409, "person_asked")


def test_the_command_asks_too(cast: Cast) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    out = io.StringIO()
    call_command("case", "ask-person", case.ref, "--as", "anna@example.com", stdout=out)
    assert fresh(case).person_asked_at is not None
    assert case.ref in out.getvalue()


def test_who_ticks_it_on_the_application_gets_an_expert(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas, shipped=False, signed_ago=None)
    client = signed_in("anna")
    page = body(client, f"/portal/orders/{order.ref}/claim/remedies?n-1=1&issue=no_reason")
    assert 'name="person"' in page
    sent = {"n-1": "1", "issue": "no_reason", "remedy": "refund_only", "person": "yes", "idempotency_key": "one"}
    assert client.post(f"/portal/orders/{order.ref}/cases", sent).status_code == 303
    case = Case.objects.get(order_id=order.pk)
    assert (case.lane, case.person_asked_at is not None) == ("expert", True)


# ── what stands beside a claim ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_application_tags_its_sources_and_tells_what_else_could_be_claimed(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas)
    page = body(signed_in("anna"), f"/portal/orders/{order.ref}/claim/remedies?n-1=1&issue=not_as_described")
    assert "P law" in page
    assert "Compensation besides" in page
    assert "Needs:" in page


def test_a_part_return_under_a_lost_discount_shows_both_ways_to_count_it(cast: Cast) -> None:
    threshold: dict[str, Any] = {
        "kind": "discount",
        "name": {"zh": "满减", "en": "Threshold"},
        "min_spend_minor": 30000,
        "saved_minor": 5000,
    }
    order = an_order(cast.bolts, cast.annas, quantities=(1, 1), prices=(20000, 20000), discounts=(2500, 2500), promotions=[threshold])
    page = body(signed_in("anna"), f"/portal/orders/{order.ref}/claim/remedies?n-1=1&issue=no_reason")
    assert "Two ways to count it" in page
    case = claims(order, by=cast.anna)
    view = case_view(case.ref, cast.bolt)
    assert len(view.columns) == 2
    assert [column.chosen for column in view.columns].count(True) == 1
    for column in view.columns:
        assert sum(row.minor for row in column.rows) == column.minor
    assert (
        next(column.minor for column in view.columns if column.chosen) == max(column.minor for column in view.columns) == case.claimed_minor
    )
    assert "Two ways to count it" in body(signed_in("bolt"), f"/console/cases/{case.ref}")


def test_what_a_good_customer_is_told_before_and_after_a_claim_that_passes_at_once(cast: Cast) -> None:
    cast.annas.tier = "gold"
    cast.annas.save()
    order = an_order(cast.bolts, cast.annas, shipped=False, signed_ago=None)
    client = signed_in("anna")
    page = body(client, f"/portal/orders/{order.ref}/claim/remedies?n-1=1&issue=no_reason")
    assert "the rules approve it when you send it" in page
    case = claims(order, by=cast.anna, remedy="refund_only")
    bolts = body(signed_in("bolt"), f"/console/cases/{case.ref}")
    assert "The rules alone approved this claim" in bolts
    assert "Instant refund" in bolts


def test_consideration_by_api_says_lane_settlements_and_compensation(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas)
    asked = {"issue": "not_as_described", "lines": [{"position": 1, "quantity": 1}]}
    told = program(cast.anna).post(f"/orders/{order.ref}/considerations", asked).json()
    assert {one["lane"] for one in told["remedies"]} <= {"instant", "automatic", "assisted", "expert"}
    assert told["compensations"], json.dumps(told)[:500]
    assert all(reason["tag"] in "PSIG" and reason["tag"] for one in told["remedies"] for reason in one["reasons"])
