"""What is done when somebody else has approved it: the same as where nobody had to be asked, by the asker's hand (approvals.register)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from amends.approvals.models import Approval
from amends.cases.models import Case
from amends.cases.record import an_act
from amends.cases.taking import take, take_life
from amends.kernel.texts import Text, say
from amends.liability.hands import merchant_of, platform_hand
from amends.liability.models import ChargeBackTo, Deposit, DepositMove
from amends.liability.rules import REASONS
from amends.liability.verbs.charging import decided
from amends.liability.verbs.deductions import announced
from amends.liability.verbs.deposit_row import deposit_of
from amends.liability.verbs.deposits import paid_out
from amends.liability.verbs.giving_back import given_back
from amends.liability.verbs.holds import held, released
from amends.people.rules import Actor

Run = Callable[[Mapping[str, Any], Actor, Actor, Approval], str]


def deciding(name: str) -> Run:
    """The runner of one decision about a charge (hold_liable, excuse, write_off); to excuse what was paid is to give it back."""

    @an_act
    def run(payload: Mapping[str, Any], asker: Actor, approver: Actor, approval: Approval) -> str:
        case, charge = take_life(ChargeBackTo, payload["charge"], asker)
        if minor := payload.get("give_back", 0):
            return given_back(
                case, charge, minor, platform_hand(asker), text_id=payload["text"], reference=payload["reference"], approval=approval.ref
            ).ref
        return decided(name, charge, payload["text"], platform_hand(asker), approval.ref).ref

    return run


def _deposit(payload: Mapping[str, Any], asker: Actor) -> Deposit:
    return deposit_of(merchant_of(payload["merchant"], asker))


def _hold_of(payload: Mapping[str, Any]) -> DepositMove | None:
    return DepositMove.objects.get(ref=payload["hold"]) if payload.get("hold") else None


@an_act
def run_hold(payload: Mapping[str, Any], asker: Actor, approver: Actor, approval: Approval) -> str:
    """The hold."""
    deposit = _deposit(payload, asker)
    return held(deposit, payload["amount_minor"], payload["reason"], approval.asked_why, asker, approval.ref).ref


@an_act
def run_release(payload: Mapping[str, Any], asker: Actor, approver: Actor, approval: Approval) -> str:
    """The release."""
    deposit, of = _deposit(payload, asker), DepositMove.objects.get(ref=payload["hold"])
    return released(deposit, of, payload["reason"], approval.asked_why, asker, approval.ref, payload["amount_minor"]).ref


@an_act
def run_deduct(payload: Mapping[str, Any], asker: Actor, approver: Actor, approval: Approval) -> str:
    """The announcement; its notice begins now."""
    case: Case | None = take(payload["case"], asker) if payload["case"] else None
    deposit = _deposit(payload, asker)
    return announced(
        deposit,
        payload["amount_minor"],
        payload["reason"],
        approval.asked_why,
        asker,
        case=case,
        of=_hold_of(payload),
        approval=approval.ref,
    ).ref


@an_act
def run_pay_out(payload: Mapping[str, Any], asker: Actor, approver: Actor, approval: Approval) -> str:
    """The pay-out."""
    deposit = _deposit(payload, asker)
    return paid_out(deposit, payload["amount_minor"], payload["reason"], approval.asked_why, asker, approval.ref).ref


def words_of_charge(payload: Mapping[str, Any]) -> Text:
    """Which charge it is about, and whether it is paid and would be given back."""
    if payload.get("give_back"):
        return say("退回追偿 {ref} 多付的钱", "give back what was paid for nothing on charge {ref}", ref=payload["charge"])
    return say("追偿 {ref}", "charge {ref}", ref=payload["charge"])


def words_of_deposit(payload: Mapping[str, Any]) -> Text:
    """Whose deposit, and why."""
    return say("商家 {ref} 的保证金：{reason}", "deposit of {ref}: {reason}", ref=payload["merchant"], reason=REASONS[payload["reason"]])


RUNS: tuple[tuple[str, Run, Callable[[Mapping[str, Any]], Text]], ...] = (
    *((name, deciding(name), words_of_charge) for name in ("hold_liable", "excuse", "write_off")),
    ("deposit_hold", run_hold, words_of_deposit),
    ("deposit_release", run_release, words_of_deposit),
    ("deposit_deduct", run_deduct, words_of_deposit),
    ("deposit_pay_out", run_pay_out, words_of_deposit),
)
