"""Workshops, appointments, loans and experts for programs, and on the command line."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.management import call_command

from amends.kernel import clock
from amends.kernel.clock import Stepped
from amends.repairs.models import Appointment
from tests.api_client import Program, program, programs
from tests.cast import Cast, the_cast
from tests.workshops_at_hand import HOURS, TOMORROW_NINE, a_repair, a_worker, a_workshop

SHOP = {"key": "east", "name_zh": "东城维修点", "name_en": "East", "ways": ["home"], "hours": HOURS, "slot_minutes": 60}


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


@pytest.fixture
def by(cast: Cast) -> dict[str, Program]:
    return programs(cast)


def made(program: Program, path: str, body: object = None) -> dict[str, object]:
    answer = program.post(path, body)
    assert answer.status_code == 201, answer.content.decode()
    return dict(answer.json())


def test_a_shop_tells_its_workshop_and_a_consumer_books_moves_and_cancels(cast: Cast, by: dict[str, Program]) -> None:
    shop = made(by["bolt"], "/workshops", SHOP)
    made(by["bolt"], f"/workshops/{shop['ref']}/technicians", {"name": "Ming", "day_most": 4})
    repair = a_repair(cast)
    slots = by["anna"].get(f"/repairs/{repair.ref}/slots").json()["items"]
    assert slots[0]["local"] == "2026-03-10 11:00"
    made(by["anna"], f"/repairs/{repair.ref}/booking", {"starts_at": TOMORROW_NINE.isoformat(), "address": "杭州"})
    other = a_repair(cast, consumer=cast.berta)
    taken = by["berta"].post(f"/repairs/{other.ref}/booking", {"starts_at": TOMORROW_NINE.isoformat(), "address": "杭州"})
    assert (taken.status_code, taken.json()["code"]) == (409, "slot_taken")
    visit = Appointment.objects.get()
    moved = made(by["anna"], f"/visits/{visit.ref}/move", {"starts_at": (TOMORROW_NINE + timedelta(hours=1)).isoformat()})
    assert by["berta"].post(f"/visits/{moved['ref']}/cancellation").status_code == 404
    made(by["anna"], f"/visits/{moved['ref']}/cancellation")
    assert [one["state"] for one in by["anna"].get(f"/repairs/{repair.ref}/visits").json()["items"]] == ["cancelled", "moved"]


def test_a_workshops_key_opens_its_jobs_and_nothing_of_the_case(cast: Cast, by: dict[str, Program]) -> None:
    made(by["bolt"], "/workshops", SHOP)
    shop = by["bolt"].get("/workshops").json()["items"][0]
    made(by["bolt"], f"/workshops/{shop['ref']}/technicians", {"name": "Ming"})
    repair = a_repair(cast)
    made(by["anna"], f"/repairs/{repair.ref}/booking", {"starts_at": TOMORROW_NINE.isoformat(), "address": "杭州"})
    repair.refresh_from_db()
    worker, stranger = program(a_worker(repair.workshop)), program(a_worker(a_workshop(cast, "west"), "lei"))
    assert worker.get(f"/repairs/{repair.ref}/visits").status_code == 200
    assert [one["repair"] for one in worker.get("/visits", day="2026-03-11").json()["items"]] == [repair.ref]
    assert worker.get(f"/cases/{repair.case.ref}").status_code == 404
    assert worker.post("/workshops", SHOP).status_code == 404
    assert stranger.get(f"/repairs/{repair.ref}/visits").status_code == 404
    assert by["rival"].get(f"/repairs/{repair.ref}/slots").status_code == 404


def test_a_loan_unit_goes_out_and_back_by_programs(cast: Cast, by: dict[str, Program]) -> None:
    made(by["bolt"], "/workshops", SHOP)
    unit = made(by["bolt"], "/loan-units", {"name_zh": "备用冰箱", "goods_class": "appliance", "value_minor": 90000})
    repair = a_repair(cast)
    loan = made(by["bolt"], f"/repairs/{repair.ref}/loan")
    assert loan["unit"] == unit["ref"]
    made(by["bolt"], f"/loans/{loan['ref']}/hand-out", {"condition": "无划痕"})
    assert by["anna"].get("/loans").json()["items"][0]["stage"] == "out"
    made(by["anna"], f"/loans/{loan['ref']}/sending")
    assert made(by["bolt"], f"/loans/{loan['ref']}/return")["stage"] == "back"
    assert by["rival"].get("/loans").json()["items"] == []


def test_an_expert_is_called_joins_and_advises_by_programs(cast: Cast, by: dict[str, Program]) -> None:
    a_workshop(cast)
    case = a_repair(cast).case
    row = made(by["agent"], f"/cases/{case.ref}/consultations", {"skill": "appliance", "why": "压缩机？", "kind": "video"})
    begins = (clock.now() + timedelta(hours=2)).isoformat()
    made(by["agent"], f"/consultations/{row['ref']}/join", {"starts_at": begins, "link": "https://meet.example.com/1"})
    assert by["anna"].get(f"/cases/{case.ref}/sessions").json()["items"][0]["link"] == ""
    made(by["anna"], f"/consultations/{row['ref']}/consent", {"agree": True})
    assert by["anna"].get(f"/cases/{case.ref}/sessions").json()["items"][0]["link"] == "https://meet.example.com/1"
    assert by["bolt"].get("/consultations").json()["items"] == []
    assert made(by["agent"], f"/consultations/{row['ref']}/advice", {"words": "换启动器。"})["stage"] == "advised"


def test_the_commands_tell_book_and_lend(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    def said(*words: str) -> list[dict[str, object]]:
        call_command(*words, "--as", "bolt@example.com", "--json")
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    [shop] = said("workshops", "save", "east", "--name", "东城维修点", "--ways", "home", "--hours", "1-5 09:00-12:00 13:00-17:00")
    assert shop["key"] == "east"
    [technician] = said("workshops", "technician", "east", "--name", "Ming")
    repair = a_repair(cast)
    slots = said("workshops", "slots", repair.ref, "--first", "2026-03-11", "--days", "1")
    assert len(slots) == 7
    [visit] = said("workshops", "book", repair.ref, "--at", str(slots[0]["starts_at"]), "--address", "杭州")
    assert visit["technician"] == technician["name"]
    assert len(said("workshops", "day", "--day", "2026-03-11")) == 1
    said("loans", "unit", "--name", "备用冰箱", "--goods-class", "appliance", "--value-minor", "90000")
    [loan] = said("loans", "promise", repair.ref)
    assert said("loans", "hand-out", str(loan["ref"]))[0]["stage"] == "out"
    assert said("loans", "back", str(loan["ref"]))[0]["stage"] == "back"
