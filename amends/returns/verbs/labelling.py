"""Prepaid labels: asked for, bought by a job, kept as a file, given up. A carrier is never spoken to here (errands.py does).

Invariants
 1. A parcel has at most one label that is asked for or bought; the database keeps it too.
 2. A label's reference is the key under which it is bought, for ever: a job that runs twice buys once.
 3. A label that nobody uses any more is voided at the carrier, so that nobody pays for it.
"""

from __future__ import annotations

from amends.cases.hands import check_hand
from amends.cases.models import Case
from amends.cases.record import an_act
from amends.cases.taking import take_life
from amends.cases.texts import clean_words, keep_text, told
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import new_ref
from amends.kernel.refusals import NoSuchMove, NotYourMove, Unprocessable
from amends.kernel.texts import say
from amends.people.rules import Actor
from amends.plumbing import jobs
from amends.plumbing.carriers import choosing
from amends.returns.models import ReturnShipment
from amends.returns.queries.whereabouts import BACK
from amends.returns.verbs.labels import DESTROY, LABEL, clean_carrier
from amends.shipping.couriers import carrier_key
from amends.shipping.models import Label

LIFE = "return_shipment"
ASKED, BOUGHT, FAILED, VOIDED = "asked", "bought", "failed", "voided"
LONGEST_ADDRESS = 300
SENDER = "sender"


@an_act
def ask_label(ref: str, *, carrier: str = "", address: str = "", by: Actor) -> Label:
    """A prepaid label is asked for and will be bought by a job; the one before, of another carrier, is given up.

    `address` is the consumer's own, for the label; `carrier` one that sells labels, the first where nobody chose. The consumer may ask
    where the way back is not at their cost, the merchant always. Raises NotYourMove, NoSuchMove, Unprocessable.
    """
    case, parcel = take_life(ReturnShipment, ref, by)
    to_be_sent(case, parcel, by)
    by_itself(parcel)
    if by.party is Party.CONSUMER and parcel.freight == Party.CONSUMER:
        wrong = say("这次寄回的运费由你承担，不能使用商家的预付面单。",
                    "The way back is at your cost, so the merchant's label isn't for it.")  # fmt: skip
        raise NotYourMove(wrong, code="freight_is_yours")
    chosen = _chosen(carrier)
    where = clean_words(address, field="address", longest=LONGEST_ADDRESS)
    text = keep_text(case, SENDER, where, by) if where else None
    give_up_label(parcel)
    label = Label.objects.create(
        merchant_id=case.merchant_id, ref=new_ref("LB"), life=LIFE, life_id=parcel.pk, carrier=chosen, state=ASKED, made_at=clock.now()
    )  # fmt: skip
    parcel.way = LABEL
    parcel.save(update_fields=["way"])
    parcel.tell("ask_label", by, facts={"parcel": parcel.ref, "carrier": chosen, **told(text)})
    jobs.later("buy_label", label_id=label.pk)
    return label


@an_act
def void_label(ref: str, *, by: Actor) -> ReturnShipment:
    """The label is given up and the parcel waits for another way. Raises NoSuchMove where there is none."""
    case, parcel = take_life(ReturnShipment, ref, by)
    to_be_sent(case, parcel, by)
    if not give_up_label(parcel):
        raise NoSuchMove(say("没有可以作废的面单。", "There is no label to give up."), code="no_label")
    parcel.way = ""
    parcel.save(update_fields=["way"])
    parcel.tell("void_label", by, facts={"parcel": parcel.ref})
    return parcel


def to_be_sent(case: Case, parcel: ReturnShipment, by: Actor) -> None:
    """The parcel waits for its consumer to send it back, and `by` is one of the two sides. Raises NoSuchMove, NotYourMove."""
    check_hand(case, by)
    if by.party not in (Party.CONSUMER, Party.MERCHANT):
        raise NotYourMove(say("这个包裹不由你来寄。", "It is not for you to send this parcel."))
    if parcel.direction != BACK or parcel.LIFE.becomes(parcel.stage, "ship", Party.CONSUMER) is None:
        raise NoSuchMove(say("这个包裹现在不在等寄出。", "This parcel does not wait to be sent now."), code="not_to_be_sent")
    if parcel.way == DESTROY:
        raise to_be_destroyed()


def by_itself(parcel: ReturnShipment) -> None:
    """The parcel has a way of its own. Raises NoSuchMove for one that lies in the box of another."""
    if parcel.travels_with is not None:
        rides = say("它和 {other} 装在一箱，请对那个包裹操作。", "It lies in the box of {other}. Please do this for that one.",
                    other=parcel.travels_with.ref)  # fmt: skip
        raise NoSuchMove(rides, code="in_another_box")


def to_be_destroyed() -> NoSuchMove:
    """The refusal of whatever would send goods that the merchant asked to have destroyed."""
    return NoSuchMove(say("这些商品不用寄回，请就地销毁。", "These goods need not travel. Please destroy them."), code="to_be_destroyed")


def live_label(parcel: ReturnShipment) -> Label | None:
    """The label of the parcel that is asked for or bought."""
    rows = Label.objects.filter(merchant_id=parcel.merchant_id, life=LIFE, life_id=parcel.pk, state__in=(ASKED, BOUGHT))
    return rows.order_by("pk").last()


def give_up_label(parcel: ReturnShipment) -> bool:
    """The parcel's label is voided, here now and at the carrier by a job; its waybill is taken off the parcel. False where it had none."""
    label = live_label(parcel)
    if label is None:
        return False
    Label.objects.filter(merchant_id=label.merchant_id, pk=label.pk).update(state=VOIDED, ended_at=clock.now())
    if label.waybill and parcel.waybill == label.waybill:
        parcel.carrier = parcel.waybill = ""
        parcel.freight_minor = None
        parcel.save(update_fields=["carrier", "waybill", "freight_minor"])
    jobs.later("void_label", label_id=label.pk)
    return True


def spend_label(parcel: ReturnShipment) -> None:
    """A label that travelled is no label of this parcel any more; it was used, so nobody voids it at the carrier."""
    label = live_label(parcel)
    if label is not None:
        Label.objects.filter(merchant_id=label.merchant_id, pk=label.pk).update(state=VOIDED, reason="used", ended_at=clock.now())


def _chosen(carrier: str) -> str:
    sold = choosing.served("labels")
    if not sold:
        none = say("现在没有承运商可以出面单，请换一种寄法。", "No carrier sells labels now. Please choose another way.")
        raise Unprocessable.field("carrier", none, code="no_labels")
    if not carrier.strip():
        return sold[0]
    key = carrier_key(clean_carrier(carrier))
    if key not in sold:
        raise Unprocessable.field("carrier", say("这家承运商不出面单。", "This carrier sells no labels."), code="not_offered")
    return key
