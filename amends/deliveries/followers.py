"""What follows when a delivery has come to its end, and what of it ends with its case.

A parcel that is lost, or back at its sender, never reached the consumer: the risk of the way is not theirs (Civil Code 604 and 607,
Consumer Rights Directive art. 20). So where the stamped decision gives the consumer what they claim, the claim is approved in the same
commit and nobody's silence is waited for. Where the decision leaves it to the merchant, or the order travels in several parcels,
people go on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amends.cases import acting
from amends.cases.life import LifeRow
from amends.cases.models import Case
from amends.deliveries.models import OutboundDelivery
from amends.deliveries.rules import LATE, LOST, MISDELIVERED, OPEN
from amends.kernel.parties import Party
from amends.market.models import Shipment
from amends.people.rules import PLATFORM, Actor
from amends.policy.rules.facts import Remedy

NEVER_CAME = frozenset({LATE, LOST, MISDELIVERED})
GOES_ON = frozenset({Remedy.REFUND_ONLY.value, Remedy.RESEND.value})
"""Remedies for which nothing has to come back from the consumer."""


def claim_goes_on(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of declare_lost, presume_lost and bring_back: the claim is approved where the stamped decision gives what it wants."""
    row = _delivery(life)
    case = acting.current().cases[row.case_id]
    if not may_go_on(case) or case.LIFE.becomes(case.stage, "approve", Party.MERCHANT) is None:
        return
    case.move(
        "approve", by.as_party(Party.MERCHANT),
        facts={"basis": "delivery_failed", "amount_minor": case.claimed_minor, "currency": case.currency, "delivery": row.ref},
    )  # fmt: skip


def may_go_on(case: Case) -> bool:
    """Whether what this case claims is owed when its parcel never comes, by the decision that it was stamped with."""
    if case.issue not in NEVER_CAME or case.remedy not in GOES_ON:
        return False
    parcels = Shipment.objects.filter(merchant_id=case.merchant_id, order_id=case.order_id, shipped_at__isnull=False).count()
    answers = [
        answer for line in case.decision.answer["lines"] for answer in line["answer"]["remedies"] if answer["remedy"] == case.remedy
    ]  # fmt: skip
    return parcels == 1 and bool(answers) and all(answer["open"] for answer in answers)


def drop_with_case(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of whatever ends a case: nobody waits for its parcels any more."""
    rows = OutboundDelivery.objects.filter(merchant_id=life.merchant_id, case_id=life.pk, stage__in=OPEN)
    for row in rows.order_by("pk"):
        row.follow("drop", PLATFORM)


def _delivery(life: LifeRow) -> OutboundDelivery:
    assert isinstance(life, OutboundDelivery)  # noqa: S101 - wiring binds these to moves of deliveries alone
    return life
