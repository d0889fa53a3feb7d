"""Goods under way when something else is settled or ruled for their unit: they travel on for it, or they are not wanted any more (S6).

Called by what wiring hands to cases.mixing, in the commit of the settlement. Nothing is decided here about what is owed.
"""

from __future__ import annotations

from collections.abc import Sequence

from amends.cases.models import Case, Grant
from amends.people.rules import Actor
from amends.returns.listeners import drop_unsent, go_home
from amends.returns.models import Inspection, ParcelUnit
from amends.returns.queries.whereabouts import BACK, COMES_BACK, NO_WAY, ships_back

PAYABLE = frozenset({"payable", "payable_reduced"})
DISPUTED = frozenset({"reduced", "rejected", "contested"})
"""The merchant has found something and what is owed in its place was agreed or ruled in the knowledge of it: it is not found again."""


def take_over(case: Case, pairs: Sequence[tuple[Grant, Grant | None]], by: Actor) -> list[Grant]:
    """For each grant that is void with what is owed for its unit now: parcels back and findings go over to that where it wants the goods.
    Else findings are dropped, parcels that nobody handed over too, and what the merchant has goes home.

    Answers the new grants whose goods were found as they should be already: their remedy starts.
    """
    travels = ships_back(case)
    idle, found = [], []
    for old, new in pairs:
        if new is None or new.remedy not in COMES_BACK or new.unit_id not in travels:
            for inspection in _findings(old):
                inspection.follow("drop", by)
            idle.append(old)
        elif _goes_over(old, new, by):
            found.append(new)
    drop_unsent(case, by)
    go_home(case, idle, by)
    return found


def _goes_over(old: Grant, new: Grant, by: Actor) -> bool:
    """The unit's parcel and finding are the new grant's; True where nothing has to be found any more before it starts."""
    packed = ParcelUnit.objects.filter(merchant_id=old.merchant_id, grant_id=old.pk, parcel__direction=BACK)
    living = packed.exclude(parcel__stage__in=NO_WAY)
    if not living.exists():
        return False
    living.update(grant=new)
    new.follow("begin", by)
    there = _findings(old)
    found = any(inspection.stage in PAYABLE | DISPUTED for inspection in there)
    for inspection in there:
        if inspection.stage in DISPUTED:
            inspection.follow("drop", by)
        inspection.grant = new
        inspection.save(update_fields=["grant"])
    return found


def _findings(grant: Grant) -> list[Inspection]:
    return list(Inspection.objects.filter(merchant_id=grant.merchant_id, grant_id=grant.pk).order_by("pk"))
