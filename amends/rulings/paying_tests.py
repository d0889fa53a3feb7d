"""What a test costs is in the books and asked of whoever bears it, in the commit of its report; a test without a report costs nobody.

The rule stands in rules/testing.py. Invariants
 1. Each test is booked once: its reference is in the key of the posting, in the clause of the charge, in the facts of the grant.
 2. The consumer's refund is not cut by it: what a consumer owes for a test stands beside, as a claim.
"""

from __future__ import annotations

from amends.cases import acting
from amends.cases.grants import owe_sum
from amends.cases.models import Case
from amends.kernel.parties import Party
from amends.kernel.texts import say
from amends.ledger.posting import About, post
from amends.liability.verbs.charging import ask_bearer, still_borne
from amends.people.rules import PLATFORM
from amends.policy.rules.facts import Remedy
from amends.refunds.intents import intend_for
from amends.rulings.models import Review, TestOrder
from amends.rulings.rules.testing import CHARGE, REPAYMENT, booked, is_charged, is_repaid

CLAUSE = "CN-CMP-05"
WHY = say(
    "检测单 {ref}：平台垫付了检测费，结论对你不利，由你承担。",
    "Test {ref}: the platform advanced its cost; the finding speaks against you, so you bear it.",
)


def bear_cost(case: Case, review: Review, order: TestOrder) -> None:
    """The cost of this test, which was reported in this very act, is where it belongs. Inside the act that holds the case."""
    if not order.cost_minor:
        return
    about = About(case.merchant_id, case.order_id, case.pk, consumer_id=case.consumer_id)
    cause = f"{review.LIFE.name}:{review.pk}:report_test:{acting.current().key}"
    for what in booked(order.pays_first, order.bears):
        post(what, about, order.cost_minor, order.currency, key=f"{what}:{order.ref}", cause=cause)
    if is_charged(order.pays_first, order.bears):
        _ask_merchant(case, order)
    elif is_repaid(order.pays_first, order.bears):
        _repay(case, order)


def _ask_merchant(case: Case, order: TestOrder) -> None:
    most = min(order.cost_minor, still_borne(case, Party.PLATFORM.value))
    if most:
        why = WHY.filled(ref=order.ref)
        ask_bearer(
            case.ref, party=Party.MERCHANT.value, amount_minor=most, what=CHARGE, clause=f"{order.ref} {CLAUSE}",
            words=f"{why.into('zh')}\n{why.into('en')}", by=PLATFORM,
        )  # fmt: skip


def _repay(case: Case, order: TestOrder) -> None:
    grant = owe_sum(
        case, amount_minor=order.cost_minor, currency=order.currency, remedy=Remedy.GOODWILL.value, basis=REPAYMENT,
        borne_by=Party.MERCHANT.value, by=PLATFORM, facts={"test": order.ref},
    )  # fmt: skip
    intend_for(grant, PLATFORM)
