"""The receiving desk as JSON and on the command line: the same verbs, the same answers, the same walls."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from amends.kernel.clock import Stepped
from amends.returns.models import Inspection, Scan
from tests.api_client import program, programs
from tests.cast import Cast, the_cast
from tests.files_of_evidence import picture
from tests.verbs.returns_at_hand import parcel_of, sent_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(stepped_clock: Stepped) -> Cast:
    return the_cast()


def test_a_scanner_opens_a_batch_scans_and_closes_it(cast: Cast) -> None:
    parcel, shop = parcel_of(sent_back(cast)), program(cast.bolt)
    batch = shop.post("/receiving/batches", {"place": "east"}).json()
    there = f"/receiving/batches/{batch['ref']}/scans"
    first = shop.post(there, {"code": parcel.waybill, "weight_grams": 700}, once="a").json()
    assert (first["outcome"], first["parcel"], first["outcome_name"]["zh"]) == ("received", parcel.ref, "已收货")
    assert shop.post(there, {"code": parcel.waybill, "weight_grams": 700}, once="b").json() == first
    assert shop.post(there, {"code": "ZT00000001"}).json()["outcome"] == "unknown"
    assert shop.get("/receiving/batches").json()["items"][0]["counts"] == {"received": 1, "again": 0, "unknown": 1}
    assert shop.post(f"/receiving/batches/{batch['ref']}/closing").json()["ended_at"]
    late = shop.post(there, {"code": "ZT00000002"})
    assert (late.status_code, late.json()["code"]) == (409, "batch_closed")
    assert Scan.objects.count() == 2


def test_the_shelf_by_json(cast: Cast) -> None:
    parcel, shop = parcel_of(sent_back(cast)), program(cast.bolt)
    ref = shop.post("/receiving/batches", {}).json()["ref"]
    shop.post(f"/receiving/batches/{ref}/scans", {"code": parcel.waybill[1:]})
    (row,) = shop.get("/receiving/shelf").json()["items"]
    where = f"/receiving/shelf/{row['ref']}"
    assert shop.get(where).json()["suggestions"][0]["parcel"] == parcel.ref
    assert shop.post(f"{where}/note", {"shelf": "A1"}).json()["shelf"] == "A1"
    assert shop.post(f"{where}/disposal", {"words": "binned"}).status_code == 409
    assert shop.post(f"{where}/match", {"parcel": parcel.ref}).json()["state"] == "matched"
    assert shop.get(where).status_code == 404


def test_the_desk_is_one_shops_own(cast: Cast) -> None:
    everybody = programs(cast)
    ref = everybody["bolt"].post("/receiving/batches", {}).json()["ref"]
    for name in ("rival", "anna", "agent", "judge"):
        assert everybody[name].get(f"/receiving/batches/{ref}").status_code == 404
        assert everybody[name].post(f"/receiving/batches/{ref}/scans", {"code": "ZT00000001"}).status_code == 404
    assert everybody["agent"].post("/receiving/batches", {}).status_code == 404


def test_a_file_of_codes_is_scanned_and_again_changes_nothing(cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parcel = parcel_of(sent_back(cast))
    codes = tmp_path / "codes.txt"
    codes.write_text(f"{parcel.waybill},820\nZT00000001\n\nno\n")
    command = ["receiving", "scan", str(codes), "--place", "east", "--as", "bolt@example.com", "--json"]
    for _ in range(2):
        call_command(*command)
        last = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert {name: last[name] for name in ("received", "again", "unknown", "refused")} == {
            "received": 1, "again": 0, "unknown": 1, "refused": 1,
        }  # fmt: skip
    parcel.refresh_from_db()
    assert parcel.weight_grams == 820
    call_command("receiving", "shelf", "--as", "bolt@example.com", "--json")
    row = json.loads(capsys.readouterr().out)
    call_command("receiving", "send-back", row["ref"], "--as", "bolt@example.com", "--json")
    assert json.loads(capsys.readouterr().out)["state"] == "sent_back"
    call_command("receiving", "close", last["batch"], "--as", "bolt@example.com")
    with pytest.raises(CommandError):
        call_command("receiving", "match", row["ref"], parcel.ref, "--as", "bolt@example.com")


def test_a_unit_is_inspected_on_the_command_line_with_grade_photos_and_weight(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    parcel, photo = parcel_of(sent_back(cast)), tmp_path / "flaw.jpg"
    photo.write_bytes(picture())
    bolt = ["--as", "bolt@example.com", "--json"]
    less = ["receiving", "inspect", parcel.ref, "reduce", "--less", "500", "--words", "a scratch", "--grade", "C"]
    for lacking in ([], ["--photo", f"whole={photo}"], ["--photo", f"side={photo}"], ["--photo", f"whole={tmp_path}/none.jpg"]):
        with pytest.raises(CommandError):
            call_command(*less, *lacking, *bolt)
    call_command(*less, "--photo", f"whole={photo}", "--photo", f"flaw={photo}", "--grams", "800", "--fails", "packed", *bolt)
    found = json.loads(capsys.readouterr().out)
    assert (found["stage"], found["grade"], found["reduced_minor"]) == ("reduced", "C", 500)
    row = Inspection.objects.get(pk=found["inspection"])
    assert (row.weight_grams, row.checks, sorted(row.photos)) == (800, {"packed": False}, ["flaw", "whole"])
