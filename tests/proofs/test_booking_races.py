"""Fifty who want one time of one technician in the same moment: one has it, and the database alone would have seen to that."""

from __future__ import annotations

import os
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, OperationalError, transaction

from amends.cases.models import Case, Grant
from amends.kernel import clock
from amends.kernel.clock import Stepped
from amends.kernel.refs import new_ref
from amends.market.models import Unit
from amends.repairs.booking import SlotTaken, book, move_visit
from amends.repairs.models import Appointment, Repair, Technician
from tests.cast import Cast, the_cast
from tests.proofs.racing import refusals, together
from tests.workshops_at_hand import TOMORROW_NINE, a_repair, a_technician, a_workshop

FIFTY = 50
SCALE = int(os.environ.get("PROOF_SCALE", "1"))
HOUR = timedelta(hours=1)


@pytest.fixture
def cast(committed_db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


@pytest.fixture
def ming(cast: Cast) -> Technician:
    return a_technician(cast, a_workshop(cast))


def many(cast: Cast, n: int) -> list[Repair]:
    """So many jobs that wait to be booked, each of a case of its own: copies of one."""
    first = a_repair(cast)
    return [first, *(_like(first) for _ in range(n - 1))]


def _like(first: Repair) -> Repair:
    case, unit, grant = Case.objects.get(pk=first.case_id), Unit.objects.get(pk=first.unit_id), Grant.objects.get(pk=first.grant_id)
    case.pk, case.ref = None, new_ref("AS")
    case.save(force_insert=True)
    unit.pk, unit.number = None, Unit.objects.filter(line_id=unit.line_id).count() + 1
    unit.save(force_insert=True)
    grant.pk, grant.case, grant.unit = None, case, unit
    grant.save(force_insert=True)
    row = Repair.objects.get(pk=first.pk)
    row.pk, row.ref, row.case, row.grant, row.unit = None, new_ref("RE"), case, grant, unit
    row.save(force_insert=True)
    return row


def test_of_fifty_bookings_of_one_time_one_wins_and_all_others_hear_what_is_free(cast: Cast, ming: Technician) -> None:
    repairs = many(cast, FIFTY)
    ends = together(*(partial(book, one.ref, starts_at=TOMORROW_NINE, address="杭州", by=cast.anna) for one in repairs))
    lost = refusals(ends)
    assert len(lost) == FIFTY - 1
    assert all(isinstance(one, SlotTaken) and one.free and one.free[0].starts_at != TOMORROW_NINE for one in lost)
    assert Appointment.objects.get(state="booked").starts_at == TOMORROW_NINE
    assert Repair.objects.filter(stage="diagnosing").count() == 1
    assert Repair.objects.filter(stage="booking").count() == FIFTY - 1


def test_the_database_refuses_what_overlaps_though_nobody_asked_first(cast: Cast, ming: Technician) -> None:
    repairs = many(cast, FIFTY)

    def put(n: int) -> str:
        """Without the technician's lock, each a quarter of an hour later: every two of them overlap."""
        begins = TOMORROW_NINE + timedelta(minutes=n % 4 * 15)
        try:
            with transaction.atomic():
                Appointment.objects.create(
                    merchant_id=ming.merchant_id, ref=new_ref("VT"), repair=repairs[n], technician=ming, starts_at=begins,
                    ends_at=begins + HOUR, made_at=clock.now(),
                )  # fmt: skip
        except (IntegrityError, OperationalError) as refused:  # the other's row, or the deadlock that booking's lock is there against
            return "refused" if "one_place_at_a_time" in str(refused) or "deadlock" in str(refused) else str(refused)
        return "booked"

    ends = together(*(partial(put, n) for n in range(FIFTY)))
    assert sorted(set(ends)) == ["booked", "refused"]
    assert ends.count("booked") == Appointment.objects.filter(state="booked").count() == 1


def test_no_more_are_booked_on_a_day_than_one_person_can_keep(cast: Cast, ming: Technician) -> None:
    Technician.objects.filter(pk=ming.pk).update(day_most=2)
    repairs = many(cast, 6)
    at = [TOMORROW_NINE + n * HOUR for n in (0, 1, 2, 4, 5, 6)]
    ends = together(
        *(partial(book, one.ref, starts_at=begins, address="杭州", by=cast.anna) for one, begins in zip(repairs, at, strict=True))
    )
    assert len(refusals(ends)) == 4
    assert Appointment.objects.filter(state="booked").count() == 2


def test_two_who_change_places_never_stand_in_one(cast: Cast, ming: Technician) -> None:
    first, second = many(cast, 2)
    for n in range(2 * SCALE):
        hour = TOMORROW_NINE + timedelta(days=7 * n)
        for one, begins in ((first, hour), (second, hour + HOUR)):
            old = Appointment.objects.filter(repair_id=one.pk, state="booked").first()
            if old is None:
                book(one.ref, starts_at=begins, address="杭州", by=cast.anna)
            else:
                move_visit(old.ref, starts_at=begins, by=cast.anna)
        a, b = (Appointment.objects.get(repair_id=one.pk, state="booked").ref for one in (first, second))
        together(partial(move_visit, a, starts_at=hour + HOUR, by=cast.anna), partial(move_visit, b, starts_at=hour, by=cast.anna))
        kept = list(Appointment.objects.filter(state="booked").order_by("starts_at").values_list("starts_at", flat=True))
        assert len(set(kept)) == len(kept) == 2
