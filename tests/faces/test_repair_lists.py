"""Repairs as a list, for the platform's agents and shops; the consumer's choice of the way and a loan unit on pages and for programs."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from amends.kernel.clock import Stepped
from amends.people.rules import Actor
from amends.repairs import loans
from amends.repairs.booking import book
from amends.repairs.models import Loan, Repair, Workshop
from amends.repairs.workshops import save_loan_unit
from tests.api_client import programs
from tests.cast import Cast, settled, the_cast
from tests.faces.test_repair_pages import arrived, sends, sitting, text
from tests.verbs.test_repair_ways import a_phone
from tests.workshops_at_hand import TOMORROW_NINE, a_repair, a_technician, a_worker, a_workshop

WHERE = "杭州市西湖区 8 号"


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


@pytest.fixture
def shop(cast: Cast) -> Workshop:
    shop = a_workshop(cast, ways=["home", "workshop", "post"])
    a_technician(cast, shop)
    return shop


@pytest.fixture
def two(cast: Cast, shop: Workshop) -> tuple[Repair, Repair]:
    """Anna's fridge, which the workshop visits tomorrow, and her phone, which is at Bolt's and waits to be arranged."""
    fridge = a_repair(cast)
    book(fridge.ref, starts_at=TOMORROW_NINE, address=WHERE, by=cast.anna)
    return Repair.objects.get(pk=fridge.pk), arrived(cast)


def test_an_agent_finds_repairs_by_stage_workshop_and_lateness(two: tuple[Repair, Repair], shop: Workshop, stepped_clock: Stepped) -> None:
    fridge, phone = two
    agent, at = sitting("agent"), "/desk/repairs"
    page = text(agent, at)
    for row in two:
        assert f"/desk/cases/{row.case.ref}" in page
        assert row.ref in page
    for query, there, not_there in (
        ("stage=booking", phone, fridge), ("stage=diagnosing", fridge, phone), (f"workshop={shop.ref}", fridge, phone),
        ("workshop=-", phone, fridge),
    ):  # fmt: skip
        page = text(agent, f"{at}?{query}")
        assert there.ref in page, query
        assert not_there.ref not in page, query
    assert "No repair fits" in text(agent, f"{at}?late=1")
    stepped_clock.until(TOMORROW_NINE + timedelta(hours=2))
    assert fridge.ref in text(agent, f"{at}?late=1")  # its time is over, and nobody said what came of it
    assert text(agent, f"{at}?stage=rocket&workshop=WS-0000-0000-0000&page=99")
    case = text(agent, f"/desk/cases/{fridge.case.ref}")
    assert fridge.ref in case


def test_the_list_is_the_agents_and_each_shops_own(two: tuple[Repair, Repair]) -> None:
    fridge, phone = two
    assert sitting("bolt").get("/desk/repairs").status_code == 404
    assert sitting("anna").get("/desk/repairs").status_code == 404
    mine = text(sitting("bolt", "zh"), "/console/repairs")
    assert f"/console/repairs/{phone.ref}" in mine
    assert f"/console/cases/{fridge.case.ref}" in mine
    theirs = text(sitting("rival"), "/console/repairs")
    assert fridge.ref not in theirs
    assert phone.ref not in theirs


def test_programs_and_the_terminal_ask_the_same(cast: Cast, two: tuple[Repair, Repair], capsys: pytest.CaptureFixture[str]) -> None:
    fridge, phone = two
    agent = programs(cast)["agent"]

    def refs(query: str) -> list[str]:
        return [one["ref"] for one in agent.get(f"/repairs?{query}").json()["items"]]

    assert refs("") == [fridge.ref, phone.ref]
    assert refs(f"after={fridge.ref}") == [phone.ref]
    assert refs("stage=diagnosing") == refs("workshop=east") == [fridge.ref]
    assert refs("workshop=-") == [phone.ref]
    assert refs("late=true") == []
    unknown = agent.get("/repairs?stage=rocket")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_stage")
    assert agent.get("/repairs?after=RE-0000-0000-0000").status_code == 404
    call_command("repairs", "list", "--stage", "booking", "--as", "agent@example.com", "--json")
    assert json.loads(capsys.readouterr().out)["ref"] == phone.ref


def test_a_consumer_chooses_the_way_on_the_page_for_programs_and_on_the_terminal(
    cast: Cast, shop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    case, anna, keys = a_phone(cast), sitting("anna"), programs(cast)
    here = f"/portal/cases/{case.ref}"
    assert "How it is repaired" in text(anna, here)
    assert "怎么修" in text(sitting("anna", "zh"), here)
    assert sends(anna, f"{here}/repair-way", way="rocket").status_code == 422
    assert sends(anna, f"{here}/repair-way", way="home").status_code == 303
    settled()
    assert Repair.objects.get(case_id=case.pk).way == "home"
    shown = keys["anna"].get(f"/cases/{case.ref}/repairs").json()
    assert (shown["way"], shown["ways"]) == ("home", ["post", "workshop", "home"])
    assert keys["bolt"].get(f"/cases/{case.ref}/repairs").json()["ways"] == []
    at = f"/cases/{case.ref}/repair-way"
    assert keys["anna"].post(at, {"way": "workshop"}).json()["way"] == "workshop"
    assert keys["bolt"].post(at, {"way": "home"}).status_code == 403
    assert keys["rival"].post(at, {"way": "home"}).status_code == 404
    call_command("repairs", "choose-way", case.ref, "--way", "home", "--as", "anna@example.com", "--json")
    assert json.loads(capsys.readouterr().out)["way"] == "home"
    book(Repair.objects.get(case_id=case.pk).ref, starts_at=TOMORROW_NINE, address=WHERE, by=cast.anna)
    assert keys["anna"].post(at, {"way": "post"}).json()["code"] == "way_settled"
    assert "How it is repaired" not in text(anna, here)
    with pytest.raises(CommandError):
        call_command("repairs", "choose-way", case.ref, "--way", "post", "--as", "anna@example.com")


def test_a_consumer_sees_the_loan_unit_and_says_that_it_is_on_its_way_back(cast: Cast, shop: Workshop, two: tuple[Repair, Repair]) -> None:
    fridge, _ = two
    spare = {"name_zh": "备用冰箱", "name_en": "Spare fridge", "goods_class": "appliance", "value_minor": 90000}
    save_loan_unit(spare, by=cast.bolt)
    worker: Actor = a_worker(shop)
    loan = loans.promise_loan(fridge.ref, by=worker)
    anna, here = sitting("anna"), f"/portal/cases/{fridge.case.ref}"
    assert "Spare fridge" in text(anna, here)
    assert "I have sent it back" not in text(anna, here)
    loans.hand_out(loan.ref, by=worker)
    assert "I have sent it back" in text(anna, here)
    assert sitting("berta").get(here).status_code == 404
    assert sends(sitting("berta"), f"{here}/loans/{loan.ref}/sending").status_code == 404
    assert sends(anna, f"{here}/loans/{loan.ref}/sending").status_code == 303
    assert Loan.objects.get().stage == "returning"
    assert "Spare fridge" in text(sitting("agent"), f"/desk/cases/{fridge.case.ref}")
