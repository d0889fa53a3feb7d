"""The workshop's counter: a technician's day, one job from the door to the hand-back, and nothing of anybody else's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from secrets import token_hex

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from amends.kernel.clock import Stepped
from amends.people.models import User
from amends.people.rules import Actor
from amends.repairs.booking import book
from amends.repairs.models import Appointment, Loan, Repair, Technician, Workshop
from amends.repairs.workshops import save_loan_unit, save_technician, save_workshop
from tests.cast import Cast, the_cast
from tests.files_of_evidence import picture
from tests.workshops_at_hand import TOMORROW_NINE, a_repair, a_technician, a_worker, a_workshop

WHERE = "杭州市西湖区 8 号"


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


@pytest.fixture
def shop(cast: Cast) -> Workshop:
    return a_workshop(cast)


@pytest.fixture
def ming(cast: Cast, shop: Workshop) -> Actor:
    """Who signs in, and is the workshop's only technician."""
    worker = a_worker(shop)
    row = a_technician(cast, shop)
    save_technician(shop.ref, {"name": "Ming", "email": "ming@example.com"}, ref=row.ref, by=cast.bolt)
    return worker


def signed_in(actor: Actor) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def posted(client: Client, path: str, **data: object) -> str:
    response = client.post(path, {"idempotency_key": token_hex(8), **data})
    assert response.status_code == 303, response.content.decode()[-1500:]
    return str(response["Location"])


def booked(cast: Cast) -> Repair:
    repair = a_repair(cast)
    return book(repair.ref, starts_at=TOMORROW_NINE, address=WHERE, by=cast.anna)


def test_the_day_shows_the_way_and_begins_a_job(cast: Cast, ming: Actor, stepped_clock: Stepped) -> None:
    repair = booked(cast)
    client = signed_in(ming)
    assert WHERE not in client.get("/counter/").content.decode()
    stepped_clock.until(TOMORROW_NINE - timedelta(minutes=30))
    page = client.get("/counter/").content.decode()
    assert WHERE in page
    assert "09:00" in page
    visit = Appointment.objects.get()
    assert posted(client, f"/counter/visits/{visit.ref}/start") == f"/counter/jobs/{repair.ref}"


def test_a_workshops_day_is_by_its_own_clock_and_begins_once(cast: Cast, shop: Workshop, ming: Actor, stepped_clock: Stepped) -> None:
    save_workshop("east", {"tz": "Europe/Berlin"}, by=cast.bolt)
    begins = datetime(2026, 3, 11, 8, 0, tzinfo=UTC)  # 09:00 in Berlin, 16:00 in Shanghai
    book(a_repair(cast).ref, starts_at=begins, address=WHERE, by=cast.anna)
    client, visit = signed_in(ming), Appointment.objects.get()
    stepped_clock.until(begins)
    page = client.get("/counter/").content.decode().partition("<main")[2]
    assert "09:00" in page
    assert "16:00" not in page
    posted(client, f"/counter/visits/{visit.ref}/start")
    assert "Begun" in client.get("/counter/").content.decode()
    refused = client.post(f"/counter/visits/{visit.ref}/absence", {"absent": "consumer", "idempotency_key": token_hex(8)})
    assert refused.status_code == 409
    for day in ("9999-12-31", "0001-01-01", "yesterday"):
        assert client.get(f"/counter/days/{day}").status_code == 404


def test_a_job_goes_from_diagnosis_over_parts_to_the_hand_back_with_photos(cast: Cast, ming: Actor) -> None:
    repair, client = booked(cast), signed_in(ming)
    at = f"/counter/jobs/{repair.ref}"
    photo = SimpleUploadedFile("before.jpg", picture(), "image/jpeg")
    posted(client, f"{at}/diagnosis", words="压缩机不启动", files=photo)
    posted(client, f"{at}/parts", name_1="启动器", quantity_1="1")
    posted(client, f"{at}/parts-arrival")
    after = SimpleUploadedFile("after.jpg", picture(), "image/jpeg")
    posted(client, f"{at}/hand-back", words="换了启动器", tests="制冷\n噪音", files=after)
    repair.refresh_from_db()
    assert repair.stage == "handed_back"
    assert repair.tests == ["制冷", "噪音"]
    page = client.get(at).content.decode()
    assert "压缩机不启动" in page
    assert client.get(f"{at}/photos/{repair.photos_before[0]}").status_code == 200


def test_what_is_wrong_is_said_on_the_job_and_nothing_happened(cast: Cast, ming: Actor) -> None:
    repair, client = booked(cast), signed_in(ming)
    response = client.post(f"/counter/jobs/{repair.ref}/diagnosis", {"words": " ", "idempotency_key": token_hex(8)})
    assert response.status_code == 422
    assert "Please write why" in response.content.decode()
    quote = client.post(f"/counter/jobs/{repair.ref}/quote", {"amount": "viel", "words": "x", "idempotency_key": token_hex(8)})
    assert quote.status_code == 422
    assert "Write a sum like 128.00." in quote.content.decode()
    repair.refresh_from_db()
    assert repair.stage == "diagnosing"


def test_a_loan_unit_goes_out_and_comes_back_at_the_counter(cast: Cast, ming: Actor) -> None:
    repair, client = booked(cast), signed_in(ming)
    spare = {"name_zh": "备用冰箱", "goods_class": "appliance", "value_minor": 50000}
    save_loan_unit(spare, by=cast.bolt)
    posted(client, f"/counter/jobs/{repair.ref}/loan")
    loan = Loan.objects.get()
    posted(client, f"/counter/loans/{loan.ref}/hand-out", condition="无划痕")
    posted(client, f"/counter/loans/{loan.ref}/return", condition="无划痕")
    loan.refresh_from_db()
    assert loan.stage == "back"


def test_another_workshop_sees_no_job_no_photo_and_no_case(cast: Cast, ming: Actor) -> None:
    repair = booked(cast)
    visit = Appointment.objects.get()
    stranger = signed_in(a_worker(a_workshop(cast, "west"), "lei"))
    assert repair.ref not in stranger.get("/counter/jobs").content.decode()
    for path in ("", "/times", "/photos/EV-0000-0000-0000"):
        assert stranger.get(f"/counter/jobs/{repair.ref}{path}").status_code == 404
    for path in (f"visits/{visit.ref}/start", f"visits/{visit.ref}/absence", f"jobs/{repair.ref}/diagnosis", f"jobs/{repair.ref}/loan"):
        assert stranger.post(f"/counter/{path}", {"words": "x", "idempotency_key": token_hex(8)}).status_code == 404
    for actor in (cast.bolt, cast.anna, cast.agent):
        assert signed_in(actor).get("/counter/").status_code == 404
    assert signed_in(ming).get("/console/").status_code == 404


def test_the_counter_moves_an_appointment_and_the_portal_cancels_it(cast: Cast, ming: Actor) -> None:
    repair = booked(cast)
    later = (TOMORROW_NINE + timedelta(hours=1)).isoformat()
    posted(signed_in(ming), f"/counter/jobs/{repair.ref}/times", slot=later)
    assert Appointment.objects.get(state="booked").starts_at.isoformat() == later
    anna = signed_in(cast.anna)
    times = f"/portal/cases/{repair.case.ref}/repairs/{repair.ref}/times"
    assert "09:00" in anna.get(times).content.decode()
    posted(anna, times, cancel="1")
    assert not Appointment.objects.filter(state="booked").exists()
    assert signed_in(cast.berta).get(times).status_code == 404


def test_a_time_that_is_gone_shows_the_ones_that_are_left(cast: Cast, ming: Actor) -> None:
    booked(cast)
    mine = a_repair(cast, consumer=cast.berta)
    typed = {"slot": TOMORROW_NINE.isoformat(), "address": WHERE, "idempotency_key": token_hex(8)}
    response = signed_in(cast.berta).post(f"/portal/cases/{mine.case.ref}/repairs/{mine.ref}/times", typed)
    assert response.status_code == 409
    page = response.content.decode()
    assert TOMORROW_NINE.isoformat() not in page
    assert WHERE in page
    assert Technician.objects.count() == 1
