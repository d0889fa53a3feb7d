"""What of an approval stands on the case's timeline, and which open pages learn of it.

A shop's own approvals are told to the shop and the platform, the platform's to the platform alone. Reasons are never told here: they may
name people, and stay in the approval's row.
"""

from __future__ import annotations

from amends.approvals.models import Approval
from amends.cases.acting import PLATFORM_ONLY
from amends.cases.models import Case
from amends.people.rules import Actor, Role
from amends.plumbing import live

SHOP = "merchant,platform"
LINES = {
    "ask": ("ask_approval", "ask_colleague"),
    "remind": ("remind_approval", "remind_colleague"),
    "grant": ("grant_approval", "grant_colleague"),
    "refuse": ("refuse_approval", "refuse_colleague"),
    "lapse": ("lapse_approval", "lapse_colleague"),
    "withdraw": ("withdraw_approval", "withdraw_colleague"),
    "void": ("void_approval", "void_colleague"),
    "break_glass": ("break_glass", "break_glass"),
    "review": ("review_glass", "review_glass"),
    "alarm": ("alarm_glass", "alarm_glass"),
}
"""For each step the line of the timeline: for what the platform's people asked, and for what a shop's asked."""


def note_step(step: str, row: Approval, by: Actor, case: Case | None) -> None:
    """The step is a line of the case's timeline, where there is a case, and open pages of approvals are drawn anew."""
    of_shop = row.asked_as == Role.MERCHANT.value
    if case is not None:
        facts = {"approval": row.ref, "action": row.action, "amount": row.amount_minor, "unit": row.unit, "state": row.state}
        case.tell(LINES[step][of_shop], by, facts=facts, audience=SHOP if of_shop else PLATFORM_ONLY)
    sides = ["merchant", "platform"] if of_shop else ["platform"]
    live.changed(row.merchant_id, case_id=row.case_id, topics=[f"approvals:{side}" for side in sides])
