"""A deduction from a merchant's deposit: announced with notice and reason, contested, and the objection answered. taking.py does it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from amends.approvals.models import Approval
from amends.approvals.rules_of_money import rules_on
from amends.cases import acting
from amends.cases.hands import STAFF, check_not_reader
from amends.cases.models import Case
from amends.cases.record import an_act
from amends.cases.taking import take, take_case_of
from amends.cases.texts import clean_words
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove
from amends.kernel.texts import say
from amends.liability.deducting import answer_until, check_currency, deduction_of
from amends.liability.hands import merchant_of, platform_hand, take_charge
from amends.liability.models import ChargeBackTo, Deposit, DepositMove
from amends.liability.rules import ANNOUNCED, COLLECTED, CONTESTED, PENDING, WITHDRAWN
from amends.liability.verbs.deposit_row import (
    LONGEST_ANSWER,
    LONGEST_WHY,
    decided_or_asked,
    deposit_of,
    found_of_kind,
    new_move,
    reasons_given,
)
from amends.liability.verbs.taking import deduct
from amends.people.rules import PLATFORM, Actor

NOT_OPEN = say("这笔扣款已经不能再改。", "This deduction can't be changed any more.")


@an_act
def announce(
    ref: str, *, amount_minor: int, reason: str, why: str, case_ref: str = "", hold_ref: str = "", by: Actor, break_glass: bool = False
) -> DepositMove | Approval:
    """A deduction is announced with its reason and done when its notice has run; or somebody is asked to approve that first.

    With a case it stands in that case's timeline, which tells the merchant. It may be more than the deposit holds.
    """
    case = take(case_ref, by) if case_ref else None
    merchant = merchant_of(ref, by)
    if case is not None and case.merchant_id != merchant.pk:
        raise NotFound
    said = reasons_given("deduct", amount_minor, reason, why)
    of = found_of_kind(hold_ref, by, "hold") if hold_ref else None
    if of is not None and of.merchant_id != merchant.pk:
        raise NotFound
    deposit = deposit_of(merchant)
    payload = {"reason": reason, "case": case.ref if case else "", "hold": of.ref if of else ""}
    asked = decided_or_asked(
        "deposit_deduct", deposit, amount_minor, by, why=said, break_glass=break_glass, payload=payload, case=case
    )  # fmt: skip
    return asked or announced(deposit, amount_minor, reason, said, by, case=case, of=of)


def announced(
    deposit: Deposit, amount_minor: int, reason: str, why: str, by: Actor, *, case: Case | None = None, of: DepositMove | None = None,
    charge: ChargeBackTo | None = None, approval: str = "",
) -> DepositMove:  # fmt: skip
    """The announcement stands; a held `case` gets its line of the timeline. Refuses a charge in another currency than the deposit's."""
    if charge is not None:
        check_currency(charge, deposit)
    until = clock.now() + timedelta(days=rules_on(clock.now()).deposits.notice_days)
    move = new_move(
        deposit, "deduct", amount_minor, reason, by, state=ANNOUNCED, why=why, notice_until=until, of_hold=of, charge=charge,
        case_id=case.pk if case else None, approval_ref=approval,
    )  # fmt: skip
    hand = by if by.party in STAFF else PLATFORM
    tell_case("announce_deduction", move, hand, reason_code=reason, due_at=until.isoformat(), silence="deduct")
    return move


@an_act
def announce_charge(ref: str, *, by: Actor) -> DepositMove:
    """The charge `ref`, whose deduction was withdrawn, is to be taken from the deposit after all: a new notice runs from now.

    Refuses a charge that is not being deducted, one that a deduction takes already, and one in another currency than the deposit's.
    """
    case, charge = take_charge(ref, by)
    platform_hand(by)
    merchant = merchant_of(case.merchant.ref, by)
    if charge.party != Party.MERCHANT.value or charge.stage not in COLLECTED:
        raise NoSuchMove(say("这笔追偿现在不从保证金扣。", "This charge is not to be taken from a deposit now."), code="not_deducting")
    deposit = deposit_of(merchant)
    if deduction_of(charge) is not None:
        raise NoSuchMove(say("这笔追偿的扣款已经预告。", "A deduction for this charge stands already."), code="announced")
    return announced(deposit, charge.amount_minor, "charge", "", by, case=case, charge=charge)


@an_act
def contest(ref: str, *, why: str, by: Actor) -> DepositMove:
    """The merchant objects before the notice has run: nothing is taken until the platform has answered. Refuses what is over.

    From now `notice_until` is the instant until which it must be answered.
    """
    if by.party is not Party.MERCHANT:
        raise NotYourMove(say("只有商家可以提出异议。", "Only the merchant contests it."))
    check_not_reader(by)
    move = _locked(ref, by)
    if move.state != ANNOUNCED or (move.notice_until and move.notice_until <= clock.now()):
        raise NoSuchMove(NOT_OPEN, code="not_announced")
    move.state, move.contested_why = CONTESTED, clean_words(why, field="why", required=True, longest=500)
    move.notice_until = answer_until(clock.now())
    move.save(update_fields=["state", "contested_why", "notice_until"])
    tell_case("contest_deduction", move, by, due_at=move.notice_until.isoformat(), silence="alarm")
    return move


def tell_case(what: str, move: DepositMove, by: Actor, **facts: Any) -> None:
    """A line about a deduction in its held case's timeline; one without a case stands on the deposit's page alone."""
    if move.case_id is None:
        return
    about = {"move": move.ref, "amount_minor": move.amount_minor, "unit_of_account": move.currency, **facts}
    acting.current().cases[move.case_id].tell(what, by, facts=about, audience="merchant,platform")


@an_act
def uphold(ref: str, *, why: str, by: Actor) -> DepositMove:
    """The objection does not hold: the deduction is done at once. By another than who announced it, with reasons."""
    hand, move = platform_hand(by), _locked(ref, by)
    merchant_of(move.merchant.ref, by)
    if move.state != CONTESTED:
        raise NoSuchMove(NOT_OPEN, code="not_contested")
    if by.user_id is not None and by.user_id == move.asked_by_id:
        own = say("这笔扣款是你提出的，要由别人来答复异议。", "You announced this deduction; somebody else answers the objection.")
        raise NotYourMove(own, code="own_deduction")
    move.state, move.notice_until, move.why = ANNOUNCED, clock.now(), _with_answer(move.why, why)
    move.save(update_fields=["state", "notice_until", "why"])
    tell_case("uphold_deduction", move, hand)
    deduct(move)
    return move


@an_act
def withdraw(ref: str, *, why: str, by: Actor) -> DepositMove:
    """The deduction does not happen: before its notice has run, or because the objection holds. With reasons."""
    hand, move = platform_hand(by), _locked(ref, by)
    merchant_of(move.merchant.ref, by)
    if move.state not in PENDING:
        raise NoSuchMove(NOT_OPEN, code="not_open")
    move.state, move.ended_at, move.why = WITHDRAWN, clock.now(), _with_answer(move.why, why)
    move.save(update_fields=["state", "ended_at", "why"])
    tell_case("withdraw_deduction", move, hand)
    return move


def _locked(ref: str, by: Actor) -> DepositMove:
    move = found_of_kind(ref, by, "deduct")
    if move.case_id is not None:
        take_case_of(move.case_id)
    deposit_of(move.merchant)
    return DepositMove.objects.select_for_update().select_related("merchant").get(pk=move.pk)


def _with_answer(before: str, why: str) -> str:
    said = clean_words(why, field="why", required=True, longest=LONGEST_ANSWER)
    return f"{before[:LONGEST_WHY]}\n{said}".strip()
