"""Two who give back the same money in the same moment: one of them is told that none is left (B1, B9, B11)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db.models import Sum

from amends.cases.grants import owe_extra, owe_share
from amends.cases.models import Case, Grant
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.cases.verbs import answering
from amends.insight.verify import granted_astray
from amends.kernel import clock
from amends.ledger.checks import ledger_check
from amends.ledger.posting import balances
from amends.market.models import Order, OrderLine, Unit
from amends.people.rules import PLATFORM
from amends.refunds.intents import intend_for
from tests.cast import Cast, an_order, claims, the_cast
from tests.proofs.racing import refusals, together


@pytest.fixture
def cast(committed_db: None, stepped_clock: clock.Stepped) -> Cast:
    return the_cast()


def sold(cast: Cast) -> tuple[Order, Case]:
    order = an_order(cast.bolts, cast.annas, shipped=False, signed_ago=None, prices=(9900,), freight=800, commissions=(990,))
    return order, claims(order, by=cast.anna, remedy="refund_only")


def sharing(case: Case, minor: int) -> Callable[[], object]:
    @an_act
    def run() -> None:
        held, unit = take_case_of(case.pk), Unit.objects.get(order_id=case.order_id)
        intend_for(owe_share(held, unit, amount_minor=minor, remedy="price_adjustment", basis="race", by=PLATFORM), PLATFORM)

    return run


def freeing(case: Case, minor: int) -> Callable[[], object]:
    @an_act
    def run() -> None:
        held, line = take_case_of(case.pk), OrderLine.objects.get(order_id=case.order_id)
        intend_for(owe_extra(held, line, part="freight", amount_minor=minor, basis="race", by=PLATFORM), PLATFORM)

    return run


@pytest.mark.parametrize("giving", [sharing, freeing])
def test_of_six_that_each_give_more_than_half_one_succeeds(cast: Cast, giving: Callable[[Case, int], Callable[[], object]]) -> None:
    _, case = sold(cast)
    ends = together(*(giving(case, 500 if giving is freeing else 5000) for _ in range(6)))
    assert len(refusals(ends)) == 5
    assert Grant.objects.filter(case=case).count() == 1
    assert granted_astray() == ledger_check() == []


def test_a_part_of_the_price_and_the_whole_at_once_never_pass_the_price(cast: Cast) -> None:
    order, case = sold(cast)
    together(
        sharing(case, 4000), sharing(case, 4000), freeing(case, 800),
        lambda: answering.approve(case.ref, by=cast.bolt),
    )  # fmt: skip
    owed = Grant.objects.filter(case__order=order).aggregate(minor=Sum("amount_minor"))["minor"]
    assert owed == order.paid_minor, "whoever was first, together they are what was paid"
    assert Unit.objects.get(order=order).granted_minor == 9900
    assert granted_astray() == ledger_check() == []
    assert {row.minor for row in balances(order_id=order.pk) if row.name == "commission"} <= {0, -990, -590, -190}
