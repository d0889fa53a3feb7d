"""Where a repair is made, and who has the unit meanwhile. Nothing is moved here.

Invariants
 1. What stands at the consumer's home, or is brought to a workshop, is not sent: its grant is no matter of parcels (cases.hooks.NOT_SENT).
 2. A unit that came back by a parcel is with the merchant until a parcel takes it home.
"""

from __future__ import annotations

from amends.cases.models import Case, Grant
from amends.repairs.models import Repair, Workshop
from amends.repairs.rules import HOME, POST, VISITED, WORKSHOP
from amends.returns.queries import ships_back, whereabouts


def stays_put(case: Case, grant: Grant) -> bool:
    """Whether the unit of this grant is repaired where it stands or in a workshop, so that no parcel is asked for."""
    return planned(case, grant) != POST


def planned(case: Case, grant: Grant) -> str:
    """How the unit is to be repaired before anybody has said otherwise: big goods at home where a workshop of the shop comes there, in a
    workshop where the shop has no other way, else by post."""
    if grant.unit_id not in ships_back(case):
        return HOME
    rows = Workshop.objects.filter(merchant_id=case.merchant_id, ended_at__isnull=True).order_by("pk")
    ways = {way for offered, skills in rows.values_list("ways", "skills") if not skills or case.goods_class in skills for way in offered}
    if case.goods_class in VISITED and HOME in ways:
        return HOME
    return WORKSHOP if WORKSHOP in ways and POST not in ways else POST


def is_with_merchant(repair: Repair) -> bool:
    """Whether the merchant or its workshop has the unit now."""
    if repair.way == POST:
        there = whereabouts(repair.case).get(repair.unit_id)
        return there is not None and there.is_at_merchant
    return repair.way == WORKSHOP and repair.taken_in_at is not None and repair.handed_back_at is None
