"""What is asked of carriers about parcels back: labels bought and voided, couriers booked and called off, parcels turned round. By jobs.

Invariants
 1. A carrier is called outside of any transaction, with the row's reference as its key; the answer is taken under the case's lock.
 2. An answer that comes too late, to a label given up or a slot changed since, is undone at the carrier and changes nothing here.
 3. A carrier that cannot be asked is asked again by the job's own retries; one that refuses leaves the parcel to another way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Q

from amends.cases.models import Case, CaseText, Deadline
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.kernel import clock
from amends.kernel.refusals import Unprocessable
from amends.people.rules import CARRIER, PLATFORM
from amends.plumbing import jobs
from amends.plumbing.carriers import choosing
from amends.plumbing.carriers.port import Address, CarrierRefuses, LabelAsked, LabelBought, PickupAsked, PickupBooked
from amends.returns.addressing import units_in
from amends.returns.models import ReturnShipment
from amends.returns.together import may_follow, take_box
from amends.returns.verbs.labelling import ASKED, BOUGHT, FAILED, SENDER, live_label
from amends.returns.verbs.pickups import BOOKED
from amends.returns.verbs.sparing import intercepted, not_intercepted, on_its_way
from amends.shipping.couriers import carrier_key
from amends.shipping.models import Label, Pickup
from amends.shipping.rules import clean_waybill
from amends.shipping.verbs import watch

log = structlog.get_logger(__name__)
UNKNOWN_GRAMS = 1000
"""What a parcel is said to weigh where no product says so."""


# ── labels ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@jobs.task("buy_label", taken_up=True)
def buy_label(label_id: int) -> None:
    """Job: the label is bought, kept and told, or surely was not. Raises CarrierUnreachable, so that it is tried again."""
    label = Label.objects.get(pk=label_id)
    if label.state != ASKED:
        return
    parcel, case = _of(label)
    asked = LabelAsked(
        key=label.ref, carrier=label.carrier, sender=_consumer(case, _text(case, SENDER)), receiver=_shop(parcel, case),
        weight_grams=grams_of(parcel), currency=case.currency, bulky=parcel.bulky, again=True,
    )  # fmt: skip
    try:
        bought = choosing.way(label.carrier, "labels").buy_label(asked)
    except CarrierRefuses as why:
        _label_refused(label.pk, case.pk, why.reason)
        return
    _label_bought(label.pk, case.pk, bought, _kept(bought.pdf))


@jobs.task("void_label", taken_up=True)
def void_label(label_id: int) -> None:
    """Job: a label that was given up is voided at the carrier, where it was bought at all."""
    label = Label.objects.get(pk=label_id)
    if label.provider_ref and label.state not in (ASKED, BOUGHT) and label.reason != "used":
        _quietly(lambda: choosing.way(label.carrier, "labels").void_label(label.provider_ref))


@an_act
def _label_bought(label_id: int, case_id: int, bought: LabelBought, path: str) -> None:
    case = take_case_of(case_id)
    label = Label.objects.get(pk=label_id)
    if label.provider_ref:
        return
    label.provider_ref, label.waybill, label.path = bought.provider_ref, clean_waybill(bought.waybill), path
    label.drop_off_code, label.cost_minor, label.currency = bought.drop_off_code, bought.cost_minor, bought.currency
    label.expires_at, label.bought_at = bought.expires_at, clock.now()
    parcel = ReturnShipment.objects.get(merchant_id=case.merchant_id, pk=label.life_id)
    if label.state != ASKED or parcel.is_over:
        label.save()
        jobs.later("void_label", label_id=label.pk)
        return
    label.state = BOUGHT
    label.save()
    parcel.carrier, parcel.waybill = label.carrier, label.waybill
    if label.currency in ("", case.currency):
        parcel.freight_minor = label.cost_minor
    parcel.save(update_fields=["carrier", "waybill", "freight_minor"])
    parcel.tell("buy_label", CARRIER, facts={"parcel": parcel.ref, "carrier": label.carrier, "waybill_ends": label.waybill[-4:]})
    watch(case.merchant_id, label.carrier, label.waybill, said_grams=grams_of(parcel))


@an_act
def _label_refused(label_id: int, case_id: int, reason: str) -> None:
    case = take_case_of(case_id)
    changed = Label.objects.filter(pk=label_id, state=ASKED).update(state=FAILED, reason=reason, ended_at=clock.now())
    if not changed:
        return
    parcel = ReturnShipment.objects.get(merchant_id=case.merchant_id, pk=Label.objects.values_list("life_id", flat=True).get(pk=label_id))
    parcel.way = ""
    parcel.save(update_fields=["way"])
    parcel.tell("fail_label", CARRIER, facts={"parcel": parcel.ref, "reason": reason})


# ── pick-ups ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@jobs.task("arrange_pickup", taken_up=True)
def arrange_pickup(pickup_id: int, changes: int) -> None:
    """Job: a courier is booked for the pick-up as it stands, or surely is not. Raises CarrierUnreachable, so that it is tried again."""
    row = Pickup.objects.select_related("address").get(pk=pickup_id)
    if row.state != ASKED or row.changes != changes:
        return
    parcel, case = _of(row)
    label = live_label(parcel)
    asked = PickupAsked(
        key=f"{row.ref}:{changes}" if changes else row.ref, carrier=row.carrier,
        address=_consumer(case, row.address), receiver=_shop(parcel, case), from_at=row.from_at, until_at=row.until_at,
        waybill=parcel.waybill, label_ref=label.provider_ref if label else "", weight_grams=grams_of(parcel), people=row.people,
        packaging=row.packaging, again=True,
    )  # fmt: skip
    try:
        way = choosing.way(row.carrier, "pickups")
        booked = way.change_pickup(row.provider_ref, asked) if row.provider_ref else way.book_pickup(asked)
    except CarrierRefuses as why:
        _pickup_refused(row.pk, case.pk, changes, why.reason)
        return
    _pickup_booked(row.pk, case.pk, changes, booked)


@jobs.task("call_off_pickup", taken_up=True)
def call_off_pickup(pickup_id: int) -> None:
    """Job: a courier who was booked and is not wanted is called off at the carrier."""
    row = Pickup.objects.get(pk=pickup_id)
    if row.provider_ref and row.state not in (ASKED, BOOKED):
        _quietly(lambda: choosing.way(row.carrier, "pickups").cancel_pickup(row.provider_ref))


@jobs.task("call_off_courier", taken_up=True)
def call_off_courier(carrier: str, provider_ref: str) -> None:
    """Job: of two couriers who answered to one pick-up the one who is not wanted is called off."""
    _quietly(lambda: choosing.way(carrier, "pickups").cancel_pickup(provider_ref))


def _call_off(carrier: str, provider_ref: str, *, but: str) -> None:
    if provider_ref not in ("", but):
        jobs.later("call_off_courier", carrier=carrier, provider_ref=provider_ref)


@an_act
def _pickup_booked(pickup_id: int, case_id: int, changes: int, booked: PickupBooked) -> None:
    case = take_case_of(case_id)
    row = Pickup.objects.get(pk=pickup_id)
    if changes < row.changes and row.provider_ref:
        _call_off(row.carrier, booked.provider_ref, but=row.provider_ref)
        return
    _call_off(row.carrier, row.provider_ref, but=booked.provider_ref)
    row.provider_ref = booked.provider_ref
    row.save(update_fields=["provider_ref"])
    if row.state not in (ASKED, BOOKED):
        jobs.later("call_off_pickup", pickup_id=row.pk)
        return
    if row.changes != changes:
        jobs.later("arrange_pickup", pickup_id=row.pk, changes=row.changes)
        return
    if row.state == BOOKED:
        return
    parcel = ReturnShipment.objects.get(merchant_id=case.merchant_id, pk=row.life_id)
    _comes_later(parcel, booked.until_at - row.until_at)
    row.state, row.from_at, row.until_at = BOOKED, booked.from_at, booked.until_at
    row.save(update_fields=["state", "from_at", "until_at"])
    if booked.waybill and not parcel.waybill:
        parcel.carrier, parcel.waybill = row.carrier, clean_waybill(booked.waybill)
        parcel.save(update_fields=["carrier", "waybill"])
    if parcel.waybill:
        watch(case.merchant_id, parcel.carrier, parcel.waybill, said_grams=grams_of(parcel))
    parcel.tell("confirm_pickup", CARRIER, facts={"parcel": parcel.ref, "carrier": row.carrier, "from_at": row.from_at.isoformat()})


def _comes_later(parcel: ReturnShipment, by: timedelta) -> None:
    """The carrier named another end of the slot: courier and box have that much longer, or shorter, before he is late."""
    box = ReturnShipment.objects.filter(Q(pk=parcel.pk) | Q(travels_with_id=parcel.pk), merchant_id=parcel.merchant_id)
    waits = Deadline.objects.filter(merchant_id=parcel.merchant_id, life=parcel.LIFE.name, life_id__in=box.values("pk"))
    for row in waits.filter(ended_at__isnull=True, limit="carrier_collects") if by else ():
        row.due_at, row.warn_at = row.due_at + by, row.warn_at and row.warn_at + by
        row.save(update_fields=["due_at", "warn_at"])


@an_act
def _pickup_refused(pickup_id: int, case_id: int, changes: int, reason: str) -> None:
    """Nobody comes: the goods wait for the consumer to send them, who is told to choose another way. A courier who was booked for the
    time before is called off."""
    box = take_box(ReturnShipment.objects.values_list("ref", flat=True).get(case_id=case_id, pk=_life_of(pickup_id)), PLATFORM)
    row = Pickup.objects.get(pk=pickup_id)
    if row.state != ASKED or row.changes != changes:
        return
    row.state, row.reason, row.ended_at = FAILED, reason, clock.now()
    row.save(update_fields=["state", "reason", "ended_at"])
    if row.provider_ref:
        jobs.later("call_off_pickup", pickup_id=row.pk)
    for _, parcel in box:
        if may_follow(parcel, "miss_pickup"):
            parcel.follow("miss_pickup", CARRIER, facts={"parcel": parcel.ref, "because": "refused", "reason": reason})


def _life_of(pickup_id: int) -> int:
    return Pickup.objects.values_list("life_id", flat=True).get(pk=pickup_id)


# ── what carriers are told ───────────────────────────────────────────────────────────────────────────────────────────────────


def grams_of(parcel: ReturnShipment) -> int:
    """What the parcel should weigh by its products, in grams."""
    known = [unit.line.product.weight_grams for unit in units_in(parcel) if unit.line.product_id]
    return sum(grams or 0 for grams in known) or UNKNOWN_GRAMS


def _of(row: Label | Pickup) -> tuple[ReturnShipment, Case]:
    parcel = ReturnShipment.objects.select_related("address", "goes_to").get(merchant_id=row.merchant_id, pk=row.life_id)
    case = Case.objects.select_related("merchant", "order__consumer").get(merchant_id=row.merchant_id, pk=parcel.case_id)
    return parcel, case


def _consumer(case: Case, text: CaseText | None) -> Address:
    consumer = case.order.consumer
    return Address(name=consumer.name_zh or consumer.name_en, phone="", text=text.body if text else consumer.region)


def _shop(parcel: ReturnShipment, case: Case) -> Address:
    entry = parcel.goes_to
    if entry is not None:
        return Address(name=entry.name, phone=entry.phone, text=entry.address)
    where = parcel.address.body if parcel.address else case.merchant.return_address
    return Address(name=case.merchant.name_zh or case.merchant.name_en, phone="", text=where)


def _text(case: Case, kind: str) -> CaseText | None:
    rows = CaseText.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, kind=kind, erased_at__isnull=True)
    return rows.order_by("-pk").first()


def _kept(pdf: bytes) -> str:
    """Where the document lies in the storage; the same bytes lie in one place."""
    path = f"labels/{clock.now():%Y}/{clock.now():%m}/{hashlib.sha256(pdf).hexdigest()}.pdf"
    return path if default_storage.exists(path) else default_storage.save(path, ContentFile(pdf))


def _quietly(run: Callable[[], None]) -> None:
    """What surely cannot be undone at the carrier any more stays as it is there."""
    try:
        run()
    except CarrierRefuses as why:
        log.info("a carrier did not undo it", why=why.reason)


# ── parcels turned round ─────────────────────────────────────────────────────────────────────────────────────────────────────


@jobs.task("intercept_parcel", taken_up=True)
def intercept_parcel(parcel_id: int) -> None:
    """Job: the carrier of the delivery turned round, which is the way back from now on, or surely did not. Raises CarrierUnreachable."""
    parcel = ReturnShipment.objects.select_related("case").get(pk=parcel_id)
    if not parcel.LIFE.who_may(parcel.stage, "drop"):
        return
    try:
        sent = on_its_way(parcel.case)
        choosing.way(sent.carrier, "interception").intercept(carrier_key(sent.carrier), clean_waybill(sent.waybill), f"{parcel.ref}:back")
    except Unprocessable as why:
        not_intercepted(parcel.ref, why.code)
        return
    except CarrierRefuses as why:
        not_intercepted(parcel.ref, why.reason)
        return
    intercepted(parcel.ref, carrier=sent.carrier, waybill=clean_waybill(sent.waybill))
