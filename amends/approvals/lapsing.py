"""What time does to approvals: those who could answer are reminded once, what nobody answered lapses, unreviewed broken glass rings.

Read without a lock, done one by one under the locks of case and row; one that fails stops no other and is tried again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import structlog
from django.db.models import QuerySet

from amends.approvals.answering import lapse
from amends.approvals.models import Approval
from amends.approvals.rules import State
from amends.approvals.rules_of_money import rules_on
from amends.approvals.telling import note_step
from amends.cases.models import Case
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.kernel import clock
from amends.people.rules import CLOCK
from amends.plumbing.rounds import one_by_one
from amends.plumbing.shards import WHOLE, Shard

log = structlog.get_logger(__name__)
BATCH = 200
Then = Callable[[Approval, Case | None], None]


def tick(shard: Shard = WHOLE) -> int:
    """Whatever is due now has happened; how many rows changed."""
    return _each(due(), lapse, shard) + _each(to_remind(), _remind, shard) + _each(unreviewed(), _ring, shard)


def due() -> QuerySet[Approval]:
    """Asked, and nobody answered in time."""
    return Approval.objects.filter(state=State.ASKED.value, due_at__lte=clock.now()).order_by("due_at", "pk")


def to_remind() -> QuerySet[Approval]:
    """Asked some while ago, not yet reminded of."""
    since = clock.now() - timedelta(hours=rules_on(clock.now()).approvals.remind_hours)
    return Approval.objects.filter(state=State.ASKED.value, warned=0, asked_at__lte=since, due_at__gt=clock.now()).order_by("due_at", "pk")


def unreviewed() -> QuerySet[Approval]:
    """Done behind broken glass, not reviewed in time, not yet rung about."""
    rows = Approval.objects.filter(state=State.BROKEN.value, reviewed_at__isnull=True, warned=0, review_due_at__lte=clock.now())
    return rows.order_by("review_due_at", "pk")


def _remind(row: Approval, case: Case | None) -> None:
    row.warned = 1
    row.save(update_fields=["warned"])
    note_step("remind", row, CLOCK, case)


def _ring(row: Approval, case: Case | None) -> None:
    row.warned = 1
    row.save(update_fields=["warned"])
    note_step("alarm", row, CLOCK, case)
    log.warning("broken glass was not reviewed in time", approval=row.ref)


def _each(rows: QuerySet[Approval], then: Then, shard: Shard) -> int:
    due_now = list(shard.rows(rows).values_list("pk", "case_id")[:BATCH])
    return one_by_one(due_now, partial(_one, rows, then), "an approval")


@an_act
def _one(rows: QuerySet[Approval], then: Then, pk: int, case_id: int | None) -> bool:
    case = take_case_of(case_id) if case_id else None
    row = rows.filter(pk=pk).select_for_update(of=("self",)).first()
    if row is None:
        return False
    then(row, case)
    return True
