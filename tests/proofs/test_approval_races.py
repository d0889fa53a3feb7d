"""Decisions about money in the same moment, each on a connection of its own: bounds hold, and everything has one end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from amends.approvals import answering, lapsing
from amends.approvals.models import Approval, Spending
from amends.kernel import clock
from amends.kernel.clock import Stepped
from amends.kernel.refusals import Conflict, NoSuchMove, NotYourMove
from tests.approving import House, Till, give, registered, the_house
from tests.cast import an_order, claims
from tests.proofs.racing import refusals, together


@pytest.fixture
def house(committed_db: None, stepped_clock: Stepped) -> Iterator[House]:
    till = Till()
    with registered(till):
        yield the_house(till)


def alone(ends: list[Any]) -> int:
    return sum(1 for end in ends if end is None)


def test_one_persons_day_is_not_passed_by_two_hands(house: House) -> None:
    for n in range(8):  # 400.00 of 500.00 are gone
        give(house, house.cast.agent, 5000, key=f"before {n}", consumer_id=None)
    ends = together(*(partial(give, house, house.cast.agent, 5000, key=f"k{n}", consumer_id=None) for n in range(6)))
    assert alone(ends) == 2 and sum(1 for end in ends if isinstance(end, Approval)) == 4


def test_two_givers_dont_pass_the_bound_of_one_case_nor_of_one_consumer(house: House) -> None:
    case = claims(an_order(house.cast.bolts, house.cast.annas), by=house.cast.anna)
    givers = (house.cast.agent, house.ann)
    ends = together(*(partial(give, house, givers[n % 2], 5000, key=f"k{n}", case=case) for n in range(6)))
    assert alone(ends) == 4  # 200.00 for a case
    ends = together(*(partial(give, house, givers[n % 2], 5000, key=f"c{n}") for n in range(8)))
    assert alone(ends) == 6  # 500.00 for a consumer, 200.00 of which were given on the case


def test_the_same_key_is_decided_once(house: House) -> None:
    ends = together(*(partial(give, house, house.cast.agent, 100, key="k") for _ in range(4)))
    assert alone(ends) == 1 and all(isinstance(each, Conflict) for each in refusals(ends)) and Spending.objects.count() == 1
    ends = together(*(partial(give, house, house.cast.agent, 6000, key="asked") for _ in range(4)))
    assert len(refusals(ends)) == 3 and Approval.objects.count() == 1


def test_two_approvers_grant_it_once(house: House) -> None:
    case = claims(an_order(house.cast.bolts, house.cast.annas), by=house.cast.anna)
    for of in (case, None):
        row = give(house, house.cast.agent, 6000, key=f"k {of and of.ref}", case=of)
        assert row is not None
        before = Spending.objects.count()
        ends = together(*(partial(answering.approve, row.ref, by=by) for by in (house.sue, house.stan, house.ada)))
        assert len(refusals(ends)) == 2 and all(isinstance(each, NoSuchMove) for each in refusals(ends))
        assert Spending.objects.count() == before + 1 and Approval.objects.get(pk=row.pk).state == "granted"


def test_an_approvers_day_is_not_passed_by_two_approvals(house: House) -> None:
    rows = [give(house, house.cast.agent, 200_000, key=f"k{n}", consumer_id=None) for n in range(12)]
    refs = [row.ref for row in rows if row is not None]
    for ref in refs[:8]:  # 16,000.00 of 20,000.00
        answering.approve(ref, by=house.sue)
    ends = together(*(partial(answering.approve, ref, by=house.sue) for ref in refs[8:]))
    assert len(refusals(ends)) == 2 and all(isinstance(each, NotYourMove) for each in refusals(ends))
    assert Approval.objects.filter(state="granted").count() == 10


def test_approving_refusing_withdrawing_and_lapsing_at_once_have_one_end(house: House, stepped_clock: Stepped) -> None:
    case = claims(an_order(house.cast.bolts, house.cast.annas), by=house.cast.anna)
    row = give(house, house.cast.agent, 6000, key="k", case=case)
    assert row is not None
    due_at = row.due_at
    works: list[Callable[[], Any]] = [
        partial(answering.approve, row.ref, by=house.sue),
        partial(answering.refuse, row.ref, by=house.stan, why="too much"),
        partial(answering.withdraw, row.ref, by=house.cast.agent),
    ]
    ends = together(*works)
    assert len(refusals(ends)) == 2
    state = Approval.objects.get(pk=row.pk).state
    assert Spending.objects.count() == (1 if state == "granted" else 0)
    stepped_clock.until(due_at + timedelta(seconds=1))
    assert lapsing.tick() == 0 and clock.now() > due_at


def test_two_clocks_let_it_lapse_once_beside_a_late_approver(house: House, stepped_clock: Stepped) -> None:
    row = give(house, house.cast.agent, 6000, key="k")
    assert row is not None
    stepped_clock.until(row.due_at)
    ends = together(lapsing.tick, lapsing.tick, partial(answering.approve, row.ref, by=house.sue))
    assert sorted(end for end in ends if isinstance(end, int)) == [0, 1] and len(refusals(ends)) == 1
    assert Approval.objects.get(pk=row.pk).state == "lapsed" and not Spending.objects.exists()


def test_two_reviewers_leave_one_review(house: House) -> None:
    give(house, house.cast.agent, 20_000, key="fire", break_glass=True, why="it burns")
    row = Approval.objects.get()
    reviews = [partial(answering.review, row.ref, by=by, verdict="justified", why="it burnt") for by in (house.sue, house.stan)]
    assert len(refusals(together(*reviews))) == 1


def test_the_glass_breaks_once_at_a_time(house: House) -> None:
    ends = together(
        *(partial(give, house, house.cast.agent, 20_000, key=f"k{n}", break_glass=True, why="it burns", consumer_id=None) for n in range(3))
    )
    assert alone(ends) == 1 and {each.code for each in refusals(ends)} == {"glass_open"}
