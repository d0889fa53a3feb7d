"""Sums above 2^31 minor units, which two million dollars in won are, keep every digit on each road of money."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from amends.approvals.rules_of_money import rules_on
from amends.cases.grants import owe_share
from amends.cases.models import Case, Entry
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.cases.verbs.answering import withdraw
from amends.compensation import purses
from amends.compensation.rules import Purchase
from amends.compensation.vouchers import MOST_MINOR, Terms, issue, redeem
from amends.kernel import clock
from amends.ledger.checks import ledger_check
from amends.ledger.posting import balances
from amends.liability.queries.deposits import deposit
from amends.liability.verbs.deductions import announced
from amends.liability.verbs.deposit_row import deposit_of
from amends.liability.verbs.deposits import paid_out
from amends.liability.verbs.holds import held
from amends.liability.verbs.taking import deduct
from amends.market.models import Order, Tender
from amends.people.rules import PLATFORM
from amends.plumbing.payments.port import Answer
from amends.policy.models import PastFacts
from amends.refunds.answers import take_answer
from amends.refunds.asking import mark_sent
from amends.refunds.chargebacks import Opened, decide_chargeback, open_chargeback
from amends.refunds.intents import intend_for
from amends.refunds.queries import books_check
from tests.bearing_at_hand import topped_up
from tests.cast import Cast, the_cast
from tests.refunding import an_unshipped_order, asked_back, granted, intended, refunds, reserved

LARGE = 9_000_000_000_000
"""Cut to 32 bits it is 2,043,514,880: a sum that looks like one."""


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Iterator[Cast]:
    """The cast; whatever is told, afterwards every check over the whole of the books finds nothing."""
    yield the_cast()
    assert (books_check(), ledger_check()) == ([], [])


def sold(cast: Cast, minor: int = LARGE, *, currency: str = "KRW") -> Order:
    return an_unshipped_order(cast, prices=(minor,), commissions=(minor // 10,), currency=currency)


def caused(case: Case) -> str:
    """A line of the case's timeline, as the books name it."""
    entry = Entry.objects.filter(case_id=case.pk).earliest("number")
    return f"{entry.life}:{entry.life_id}:{entry.verb}:{entry.act}"


def books(order: Order) -> dict[str, int]:
    return {f"{row.party}.{row.name}": row.minor for row in balances(order_id=order.pk) if row.minor}


@pytest.mark.parametrize(("minor", "currency"), [(1 << 31, "KRW"), (3_000_000_000, "KRW"), (LARGE, "IDR"), (10**15, "IDR")])
def test_a_refund_reserves_and_pays_every_minor_unit(cast: Cast, minor: int, currency: str) -> None:
    order = sold(cast, minor, currency=currency)
    case = granted(cast, order)
    assert PastFacts.objects.get(case_id=case.pk).granted_minor == minor
    refund = intended(case)[0]
    assert reserved(order) == [minor]
    assert mark_sent(refund.pk)
    take_answer(refund.ref, Answer("paid", "P1"), source="call")
    assert [(row.stage, row.amount_minor) for row in refunds(case)] == [("paid", minor)]
    assert books(order) == {}


def test_what_is_dropped_frees_every_minor_unit(cast: Cast) -> None:
    order = sold(cast)
    case = granted(cast, order)
    intended(case)
    withdraw(case.ref, by=cast.anna)
    assert reserved(order) == [0]
    assert books(order) == {"clearing.gateway": LARGE, "merchant.held": -LARGE + LARGE // 10, "platform.commission": -(LARGE // 10)}


def test_a_share_and_the_rest_make_the_whole(cast: Cast) -> None:
    order = sold(cast)
    case = asked_back(cast, order)

    @an_act
    def adjusted() -> None:
        unit = case.claimed.get().unit
        grant = owe_share(take_case_of(case.pk), unit, amount_minor=LARGE // 3, remedy="price_adjustment", basis="test", by=cast.agent)
        intend_for(grant, PLATFORM)

    adjusted()
    assert reserved(order) == [LARGE // 3]
    assert order.lines.get().units.get().granted_minor == LARGE // 3


def test_what_a_bank_took_back_leaves_the_rest(cast: Cast) -> None:
    order = sold(cast)
    case = granted(cast, order)
    intended(case)
    tender = Tender.objects.get(order=order)
    open_chargeback(Opened("house", "DP1", LARGE // 3, "KRW", tender=tender.ref, reason="not_received"))
    decide_chargeback("house", "DP1", "consumer")
    live = [row.amount_minor for row in refunds(case) if row.stage != "dropped"]
    assert live == [LARGE - LARGE // 3]
    assert reserved(order) == live


def test_a_deposit_is_filled_held_taken_and_paid_out(cast: Cast) -> None:
    @an_act
    def moved() -> None:
        row = deposit_of(cast.bolts)
        held(row, LARGE, "risk", "疑似刷单", PLATFORM)
        deduct(announced(row, LARGE, "breach", "虚假发货", PLATFORM))
        paid_out(row, LARGE, "leaves", "退出平台", PLATFORM)

    topped_up(cast, 4 * LARGE)
    moved()
    now = deposit(cast.bolts, cast.agent).kept
    assert (now.free, now.held, now.owes) == (LARGE, LARGE, 0)


def test_a_voucher_takes_off_all_that_it_is_worth(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = rules_on(clock.now())
    unbounded = rules.model_copy(update={"vouchers": rules.vouchers.model_copy(update={"most_minor": 0})})
    monkeypatch.setattr("amends.compensation.vouchers.rules_on", lambda _: unbounded)
    case = asked_back(cast, sold(cast))

    @an_act
    def given() -> str:
        held = take_case_of(case.pk)
        whose = {"merchant_id": cast.bolts.pk, "consumer_id": cast.annas.pk}
        return issue(Terms("KRW", MOST_MINOR), **whose, given_by="merchant", cause=caused(case), case=held).ref

    used = redeem(given(), Purchase("B-1", 2 * LARGE, "KRW"), by=cast.bolt)
    assert used.redeemed_minor == MOST_MINOR


def test_a_purse_holds_and_spends_it(cast: Cast) -> None:
    case = asked_back(cast, sold(cast))

    @an_act
    def given() -> None:
        held = take_case_of(case.pk)
        purses.give_points(cast.annas.pk, 2 * LARGE, merchant_id=cast.bolts.pk, key="K1", cause=caused(case), case_id=held.pk)

    given()
    purses.spend(purses.Move(cast.annas.ref, "points", "points", LARGE, "K2", "B-1"), by=cast.bolt)
    assert purses.balance(cast.annas.pk, "points", "points") == LARGE
