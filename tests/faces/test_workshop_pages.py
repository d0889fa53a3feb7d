"""The shop's page of workshops and loan units, and the desk's of experts on call."""

from __future__ import annotations

from secrets import token_hex

import pytest
from django.test import Client

from amends.kernel.clock import Stepped
from amends.people.models import User
from amends.people.rules import Actor
from amends.repairs.models import Appointment, Consultation, Loan, LoanUnit, Technician, Workshop
from tests.cast import Cast, an_order, claims, the_cast
from tests.workshops_at_hand import TOMORROW_NINE, a_repair, a_technician, a_workshop

SHOP = {
    "key": "east", "name_zh": "东城维修点", "name_en": "East", "ways": ["home", "workshop"], "hours": "1-5 09:00-12:00\n1-5 13:00-17:00",
    "tz": "Asia/Shanghai", "slot_minutes": "60", "zones": "杭州，宁波",
}  # fmt: skip


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


def signed_in(actor: Actor) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def posted(client: Client, path: str, status: int = 303, **data: object) -> str:
    response = client.post(path, {"idempotency_key": token_hex(8), **data})
    assert response.status_code == status, response.content.decode()[-1500:]
    return response.content.decode()


def test_a_shop_writes_a_workshop_its_technicians_and_what_it_lends(cast: Cast) -> None:
    bolt = signed_in(cast.bolt)
    posted(bolt, "/console/workshops/entry", **SHOP)
    shop = Workshop.objects.get()
    assert shop.zones == ["杭州", "宁波"]
    assert len(shop.hours) == 2
    posted(bolt, f"/console/workshops/{shop.ref}/technicians", name="Ming", day_most="5")
    posted(bolt, "/console/loan-units", name_zh="备用冰箱", goods_class="appliance", value="900.00", workshop="east")
    assert LoanUnit.objects.get().value_minor == 90000
    page = bolt.get(f"/console/workshops?shop={shop.ref}").content.decode()
    assert "Ming" in page
    assert "1,2,3,4,5 09:00-12:00" in page
    posted(bolt, f"/console/technicians/{Technician.objects.get().ref}/leaving")
    posted(bolt, f"/console/workshops/{shop.ref}/closing")
    assert "Closed" in bolt.get("/console/workshops").content.decode()
    assert shop.ref not in signed_in(cast.rival).get("/console/workshops").content.decode()


def test_what_is_wrong_is_said_and_kept_as_typed(cast: Cast) -> None:
    page = posted(signed_in(cast.bolt), "/console/workshops/entry", 422, **{**SHOP, "hours": "always"})
    assert "东城维修点" in page
    assert not Workshop.objects.exists()


def test_a_shop_books_for_a_consumer_and_lends(cast: Cast) -> None:
    a_technician(cast, a_workshop(cast))
    repair, bolt = a_repair(cast), signed_in(cast.bolt)
    at = f"/console/repairs/{repair.ref}"
    assert TOMORROW_NINE.isoformat() in bolt.get(f"{at}/times").content.decode()
    posted(bolt, f"{at}/times", slot=TOMORROW_NINE.isoformat(), address="杭州")
    assert Appointment.objects.get().starts_at == TOMORROW_NINE
    posted(bolt, "/console/loan-units", name_zh="备用冰箱", goods_class="appliance", value="900.00")
    posted(bolt, f"{at}/loan")
    loan = Loan.objects.get()
    posted(bolt, f"/console/loans/{loan.ref}/hand-out")
    posted(bolt, f"/console/loans/{loan.ref}/return")
    assert Loan.objects.get().stage == "back"
    assert signed_in(cast.rival).get(f"{at}/times").status_code == 404


def test_the_desk_calls_an_expert_and_the_consumer_agrees_on_her_case(cast: Cast) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    agent, anna = signed_in(cast.agent), signed_in(cast.anna)
    posted(agent, "/desk/experts/calls", case=case.ref, skill="phone", why="进水了吗？", kind="video", expert="")
    row = Consultation.objects.get()
    assert "进水了吗" in agent.get("/desk/experts").content.decode()
    wrong = posted(agent, f"/desk/experts/{row.ref}/join", 422, starts_at="2026-03-11T10:00", link="javascript:alert(1)")
    assert "https://" in wrong
    posted(agent, f"/desk/experts/{row.ref}/join", starts_at="2026-03-11T10:00", link="https://meet.example.com/1")
    asked = anna.get(f"/portal/cases/{case.ref}").content.decode()
    assert "meet.example.com" not in asked
    posted(anna, f"/portal/sessions/{row.ref}", answer="yes")
    assert "https://meet.example.com/1" in anna.get(f"/portal/cases/{case.ref}").content.decode()
    assert "进水了吗" not in signed_in(cast.bolt).get(f"/console/cases/{case.ref}").content.decode()
    posted(agent, f"/desk/experts/{row.ref}/advice", words="没有进水。")
    assert "没有进水" in agent.get(f"/desk/experts?case={case.ref}").content.decode()
