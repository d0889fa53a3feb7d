"""The pages of who bears a cost: charges on the desk and in the console, deposits in the office, statements for the shop."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client

from amends.kernel import clock
from amends.liability.models import ChargeBackTo, DepositMove
from amends.liability.verbs.deposits import announced, deposit_of
from amends.people.models import User
from amends.people.rules import PLATFORM, Actor
from tests.bearing_at_hand import a_carrier, a_cost, a_cost_of_ours, a_head, asked_of_carrier, topped_up
from tests.cast import Cast, the_cast

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
    assert "¥99.00" in desk.get(at).content.decode()
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
    assert bolt.get("/console/money/statement?month=2026-99").status_code == 422
    office = page_of(a_head())
    assert office.get(f"/office/money/deposits/{cast.bolts.ref}/statement/").status_code == 200
    assert office.get(f"/office/money/deposits/{cast.bolts.ref}/statement.pdf").content.startswith(b"%PDF")
