"""When a complaint is due: by our own limits, by the term that the authority named, and by the time that the law gives mediation.

1. Our limit for the first answer begins when the complaint came, not when somebody entered it: entering late wins no time.
2. The authority's own term counts where it is earlier; one that has passed already calls a supervisor and then counts no more.
3. Mediation ends 60 days after the authority accepted the complaint (CN-CMP-02; SAMR order 121, art. 22), however often it asks again;
   where nobody told us of the acceptance, after it came. Its count of days is the calendar's: the first day is not counted.
Nothing is due before the instant at which it begins to wait.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from amends.cases.life import LifeRow
from amends.complaints.models import Complaint
from amends.complaints.rules import ANSWERED, RECEIVED
from amends.policy.queries import calendar, due_by


def due_of(row: Complaint) -> datetime:
    """When the stage that this complaint is in ends, if it begins now (`since`)."""
    return max(_due(row), row.since)


def shift(life: LifeRow) -> timedelta:
    """How much later, or sooner, than its stage's limit alone would say; nothing for every other life."""
    if not isinstance(life, Complaint) or life.is_over:
        return timedelta(0)
    return due_of(life) - _by_limit(life, life.since)


def _due(row: Complaint) -> datetime:
    if row.stage == ANSWERED:
        return _by_limit(row, row.accepted_at or row.received_at)
    first = row.stage == RECEIVED and row.answer_id is None
    ours = _by_limit(row, row.received_at if first else row.since)
    # A term that has passed made the complaint a supervisor's; what a supervisor has left is our own limit.
    counts = row.answer_by is not None and (row.stage == RECEIVED or row.answer_by > row.since)
    return min(ours, row.answer_by) if counts and row.answer_by else ours


def _by_limit(row: Complaint, start: datetime) -> datetime:
    case, stage = row.case, row.where
    days = calendar(case.merchant.calendar)
    return due_by(case.terms, stage.limit or "", start=start, waits_for=row.awaited, calendar=days).at
