"""A loan unit is lent once at a time, comes back with the repair's end, and costs nobody anything by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amends.cases.models import Case, Entry
from amends.cases.queries import timeline
from amends.cases.verbs.ending import nothing_open
from amends.kernel.clock import Stepped
from amends.kernel.refusals import Conflict, NoSuchMove, NotFound, NotYourMove
from amends.people.rules import PLATFORM
from amends.repairs import loans
from amends.repairs.booking import book
from amends.repairs.models import Loan, LoanUnit, Repair
from amends.repairs.verbs import diagnose, hand_back
from amends.repairs.workshops import end_loan_unit, save_loan_unit
from tests.cast import Cast, later_by, the_cast
from tests.workshops_at_hand import TOMORROW_NINE, a_repair, a_technician, a_worker, a_workshop


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    cast = the_cast()
    a_technician(cast, a_workshop(cast))
    return cast


def a_spare(cast: Cast, **given: object) -> LoanUnit:
    spec = {"name_zh": "备用冰箱", "name_en": "Spare fridge", "goods_class": "appliance", "value_minor": 80000}
    return save_loan_unit(spec | given, by=cast.bolt)


def booked(cast: Cast, by: str = "anna") -> Repair:
    repair = a_repair(cast, consumer=getattr(cast, by))
    return book(repair.ref, starts_at=TOMORROW_NINE if by == "anna" else TOMORROW_NINE + timedelta(hours=1), address="杭州", by=cast.bolt)


def test_a_unit_is_lent_once_at_a_time_and_free_again_when_it_is_back(cast: Cast) -> None:
    spare, first, second = a_spare(cast), booked(cast), booked(cast, "berta")
    loan = loans.promise_loan(first.ref, by=cast.bolt)
    assert loan.unit_id == spare.pk
    with pytest.raises(NoSuchMove) as none:
        loans.promise_loan(second.ref, by=cast.bolt)
    assert none.value.code == "none_free"
    with pytest.raises(NoSuchMove):
        end_loan_unit(spare.ref, by=cast.bolt)
    loans.hand_out(loan.ref, condition="无划痕", by=cast.bolt)
    loans.send_back_loan(loan.ref, by=cast.anna)
    loans.bring_back(loan.ref, condition="左侧有划痕", by=cast.bolt)
    assert Loan.objects.get(pk=loan.pk).back_at is not None
    assert loans.promise_loan(second.ref, by=cast.bolt).unit_id == spare.pk
    lines = Entry.objects.filter(life="loan", life_id=loan.pk).order_by("number")
    assert [line.verb for line in lines] == ["promise_loan", "hand_out", "send_back_loan", "bring_back_loan"]
    assert "划痕" not in "".join(str(line.facts) for line in lines)


def test_one_repair_has_one_loan_of_its_own_class(cast: Cast) -> None:
    a_spare(cast, goods_class="phone")
    repair = booked(cast)
    with pytest.raises(NoSuchMove):
        loans.promise_loan(repair.ref, by=cast.bolt)
    a_spare(cast)
    a_spare(cast)
    loans.promise_loan(repair.ref, by=cast.bolt)
    with pytest.raises(Conflict):
        loans.promise_loan(repair.ref, by=cast.bolt)


def test_handing_back_calls_the_loan_back_and_it_holds_the_case_open(cast: Cast) -> None:
    a_spare(cast)
    repair = booked(cast)
    loan = loans.promise_loan(repair.ref, by=cast.bolt)
    loans.hand_out(loan.ref, by=cast.bolt)
    diagnose(repair.ref, words="灯头松了", by=cast.bolt)
    hand_back(repair.ref, words="换了灯头", by=cast.bolt)
    loan.refresh_from_db()
    assert loan.stage == "called_back"
    case = Case.objects.get(pk=repair.case_id)
    assert loans.open_lives(case) == ["loan.called_back"]
    with pytest.raises(NoSuchMove):
        nothing_open(case, PLATFORM)


def test_a_promise_that_is_not_needed_is_dropped(cast: Cast) -> None:
    a_spare(cast)
    repair = booked(cast)
    loan = loans.promise_loan(repair.ref, by=cast.bolt)
    diagnose(repair.ref, words="灯头松了", by=cast.bolt)
    hand_back(repair.ref, words="换了灯头", by=cast.bolt)
    loan.refresh_from_db()
    assert loan.stage == "dropped"
    told = next(row for row in timeline(Case.objects.get(pk=repair.case_id), cast.anna) if (row.life, row.verb) == ("loan", "drop"))
    assert told.what.en == "called off the loan unit that was promised"


def test_a_unit_that_never_comes_back_is_written_off_and_charged_by_nobody(cast: Cast, stepped_clock: Stepped) -> None:
    spare, repair = a_spare(cast), booked(cast)
    loan = loans.promise_loan(repair.ref, by=cast.bolt)
    loans.hand_out(loan.ref, by=cast.bolt)
    diagnose(repair.ref, words="灯头松了", by=cast.bolt)
    hand_back(repair.ref, words="换了灯头", by=cast.bolt)
    later_by(stepped_clock, timedelta(days=12))
    loan.refresh_from_db()
    spare.refresh_from_db()
    assert loan.stage == "written_off"
    assert spare.ended_at is not None
    assert not Entry.objects.filter(case_id=repair.case_id, verb="ask_supplement").exists()


def test_only_the_right_hands_lend_and_bring_back(cast: Cast) -> None:
    a_spare(cast)
    repair = booked(cast)
    repair.refresh_from_db()
    worker = a_worker(repair.workshop)
    loan = loans.promise_loan(repair.ref, by=worker)
    with pytest.raises(NotYourMove):
        loans.hand_out(loan.ref, by=cast.anna)
    for by in (cast.rival, cast.berta, a_worker(a_workshop(cast, "west"), "lei")):
        with pytest.raises(NotFound):
            loans.hand_out(loan.ref, by=by)
    loans.hand_out(loan.ref, by=worker)
    assert Loan.objects.get().stage == "out"
    assert list(loans.loans_seen_by(worker)) == [loan]
    assert not loans.loans_seen_by(cast.rival)
