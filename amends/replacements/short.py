"""A piece that was kept for a replacement is gone from the shelf, since the shop counted fewer than were kept.

Another free piece takes its place where there is one; else the consumer chooses as when it ran out. Called by a job, at least once.
"""

from __future__ import annotations

from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.kernel.parties import Party
from amends.people.rules import PLATFORM
from amends.replacements.models import Replacement
from amends.replacements.offering import offer
from amends.replacements.queries import product_of
from amends.replacements.rules import LIFE
from amends.stock.queries import kept_for
from amends.stock.verbs import reserve


@an_act
def piece_taken_away(life_id: int) -> None:
    """The replacement that still waits to be shipped has a piece again, or its consumer chooses. Nothing where it has left or is over."""
    case_id = Replacement.objects.values_list("case_id", flat=True).get(pk=life_id)
    case = take_case_of(case_id)
    row = Replacement.objects.get(merchant_id=case.merchant_id, pk=life_id)
    waits_to_ship = row.LIFE.becomes(row.stage, "ship", Party.MERCHANT) is not None
    if not waits_to_ship or kept_for(LIFE, row.pk, merchant_id=row.merchant_id) or reserve(product_of(row), LIFE, row.pk):
        return
    if row.follow("run_out", PLATFORM, facts={"replacement": row.ref, "because": "counted"}):
        offer(case, row, ())
