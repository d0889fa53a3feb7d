"""Tills, givers and clocks in the same moment, each on a connection of its own: a voucher is redeemed by one, a purse never falls below
nothing, limits are never passed, what was asked is paid once (B1, B14, B17)."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from django.db.models import Sum

from amends.approvals.models import Spending
from amends.cases.models import Case, Grant
from amends.compensation import purses
from amends.compensation.captures import take_capture
from amends.compensation.clockwork import expire_due
from amends.compensation.giving import Decided, compensate
from amends.compensation.models import PurseMove, Supplement, Voucher
from amends.compensation.offers import Offer
from amends.compensation.purses import Move
from amends.compensation.rules import Purchase
from amends.compensation.supplements import ask, lapse_due
from amends.compensation.vouchers import redeem, revoke
from amends.kernel.clock import Stepped
from amends.ledger.posting import balances
from amends.market.models import Tender, Unit
from tests.cast import Cast, an_order, claims, the_cast
from tests.proofs.racing import refusals, together

SCALE = int(os.environ.get("PROOF_SCALE", "1"))
ROUNDS = 3 * SCALE


@pytest.fixture
def cast(committed_db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


def a_case(cast: Cast) -> Case:
    return claims(an_order(cast.bolts, cast.annas, prices=(9900,)), by=cast.anna)


def a_voucher(cast: Cast, case: Case, *, by_platform: bool = False) -> Voucher:
    given = compensate(case.ref, Offer("voucher", 1000, scope="platform"), by=cast.agent if by_platform else cast.bolt)
    return Voucher.objects.get(ref=given.came)


def outstanding(cast: Cast) -> int:
    rows = balances(merchant_id=cast.bolts.pk)
    return -sum(row.minor for row in rows if (row.party, row.name) == ("consumer", "vouchers"))


def test_two_tills_redeem_one_voucher_once(cast: Cast) -> None:
    for n in range(ROUNDS):
        one = a_voucher(cast, a_case(cast), by_platform=True)
        ends = together(
            lambda: redeem(one.ref, Purchase(f"B-{n}", 9000, "CNY"), by=cast.bolt),  # noqa: B023 - run before the next round
            lambda: redeem(one.ref, Purchase(f"R-{n}", 9000, "CNY"), by=cast.rival),  # noqa: B023
        )
        assert [type(end).__name__ for end in refusals(ends)] == ["Conflict"]
        assert Voucher.objects.get(pk=one.pk).redeemed_minor == 1000
    paid = sum(row.minor for row in balances() if (row.party, row.name, row.unit) == ("platform", "cost", "CNY"))
    assert paid == 1000 * ROUNDS, "the platform owes each sum to one shop alone"
    assert outstanding(cast) == 0


def test_one_till_that_asks_twice_has_one_answer(cast: Cast) -> None:
    one = a_voucher(cast, a_case(cast))
    ends = together(*(lambda: redeem(one.ref, Purchase("B-1", 9000, "CNY"), by=cast.bolt) for _ in range(4)))
    assert not refusals(ends)
    assert {end.redeemed_minor for end in ends} == {1000}
    assert outstanding(cast) == 0


def test_a_voucher_ends_once_whoever_ends_it(cast: Cast, stepped_clock: Stepped) -> None:
    for n in range(ROUNDS):
        one = a_voucher(cast, a_case(cast))
        stepped_clock.until(one.valid_until - timedelta(seconds=1) if n % 2 else one.valid_until)
        together(
            lambda: redeem(one.ref, Purchase(f"B-{n}", 9000, "CNY"), by=cast.bolt),  # noqa: B023
            lambda: revoke(one.ref, reason="a mistake", by=cast.bolt),  # noqa: B023
            expire_due,
            expire_due,
        )
        assert Voucher.objects.get(pk=one.pk).state in ("redeemed", "revoked", "expired")
        assert outstanding(cast) == 0, "one posting ended it"


def test_a_purse_never_falls_below_nothing(cast: Cast) -> None:
    case = a_case(cast)
    compensate(case.ref, Offer("points", 500), by=cast.agent)

    def spend(number: int) -> PurseMove:
        return purses.spend(Move(cast.annas.ref, "points", "points", 200, f"till-{number}", f"B-{number}"), by=cast.bolt)

    ends = together(*(lambda n=n: spend(n) for n in range(4)))  # type: ignore[misc]
    assert len(refusals(ends)) == 2
    assert purses.balance(cast.annas.pk, "points", "points") == 100
    again = together(*(lambda: spend(99) for _ in range(3)))
    assert len(refusals(again)) == 3, "only 100 are left"


def test_one_key_spends_once(cast: Cast) -> None:
    compensate(a_case(cast).ref, Offer("points", 1000), by=cast.agent)
    asked = Move(cast.annas.ref, "points", "points", 200, "till-1", "B-1")
    ends = together(*(lambda: purses.spend(asked, by=cast.bolt) for _ in range(4)))
    assert not refusals(ends)
    assert len({end.pk for end in ends}) == 1
    assert purses.balance(cast.annas.pk, "points", "points") == 800


def test_gifts_in_one_moment_pass_no_bound_of_the_case(cast: Cast) -> None:
    case = a_case(cast)
    ends = together(*(lambda: compensate(case.ref, Offer("goodwill", 9000, words="sorry"), by=cast.bolt, why="late") for _ in range(4)))
    given = [end for end in ends if isinstance(end, Decided) and end.given]
    assert len(given) == 2, "200.00 a case: two of 90.00 fit, what is beyond is asked"
    minor = Grant.objects.filter(case=case).aggregate(minor=Sum("amount_minor"))["minor"]
    assert minor == 18000 == Spending.objects.filter(case_id=case.pk).aggregate(minor=Sum("amount_minor"))["minor"]


def test_money_of_a_unit_is_given_once_by_two_hands(cast: Cast) -> None:
    case = a_case(cast)
    ends = together(*(lambda: compensate(case.ref, Offer("price_adjustment", 4000, line=1), by=cast.bolt) for _ in range(3)))
    assert len(refusals(ends)) == 1
    assert Unit.objects.get(order_id=case.order_id).granted_minor == 8000


def test_a_capture_told_by_many_makes_one_tender_and_goes_back_after_its_end(cast: Cast, stepped_clock: Stepped) -> None:
    for n in range(ROUNDS):
        case = a_case(cast)
        asked = ask(case.ref, amount_minor=500, by=cast.bolt)
        assert isinstance(asked, Supplement)
        told = {"key": asked.ref, "amount": 500, "currency": "CNY", "payment_ref": f"P-{n}"}
        stepped_clock.until(asked.due_at)
        together(*(lambda: take_capture("house", told) for _ in range(2)), lapse_due, lapse_due)  # noqa: B023
        state = Supplement.objects.get(pk=asked.pk).state
        tenders = Tender.objects.filter(order_id=case.order_id).count()
        assert (state, tenders) in (("paid", 2), ("lapsed", 2))
