"""A merchant's deposit (保证金): topped up, paid out, and how much of it has to be kept; everything under the deposit row's lock.

What is held stands in holds.py, what is taken after notice in deductions.py and taking.py.

Invariants of them all
 1. Free and held parts never fall below zero: a deduction takes what is there, the rest stays owed and is taken from the next top-up.
 2. Nothing is deducted before the notice that announced it has run, nor while the merchant contests it.
 3. The same bank reference tops up once. Every posting is keyed by its move.
 4. A deposit pays in its own currency alone.
Lock order: cases by ascending id (of charges that may be settled), then the deposit's row, then approvals' own locks.
"""

from __future__ import annotations

from django.db import connection

from amends.approvals.models import Approval
from amends.cases import acting
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.cases.texts import clean_words
from amends.kernel.refusals import Conflict, NotYourMove, Unprocessable
from amends.kernel.texts import say
from amends.liability.books import book_move
from amends.liability.hands import merchant_of
from amends.liability.models import Deposit, DepositMove
from amends.liability.verbs.deposit_row import (
    check_above_zero,
    check_within,
    decided_or_asked,
    deposit_of,
    mark_warning,
    may_leave,
    new_move,
    reasons_given,
)
from amends.liability.verbs.taking import short, take_free
from amends.people.rules import Actor, Role

HEADS = frozenset({Role.SUPERVISOR, Role.ADMIN})
ONCE = 7_011_050  # the class of our advisory locks; the number is a bank's reference


@an_act
def top_up(ref: str, *, amount_minor: int, provider_ref: str, by: Actor) -> DepositMove:
    """Money that came by bank stands in the deposit, and pays first what deductions have left open. The same reference counts once.

    Refuses a reference that came with another sum, or for another merchant: one transfer is one merchant's.
    """
    merchant = merchant_of(ref, by)
    check_above_zero(amount_minor)
    known = clean_words(provider_ref, field="provider_ref", required=True, longest=80)
    for case_id in sorted({row.case_id for row in short(merchant) if row.case_id is not None}):
        take_case_of(case_id)
    deposit = deposit_of(merchant)
    there = DepositMove.objects.filter(merchant=merchant, provider_ref=known).first()
    if there is not None:
        if there.amount_minor != amount_minor:
            raise Conflict(
                say("这个银行流水号已经按另一个金额入账。", "This bank reference came with another sum before."), code="other_sum"
            )
        return there
    _check_unused(known)
    move = new_move(deposit, "top_up", amount_minor, "bank", by, provider_ref=known, taken_minor=amount_minor)
    book_move("deposit_in", move, amount_minor)
    for row in short(merchant):
        # A charge of a case that fell short since the locks were taken waits for the next top-up: locks are taken in one order.
        if row.case_id is None or row.case_id in acting.current().cases:
            take_free(deposit, row)
    mark_warning(deposit)
    return move


def _check_unused(provider_ref: str) -> None:
    """No other merchant's deposit has this transfer; two who would book it at once wait for each other. Raises Conflict."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [ONCE, provider_ref])
    if DepositMove.objects.filter(provider_ref=provider_ref).exists():
        raise Conflict(say("这个银行流水号已经记给别的商家。", "This bank reference is another merchant's already."), code="other_merchant")


@an_act
def pay_out(ref: str, *, amount_minor: int, reason: str, why: str, by: Actor, break_glass: bool = False) -> DepositMove | Approval:
    """Money of the deposit goes back to the merchant by bank; or somebody is asked to approve that. Refuses more than may leave."""
    merchant = merchant_of(ref, by)
    said = reasons_given("pay_out", amount_minor, reason, why)
    deposit = deposit_of(merchant)
    check_within(amount_minor, may_leave(deposit, reason), deposit.currency)
    payload = {"reason": reason}
    asked = decided_or_asked("deposit_pay_out", deposit, amount_minor, by, why=said, break_glass=break_glass, payload=payload)
    return asked or paid_out(deposit, amount_minor, reason, said, by)


def paid_out(deposit: Deposit, amount_minor: int, reason: str, why: str, by: Actor, approval: str = "") -> DepositMove:
    """The pay-out is in the books, under the row's lock. Refuses more than may leave now."""
    check_within(amount_minor, may_leave(deposit, reason), deposit.currency)
    move = new_move(deposit, "pay_out", amount_minor, reason, by, why=why, approval_ref=approval, taken_minor=amount_minor)
    book_move("deposit_out", move, amount_minor)
    mark_warning(deposit)
    return move


@an_act
def set_terms(ref: str, *, required_minor: int, warn_minor: int, by: Actor) -> Deposit:
    """How much this merchant has to keep, and when it is warned. By a supervisor or administrator; refuses a warning above what is kept."""
    merchant = merchant_of(ref, by)
    if not by.roles & HEADS:
        raise NotYourMove(say("只有主管和管理员可以改应缴额。", "Only supervisors and administrators set what is to be kept."))
    if not 0 <= warn_minor <= required_minor:
        wrong = say("警戒额不能大于应缴额。", "The warning is not above what has to be kept.")
        raise Unprocessable.field("warn_minor", wrong, code="warn_above_required")
    deposit = deposit_of(merchant)
    deposit.required_minor, deposit.warn_minor = required_minor, warn_minor
    deposit.save(update_fields=["required_minor", "warn_minor"])
    mark_warning(deposit)
    return deposit
