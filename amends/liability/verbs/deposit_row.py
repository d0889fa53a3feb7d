"""A deposit's row and its moves, as every verb about them takes, writes and finds them. Not about what a move means: holds.py,
deposits.py and deductions.py are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amends.approvals.asking import decide
from amends.approvals.models import Approval
from amends.approvals.rules_of_money import rules_on
from amends.cases.models import Case
from amends.cases.texts import clean_words
from amends.kernel import clock
from amends.kernel.refs import clean_ref, new_ref
from amends.kernel.refusals import NoSuchMove, NotFound, Unprocessable
from amends.kernel.texts import say
from amends.ledger.words import sum_words
from amends.liability.books import held_for, kept
from amends.liability.hands import seen_merchant
from amends.liability.models import Deposit, DepositMove
from amends.liability.rules import DONE, OFFERED, PENDING
from amends.market.models import Merchant
from amends.people.rules import Actor

MORE_THAN_FREE = say("可用保证金只有 {left}。", "Only {left} of the deposit is free.")
LONGEST_WHY, LONGEST_ANSWER = 250, 240


def deposit_of(merchant: Merchant) -> Deposit:
    """The deposit's row, locked until the transaction ends; made with the money rules' own sums where there was none."""
    rules = rules_on(clock.now())
    Deposit.objects.get_or_create(
        merchant=merchant,
        defaults={"currency": rules.currency, "required_minor": rules.deposits.required_minor, "warn_minor": rules.deposits.warn_minor,
                  "made_at": clock.now()},
    )  # fmt: skip
    return Deposit.objects.select_for_update().get(merchant=merchant)


def new_move(deposit: Deposit, kind: str, minor: int, reason: str, by: Actor, *, state: str = DONE, **more: Any) -> DepositMove:
    """A move of the locked deposit is on record; the books are its caller's."""
    at = clock.now()
    return DepositMove.objects.create(
        merchant_id=deposit.merchant_id, ref=new_ref("DM"), kind=kind, amount_minor=minor, currency=deposit.currency, reason=reason,
        state=state, asked_by_id=by.user_id, made_at=at, ended_at=at if state == DONE else None, **more,
    )  # fmt: skip


def decided_or_asked(
    action: str,
    deposit: Deposit,
    minor: int,
    by: Actor,
    *,
    why: str,
    break_glass: bool,
    payload: Mapping[str, Any],
    case: Case | None = None,
) -> Approval | None:
    """None: `by` may do it now; else what was asked of somebody (approvals.decide)."""
    return decide(
        action, by=by, merchant_id=deposit.merchant_id, amount_minor=minor, unit=deposit.currency,
        payload={"merchant": deposit.merchant.ref, "amount_minor": minor, **payload}, key=new_ref("DM"), case=case, why=why,
        break_glass=break_glass,
    )  # fmt: skip


def found_move(ref: str, by: Actor) -> DepositMove:
    """The move `ref` of a deposit that `by` may see. Raises NotFound."""
    move = DepositMove.objects.select_related("merchant").filter(ref=clean_ref(ref) or "").first()
    if move is None:
        raise NotFound
    seen_merchant(move.merchant.ref, by)
    return move


def found_of_kind(ref: str, by: Actor, kind: str) -> DepositMove:
    """The same. Raises NoSuchMove for a move of another kind."""
    move = found_move(ref, by)
    if move.kind != kind:
        raise NoSuchMove(say("这笔变动不能这样处理。", "That can't be done with this move."), code="other_kind")
    return move


# ── what it may do ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def may_leave(deposit: Deposit, reason: str) -> int:
    """What of the deposit may be paid out: what is free beyond what is announced or owed (also where its sales no longer cover what its
    cases cost), and beyond what has to be kept unless the merchant leaves."""
    now = kept(deposit.merchant_id, deposit.currency)
    waiting = DepositMove.objects.filter(merchant_id=deposit.merchant_id, kind="deduct", state__in=PENDING)
    spoken_for = sum(waiting.values_list("amount_minor", flat=True)) + max(0, now.owes)
    spoken_for += max(0, -held_for(deposit.merchant_id, deposit.currency))
    stays = 0 if reason == "leaving" else max(0, deposit.required_minor - now.held)
    return max(0, now.free - spoken_for - stays)


def mark_warning(deposit: Deposit) -> None:
    """It is known since when the deposit is too low, and no longer where it is not."""
    low = kept(deposit.merchant_id, deposit.currency).whole < deposit.warn_minor
    if low != (deposit.warned_at is not None):
        deposit.warned_at = clock.now() if low else None
        deposit.save(update_fields=["warned_at"])


def reasons_given(kind: str, minor: int, reason: str, why: str) -> str:
    """`why` in clean words. Refuses a sum that is none, a reason that this kind of move can't have, and no words."""
    check_above_zero(minor)
    if reason not in OFFERED[kind]:
        raise Unprocessable.field("reason", say("请选择原因。", "Choose a reason."), code="unknown_reason")
    return clean_words(why, field="why", required=True, longest=LONGEST_WHY)


def check_above_zero(minor: int) -> None:
    """Raises Unprocessable for a sum that is none."""
    if minor <= 0:
        raise Unprocessable.field("amount_minor", say("金额须大于零。", "The amount must be above zero."), code="not_above_zero")


def check_within(minor: int, left: int, currency: str) -> None:
    """Raises Unprocessable for more than is there."""
    if minor > left:
        wrong = MORE_THAN_FREE.filled(left=sum_words(max(0, left), currency))
        raise Unprocessable.field("amount_minor", wrong, code="more_than_free")
