"""What is known of deductions before anything moves: which one takes a charge, and who owes an objection its answer.

A contested deduction has no row of its own for its owner: the owner is worked out from who there is, and so is never somebody who has left.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from amends.approvals.rules_of_money import rules_on
from amends.kernel import clock
from amends.kernel.refusals import Conflict
from amends.kernel.texts import say
from amends.liability.models import ChargeBackTo, Deposit, DepositMove
from amends.liability.rules import COLLECTED, CONTESTED, WITHDRAWN
from amends.people.models import User
from amends.people.rules import Role

OTHER_CURRENCY = say(
    "这笔追偿以 {charge} 计，保证金以 {deposit} 计，不能从中扣款；请按银行转账收取或核销。",
    "The charge is in {charge} and the deposit in {deposit}: it can't be taken from it. Collect it by bank, or write it off.",
)


def deduction_of(charge: ChargeBackTo) -> DepositMove | None:
    """The deduction that takes this charge from the deposit or waits to, if there is one that was not withdrawn."""
    rows = DepositMove.objects.filter(merchant_id=charge.merchant_id, charge_id=charge.pk)
    return rows.exclude(state=WITHDRAWN).order_by("pk").first()


def deducted_among(charges: Sequence[ChargeBackTo]) -> set[int]:
    """Those of these charges (by their key) that a deduction takes or waits to. One query, none where nothing is overdue."""
    overdue = [one.pk for one in charges if one.stage in COLLECTED]
    rows = DepositMove.objects.filter(charge_id__in=overdue).exclude(state=WITHDRAWN).order_by()
    return {key for key in rows.values_list("charge_id", flat=True) if key is not None} if overdue else set()


def currency_of(merchant_id: int) -> str:
    """The currency of a merchant's deposit; that of the money rules where none was ever made."""
    known = Deposit.objects.filter(merchant_id=merchant_id).values_list("currency", flat=True).first()
    return known or rules_on(clock.now()).currency


def may_be_announced(charge: ChargeBackTo) -> bool:
    """Whether the desk may announce that this charge is taken from the deposit: it is to be deducted, in the deposit's own currency,
    and no deduction of it stands."""
    ours = charge.party == "merchant" and charge.stage in COLLECTED
    return ours and charge.unit == currency_of(charge.merchant_id) and deduction_of(charge) is None


def check_currency(charge: ChargeBackTo, deposit: Deposit) -> None:
    """Minor units of one currency never pay for another's. Raises Conflict."""
    if charge.unit != deposit.currency:
        raise Conflict(OTHER_CURRENCY.filled(charge=charge.unit, deposit=deposit.currency), code="other_currency")


def answer_until(at: datetime) -> datetime:
    """Until when an objection of `at` has to be answered: the platform has as long as the merchant had."""
    return at + timedelta(days=rules_on(at).deposits.notice_days)


def remind_from(move: DepositMove) -> datetime:
    """When the answer is asked for again: a third of the time is left."""
    assert move.notice_until is not None  # noqa: S101 - contest() set it
    return move.notice_until - timedelta(days=rules_on(clock.now()).deposits.notice_days) / 3


def is_late(move: DepositMove) -> bool:
    """Whether the platform should have answered this objection by now."""
    return move.state == CONTESTED and move.notice_until is not None and move.notice_until <= clock.now()


def owner_of(move: DepositMove) -> User | None:
    """Who owes a contested deduction its answer: of the supervisors (administrators where there is none) who neither announced it nor
    belong to the merchant the one whose turn the move's number makes it."""
    for role in (Role.SUPERVISOR, Role.ADMIN):
        rows = User.objects.filter(is_active=True, memberships__role=role.value).exclude(pk=move.asked_by_id or 0)
        people = list(rows.exclude(memberships__merchant_id=move.merchant_id).distinct().order_by("pk"))
        if people:
            return people[move.pk % len(people)]
    return None
