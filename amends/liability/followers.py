"""What the books and deposits do in the same commit when a charge moves, and what an insurance does when goods come back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from amends.cases import acting
from amends.cases.life import LifeRow
from amends.cases.models import Grant
from amends.kernel import clock
from amends.liability import books, deducting
from amends.liability.models import ChargeBackTo, DepositMove
from amends.liability.rules import COLLECTED, POSTED, WITHDRAWN
from amends.liability.verbs.deductions import announced
from amends.liability.verbs.deposit_row import deposit_of
from amends.people.rules import PLATFORM, Actor


def book_admitted(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of admit_liability, presume_liable, hold_liable: it is owed, as far as the case still costs it.

    What was asked may be more than that by now: a refund was dropped, a chargeback won. Where nothing is left, nothing is booked and it
    is excused in the same commit; else the line says what is owed beside what was asked.
    """
    charge, act = _charge(life), acting.current()
    step, still = act.steps[-1], books.cost_of(act.cases[charge.case_id], charge.borne_by)
    if not still:
        charge.follow("excuse", PLATFORM, facts={"because": "nothing_left"})
        return
    if still < charge.amount_minor:
        act.steps[-1] = replace(step, facts={**step.facts, "asked_minor": charge.amount_minor, "amount_minor": still})
        charge.amount_minor = still
        charge.save(update_fields=["amount_minor"])
    books.book_liable(charge, step.verb)


def book_borne(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of bear: it is paid, in the way that the move says."""
    books.book_borne(_charge(life), facts["way"])


def book_excused(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of excuse: what was owed is owed no more; what was only asked was never in the books."""
    charge = _charge(life)
    if acting.current().steps[-1].came_from in POSTED and books.is_booked(charge):
        books.book_excused(charge)


def book_written_off(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of write_off: what a deduction did not bring is the platform's loss; what it still announces is withdrawn."""
    charge = _charge(life)
    if charge.party == "merchant":
        deposit_of(acting.current().cases[charge.case_id].merchant)
    moves = list(DepositMove.objects.filter(merchant_id=charge.merchant_id, charge_id=charge.pk).order_by("pk"))
    for move in moves:
        if move.taken_minor:
            move.amount_minor = move.taken_minor
        else:
            move.state, move.ended_at = WITHDRAWN, move.ended_at or clock.now()
        move.save(update_fields=["state", "amount_minor", "ended_at"])
    books.book_written_off(charge, charge.amount_minor - sum(move.taken_minor for move in moves))


def let_off(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of grant.void: whoever has admitted a cost that the case no longer has, owes it no more; the latest first.

    A charge that is still partly a cost stays whole, and so does what is being deducted or was paid: verify names the
    excess for a person, who gives it back.
    """
    assert isinstance(life, Grant)  # noqa: S101 - wiring binds this to moves of grants alone
    case = acting.current().cases[life.case_id]
    owed = ChargeBackTo.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, stage__in=POSTED - COLLECTED)
    for charge in list(owed.order_by("-pk")):
        if books.balance_of(case, charge.borne_by) + charge.amount_minor <= 0:
            charge.follow("excuse", PLATFORM, facts={"because": "nothing_left"})


def announce_deduction(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of deduct: a merchant's deposit is to pay it, after notice.

    What carriers and suppliers owe is for the desk to collect, and so is what is in another currency than the deposit (B10).
    """
    charge = _charge(life)
    if not deducting.may_be_announced(charge):
        return
    case = acting.current().cases[charge.case_id]
    deposit = deposit_of(case.merchant)
    announced(deposit, charge.amount_minor, "charge", "", PLATFORM, case=case, charge=charge)


def _charge(life: LifeRow) -> ChargeBackTo:
    assert isinstance(life, ChargeBackTo)  # noqa: S101 - wiring binds these to moves of charges alone
    return life
