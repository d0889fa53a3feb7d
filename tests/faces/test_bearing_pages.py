"""The pages of who bears a cost: charges on the desk and in the console, deposits in the office, statements for the shop."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from amends.cases.verbs.answering import withdraw as withdraw_case
from amends.kernel import clock
from amends.liability.models import ChargeBackTo, DepositMove
from amends.liability.verbs.charging import admit_liability, ask_bearer, bear
from amends.liability.verbs.deductions import announced, contest, withdraw
from amends.liability.verbs.deposit_row import deposit_of
from amends.people.models import User
from amends.people.rules import PLATFORM, Actor, Role
from tests.api_client import program
from tests.bearing_at_hand import a_carrier, a_cost, a_cost_of_ours, a_head, asked_of_carrier, books, passes, topped_up
from tests.cast import Cast, person, the_cast
from tests.mending import failed
from tests.refunding import an_unshipped_order, granted, run_only

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Cast:
    return the_cast()


def page_of(actor: Actor) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def sent(**fields: object) -> dict[str, object]:
    return {"idempotency_key": uuid4().hex, **fields}


def test_the_desk_asks_answers_and_decides(cast: Cast) -> None:
    case, carrier, desk = a_cost(cast), a_carrier(cast), page_of(cast.agent)
    at = f"/desk/charges/of/{case.ref}"
    assert at in desk.get(f"/desk/cases/{case.ref}").content.decode(), "a case leads there"
    assert "¥99.00" in desk.get(at).content.decode()
    assert '<option value="carrier" selected' in desk.get(at).content.decode(), "the platform bears nothing that a merchant could"
    form = sent(party="carrier", bearer=carrier.ref, amount_minor="60.00", what="refund", clause="CN-LOG-02", words="压坏了")
    assert desk.post(at, form).status_code == 303
    assert desk.post(at, form).status_code == 303, "sent twice it is asked once"
    charge = ChargeBackTo.objects.get()
    assert charge.amount_minor == 6000
    too_much = desk.post(at, sent(party="carrier", bearer=carrier.ref, amount_minor="60.00", what="refund", words="再来"))
    assert too_much.status_code == 422
    assert "再来" in too_much.content.decode(), "what was typed is kept"
    here = f"/desk/charges/{charge.ref}"
    assert desk.post(f"{here}/denial", sent(words="包装不足")).status_code == 303
    assert desk.post(f"{here}/liability", sent(words="照片很清楚")).status_code == 303
    assert desk.post(f"{here}/payment", sent(reference="SF-1")).status_code == 303
    shown = desk.get(here).content.decode()
    assert "包装不足" in shown
    assert "照片很清楚" in shown
    assert ChargeBackTo.objects.get().stage == "borne"
    assert charge.ref in desk.get("/desk/charges?stage=borne").content.decode()
    assert charge.ref not in desk.get("/desk/charges?stage=asked").content.decode()


def test_a_shop_answers_for_itself_and_sees_nothing_of_others(cast: Cast) -> None:
    case = a_cost_of_ours(cast)
    desk, bolt, rival = page_of(cast.agent), page_of(cast.bolt), page_of(cast.rival)
    desk.post(f"/desk/charges/of/{case.ref}", sent(party="merchant", amount_minor="80", what="goodwill", words="发错货"))
    ref = ChargeBackTo.objects.get().ref
    at = f"/console/charges/{ref}"
    assert rival.get(at).status_code == 404
    assert rival.post(f"{at}/admission", sent()).status_code == 404
    assert bolt.post(f"{at}/denial", sent(words="")).status_code == 422
    assert bolt.post(f"{at}/admission", sent(words="")).status_code == 303
    refused = bolt.post(f"{at}/payment", sent())
    assert refused.status_code == 422
    assert "Only ¥0.00 is held for you" in refused.content.decode()
    an_unshipped_order(cast)
    assert bolt.post(f"{at}/payment", sent()).status_code == 303
    assert ChargeBackTo.objects.get().stage == "borne"
    assert desk.post(f"/desk/charges/{ref}/admission", sent(words="x")).status_code == 403
    assert page_of(cast.anna).get(at).status_code == 404


def test_a_shop_reads_its_deposit_and_contests(cast: Cast) -> None:
    topped_up(cast, 80_000)
    move = announced(deposit_of(cast.bolts), 5000, "breach", "虚假发货", PLATFORM)
    bolt = page_of(cast.bolt)
    shown = bolt.get("/console/money").content.decode()
    assert "¥800.00" in shown
    assert "虚假发货" in shown
    assert bolt.post(f"/console/money/moves/{move.ref}/objection", sent(why="发货有凭证")).status_code == 303
    assert DepositMove.objects.get(pk=move.pk).state == "contested"
    assert page_of(cast.rival).post(f"/console/money/moves/{move.ref}/objection", sent(why="x")).status_code == 404


def test_the_office_keeps_deposits_and_bearers(cast: Cast) -> None:
    office = page_of(a_head())
    at = f"/office/money/deposits/{cast.bolts.ref}/"
    assert office.post(f"{at}top-up/", sent(amount_minor="5000", provider_ref="B-1")).status_code == 303
    assert office.post(f"{at}hold/", sent(amount_minor="9000", reason="risk", why="核查")).status_code == 422
    assert office.post(f"{at}terms/", sent(amount_minor="", required_minor="20000", warn_minor="6000")).status_code == 303
    assert "Below the warning" in office.get("/office/money/deposits/?low=1").content.decode()
    assert "¥5,000.00" in office.get(at).content.decode()
    named = sent(kind="insurer", key="PICC", name_zh="安行保险", name_en="Anxing Insurance")
    assert office.post("/office/money/bearers/", named).status_code == 303
    assert "Anxing Insurance" in office.get("/office/money/bearers/").content.decode()
    assert office.post("/office/money/bearers/", sent(**{k: v for k, v in named.items() if k != "idempotency_key"})).status_code == 422


def test_a_statement_is_read_and_kept_on_paper(cast: Cast) -> None:
    topped_up(cast)
    case = a_cost(cast)
    asked_of_carrier(cast, case)
    bolt = page_of(cast.bolt)
    shown = bolt.get("/console/money/statement?month=2026-03").content.decode()
    assert f"/console/cases/{case.ref}" in shown
    assert "Opening and lines make the closing" in shown
    assert case.ref in bolt.get("/console/money/costs").content.decode()
    for kind, begin in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("pdf", b"%PDF")):
        paper = bolt.get(f"/console/money/statement.{kind}?month=2026-03")
        assert paper.status_code == 200
        assert paper.content.startswith(begin)
        assert "2026-03" in paper["Content-Disposition"]
    assert bolt.get("/console/money/statement.doc").status_code == 422
    backwards = bolt.get("/console/money/statement?since=2026-03-09&until=2026-03-01")
    assert backwards.status_code == 422
    assert "Opening and lines make the closing" in backwards.content.decode(), "the way to another period stands there still"
    office = page_of(a_head())
    assert office.get(f"/office/money/deposits/{cast.bolts.ref}/statement/").status_code == 200
    assert office.get(f"/office/money/deposits/{cast.bolts.ref}/statement.pdf").content.startswith(b"%PDF")


def test_coupons_and_points_are_told_as_what_they_are(cast: Cast) -> None:
    order = an_unshipped_order(cast, prices=(10_000,), coupons=(1500,))
    granted(cast, order)
    run_only("begin_refund")
    bolt = page_of(cast.bolt)
    costs, shown = (bolt.get(at) for at in ("/console/money/costs?month=2026-03", "/console/money/statement?month=2026-03"))
    assert (costs.status_code, shown.status_code) == (200, 200)
    for page in (costs, shown):
        assert "¥15.00 in coupons" in page.content.decode()
    assert "CNY.coupon" not in costs.content.decode()
    assert "coupons in CNY" in shown.content.decode()
    assert "All accounts" in shown.content.decode()


def test_programs_do_the_same_over_the_api(cast: Cast, stepped_clock: clock.Stepped) -> None:
    case = a_cost(cast)
    agent, bolt, rival = program(cast.agent), program(cast.bolt), program(cast.rival)
    carrier = agent.post("/bearers", {"kind": "carrier", "key": "SF", "name_zh": "快运通", "name_en": "Swift"}).json()["ref"]
    told = {"party": "carrier", "bearer": carrier, "amount_minor": 5000, "what": "refund", "words": "压坏了"}
    asked = agent.post(f"/cases/{case.ref}/charges", told)
    assert asked.status_code == 201, asked.json()
    ref = asked.json()["charge"]["ref"]
    assert bolt.get(f"/charges/{ref}").json()["you_may"] == []
    assert rival.get(f"/charges/{ref}").status_code == 404
    assert bolt.post(f"/charges/{ref}/admission", {}).status_code == 403
    assert agent.post(f"/charges/{ref}/liability", {"words": "还没有否认"}).status_code == 409
    assert agent.post(f"/cases/{case.ref}/charges", told | {"amount_minor": 5000}).status_code == 422
    assert agent.post(f"/charges/{ref}/admission", {"words": "确认"}).json()["charge"]["stage"] == "admitted"
    assert agent.post(f"/charges/{ref}/payment", {"reference": "B-7"}).json()["charge"]["stage"] == "borne"
    assert [one["ref"] for one in agent.get("/charges", party="carrier").json()["items"]] == [ref]
    assert (
        agent.post(f"/deposits/{cast.bolts.ref}/top-ups", {"amount_minor": 9000, "provider_ref": "B-1"}).json()["deposit"]["free_minor"]
        == 9000
    )
    assert agent.post(f"/deposits/{cast.bolts.ref}/deductions", {"amount_minor": 100, "reason": "breach", "why": "多次售假"}).json()[
        "approval"
    ]
    assert bolt.get(f"/deposits/{cast.bolts.ref}").json()["low"] is True
    assert rival.get(f"/deposits/{cast.bolts.ref}").status_code == 404
    read = bolt.get(f"/merchants/{cast.bolts.ref}/statement", month="2026-03").json()
    for account in read["accounts"]:
        assert account["opening_minor"] + sum(row["amount_minor"] for row in account["rows"]) == account["closing_minor"]
    assert bolt.get(f"/merchants/{cast.bolts.ref}/statement/csv").content.startswith(b"\xef\xbb\xbf")
    assert rival.get(f"/merchants/{cast.bolts.ref}/statement").status_code == 404
    insurer = agent.post("/bearers", {"kind": "insurer", "key": "P", "name_zh": "安行", "name_en": "Anxing"}).json()["ref"]
    insured = agent.post(f"/orders/{case.order.ref}/insurance", {"insurer": insurer, "zone": "far"})
    assert insured.json()["premium"] == {"amount_minor": 110, "currency": "CNY"}
    assert agent.get("/insurers").json()["items"][0]["insured"] == 1
    assert bolt.get("/insurers").status_code == 404


def told_by(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    call_command(*words, "--json")
    found: dict[str, Any] = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    return found


def test_the_terminal_does_it_too(cast: Cast, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    case, agent = a_cost(cast), ("--as", "agent@example.com")
    bearer = told_by(capsys, "charges", "bearer", "SF", "--kind", "carrier", "--name-zh", "快运通", "--name-en", "Swift", *agent)["ref"]
    asked = told_by(
        capsys,
        "charges",
        "ask",
        case.ref,
        "--party",
        "carrier",
        "--bearer",
        bearer,
        "--minor",
        "500",
        "--what",
        "refund",
        "--words",
        "压坏",
        *agent,
    )
    assert asked["stage"] == "asked"
    assert told_by(capsys, "charges", "admit", asked["ref"], "--words", "确认", *agent)["stage"] == "admitted"
    assert told_by(capsys, "charges", "list", "--open")["ref"] == asked["ref"]
    shop = cast.bolts.ref
    assert told_by(capsys, "deposit", "top-up", shop, "--minor", "7000", "--reference", "B-1", *agent)["state"] == "done"
    assert told_by(capsys, "deposit", "show", shop)["free_minor"] == 7000
    assert "approval" in told_by(capsys, "deposit", "deduct", shop, "--minor", "100", "--reason", "breach", "--why", "多次售假", *agent)
    assert told_by(capsys, "deposit", "due") == {"done": 0}
    with pytest.raises(CommandError):
        call_command("charges", "hold", asked["ref"], "--words", "x", *agent)
    assert [one["closing_minor"] for one in told_by(capsys, "statement", shop)["whole"]] == [7500]
    call_command("statement", shop, "--format", "csv", "--out", str(tmp_path / "s.csv"))
    assert (tmp_path / "s.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    insurer = told_by(capsys, "charges", "bearer", "P", "--kind", "insurer", "--name-zh", "安行", "--name-en", "Anxing", *agent)["ref"]
    rows = tmp_path / "orders.csv"
    rows.write_text(
        f"order,insurer,zone,paid_by,premium_minor\n{case.order.ref},{insurer},far,merchant,\n{case.order.ref},{insurer},moon,merchant,\n"
    )
    with pytest.raises(SystemExit):
        call_command("deposit", "insure", str(rows), *agent, "--json")
    assert json.loads(capsys.readouterr().out)["insured"] == 1


def deducting(cast: Cast, clock_: clock.Stepped) -> ChargeBackTo:
    case = a_cost_of_ours(cast, 5000)
    asked = ask_bearer(case.ref, party="merchant", amount_minor=5000, what="goodwill", words="发错货", by=cast.agent)
    passes(clock_, timedelta(days=25))
    withdraw(DepositMove.objects.get(charge=asked).ref, why="写错了原因", by=cast.agent)
    return asked


def test_a_withdrawn_deduction_is_announced_again_by_page_api_and_command(
    cast: Cast, stepped_clock: clock.Stepped, capsys: pytest.CaptureFixture[str]
) -> None:
    topped_up(cast)
    charge, desk = deducting(cast, stepped_clock), page_of(cast.agent)
    at = f"/desk/charges/{charge.ref}"
    assert f"{at}/deduction" in desk.get(at).content.decode()
    assert desk.post(f"{at}/deduction", sent()).status_code == 303
    assert f"{at}/deduction" not in desk.get(at).content.decode()
    move = DepositMove.objects.get(charge=charge, state="announced")
    withdraw(move.ref, why="再写错", by=cast.agent)
    assert program(cast.bolt).post(f"/charges/{charge.ref}/deduction", {}).status_code == 403
    told = program(cast.agent).post(f"/charges/{charge.ref}/deduction", {})
    assert (told.status_code, told.json()["charge"]["you_may"]) == (201, ["write_off"])
    assert program(cast.agent).post(f"/charges/{charge.ref}/deduction", {}).status_code == 409
    withdraw(DepositMove.objects.get(charge=charge, state="announced").ref, why="又写错", by=cast.agent)
    assert told_by(capsys, "charges", "deduct", charge.ref, "--as", "agent@example.com")["stage"] == "deducting"
    assert DepositMove.objects.filter(charge=charge, state="announced").count() == 1


def test_what_was_paid_for_nothing_goes_back_by_page_api_and_command(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    refund, carrier, by = failed(cast, an_unshipped_order(cast)), a_carrier(cast), cast.agent
    charges = [asked_of_carrier(cast, refund.case, minor, carrier) for minor in (5000, 3000, 1900)]
    for one in charges:
        admit_liability(one.ref, words="电话确认", by=by)
        bear(one.ref, reference="B-1", by=by)
    desk, at = page_of(by), f"/desk/charges/{charges[0].ref}"
    assert f"{at}/giving-back" not in desk.get(at).content.decode()
    withdraw_case(refund.case.ref, by=cast.anna)
    assert "¥50.00 of it is too much" in desk.get(at).content.decode()
    kept = desk.post(f"{at}/giving-back", sent(words="消费者撤回", reference=""))
    assert kept.status_code == 422
    assert "消费者撤回" in kept.content.decode(), "what was typed is kept"
    assert desk.post(f"{at}/giving-back", sent(words="消费者撤回", reference="OUT-1")).status_code == 303
    assert f"{at}/giving-back" not in desk.get(at).content.decode()
    told = {"words": "消费者撤回", "reference": "OUT-2"}
    assert program(cast.bolt).post(f"/charges/{charges[1].ref}/giving-back", told).status_code == 403
    assert program(by).get(f"/charges/{charges[1].ref}").json()["you_may"] == ["give_back"]
    assert program(by).post(f"/charges/{charges[1].ref}/giving-back", told).status_code == 201
    assert program(by).post(f"/charges/{charges[1].ref}/giving-back", told).status_code == 409
    words = ("--words", "消费者撤回", "--reference", "OUT-3", "--as", "agent@example.com")
    assert told_by(capsys, "charges", "give-back", charges[2].ref, *words)["stage"] == "borne"
    assert "clearing.bank" not in books(case_id=refund.case_id)


def test_what_was_typed_about_a_move_is_kept(cast: Cast, stepped_clock: clock.Stepped) -> None:
    topped_up(cast, 80_000)
    move = announced(deposit_of(cast.bolts), 5000, "breach", "虚假发货", PLATFORM)
    long = "发货有凭证" * 120
    refused = page_of(cast.bolt).post(f"/console/money/moves/{move.ref}/objection", sent(why=long))
    assert refused.status_code == 422
    assert long in refused.content.decode()
    assert '<details class="fold" open>' in refused.content.decode()
    contest(move.ref, why="发货有凭证", by=cast.bolt)
    stepped_clock.until(clock.now() + timedelta(days=3))
    office = page_of(a_head())
    at = f"/office/money/deposits/{cast.bolts.ref}/"
    assert "Owner: Head" in office.get(at).content.decode()
    assert "overdue" in office.get(at).content.decode()
    assert "1 overdue" in office.get("/office/money/deposits/").content.decode()
    again = office.post(f"/office/money/deposits/moves/{move.ref}/upholding/", sent(why=long))
    assert again.status_code == 422
    assert long in again.content.decode()
    assert "break_glass" not in page_of(person("ada", Role.ADMIN)).get(at).content.decode()
    held = office.post(f"{at}hold/", sent(amount_minor="9000", reason="risk", why="核查", break_glass="on"))
    assert held.status_code == 422
    assert 'name="break_glass" checked' in held.content.decode()
    assert "somebody else reviews it within 24 hours" in held.content.decode()
    assert "¥800.00" in held.content.decode()
