"""The policy by API: what it decides about facts that it does not keep, what it refuses, and whose packs it shows."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.test import Client

from amends.plumbing.models import Idempotency
from amends.policy.models import Decision
from amends.policy.shelf import forget_shelf
from amends.policy.verbs import check_draft, publish, save_draft, sign_off
from tests.api_client import Program, programs
from tests.cast import the_cast
from tests.policy_at_hand import fresh_shelf, promise, the_office

pytestmark = pytest.mark.usefixtures("db", "stepped_clock")

SHIRT = {
    "issue": "no_reason",
    "goods_class": "apparel",
    "order_at": "2026-03-01T02:00:00Z",
    "shipped": True,
    "received": True,
    "signed_at": "2026-03-02T04:00:00Z",
    "paid_minor": 19900,
    "list_minor": 19900,
}
AT = "2026-03-09T04:00:00Z"


@pytest.fixture
def by() -> dict[str, Program]:
    return programs(the_cast())


def asks(program: Program, facts: dict[str, Any] | None = None, **more: Any) -> Any:
    body = {"facts": SHIRT if facts is None else facts, "stack": ["cn"], "at": AT} | more
    return program.client.post("/api/v1/policy/decisions", json.dumps(body), content_type="application/json", headers=program.headers)


def remedy(answer: Any, name: str) -> Any:
    return next(each for each in answer.json()["remedies"] if each["remedy"] == name)


# ── decisions ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_shirt_on_its_last_day_can_go_back_and_everybody_may_ask(by: dict[str, Program]) -> None:
    for name in ("anna", "bolt", "judge"):
        answer = asks(by[name])
        assert answer.status_code == 200, answer.content
        back = remedy(answer, "return_refund")
        assert back["open"] and back["amount_minor"] == sum(row["amount_minor"] for row in back["rows"]) == 19900
        assert back["return_freight"] == "consumer" and back["until"] == "2026-03-09T16:00:00Z"
        assert answer.json()["versions"] == ["cn@2026-02"] and answer.json()["zone"] == "Asia/Shanghai"


def test_every_sentence_has_its_article_source_and_tag(by: dict[str, Program]) -> None:
    answer = asks(by["anna"]).json()
    reasons = [reason for each in answer["remedies"] for reason in each["reasons"]] + [answer["proof"]["reason"]]
    assert len(reasons) > 8
    assert all(reason["source"] and reason["tag"] in "PSIG" and reason["article"]["zh"] and reason["text"]["en"] for reason in reasons)


def test_the_day_after_it_is_closed_with_the_sentence_that_closed_it(by: dict[str, Program]) -> None:
    back = remedy(asks(by["anna"], at="2026-03-10T04:00:00Z"), "return_refund")
    against = [reason for reason in back["reasons"] if not reason["holds"]]
    assert not back["open"] and back["lane"] is None and "8 days" in against[0]["text"]["en"] and against[0]["rule_id"] == "CN-7D-01"


def test_what_is_missing_says_what_each_answer_would_change(by: dict[str, Program]) -> None:
    missing = {asked["flag"]: asked for asked in asks(by["anna"]).json()["missing"]}
    tag = {effect["answer"]: effect for effect in missing["tag_removed"]["answers"]}
    assert missing["tag_removed"]["kind"] == "yes_no"
    assert tag["yes"]["closes"] == ["return_refund"] and tag["no"]["closes"] == []


def test_a_slip_of_the_pen_in_a_flag_or_a_promise_is_told(by: dict[str, Program]) -> None:
    slipped = asks(by["anna"], SHIRT | {"flags": {"tag_remved": False, "soiled": False}, "promises": ["tenfld"]}).json()
    assert slipped["unasked"] == ["flags.tag_remved", "promises.tenfld"]


def test_a_platform_changes_what_it_may(by: dict[str, Program]) -> None:
    law, taobao = (asks(by["anna"], stack=stack).json() for stack in (["cn"], ["cn", "platform/taobao"]))
    assert (law["limits"]["merchant_answers"], taobao["limits"]["merchant_answers"]) == ("48h", "5d")
    assert taobao["packs"][1]["layer"] == "platform" and len(taobao["packs"][1]["digest"]) == 64


def test_without_a_stack_it_is_what_is_in_force_here(by: dict[str, Program]) -> None:
    answer = asks(by["anna"], stack=[])
    assert answer.status_code == 200 and answer.json()["versions"][0] == "cn@2026-02"


def test_nothing_is_kept_and_no_key_is_needed(by: dict[str, Program]) -> None:
    before = Idempotency.objects.count(), Decision.objects.count()
    assert asks(by["anna"]).json() == asks(by["anna"]).json()
    assert (Idempotency.objects.count(), Decision.objects.count()) == before


def test_a_clock_shows_the_law_beside_the_platform(by: dict[str, Program]) -> None:
    clocks = {clock["limit"]: clock for clock in asks(by["anna"]).json()["clocks"]}
    assert clocks["execution_ends"]["text"]["en"] == "15 days"
    assert any(clock["legal"] and clock["legal"]["source"] for clock in clocks.values())


# ── what is refused ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        (SHIRT | {"isue": "quality"}, "isue"),
        (SHIRT | {"issue": "boredom"}, "issue"),
        (SHIRT | {"paid_minor": 199.5}, "paid_minor"),
        (SHIRT | {"signed_at": "2026-03-02"}, "signed_at"),
        (SHIRT | {"paid_minor": -1}, "paid_minor"),
        (SHIRT | {"shipped": False}, "received"),
        (SHIRT | {"received": False}, "received"),
        (SHIRT | {"signed_at": "2026-02-28T04:00:00Z"}, "signed_at"),
        (SHIRT | {"noticed_at": "2026-03-12T04:00:00Z"}, "noticed_at"),
        (SHIRT | {"order_at": "0001-02-01T00:00:00Z"}, "order_at"),
        (SHIRT | {"currency": "ZZZ"}, "currency"),
        (SHIRT | {"tenders": [{"kind": "voucher", "minor": 19900}]}, "tenders"),
        ({name: value for name, value in SHIRT.items() if name != "goods_class"}, "goods_class"),
    ],
)
def test_facts_that_cannot_be_are_refused_by_their_field(by: dict[str, Program], facts: dict[str, Any], field: str) -> None:
    answer = asks(by["anna"], facts)
    assert answer.status_code == 422, answer.content
    found = next(said for name, said in answer.json()["fields"].items() if name.rpartition(".")[2] == field)
    assert found["texts"]["zh"] and found["texts"]["en"]


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"stack": ["cn", "platform/nobody"]}, 404),
        ({"stack": ["platform/jd"]}, 422),
        ({"stack": ["cn", "platform/jd", "platform/taobao"]}, 422),
        ({"at": "9999-12-30T00:00:00Z"}, 422),
        ({"at": "0001-01-01T00:00:00+23:59"}, 422),
        ({"at": "9999-12-31T23:59:59-23:59"}, 422),
        ({"at": "2026-03-05T04:00:00"}, 422),
        ({"stack": ["packs/cn/2026-02.toml"]}, 422),
        ({"stack": ["../../etc/passwd.toml"]}, 422),
        ({"at": "yesterday"}, 422),
        ({"facts": []}, 422),
        ({"facts": {"issue": "\ud800"}}, 422),
        ({"facts": SHIRT | {"jurisdiction": "XX"}}, 422),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(by: dict[str, Program], more: dict[str, Any], status: int) -> None:
    answer = asks(by["anna"], **more)
    assert answer.status_code == status and answer.json()["texts"]["zh"], answer.content
    assert "/packs/" not in answer.content.decode()


def test_a_stranger_is_told_nothing() -> None:
    body = json.dumps({"facts": SHIRT})
    assert Client().post("/api/v1/policy/decisions", body, content_type="application/json").status_code == 401
    assert Client().get("/api/v1/policy/packs").status_code == 401


# ── the rest ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_schema_of_facts_describes_each_field_in_both_languages(by: dict[str, Program]) -> None:
    schema = by["anna"].get("/policy/facts-schema").json()
    assert schema["$schema"].endswith("2020-12/schema") and set(SHIRT) <= set(schema["properties"])


def test_packs_are_listed_by_layer_and_one_has_its_text(by: dict[str, Program]) -> None:
    listed = by["anna"].get("/policy/packs", on="2026-11-22").json()
    assert listed["on"] == "2026-11-22" and listed["packs"][0]["stamp"] == "cn@2026-02" and listed["packs"][0]["in_force"]
    assert {pack["id"] for pack in listed["packs"]} >= {"cn", "taobao", "jd"}
    assert not any(pack["in_force"] for pack in by["anna"].get("/policy/packs", on="2020-01-01").json()["packs"])
    whole = by["anna"].get("/policy/packs/cn@2026-02").json()
    assert whole["text"].startswith("# China") and date.fromisoformat(whole["in_force_from"]) == date(2026, 2, 1)
    assert by["anna"].get("/policy/packs/cn@1999-01").status_code == 404


def test_a_shop_s_own_pack_is_shown_to_everybody_but_other_shops() -> None:
    with fresh_shelf():
        office = the_office()
        draft = save_draft(by=office.cast.bolt, text=promise(since="2026-04-20"), name="Ten days")
        check_draft(draft.ref, by=office.cast.bolt)
        sign_off(draft.ref, by=office.bella)
        publish(draft.ref, by=office.cast.bolt)
        forget_shelf()
        everybody = programs(office.cast)
        seen = {
            name: {pack["id"] for pack in everybody[name].get("/policy/packs").json()["packs"]}
            for name in ("bolt", "rival", "anna", "judge")
        }
        assert [name for name, ids in seen.items() if "bolts" in ids] == ["bolt", "anna", "judge"]
        assert everybody["rival"].get("/policy/packs/bolts@2026-04").status_code == 404
        assert asks(everybody["rival"], stack=["cn", "shop/bolts"], at="2026-05-09T04:00:00Z").status_code == 404
        assert asks(everybody["bolt"], stack=["cn", "shop/bolts"], at="2026-05-09T04:00:00Z").json()["packs"][1]["id"] == "bolts"


def test_golden_cases_stand_as_they_are(by: dict[str, Program]) -> None:
    cases = by["anna"].get("/policy/golden").json()["cases"]
    states = {case["id"]: {check["state"] for check in case["checks"]} for case in cases}
    assert states["G-CN-01"] == {"passes"}
    assert all(case["later"] is None or "passes" not in states[case["id"]] for case in cases)


def test_golden_cases_are_told_in_both_languages(by: dict[str, Program]) -> None:
    cases = {case["id"]: case for case in by["anna"].get("/policy/golden").json()["cases"]}
    assert cases["G-CN-55"]["story"] == {"zh": "同上，复称 1.97 公斤。", "en": "Same, re-weighed 1.97 kg"}
    assert cases["G-CN-55"]["outcome"] == {"zh": "30 克 ≤ 40 克：在允差以内。", "en": "30 g <= 40 g: within tolerance"}
    assert all((case["story"] is None) == (case["outcome"] is None) == (not name.startswith("G-")) for name, case in cases.items())
