"""Parcels that travel as one: a leader with the waybill, and those of the same consumer's other cases that lie in its box.

Whatever happens to the box happens to each of them in one act. Their cases are locked in ascending order before anything moves.
"""

from __future__ import annotations

from django.db.models import Q

from amends.cases.models import Case
from amends.cases.taking import take_known
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound
from amends.people.rules import PLATFORM, Actor
from amends.returns.models import ReturnShipment


def take_box(ref: str, by: Actor) -> list[tuple[Case, ReturnShipment]]:
    """The parcel, the leader first, with everything that travels with it, and their cases, locked. Raises NotFound."""
    row = ReturnShipment.objects.filter(ref=clean_ref(ref) or "").values("pk", "merchant_id", "travels_with_id").first()
    if row is None:
        raise NotFound
    return _taken(row["merchant_id"], Q(pk=row["travels_with_id"] or row["pk"]), by)


def take_both(first: str, second: str, by: Actor) -> tuple[tuple[Case, ReturnShipment], tuple[Case, ReturnShipment]]:
    """Two parcels of one merchant with their cases, locked, in the order in which they were named. Raises NotFound."""
    refs = (clean_ref(first) or "", clean_ref(second) or "")
    rows = ReturnShipment.objects.filter(ref__in=refs).order_by("pk")
    known = {row.ref: row for row in rows}
    if set(refs) - set(known) or len({row.merchant_id for row in known.values()}) != 1:
        raise NotFound
    taken = {pair[1].ref: pair for pair in _lock(list(known.values()), by)}
    return taken[refs[0]], taken[refs[1]]


def named(box: list[tuple[Case, ReturnShipment]], ref: str) -> ReturnShipment:
    """Of what lies in a box the parcel with this reference."""
    return next((parcel for _, parcel in box if parcel.ref == clean_ref(ref)), box[0][1])


def may_follow(parcel: ReturnShipment, verb: str) -> bool:
    """Whether this verb can happen to what lies in a box: its claim may have been withdrawn in the meantime, or its count be used up."""
    parties = parcel.LIFE.who_may(parcel.stage, verb)
    return bool(parties) and parcel.may(verb, PLATFORM.as_party(parties[0]))


def all_of(ref: str, verb: str, by: Actor) -> tuple[ReturnShipment, list[ReturnShipment]]:
    """The parcel with this reference, and all of its box to which `verb` happens: itself, whatever its table says to that, the leader
    before the others. Their cases are locked. Raises NotFound."""
    box = take_box(ref, by)
    chosen = named(box, ref)
    return chosen, [parcel for _, parcel in box if parcel is chosen or may_follow(parcel, verb)]


def _taken(merchant_id: int, leader: Q, by: Actor) -> list[tuple[Case, ReturnShipment]]:
    found = ReturnShipment.objects.filter(leader, merchant_id=merchant_id).first()
    assert found is not None  # noqa: S101 - a leader's row is never deleted
    box = ReturnShipment.objects.filter(Q(pk=found.pk) | Q(travels_with_id=found.pk), merchant_id=merchant_id)
    taken = _lock(list(box.order_by("pk")), by)
    return sorted(taken, key=lambda pair: (pair[1].travels_with_id is not None, pair[1].pk))


def _lock(rows: list[ReturnShipment], by: Actor) -> list[tuple[Case, ReturnShipment]]:
    ids = sorted({row.case_id for row in rows})
    keys = {
        key["pk"]: key for key in Case.objects.visible_to(by).filter(pk__in=ids).order_by("pk").values("pk", "merchant_id", "order_id")
    }  # fmt: skip
    if set(ids) - set(keys):
        raise NotFound
    cases = {pk: take_known(keys[pk]["merchant_id"], keys[pk]["order_id"], pk) for pk in ids}
    fresh = ReturnShipment.objects.filter(merchant_id=rows[0].merchant_id, pk__in=[row.pk for row in rows]).order_by("pk")
    return [(cases[row.case_id], row) for row in fresh]
