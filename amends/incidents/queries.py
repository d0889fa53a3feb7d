"""Reads of incidents: all, one with its cases, those of a case, and the cases that a wish finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from amends.cases.models import Case, ClaimedUnit
from amends.incidents.models import Incident, IncidentCase
from amends.incidents.rules import CAUSES, STATES
from amends.kernel import clock
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound
from amends.kernel.texts import Text, say
from amends.market.models import Shipment
from amends.people.rules import Actor

MOST = 500
"""So many cases are put on an incident at once at most."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which cases: of a shop (its reference), an article (its reference), a batch, an issue, a carrier, and opened in the last `days`.
    Empty fields do not narrow; a wish without any finds nothing."""

    merchant: str = ""
    product: str = ""
    batch: str = ""
    issue: str = ""
    carrier: str = ""
    days: int = 30
    only_open: bool = True

    @property
    def is_empty(self) -> bool:
        return not (self.merchant or self.product or self.batch or self.issue or self.carrier)


@dataclass(frozen=True, slots=True)
class Told:
    """An incident as the sides of its cases read it; without `words` nothing was said yet."""

    ref: str
    title: Text
    words: Text | None
    state: str
    state_name: Text
    cause: Text
    opened_at: datetime
    closed_at: datetime | None


def incidents(actor: Actor, *, state: str = "") -> QuerySet[Incident]:
    """All incidents, newest first, with `n` open cases each; for the platform. Raises NotFound for others."""
    _only_platform(actor)
    rows = Incident.objects.annotate(n=Count("cases", filter=Q(cases__ended_at__isnull=True))).order_by("-opened_at", "-pk")
    return rows.filter(state=state) if state in STATES else rows


def incident_for(ref: str, actor: Actor) -> Incident:
    """One of them. Raises NotFound for others than the platform."""
    found = incidents(actor).filter(ref=clean_ref(ref) or "").first()
    if found is None:
        raise NotFound
    return found


def cases_of(row: Incident) -> list[int]:
    """The cases that hang on it now, by id, oldest first."""
    rows = IncidentCase.objects.filter(incident_id=row.pk, ended_at__isnull=True)
    return [pk for pk in rows.order_by("pk").values_list("case_id", flat=True) if pk is not None]


def case_rows(row: Incident, actor: Actor) -> QuerySet[Case]:
    """The same as cases that `actor` may see, the newest first."""
    hung = IncidentCase.objects.filter(incident_id=row.pk, ended_at__isnull=True).values("case_id")
    return Case.objects.visible_to(actor).filter(pk__in=hung).select_related("consumer", "merchant").order_by("-opened_at", "-pk")


def case_refs(rows: Sequence[Incident], actor: Actor, *, most: int) -> dict[int, list[str]]:
    """The references of the cases that hang on each of these now, by its id, the newest `most` of each. One query."""
    _only_platform(actor)
    found: dict[int, list[str]] = {row.pk: [] for row in rows}
    hung = IncidentCase.objects.filter(incident_id__in=found, ended_at__isnull=True).order_by("-case__opened_at", "-case_id")
    for incident_id, ref in hung.values_list("incident_id", "case__ref"):
        if len(found[incident_id]) < most:
            found[incident_id].append(ref)
    return found


def incidents_of(case: Case) -> list[Told]:
    """What the sides of a case read of the incidents that it hangs on; those without words are not told of yet."""
    rows = Incident.objects.filter(cases__merchant_id=case.merchant_id, cases__case_id=case.pk, cases__ended_at__isnull=True)
    return [told(row) for row in rows.order_by("-opened_at")]


def told(row: Incident) -> Told:
    """One incident in words."""
    cause = CAUSES.get(row.cause, CAUSES["other"])
    words = say(row.words_zh, row.words_en) if row.words_zh else None
    return Told(
        row.ref, say(row.title_zh, row.title_en), words, row.state, STATES[row.state], cause, row.opened_at,
        row.closed_at,
    )  # fmt: skip


def found_by(wish: Wish, actor: Actor, *, without: Incident | None = None) -> list[Case]:
    """The cases that the wish finds, newest first, MOST at most; those that hang on `without` already are left out."""
    _only_platform(actor)
    if wish.is_empty:
        return []
    rows = Case.objects.visible_to(actor).filter(opened_at__gt=clock.now() - timedelta(days=max(1, min(wish.days, 365))))
    if wish.only_open:
        rows = rows.filter(closed_at__isnull=True)
    if wish.merchant:
        rows = rows.filter(merchant__ref=clean_ref(wish.merchant) or "")
    if wish.issue:
        rows = rows.filter(issue=wish.issue)
    units = ClaimedUnit.objects.filter(merchant_id=OuterRef("merchant_id"), case_id=OuterRef("pk"))
    if wish.product:
        rows = rows.filter(Exists(units.filter(line__product__ref=clean_ref(wish.product) or "")))
    if wish.batch:
        rows = rows.filter(Exists(units.filter(unit__batch=wish.batch)))
    if wish.carrier:
        sent = Shipment.objects.filter(merchant_id=OuterRef("merchant_id"), order_id=OuterRef("order_id"), carrier__iexact=wish.carrier)
        rows = rows.filter(Exists(sent))
    if without is not None:
        hung = IncidentCase.objects.filter(merchant_id=OuterRef("merchant_id"), case_id=OuterRef("pk"), incident_id=without.pk)
        rows = rows.exclude(Exists(hung.filter(ended_at__isnull=True)))
    return list(rows.select_related("consumer", "merchant").order_by("-opened_at")[:MOST])


def _only_platform(actor: Actor) -> None:
    if not actor.sees_everything:
        raise NotFound
