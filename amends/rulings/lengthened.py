"""What hangs on a review's limit moves with it where both sides agree to more time: proofs that are asked for, and a testing body's link.

Both keep the instant at which the limit was to end, because it was told outside of the case. Not about the limit itself: cases' extending.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from amends.cases.life import LifeRow
from amends.cases.models import Extension
from amends.liability.models import SignedLink
from amends.people.rules import Actor
from amends.rulings.models import ProofRequest, TestOrder
from amends.rulings.report_links import LIFE
from amends.rulings.rules import REVIEW


def move_along(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `grant_extension`: what was to end with the review's round or test ends with it still, as late as was agreed."""
    assert isinstance(life, Extension)  # noqa: S101 - wiring binds this to moves of extensions alone
    if life.turn_life != REVIEW.name:
        return
    was, until = datetime.fromisoformat(facts["told_at"]), datetime.fromisoformat(facts["due_at"])
    mine = {"merchant_id": life.merchant_id, "review_id": life.turn_id}
    ProofRequest.objects.filter(**mine, state="asked", due_at=was).update(due_at=until)
    orders = TestOrder.objects.filter(**mine).values("pk")
    links = SignedLink.objects.filter(merchant_id=life.merchant_id, life=LIFE, life_id__in=orders, used_at__isnull=True)
    links.filter(ended_at__isnull=True, expires_at=was).update(expires_at=until)
