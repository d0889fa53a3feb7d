"""The clock: due deadlines are read in batches without a lock, and each is fired by a conditional transition under its own case's lock.

Two clocks, a restart or a party that moves in the same moment can't make it fire twice: whoever comes second finds another generation
or an ended row and leaves it (B20). Reminders are read and given in the same way (`warn_due`), after whatever is due.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from amends.cases import hooks
from amends.cases.models import Deadline
from amends.cases.record import an_act
from amends.cases.reminding import remind_all
from amends.cases.taking import take_case_of
from amends.kernel import clock
from amends.people.rules import CLOCK
from amends.plumbing.shards import WHOLE, Shard

log = structlog.get_logger(__name__)
BATCH = 500


@dataclass(frozen=True, slots=True)
class Due:
    """What the clock reads of a due row: as little as it needs to find it again under the lock."""

    id: int
    case_id: int


def due_rows(*, most: int = BATCH, shard: Shard = WHOLE, but: Collection[int] = ()) -> list[Due]:
    """The next due deadlines, nearest first, without those in `but`; of several clocks each takes the merchants of its own shard."""
    rows = shard.rows(Deadline.objects.filter(ended_at__isnull=True, paused_since__isnull=True, due_at__lte=clock.now()))
    if but:
        rows = rows.exclude(pk__in=but)
    return [Due(*row) for row in rows.order_by("due_at", "id").values_list("id", "case_id")[:most]]


def tick(*, most: int = BATCH, shard: Shard = WHOLE) -> int:
    """The next `most` due deadlines have had their consequence; answers how many moved. One that fails is logged and stops no other:
    where failures took places in a full batch, those behind them are fired as well."""
    rows = due_rows(most=most, shard=shard)
    fired, failed = _fire_each(rows)
    stuck = failed
    while failed and len(rows) == most:
        rows = due_rows(most=most, shard=shard, but=stuck)
        more, failed = _fire_each(rows)
        fired, stuck = fired + more, stuck | failed
    return fired


def fire_all(rows: Sequence[Due]) -> int:
    """Each of these deadlines has had its consequence; answers how many moved."""
    return _fire_each(rows)[0]


def _fire_each(rows: Sequence[Due]) -> tuple[int, set[int]]:
    fired, failed = 0, set()
    for row in rows:
        try:
            fired += fire(row.id, row.case_id)
        except Exception:
            # The next tick tries again and `amends verify` lists it as overdue: a fault in one case must not silence all others.
            log.exception("deadline failed", deadline=row.id, case=row.case_id)
            failed.add(row.id)
    return fired, failed


@an_act
def fire(deadline_id: int, case_id: int) -> bool:
    """The consequence of this deadline has happened, once; False where somebody was faster."""
    case = take_case_of(case_id)
    row = Deadline.objects.filter(pk=deadline_id, ended_at__isnull=True, paused_since__isnull=True, due_at__lte=clock.now()).first()
    if row is None:
        return False
    life = case if row.life == "case" else hooks.LIVES[row.life]._default_manager.get(merchant_id=case.merchant_id, pk=row.life_id)
    if life.generation != row.generation:
        return False
    life.move(row.silence, CLOCK, facts={"limit": row.limit, "due_at": row.due_at.isoformat(), "basis": "silence"})
    return True


# ── reminders ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def cases_to_remind(*, most: int = BATCH, shard: Shard = WHOLE, but: Collection[int] = ()) -> list[int]:
    """The cases of the next `most` reminders whose time has come, each once, the earliest first, without those in `but`."""
    rows = shard.rows(Deadline.objects.filter(ended_at__isnull=True, paused_since__isnull=True, warn_at__lte=clock.now()))
    if but:
        rows = rows.exclude(case_id__in=but)
    return list(dict.fromkeys(rows.order_by("warn_at", "id").values_list("case_id", flat=True)[:most]))


def warn_due(*, shard: Shard = WHOLE, most: int = BATCH) -> int:
    """The next `most` reminders have been given; answers how many lines of timelines that made. A case that fails is logged and keeps
    no other from being reminded."""
    told, stuck = 0, set[int]()
    while cases := cases_to_remind(most=most, shard=shard, but=stuck):
        failed = set()
        for case_id in cases:
            try:
                told += remind(case_id)
            except Exception:
                log.exception("reminder failed", case=case_id)
                failed.add(case_id)
        stuck |= failed
        if not failed:
            break
    return told


@an_act
def remind(case_id: int) -> int:
    """Whoever this case waits for was reminded where the time for it has come, once; 0 where somebody was faster."""
    return remind_all(take_case_of(case_id))


def next_instant(shard: Shard = WHOLE) -> datetime | None:
    """When the clock has something to do next, a reminder or a consequence; for whoever moves the time himself."""
    rows = shard.rows(Deadline.objects.filter(ended_at__isnull=True, paused_since__isnull=True))
    due = rows.order_by("due_at").values_list("due_at", flat=True).first()
    warn = rows.filter(warn_at__isnull=False).order_by("warn_at").values_list("warn_at", flat=True).first()
    return min((at for at in (due, warn) if at is not None), default=None)
