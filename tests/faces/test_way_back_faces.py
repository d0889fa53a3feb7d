"""The way back on pages, by the API and on the command line: label with its code, courier with slots, addresses, and walls."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from amends.kernel.clock import Stepped
from amends.plumbing import jobs
from amends.plumbing.simulators.launch import Running
from amends.returns.models import ReturnShipment
from amends.returns.verbs import give_address
from amends.shipping.models import Pickup, ReturnAddress
from tests.api_client import programs
from tests.carriers_fixture import couriers, wired
from tests.cast import Cast, the_cast
from tests.faces.test_console import enters, posts
from tests.files_of_evidence import picture
from tests.verbs.returns_at_hand import approved, parcel_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with couriers(tmp_path_factory.mktemp("way-back-faces")) as one:
        yield one


@pytest.fixture
def cast(stepped_clock: Stepped) -> Cast:
    return the_cast()


@pytest.fixture
def parcel(cast: Cast, running: Running, monkeypatch: pytest.MonkeyPatch) -> ReturnShipment:
    """It waits to be sent at Bolt's cost, and couriers sell labels and come."""
    for name, value in wired(running, "house").items():
        monkeypatch.setenv(name, value)
    found = parcel_of(approved(cast, quantity=2))
    ReturnShipment.objects.filter(pk=found.pk).update(freight="merchant")
    return give_address(found.ref, by=cast.bolt)


def page_of(parcel: ReturnShipment) -> str:
    return f"/portal/cases/{parcel.case.ref}/parcels/{parcel.ref}"


def sees(client: Client, at: str) -> str:
    found = client.get(at)
    assert found.status_code == 200, at
    return found.content.decode()


def test_a_label_is_asked_shown_printed_and_given_up(parcel: ReturnShipment) -> None:
    anna, at = enters("anna@example.com"), page_of(parcel)
    assert "Get a label" in sees(anna, at)
    assert posts(anna, f"{at}/label", carrier="sf", address="1 People Road")["Location"] == at
    assert "The label is being made" in sees(anna, at)
    jobs.drain()
    found = sees(anna, at)
    assert "Open the label (PDF)" in found and "SF Express" in found and "打开面单" in sees(enters("anna@example.com", "zh-CN"), at)
    pdf = anna.get(f"{at}/label.pdf")
    assert pdf["Content-Type"] == "application/pdf" and pdf.content.startswith(b"%PDF")
    assert anna.get(f"{at}/label.svg").content.startswith(b"<svg")
    for other in ("berta@example.com",):
        for page in (at, f"{at}/label.pdf", f"{at}/label.svg"):
            assert enters(other).get(page).status_code == 404
    assert posts(anna, f"{at}/label/voiding").status_code == 303
    assert anna.get(f"{at}/label.pdf").status_code == 404


def test_a_courier_is_booked_in_a_slot_changed_and_cancelled(parcel: ReturnShipment) -> None:
    anna, at = enters("anna@example.com"), page_of(parcel)
    slots = [line.split('"')[0] for line in sees(anna, at).split('<option value="2026')[1:]]
    wrong = posts(anna, f"{at}/pickup", starts_at="tomorrow", address="1 People Road")
    assert wrong.status_code == 422 and "1 People Road" in wrong.content.decode()
    assert posts(anna, f"{at}/pickup", starts_at=f"2026{slots[2]}", address="1 People Road", packaging="1").status_code == 303
    jobs.drain()
    assert "Confirmed by the carrier" in sees(anna, at)
    assert posts(anna, f"{at}/pickup/change", starts_at=f"2026{slots[4]}", address="").status_code == 303
    assert Pickup.objects.get().changes == 1
    bolt = enters("bolt@example.com")
    assert "1 People Road" in sees(bolt, f"/console/parcels/{parcel.ref}")
    assert posts(anna, f"/portal/cases/{parcel.case.ref}/parcels/{parcel.ref}/pickup/cancellation").status_code == 303
    assert Pickup.objects.get().state == "cancelled"


def test_the_shop_lets_goods_be_destroyed_and_the_consumer_shows_it(parcel: ReturnShipment) -> None:
    bolt, anna, at = enters("bolt@example.com"), enters("anna@example.com"), page_of(parcel)
    assert enters("rival@example.com").get(f"/console/parcels/{parcel.ref}").status_code == 404
    assert posts(bolt, f"/console/parcels/{parcel.ref}/destruction-request").status_code == 303
    assert "Destroyed: give the photo" in sees(anna, at)
    bare = posts(anna, f"{at}/destruction")
    assert bare.status_code == 422 and "at least one photo" in bare.content.decode()
    file = BytesIO(picture())
    file.name = "p.jpg"
    assert anna.post(f"{at}/destruction", {"idempotency_key": "d", "files": file}).status_code == 303
    parcel.refresh_from_db()
    assert parcel.stage == "destroyed"
    assert posts(bolt, f"/console/parcels/{parcel.ref}/waiver").status_code == 409


def test_units_get_a_parcel_of_their_own_on_the_page(parcel: ReturnShipment) -> None:
    anna, at = enters("anna@example.com"), page_of(parcel)
    assert posts(anna, f"{at}/split").status_code == 422
    unit = sees(anna, at).split('name="units" value="')[1].split('"')[0]
    assert posts(anna, f"{at}/split", units=unit).status_code == 303
    assert ReturnShipment.objects.filter(case_id=parcel.case_id).count() == 2


def test_the_book_of_addresses_is_kept_on_its_page(cast: Cast) -> None:
    bolt = enters("bolt@example.com")
    assert "The book is empty" in sees(bolt, "/console/addresses")
    first = {"key": "east", "name": "Li", "phone": "138", "address": "Shanghai 1", "zones": "Shanghai, Suzhou", "tz": "Asia/Shanghai"}
    wrong = posts(bolt, "/console/addresses/entry", **first, hours="whenever")
    assert wrong.status_code == 422 and "Shanghai 1" in wrong.content.decode()
    assert posts(bolt, "/console/addresses/entry", **first, hours="1-5 09:00-18:00").status_code == 303
    row = ReturnAddress.objects.get()
    assert (row.zones, row.hours[0]["days"], row.is_default) == (["Shanghai", "Suzhou"], [1, 2, 3, 4, 5], True)
    assert "Monday to Friday 09:00–18:00" in sees(bolt, "/console/addresses")
    assert "周一至周五" in sees(enters("bolt@example.com", "zh-CN"), f"/console/addresses?entry={row.ref}")
    assert row.key not in sees(enters("rival@example.com"), "/console/addresses")
    assert posts(bolt, f"/console/addresses/{row.ref}/ending").status_code == 303
    assert "The book is empty" in sees(bolt, "/console/addresses")


def test_the_same_by_the_api(cast: Cast, parcel: ReturnShipment) -> None:
    everybody = programs(cast)
    anna, bolt = everybody["anna"], everybody["bolt"]
    told = anna.get(f"/parcels/{parcel.ref}").json()
    assert {"ask_label", "book_pickup", "ship", "add_parcel"} <= set(told["may"]) and told["slots"]
    assert anna.post(f"/parcels/{parcel.ref}/label", {"carrier": "nobody"}).status_code == 422
    assert anna.post(f"/parcels/{parcel.ref}/label", {}).status_code == 201
    jobs.drain()
    assert anna.get(f"/parcels/{parcel.ref}").json()["label"]["ready"]
    assert anna.get(f"/parcels/{parcel.ref}/label.pdf").status_code == 200
    assert anna.get(f"/parcels/{parcel.ref}/label.svg").content.startswith(b"<svg")
    assert everybody["berta"].get(f"/parcels/{parcel.ref}").status_code == 404
    assert anna.post(f"/parcels/{parcel.ref}/waiver", {}).status_code == 403
    hours = [{"days": [1], "from": "09:00", "until": "18:00"}]
    made = bolt.post("/return-addresses", {"key": "k", "name": "n", "address": "a", "hours": hours})
    assert made.status_code == 201 and bolt.get("/return-addresses").json()["items"][0]["ref"] == made.json()["ref"]
    assert bolt.post("/return-addresses", {"key": "k", "name": "n", "address": "a", "goods": ["no"]}).status_code == 422
    assert anna.get("/return-addresses").status_code == 404
    assert bolt.post(f"/return-addresses/{made.json()['ref']}/ending", {}).status_code == 201
    assert bolt.post(f"/parcels/{parcel.ref}/waiver", {}).json()["stage"] == "dropped"


def test_the_same_on_the_command_line(
    cast: Cast, parcel: ReturnShipment, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:  # fmt: skip
    bolt = {"person": "bolt@example.com", "json": True}
    call_command("addresses", "put", "east", name="Li", address="Shanghai 1", hours="1-5 09:00-18:00", **bolt)
    ref = json.loads(capsys.readouterr().out)["ref"]
    call_command("addresses", "list", **bolt)
    assert json.loads(capsys.readouterr().out)["key"] == "east"
    with pytest.raises(CommandError):
        call_command("addresses", "put", "west", name="Li", address="x", hours="never", **bolt)
    call_command("addresses", "end", ref, **bolt)
    call_command("addresses", "breaches", **bolt)
    capsys.readouterr()
    call_command("parcels", "label", parcel.ref, **bolt)
    jobs.drain()
    capsys.readouterr()
    call_command("parcels", "label-file", parcel.ref, to=tmp_path / "label.pdf", **bolt)
    assert (tmp_path / "label.pdf").read_bytes().startswith(b"%PDF")
    assert json.loads(capsys.readouterr().out)["label"].startswith("LB-")
    call_command("parcels", "list", open=True, **bolt)
    assert json.loads(capsys.readouterr().out)["ref"] == parcel.ref
    with pytest.raises(CommandError):
        call_command("parcels", "show", parcel.ref, person="rival@example.com")


def test_the_consumers_acts_on_the_command_line(
    cast: Cast, parcel: ReturnShipment, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:  # fmt: skip
    anna, photo = ["--as", "anna@example.com", "--json"], tmp_path / "receipt.jpg"
    photo.write_bytes(picture())

    def does(*words: str) -> dict[str, Any]:
        call_command("parcels", *words, *anna)
        return dict(json.loads(capsys.readouterr().out))

    slots = does("show", parcel.ref)["slots"]
    for wrong in (["--at", "noon"], ["--at", "2026-03-11T09:00"], []):  # no instant, no zone, no address
        with pytest.raises(CommandError):
            call_command("parcels", "pickup", parcel.ref, *wrong, *anna)
    assert does("pickup", parcel.ref, "--at", slots[1], "--address", "人民路 1 号 138", "--packaging")["stage"] == "booked"
    changed = does("change-pickup", parcel.ref, "--at", slots[2])["pickup"]
    assert datetime.fromisoformat(changed) == datetime.fromisoformat(slots[2])
    assert does("cancel-pickup", parcel.ref)["stage"] == "awaiting_dispatch"
    does("label", parcel.ref)
    jobs.drain()
    does("label-file", parcel.ref, "--to", str(tmp_path / "code.svg"))
    assert (tmp_path / "code.svg").read_bytes().startswith(b"<svg")
    unit = next(iter(does("show", parcel.ref)["units"]))
    other = does("split", parcel.ref, "--unit", unit)["parcel"]
    assert other != parcel.ref and does("box", other, "--leader", parcel.ref)["may"].count("ship") == 0
    assert does("ship", parcel.ref, "--carrier", "Bluebird", "--waybill", "BB12345678")["stage"] == "in_transit"
    assert does("freight", parcel.ref, "--minor", "1200", "--photo", str(photo))["freight_minor"] == 1200
    for words in (["refuse", parcel.ref], ["destroy", parcel.ref, "--photo", str(photo)], ["freight", parcel.ref, "--minor", "1",
                  "--photo", str(tmp_path / "none.jpg")]):  # fmt: skip
        with pytest.raises(CommandError):
            call_command("parcels", *words, *anna)
    call_command("parcels", "receive", other, "--as", "bolt@example.com", "--json")
    assert ReturnShipment.objects.filter(stage="received").count() == 2
