"""Parcels scanned one after the other. Each scan is a transaction of its own: on record once it was answered, and before that not at all.

Invariants
 1. A code counts once in a batch: sent again (a lost answer, a killed server, a second press) it has the first answer.
 2. A parcel is received once, under its case's lock: of two warehouses one receives it, and the other is told where and when it was.
 3. What nobody announced lies on the shelf, once for its waybill, however many desks scan it.
 4. Locks: payments and cases by ascending id (docs/adr/0002), then the batch; never the other way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Count, Exists, OuterRef, Q

from amends.cases.hands import check_not_reader
from amends.cases.record import an_act
from amends.cases.taking import take_known
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref, new_ref
from amends.kernel.refusals import NoSuchMove, NotFound, Unprocessable
from amends.kernel.texts import say
from amends.people.rules import Actor
from amends.returns.models import Batch, ReturnShipment, Scan, UnknownParcel
from amends.returns.queries.whereabouts import BACK
from amends.returns.receiving.arriving import arrive, may_arrive
from amends.returns.verbs.labels import clean_waybill

RECEIVED, AGAIN, UNKNOWN = "received", "again", "unknown"
SHELVED = "shelved"
SHELF_TIME = timedelta(days=30)
LONGEST_PLACE = 40
SLIPS = {"AS": "case__ref", "RT": "ref"}
"""The references that slips in boxes bear, and where each stands. One column is looked through for a code: each has its index."""
MOST_GRAMS = 1_000_000


def open_batch(place: str = "", *, by: Actor) -> Batch:
    """A batch at this place is open for scans: the one that this person has open there already, or a new one. Raises Unprocessable."""
    merchant_id = desk_of(by)
    where = clean_place(place)
    mine = Batch.objects.filter(merchant_id=merchant_id, place=where, made_by_id=by.user_id, ended_at__isnull=True)
    known = mine.order_by("-pk").first() if by.user_id else None
    return known or Batch.objects.create(
        merchant_id=merchant_id, ref=new_ref("BT"), place=where, made_by_id=by.user_id, made_at=clock.now()
    )  # fmt: skip


def close_batch(ref: str, *, by: Actor) -> Batch:
    """Nothing more is scanned in this batch; closing it again changes nothing. Raises NotFound."""
    desk_of(by)
    batch = batch_of(ref, by)
    Batch.objects.filter(merchant_id=batch.merchant_id, pk=batch.pk, ended_at__isnull=True).update(ended_at=clock.now())
    batch.refresh_from_db()
    return batch


@an_act
def scan(ref: str, code: str, *, weight_grams: int | None = None, carrier: str = "", by: Actor) -> Scan:
    """What was scanned is received, known to have been received before, or on the shelf, and the batch says which.

    `code` is a waybill, or the reference of a parcel or case from the slip in the box. Raises NotFound for another shop's batch, NoSuchMove
    for one that is closed, Unprocessable for what can be neither, and where several parcels answer to it.
    """
    desk_of(by)
    batch, number = batch_of(ref, by), _cleaned(code)
    check_grams(weight_grams)
    if (before := _scanned(batch, number)) is not None:
        return before
    parcels = _answering(batch.merchant_id, number)
    for parcel in parcels:
        take_known(parcel.merchant_id, parcel.case.order_id, parcel.case_id)
    batch = Batch.objects.select_for_update().get(merchant_id=batch.merchant_id, pk=batch.pk)
    scans = Scan.objects.filter(merchant_id=batch.merchant_id, batch_id=batch.pk)
    so_far = scans.aggregate(all=Count("pk"), same=Count("pk", filter=Q(waybill=number)))
    if so_far["same"] and (before := _scanned(batch, number)) is not None:
        return before
    if batch.ended_at is not None:
        raise NoSuchMove(say("这一批已经结束，请开始新的一批。", "This batch is closed. Please open another."), code="batch_closed")
    return _kept(batch, so_far["all"] + 1, number, parcels, by, weight_grams=weight_grams, carrier=carrier)


def desk_of(by: Actor) -> int:
    """The merchant at whose desk `by` works. Raises NotFound for everybody else, NotYourMove for who only reads."""
    if by.party is not Party.MERCHANT or not by.merchant_id:
        raise NotFound
    check_not_reader(by)
    return by.merchant_id


def batch_of(ref: str, by: Actor) -> Batch:
    """The batch of `by`'s shop. Raises NotFound."""
    batch = Batch.objects.filter(merchant_id=by.shop_id, ref=clean_ref(ref) or "").first()
    if batch is None:
        raise NotFound
    return batch


def clean_place(place: str) -> str:
    """A warehouse's name without outer and doubled space. Raises Unprocessable beyond 40 characters."""
    where = " ".join(place.split())
    if len(where) > LONGEST_PLACE or not where.isprintable():
        wrong = say("仓库名称最多 {most} 个字。", "A place's name has at most {most} characters.", most=LONGEST_PLACE)
        raise Unprocessable.field("place", wrong, code="too_long")
    return where


def _cleaned(code: str) -> str:
    """The reference of a slip, else a waybill: one of a courier's may look like a reference of another kind."""
    ref = clean_ref(code)
    return ref if ref and ref[:2] in SLIPS else clean_waybill(code)


def check_grams(grams: int | None) -> None:
    """A weight in grams can be one, where there is one. Raises Unprocessable."""
    if grams is not None and not 1 <= grams <= MOST_GRAMS:
        wrong = say("重量应在 1 克到 {most} 克之间。", "The weight is between 1 and {most} grams.", most=MOST_GRAMS)
        raise Unprocessable.field("weight_grams", wrong, code="wrong_weight")


def _scanned(batch: Batch, number: str) -> Scan | None:
    rows = Scan.objects.filter(merchant_id=batch.merchant_id, batch_id=batch.pk, waybill=number)
    return rows.select_related("parcel", "unknown").first()


def _answering(merchant_id: int, number: str) -> list[ReturnShipment]:
    """The parcels that this code means, and those that travel with them, by their cases. Raises Unprocessable where it is not clear."""
    back = ReturnShipment.objects.filter(merchant_id=merchant_id, direction=BACK).select_related("case")
    riders = ReturnShipment.objects.filter(merchant_id=OuterRef("merchant_id"), travels_with_id=OuterRef("pk"))
    named = back.filter(**{SLIPS[number[:2]] if "-" in number else "waybill": number}).annotate(leads=Exists(riders))
    found = list(named.order_by("case_id", "pk"))
    open_ones = [parcel for parcel in found if may_arrive(parcel)]
    leaders = {parcel.travels_with_id or parcel.pk for parcel in open_ones}
    if len(leaders) > 1:
        many = say("有 {n} 个包裹对得上，请扫各自的包裹号：{all}。", "{n} parcels answer to it. Please scan their own references: {all}.",
                   n=len(leaders), all=", ".join(parcel.ref for parcel in open_ones))  # fmt: skip
        raise Unprocessable.field("code", many, code="ambiguous")
    if not leaders:
        return list(found[-1:])
    if not any(parcel.leads or parcel.travels_with_id for parcel in open_ones):
        return list(open_ones)
    together = back.filter(Q(pk__in=leaders) | Q(travels_with_id__in=leaders))
    return [parcel for parcel in together.order_by("case_id", "pk") if may_arrive(parcel)]


def _kept(
    batch: Batch, nth: int, number: str, parcels: Sequence[ReturnShipment], by: Actor, *, weight_grams: int | None, carrier: str
) -> Scan:  # fmt: skip
    outcome, unknown = UNKNOWN, None
    rows = ReturnShipment.objects.in_bulk([parcel.pk for parcel in parcels])  # as they are now that their cases are held
    fresh = [rows[parcel.pk] for parcel in parcels]
    arriving = [parcel for parcel in fresh if may_arrive(parcel)]
    for parcel in arriving:
        arrive(parcel, by, place=batch.place, weight_grams=weight_grams if parcel is arriving[0] else None)
        outcome = RECEIVED
    if outcome == UNKNOWN and any(parcel.received_at for parcel in fresh):
        outcome = AGAIN
    if outcome == UNKNOWN:
        unknown = _shelved(batch, number, by, weight_grams=weight_grams, carrier=carrier)
    return Scan.objects.create(
        merchant_id=batch.merchant_id, batch=batch, number=nth, waybill=number, outcome=outcome,
        parcel=next(iter(arriving or fresh), None), unknown=unknown, made_at=clock.now(),
    )  # fmt: skip


def _shelved(batch: Batch, number: str, by: Actor, *, weight_grams: int | None, carrier: str) -> UnknownParcel:
    at = clock.now()
    row, _ = UnknownParcel.objects.get_or_create(
        merchant_id=batch.merchant_id, waybill=number, state=SHELVED,
        defaults={"ref": new_ref("UP"), "carrier": " ".join(carrier.split())[:40], "place": batch.place, "weight_grams": weight_grams,
                  "made_at": at, "due_at": at + SHELF_TIME, "made_by_id": by.user_id},
    )  # fmt: skip
    return row
