"""What lies in which box: several parcels for one case, one box for several cases; and what the consumer paid to send it.

Invariants
 1. A unit travels in one parcel at a time: splitting moves it, and leaves something in the parcel that it was in.
 2. Only parcels of one consumer to one merchant at one address lie in one box; the leader has the waybill, and leads nobody's follower.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet

from amends.cases.hands import check_hand
from amends.cases.models import Case
from amends.cases.record import an_act
from amends.cases.taking import take_life
from amends.cases.verbs.answering import attach_to
from amends.kernel.parties import Party
from amends.kernel.refs import new_ref
from amends.kernel.refusals import NoSuchMove, NotYourMove, Unprocessable
from amends.kernel.texts import say
from amends.people.rules import PLATFORM, Actor
from amends.returns.models import ParcelUnit, ReturnShipment
from amends.returns.queries.whereabouts import BACK
from amends.returns.together import take_both
from amends.returns.verbs.labelling import give_up_label, to_be_sent
from amends.returns.verbs.labels import LABEL, OWN

MOST_PARCELS = 20
MOST_FREIGHT_MINOR = 10_000_000


@an_act
def add_parcel(ref: str, *, units: Iterable[int], by: Actor) -> ReturnShipment:
    """These units (by id) travel in a parcel of their own to the same address; the label of the one they were in is given up.

    Raises NoSuchMove, NotYourMove, Unprocessable for units that are not in it, for none and for all of them.
    """
    case, parcel = take_life(ReturnShipment, ref, by)
    to_be_sent(case, parcel, by)
    wanted, inside = set(units), set(_packed(parcel).values_list("unit_id", flat=True))
    if not wanted or wanted - inside or wanted == inside:
        wrong = say("请选这个包裹里的一部分商品。", "Please choose some of what is in this parcel, and not all of it.")
        raise Unprocessable.field("units", wrong, code="wrong_units")
    number = ReturnShipment.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, direction=BACK).count() + 1
    if number > MOST_PARCELS:
        raise Unprocessable.field(
            "units", say("最多 {n} 个包裹。", "{n} parcels at most.", n=MOST_PARCELS), code="too_many_parcels"
        )  # fmt: skip
    if give_up_label(parcel):
        parcel.way = ""
        parcel.save(update_fields=["way"])
    grants = list(_packed(parcel).filter(unit_id__in=wanted).order_by("unit_id").values_list("grant_id", "unit_id"))
    row = ReturnShipment.born(
        "ask_back", PLATFORM, merchant_id=case.merchant_id, case=case, ref=new_ref("RT"), direction=BACK, freight=parcel.freight,
        number=number, address=parcel.address, goes_to=parcel.goes_to, bulky=parcel.bulky,
        facts={"freight": parcel.freight, "units": [unit for _, unit in grants], "of": parcel.ref},
    )  # fmt: skip
    _packed(parcel).filter(unit_id__in=wanted).update(parcel=row)
    row.follow("give_address", by, facts={"parcel": row.ref, "of": parcel.ref})
    parcel.tell("add_parcel", by, facts={"parcel": row.ref, "of": parcel.ref, "number": number})
    return row


@an_act
def travel_with(ref: str, leader: str, *, by: Actor) -> ReturnShipment:
    """The parcel lies in the box of `leader`, a parcel of the same consumer to the same address, and goes wherever that goes.

    Raises NotFound, NotYourMove, NoSuchMove, and Unprocessable for a parcel that cannot lead.
    """
    (case, parcel), (other_case, other) = take_both(ref, leader, by)
    to_be_sent(case, parcel, by)
    to_be_sent(other_case, other, by)
    leads = ReturnShipment.objects.filter(merchant_id=parcel.merchant_id, travels_with_id=parcel.pk).exists()
    if parcel.pk == other.pk or other.travels_with_id is not None or leads:
        raise Unprocessable.field("leader", say("不能和这个包裹一起寄。", "It cannot lie in that box."), code="cannot_lead")
    if case.order.consumer_id != other_case.order.consumer_id or _goes(case, parcel) != _goes(other_case, other):
        wrong = say("两个包裹的退货地址不同，不能一起寄。", "The two parcels go to different addresses.")
        raise Unprocessable.field("leader", wrong, code="other_address")
    give_up_label(parcel)
    parcel.travels_with, parcel.way = other, other.way
    parcel.save(update_fields=["travels_with", "way"])
    parcel.tell("travel_with", by, facts={"parcel": parcel.ref, "leader": other.ref})
    return parcel


@an_act
def prove_freight(ref: str, *, freight_minor: int, evidence: Sequence[str] = (), by: Actor) -> ReturnShipment:
    """What the consumer paid to send it, in minor units of the case's currency, is on record with its proof.

    An insurance of the way back pays as much, up to its cover. Raises NotYourMove, NoSuchMove once it arrived or where a label paid for
    it, Unprocessable for a sum that is none, or without a proof.
    """
    case, parcel = take_life(ReturnShipment, ref, by)
    check_hand(case, by)
    if by.party is not Party.CONSUMER:
        raise NotYourMove(say("运费凭证由寄件的消费者提交。", "Who sent the parcel says what it cost."))
    if parcel.direction != BACK or parcel.way == LABEL or parcel.is_over:
        raise NoSuchMove(say("这个包裹不能再提交运费凭证。", "No freight can be proved for this parcel any more."), code="not_to_be_proved")
    if not 0 < freight_minor <= MOST_FREIGHT_MINOR:
        raise Unprocessable.field("freight_minor", say("请写实际付的运费。", "Please say what was paid."), code="wrong_freight")
    pieces = attach_to(case, evidence, by)
    if not pieces:
        raise Unprocessable.field("evidence", say("请附上运费凭证。", "Please add the proof of it."), code="required")
    parcel.freight_minor, parcel.way = freight_minor, parcel.way or OWN
    parcel.save(update_fields=["freight_minor", "way"])
    parcel.tell(
        "prove_freight", by,
        facts={"parcel": parcel.ref, "freight_minor": freight_minor, "evidence": [piece.digest for piece in pieces]},
    )  # fmt: skip
    return parcel


def _packed(parcel: ReturnShipment) -> QuerySet[ParcelUnit]:
    return ParcelUnit.objects.filter(merchant_id=parcel.merchant_id, parcel_id=parcel.pk)


def _goes(case: Case, parcel: ReturnShipment) -> object:
    return parcel.goes_to_id or (parcel.address.body if parcel.address else case.merchant.return_address)
