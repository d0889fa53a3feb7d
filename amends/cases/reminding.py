"""Reminders of limits (LIFECYCLE 15): when each is due, and what it does: one line of the timeline, which listeners put into notices.

Invariants
 1. A limit of an hour or more for which somebody can be reached is reminded of at least once, after it began and before it ends; one
    that stands still is not, and its reminders move on with it.
 2. No reminder comes twice, however many clocks run: it is given under the case's lock, and its row then waits for the next one.
 3. Of several that were missed only the latest is given; one whose limit has ended never is.
 4. Units of one parcel wait alike and are reminded of once.
A reminder is no move: no stage, turn or figure knows of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from amends.cases import acting, hooks
from amends.cases.life import LifeRow
from amends.cases.models import Case, Deadline
from amends.cases.rules.beside import COMPLAINTS, TASKS
from amends.cases.rules.told import REMIND
from amends.kernel import clock
from amends.kernel.calendars import warnings_of
from amends.kernel.calendars.warnings import Reminder
from amends.kernel.parties import Party
from amends.people.rules import CLOCK
from amends.policy.queries import calendar, due_by, holds_of

NOBODY_THERE = frozenset({Party.CARRIER, Party.GATEWAY, Party.SUPPLIER, Party.CLOCK})
"""Sides that are machines of others: nobody reads a reminder there."""
STANDS_FOR = {"parts_arrive": Party.MERCHANT}
"""Limits of such a side that a side of the case answers for: the merchant ordered the parts, and can note that they came."""
OWNED = TASKS | COMPLAINTS
"""Limits of which each is somebody else's to keep, however alike they are: every one is reminded of."""
SIDES = frozenset({Party.CONSUMER, Party.MERCHANT, Party.LEADER})


def reminders_of(case: Case, row: Deadline) -> tuple[Reminder, ...]:
    """Every reminder of this limit, the earliest first, those given already too; where its clock stood still, all that much later."""
    parties = reminded(row)
    if NOBODY_THERE.issuperset(parties):
        return ()
    days, start = calendar(case.merchant.calendar), row.started_at
    if row.backstop:
        start += row.due_at - due_by(case.terms, row.limit, start=start, waits_for=parties_of(row), calendar=days).at
    return warnings_of(start, row.due_at, days, holds=holds_of(case.terms, row.limit, days))


def next_reminder(case: Case, row: Deadline) -> datetime | None:
    """When the next reminder of this limit is due; None where there is none any more, or its clock stands still."""
    if row.paused_since is not None:
        return None
    return next((reminder.at for reminder in reminders_of(case, row)[row.warned :]), None)


def parties_of(row: Deadline) -> tuple[Party, ...]:
    """For whom a limit waits."""
    return tuple(Party(party) for party in row.waits_for.split(","))


def reminded(row: Deadline) -> tuple[Party, ...]:
    """Who reads the reminders of a limit: for whom it waits, or who stands for them."""
    return (STANDS_FOR[row.limit],) if row.limit in STANDS_FOR else parties_of(row)


def remind_all(case: Case) -> int:
    """Whoever a held case waits for has been reminded of every limit whose time for it has come; answers how many lines were told."""
    now = clock.now()
    rows = Deadline.objects.filter(
        merchant_id=case.merchant_id, case_id=case.pk, ended_at__isnull=True, paused_since__isnull=True, warn_at__lte=now
    ).order_by("due_at", "id")
    told: set[tuple[str, str, str, int]] = set()
    for row in rows:
        reached = [reminder for reminder in reminders_of(case, row) if reminder.at <= now]
        _keep_next(case, row, len(reached))
        like = (row.life, row.limit, row.waits_for, row.life_id if row.limit in OWNED else 0)
        if row.due_at > now and reached and like not in told:
            told.add(like)
            _tell(case, row, reached)
    return len(told)


def _keep_next(case: Case, row: Deadline, reached: int) -> None:
    # Not one more than before: a row may be looked at before its first reminder, as all that were open at the upgrade are.
    row.warned = max(row.warned, reached)
    row.warn_at = next_reminder(case, row)
    row.save(update_fields=["warned", "warn_at"])


def _tell(case: Case, row: Deadline, reached: Sequence[Reminder]) -> None:
    facts = {
        "limit": row.limit, "due_at": row.due_at.isoformat(), "left": reached[-1].left, "silence": row.silence,
        "to": ",".join(party.value for party in reminded(row)),
    }  # fmt: skip
    audience = acting.EVERYBODY if SIDES.intersection(reminded(row)) else acting.PLATFORM_ONLY
    _life(case, row).tell(REMIND, CLOCK, facts=facts, audience=audience)


def _life(case: Case, row: Deadline) -> LifeRow:
    if row.life == "case":
        return case
    return hooks.LIVES[row.life]._default_manager.get(merchant_id=case.merchant_id, pk=row.life_id)
