"""What consumer, merchant and desk ask about a delivery: an enquiry, another address, the parcel back; and what the consumer says of it.

A carrier is never spoken to here: a job is left behind (errands.py).
"""

from __future__ import annotations

from django.db.models import QuerySet

from amends.cases.models import Case
from amends.cases.record import verb
from amends.cases.taking import take, take_life
from amends.cases.texts import clean_words, keep_text, told
from amends.cases.verbs import answering
from amends.deliveries.models import OutboundDelivery
from amends.deliveries.rules import DAMAGED, KINDS, MISDELIVERED, NOWHERE, OPEN, UNHEARD
from amends.kernel.parties import Party
from amends.kernel.refs import new_ref
from amends.kernel.refusals import Conflict, NoSuchMove, Unprocessable
from amends.kernel.texts import say
from amends.market.models import Shipment
from amends.people.rules import Actor
from amends.plumbing import jobs
from amends.shipping.couriers import carrier_key
from amends.shipping.rules import clean_waybill
from amends.shipping.verbs import watch

LONGEST_WORDS, LONGEST_ADDRESS = 500, 300
SHORTEST_WAYBILL = 8


@verb("delivery", "enquire")
def enquire(ref: str, *, kind: str = "", waybill: str = "", words: str = "", by: Actor) -> OutboundDelivery:
    """The carrier is asked where the parcel of case `ref` is, and its limit to answer runs; its waybill is watched from now on.

    `kind` is late, lost, misdelivered or damaged, the case's own issue where nobody said; `waybill` one of the order's where it has
    several. Raises NoSuchMove for a case that is over or not about the delivery and for a parcel that it has found lost or back,
    Unprocessable, Conflict where it is looked for already.
    """
    case = take(ref, by)
    if case.is_over or case.stage == "merged":
        raise NoSuchMove(say("售后单已经结束。", "The case is over."), code="case_is_over")
    if case.issue not in KINDS:
        raise NoSuchMove(say("这份售后单不是关于送货的。", "This case is not about the delivery."), code="not_about_delivery")
    shipment = _shipment(case, waybill)
    what = _kind(case, shipment, kind)
    if OutboundDelivery.objects.filter(merchant_id=case.merchant_id, shipment_id=shipment.pk, stage__in=OPEN).exists():
        raise Conflict(say("这个包裹已经在查了。", "This parcel is being looked for already."), code="looked_for_already")
    if _ended(case).filter(shipment_id=shipment.pk).exists():
        over = say("这个包裹已经查明：丢失或已退回商家。", "It is known of this parcel that it is lost, or back at the merchant.")
        raise NoSuchMove(over, code="looked_for_enough")
    said = clean_words(words, field="words", longest=LONGEST_WORDS)
    text = keep_text(case, "enquiry", said, by) if said else None
    number = clean_waybill(shipment.waybill)
    row = OutboundDelivery.born(
        "enquire", by, merchant_id=case.merchant_id, case=case, order_id=case.order_id, shipment=shipment, ref=new_ref("DL"), kind=what,
        carrier=shipment.carrier, waybill=number, why=text, facts={
            "kind": what, "carrier": carrier_key(shipment.carrier), **_ends(number), **told(text),
        },
    )  # fmt: skip
    watch(case.merchant_id, shipment.carrier, number, said_grams=shipment.weight_grams)
    leave_errand(row, "enquire")
    return row


@verb("delivery", "lead_elsewhere")
def lead_elsewhere(ref: str, *, address: str, by: Actor) -> OutboundDelivery:
    """The carrier is asked to bring the parcel to `address` instead. Raises Unprocessable without one."""
    case, row = take_life(OutboundDelivery, ref, by)
    where = clean_words(address, field="address", required=True, longest=LONGEST_ADDRESS)
    text = keep_text(case, "address", where, by)
    row.address = text
    row.save(update_fields=["address"])
    row.move("lead_elsewhere", by, facts={"delivery": row.ref, **told(text)})
    leave_errand(row, "lead_elsewhere")
    return row


@verb("delivery", "fetch_back")
def fetch_back(ref: str, *, by: Actor) -> OutboundDelivery:
    """The carrier is asked to turn the parcel round."""
    _, row = take_life(OutboundDelivery, ref, by)
    row.move("fetch_back", by, facts={"delivery": row.ref})
    leave_errand(row, "fetch_back")
    return row


@verb("delivery", "redeliver")
def redeliver(ref: str, *, carrier: str = "", waybill: str = "", by: Actor) -> OutboundDelivery:
    """What was fetched back is on its way again, under its old waybill or the one that is given, which is watched. Raises Unprocessable."""
    case, row = take_life(OutboundDelivery, ref, by)
    number = clean_waybill(waybill)
    if waybill and len(number) < SHORTEST_WAYBILL:
        raise Unprocessable.field("waybill", say("运单号太短。", "This waybill is too short."), code="not_a_waybill")
    if number and Shipment.objects.filter(merchant_id=case.merchant_id, waybill=number).exclude(order_id=case.order_id).exists():
        other = say("这个运单号是另一份订单的。", "This waybill is another order's.")
        raise Unprocessable.field("waybill", other, code="another_parcel")
    if number and number != row.waybill:
        row.new_waybill = number
        row.carrier = clean_words(carrier, field="carrier", longest=40) or row.carrier
        row.save(update_fields=["new_waybill", "carrier"])
        watch(case.merchant_id, row.carrier, number)
    row.move("redeliver", by, facts={"delivery": row.ref, **_ends(row.travels_as)})
    return row


@verb("delivery", "confirm")
def confirm(ref: str, *, and_withdraw: bool = False, by: Actor) -> OutboundDelivery:
    """The consumer has the parcel; with `and_withdraw` their claim is taken back in the same act."""
    case, row = take_life(OutboundDelivery, ref, by)
    row.move("confirm", by, facts={"delivery": row.ref})
    if and_withdraw:
        answering.withdraw(case.ref, by=by)
    return row


@verb("delivery", "report_absent")
def report_absent(ref: str, *, words: str = "", by: Actor) -> OutboundDelivery:
    """The carrier says that it delivered, and the consumer does not have it: it is asked again, so often as the case's terms allow."""
    case, row = take_life(OutboundDelivery, ref, by)
    said = clean_words(words, field="words", longest=LONGEST_WORDS)
    text = keep_text(case, "enquiry", said, by) if said else None
    row.kind, row.why = MISDELIVERED, text or row.why
    row.save(update_fields=["kind", "why"])
    row.move("report_absent", by, facts={"delivery": row.ref, **told(text)})
    leave_errand(row, "report_absent")
    return row


def leave_errand(row: OutboundDelivery, verb_name: str) -> None:
    """A job will ask it of the carrier when this act has committed."""
    jobs.later("run_errand", delivery_id=row.pk, verb=verb_name, turn=row.generation)


def _ends(waybill: str) -> dict[str, str]:
    return {"waybill_ends": waybill[-4:]}


def _shipment(case: Case, waybill: str) -> Shipment:
    rows = Shipment.objects.filter(merchant_id=case.merchant_id, order_id=case.order_id, shipped_at__isnull=False).exclude(waybill="")
    found = [row for row in rows.order_by("pk") if not waybill or clean_waybill(row.waybill) == clean_waybill(waybill)]
    if not found:
        none = say("没有这样一个已发出的包裹。", "No such parcel was sent.")
        raise Unprocessable.field("waybill", none, code="no_parcel")
    if len(found) > 1 and not waybill:
        which = say(
            "这一单有几个包裹，请选一个：{all}。",
            "The order has several parcels; choose one: {all}.",
            all=", ".join(r.waybill for r in found),
        )
        raise Unprocessable.field("waybill", which, code="which_parcel")
    return found[0]


def _kind(case: Case, shipment: Shipment, kind: str) -> str:
    if kind and kind not in KINDS:
        wrong = say("可选：{all}。", "Choose one of {all}.", all=", ".join(KINDS))
        raise Unprocessable.field("kind", wrong, code="unknown_kind")
    what = kind or case.issue
    if what == DAMAGED != case.issue:
        other = say("这份售后单不是关于破损的。", "This case is not about damage.")
        raise Unprocessable.field("kind", other, code="not_about_damage")
    if shipment.signed_at is None or what not in UNHEARD:
        return what
    if not kind:
        return MISDELIVERED
    signed = say("物流记录显示已签收，请选“显示签收，但没有收到”。", "By the record it was delivered. Say that it did not reach you.")
    raise Unprocessable.field("kind", signed, code="signed_for")


def may_enquire(case: Case, by: Actor) -> bool:
    """Whether this side could ask the carrier now: the case is about a delivery, and a parcel of it is not being looked for."""
    if by.only_reads or case.is_over or case.stage == "merged" or case.issue not in KINDS:
        return False
    if by.party not in (Party.CONSUMER, Party.MERCHANT, Party.PLATFORM):
        return False
    return bool(free_shipments(case))


def free_shipments(case: Case) -> list[Shipment]:
    """The parcels of the case's order that were sent, that nobody looks for, and of which it is not known that they will not come."""
    sought = OutboundDelivery.objects.filter(merchant_id=case.merchant_id, order_id=case.order_id, stage__in=OPEN)
    rows = Shipment.objects.filter(merchant_id=case.merchant_id, order_id=case.order_id, shipped_at__isnull=False).exclude(waybill="")
    return list(rows.exclude(pk__in=sought.values("shipment_id")).exclude(pk__in=_ended(case).values("shipment_id")).order_by("pk"))


def _ended(case: Case) -> QuerySet[OutboundDelivery]:
    """What this case's own enquiries have found lost, or back at the merchant."""
    return OutboundDelivery.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, stage__in=NOWHERE)


def kinds_of(case: Case, shipment: Shipment) -> list[str]:
    """What may be said to be wrong with this parcel: damage in a case about damage alone, since of what came nobody asks where it is."""
    said = [kind for kind in KINDS if shipment.signed_at is None or kind not in UNHEARD]
    return [kind for kind in said if kind != DAMAGED or case.issue == DAMAGED]
