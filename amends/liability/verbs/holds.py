"""A part of a merchant's deposit is held, and freed again; under the deposit row's lock. What is held pays nothing else."""

from __future__ import annotations

from django.db.models import Sum

from amends.approvals.models import Approval
from amends.cases.record import an_act
from amends.kernel.refusals import NoSuchMove
from amends.kernel.texts import say
from amends.liability.books import book_move, kept
from amends.liability.hands import merchant_of, platform_hand
from amends.liability.models import Deposit, DepositMove
from amends.liability.verbs.deposit_row import check_within, decided_or_asked, deposit_of, found_of_kind, new_move, reasons_given
from amends.people.rules import Actor

NOTHING_HELD = say("这笔冻结已经全部解冻。", "Nothing of this hold is left.")


@an_act
def hold(ref: str, *, amount_minor: int, reason: str, why: str, by: Actor, break_glass: bool = False) -> DepositMove | Approval:
    """A part of the deposit is held and pays nothing else; or somebody is asked to approve that. Refuses more than is free."""
    merchant = merchant_of(ref, by)
    said = reasons_given("hold", amount_minor, reason, why)
    deposit = deposit_of(merchant)
    check_within(amount_minor, kept(merchant.pk, deposit.currency).free, deposit.currency)
    payload = {"reason": reason}
    asked = decided_or_asked("deposit_hold", deposit, amount_minor, by, why=said, break_glass=break_glass, payload=payload)
    return asked or held(deposit, amount_minor, reason, said, by)


def held(deposit: Deposit, amount_minor: int, reason: str, why: str, by: Actor, approval: str = "") -> DepositMove:
    """The part is held, under the row's lock. Refuses more than is free now."""
    check_within(amount_minor, kept(deposit.merchant_id, deposit.currency).free, deposit.currency)
    move = new_move(deposit, "hold", amount_minor, reason, by, why=why, approval_ref=approval, taken_minor=amount_minor)
    book_move("deposit_hold", move, amount_minor)
    return move


@an_act
def release(ref: str, *, why: str, by: Actor, reason: str = "agreed", break_glass: bool = False) -> DepositMove | Approval:
    """What is left of the hold `ref` is free again; or somebody is asked to approve that."""
    move = found_of_kind(ref, by, "hold")
    platform_hand(by)
    deposit = deposit_of(merchant_of(move.merchant.ref, by))
    left = hold_left(move)
    if not left:
        raise NoSuchMove(NOTHING_HELD, code="nothing_held")
    said, payload = reasons_given("release", left, reason, why), {"reason": reason, "hold": move.ref}
    asked = decided_or_asked("deposit_release", deposit, left, by, why=said, break_glass=break_glass, payload=payload)
    return asked or released(deposit, move, reason, said, by)


def released(
    deposit: Deposit, of: DepositMove, reason: str, why: str, by: Actor, approval: str = "", minor: int | None = None
) -> DepositMove:
    """`minor` of the hold, or all that is left of it, is free again, under the row's lock. Refuses a hold of which nothing is left."""
    left = hold_left(of)
    amount = left if minor is None else min(minor, left)
    if amount <= 0:
        raise NoSuchMove(NOTHING_HELD, code="nothing_held")
    move = new_move(deposit, "release", amount, reason, by, why=why, of_hold=of, approval_ref=approval, taken_minor=amount)
    book_move("deposit_release", move, amount)
    return move


def hold_left(move: DepositMove) -> int:
    """What of a hold was not released yet."""
    return move.amount_minor - freed_of([move]).get(move.pk, 0)


def freed_of(holds: list[DepositMove]) -> dict[int, int]:
    """What was released of each of these holds, by its key; nothing for a hold that is whole. One query."""
    rows = DepositMove.objects.filter(kind="release", of_hold_id__in=[each.pk for each in holds]).order_by()
    return dict(rows.values_list("of_hold_id").annotate(sum=Sum("amount_minor"))) if holds else {}
