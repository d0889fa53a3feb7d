"""Promises over the API and on the command line: the same reading and the same verb as the pages."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from amends.cases.models import Case
from amends.kernel.clock import Stepped
from tests.api_client import Program, programs
from tests.cast import Cast, an_order, claims, settled, the_cast

HOUR = timedelta(hours=1)


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


@pytest.fixture
def case(cast: Cast) -> Case:
    found = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    settled()
    return found


@pytest.fixture
def by(cast: Cast) -> dict[str, Program]:
    return programs(cast)


def test_a_program_reads_promises_and_tells_another_time(by: dict[str, Program], case: Case, stepped_clock: Stepped) -> None:
    (row,) = by["anna"].get("/promises", case=case.ref).json()["items"]
    assert (row["bearer"], row["limit"], row["state"], row["may_revise"]) == ("merchant", "merchant_answers", "open", False)
    at = (stepped_clock.at + HOUR).isoformat()
    answer = by["bolt"].post(f"/cases/{case.ref}/promises/{row['id']}/revision", {"at": at, "words": "today"})
    assert (answer.status_code, answer.json()["ref"]) == (201, case.ref)
    told = by["anna"].get(f"/cases/{case.ref}/promises").json()["items"]
    assert [(each["state"], each["reason"], each["words"]) for each in told] == [("revised", "", ""), ("open", "earlier", "today")]
    (kept,) = by["bolt"].get("/promises/figures").json()["items"]
    assert (kept["open"], kept["revised"], kept["share"]) == (1, 1, None)
    assert len(by["bolt"].get(kept["list_url"].removeprefix("/api/v1")).json()["items"]) == 2
    assert by["bolt"].get("/promises", state="broken").status_code == 422
    assert by["anna"].post(f"/cases/{case.ref}/promises/{told[1]['id']}/revision", {"at": at}).status_code == 403


def printed(*arguments: str, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    call_command("promises", *arguments, stdout=StringIO())
    return capsys.readouterr().out


def test_the_command_says_the_same(cast: Cast, case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    figures = json.loads(printed("--json", capsys=capsys))
    assert [(row["key"], row["open"]) for row in figures["merchant"]] == [(cast.bolts.ref, 1)]
    assert set(figures) == {"merchant", "team", "carrier"}
    listed = json.loads(printed("--list", "--json", "--bearer", "merchant", capsys=capsys))
    assert (listed["case"], listed["state"]) == (case.ref, "open")
    assert case.ref in printed("--list", capsys=capsys)
    assert "%" in printed("--by", "merchant", capsys=capsys)
    with pytest.raises(CommandError):
        call_command("promises", "--list", "--state", "broken")
