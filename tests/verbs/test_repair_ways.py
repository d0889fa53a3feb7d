"""How a repair is made is the consumer's choice where the shop offers several ways: what each choice calls off, begins and refuses."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest

from amends.cases.models import Case, Entry, Grant
from amends.cases.verbs.answering import approve
from amends.cases.verbs.uploading import upload
from amends.insight.verify import CHECKS
from amends.kernel.clock import Stepped
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.repairs import booking, verbs
from amends.repairs.choosing import MOST_CHOICES, choices, choose_way
from amends.repairs.models import Appointment, Repair
from amends.repairs.queries import days_in_repair
from amends.repairs.ways import offered
from amends.repairs.workshops import close_workshop
from amends.returns import verbs as returns
from amends.returns.models import ReturnShipment
from tests.cast import Cast, an_order, claims, later_by, settled, the_cast
from tests.files_of_evidence import picture
from tests.verbs.returns_at_hand import PaysAtOnce
from tests.workshops_at_hand import TOMORROW_NINE, a_technician, a_workshop

WHERE = "杭州市西湖区 8 号"
HOUR = timedelta(hours=1)


@pytest.fixture
def cast(db: None, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    gateway = PaysAtOnce()
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
    cast = the_cast()
    a_technician(cast, a_workshop(cast, ways=["post", "workshop", "home"]))
    return cast


def is_sound() -> None:
    assert {check.name: found for check in CHECKS if (found := check.offenders())} == {}


def a_phone(cast: Cast) -> Case:
    """Anna's phone is to be repaired; by post, as long as she has said nothing else."""
    order = an_order(cast.bolts, cast.annas, prices=(275000,), goods_class="phone")
    photo = upload(order.ref, name="broken.jpg", stream=io.BytesIO(picture()), by=cast.anna).ref
    case = claims(order, by=cast.anna, issue="quality", remedy="repair", evidence=[photo])
    approve(case.ref, by=cast.bolt)
    settled()
    return Case.objects.get(pk=case.pk)


def parcel_of(case: Case) -> ReturnShipment:
    return ReturnShipment.objects.filter(case_id=case.pk, direction="back").order_by("-pk")[0]


def row_of(case: Case) -> Repair:
    return Repair.objects.filter(case_id=case.pk).order_by("-pk")[0]


def test_a_visit_instead_of_the_post_calls_the_parcel_off_and_waits_for_a_time(cast: Cast) -> None:
    case = a_phone(cast)
    assert (parcel_of(case).stage, choices(case, cast.anna)) == ("addressing", ("post", ("post", "workshop", "home")))
    choose_way(case.ref, way="home", by=cast.anna)
    settled()
    row = row_of(case)
    assert (row.way, row.stage, parcel_of(case).stage) == ("home", "booking", "dropped")
    assert Entry.objects.get(case_id=case.pk, verb="choose_repair_way").facts == {"was": "post", "way": "home"}
    booking.book(row.ref, starts_at=TOMORROW_NINE, address=WHERE, by=cast.anna)
    verbs.diagnose(row.ref, words="排线", by=cast.bolt)
    verbs.hand_back(row.ref, words="换了排线", by=cast.bolt)
    settled()
    assert Grant.objects.get(case_id=case.pk).stage == "done"
    is_sound()


def test_the_post_instead_of_a_visit_asks_for_the_goods_once(cast: Cast) -> None:
    case = a_phone(cast)
    for way in ("workshop", "home", "post"):
        choose_way(case.ref, way=way, by=cast.anna)
        settled()
    assert row_of(case).stage == "dropped"
    assert [grant.stage for grant in Grant.objects.filter(case_id=case.pk).order_by("pk")] == ["void", "doing"]
    assert [one.stage for one in ReturnShipment.objects.filter(case_id=case.pk).order_by("pk")] == ["dropped", "addressing"]
    is_sound()
    parcel = parcel_of(case)
    returns.give_address(parcel.ref, by=cast.bolt)
    returns.ship(parcel.ref, carrier="SF", waybill="SF1234567890", by=cast.anna)
    assert choices(case, cast.anna) == ("", ())
    with pytest.raises(NoSuchMove) as refused:
        choose_way(case.ref, way="home", by=cast.anna)
    assert refused.value.code == "way_settled"


def test_between_visit_and_workshop_nothing_is_called_off(cast: Cast) -> None:
    case = a_phone(cast)
    choose_way(case.ref, way="home", by=cast.anna)
    row = row_of(case)
    choose_way(case.ref, way="workshop", by=cast.anna)
    choose_way(case.ref, way="workshop", by=cast.anna)
    assert (row_of(case).pk, row_of(case).way, Grant.objects.filter(case_id=case.pk).count()) == (row.pk, "workshop", 1)
    assert Entry.objects.filter(case_id=case.pk, verb="choose_repair_way").count() == 2
    booking.book(row.ref, starts_at=TOMORROW_NINE, by=cast.anna)
    assert Appointment.objects.get().address is None
    with pytest.raises(NoSuchMove):
        choose_way(case.ref, way="home", by=cast.anna)


def test_what_the_shop_does_not_offer_and_who_is_not_asked(cast: Cast) -> None:
    case = a_phone(cast)
    for by, refusal in ((cast.bolt, NotYourMove), (cast.agent, NotYourMove), (cast.berta, NotFound), (cast.rival, NotFound)):
        with pytest.raises(refusal):
            choose_way(case.ref, way="home", by=by)
        assert choices(case, by)[1] == ()
    with pytest.raises(Unprocessable) as unknown:
        choose_way(case.ref, way="rocket", by=cast.anna)
    assert unknown.value.code == "unknown_way"
    a_workshop(cast, ways=["post", "home"], zones=["CN-BJ"])
    cast.annas.region = "CN-ZJ"
    cast.annas.save()
    case = Case.objects.get(pk=case.pk)
    assert offered(case) == ("post",)
    with pytest.raises(Unprocessable) as far:
        choose_way(case.ref, way="home", by=cast.anna)
    assert far.value.code == "way_not_offered"


def test_a_shop_without_a_technician_offers_the_post_alone(cast: Cast) -> None:
    shop = a_workshop(cast, "west", ways=["home"])
    case = a_phone(cast)
    close_workshop("east", by=cast.bolt)
    assert offered(case) == ()
    a_technician(cast, shop, "Hua", skills=["appliance"])
    assert offered(case) == ()
    close_workshop("west", by=cast.bolt)
    assert offered(case) == ("post",)


def test_the_way_is_not_changed_for_ever(cast: Cast) -> None:
    case = a_phone(cast)
    for number in range(MOST_CHOICES):
        choose_way(case.ref, way=("home", "workshop")[number % 2], by=cast.anna)
    with pytest.raises(NoSuchMove) as refused:
        choose_way(case.ref, way="workshop", by=cast.anna)
    assert refused.value.code == "chosen_too_often"


def test_a_claim_that_asks_for_money_has_no_way_of_repair(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas)
    case = claims(order, by=cast.anna, issue="no_reason")
    with pytest.raises(NoSuchMove) as refused:
        choose_way(case.ref, way="home", by=cast.anna)
    assert refused.value.code == "nothing_to_repair"


def test_the_choice_stands_for_the_next_attempt_too(cast: Cast, stepped_clock: Stepped) -> None:
    case = a_phone(cast)
    choose_way(case.ref, way="workshop", by=cast.anna)
    settled()
    row = row_of(case)
    booking.book(row.ref, starts_at=TOMORROW_NINE, by=cast.anna)
    verbs.diagnose(row.ref, words="排线", by=cast.bolt)
    verbs.hand_back(row.ref, words="换了排线", by=cast.bolt)
    settled()
    later_by(stepped_clock, 2 * HOUR)
    verbs.report_fault(row.ref, words="又坏了", by=cast.anna)
    settled()
    linked = Case.objects.get(follows_id=case.pk)
    assert (row_of(linked).way, row_of(linked).attempt) == ("workshop", 2)
    is_sound()


# ── a second attempt while the unit stays where it is ────────────────────────────────────────────────────────────────────────


def test_a_workshop_that_gave_up_once_has_the_unit_and_its_days_go_on(cast: Cast, stepped_clock: Stepped) -> None:
    case = a_phone(cast)
    choose_way(case.ref, way="workshop", by=cast.anna)
    settled()
    first = booking.book(row_of(case).ref, starts_at=TOMORROW_NINE, by=cast.anna)
    stepped_clock.until(TOMORROW_NINE)
    booking.start_visit(Appointment.objects.get().ref, by=cast.bolt)
    verbs.diagnose(first.ref, words="主板", by=cast.bolt)
    later_by(stepped_clock, timedelta(days=10))
    verbs.give_up(first.ref, words="修不好", by=cast.bolt)
    second = row_of(case)
    assert (second.attempt, second.stage, second.workshop_id) == (2, "booking", first.workshop_id)
    with pytest.raises(NoSuchMove) as refused:
        booking.book(second.ref, by=cast.anna)
    assert refused.value.code == "merchants_to_say"
    assert "book" not in second.offered(cast.anna)
    second = booking.book(second.ref, by=cast.bolt)  # nobody has to bring it again
    assert second.stage == "diagnosing"
    assert not Appointment.objects.filter(state="booked").exists()
    verbs.diagnose(second.ref, words="电源", by=cast.bolt)
    later_by(stepped_clock, timedelta(days=1))
    assert days_in_repair([second.unit_id]) == 11  # ten at the first attempt, one at the second
    verbs.give_up(second.ref, words="还是修不好", by=cast.bolt)
    settled()
    facts = Entry.objects.get(case_id=case.pk, verb="turn_repair").facts
    assert facts["becomes"] == "refund_only"
    assert not ReturnShipment.objects.filter(case_id=case.pk).exclude(stage="dropped").exists()  # the workshop has it
    is_sound()
