"""Repairs for programs and on the terminal: the whole way, its refusals, and that nobody else sees them."""

from __future__ import annotations

import json
from itertools import product

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction

from amends.cases.models import Case, Grant
from amends.kernel.clock import Stepped
from amends.repairs import verbs
from amends.repairs.booking import book
from amends.repairs.models import Repair
from amends.repairs.rules import REPAIR
from tests.api_client import programs
from tests.cast import Cast, settled, the_cast
from tests.faces.test_repair_pages import arrived


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


def test_programs_walk_a_repair_and_are_refused_what_pages_are_refused(cast: Cast) -> None:
    row, keys = arrived(cast), programs(cast)
    bolt, anna, rival = keys["bolt"], keys["anna"], keys["rival"]
    here = f"/repairs/{row.ref}"
    assert [one["ref"] for one in bolt.get("/repairs").json()["items"]] == [row.ref]
    assert rival.get("/repairs").json()["items"] == []
    assert rival.get(here).status_code == 404
    assert bolt.post(f"{here}/diagnosis", {"words": "loose"}).status_code == 409  # not arranged yet
    book(row.ref, by=cast.bolt)
    assert anna.post(f"{here}/diagnosis", {"words": "loose"}).status_code == 403
    assert rival.post(f"{here}/diagnosis", {"words": "loose"}).status_code == 404
    covered = bolt.post(f"{here}/quote", {"amount_minor": 9900, "words": "new screen"})
    assert (covered.status_code, covered.json()["code"]) == (422, "repair_is_free")
    ordered = bolt.post(f"{here}/parts", {"parts": [{"name": "battery", "quantity": 2}]})
    assert ordered.status_code == 201
    assert ordered.json()["parts"][0] | {"expected_at": None} == {
        "name": "battery", "number": "", "quantity": 2, "state": "ordered", "expected_at": None,
    }  # fmt: skip
    assert bolt.post(f"{here}/parts", {"parts": [{"name": "battery", "quantity": 0}]}).status_code == 422
    assert bolt.post(f"{here}/parts/arrival").json()["parts"][0]["state"] == "arrived"
    back = bolt.post(f"{here}/hand-back", {"words": "new battery", "tests": ["charging"], "carrier": "SF", "waybill": "SF2234567890"})
    assert (back.status_code, back.json()["stage"], back.json()["waybill"]) == (201, "handed_back", "SF2234567890")
    shown = anna.get(f"/cases/{row.case.ref}/repairs").json()
    assert [(one["ref"], one["may"]) for one in shown["items"]] == [(row.ref, ["report_fault", "confirm"])]
    assert shown["warranties"][0]["repair_ends_at"]
    assert anna.post(f"{here}/confirmation").json()["stage"] == "confirmed"
    assert anna.post(f"{here}/fault", {"words": "dead"}).status_code == 409


def test_a_fault_is_taken_or_refused_whatever_became_of_repair_grant_and_case(cast: Cast) -> None:
    row, anna = arrived(cast), programs(cast)["anna"]
    book(row.ref, by=cast.bolt)
    verbs.diagnose(row.ref, words="loose", by=cast.bolt)
    verbs.hand_back(row.ref, words="tightened", by=cast.bolt)
    settled()
    answers: dict[tuple[str, str, str], int] = {}
    for stage, grant, case in product(REPAIR.stages, ("owed", "doing", "done", "void"), ("executing", "unwinding", "closed")):
        with transaction.atomic():
            Repair.objects.filter(pk=row.pk).update(stage=stage)
            Grant.objects.filter(pk=row.grant_id).update(stage=grant)
            Case.objects.filter(pk=row.case_id).update(stage=case)
            answers[stage, grant, case] = anna.post(f"/repairs/{row.ref}/fault", {"words": "dead"}).status_code
            transaction.set_rollback(True)
    assert {key: status for key, status in answers.items() if status >= 500} == {}
    taken = {key for key, status in answers.items() if status == 201}
    assert {key[:2] for key in taken} == {("handed_back", "doing"), ("handed_back", "done")}
    assert set(answers.values()) == {201, 409}


def test_the_terminal_lists_moves_and_refuses(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    row = arrived(cast)
    bolt = ("--as", "bolt@example.com", "--json")

    def said(*words: str) -> dict[str, object]:
        call_command("repairs", *words, *bolt)
        return json.loads(capsys.readouterr().out)  # type: ignore[no-any-return]

    assert said("list")["ref"] == row.ref
    assert said("book", row.ref)["stage"] == "diagnosing"
    assert said("order-parts", row.ref, "--part", "screen")["stage"] == "awaiting_parts"
    assert said("bring-parts", row.ref)["stage"] == "repairing"
    with pytest.raises(CommandError):
        said("bring-parts", row.ref)
    assert said("give-up", row.ref, "--words", "screen does not fit")["stage"] == "failed"
    assert Repair.objects.filter(case_id=row.case_id).count() == 2
    assert said("show", row.ref)["attempt"] == 1
