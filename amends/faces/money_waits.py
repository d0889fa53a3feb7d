"""What waits in the office's rooms about money, for the numbers beside their entries: what differs, deductions, bank files, failed pushes.

One statement for all of them, and only where the side bar of the office is drawn. Not about who may act: the rooms say that.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.http import HttpRequest

from amends.cases.queries import COUNT_LIMIT
from amends.kernel import clock
from amends.liability.models import DepositMove
from amends.liability.rules import ANNOUNCED, CONTESTED
from amends.people.rules import Actor
from amends.reconciliation.models import Difference
from amends.refunds.bank.hands import may_look
from amends.refunds.models import BankBatch, GatewayEvent

FAILED_SINCE = timedelta(days=30)
"""A push that failed longer ago is history: it stands on the page of pushes."""


@dataclass(frozen=True, slots=True)
class MoneyWaits:
    """How many wait, None for none; `late_…`: at least one of them should have been answered by now. Counting stops at COUNT_LIMIT."""

    differences: int | None = None
    deductions: int | None = None
    files: int | None = None
    pushes: int | None = None
    late_differences: bool = False
    late_deductions: bool = False


NOTHING = MoneyWaits()


def money_waits(request: HttpRequest) -> MoneyWaits:
    """What waits for whoever keeps or reads the platform's money; nothing for everybody else. One query."""
    actor = getattr(request, "actor", None)
    if not isinstance(actor, Actor) or not may_look(actor):
        return NOTHING
    at = clock.now()
    opened = Difference.objects.filter(resolved_at__isnull=True)
    # Announced ones are done by the clock; one that is over its notice is in the way of something.
    contested = DepositMove.objects.filter(kind="deduct").filter(Q(state=CONTESTED) | Q(state=ANNOUNCED, notice_until__lte=at))
    files = BankBatch.objects.filter(state="made")
    pushes = GatewayEvent.objects.filter(state="failed", received_at__gte=at - FAILED_SINCE)
    rows = _named(opened, "differences", due="due_at").union(
        _named(contested, "deductions", due="notice_until"), _named(files, "files"), _named(pushes, "pushes"), all=True
    )
    found = Counter((what, late) for what, late in rows)
    counts = {what: found[what, "late"] + found[what, ""] or None for what in ("differences", "deductions", "files", "pushes")}
    return MoneyWaits(
        **counts, late_differences=found["differences", "late"] > 0, late_deductions=found["deductions", "late"] > 0
    )  # fmt: skip


def _named(rows: QuerySet[Any], what: str, *, due: str = "") -> QuerySet[Any, Any]:
    """Each as its name and whether it is late, the latest first."""
    late = Case(When(**{f"{due}__lte": clock.now()}, then=Value("late")), default=Value(""), output_field=CharField()) if due else Value("")
    ordered: QuerySet[Any, Any] = rows.order_by(F(due).asc(nulls_last=True)) if due else rows.order_by()
    named: QuerySet[Any, Any] = ordered.annotate(room=Value(what, CharField()), lateness=late).values_list("room", "lateness")
    return named[:COUNT_LIMIT]
