"""The journey by API, and what it refuses: the same verbs as the pages, in JSON."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from amends.cases.models import Case, Entry, Evidence
from amends.kernel import clock
from amends.market.models import Order
from amends.people.models import User
from amends.people.verbs import revoke_key
from amends.plumbing.models import Idempotency
from tests import files_of_evidence as made
from tests.api_client import Program, programs
from tests.cast import Cast, an_order, later_by, settled, the_cast

pytestmark = pytest.mark.usefixtures("db", "stepped_clock")


@pytest.fixture
def cast() -> Cast:
    return the_cast()


@pytest.fixture
def by(cast: Cast) -> dict[str, Program]:
    return programs(cast)


@pytest.fixture
def order(cast: Cast) -> Order:
    return an_order(cast.bolts, cast.annas, quantities=(2,), prices=(19900,))


def flags(program: Program, order: Order, issue: str = "no_reason", quantity: int = 1) -> dict[str, bool]:
    lines = [{"position": 1, "quantity": quantity}]
    asked = program.post(f"/orders/{order.ref}/considerations", {"issue": issue, "lines": lines})
    assert asked.status_code == 201, asked.content
    return {question["flag"]: False for question in asked.json()["missing"]}


def application(program: Program, order: Order, **more: Any) -> dict[str, Any]:
    line = {"position": 1, "quantity": 1, "flags": flags(program, order)}
    return {"order": order.ref, "lines": [line], "issue": "no_reason", "remedy": "return_refund"} | more


def open_case(program: Program, order: Order, **more: Any) -> Any:
    answer = program.post("/cases", application(program, order, **more))
    assert answer.status_code == 201, answer.content
    return answer.json()


def acts(case: Any) -> dict[str, str]:
    return {act["verb"]: act["url"] for act in case["acts"]}


# ── the journey ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_case_goes_from_application_to_its_rating(by: dict[str, Program], order: Order, stepped_clock: clock.Stepped) -> None:
    opened = open_case(by["anna"], order, words="不合适")
    assert opened["stage"] == "awaiting_merchant" and opened["claimed"] == {"amount_minor": 9950, "currency": "CNY"}
    assert [turn["party"] for turn in opened["turns"]] == ["merchant"] and "withdraw" in acts(opened)
    waiting = by["bolt"].get("/queue").json()
    assert [item["case"] for item in waiting["items"]] == [opened["ref"]] and waiting["total"] == 1
    approved = by["bolt"].post(acts(by["bolt"].get(opened["url"]).json())["approve"]).json()
    assert approved["stage"] == "executing"
    settled()
    addressed = by["bolt"].post(acts(by["bolt"].get(opened["url"]).json())["give_address"], {"address": "杭州市余杭区 1 号"})
    assert addressed.status_code == 201, addressed.content
    seen = by["anna"].get(opened["url"]).json()
    assert seen["parcels"][0]["address"] == "杭州市余杭区 1 号"
    sent = by["anna"].post(acts(seen)["ship"], {"carrier": "SF", "waybill": "SF1234567890"})
    assert sent.status_code == 201 and sent.json()["parcels"][0]["waybill"] == "SF1234567890"
    parcel = sent.json()["parcels"][0]["ref"]
    found = by["bolt"].post(f"/parcels/{parcel}/inspection", {"findings": [{"verdict": "accept", "line": 1, "count": 1}]})
    assert found.status_code == 201 and found.json()["inspections"][0]["is_over"], found.content
    told = by["anna"].get(f"{opened['url']}/timeline").json()
    assert [row["verb"] for row in told["items"]][-1] == "apply" and all(row["hash"] for row in told["items"])
    facts = [row["facts"] for row in told["items"]]
    assert {"text", "grant", "inspection"}.isdisjoint({name for each in facts for name in each})
    assert {each["unit"] for each in facts if "unit" in each} == {"CNY"}, "the unit of a sum, and never the key of a piece"


def test_a_refused_consumer_calls_the_platform_in_and_an_arbiter_rules(
    by: dict[str, Program], order: Order, stepped_clock: clock.Stepped
) -> None:
    case = open_case(by["anna"], order)
    refused = by["bolt"].post(f"{case['url']}/refusal", {"reason": "not_intact", "words": "吊牌已剪"}).json()
    assert refused["refusal"]["en"] == "the goods are not intact" and refused["refusal_words"] == "吊牌已剪"
    called = by["anna"].post(f"{case['url']}/review", {"words": "商品完好"}).json()
    review = called["reviews"][0]["ref"]
    submitted = by["bolt"].post(f"/reviews/{review}/submissions", {"words": "照片里能看到"})
    assert submitted.status_code == 201, submitted.content
    for closing in ("round-closing", "reply-closing"):
        assert by["judge"].post(f"/reviews/{review}/{closing}").status_code == 201
    ruling = {"outcome": "for", "liable": "merchant", "clause": "CN-7D-01", "words": "双方的照片都显示商品完好，支持退货。"}
    ruled = by["judge"].post(f"/reviews/{review}/ruling", ruling)
    assert ruled.status_code == 201 and ruled.json()["reviews"][0]["outcome"] == "for", ruled.content
    assert by["anna"].post(f"{case['url']}/standing").status_code == 409  # it is the merchant who is burdened
    assert by["bolt"].post(f"{case['url']}/standing").json()["stage"] == "executing"


def test_a_closed_case_is_rated_once(by: dict[str, Program], order: Order) -> None:
    case = open_case(by["anna"], order)
    by["bolt"].post(f"{case['url']}/refusal", {"reason": "other", "words": "不同意"})
    assert by["anna"].post(f"{case['url']}/refusal-acceptance").json()["stage"] == "closed"
    settled()
    assert by["anna"].post(f"{case['url']}/rating", {"score": 6}).status_code == 422
    assert by["anna"].post(f"{case['url']}/rating", {"score": 4, "words": "回复很快"}).json()["survey"]["score"] == 4
    assert by["anna"].post(f"{case['url']}/rating", {"score": 1}).json()["code"] == "rated_already"
    assert by["anna"].get("/notices").status_code == 200 and by["bolt"].get("/notices").json()["items"]


def test_a_proof_is_asked_for_and_given_with_a_file(by: dict[str, Program], order: Order) -> None:
    case = open_case(by["anna"], order)
    assert by["bolt"].post(f"{case['url']}/proof-request", {"words": "请拍一张吊牌"}).json()["stage"] == "awaiting_proof"
    sent = by["anna"].send(order.ref, io.BytesIO(made.picture()))
    assert sent.status_code == 201 and sent.json()["kind"] == "picture", sent.content
    proven = by["anna"].post(f"{case['url']}/proof", {"evidence": [sent.json()["ref"]]}).json()
    piece = proven["evidence"][0]
    file = by["bolt"].get(piece["url"])
    assert file.status_code == 200 and file["Content-Type"] == "image/jpeg" and "sandbox" in file["Content-Security-Policy"]
    assert by["bolt"].get(piece["url"], size="thumb").status_code == 200
    assert by["rival"].get(piece["url"]).status_code == 404
    assert by["anna"].post(f"{case['url']}/withdrawal").json()["stage"] == "closed"


def test_a_merchant_silent_for_its_limit_has_agreed(by: dict[str, Program], order: Order, stepped_clock: clock.Stepped) -> None:
    case = open_case(by["anna"], order)
    later_by(stepped_clock, timedelta(days=4))
    assert by["anna"].get(case["url"]).json()["stage"] != "awaiting_merchant"


def test_a_consideration_explains_every_remedy(by: dict[str, Program], order: Order) -> None:
    body = {"issue": "no_reason", "lines": [{"position": 1, "quantity": 2, "flags": flags(by["anna"], order)}]}
    found = by["anna"].post(f"/orders/{order.ref}/considerations", body).json()
    back = next(one for one in found["remedies"] if one["remedy"] == "return_refund")
    assert back["open"] and back["amount"]["amount_minor"] == 19900 == sum(row["amount"]["amount_minor"] for row in back["rows"])
    assert back["return_freight"] == "consumer" and back["reasons"][0]["clause"] and found["window_ends"].endswith("Z")
    closed = next(one for one in found["remedies"] if not one["open"])
    assert closed["reasons"] and closed["reasons"][0]["text"]["zh"] and closed["reasons"][0]["text"]["en"]


def test_pages_go_on_where_the_last_one_ended(cast: Cast, by: dict[str, Program]) -> None:
    made_orders = [an_order(cast.bolts, cast.annas) for _ in range(27)]
    first = by["anna"].get("/orders").json()
    second = by["anna"].get("/orders", after=first["next"]).json()
    seen = [item["ref"] for item in first["items"] + second["items"]]
    assert len(first["items"]) == 25 and second["next"] is None and sorted(seen) == sorted(o.ref for o in made_orders)
    for wrong in ("x", "!!", "MjAyNg", first["next"][:-3], first["next"] + "A"):
        assert by["anna"].get("/orders", after=wrong).status_code in (200, 422)
        assert by["anna"].get("/cases", after=wrong).status_code in (200, 422)
    open_case(by["anna"], made_orders[0])
    assert len(by["bolt"].get("/cases", stage="awaiting_merchant", order=made_orders[0].ref).json()["items"]) == 1
    assert by["bolt"].get("/cases", stage="closed").json()["items"] == []


def test_a_figure_opens_its_cases(by: dict[str, Program], order: Order) -> None:
    case = open_case(by["anna"], order)
    told = by["agent"].get("/figures").json()["figures"]
    assert told["opened"]["value"] == 1
    behind = by["agent"].get(told["opened"]["cases_url"]).json()
    assert [item["ref"] for item in behind["items"]] == [case["ref"]]
    assert by["rival"].get(told["opened"]["cases_url"]).json()["items"] == []
    assert by["agent"].get("/figures", since="soon").json()["code"] == "not_a_day"


# ── on behalf of a consumer ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_shop_applies_for_its_consumer_by_key(cast: Cast, by: dict[str, Program], order: Order) -> None:
    piece = by["bolt"].send(order.ref, io.BytesIO(made.picture()), consumer=cast.annas.ref).json()
    case = open_case(by["bolt"], order, consumer=cast.annas.ref, evidence=[piece["ref"]])
    row = Case.objects.get(ref=case["ref"])
    assert row.consumer_id == cast.annas.pk and row.channel == "api" and "approve" in acts(case)
    entry = Entry.objects.get(case_id=row.pk, verb="apply")
    assert (entry.party, entry.actor_id) == ("consumer", cast.bolt.user_id)
    assert Evidence.objects.get().party == "consumer"


@pytest.mark.parametrize("who", ["rival", "anna", "judge"])
def test_nobody_else_applies_for_a_consumer(cast: Cast, by: dict[str, Program], order: Order, who: str) -> None:
    body = application(by["anna"], order, consumer=cast.annas.ref)
    answer = by[who].post("/cases", body)
    assert answer.status_code == 422 and "consumer" in answer.json()["fields"]
    assert by["bolt"].post("/cases", {**body, "consumer": cast.bertas.ref}).json()["code"] == "foreign_consumer"
    assert not Case.objects.exists()


# ── refusals ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_refusal_is_a_problem_in_both_languages(by: dict[str, Program], order: Order) -> None:
    lines = [{"position": 1, "quantity": 3}]
    answer = by["anna"].post(f"/orders/{order.ref}/considerations", {"issue": "no_reason", "lines": lines})
    told = answer.json()
    assert answer.status_code == told["status"] == 422 and answer["Content-Type"] == "application/problem+json"
    assert told["type"] == "urn:amends:problem:wrong_quantity" and told["title"] and told["detail"] == told["texts"]["en"]
    assert told["texts"]["zh"].startswith("这件商品") and told["fields"]["quantity"]["texts"]["en"] == told["detail"]
    by["anna"].client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh"
    chinese = by["anna"].client.get(
        "/api/v1/cases/AS-0000", headers={"Authorization": f"Bearer {by['anna'].key}", "Accept-Language": "zh-CN"}
    )
    assert chinese.json()["detail"] == chinese.json()["texts"]["zh"] and chinese["Content-Language"].startswith("zh")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"order": "x", "state": "closed"}', "state"),
        ('{"order": "x", "amount_minor": 1}', "amount_minor"),
        ('{"order": "x", "lines": [{"position": 1, "quantity": 1, "amount": 5}]}', "lines.0.amount"),
        ('{"order": "x", "lines": [{"position": 1, "quantity": "1"}]}', "lines.0.quantity"),
        ('{"order": "x", "lines": [{"position": 1, "quantity": 1.5}]}', "lines.0.quantity"),
        ('{"order": 5}', "order"),
        ("{}", "remedy"),
        ('{"order": "\\u0000"}', "order"),
    ],
)
def test_fields_that_are_wrong_are_named(by: dict[str, Program], body: str, field: str) -> None:
    headers = by["anna"].headers | {"Idempotency-Key": "k"}
    answer = by["anna"].client.post("/api/v1/cases", body, content_type="application/json", headers=headers)
    assert answer.status_code == 422 and field in answer.json()["fields"], answer.content
    assert answer.json()["fields"][field]["texts"]["zh"]


def test_what_is_no_json_is_said_so(by: dict[str, Program]) -> None:
    headers = by["anna"].headers | {"Idempotency-Key": "k"}
    for body in ("{", "", "[1", "\xff"):
        answer = by["anna"].client.post("/api/v1/cases", body, content_type="application/json", headers=headers)
        assert answer.status_code in (400, 422) and answer["Content-Type"] == "application/problem+json"


def test_without_a_good_key_nobody_is_known(cast: Cast, by: dict[str, Program], order: Order) -> None:
    good = by["anna"].key
    for bad in (None, "am_x_y", good[:-1], f"{good}x", "Basic", "am_", "ключ"):
        headers = {"Authorization": f"Bearer {bad}"} if bad else {}
        answer = Client().get("/api/v1/orders", headers=headers)
        assert answer.status_code == 401 and answer.json()["code"] == "unauthenticated" and answer["WWW-Authenticate"] == "Bearer"
    assert revoke_key(good.split("_")[1])
    assert by["anna"].get("/orders").status_code == 401


def test_a_session_needs_its_csrf_token(cast: Cast, order: Order) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(pk=cast.anna.user_id))
    assert client.get("/api/v1/orders").status_code in (200, 403)
    body = json.dumps({"issue": "no_reason", "lines": [{"position": 1, "quantity": 1}]})
    path, headers = f"/api/v1/orders/{order.ref}/considerations", {"Idempotency-Key": "k"}
    assert client.post(path, body, content_type="application/json", headers=headers).json()["code"] == "csrf"
    client.get("/accounts/login/")
    lenient = Client()
    lenient.force_login(User.objects.get(pk=cast.anna.user_id))
    assert lenient.post(path, body, content_type="application/json", headers=headers).status_code == 201


def test_addresses_that_do_not_exist_are_problems(by: dict[str, Program]) -> None:
    for path in ("/api/", "/api/v2/cases", "/api/v1/nothing"):
        assert by["anna"].get(path).json()["code"] == "not_found"
    wrong = by["anna"].post("/orders")
    assert wrong.status_code == 405 and wrong.json()["code"] == "wrong_method" and wrong["Allow"] == "GET"


# ── once ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_key_opens_one_case(by: dict[str, Program], order: Order) -> None:
    body = application(by["anna"], order)
    first, second = (by["anna"].post("/cases", body, once="one") for _ in range(2))
    assert first.status_code == second.status_code == 201 and first.content == second.content
    assert "Idempotent-Replayed" not in first and second["Idempotent-Replayed"] == "true"
    assert Case.objects.count() == 1 and Idempotency.objects.filter(key="one").count() == 1
    assert by["anna"].post("/cases", {**body, "words": "x"}, once="one").json()["code"] == "idempotency_key_reused"
    headers = by["anna"].headers
    missing = by["anna"].client.post("/api/v1/cases", json.dumps(body), content_type="application/json", headers=headers)
    assert missing.json()["code"] == "idempotency_key_missing"


def test_the_same_file_twice_is_one_piece(by: dict[str, Program], order: Order) -> None:
    body = made.picture()
    first, second = (by["anna"].send(order.ref, io.BytesIO(body), once="file") for _ in range(2))
    assert first.json() == second.json() and second["Idempotent-Replayed"] == "true" and Evidence.objects.count() == 1
    refused = by["anna"].send(order.ref, io.BytesIO(made.PROGRAM))
    assert refused.status_code == 422 and refused.json()["code"] == "evidence_foreign"


# ── hooks, document, commands ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_webhook_that_is_not_signed_is_nobody_s() -> None:
    answer = Client().post("/api/v1/hooks/payments", "{}", content_type="application/json")
    assert answer.status_code == 401 and answer.json()["code"] == "webhook_incomplete"


MAKES_NOTHING = {"/api/v1/bank/batches/{ref}/file"}
"""No GET, because it opens account numbers and writes down who had them; and no answer that may be kept to be given again."""


def test_the_document_is_fresh_and_complete() -> None:
    document = Client().get("/api/openapi.json").json()
    assert document["openapi"].startswith("3.1") and Client().get("/api/docs").status_code == 200
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            keys = [one["name"] for one in operation.get("parameters", [])]
            assert method == "get" or "hooks" in path or path in MAKES_NOTHING or "Idempotency-Key" in keys, path
            assert operation["summary"] and operation["description"]
    call_command("openapi", "--check")


def test_a_key_is_made_by_command(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("make_key", "bolt@example.com", "--role", "merchant", "--label", "till")
    key = capsys.readouterr().out.strip()
    assert Client().get("/api/v1/queue", headers={"Authorization": f"Bearer {key}"}).status_code == 200
    with pytest.raises(CommandError, match="no user"):
        call_command("make_key", "bolt@example.com", "--role", "arbiter")
