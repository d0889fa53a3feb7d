"""Compensation over the API: given within limits or asked, redeemed and spent once, refused where it is somebody else's."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import connection

from amends.cases.models import Case
from amends.compensation import supplements
from amends.compensation.captures import take_capture
from amends.compensation.models import Supplement
from amends.kernel.clock import Stepped
from tests.api_client import Program, programs
from tests.cast import Cast, an_order, claims, the_cast

PAGE = "https://pay.example/1"


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


@pytest.fixture
def case(cast: Cast) -> Case:
    return claims(an_order(cast.bolts, cast.annas), by=cast.anna)


@pytest.fixture
def by(cast: Cast) -> dict[str, Program]:
    return programs(cast)


def test_a_shop_gives_a_voucher_and_a_till_redeems_it_once(by: dict[str, Program], case: Case) -> None:
    given = by["bolt"].post(f"/cases/{case.ref}/compensations", {"kind": "voucher", "amount_minor": 2000, "words": "sorry"})
    assert (given.status_code, given.json()["given"], given.json()["approval"]) == (201, True, None)
    ref = given.json()["voucher"]
    (row,) = by["anna"].get(f"/cases/{case.ref}/compensations").json()["items"]
    assert (row["kind"], row["words"], row["arrived"], row["worth_minor"], row["voucher"]) == ("voucher", "sorry", True, 1800, ref)
    assert by["rival"].get(f"/vouchers/{ref}").status_code == 404
    body = {"order_number": "B-1", "total_minor": 9000, "currency": "CNY"}
    first = by["bolt"].post(f"/vouchers/{ref}/redemption", body)
    assert (first.status_code, first.json()["redeemed_minor"], first.json()["order_number"]) == (201, 2000, "B-1")
    assert by["bolt"].post(f"/vouchers/{ref}/redemption", body).status_code == 201
    other = by["bolt"].post(f"/vouchers/{ref}/redemption", {**body, "order_number": "B-2"})
    assert (other.status_code, other.json()["code"]) == (409, "voucher_redeemed")
    assert by["bolt"].post(f"/vouchers/{ref}/revocation", {"reason": "oops"}).status_code == 409
    assert [one["state"] for one in by["anna"].get("/vouchers").json()["items"]] == ["redeemed"]
    assert by["anna"].get("/vouchers", state="issued").json()["items"] == []


def test_above_the_limit_it_waits_for_somebody_else(by: dict[str, Program], case: Case) -> None:
    asked = by["agent"].post(f"/cases/{case.ref}/compensations", {"kind": "goodwill", "amount_minor": 6000, "why": "three weeks late"})
    assert (asked.status_code, asked.json()["given"]) == (201, False)
    assert asked.json()["approval"].startswith("AP-")
    assert by["anna"].get(f"/cases/{case.ref}/compensations").json()["items"] == []


def test_refusals_name_their_field(by: dict[str, Program], case: Case) -> None:
    wrong = by["bolt"].post(f"/cases/{case.ref}/compensations", {"kind": "goodwill", "amount_minor": 0})
    assert (wrong.status_code, list(wrong.json()["fields"])) == (422, ["amount_minor"])
    assert by["bolt"].post(f"/cases/{case.ref}/compensations", {"kind": "points", "amount_minor": 5}).status_code == 403
    assert by["rival"].post(f"/cases/{case.ref}/compensations", {"kind": "goodwill", "amount_minor": 5}).status_code == 404
    assert by["anna"].post(f"/cases/{case.ref}/compensations", {"kind": "goodwill", "amount_minor": 5}).status_code == 403


def test_points_are_spent_at_a_till_and_never_below_nothing(by: dict[str, Program], cast: Cast, case: Case) -> None:
    by["agent"].post(f"/cases/{case.ref}/compensations", {"kind": "points", "amount_minor": 300})
    purse = f"/purses/{cast.annas.ref}"
    assert by["anna"].get(purse).json()["items"] == [{"purse": "points", "unit": "points", "balance_minor": 300}]
    body = {"purse": "points", "amount_minor": 250, "key": "till-9", "order_number": "B-1"}
    assert by["bolt"].post(f"{purse}/spending", body).json()["balance_minor"] == 50
    assert by["bolt"].post(f"{purse}/spending", body).json()["balance_minor"] == 50, "the key is replayed"
    short = by["bolt"].post(f"{purse}/spending", {**body, "key": "till-10"})
    assert (short.status_code, short.json()["code"]) == (409, "purse_too_small")
    assert by["berta"].get(purse).status_code == 404
    assert by["anna"].post(f"{purse}/spending", body).status_code == 403


def test_prices_come_in_and_open_price_protection(by: dict[str, Program], cast: Cast, case: Case) -> None:
    key = case.order.lines.get(position=1).product.key
    told = {"prices": [{"product": key, "currency": "CNY", "price_minor": 9000, "since": "2026-03-09T00:00:00+08:00"}]}
    assert by["bolt"].post("/prices", told).json() == {"new": 1, "already": 0}
    assert by["bolt"].post("/prices", told).json() == {"new": 0, "already": 1}
    told["prices"][0]["price_minor"] = 9100
    assert by["bolt"].post("/prices", told).status_code == 409
    assert [row["price_minor"] for row in by["bolt"].get("/prices", product=key).json()["items"]] == [9000]
    assert by["rival"].get("/prices", product=key).status_code == 404
    assert by["anna"].post("/prices", told).status_code == 403


def test_a_difference_is_asked_for_and_paid_once(by: dict[str, Program], case: Case) -> None:
    asked = by["bolt"].post(f"/cases/{case.ref}/supplements", {"amount_minor": 1500})
    assert asked.status_code == 201
    ref = asked.json()["supplement"]["ref"]
    assert by["bolt"].post(f"/cases/{case.ref}/supplements", {"amount_minor": 1500}).status_code == 409
    told = {"key": ref, "amount": 1500, "currency": "CNY", "payment_ref": "P-1", "payer_ref": "payer"}
    assert [take_capture("house", told), take_capture("house", told)] == ["paid", "already"]
    tender = Supplement.objects.get(ref=ref).tender
    assert tender is not None
    assert (tender.captured_minor, tender.payment.captured_minor, tender.position) == (1500, 9900 + 1500, 2)
    assert by["bolt"].post(f"/supplements/{ref}/withdrawal", {}).status_code == 409
    assert [row["state"] for row in by["anna"].get(f"/cases/{case.ref}/supplements").json()["items"]] == ["paid"]


def test_a_consumer_is_led_to_the_page_where_it_is_paid_and_nobody_else(
    by: dict[str, Program], case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = by["bolt"].post(f"/cases/{case.ref}/supplements", {"amount_minor": 1500}).json()["supplement"]["ref"]
    away = by["anna"].post(f"/supplements/{ref}/payment", {})
    assert (away.status_code, away.json()["code"]) == (409, "gateway_away"), "no gateway runs here"
    monkeypatch.setattr("amends.compensation.supplements.gateway", lambda name: SimpleNamespace(pay_link=lambda *asked: PAGE))
    assert by["anna"].post(f"/supplements/{ref}/payment", {}).json() == {"url": PAGE}
    assert {by[who].post(f"/supplements/{ref}/payment", {}).status_code for who in ("bolt", "berta", "agent")} == {404}
    by["bolt"].post(f"/supplements/{ref}/withdrawal", {})
    assert by["anna"].post(f"/supplements/{ref}/payment", {}).json()["code"] == "supplement_over"


def test_the_gateway_is_asked_for_its_page_before_any_transaction_of_ours(
    by: dict[str, Program], case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = by["bolt"].post(f"/cases/{case.ref}/supplements", {"amount_minor": 1500}).json()["supplement"]["ref"]
    depths = []

    class Till:
        def pay_link(self, *asked: object) -> str:
            depths.append(len(connection.savepoint_ids))
            return "https://pay.example/2"

    monkeypatch.setattr(supplements, "gateway", lambda name: Till())
    outside = len(connection.savepoint_ids)
    assert by["anna"].post(f"/supplements/{ref}/payment", {}).json() == {"url": "https://pay.example/2"}
    assert depths == [outside]
