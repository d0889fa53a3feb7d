"""Refunds beside chargebacks: of a sum that a bank is deciding about, nothing more is sent, and what it has paid is not paid again (B6).

Invariants, for each tender, kept whenever a chargeback or a refund of it moves (`keep_apart`, under the payment's lock)
 1. What may be sent (intended, failed) fits into captured - delivered - in flight - chargebacks open or won by the consumer.
 2. While chargebacks are open, at least their sum of what is not sent yet is frozen: it may be the same matter.
 3. What a bank has paid and covered no refund yet covers those that are not sent, the oldest first; of one that is only partly covered
    the grant is reduced, its parts say by how much (COVERED: the consumer has it, so it counts as given back), the rest intended anew.
 4. Nothing stays frozen because of how often it was: with no chargeback open an unfreeze is a bank's doing and is not counted.
What is in flight is answered first; a sure failure of it is frozen then. Not about postings of the chargeback itself: chargebacks.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from amends.cases.models import Case, Grant
from amends.cases.taking import take_case_of
from amends.market.models import Tender
from amends.people.rules import GATEWAY, PLATFORM
from amends.refunds.bookings import settle_covered
from amends.refunds.books import BY_BANK, DELIVERED, FROZEN, LIVE, UNANSWERED, UNSENT, Unsent, frozen_of
from amends.refunds.models import Chargeback, Refund
from amends.refunds.reserving import drop, move_uncounted
from amends.refunds.rules import DECIDING, HANDED_BACK, TAKEN

COVERED = "covered"
"""The part of a grant that a bank has paid, in `Grant.parts`."""
LATE = "covered_late"
"""The posting of a refund that a bank has paid before it was owed, or before it was free to be covered."""
Anew = Callable[[Case, Refund, int], Refund]
"""Writes an intent of so many minor units in place of a refund that was dropped (intents.py gives it: this room stands below)."""


@dataclass(frozen=True, slots=True)
class Disputes:
    """The chargebacks of one tender, in the order of their opening."""

    rows: Sequence[Chargeback]

    @property
    def open_minor(self) -> int:
        return sum(row.amount_minor for row in self.rows if row.state == DECIDING)

    @property
    def taken_minor(self) -> int:
        """What banks hold or have kept."""
        return sum(row.amount_minor for row in self.rows if row.state != HANDED_BACK)

    def paid(self) -> Iterable[Chargeback]:
        """Those by which a bank has paid more than covered a refund so far."""
        return (row for row in self.rows if row.state == TAKEN and row.covered_minor < row.amount_minor)


def disputes_of(tender: Tender) -> Disputes:
    """What banks have said about this tender."""
    return Disputes(list(Chargeback.objects.filter(merchant_id=tender.merchant_id, tender_id=tender.pk).order_by("pk")))


def keep_apart(tender: Tender, anew: Anew, *, only: Case | None = None, booked: str = LATE) -> None:
    """The invariants of this room hold for the tender again. `booked`: the posting of what is covered now.

    `only`: refunds of this case alone are moved, because no other has changed; else every case of theirs is taken, in ascending order.
    """
    disputes = disputes_of(tender)
    if not disputes.rows:
        return
    every = Refund.objects.filter(merchant_id=tender.merchant_id, tender_id=tender.pk)
    mine = every.filter(stage__in=UNSENT) if only is None else every.filter(stage__in=UNSENT, case_id=only.pk)
    cases = {pk: take_case_of(pk) for pk in sorted({*mine.values_list("case_id", flat=True)})}
    _cover(disputes, list(mine.select_related("grant").order_by("pk")), cases, anew, booked)
    rows = list(every.filter(stage__in=LIVE - BY_BANK).order_by("pk"))
    gone = sum(row.amount_minor for row in rows if row.stage in DELIVERED | UNANSWERED)
    unsent = [Unsent(row.pk, row.amount_minor, row.stage in FROZEN) for row in rows if row.stage in UNSENT]
    held = frozen_of(unsent, tender.captured_minor - gone - disputes.taken_minor, disputes.open_minor)
    for row in rows:
        if row.case_id in cases and row.stage in UNSENT:
            _freeze(row) if row.pk in held else _unfreeze(row, cases[row.case_id], counted=bool(disputes.open_minor))


def _freeze(row: Refund) -> None:
    if row.stage not in FROZEN:
        row.move("freeze", GATEWAY, facts={"refund": row.ref, "amount_minor": row.amount_minor, "unit": row.unit})


def _unfreeze(row: Refund, case: Case, *, counted: bool) -> None:
    """`counted`: while banks are still deciding refunds may change places only as often as the terms allow; else it ends here."""
    if row.stage not in FROZEN:
        return
    facts = {"refund": row.ref, "amount_minor": row.amount_minor, "unit": row.unit}
    if not counted:
        move_uncounted(row, case, "unfreeze", GATEWAY, facts)
    elif row.may("unfreeze", GATEWAY):
        row.move("unfreeze", GATEWAY, facts=facts)


def _cover(disputes: Disputes, unsent: Sequence[Refund], cases: dict[int, Case], anew: Anew, booked: str) -> None:
    for row in disputes.paid():
        for refund in unsent:
            if refund.stage in UNSENT and row.covered_minor < row.amount_minor:
                _cover_one(row, refund, cases[refund.case_id], anew, booked)


def _cover_one(row: Chargeback, refund: Refund, case: Case, anew: Anew, booked: str) -> None:
    rest = row.amount_minor - row.covered_minor
    facts = {"refund": refund.ref, "chargeback": row.ref, "unit": refund.unit}
    if refund.amount_minor > rest:
        _cover_part(row, refund, case, anew)
        return
    if refund.stage not in FROZEN:
        refund.move("freeze", GATEWAY, facts=facts)
    refund.move("cover", GATEWAY, facts={**facts, "amount_minor": refund.amount_minor, "booked": booked})
    _note(row, refund.amount_minor)
    if booked == LATE:  # with the bank's decision itself chargebacks.py settles what all of it took
        settle_covered(refund, case)


def _cover_part(row: Chargeback, refund: Refund, case: Case, anew: Anew) -> None:
    rest = row.amount_minor - row.covered_minor
    if refund.stage in FROZEN:
        _unfreeze(refund, case, counted=False)
    left = refund.amount_minor - rest
    drop(refund, case, PLATFORM)
    grant = Grant.objects.get(merchant_id=refund.merchant_id, pk=refund.grant_id)
    grant.reduced_minor += rest
    grant.parts = {**grant.parts, COVERED: grant.parts.get(COVERED, 0) + rest}
    grant.save(update_fields=["reduced_minor", "parts"])
    _note(row, rest)
    anew(case, refund, left)


def _note(row: Chargeback, minor: int) -> None:
    row.covered_minor += minor
    row.save(update_fields=["covered_minor"])
