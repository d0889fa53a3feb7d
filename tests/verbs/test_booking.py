"""Appointments: who is free when, one place at a time, and what becomes of a time that nobody keeps."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from amends.cases.models import Deadline, Entry
from amends.kernel import clock
from amends.kernel.clock import Stepped
from amends.kernel.refusals import Conflict, NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.repairs import booking
from amends.repairs.free import free_slots
from amends.repairs.models import Appointment, Repair, Technician, Workshop
from amends.repairs.verbs import diagnose, hand_back
from amends.repairs.workshops import close_workshop, end_technician, save_technician, save_workshop
from tests.cast import Cast, later_by, the_cast
from tests.workshops_at_hand import TOMORROW_NINE, a_repair, a_technician, a_worker, a_workshop

HOUR = timedelta(hours=1)
WHERE = "杭州市西湖区 8 号"


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


@pytest.fixture
def shop(cast: Cast) -> Workshop:
    return a_workshop(cast)


@pytest.fixture
def ming(cast: Cast, shop: Workshop) -> Technician:
    return a_technician(cast, shop)


def booked(repair: Repair, at: datetime = TOMORROW_NINE, **more: str) -> Appointment:
    by = more.pop("by", None)
    booking.book(repair.ref, starts_at=at, address=WHERE, by=by, **more)  # type: ignore[arg-type]
    return Appointment.objects.get(repair_id=repair.pk, state="booked")


def lines_of(repair: Repair) -> list[str]:
    return list(Entry.objects.filter(case_id=repair.case_id, life="repair").order_by("number").values_list("verb", flat=True))


def test_free_slots_are_the_opening_hours_less_lunch_and_what_is_booked(cast: Cast, ming: Technician) -> None:
    first, second = a_repair(cast), a_repair(cast, consumer=cast.berta)
    wednesday = date(2026, 3, 11)
    slots = free_slots(first, first=wednesday, days=1)
    assert [slot.local.hour for slot in slots] == [9, 10, 11, 13, 14, 15, 16]
    booked(second, by=cast.berta)
    assert [slot.local.hour for slot in free_slots(first, first=wednesday, days=1)] == [10, 11, 13, 14, 15, 16]


def test_there_are_no_slots_on_public_holidays_nor_at_the_weekend(cast: Cast, ming: Technician) -> None:
    repair = a_repair(cast)
    assert not free_slots(repair, first=date(2026, 3, 14), days=2)
    assert not free_slots(repair, first=date(2026, 5, 1), days=1)
    assert free_slots(repair, first=date(2026, 3, 16), days=1)


def test_a_consumer_books_and_the_job_goes_to_that_workshop(cast: Cast, shop: Workshop, ming: Technician) -> None:
    repair = a_repair(cast)
    visit = booked(repair, by=cast.anna)
    repair.refresh_from_db()
    assert (repair.stage, repair.workshop_id) == ("diagnosing", shop.pk)
    assert (visit.technician_id, visit.starts_at, visit.ends_at) == (ming.pk, TOMORROW_NINE, TOMORROW_NINE + HOUR)
    assert visit.address is not None
    assert visit.address.body == WHERE
    told = Entry.objects.get(case_id=repair.case_id, life="repair", verb="book")
    assert told.facts["visit"] == visit.ref
    assert WHERE not in str(told.facts)


def test_a_time_that_is_taken_is_refused_with_the_next_free_ones(cast: Cast, ming: Technician) -> None:
    booked(a_repair(cast, consumer=cast.berta), by=cast.berta)
    repair = a_repair(cast)
    with pytest.raises(booking.SlotTaken) as refused:
        booked(repair, by=cast.anna)
    assert [slot.starts_at for slot in refused.value.free][:2] == [TOMORROW_NINE - 22 * HOUR, TOMORROW_NINE - 20 * HOUR]
    repair.refresh_from_db()
    assert repair.stage == "booking"


def test_two_technicians_share_a_time_and_the_least_busy_has_it(cast: Cast, shop: Workshop, ming: Technician) -> None:
    hua = a_technician(cast, shop, "Hua")
    at_ten = booked(a_repair(cast), TOMORROW_NINE + HOUR, by=cast.anna)
    at_nine = booked(a_repair(cast, consumer=cast.berta), by=cast.berta)
    assert {at_ten.technician_id, at_nine.technician_id} == {ming.pk, hua.pk}


def test_skills_zones_and_ways_say_who_fits(cast: Cast, shop: Workshop, ming: Technician) -> None:
    repair = a_repair(cast)
    for given in ({"skills": ["apparel"]}, {"zones": ["宁波"]}):
        save_technician(shop.ref, {"name": "Ming", **given}, ref=ming.ref, by=cast.bolt)
        cast.annas.region = "杭州"
        cast.annas.save()
        with pytest.raises(Unprocessable) as refused:
            booked(repair, by=cast.anna)
        assert refused.value.code == "nobody_fits"
        save_technician(shop.ref, {"name": "Ming", "skills": [], "zones": []}, ref=ming.ref, by=cast.bolt)
    save_workshop("east", {"ways": ["post"]}, by=cast.bolt)
    with pytest.raises(Unprocessable):
        booked(repair, by=cast.anna)
    save_workshop("east", {"ways": ["home"]}, by=cast.bolt)
    assert booked(repair, by=cast.anna)


def test_nobody_has_more_appointments_a_day_than_they_can(cast: Cast, shop: Workshop, ming: Technician) -> None:
    save_technician(shop.ref, {"name": "Ming", "day_most": 1}, ref=ming.ref, by=cast.bolt)
    booked(a_repair(cast, consumer=cast.berta), by=cast.berta)
    repair = a_repair(cast)
    with pytest.raises(booking.SlotTaken):
        booked(repair, TOMORROW_NINE + 3 * HOUR, by=cast.anna)
    assert booked(repair, TOMORROW_NINE + 24 * HOUR, by=cast.anna)


def test_a_visit_is_moved_and_its_time_is_free_again(cast: Cast, ming: Technician) -> None:
    repair = a_repair(cast)
    visit = booked(repair, by=cast.anna)
    moved = booking.move_visit(visit.ref, starts_at=TOMORROW_NINE + 2 * HOUR, by=cast.anna)
    assert moved.address_id == visit.address_id
    assert sorted(Appointment.objects.values_list("state", flat=True)) == ["booked", "moved"]
    assert booked(a_repair(cast, consumer=cast.berta), by=cast.berta).starts_at == TOMORROW_NINE
    with pytest.raises(NoSuchMove):
        booking.move_visit(visit.ref, starts_at=TOMORROW_NINE + 3 * HOUR, by=cast.anna)


def test_a_refused_move_leaves_the_old_time_booked(cast: Cast, ming: Technician) -> None:
    booked(a_repair(cast, consumer=cast.berta), TOMORROW_NINE + HOUR, by=cast.berta)
    visit = booked(a_repair(cast), by=cast.anna)
    with pytest.raises(booking.SlotTaken):
        booking.move_visit(visit.ref, starts_at=TOMORROW_NINE + HOUR, by=cast.anna)
    visit.refresh_from_db()
    assert visit.state == "booked"


def test_a_cancelled_visit_is_booked_anew_at_the_same_address(cast: Cast, ming: Technician) -> None:
    repair = a_repair(cast)
    visit = booked(repair, by=cast.anna)
    with pytest.raises(Conflict):
        booking.book_visit(repair.ref, starts_at=TOMORROW_NINE + HOUR, by=cast.bolt)
    booking.cancel_visit(visit.ref, by=cast.anna)
    again = booking.book_visit(repair.ref, starts_at=TOMORROW_NINE, by=cast.bolt)
    assert again.address_id == visit.address_id
    assert lines_of(repair)[-3:] == ["book", "cancel_visit", "book_visit"]


def test_a_visit_is_missed_only_once_its_time_has_come(cast: Cast, ming: Technician, stepped_clock: Stepped) -> None:
    visit = booked(a_repair(cast), by=cast.anna)
    with pytest.raises(NoSuchMove):
        booking.miss_visit(visit.ref, absent="technician", by=cast.anna)
    stepped_clock.until(TOMORROW_NINE + HOUR)
    with pytest.raises(NoSuchMove):
        booking.cancel_visit(visit.ref, by=cast.anna)
    with pytest.raises(Unprocessable):
        booking.miss_visit(visit.ref, absent="dog", by=cast.bolt)
    assert booking.miss_visit(visit.ref, absent="technician", by=cast.anna).state == "missed"


def test_the_technician_begins_finishes_and_the_days_without_the_unit_count(cast: Cast, shop: Workshop, ming: Technician,
                                                                           stepped_clock: Stepped) -> None:  # fmt: skip
    worker, repair = a_worker(shop), a_repair(cast)
    visit = booked(repair, by=cast.anna)
    stepped_clock.until(TOMORROW_NINE)
    with pytest.raises(NotYourMove):
        booking.start_visit(visit.ref, by=cast.anna)
    booking.start_visit(visit.ref, by=worker)
    repair.refresh_from_db()
    assert repair.taken_in_at == TOMORROW_NINE
    diagnose(repair.ref, words="灯头松了", by=worker)
    assert booking.finish_visit(visit.ref, by=worker).state == "done"
    assert Entry.objects.filter(case_id=repair.case_id, verb="finish_visit").get().party == "merchant"


def test_handing_back_ends_what_was_booked(cast: Cast, shop: Workshop, ming: Technician) -> None:
    repair = a_repair(cast)
    visit = booked(repair, by=cast.anna)
    diagnose(repair.ref, words="灯头松了", by=cast.bolt)
    hand_back(repair.ref, words="换了灯头", by=cast.bolt)
    visit.refresh_from_db()
    assert visit.state == "cancelled"


def test_another_workshop_and_a_rival_know_nothing_of_the_job(cast: Cast, shop: Workshop, ming: Technician) -> None:
    other = a_workshop(cast, "west")
    stranger, repair = a_worker(other, "lei"), a_repair(cast)
    visit = booked(repair, by=cast.anna)
    for by in (stranger, cast.rival, cast.berta):
        with pytest.raises(NotFound):
            booking.cancel_visit(visit.ref, by=by)
        with pytest.raises(NotFound):
            booking.book_visit(repair.ref, starts_at=TOMORROW_NINE, by=by)
    with pytest.raises(NotYourMove):
        booking.cancel_visit(visit.ref, by=cast.judge)


def test_what_is_closed_takes_no_new_jobs(cast: Cast, shop: Workshop, ming: Technician) -> None:
    repair = a_repair(cast)
    end_technician(ming.ref, by=cast.bolt)
    assert not free_slots(repair)
    save_technician(shop.ref, {"name": "Ming"}, ref=ming.ref, by=cast.bolt)
    assert free_slots(repair)
    close_workshop(shop.ref, by=cast.bolt)
    assert not free_slots(repair)
    with pytest.raises(NotFound):
        close_workshop(shop.ref, by=cast.rival)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"hours": []}, "hours"),
        ({"hours": [{"days": [8], "from": "09:00", "until": "10:00"}]}, "hours"),
        ({"hours": [{"days": [1], "from": "10:00", "until": "09:00"}]}, "hours"),
        ({"hours": [{"days": [1], "from": "09:00", "until": "12:00"}, {"days": [1], "from": "11:00", "until": "13:00"}]}, "hours"),
        ({"tz": "Mars/Olympus"}, "tz"),
        ({"ways": ["rocket"]}, "ways"),
        ({"skills": ["magic"]}, "skills"),
        ({"slot_minutes": 5}, "slot_minutes"),
        ({"name_zh": ""}, "name_zh"),
    ],
)
def test_a_workshop_that_cannot_be_is_refused_by_its_field(cast: Cast, shop: Workshop, given: dict[str, object], field: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        save_workshop("east", given, by=cast.bolt)
    assert field in refused.value.fields


# ── limits and absences ──────────────────────────────────────────────────────────────────────────────────────────────────────


def limit_of(repair: Repair) -> datetime:
    return Deadline.objects.get(life="repair", life_id=repair.pk, ended_at__isnull=True).due_at


def stage_of(repair: Repair) -> str:
    return Repair.objects.get(pk=repair.pk).stage


def test_a_late_time_of_the_consumers_is_waited_for(cast: Cast, ming: Technician, stepped_clock: Stepped) -> None:
    repair, far = a_repair(cast), datetime(2026, 4, 15, 1, 0, tzinfo=UTC)
    visit = booked(repair, far, by=cast.anna)
    assert limit_of(repair) > visit.ends_at + timedelta(days=6)
    later_by(stepped_clock, far - stepped_clock.at)
    assert stage_of(repair) == "diagnosing"
    booking.start_visit(visit.ref, by=cast.bolt)
    diagnose(repair.ref, words="灯头松了", by=cast.bolt)
    assert limit_of(repair) > clock.now() + timedelta(days=29)


def test_a_merchant_gives_itself_no_more_time(cast: Cast, ming: Technician, stepped_clock: Stepped) -> None:
    repair = a_repair(cast)
    with pytest.raises(Unprocessable) as refused:
        booked(repair, datetime(2026, 4, 15, 1, 0, tzinfo=UTC), by=cast.bolt)
    assert refused.value.code == "beyond_limit"
    visit = booked(repair, by=cast.bolt)
    before = limit_of(repair)
    booking.move_visit(visit.ref, starts_at=TOMORROW_NINE + 2 * HOUR, by=cast.bolt)
    assert limit_of(repair) == before
    with pytest.raises(Unprocessable):
        booking.move_visit(Appointment.objects.get(state="booked").ref, starts_at=datetime(2026, 4, 15, 1, 0, tzinfo=UTC), by=cast.bolt)


def test_moving_by_the_consumer_moves_the_limit(cast: Cast, ming: Technician) -> None:
    repair = a_repair(cast)
    visit = booked(repair, by=cast.bolt)
    moved = booking.move_visit(visit.ref, starts_at=datetime(2026, 4, 1, 1, 0, tzinfo=UTC), by=cast.anna)
    assert limit_of(repair) > moved.ends_at + timedelta(days=6)


def test_an_absent_consumer_is_waited_for_once_and_then_the_repair_is_over(cast: Cast, ming: Technician, stepped_clock: Stepped) -> None:
    repair = a_repair(cast)
    visit = booked(repair, by=cast.anna)
    stepped_clock.until(TOMORROW_NINE + HOUR)
    booking.miss_visit(visit.ref, absent="consumer", by=cast.bolt)
    assert limit_of(repair) >= clock.now() + timedelta(days=7)
    again = booking.book_visit(repair.ref, starts_at=TOMORROW_NINE + 24 * HOUR, by=cast.anna)
    stepped_clock.until(TOMORROW_NINE + 25 * HOUR)
    booking.miss_visit(again.ref, absent="consumer", by=cast.bolt)
    assert stage_of(repair) == "unrepaired"
    assert repair.grant.__class__.objects.get(pk=repair.grant_id).stage == "void"


def test_a_time_that_was_chosen_for_them_ends_nothing(cast: Cast, ming: Technician, stepped_clock: Stepped) -> None:
    repair = a_repair(cast)
    booked(repair, by=cast.anna)
    for day in range(3):
        visit = Appointment.objects.filter(state="booked").first() or booking.book_visit(
            repair.ref, starts_at=TOMORROW_NINE + 24 * day * HOUR, by=cast.bolt
        )
        if day == 0:
            visit = booking.move_visit(visit.ref, starts_at=TOMORROW_NINE + HOUR, by=cast.bolt)
        stepped_clock.until(visit.ends_at)
        booking.miss_visit(visit.ref, absent="consumer", by=cast.bolt)
    assert stage_of(repair) == "diagnosing"


def test_a_time_without_its_zone_is_refused(cast: Cast, ming: Technician) -> None:
    with pytest.raises(Unprocessable):
        booked(a_repair(cast), datetime(2026, 3, 11, 9, 0), by=cast.anna)  # noqa: DTZ001 - what a careless caller gives
