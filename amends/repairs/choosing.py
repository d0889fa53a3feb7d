"""The consumer chooses how their unit is repaired, where the shop offers several ways: by post, in a workshop, at home.

Invariants
 1. A choice is a line of the case's timeline (ways.CHOICE), with who and when; the latest counts, for every repair of the case that has
    not begun, and for the next attempt after one that failed at home.
 2. It can be changed while nobody has moved for it: not once a parcel travels, whoever repairs has the unit, or a time was booked.
 3. The unit has one live grant and one way at a time: a parcel that is not needed any more is dropped, a repair that waits for a time
    is dropped with its grant and owed anew, all in the commit of the choice.
"""

from __future__ import annotations

from amends.cases.grants import owe
from amends.cases.hands import check_hand
from amends.cases.models import Case, Entry, Grant
from amends.cases.record import an_act
from amends.cases.taking import take
from amends.kernel.parties import Party
from amends.kernel.refusals import NoSuchMove, NotYourMove, Unprocessable
from amends.kernel.texts import say
from amends.people.rules import PLATFORM, Actor
from amends.policy.rules.facts import Remedy
from amends.repairs.models import Repair
from amends.repairs.queries import TO_BOOK, live_repair
from amends.repairs.rules import POST, WAYS
from amends.repairs.starting import open_attempt
from amends.repairs.ways import CHOICE, is_with_merchant, offered, planned
from amends.returns import listeners as parcels
from amends.returns.models import ParcelUnit, ReturnShipment
from amends.returns.queries import ships_back
from amends.returns.queries.whereabouts import NO_WAY

MOST_CHOICES = 5
OPEN = ("owed", "doing")
NOT_YOURS = say("维修方式由消费者选。", "How it is repaired is for the consumer to choose.")
SETTLED = say("维修已经开始安排，现在不能再换方式。", "The repair is under way, so its way cannot be changed any more.")
NOTHING = say("这张售后单没有要维修的商品。", "Nothing of this case is to be repaired.")
NOT_OFFERED = say("商家对这件商品不提供这种维修方式。", "The merchant does not repair these goods that way.")
TOO_OFTEN = say("维修方式已经改过 {most} 次，请联系商家。", "The way was changed {most} times. Please ask the merchant.", most=MOST_CHOICES)


@an_act
def choose_way(ref: str, *, way: str, by: Actor) -> Case:
    """The repairs of the case `ref` that have not begun are made this way (post, workshop, home) from now on. The same way again changes
    nothing.

    Raises NotFound; NotYourMove for anybody but the consumer; NoSuchMove where nothing waits to be repaired, it has begun, or the way was
    changed too often; Unprocessable for a way that the shop does not offer.
    """
    case = take(ref, by)
    if by.party is not Party.CONSUMER:
        raise NotYourMove(NOT_YOURS)
    check_hand(case, by)
    grants = _of_repair(case)
    if not grants:
        raise NoSuchMove(NOTHING, code="nothing_to_repair")
    if way not in WAYS:
        wrong = say("方式可选：{all}。", "Choose the way from {all}.", all=", ".join(WAYS))
        raise Unprocessable.field("way", wrong, code="unknown_way")
    waiting = [grant for grant in grants if is_open_to_choice(case, grant)]
    if not waiting:
        raise NoSuchMove(SETTLED, code="way_settled")
    if way not in offered(case):
        raise Unprocessable.field("way", NOT_OFFERED, code="way_not_offered")
    was = planned(case, waiting[0])
    if was == way:
        return case
    told = Entry.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, life="case", verb=CHOICE)
    if told.count() >= MOST_CHOICES:
        raise NoSuchMove(TOO_OFTEN, code="chosen_too_often")
    case.tell(CHOICE, by, facts={"way": way, "was": was})
    for grant in waiting:
        _turn(case, grant, way, by)
    if way == POST:
        parcels.ask_for_goods(case.pk)
    return case


def choices(case: Case, by: Actor) -> tuple[str, tuple[str, ...]]:
    """The way that stands, and those among which `by` may choose now: none for anybody but the consumer, and none where there is only one
    or it is settled."""
    waiting = [grant for grant in _of_repair(case) if is_open_to_choice(case, grant)]
    if not waiting:
        return "", ()
    theirs = by.party is Party.CONSUMER and by.consumer_id == case.consumer_id
    ways = offered(case) if theirs and not by.only_reads else ()
    return planned(case, waiting[0]), ways if len(ways) > 1 else ()


def is_open_to_choice(case: Case, grant: Grant) -> bool:
    """Whether nobody has moved yet for the way that stands."""
    row = live_repair(grant)
    if row is not None:
        return row.stage == TO_BOOK and not is_with_merchant(row)
    sent = [packed.parcel for packed in _parcels(grant) if not packed.parcel.is_over]
    return all(_may_be_dropped(parcel) for parcel in sent) and not _came_back(grant)


def _turn(case: Case, grant: Grant, way: str, by: Actor) -> None:
    """The parcel or the waiting attempt of the way that stood is called off, and the new way begun; by post, its goods are asked for by
    whoever calls."""
    row = live_repair(grant)
    if row is not None and way != POST:
        row.way, row.workshop = way, None
        row.save(update_fields=["way", "workshop"])
        return
    if row is not None:
        grant.follow("void", PLATFORM, facts={"because": "way_chosen", "unit": grant.unit_id, "becomes": Remedy.REPAIR.value})
        if grant.unit is not None:
            owe(case, [grant.unit], basis=grant.basis, by=by, remedy=Remedy.REPAIR.value)
        return
    for packed in _parcels(grant):
        packed.parcel.follow("drop", PLATFORM, facts={"parcel": packed.parcel.ref, "because": "way_chosen"})
    open_attempt(case, grant, by, way=way)


def _of_repair(case: Case) -> list[Grant]:
    """The open grants of repairs whose unit would travel; what never travels has one way."""
    rows = Grant.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, remedy=Remedy.REPAIR.value, stage__in=OPEN)
    travels = ships_back(case)
    return [grant for grant in rows.select_related("unit").order_by("pk") if grant.unit_id in travels]


def _parcels(grant: Grant) -> list[ParcelUnit]:
    rows = ParcelUnit.objects.filter(merchant_id=grant.merchant_id, grant_id=grant.pk, parcel__direction="back")
    return list(rows.select_related("parcel").order_by("pk"))


def _may_be_dropped(parcel: ReturnShipment) -> bool:
    """Nobody has handed it over, and nothing is in it that comes back for another reason."""
    others = ParcelUnit.objects.filter(merchant_id=parcel.merchant_id, parcel_id=parcel.pk).exclude(grant__remedy=Remedy.REPAIR.value)
    return bool(parcel.LIFE.who_may(parcel.stage, "drop")) and not others.filter(grant__stage__in=OPEN).exists()


def _came_back(grant: Grant) -> bool:
    """Whether the goods are with the merchant, waiting to be looked at or repaired already."""
    over = [packed.parcel for packed in _parcels(grant) if packed.parcel.is_over]
    return any(parcel.stage not in NO_WAY for parcel in over) or Repair.objects.filter(grant=grant).exists()
