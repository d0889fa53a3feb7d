"""What is owed beside whole units: money for a unit that stays, freight and packaging apart, sums beyond the order; and never twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from amends.cases import grants
from amends.cases.models import Case, Grant
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.cases.verbs import answering
from amends.kernel import clock
from amends.kernel.refusals import NoSuchMove, NotFound, Unprocessable
from amends.market.models import Order, OrderLine, Unit
from amends.people.rules import PLATFORM
from tests.cast import Cast, an_order, claims, the_cast


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Cast:
    return the_cast()


@an_act
def share(case: Case, unit: Unit, minor: int) -> Grant:
    held = take_case_of(case.pk)
    return grants.owe_share(held, unit, amount_minor=minor, remedy="price_adjustment", basis="price_protection", by=PLATFORM)


@an_act
def extra(case: Case, line: OrderLine, minor: int, part: str = "freight") -> Grant:
    return grants.owe_extra(take_case_of(case.pk), line, part=part, amount_minor=minor, basis="goodwill", by=PLATFORM)


@an_act
def void(grant: Grant) -> None:
    take_case_of(grant.case_id)
    grant.follow("void", PLATFORM, facts={"because": "test"})


@an_act
def arrive(grant: Grant) -> None:
    take_case_of(grant.case_id)
    fresh = Grant.objects.get(pk=grant.pk)
    fresh.follow("begin", PLATFORM)
    fresh.follow("fulfil", PLATFORM)


def unit_of(order: Order, number: int = 1) -> Unit:
    return Unit.objects.get(order=order, line__position=1, number=number)


def unshipped(cast: Cast, **more: object) -> Order:
    return an_order(cast.bolts, cast.annas, shipped=False, signed_ago=None, **more)  # type: ignore[arg-type]


def test_a_unit_adjusted_by_ten_and_returned_later_brings_exactly_the_rest(cast: Cast) -> None:
    order = unshipped(cast, prices=(9900,), coupons=(900,))
    first = claims(order, by=cast.anna, issue="service", remedy="refund_only")
    given = share(first, unit_of(order), 1000)
    with pytest.raises(NoSuchMove):
        answering.withdraw(first.ref, by=cast.anna)
    arrive(given)
    answering.withdraw(first.ref, by=cast.anna)
    assert Grant.objects.get(subject="share").stage == "done", "what was given beside the claim stays given"
    case = claims(order, by=cast.anna, remedy="refund_only")
    assert case.claimed_minor == 8000
    answering.approve(case.ref, by=cast.bolt)
    grant = Grant.objects.get(case=case)
    assert (grant.shares, grant.parts) == ({"1": 8000, "2": 900}, {"goods": 8900})
    assert unit_of(order).granted_minor == 9900


def test_what_is_adjusted_while_the_claim_is_open_is_not_paid_again_when_it_is_approved(cast: Cast) -> None:
    order = unshipped(cast, quantities=(3,), prices=(10_000,))
    case = claims(order, by=cast.anna, quantity=3, remedy="refund_only")
    share(case, unit_of(order, 2), 1234)
    answering.approve(case.ref, by=cast.bolt)
    assert sum(g.amount_minor for g in Grant.objects.filter(case=case)) == 10_000
    assert all(unit.granted_minor == unit.paid_minor for unit in Unit.objects.filter(order=order))


def test_money_for_a_unit_that_stays_never_passes_its_price(cast: Cast) -> None:
    order = unshipped(cast, prices=(9900,), coupons=(900,))
    case = claims(order, by=cast.anna, remedy="refund_only")
    share(case, unit_of(order), 5000)
    with pytest.raises(Unprocessable, match=r"40\.00 is left"):
        share(case, unit_of(order), 4001)
    share(case, unit_of(order), 4000)
    assert unit_of(order).granted_minor == 9000, "the coupon is no money"
    with pytest.raises(IntegrityError, match="unit_granted_within_price"), transaction.atomic():
        Unit.objects.filter(order=order).update(granted_minor=9901)


def test_a_void_grant_can_be_granted_again(cast: Cast) -> None:
    order = unshipped(cast, prices=(9900,), freight=600)
    case = claims(order, by=cast.anna, remedy="refund_only")
    line = order.lines.get()
    for grant in (share(case, unit_of(order), 9900), extra(case, line, 600)):
        void(grant)
    line.refresh_from_db()
    assert (unit_of(order).granted_minor, line.freight_granted_minor) == (0, 0)
    assert share(case, unit_of(order), 9900).amount_minor == 9900


def test_freight_goes_back_once_whether_apart_or_with_its_units(cast: Cast) -> None:
    order = unshipped(cast, quantities=(2,), prices=(10_000,), freight=1000)
    case = claims(order, by=cast.anna, quantity=2, remedy="refund_only")
    extra(case, order.lines.get(), 300)
    answering.approve(case.ref, by=cast.bolt)
    owed = [g.parts for g in Grant.objects.filter(case=case, subject="unit").order_by("unit_id")]
    assert owed == [{"freight": 500, "goods": 5000}, {"freight": 200, "goods": 5000}]
    assert order.lines.get().freight_granted_minor == 1000
    with pytest.raises(Unprocessable, match=r"0\.00 is left"):
        extra(case, order.lines.get(), 1)


def test_a_stranger_s_unit_and_line_are_not_there(cast: Cast) -> None:
    case = claims(unshipped(cast), by=cast.anna, remedy="refund_only")
    other = an_order(cast.rivals, cast.bertas, freight=100)
    with pytest.raises(NotFound):
        share(case, unit_of(other), 1)
    with pytest.raises(NotFound):
        extra(case, other.lines.get(), 1)


def test_a_sum_beyond_the_order_names_who_bears_it(cast: Cast) -> None:
    case = claims(unshipped(cast), by=cast.anna, remedy="refund_only")

    @an_act
    def owe(minor: int) -> Grant:
        held = take_case_of(case.pk)
        return grants.owe_sum(held, amount_minor=minor, currency="CNY", remedy="goodwill", basis="late", borne_by="platform", by=PLATFORM)

    grant = owe(2000)
    assert (grant.subject, grant.amount_minor, grant.borne_by, grant.shares, grant.unit_id) == ("sum", 2000, "platform", {}, None)
    with pytest.raises(Unprocessable):
        owe(0)


def test_what_came_back_is_owed_again_without_being_counted_again(cast: Cast) -> None:
    order = unshipped(cast, prices=(9900,))
    case = claims(order, by=cast.anna, remedy="refund_only")
    answering.approve(case.ref, by=cast.bolt)
    grant = Grant.objects.get(case=case)

    @an_act
    def again() -> Grant:
        return grants.owe_again(take_case_of(case.pk), grant, shares={"1": 9900}, basis="reversed", by=PLATFORM)

    anew = again()
    assert (anew.amount_minor, anew.parts, unit_of(order).granted_minor) == (9900, {"again": 9900}, 9900)
    void(anew)
    assert unit_of(order).granted_minor == 9900


def test_a_unit_on_its_way_back_takes_no_money_beside(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas, signed_ago=timedelta(days=1))
    case = claims(order, by=cast.anna)
    answering.approve(case.ref, by=cast.bolt)
    with pytest.raises(Unprocessable):
        share(case, unit_of(order), 1)
