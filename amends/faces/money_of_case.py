"""What a case's page tells of money beside its sum: refunds on their way, chargebacks of the payment, and whether an account is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from amends.cases.models import Case
from amends.faces.case_view.sums import MONEY_STATES
from amends.kernel.texts import Text
from amends.people.rules import PLATFORM
from amends.refunds.chargebacks import STATES
from amends.refunds.models import Chargeback
from amends.refunds.payees import case_payees, hint_of, wants_payee
from amends.refunds.rules import DECIDING
from amends.refunds.verbs import may_redirect
from amends.refunds.where import Where, chargebacks_of, where_of


@dataclass(frozen=True, slots=True)
class MoneyOfCase:
    """`chargebacks`: each with where it stands, and whether the bank is still deciding. `payee_wanted`: a sum waits for its consumer to say
    where to, or a failed refund could go there; `payees`: what they said."""

    rows: tuple[dict[str, Any], ...]
    chargebacks: tuple[tuple[Chargeback, Text, bool], ...]
    payee_wanted: str
    payees: tuple[Text, ...]


def money_of_case(case: Case) -> MoneyOfCase:
    """Three queries."""
    where = where_of(case)
    payees = tuple(words for one in case_payees(case) if (words := hint_of(one)) is not None) if where else ()
    banks = tuple((row, STATES[row.state], row.state == DECIDING) for row in chargebacks_of(case))
    return MoneyOfCase(tuple(shown(row) for row in where), banks, _wanted(case, where), payees)


def shown(row: Where) -> dict[str, Any]:
    """One sum as the templates show it."""
    return {
        "label": row.to or row.label, "minor": row.minor, "currency": row.unit.split(".")[0], "in_kind": "." in row.unit, "why": row.why,
        "state": MONEY_STATES.get(row.stage, "none"), "stage": row.stage, "expected": None if row.is_there else row.expected_at,
        "paid_at": row.paid_at, "there": row.is_there, "ref": row.refund.ref,
    }  # fmt: skip


def _wanted(case: Case, where: list[Where]) -> str:
    if any(wants_payee(row.refund) for row in where):
        return "waiting"
    return "failed" if not case.is_over and any(may_redirect(row.refund, PLATFORM) for row in where) else ""
