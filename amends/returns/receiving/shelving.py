"""What becomes of a parcel that nobody announced: it is found to be an awaited one, goes back to its sender, or is disposed of.

A shelf row ends once, by a conditional statement under the merchant's eyes; a match receives the parcel in the same transaction.
"""

from __future__ import annotations

from amends.cases.record import an_act
from amends.cases.texts import clean_words
from amends.kernel import clock
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NoSuchMove, NotFound
from amends.kernel.texts import say
from amends.people.rules import Actor
from amends.returns.models import ReturnShipment, UnknownParcel
from amends.returns.queries.whereabouts import BACK, GONE
from amends.returns.receiving.arriving import arrive, may_arrive
from amends.returns.receiving.scanning import SHELVED, check_grams, clean_place, desk_of
from amends.returns.together import named, take_box
from amends.returns.verbs.labels import clean_carrier, put_label

MATCHED, SENT_BACK, DISPOSED = "matched", "sent_back", "disposed"
LONGEST_WORDS = 300


@an_act
def match(ref: str, parcel_ref: str, *, by: Actor) -> UnknownParcel:
    """The parcel on the shelf is this awaited one: it is received where the other lay, with all of its box, and takes its waybill where it
    had none and the courier is known. One that was declared lost is noted as come after all.

    Raises NotFound, NoSuchMove where either has been dealt with.
    """
    desk_of(by)
    box = take_box(parcel_ref, by)
    (case, leader), parcel = box[0], named(box, parcel_ref)
    row = _locked(ref, by)
    if parcel.direction != BACK or parcel.merchant_id != row.merchant_id:
        raise NotFound
    if not (may_arrive(parcel) or _is_gone(parcel)):
        over = say("这个包裹已经了结，不能再收货。", "That parcel is over and can't be received.")
        raise NoSuchMove(over, code="parcel_over")
    if may_arrive(leader) and not leader.waybill and row.carrier:
        put_label(case, leader, row.carrier, row.waybill)
    grams = row.weight_grams
    for _, each in box:
        if _is_gone(each):
            _came_late(row, each, by)
        elif may_arrive(each):
            arrive(each, by, place=row.place, weight_grams=grams)
            grams = None
    return _ended(row, MATCHED, parcel=parcel)


@an_act
def return_unknown(ref: str, *, words: str = "", by: Actor) -> UnknownParcel:
    """It went back to whoever sent it; `words` may say how (a waybill, the courier who took it)."""
    return _closed(ref, SENT_BACK, words, by)


@an_act
def dispose_unknown(ref: str, *, words: str, by: Actor) -> UnknownParcel:
    """Nobody asked for it until its time on the shelf was over, and it is disposed of. Raises NoSuchMove before that, Unprocessable
    without a word on what was done."""
    desk_of(by)
    row = _locked(ref, by)
    if row.due_at > clock.now():
        early = say("未满 30 天的无主件不能处置。", "A parcel that has not lain for 30 days can't be disposed of.")
        raise NoSuchMove(early, code="too_early")
    row.words = clean_words(words, field="words", required=True, longest=LONGEST_WORDS)
    return _ended(row, DISPOSED)


@an_act
def note_unknown(
    ref: str, *, words: str = "", shelf: str = "", carrier: str = "", weight_grams: int | None = None, by: Actor
) -> UnknownParcel:  # fmt: skip
    """What was read on the parcel, where it stands and what it weighs is on record. Left empty, what was known stays."""
    desk_of(by)
    row = _locked(ref, by)
    row.words = clean_words(words, field="words", longest=LONGEST_WORDS) or row.words
    row.shelf = clean_place(shelf) or row.shelf
    row.carrier = clean_carrier(carrier) if carrier.strip() else row.carrier
    check_grams(weight_grams)
    row.weight_grams = weight_grams or row.weight_grams
    row.save(update_fields=["words", "shelf", "carrier", "weight_grams"])
    return row


def _is_gone(parcel: ReturnShipment) -> bool:
    return parcel.stage in GONE and parcel.received_at is None


def _came_late(row: UnknownParcel, parcel: ReturnShipment, by: Actor) -> None:
    """It was declared lost and paid for, and comes after all: the goods are the shop's; the case is told, and nothing is owed anew."""
    parcel.received_at, parcel.received_place, parcel.received_by_id = clock.now(), row.place, by.user_id
    parcel.save(update_fields=["received_at", "received_place", "received_by"])
    parcel.tell("arrive_late", by, facts={"parcel": parcel.ref, "place": row.place})


def _closed(ref: str, state: str, words: str, by: Actor) -> UnknownParcel:
    desk_of(by)
    row = _locked(ref, by)
    row.words = clean_words(words, field="words", longest=LONGEST_WORDS) or row.words
    return _ended(row, state)


def _locked(ref: str, by: Actor) -> UnknownParcel:
    """The row of `by`'s shop that still lies on the shelf, locked. Raises NotFound, NoSuchMove where it has been dealt with."""
    rows = UnknownParcel.objects.select_for_update().filter(merchant_id=by.shop_id, ref=clean_ref(ref) or "")
    row = rows.first()
    if row is None:
        raise NotFound
    if row.state != SHELVED:
        raise NoSuchMove(say("这件无主件已经处理过了。", "This parcel has been dealt with already."), code="off_the_shelf")
    return row


def _ended(row: UnknownParcel, state: str, *, parcel: ReturnShipment | None = None) -> UnknownParcel:
    row.state, row.parcel, row.ended_at = state, parcel, clock.now()
    row.save(update_fields=["state", "parcel", "ended_at", "words"])
    return row
