"""What a ruling comes to after its appeal: its own words, or those that an appeal put in their place. Read by whoever carries it out or
shows it; the review's row stays as it was given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from amends.rulings.models import Appeal, Review
from amends.rulings.rules import APPEAL
from amends.rulings.rules.splitting import most_liable

CHANGED = "changed"
assert CHANGED in APPEAL.stages  # noqa: S101 - the stage that the table calls so


@dataclass(frozen=True, slots=True)
class Holds:
    """What binds. `parts` as cases.rules.mix has them, empty where the short form of a ruling was used; `bears` in hundredths of a per
    cent by party. `appeal` is the appeal that changed it, None where the ruling stands as it was given."""

    outcome: str
    liable: str
    clause: str
    parts: list[dict[str, Any]]
    bears: dict[str, int]
    appeal: Appeal | None


def holds(review: Review) -> Holds:
    """What this ruling, given and perhaps changed on appeal, comes to. One query."""
    changed = Appeal.objects.filter(merchant_id=review.merchant_id, review_id=review.pk, stage=CHANGED).first()
    if changed is None:
        return Holds(review.outcome, review.liable, review.clause, list(review.parts), dict(review.bears), None)
    bears = dict(changed.bears)
    return Holds(changed.outcome, most_liable(bears) or review.liable, changed.clause or review.clause, list(changed.parts), bears, changed)
