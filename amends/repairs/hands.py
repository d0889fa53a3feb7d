"""Whose hand moves a repair: the merchant's own, or that of the workshop whose job it is, speaking for the merchant.

A workshop is given jobs, never cases: no case is visible to it (`Case.visible_to`), and another workshop's job does not exist for it,
though it be about the same case.
"""

from __future__ import annotations

from django.db.models import QuerySet

from amends.cases.models import Case
from amends.cases.taking import take_known, take_life
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound
from amends.people.rules import Actor
from amends.repairs.models import Repair


def hand_of(repair: Repair, by: Actor) -> Actor:
    """As whom `by` acts about this job: a workshop's person as the merchant whose job it is. Raises NotFound for another's job."""
    if by.party is not Party.WORKSHOP:
        return by
    if not by.workshop_id or (repair.merchant_id, repair.workshop_id) != (by.merchant_id, by.workshop_id):
        raise NotFound
    return by.for_its_merchant()


def take_repair(ref: str, by: Actor) -> tuple[Case, Repair, Actor]:
    """The case and the job, locked, and as whom `by` acts about it. Raises NotFound."""
    if by.party is not Party.WORKSHOP:
        return *take_life(Repair, ref, by), by
    # The case is not for a workshop to see; it is locked for the sake of its job.
    known = jobs_seen_by(by).filter(ref=clean_ref(ref) or "").values("pk", "merchant_id", "case_id", "case__order_id").first()
    if known is None:
        raise NotFound
    case = take_known(known["merchant_id"], known["case__order_id"], known["case_id"])
    return case, Repair.objects.get(merchant_id=case.merchant_id, pk=known["pk"]), by.for_its_merchant()


def jobs_seen_by(by: Actor) -> QuerySet[Repair]:
    """The repairs that `by` may know of: those of their cases, and of a workshop its own alone."""
    rows = Repair.objects.select_related("case__consumer", "unit__line", "workshop")
    if by.party is Party.WORKSHOP:
        return rows.filter(merchant_id=by.merchant_id or 0, workshop_id=by.workshop_id) if by.workshop_id else rows.none()
    return rows.filter(case__in=Case.objects.visible_to(by))


def job_of(ref: str, by: Actor) -> tuple[Repair, Actor]:
    """The job with what pages show of it, and as whom `by` acts about it. Raises NotFound."""
    repair = jobs_seen_by(by).filter(ref=clean_ref(ref) or "").first()
    if repair is None:
        raise NotFound
    return repair, hand_of(repair, by)
