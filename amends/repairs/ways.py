"""Where a repair is made, and who has the unit meanwhile. Nothing is moved here; the consumer's own choice is made in choosing.py.

Invariants
 1. What stands at the consumer's home, or is brought to a workshop, is not sent: its grant is no matter of parcels (cases.hooks.NOT_SENT).
 2. A unit that came back by a parcel is with the merchant until a parcel takes it home.
 3. The consumer's choice goes before the house's own, as long as the shop still works that way.
"""

from __future__ import annotations

from amends.cases import acting
from amends.cases.models import Case, Entry, Grant
from amends.repairs.free import covers
from amends.repairs.models import Repair, Workshop
from amends.repairs.rules import HOME, POST, VISITED, WAYS, WORKSHOP
from amends.returns.queries import ships_back, whereabouts

CHOICE = "choose_repair_way"
"""The line of a case's timeline by which its consumer chose; its fact `way` is what they chose."""


def stays_put(case: Case, grant: Grant) -> bool:
    """Whether the unit of this grant is repaired where it stands or in a workshop, so that no parcel is asked for."""
    return planned(case, grant) != POST


def planned(case: Case, grant: Grant) -> str:
    """How the unit is to be repaired: as the consumer chose; else big goods at home where a workshop of the shop comes there, in a
    workshop where the shop has no other way, and everything else by post."""
    if grant.unit_id not in ships_back(case):
        return HOME
    chosen = chosen_way(case)
    if chosen and chosen in offered(case):
        return chosen
    ways = {way for shop in _shops(case) for way in _ways_of(shop, case)}
    if case.goods_class in VISITED and HOME in ways:
        return HOME
    return WORKSHOP if WORKSHOP in ways and POST not in ways else POST


def offered(case: Case) -> tuple[str, ...]:
    """The ways among which the consumer of this case may choose: by post where a workshop takes parcels, or the shop has no workshop and
    repairs by itself; in a workshop and at home where somebody works there who repairs such goods, and for a visit comes to the region."""
    shops = _shops(case)
    ways = set() if shops else {POST}
    for shop in shops:
        of_shop = set(_ways_of(shop, case))
        ways |= of_shop & {POST}
        for one in shop.technicians.all():
            if one.ended_at is None and covers(one.skills or shop.skills, case.goods_class):
                ways |= of_shop & {WORKSHOP}
                ways |= of_shop & {HOME} if _comes(one.zones or shop.zones, case) else set()
    return tuple(way for way in WAYS if way in ways)


def chosen_way(case: Case) -> str:
    """What the consumer chose last, in this case or in the one that it follows; '' where they have not."""
    act = acting.current_or_none()
    for step in reversed(act.steps if act else []):
        if step.verb == CHOICE and step.life is case:
            return str(step.facts["way"])
    cases = [pk for pk in (case.pk, case.follows_id) if pk]
    rows = Entry.objects.filter(merchant_id=case.merchant_id, case_id__in=cases, life="case", verb=CHOICE).order_by("-case_id", "-number")
    told = rows.values_list("facts", flat=True).first()
    return str(told["way"]) if told else ""


def is_with_merchant(repair: Repair) -> bool:
    """Whether the merchant or its workshop has the unit now."""
    if repair.way == POST:
        there = whereabouts(repair.case).get(repair.unit_id)
        return there is not None and there.is_at_merchant
    return repair.way == WORKSHOP and repair.taken_in_at is not None and repair.handed_back_at is None


def _shops(case: Case) -> list[Workshop]:
    rows = Workshop.objects.filter(merchant_id=case.merchant_id, ended_at__isnull=True)
    return list(rows.prefetch_related("technicians").order_by("pk"))


def _ways_of(shop: Workshop, case: Case) -> list[str]:
    """How this workshop repairs such goods for this consumer: at home only in its zones."""
    if not covers(shop.skills, case.goods_class):
        return []
    return [way for way in shop.ways if way != HOME or _comes(shop.zones, case)]


def _comes(zones: list[str], case: Case) -> bool:
    region = case.consumer.region
    return not region or covers(zones, region)
