"""Approvals and the money rules on pages, over the API and in the terminal: the same verbs, the same refusals, whoever knocks."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from amends.approvals.asking import approval_of
from amends.approvals.models import Approval, MoneyRules
from amends.approvals.rules_of_money import rules_on, shipped_text
from amends.kernel import clock
from amends.kernel.clock import Stepped
from amends.people.models import User
from tests.api_client import program
from tests.approving import House, Till, give, registered, the_house
from tests.cast import an_order, claims


@pytest.fixture
def house(db: None, stepped_clock: Stepped) -> Iterator[House]:
    till = Till()
    with registered(till):
        yield the_house(till)


def enters(name: str, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(User.objects.get(email=f"{name}@example.com"))
    return client


def posts(client: Client, url: str, **fields: Any) -> Any:
    return client.post(url, {"idempotency_key": str(uuid.uuid4()), **fields})


@pytest.fixture
def row(house: House) -> Approval:
    case = claims(an_order(house.cast.bolts, house.cast.annas), by=house.cast.anna)
    found = give(house, house.cast.agent, 6000, key="k1", case=case)
    assert found is not None
    return found


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_desk_shows_what_waits_and_a_click_does_it_once(house: House, row: Approval) -> None:
    sue = enters("sue")
    listed = sue.get("/desk/approvals").content.decode()
    assert row.ref in listed and "¥60.00" in listed and "Goodwill payment" in listed
    page = sue.get(f"/desk/approvals/{row.ref}").content.decode()
    for words in ("Pay Anna", "she waited for weeks", "exceeded", "money rules 2026-11", "Approve and do it", "the request lapses"):
        assert words in page
    key = str(uuid.uuid4())
    for _ in range(2):
        assert sue.post(f"/desk/approvals/{row.ref}/approval", {"idempotency_key": key, "why": ""}).status_code == 303
    assert len(house.till.done) == 1 and "Approve and do it" not in sue.get(f"/desk/approvals/{row.ref}").content.decode()


def test_who_may_not_decide_has_no_button_and_is_refused_without_one(house: House, row: Approval) -> None:
    for name in ("agent", "ann"):
        client = enters(name)
        assert "Approve and do it" not in client.get(f"/desk/approvals/{row.ref}").content.decode()
        assert posts(client, f"/desk/approvals/{row.ref}/approval").status_code == 403
    for name in ("bolt", "anna", "pam"):
        assert enters(name).get(f"/desk/approvals/{row.ref}").status_code == 404
    assert enters("bolt").get(f"/console/approvals/{row.ref}").status_code == 404
    assert not house.till.done


def test_turning_down_needs_a_reason_and_keeps_what_was_typed(house: House, row: Approval) -> None:
    sue = enters("sue")
    page = posts(sue, f"/desk/approvals/{row.ref}/refusal", why="no")
    assert page.status_code == 422 and ">no</textarea>" in page.content.decode()
    assert posts(sue, f"/desk/approvals/{row.ref}/refusal", why="too much for a scratch").status_code == 303
    mine = enters("agent").get("/desk/approvals?view=mine").content.decode()
    assert row.ref in mine and "Turned down" in mine


def test_a_shop_decides_about_its_own_in_the_console(house: House) -> None:
    found = give(house, house.cast.bolt, 30_000, key="k1")
    assert found is not None
    bess = enters("bess", "zh")
    assert "等店里另一个人审批" in bess.get(f"/console/approvals/{found.ref}").content.decode()
    assert posts(bess, f"/console/approvals/{found.ref}/approval").status_code == 303
    assert Approval.objects.get().state == "granted"
    assert enters("rival").get(f"/console/approvals/{found.ref}").status_code == 404


def test_broken_glass_is_reviewed_on_its_page_and_alarms_have_a_view(house: House, stepped_clock: Stepped) -> None:
    assert give(house, house.cast.agent, 20_000, key="fire", break_glass=True, why="her child is in hospital") is None
    broken = approval_of(house.cast.bolts.pk, "fire")
    assert broken is not None
    stepped_clock.forward(timedelta(hours=25))
    sue = enters("sue")
    assert broken.ref in sue.get("/desk/approvals?view=alarms").content.decode()
    assert posts(sue, f"/desk/approvals/{broken.ref}/review", why="I rang there").status_code == 422
    assert posts(sue, f"/desk/approvals/{broken.ref}/review", verdict="justified", why="I rang there").status_code == 303
    assert broken.ref not in sue.get("/desk/approvals?view=alarms").content.decode()


def test_a_list_costs_the_same_however_long_it_is(house: House) -> None:
    sue = enters("sue")

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert sue.get("/desk/approvals").status_code == 200
        return len(asked)

    give(house, house.cast.agent, 6000, key="k0")
    first = cost()
    for n in range(5):
        give(house, house.ann, 6000, key=f"k{n + 1}")
    assert cost() == first <= 12


def version(day: str = "2026-03-20", name: str = "2026-03", **cells: str) -> str:
    text = shipped_text().replace('version = "2026-11"', f'version = "{name}"').replace("2026-11-01", day)
    for was, now in cells.items():
        text = text.replace(f"{was} = ", f"{was} = {now} # ", 1)
    return text


def test_money_rules_are_written_beside_their_changes_signed_by_another_and_hold_from_their_day(
    house: House, stepped_clock: Stepped
) -> None:
    pam, paul = enters("pam"), enters("paul")
    text = version(per_case_minor="30000")
    looked = posts(pam, "/office/money/rules/new/", body=text, why="", then="look").content.decode()
    assert "Goodwill: for one case" in looked and "¥300.00" in looked and not MoneyRules.objects.exists()
    made = posts(pam, "/office/money/rules/new/", body=text, why="the year ends", then="write")
    assert (made.status_code, made.url) == (303, "/office/money/rules/2026-03/")
    assert posts(pam, "/office/money/rules/2026-03/signature/").status_code == 403
    assert posts(paul, "/office/money/rules/2026-03/signature/").status_code == 303
    assert "signed, not yet in force".capitalize() in pam.get("/office/money/rules/2026-03/").content.decode()
    assert rules_on(clock.now()).goodwill.per_case_minor == 20_000
    stepped_clock.forward(timedelta(days=10))
    assert rules_on(clock.now()).goodwill.per_case_minor == 30_000
    assert posts(paul, "/office/money/rules/2026-03/withdrawal/").status_code == 409
    page = pam.get("/office/money/rules/").content.decode()
    assert "In force" in page and "Replaced" in page


def test_a_broken_document_is_refused_with_line_and_reason_and_nothing_is_kept(house: House) -> None:
    page = posts(enters("pam", "zh"), "/office/money/rules/new/", body=version(valid_days="9999"), why="to see", then="write")
    body = page.content.decode()
    assert page.status_code == 422 and "vouchers.valid_days" in body and "第 " in body and "9999" in body
    assert not MoneyRules.objects.exists()
    assert posts(enters("sue"), "/office/money/rules/new/", body=version(), why="I want more", then="write").status_code == 403


def test_a_version_is_written_once_and_withdrawn_before_it_holds(house: House) -> None:
    pam = enters("pam")
    assert posts(pam, "/office/money/rules/new/", body=version(), why="the year ends", then="write").status_code == 303
    assert posts(pam, "/office/money/rules/new/", body=version(), why="the year ends", then="write").status_code == 422
    assert posts(pam, "/office/money/rules/2026-03/withdrawal/").status_code == 303
    assert posts(enters("paul"), "/office/money/rules/2026-03/signature/").status_code == 409


# ── programs and terminal ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_program_reads_what_waits_and_answers_it(house: House, row: Approval) -> None:
    agent, sue, bolt = program(house.cast.agent), program(house.sue), program(house.cast.bolt)
    (item,) = sue.get("/approvals").json()["items"]
    assert [len(one.get("/approvals", view="mine").json()["items"]) for one in (agent, sue)] == [1, 0]
    assert (item["ref"], item["sum"], item["because"]) == (row.ref, {"amount_minor": 6000, "currency": "CNY"}, ["alone"])
    assert item["you_may"] == ["approve", "refuse"] and item["does"]["en"] == "Pay Anna"
    assert bolt.get("/approvals").json()["items"] == [] and bolt.get(f"/approvals/{row.ref}").status_code == 404
    own = agent.post(f"/approvals/{row.ref}/approval", {})
    assert (own.status_code, own.json()["code"]) == (403, "self_approval")
    answers = [sue.post(f"/approvals/{row.ref}/approval", {"why": "fine"}, once="a") for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201] and answers[0].content == answers[1].content and len(house.till.done) == 1
    assert sue.get("/approvals", view="ended", state="granted").json()["items"][0]["decided_by"] == "Sue"


def test_a_program_writes_and_signs_money_rules(house: House) -> None:
    pam, paul, bolt = program(house.pam), program(house.paul), program(house.cast.bolt)
    wrong = pam.post("/money-rules", {"body": "version = 1", "why": "to see"})
    assert wrong.status_code == 422 and wrong.json()["code"] == "rules_refused" and "row" in wrong.json()["fields"]["body"]["texts"]["en"]
    assert pam.post("/money-rules", {"body": version(per_case_minor="30000"), "why": "the year ends"}).json()["standing"] == "written"
    assert pam.post("/money-rules/2026-03/signature").status_code == 403 and bolt.get("/money-rules").status_code == 404
    whole = paul.get("/money-rules/2026-03").json()
    assert [(c["path"], c["was"]["en"], c["now"]["en"]) for c in whole["changes"]] == [("goodwill.per_case_minor", "¥200.00", "¥300.00")]
    assert paul.post("/money-rules/2026-03/signature").json()["standing"] == "signed"
    assert [one["version"] for one in paul.get("/money-rules").json()["items"]] == ["2026-03", "2026-11"]


def printed(*arguments: str, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    call_command(*arguments)
    return capsys.readouterr().out


def test_the_terminal_does_the_same(house: House, row: Approval, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (item,) = json.loads(printed("approvals", "--as", "sue@example.com", "--json", capsys=capsys))
    assert (item["ref"], item["you_may"]) == (row.ref, ["approve", "refuse"])
    with pytest.raises(CommandError):
        call_command("approvals", "approve", row.ref, "--as", "agent@example.com")
    assert json.loads(printed("approvals", "approve", row.ref, "--as", "sue@example.com", "--json", capsys=capsys))["state"] == "granted"
    assert row.ref in printed("approvals", "--as", "sue@example.com", "--view", "ended", capsys=capsys)
    file = tmp_path / "rules.toml"
    file.write_text(version(per_case_minor="30000"), encoding="utf-8")
    told = json.loads(printed("money_rules", "check", str(file), "--json", capsys=capsys))
    assert [change["path"] for change in told["changes"]] == ["goodwill.per_case_minor"] and not MoneyRules.objects.exists()
    call_command("money_rules", "write", str(file), "--why", "the year ends", "--as", "pam@example.com")
    with pytest.raises(CommandError):
        call_command("money_rules", "sign", "2026-03", "--as", "pam@example.com")
    call_command("money_rules", "sign", "2026-03", "--as", "paul@example.com")
    assert json.loads(printed("money_rules", "--json", capsys=capsys))[0]["signed_by"] == "Paul"
    file.write_text("limits = 3", encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("money_rules", "check", str(file))
