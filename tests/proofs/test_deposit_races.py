"""Deposits and statements under fire: races at a barrier take no cent twice, and a statement adds up for any sequence of postings."""

from __future__ import annotations

import os
from datetime import timedelta
from functools import partial
from itertools import count

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amends.kernel import clock
from amends.ledger.models import Line
from amends.ledger.posting import About, Side, balances, post_sides
from amends.liability.books import kept
from amends.liability.models import ChargeBackTo, DepositMove
from amends.liability.queries.statements import Period, statement
from amends.liability.verbs.charging import admit_liability, ask_bearer, deny_liability
from amends.liability.verbs.deductions import announced
from amends.liability.verbs.deposit_row import deposit_of
from amends.liability.verbs.deposits import paid_out, top_up
from amends.liability.verbs.holds import held
from amends.liability.verbs.taking import deduct_due
from amends.people.rules import PLATFORM
from tests.bearing_at_hand import a_carrier, a_cost, asked_of_carrier, topped_up
from tests.cast import Cast, the_cast
from tests.proofs.racing import refusals, together

SCALE = int(os.environ.get("PROOF_SCALE", "1"))


@pytest.fixture
def cast(committed_db: None, stepped_clock: clock.Stepped) -> Cast:
    return the_cast()


def whole(cast: Cast) -> tuple[int, int, int]:
    now = kept(cast.bolts.pk, "CNY")
    return now.free, now.held, now.owes


def two_deductions(cast: Cast, minor: int) -> list[DepositMove]:
    with transaction.atomic():
        return [announced(deposit_of(cast.bolts), minor, "breach", "虚假发货", PLATFORM) for _ in range(2)]


def test_two_deductions_of_one_deposit_take_what_is_there_once(cast: Cast, stepped_clock: clock.Stepped) -> None:
    topped_up(cast, 10_000)
    moves = two_deductions(cast, 7_000)
    stepped_clock.until(clock.now() + timedelta(days=3))
    ends = together(*(partial(deduct_due, move.pk) for move in moves for _ in range(2)))
    assert sorted(ends) == [False, False, True, True], "each of them is done once, however many clocks there are"
    assert whole(cast) == (0, 0, 4_000)
    assert sorted(DepositMove.objects.filter(kind="deduct").values_list("taken_minor", flat=True)) == [3_000, 7_000]


def test_a_top_up_and_a_deduction_at_once_leave_the_same_books_as_one_after_the_other(cast: Cast, stepped_clock: clock.Stepped) -> None:
    topped_up(cast, 1_000)
    move = two_deductions(cast, 3_000)[0]
    stepped_clock.until(clock.now() + timedelta(days=3))
    add = partial(top_up, cast.bolts.ref, amount_minor=5_000, provider_ref="BANK-2", by=cast.agent)
    together(partial(deduct_due, move.pk), add, add)
    assert whole(cast) == (3_000, 0, 0), "the bank's reference counts once, the deduction is whole"
    assert DepositMove.objects.filter(provider_ref="BANK-2").count() == 1


def test_a_hold_and_a_pay_out_at_once_never_take_more_than_is_there(cast: Cast) -> None:
    topped_up(cast, 10_000)

    def keep() -> object:
        with transaction.atomic():
            return held(deposit_of(cast.bolts), 8_000, "risk", "核查", cast.agent)

    def leave() -> object:
        with transaction.atomic():
            return paid_out(deposit_of(cast.bolts), 8_000, "leaving", "商家退出", cast.agent)

    ends = together(keep, leave)
    assert len(refusals(ends)) == 1
    free, on_hold, owes = whole(cast)
    assert (free, owes) == (2_000, 0)
    assert on_hold in (0, 8_000)


def test_two_who_ask_at_once_never_ask_for_more_than_the_case_cost(cast: Cast) -> None:
    case, carrier = a_cost(cast, 9_900), a_carrier(cast)
    ask = partial(ask_bearer, case.ref, party="carrier", bearer=carrier.ref, amount_minor=6_000, what="refund", words="压坏", by=cast.agent)
    ends = together(ask, ask, ask)
    assert len(refusals(ends)) == 2
    assert ChargeBackTo.objects.count() == 1


def test_an_answer_and_its_contrary_at_once_are_one_answer(cast: Cast) -> None:
    charge = asked_of_carrier(cast, a_cost(cast), 5_000)
    ends = together(
        partial(admit_liability, charge.ref, words="是", by=cast.agent), partial(deny_liability, charge.ref, words="否", by=cast.agent)
    )
    assert len(refusals(ends)) == 1
    stage = ChargeBackTo.objects.get(pk=charge.pk).stage
    owed = Line.objects.filter(account__party="carrier").values_list("amount_minor", flat=True)
    assert list(owed) == ([5_000] if stage == "admitted" else [])


# ── any sequence of postings ─────────────────────────────────────────────────────────────────────────────────────────────────

ACCOUNTS = [
    ("held", "CNY"),
    ("deposit", "CNY"),
    ("deposit_held", "CNY"),
    ("receivable", "CNY"),
    ("held", "JPY"),
    ("vouchers_given", "CNY.voucher"),
]
Step = tuple[int, int, int]
STEPS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, len(ACCOUNTS) - 1), st.integers(-(10**9), 10**9).filter(bool)), max_size=30)
_keys = count(1)


@pytest.fixture
def shop(db: None, stepped_clock: clock.Stepped) -> Cast:
    return the_cast()


@settings(max_examples=15 * SCALE, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, first=st.integers(0, 40), days=st.integers(1, 40))
def test_opening_and_lines_make_the_closing_for_any_sequence_of_postings(shop: Cast, steps: list[Step], first: int, days: int) -> None:
    with transaction.atomic():
        here = clock.now()
        for day, which, minor in steps:
            name, unit = ACCOUNTS[which]
            sides = [Side(("merchant", name), shop.bolts.pk, unit, minor), Side(("clearing", "bank"), 0, unit, -minor)]
            with clock.stepped(here + timedelta(days=day)):
                post_sides("captured", About(shop.bolts.pk), sides, key=f"walk:{next(_keys)}", cause="walk:1:step")
        begin = (here + timedelta(days=first)).date()
        found = statement(shop.bolts, Period(begin, begin + timedelta(days=days - 1), shop.bolts.zone))
        assert found.adds_up
        for part in found.accounts:
            at = [(row.minor, row.after) for row in part.rows]
            assert [after for _, after in at] == [part.opening + sum(minor for minor, _ in at[: i + 1]) for i in range(len(at))]
        every = statement(shop.bolts, Period(begin - timedelta(days=90), begin + timedelta(days=200), shop.bolts.zone))
        books = {(row.name, row.unit): -row.minor for row in balances(merchant_id=shop.bolts.pk) if row.party == "merchant"}
        assert {(part.name, part.unit): part.closing for part in every.accounts} == books
        before = statement(shop.bolts, Period(begin - timedelta(days=90), begin - timedelta(days=1), shop.bolts.zone))
        closing = {(part.name, part.unit): part.closing for part in before.accounts}
        assert all(part.opening == closing.get((part.name, part.unit), 0) for part in found.accounts), "a month opens where the last closed"
        transaction.set_rollback(True)
