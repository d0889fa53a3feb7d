"""What open pages should hear of: one row and one wake-up in the caller's transaction, and reading the rows in the order of commits.

Invariants
 1. `changed` writes in the caller's transaction: what is rolled back is never heard of, what is committed always is.
 2. Ids and xids are drawn in one order and commit in another. A reader therefore never asks for "the rows after the last one", but for
    the rows that its last snapshot could not see. Their xid is at least that snapshot's xmin, so an index finds them.
 3. A mark (`Mark`) is the xmin of a snapshot: whatever was not yet visible when it was taken has at least this xid. Whoever comes back
    with a mark is told every such row; some twice, none never.
 4. Rows are kept for an hour and a mark counts for half of one: a transaction would have to last half an hour to slip between the two.

A row holds ids and topics, no text and no name. Who may hear of it is decided by amends.live, not here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import psycopg
from django.db import connection

from amends.kernel import clock
from amends.plumbing.models import LiveChange

CHANNEL = "amends_live"
KEPT = timedelta(hours=1)
MARK_COUNTS = timedelta(minutes=30)
MOST_READ = 5000
"""More rows than this at once (an import, the demo) are not told one by one: pages are told to look again at everything."""
EVERYBODY = frozenset({"consumer", "merchant", "platform"})

_TELL = (
    "WITH told AS (INSERT INTO plumbing_live_change (made_at, merchant_id, case_id, consumer_id, topics)"
    " VALUES (%s::timestamptz, %s::bigint, %s::bigint, %s::bigint, to_jsonb(%s::text[]))) SELECT pg_notify(%s::text, '')"
)
_FIRST = (
    "WITH present AS MATERIALIZED (SELECT pg_current_snapshot() AS s)"
    " SELECT s::text, c.xid::text, c.merchant_id, c.case_id, c.consumer_id, c.topics FROM present"
    " LEFT JOIN plumbing_live_change c ON c.made_at >= %s ORDER BY c.xid DESC, c.id DESC LIMIT %s"
)
_NEXT = (
    "WITH present AS MATERIALIZED (SELECT pg_current_snapshot() AS s)"
    " SELECT s::text, c.xid::text, c.merchant_id, c.case_id, c.consumer_id, c.topics FROM present"
    " LEFT JOIN plumbing_live_change c ON c.xid >= pg_snapshot_xmin(%s::pg_snapshot)"
    " AND NOT pg_visible_in_snapshot(c.xid, %s::pg_snapshot) ORDER BY c.id LIMIT %s"
)


class Change(NamedTuple):
    """Something changed: for whose eyes follows from merchant and consumer, what it was about from case and topics."""

    xid: int
    merchant_id: int
    case_id: int | None
    consumer_id: int | None
    topics: tuple[str, ...]


class Reading(NamedTuple):
    """What one look found: the changes, and the snapshot for the next look. `many` when there were more than anybody should be told."""

    snapshot: str
    changes: list[Change]
    many: bool = False

    @property
    def xmin(self) -> int:
        """Whatever this look could not see has at least this xid."""
        return xmin_of(self.snapshot)


class Mark(NamedTuple):
    """How far somebody had heard: `xmin` of what they saw last, and when (seconds since 1970, by the machine's clock)."""

    xmin: int
    at: int

    def __str__(self) -> str:
        return f"{self.xmin}-{self.at}"

    @property
    def counts(self) -> bool:
        """Whether the rows that its owner has missed are surely still kept."""
        return timedelta(seconds=clock.machine_now().timestamp() - self.at) < MARK_COUNTS


def mark_of(xmin: int) -> Mark:
    """The mark of somebody who has heard everything below `xmin` just now."""
    return Mark(xmin, int(clock.machine_now().timestamp()))


def read_mark(words: str) -> Mark | None:
    """A mark as `str` wrote it; None for anything else."""
    xmin, _, at = words.partition("-")
    short = words.isascii() and len(xmin) <= 20 and len(at) <= 11
    return Mark(int(xmin), int(at)) if short and xmin.isdigit() and at.isdigit() else None


def xmin_of(snapshot: str) -> int:
    """The oldest transaction that was still under way, of a snapshot as PostgreSQL writes it (`xmin:xmax:...`)."""
    return int(snapshot.split(":", 1)[0])


def changed(merchant_id: int, *, case_id: int | None = None, consumer_id: int | None = None, topics: Sequence[str]) -> None:
    """When the present transaction commits, open pages that show this learn of it; nothing is heard of one that rolls back.

    A topic is a bare word ("case", "notices"), or one with a party behind it ("case:platform") that only this party may hear.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TELL, [clock.machine_now(), merchant_id, case_id, consumer_id, list(topics), CHANNEL])


def topics_for(topic: str, audiences: Iterable[str]) -> list[str]:
    """`topic` for whoever may see one of these timeline lines (audiences as in the timeline: parties with commas between them)."""
    parties = {party for audience in audiences for party in audience.split(",")} & EVERYBODY
    return [topic] if parties == EVERYBODY else [f"{topic}:{party}" for party in sorted(parties | {"platform"})]


async def first_reading(reader: psycopg.AsyncConnection[Any], *, most: int) -> Reading:
    """The newest `most` rows that are kept, oldest first; `many` where there are older ones too."""
    rows = await (await reader.execute(_FIRST, [clock.machine_now() - KEPT, most + 1])).fetchall()
    found = _reading(rows, most)
    return found._replace(changes=found.changes[::-1])


async def next_reading(reader: psycopg.AsyncConnection[Any], snapshot: str) -> Reading:
    """Every row that became visible since `snapshot` was taken, once; none and `many` where they are more than MOST_READ."""
    rows = await (await reader.execute(_NEXT, [snapshot, snapshot, MOST_READ + 1])).fetchall()
    found = _reading(rows, MOST_READ)
    return found._replace(changes=[]) if found.many else found


def _reading(rows: Sequence[tuple[Any, ...]], most: int) -> Reading:
    changes = [Change(int(xid), merchant, case, consumer, tuple(topics)) for _, xid, merchant, case, consumer, topics in rows if xid]
    return Reading(rows[0][0], changes[:most], len(changes) > most)


def forget_old() -> int:
    """Rows older than KEPT are gone; how many."""
    return LiveChange.objects.filter(made_at__lt=clock.machine_now() - KEPT).delete()[0]
