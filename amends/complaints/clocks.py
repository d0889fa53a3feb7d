"""When a complaint is due: by our own limits, by the term that the authority named, and by the time that the law gives mediation.

1. Our limit for the first answer begins when the complaint came, not when somebody entered it: entering late wins no time.
2. The authority's own term counts where it is earlier; one that has passed already calls a supervisor and then counts no more.
3. Mediation ends 60 days after the authority accepted the complaint (CN-CMP-02; SAMR order 121, art. 22), however often it asks again,
   and later by the days of testing, which the law does not count; where nobody told us of the acceptance, after it came. Its count of
   days is the calendar's: the first day is not counted.
4. From that end on the authority has seven working days to say how it ended (art. 23); from when we learnt of it, where that is later by
   more than a day.
Nothing is due before the instant at which it begins to wait. What is learnt of 3 while a clock runs moves that clock (`reckon_anew`).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from amends.cases.life import LifeRow
from amends.cases.models import Deadline
from amends.cases.reminding import next_reminder, reminders_of
from amends.complaints.models import Complaint
from amends.complaints.rules import ANSWERED, COMPLAINT, ENDED, RECEIVED
from amends.kernel import clock
from amends.kernel.calendars import due
from amends.kernel.limits import Limit
from amends.policy.queries import calendar, due_by, duty_of_law_today

TAKEN_ON = "complaint_taken"
KNOWN_LATE = timedelta(days=1)


def due_of(row: Complaint) -> datetime:
    """When the stage that this complaint is in ends, if it begins now (`since`)."""
    return max(_due(row), row.since)


def shift(life: LifeRow) -> timedelta:
    """How much later, or sooner, than its stage's limit alone would say; nothing for every other life."""
    if not isinstance(life, Complaint) or life.is_over:
        return timedelta(0)
    return due_of(life) - _by_limit(life, life.since)


def reckon_anew(row: Complaint) -> None:
    """The clock that runs for this complaint ends when it should by what is known now; reminders that were given stay given."""
    running = Deadline.objects.filter(merchant_id=row.merchant_id, life=COMPLAINT.name, life_id=row.pk, ended_at__isnull=True).first()
    if running is None or running.due_at == (until := due_of(row)):
        return
    running.due_at = until
    running.warned = sum(1 for reminder in reminders_of(row.case, running) if reminder.at <= clock.now())
    running.warn_at = next_reminder(row.case, running)
    running.save(update_fields=["due_at", "warned", "warn_at"])


def mediation_ends(row: Complaint) -> datetime:
    """When the time that the law gives mediation is over, by what is known of its acceptance and of testing."""
    start = row.accepted_at or row.received_at
    return _by(row, COMPLAINT.stages[ANSWERED].limit or "", start + timedelta(days=row.paused_days))


def taken_on_by(row: Complaint) -> datetime | None:
    """By when the authority has to decide whether it takes the complaint on (CN-CMP-01), if it had it when it came to us; None where it
    has told us so already."""
    if row.accepted_at is not None or row.is_over:
        return None
    return due(row.received_at, Limit.parse(duty_of_law_today(TAKEN_ON)), calendar(row.case.merchant.calendar)).at


def _due(row: Complaint) -> datetime:
    if row.stage == ANSWERED:
        return mediation_ends(row)
    if row.stage == ENDED:
        # The last day of mediation is the day that is not counted; its end is the next day's first instant. Where it was over long before
        # anybody knew, people have that time from then on.
        ends = mediation_ends(row)
        return _by_limit(row, ends - timedelta(seconds=1) if row.since < ends + KNOWN_LATE else row.since)
    first = row.stage == RECEIVED and row.answer_id is None
    ours = _by_limit(row, row.received_at if first else row.since)
    # A term that has passed made the complaint a supervisor's; what a supervisor has left is our own limit.
    counts = row.answer_by is not None and (row.stage == RECEIVED or row.answer_by > row.since)
    return min(ours, row.answer_by) if counts and row.answer_by else ours


def _by_limit(row: Complaint, start: datetime) -> datetime:
    return _by(row, row.where.limit or "", start)


def _by(row: Complaint, limit: str, start: datetime) -> datetime:
    case = row.case
    days = calendar(case.merchant.calendar)
    return due_by(case.terms, limit, start=start, waits_for=row.awaited, calendar=days).at
