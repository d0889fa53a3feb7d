"""The receiving desk's pages: a batch by keyboard, the shelf, walls between shops, in both languages."""

from __future__ import annotations

import pytest

from amends.console.page import waits
from amends.console.parcels import case_of, scanned
from amends.kernel.clock import Stepped
from amends.kernel.refusals import NotFound
from amends.returns.models import Batch, ReturnShipment, Scan, UnknownParcel
from tests.cast import Cast, the_cast
from tests.faces.test_console import a_parcel, enters, posts
from tests.workshops_at_hand import a_worker, a_workshop

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(stepped_clock: Stepped) -> Cast:
    return the_cast()


def on_its_way(cast: Cast) -> ReturnShipment:
    parcel = a_parcel(cast)
    parcel.refresh_from_db()
    return parcel


def test_a_batch_is_begun_scanned_and_closed(cast: Cast) -> None:
    parcel, client = on_its_way(cast), enters("bolt@example.com")
    assert "Begin receiving" in client.get("/console/receiving").content.decode()
    at = posts(client, "/console/receiving/batches", place="east")["Location"]
    assert "data-scan" in client.get(at).content.decode()
    found = client.post(f"{at}/scans", {"idempotency_key": "one", "code": parcel.waybill}, headers={"hx-request": "true"})
    assert found.status_code == 200 and f"{parcel.waybill} received" in found.content.decode() and "<html" not in found.content.decode()
    again = client.post(f"{at}/scans", {"idempotency_key": "one", "code": parcel.waybill})
    assert (again.status_code, again["Location"], Scan.objects.count()) == (303, at, 1)
    assert posts(client, f"{at}/scans", code="no").status_code == 422
    assert posts(client, f"{at}/scans", code=parcel.waybill, grams="heavy").status_code == 422
    assert posts(client, f"{at}/closing").status_code == 303
    closed = enters("bolt@example.com", "zh-CN").get(at).content.decode()
    assert "这一批已结束" in closed and "data-scan" not in closed and "已收货" in closed


def test_the_shelf_tells_whose_it_may_be_and_takes_the_match(cast: Cast) -> None:
    parcel, client = on_its_way(cast), enters("bolt@example.com")
    at = posts(client, "/console/receiving/batches", place="")["Location"]
    posts(client, f"{at}/scans", code=parcel.waybill[:-1] + "X")
    row = UnknownParcel.objects.get()
    assert f"Nobody announced {row.waybill}" in client.get(at).content.decode()
    assert row.waybill in client.get("/console/receiving/shelf").content.decode()
    where = f"/console/receiving/shelf/{row.ref}"
    assert "运单号只差一位" in enters("bolt@example.com", "zh-CN").get(where).content.decode()
    assert posts(client, f"{where}/note", words="Anna", shelf="B2", carrier="", grams="").status_code == 303
    assert "The parcel names Anna" in client.get(where).content.decode()
    assert posts(client, f"{where}/disposal", words="binned").status_code == 409
    assert posts(client, f"{where}/match", parcel=parcel.ref)["Location"] == f"/console/parcels/{parcel.ref}/inspection"
    assert client.get(where).status_code == 404
    assert posts(client, f"{where}/return").status_code == 409


def test_another_shops_desk_does_not_exist(cast: Cast) -> None:
    parcel, client, rival = on_its_way(cast), enters("bolt@example.com"), enters("rival@example.com")
    at = posts(client, "/console/receiving/batches", place="east")["Location"]
    posts(client, f"{at}/scans", code="ZT00000001")
    shelf = f"/console/receiving/shelf/{UnknownParcel.objects.get().ref}"
    assert [rival.get(page).status_code for page in (at, shelf)] == [404, 404]
    assert posts(rival, f"{at}/scans", code=parcel.waybill).status_code == 404
    assert posts(rival, f"{shelf}/match", parcel=parcel.ref).status_code == 404
    assert enters("anna@example.com").get("/console/receiving").status_code == 404
    assert Batch.objects.count() == 1 and Scan.objects.count() == 1


def test_a_workshops_person_has_nothing_of_the_shops_parcels_stock_and_turns(cast: Cast) -> None:
    parcel, ming = on_its_way(cast), a_worker(a_workshop(cast))
    client = enters("ming@example.com")
    for where in ("parcels", "pieces", "receiving", "receiving/shelf", "stock", "addresses", f"parcels/{parcel.ref}"):
        assert client.get(f"/console/{where}").status_code == 404, where
    assert posts(client, f"/console/parcels/{parcel.ref}/receipt").status_code == 404
    assert (scanned(parcel.waybill, ming), scanned(parcel.waybill, cast.bolt)) == ("", parcel.ref)
    with pytest.raises(NotFound):
        case_of(parcel.ref, ming)
    assert set(waits(ming).values()) == {0} and waits(cast.bolt)["all"] == 0
    posts(enters("bolt@example.com"), f"/console/parcels/{parcel.ref}/receipt")
    assert set(waits(ming).values()) == {0} and waits(cast.bolt)["goods"] == 1
