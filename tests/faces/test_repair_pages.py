"""Repairs on pages: the consumer's part of the case, the shop's queue and job page, in both languages; and whom they are hidden from."""

from __future__ import annotations

import io
import secrets

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from amends.cases.models import Case
from amends.cases.verbs import answering
from amends.cases.verbs.uploading import upload
from amends.kernel.clock import Stepped
from amends.people.models import User
from amends.repairs import verbs as repairs
from amends.repairs.booking import book
from amends.repairs.models import Repair
from amends.returns import verbs as returns
from amends.returns.models import Inspection, ReturnShipment
from tests.cast import Cast, an_order, claims, settled, the_cast
from tests.files_of_evidence import picture


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


def sitting(name: str, language: str = "en") -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE=language)
    client.force_login(User.objects.get(email=f"{name}@example.com"))
    User.objects.filter(email=f"{name}@example.com").update(language=language)
    return client


def arrived(cast: Cast) -> Repair:
    """Anna's phone is at Bolt's, accepted, and its repair waits to be arranged."""
    order = an_order(cast.bolts, cast.annas, prices=(275000,), goods_class="phone")
    photo = upload(order.ref, name="broken.jpg", stream=io.BytesIO(picture()), by=cast.anna).ref
    case = claims(order, by=cast.anna, issue="quality", remedy="repair", evidence=[photo])
    answering.approve(case.ref, by=cast.bolt)
    settled()
    parcel = ReturnShipment.objects.get(case_id=case.pk)
    returns.give_address(parcel.ref, by=cast.bolt)
    returns.ship(parcel.ref, carrier="SF", waybill="SF1234567890", by=cast.anna)
    returns.receive(parcel.ref, by=cast.bolt)
    returns.accept(parcel.ref, inspection=Inspection.objects.get(parcel=parcel).pk, by=cast.bolt)
    settled()
    return Repair.objects.get(case_id=case.pk)


def sends(client: Client, path: str, **form: object) -> HttpResponse:
    """The form at `path`, sent once."""
    return client.post(path, {"idempotency_key": secrets.token_hex(8), **form})  # type: ignore[return-value]


def text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.content.decode()


def test_a_shop_walks_a_repair_from_its_queue_to_the_way_home(cast: Cast) -> None:
    row, bolt = arrived(cast), sitting("bolt")
    assert f"/console/cases/{row.case.ref}" in text(bolt, "/console/repairs")
    here = f"/console/repairs/{row.ref}"
    assert "Arrange the repair" in text(bolt, here)
    assert sends(bolt, f"{here}/booking", workshop="").status_code == 303
    photo = SimpleUploadedFile("before.jpg", picture(), "image/jpeg")
    assert sends(bolt, f"{here}/diagnosis", words="The flex cable is loose.", files=photo).status_code == 303
    assert "Repaired: hand it back" in text(bolt, here)
    refused = sends(bolt, f"{here}/handing-back", words="", tests="calls")
    assert refused.status_code == 422
    assert "Please write why" in refused.content.decode()
    sent = {"words": "Cable replaced.", "tests": "charging\ncalls", "carrier": "SF", "waybill": "SF2234567890"}
    assert sends(bolt, f"{here}/handing-back", **sent).status_code == 303
    row.refresh_from_db()
    assert (row.stage, row.tests, len(row.photos_before)) == ("handed_back", ["charging", "calls"], 1)
    assert "Cable replaced." in text(bolt, here)

    anna = sitting("anna", "zh")
    page = text(anna, f"/portal/cases/{row.case.ref}")
    assert "维修：台灯" in page
    assert "又坏了" in page
    assert "保修：台灯" in page
    assert sends(anna, f"/portal/cases/{row.case.ref}/repairs/{row.ref}/confirmation").status_code == 303
    row.refresh_from_db()
    assert row.stage == "confirmed"


def test_a_quote_is_asked_agreed_to_and_declined_on_pages(cast: Cast) -> None:
    row, bolt, anna = arrived(cast), sitting("bolt"), sitting("anna")
    book(row.ref, by=cast.bolt)
    here = f"/console/repairs/{row.ref}"
    free = sends(bolt, f"{here}/quote", amount="129.00", words="Water inside.")
    assert free.status_code == 422
    assert "nothing may be charged" in free.content.decode()
    proof = SimpleUploadedFile("wet.jpg", picture(), "image/jpeg")
    assert sends(bolt, f"{here}/quote", amount="129.00", words="Water inside.", misuse="1", files=proof).status_code == 303
    page = text(anna, f"/portal/cases/{row.case.ref}")
    assert "Agree to the price" in page
    assert "129.00" in page
    assert sends(anna, f"/portal/cases/{row.case.ref}/repairs/{row.ref}/acceptance").status_code == 303
    assert "Pay " in text(anna, f"/portal/cases/{row.case.ref}")
    assert sends(anna, f"/portal/cases/{row.case.ref}/repairs/{row.ref}/declining").status_code == 303
    row.refresh_from_db()
    assert (row.stage, row.quote_payment.state) == ("unrepaired", "dropped")
    assert ReturnShipment.objects.get(case_id=row.case_id, direction="home").stage == "sending_home"


def test_a_fault_needs_words_and_opens_the_next_attempt(cast: Cast) -> None:
    row, anna = arrived(cast), sitting("anna")
    book(row.ref, by=cast.bolt)
    repairs.diagnose(row.ref, words="loose", by=cast.bolt)
    repairs.hand_back(row.ref, words="tightened", by=cast.bolt)
    settled()
    Case.objects.get(pk=row.case_id, stage="closed")
    path = f"/portal/cases/{row.case.ref}/repairs/{row.ref}/fault"
    assert sends(anna, path, words="").status_code == 422
    assert sends(anna, path, words="Dead again.").status_code == 303
    assert Case.objects.get(follows_id=row.case_id).stage == "executing"


def test_other_shops_and_consumers_never_see_it(cast: Cast) -> None:
    row = arrived(cast)
    rival, berta = sitting("rival"), sitting("berta")
    assert rival.get(f"/console/repairs/{row.ref}").status_code == 404
    assert sends(rival, f"/console/repairs/{row.ref}/booking", workshop="").status_code == 404
    assert sends(berta, f"/portal/cases/{row.case.ref}/repairs/{row.ref}/confirmation").status_code == 404
    assert row.ref not in text(rival, "/console/repairs")
