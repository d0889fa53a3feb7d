"""A courier who comes for the goods: booked for a slot, changed, cancelled, missed. A carrier is never spoken to here (errands.py does).

He comes for a whole box: what lies in it is booked and called off with its leader, so that no claim in it lapses while he is awaited.

Where no carrier can be asked, the merchant is told slot and address and sends somebody; the pick-up then names no carrier, and the
consumer says by `ship` that he came.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from amends.cases.life import LifeRow
from amends.cases.models import Case, CaseText
from amends.cases.record import an_act, verb
from amends.cases.texts import clean_words, keep_text, told
from amends.kernel import clock
from amends.kernel.refs import new_ref
from amends.kernel.refusals import NoSuchMove, Unprocessable
from amends.kernel.texts import say
from amends.people.rules import Actor
from amends.plumbing import jobs
from amends.plumbing.carriers import choosing
from amends.returns.models import ReturnShipment
from amends.returns.slots import BULKY_PEOPLE, Slot, slot_at
from amends.returns.together import may_follow, named, take_box
from amends.returns.verbs.labelling import by_itself, give_up_label, live_label, spend_label, to_be_destroyed
from amends.returns.verbs.labels import DESTROY, LABEL, PICKUP, clean_carrier
from amends.shipping.couriers import carrier_key, carrier_words
from amends.shipping.models import Label, Pickup

LIFE = "return_shipment"
ASKED, BOOKED, FAILED, MISSED, COLLECTED, CANCELLED = "asked", "booked", "failed", "missed", "collected", "cancelled"
LIVE = (ASKED, BOOKED)
LONGEST_ADDRESS = 300


@verb("return_shipment", "book_pickup")
def book_pickup(
    ref: str, *, starts_at: datetime | None = None, address: str = "", carrier: str = "", packaging: bool = False, by: Actor
) -> ReturnShipment:
    """A courier is due in the slot that begins at `starts_at`, the first one where nobody chose; so often as the case's terms allow.

    What is bulky is fetched by two people, in half a day; `packaging`: the courier brings it. Raises Unprocessable for a slot that is not
    offered, without an address where none is known, for a carrier that does not fetch, and one that comes only for its own label where
    the parcel has none that is ready.
    """
    box = take_box(ref, by)
    case, parcel = box[0]
    by_itself(named(box, ref))
    label = live_label(parcel)
    slot, chosen = _slot(case, parcel, starts_at), _chosen(carrier, label)
    text = _address(case, address, by) or _known_address(case)
    facts = {"from_at": slot.from_at.isoformat(), "carrier": chosen}
    # The table first: whoever may not book has changed nothing.
    parcel.move("book_pickup", by, facts={"parcel": parcel.ref, **facts, **told(text)})
    if text is None:
        where = say("请写取件地址和电话。", "Please give the address to fetch it from, and a telephone.")
        raise Unprocessable.field("address", where, code="required")
    parcel.way = PICKUP
    parcel.save(update_fields=["way"])
    _with_it(box, "book_pickup", by, facts)
    if label is not None and label.carrier != chosen:
        give_up_label(parcel)
    row = Pickup.objects.create(
        merchant_id=case.merchant_id, ref=new_ref("PU"), life=LIFE, life_id=parcel.pk, carrier=chosen, from_at=slot.from_at,
        until_at=slot.until_at, address=text, people=BULKY_PEOPLE if parcel.bulky else 1, packaging=packaging, made_at=clock.now(),
    )  # fmt: skip
    _arrange(row)
    return parcel


@an_act
def change_pickup(
    ref: str, *, starts_at: datetime | None = None, address: str = "", packaging: bool | None = None, by: Actor
) -> ReturnShipment:
    """The courier comes in another slot, to another address, or brings packaging. It counts as one more booking.

    Raises NoSuchMove where none is booked, Unprocessable for a slot that is not offered.
    """
    box = take_box(ref, by)
    case, parcel = box[0]
    by_itself(named(box, ref))
    row = live_pickup(parcel)
    if row is None:
        raise NoSuchMove(say("没有可以改的取件。", "There is no pick-up to change."), code="no_pickup")
    slot = _slot(case, parcel, starts_at) if starts_at is not None else Slot(row.from_at, row.until_at)
    text = _address(case, address, by) or row.address
    row.from_at, row.until_at, row.address, row.state, row.changes = slot.from_at, slot.until_at, text, ASKED, row.changes + 1
    row.packaging = row.packaging if packaging is None else packaging
    row.save(update_fields=["from_at", "until_at", "address", "state", "changes", "packaging"])
    # Two moves, so that the limit begins anew and the count of bookings holds for changes too.
    facts = {"from_at": slot.from_at.isoformat(), "carrier": row.carrier}
    parcel.move("cancel_pickup", by, facts={"parcel": parcel.ref, "because": "changed"})
    parcel.move("book_pickup", by, facts={"parcel": parcel.ref, **facts})
    _with_it(box, "cancel_pickup", by, {"because": "changed"})
    _with_it(box, "book_pickup", by, facts)
    parcel.tell("change_pickup", by, facts={"parcel": parcel.ref, "from_at": slot.from_at.isoformat()})
    _arrange(row)
    return parcel


@verb("return_shipment", "cancel_pickup")
def cancel_pickup(ref: str, *, by: Actor) -> ReturnShipment:
    """No courier comes; the goods wait for the consumer to send them."""
    box = take_box(ref, by)
    parcel = box[0][1]
    by_itself(named(box, ref))
    parcel.move("cancel_pickup", by, facts={"parcel": parcel.ref})
    call_off_courier(parcel)
    _forget_waybill(parcel)
    _with_it(box, "cancel_pickup", by, {})
    return parcel


def end_missed(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `miss_pickup`: that courier is awaited no more."""
    assert isinstance(life, ReturnShipment)  # noqa: S101 - wiring binds this to moves of parcels alone
    row = live_pickup(life)
    if row is not None:
        _call_off(row, MISSED)
    _forget_waybill(life)


def end_collected(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `collect`: the courier has been."""
    assert isinstance(life, ReturnShipment)  # noqa: S101 - wiring binds this to moves of parcels alone
    end_pickup(life)


def begin_anew(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `bring_back`: the consumer has the goods again, and waybill, label and way of that journey are used up."""
    assert isinstance(life, ReturnShipment)  # noqa: S101 - wiring binds this to moves of parcels alone
    life.carrier, life.waybill, life.way, life.shipped_at, life.freight_minor = "", "", "", None, None
    life.save(update_fields=["carrier", "waybill", "way", "shipped_at", "freight_minor"])
    spend_label(life)


def end_dropped(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `drop` and `destroy`: nobody has to come, no label is needed, and what lay in this box has to find another."""
    assert isinstance(life, ReturnShipment)  # noqa: S101 - wiring binds this to moves of parcels alone
    call_off_courier(life)
    give_up_label(life)
    ReturnShipment.objects.filter(merchant_id=life.merchant_id, travels_with_id=life.pk).update(travels_with=None)


def only_what_is_to_travel(life: LifeRow, by: Actor) -> None:
    """Guard of `book_pickup`: nobody fetches what is to be destroyed."""
    assert isinstance(life, ReturnShipment)  # noqa: S101 - wiring binds this to moves of parcels alone
    if life.way == DESTROY:
        raise to_be_destroyed()


def call_off_courier(parcel: ReturnShipment) -> None:
    """Nobody comes for the parcel any more; the carrier who was asked hears of it by a job."""
    row = live_pickup(parcel)
    if row is not None:
        _call_off(row, CANCELLED)


def live_pickup(parcel: ReturnShipment) -> Pickup | None:
    """The courier who is due for the parcel."""
    rows = Pickup.objects.filter(merchant_id=parcel.merchant_id, life=LIFE, life_id=parcel.pk, state__in=LIVE)
    return rows.select_related("address").order_by("pk").last()


def end_pickup(parcel: ReturnShipment, *, by_hand: bool = False) -> bool:
    """The courier has the goods; False where none was due, or where `by_hand` and a carrier was asked that says so itself."""
    row = live_pickup(parcel)
    if row is None or (by_hand and row.carrier):
        return False
    Pickup.objects.filter(merchant_id=row.merchant_id, pk=row.pk).update(state=COLLECTED, ended_at=clock.now())
    return True


def _forget_waybill(parcel: ReturnShipment) -> None:
    """No courier comes: the waybill that one brought along is nobody's, and the way is to be chosen anew. A label's own stays."""
    label = live_label(parcel)
    if label is None:
        parcel.carrier = parcel.waybill = ""
    parcel.way = LABEL if label else ""
    parcel.save(update_fields=["carrier", "waybill", "way"])


def _with_it(box: list[tuple[Case, ReturnShipment]], verb: str, by: Actor, facts: Mapping[str, Any]) -> None:
    """What lies in the box of the first goes its way."""
    for _, parcel in box[1:]:
        if may_follow(parcel, verb):
            parcel.follow(verb, by, facts={"parcel": parcel.ref, **facts})
            parcel.way = box[0][1].way
            parcel.save(update_fields=["way"])


def _call_off(row: Pickup, state: str) -> None:
    Pickup.objects.filter(merchant_id=row.merchant_id, pk=row.pk).update(state=state, ended_at=clock.now())
    if row.carrier:
        jobs.later("call_off_pickup", pickup_id=row.pk)


def _arrange(row: Pickup) -> None:
    if row.carrier:
        jobs.later("arrange_pickup", pickup_id=row.pk, changes=row.changes)


def _slot(case: Case, parcel: ReturnShipment, starts_at: datetime | None) -> Slot:
    found = slot_at(clock.now(), case.merchant.zone, starts_at, bulky=parcel.bulky)
    if found is None:
        wrong = say("这个时段已不可选，请换一个。", "This slot is not offered any more. Please choose another.")
        raise Unprocessable.field("starts_at", wrong, code="no_such_slot")
    return found


def _address(case: Case, address: str, by: Actor) -> CaseText | None:
    words = clean_words(address, field="address", longest=LONGEST_ADDRESS)
    return keep_text(case, "pickup", words, by) if words else None


def _known_address(case: Case) -> CaseText | None:
    """Where a courier of this case was sent before."""
    rows = CaseText.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, kind="pickup", erased_at__isnull=True)
    return rows.order_by("-pk").first()


def _chosen(carrier: str, label: Label | None) -> str:
    """The carrier that is asked; '' where none can be, and the merchant sends somebody."""
    fetch, label_of = choosing.served("pickups"), label.carrier if label and label.provider_ref else ""
    if not carrier.strip():
        return next((key for key in fetch if choosing.comes_for(key, label_of)), "")
    key = carrier_key(clean_carrier(carrier))
    if key not in fetch:
        raise Unprocessable.field("carrier", say("这家承运商不上门取件。", "This carrier does not fetch parcels."), code="not_offered")
    if not choosing.comes_for(key, label_of):
        first = say(
            "{carrier}只为它自己的预付面单上门取件。请先要一张它的面单，出好后再预约；或者选别的承运商。",
            "{carrier} fetches only parcels with a prepaid label of its own. Please get its label first and book once it is ready, or "
            "choose another carrier.",
            carrier=carrier_words(key),
        )
        raise Unprocessable.field("carrier", first, code="label_first")
    return key
