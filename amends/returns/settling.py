"""Goods under way when something else is settled or ruled for their unit: they travel on for it, or they are not wanted any more (S6).

Called by what wiring hands to cases.mixing, in the commit of the settlement. Nothing is decided here about what is owed.
"""

from __future__ import annotations

from collections.abc import Sequence

from amends.cases.models import Case, Grant
from amends.people.rules import Actor
from amends.returns.listeners import drop_unsent, go_home
from amends.returns.models import Inspection, ParcelUnit
from amends.returns.queries.whereabouts import (
    ARRIVED,
    BACK,
    COMES_BACK,
    NEVER_CAME,
    NO_WAY,
    TO_SEND_HOME,
    WAITS_FOR_FINDING,
    ships_back,
)
from amends.returns.rules import INSPECTION

DISPUTED = frozenset({"reduced", "rejected", "contested"})
"""The merchant has found something and what is owed in its place was agreed or ruled in the knowledge of it: it is not found again."""
UNPAYABLE = "unpayable"
assert UNPAYABLE in INSPECTION.stages  # noqa: S101 - the stage that the table calls so


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
    """The unit's parcel and finding are the new grant's, and it does not go home; True where nothing has to be found any more before the
    new remedy starts. What never came is asked for anew."""
    there = _findings(old)
    packed = ParcelUnit.objects.filter(merchant_id=old.merchant_id, grant_id=old.pk, parcel__direction=BACK).order_by("pk")
    living = list(packed.exclude(parcel__stage__in=NO_WAY).select_related("parcel"))
    if not living or any(inspection.stage in NEVER_CAME for inspection in there):
        return False
    for row in living:
        row.grant = new
        row.save(update_fields=["grant"])
    new.follow("begin", by)
    _stays_here(old, by)
    for inspection in there:
        if inspection.stage in DISPUTED:
            inspection.follow("drop", by)
        if inspection.stage != UNPAYABLE:
            inspection.grant = new
            inspection.save(update_fields=["grant"])
    has_come = any(row.parcel.stage == ARRIVED for row in living)
    return has_come and all(inspection.stage != WAITS_FOR_FINDING for inspection in there)


def _stays_here(old: Grant, by: Actor) -> None:
    """A way home that has not begun does not begin: the unit is not in that parcel any more."""
    waiting = ParcelUnit.objects.filter(merchant_id=old.merchant_id, grant_id=old.pk, parcel__stage=TO_SEND_HOME).order_by("pk")
    for row in waiting.select_related("parcel"):
        parcel = row.parcel
        others = ParcelUnit.objects.filter(merchant_id=old.merchant_id, parcel_id=parcel.pk).exclude(pk=row.pk)
        if others.exists():
            row.delete()
        else:
            parcel.follow("drop", by, facts={"because": "settled", "unit": old.unit_id})


def _findings(grant: Grant) -> list[Inspection]:
    return list(Inspection.objects.filter(merchant_id=grant.merchant_id, grant_id=grant.pk).order_by("pk"))
