"""Reads of complaints for the platform's people: those that wait, one case's, one number's. The sides of a case see none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from amends.cases.hands import STAFF, impartial, of_others
from amends.cases.models import Deadline, Entry
from amends.complaints.models import Complaint
from amends.complaints.rules import COMPLAINT, OPEN, RAISED
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound
from amends.kernel.texts import Text, say
from amends.people.models import User
from amends.people.rules import ROLES, Actor, Role

OWNER_ROLES = tuple(role.value for role, row in ROLES.items() if row.party is Party.PLATFORM and "desk" in row.faces)
SOON = timedelta(hours=48)
MOST = 200
STATES: Mapping[str, Text] = {
    "open": say("未结束", "open"),
    "soon": say("48 小时内到期", "due within 48 hours"),
    "raised": say("已交主管", "with a supervisor"),
    "over": say("已结束", "over"),
    "all": say("全部", "all"),
}
_DUE = Deadline.objects.filter(
    merchant_id=OuterRef("merchant_id"), life=COMPLAINT.name, life_id=OuterRef("pk"), generation=OuterRef("generation"),
    ended_at__isnull=True,
)  # fmt: skip


def complaints(by: Actor, *, case: str = "", state: str = "all", who: str = "", find: str = "") -> QuerySet[Complaint]:
    """The complaints that `by` may read, each with `due_at`, the first due first, then those that are over, newest first; none about a case
    to which `by` is a party.

    `state` is a key of STATES; `who` = me: what `by` answers for; `find`: a part of the number or of the authority's name, or a ref.
    """
    rows = Complaint.objects.select_related("case", "owner", "words", "answer", "outcome")
    if by.party not in STAFF or by.is_stranger:
        return rows.none()
    rows = of_others(rows, by)
    if case:
        rows = rows.filter(case__ref=case)
    if who == "me":
        rows = rows.filter(owner_id=by.user_id or 0)
    if find:
        rows = rows.filter(Q(number__icontains=find) | Q(authority__icontains=find) | Q(ref=clean_ref(find) or "-"))
    found: QuerySet[Complaint] = _in_state(rows.annotate(due_at=Subquery(_DUE.values("due_at")[:1])), state).order_by("due_at", "-pk")
    return found


def complaint_for(ref: str, by: Actor) -> Complaint:
    """One complaint. Raises NotFound."""
    found = complaints(by).filter(ref=clean_ref(ref) or "-").first()
    if found is None:
        raise NotFound
    return found


def authorities() -> list[str]:
    """The authorities that have written before, by name."""
    return list(Complaint.objects.order_by("authority").values_list("authority", flat=True).distinct()[:100])


def colleagues() -> list[User]:
    """Who may answer for a complaint: everybody who acts for the platform at its desk."""
    return list(User.objects.filter(is_active=True, memberships__role__in=OWNER_ROLES).distinct().order_by("name", "pk")[:200])


def waiting_for(by: Actor) -> QuerySet[Complaint]:
    """What the side bar counts: every complaint that is open."""
    if by.party not in STAFF or by.is_stranger:
        return Complaint.objects.none()
    return Complaint.objects.filter(stage__in=OPEN)


def whom_to_tell(entry: Entry) -> list[int]:
    """The people whom a line of a complaint concerns by name: whoever answers for it, or every agent where nobody does any more; at most
    MOST, and nobody of their own act or of a case to which they are a party."""
    row = Complaint.objects.filter(merchant_id=entry.merchant_id, pk=entry.life_id).select_related("case").first()
    if row is None:
        return []
    owner = User.objects.filter(pk=row.owner_id or 0, is_active=True, memberships__role__in=OWNER_ROLES).distinct()
    agents = User.objects.filter(is_active=True, memberships__role=Role.AGENT.value).order_by("pk").distinct()[:MOST]
    found = [one.pk for one in owner] or [one.pk for one in agents]
    return impartial(row.case, [one for one in found if one != entry.actor_id or entry.automatic])


def _in_state(rows: Any, state: str) -> Any:
    """Rows that have `due_at` beside their own columns."""
    if state == "open":
        return rows.filter(stage__in=OPEN)
    if state == "raised":
        return rows.filter(stage=RAISED)
    if state == "soon":
        return rows.filter(stage__in=OPEN, due_at__lte=clock.now() + SOON)
    if state == "over":
        return rows.exclude(stage__in=OPEN)
    return rows
