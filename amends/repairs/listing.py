"""Repairs as a list: those that are not over, by what is asked of them. For pages, the API and the terminal alike.

A repair counts as late where its limit is over or ends within a day, or where the time of an appointment is over and nobody has said
what came of it. Those on trial are at home and wait for nobody's work: they are listed only when their stage is asked for.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from amends.cases.models import Deadline
from amends.kernel import clock
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.people.rules import Actor
from amends.repairs.free import BOOKED
from amends.repairs.models import Appointment, Repair
from amends.repairs.queries import HOLDS, visible, with_words
from amends.repairs.rules import REPAIR

SOON = timedelta(days=1)
"""A limit that ends within this is late: whoever looks can still do something about it."""
OWN = "-"
"""Instead of a workshop: what the shop repairs by itself, or nobody has yet."""


def repairs(by: Actor, *, stage: str = "", late: bool = False, workshop: str = "") -> QuerySet[Repair]:
    """The repairs that `by` may know of, with `due_at` and `visit_at`, the oldest first: in this stage (left empty, all that somebody
    still works on), the late ones, at this workshop (WS-… or its key; `-` for none). Raises Unprocessable for an unknown stage."""
    if stage and stage not in REPAIR.stages:
        unknown = say("没有这个阶段：{it}。", "There is no such stage: {it}.", it=stage[:40])
        raise Unprocessable.field("stage", unknown, code="unknown_stage")
    rows = visible(by).filter(stage__in=[stage] if stage else HOLDS)
    if workshop == OWN:
        rows = rows.filter(workshop__isnull=True)
    elif workshop:
        rows = rows.filter(Q(workshop__ref=workshop) | Q(workshop__key=workshop))
    limit = Deadline.objects.filter(merchant_id=OuterRef("merchant_id"), life=REPAIR.name, life_id=OuterRef("pk"), ended_at__isnull=True)
    visit = Appointment.objects.filter(merchant_id=OuterRef("merchant_id"), repair_id=OuterRef("pk"), state=BOOKED)
    ahead = Subquery(visit.order_by("starts_at").values("starts_at")[:1])
    rows = rows.annotate(due_at=Subquery(limit.order_by("due_at").values("due_at")[:1]), visit_at=ahead)
    if late:
        now = clock.now()
        rows = rows.filter(Q(due_at__lte=now + SOON) | Exists(visit.filter(ends_at__lt=now)))
    return with_words(rows).select_related("case__merchant", "case__consumer").order_by("pk")


def nearest_first(rows: QuerySet[Repair]) -> QuerySet[Repair]:
    """For pages: whose limit ends first comes first."""
    return rows.order_by(F("due_at").asc(nulls_last=True), "pk")
