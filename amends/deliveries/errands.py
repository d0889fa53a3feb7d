"""What is asked of carriers about deliveries, by jobs: enquiries, other addresses, parcels back. One key asks once for ever.

Three steps that any process may die between: the verb left a job; the job asks the carrier, outside of any transaction, under a key made of
the delivery and its turn; a second transaction takes the answer, where the delivery is still in that turn.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog

from amends.cases.models import Entry
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.deliveries.models import OutboundDelivery
from amends.deliveries.rules import ERRANDS
from amends.deliveries.tracking import follow
from amends.deliveries.verbs.answering import keep_way, take_new_way
from amends.people.rules import CARRIER
from amends.plumbing import jobs
from amends.plumbing.carriers import choosing
from amends.plumbing.carriers.port import Address, Carrier, CarrierRefuses
from amends.shipping.couriers import carrier_key
from amends.shipping.queries import track_of

log = structlog.get_logger(__name__)
LONGEST_REASON = 80


@jobs.task("run_errand", taken_up=True)
def run_errand(delivery_id: int, verb: str, turn: int) -> None:
    """Job: the carrier was asked what `verb` wants, once; what it said at once is on record. Raises CarrierUnreachable, to be run again."""
    row = OutboundDelivery.objects.select_related("address", "order__consumer").get(pk=delivery_id)
    if row.generation != turn:
        return
    track = track_of(row.merchant_id, row.carrier, row.travels_as)
    if track is not None and follow(row, track):
        return
    carrier = carrier_key(row.carrier)
    service = ERRANDS[verb]
    if not choosing.serves(carrier, service):  # type: ignore[arg-type]
        _tell(row, turn, "ask_by_hand", {"errand": verb})
        return
    try:
        reference = CALLS[verb](choosing.way(carrier, service), row, carrier, f"{row.ref}:{verb}:{turn}")  # type: ignore[arg-type]
    except CarrierRefuses as no:
        log.info("a carrier refused an errand", delivery=row.ref, verb=verb, reason=no.reason)
        _refused(row, turn, verb, no.reason)
        return
    _tell(row, turn, "reach_carrier", {"errand": verb, "reference": reference[:LONGEST_REASON]})
    if verb == "lead_elsewhere":
        _in_turn(row, turn, lambda: take_new_way(row.ref, by=CARRIER))


def _enquire(way: Carrier, row: OutboundDelivery, carrier: str, key: str) -> str:
    return way.enquire(carrier, row.travels_as, row.kind, key)


def _redirect(way: Carrier, row: OutboundDelivery, carrier: str, key: str) -> str:
    consumer, where = row.order.consumer, row.address.body if row.address else ""
    return way.redirect(carrier, row.travels_as, Address(consumer.name_zh, "", where), key)


def _intercept(way: Carrier, row: OutboundDelivery, carrier: str, key: str) -> str:
    return way.intercept(carrier, row.travels_as, key)


CALLS: dict[str, Callable[[Carrier, OutboundDelivery, str, str], str]] = {
    "enquire": _enquire, "report_absent": _enquire, "lead_elsewhere": _redirect, "fetch_back": _intercept,
}  # fmt: skip


def _refused(row: OutboundDelivery, turn: int, verb: str, reason: str) -> None:
    if verb in ("lead_elsewhere", "fetch_back"):
        _in_turn(row, turn, lambda: keep_way(row.ref, by=CARRIER))
    else:
        _tell(row, turn, "turn_down", {"errand": verb, "reason": reason[:LONGEST_REASON]})


@an_act
def _in_turn(row: OutboundDelivery, turn: int, move: Callable[[], object]) -> None:
    """`move` is made where the delivery still waits for this very answer: what was asked later has an answer of its own."""
    if _is_waited_for(row, turn):
        move()
    else:
        log.info("the delivery has moved on", delivery=row.ref)


@an_act
def _tell(row: OutboundDelivery, turn: int, what: str, facts: dict[str, str]) -> None:
    """A line, once for each turn however often the job runs."""
    if not _is_waited_for(row, turn):
        return
    said = Entry.objects.filter(merchant_id=row.merchant_id, case_id=row.case_id, life=row.LIFE.name, life_id=row.pk, verb=what)
    if not said.filter(made_at__gte=row.since).exists():
        row.tell(what, CARRIER, facts={"delivery": row.ref, **facts})


def _is_waited_for(row: OutboundDelivery, turn: int) -> bool:
    """Whether it is still in this turn; its case is locked from here on."""
    take_case_of(row.case_id)
    return OutboundDelivery.objects.filter(merchant_id=row.merchant_id, pk=row.pk, generation=turn).exists()
