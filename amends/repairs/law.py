"""What the rules say once a repair did not help or took too long: an exchange where the same model is there, else a refund.

The stamped facts of the claim are decided anew with what became of the repair in them (repairs that failed, days in repair, how long and
why it is late), under the rules of the day on which the case was opened. Nothing is written here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from amends.cases.left import left_of, money_positions
from amends.cases.models import Case
from amends.kernel import clock
from amends.market.models import Unit
from amends.policy.queries import calendar, stack_on
from amends.policy.rules.answers import RemedyAnswer
from amends.policy.rules.decide import decide
from amends.policy.rules.facts import Facts, Remedy
from amends.repairs.queries import days_in_repair, failed_attempts
from amends.stock.queries import free


@dataclass(frozen=True, slots=True)
class Next:
    """The remedy that follows, the clauses that say so, and by how much wear lowers what is paid back."""

    remedy: Remedy
    clauses: tuple[str, ...]
    less_minor: int = 0


def is_enough(case: Case, unit_id: int) -> bool:
    """Whether the unit was repaired in vain as often as the case's own terms ask for."""
    return failed_attempts(unit_id) >= case.terms.count("repairs_before_refund")


def next_remedy(case: Case, unit: Unit, *, open_days: int = 0, delay: str | None = None, may_exchange: bool = True) -> Next:
    """What follows for this unit. `delay`: fault or parts, where the repair lasted `open_days` in vain."""
    line = next(line for line in case.decision.answer["lines"] if unit.pk in line["units"])
    there = free(unit.line.product) if unit.line.product_id else None
    facts = _facts(case, unit, Facts.from_json(line["facts"]), None if there is None else there > 0)
    facts = replace(facts, repair_open_days=open_days, repair_delay=delay)
    days = calendar(case.merchant.calendar)
    decision = decide(stack_on(days.date_at(case.opened_at), merchant=case.merchant_id), facts, days)
    exchange, refund = decision.answer(Remedy.EXCHANGE), decision.answer(Remedy.RETURN_REFUND)
    if may_exchange and exchange.open and there:
        return Next(Remedy.EXCHANGE, _clauses(exchange))
    less = max(0, facts.paid_minor - refund.amount_minor) if refund.open else 0
    return Next(Remedy.REFUND_ONLY, _clauses(refund) if refund.open else _clauses(exchange) if exchange.open else (), less)


def _facts(case: Case, unit: Unit, stamped: Facts, same_model: bool | None) -> Facts:
    """The facts of this one unit, as far as money and repairs go."""
    money = money_positions(case.merchant_id, case.order_id, case.currency)
    left = sum(minor for tender, minor in left_of([unit])[unit.pk].items() if tender in money)
    return replace(
        stamped, quantity=1, paid_minor=left, list_minor=unit.list_minor, discount_minor=unit.discount_minor, coupon_minor=0,
        freight_minor=0, packaging_minor=0, promotions=(), tenders=(), repairs_failed=failed_attempts(unit.pk),
        repair_days=days_in_repair([unit.pk]), days_since_invoice=max(0, (clock.now() - case.order.placed_at).days),
        same_model_there=same_model,
    )  # fmt: skip


def _clauses(answer: RemedyAnswer) -> tuple[str, ...]:
    return tuple(dict.fromkeys(reason.rule_id for reason in answer.reasons if reason.holds))
