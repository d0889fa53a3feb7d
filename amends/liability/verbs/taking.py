"""A deduction is done: what was announced is owed, and taken from the deposit as far as it reaches, now and from each next top-up."""

from __future__ import annotations

from django.db.models import F, QuerySet

from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.kernel import clock
from amends.liability.books import book_move, kept
from amends.liability.models import ChargeBackTo, Deposit, DepositMove
from amends.liability.rules import ANNOUNCED, DONE
from amends.liability.verbs.deposit_row import deposit_of, mark_warning
from amends.liability.verbs.holds import hold_left, released
from amends.market.models import Merchant
from amends.people.rules import PLATFORM


@an_act
def deduct_due(move_id: int) -> bool:
    """The announced deduction is done if its notice has run; False where somebody was faster, or it was contested."""
    move = DepositMove.objects.select_related("merchant").get(pk=move_id)
    if move.case_id is not None:
        take_case_of(move.case_id)
    deposit_of(move.merchant)
    move = DepositMove.objects.select_for_update().select_related("merchant").get(pk=move_id)
    if move.state != ANNOUNCED or move.notice_until is None or move.notice_until > clock.now():
        return False
    deduct(move)
    return True


def deduct(move: DepositMove) -> None:
    """What is announced is owed and taken as far as the deposit reaches, under the row's lock; what it frees of a hold first."""
    deposit = deposit_of(move.merchant)
    if move.charge_id is None:
        book_move("deposit_due", move, move.amount_minor)
    if move.of_hold_id is not None and (left := hold_left(move.of_hold)):
        released(deposit, move.of_hold, "for_deduction", "", PLATFORM, minor=min(left, move.amount_minor))
    move.state, move.ended_at = DONE, clock.now()
    move.save(update_fields=["state", "ended_at"])
    take_free(deposit, move)
    mark_warning(deposit)


def take_free(deposit: Deposit, move: DepositMove) -> None:
    """As much of what this deduction still lacks as is free; a charge that is paid by it is borne."""
    minor = min(move.amount_minor - move.taken_minor, kept(deposit.merchant_id, deposit.currency).free)
    if minor <= 0:
        return
    book_move("deposit_taken", move, minor, part=f":{move.taken_minor}")
    move.taken_minor += minor
    move.save(update_fields=["taken_minor"])
    if move.charge_id is not None and move.taken_minor == move.amount_minor:
        take_case_of(ChargeBackTo.objects.values_list("case_id", flat=True).get(pk=move.charge_id))
        charge = ChargeBackTo.objects.get(merchant_id=move.merchant_id, pk=move.charge_id)
        charge.follow("bear", PLATFORM, facts={"way": "deposit", "move": move.ref})


def short(merchant: Merchant) -> QuerySet[DepositMove]:
    """Deductions that found too little, the oldest first."""
    rows = DepositMove.objects.filter(merchant=merchant, kind="deduct", state=DONE, taken_minor__lt=F("amount_minor"))
    return rows.select_related("merchant").order_by("made_at", "pk")
