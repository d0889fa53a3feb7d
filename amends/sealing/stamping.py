"""Time stamps over the chains of cases: when a case ends, when it is ruled on, and once a day while it is open and something happened.

1. An authority is asked from a job, never inside a transaction and never twice for the same head.
2. What is stamped is the canonical JSON of the newest line, so that the imprint is the head itself: whoever has the head can check it.
3. An authority that did not answer is left alone for REST seconds; `sweep` finds what lacks a stamp, so no failure loses one.
4. The roots that a stamp was verified under are kept beside it, under their own hash: they outlive a change of authority.
"""

from __future__ import annotations

import hashlib
import time
from datetime import datetime, timedelta

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection

from amends.cases.models import Case, Entry
from amends.cases.rules.lives import CASE
from amends.kernel import clock
from amends.plumbing import jobs
from amends.plumbing.timestamps.authority import Authority, AuthorityUnreachable, Stamp
from amends.plumbing.timestamps.choosing import authority, is_set_up
from amends.sealing.lines import line_of
from amends.sealing.models import TimeStamp
from amends.sealing.third_party.verify import line_bytes

log = structlog.get_logger(__name__)
ENDS = tuple(dict.fromkeys(verb for (_, verb, _), stage in CASE.moves.items() if CASE.stages[stage].is_over))
RULINGS = ("review.rule", "review.rule_by_default", "case.uphold", "case.change")
DAILY = timedelta(hours=24)
LACKS_FOR = timedelta(hours=24)
"""How long a stamp that is due may be missing before people are told."""
AFTER_THE_END = timedelta(days=30)
"""So long a case that ended is looked for; what ended before an authority was set up is not stamped afterwards."""
REST = 60.0
MOST = 200
_rests: dict[str, float] = {}

DUE = """
WITH asked AS (
    SELECT c.id, c.merchant_id, c.entries_count, c.closed_at, c.opened_at FROM cases_case c
    WHERE c.closed_at > %(ended_since)s AND c.closed_at <= %(ended_by)s
    UNION ALL
    SELECT c.id, c.merchant_id, c.entries_count, c.closed_at, c.opened_at FROM cases_case c
    WHERE c.closed_at IS NULL AND c.opened_at <= %(stamped_by)s
)
SELECT c.id FROM asked c
LEFT JOIN LATERAL (
    SELECT max(s.entries_count) AS lines, max(s.made_at) AS at FROM sealing_time_stamp s
    WHERE s.merchant_id = c.merchant_id AND s.case_id = c.id
) s ON true
WHERE c.entries_count > coalesce(s.lines, 0) AND (c.closed_at IS NOT NULL OR coalesce(s.at, c.opened_at) <= %(stamped_by)s)
ORDER BY c.closed_at NULLS LAST, c.id LIMIT %(most)s
"""
"""Two branches, each by an index of its own: the cases that ended lately, and those that are open."""


def hear(case_id: int) -> None:
    """A case ended or was ruled on: its head is stamped by a job of its own."""
    jobs.later("stamp_case", case_id=case_id)


def told(entry: Entry) -> None:
    """Listener of ENDS and RULINGS."""
    hear(entry.case_id)


def is_wanted(merchant_id: int) -> bool:
    """Whether there is an authority at all: without one no listener has anything to do."""
    return is_set_up()


@jobs.task("stamp_case")
def stamp_case(case_id: int) -> None:
    """Job: the newest line of the case has a stamp, or will have one by the sweep."""
    try:
        stamp(case_id)
    except AuthorityUnreachable as away:
        log.warning("no time stamp now; the sweep asks again", case=case_id, why=str(away))


@jobs.task("stamp_due")
def stamp_due(what: str = "due") -> None:
    """Job: one case after the other that lacks a stamp, until all have theirs or the authority does not answer."""
    for case_id in due():
        try:
            stamp(case_id)
        except AuthorityUnreachable as away:
            log.warning("no time stamps now; the sweep asks again", why=str(away))
            return


def sweep() -> int:
    """Cases that lack a stamp get a job, one for all of them; the log says which lack it for too long (notices/verbs/stamps.py tells
    people). For the clock; answers how many lack one."""
    if not is_set_up():
        return 0
    lacking = len(due())
    if lacking and not jobs.waiting("stamp_due", "what", ["due"]):
        jobs.later("stamp_due", what="due")
    if late := lacking_for_long():
        log.error("cases lack a time stamp for too long: ask the authority, or look at AMENDS_TSA_URL", cases=late[:10], lacking=len(late))
    return lacking


def due(*, most: int = MOST) -> list[int]:
    """The cases whose newest line wants a stamp now, ended ones first."""
    at = clock.now()
    return _due(ended_since=at - AFTER_THE_END, ended_by=at, stamped_by=at - DAILY, most=most)


def lacking_for_long(*, most: int = 50) -> list[int]:
    """The cases whose stamp is due for longer than LACKS_FOR."""
    at = clock.now() - LACKS_FOR
    return _due(ended_since=clock.now() - AFTER_THE_END, ended_by=at, stamped_by=at - DAILY, most=most)


def _due(**limits: datetime | int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(DUE, limits)
        return [case_id for (case_id,) in cursor.fetchall()]


def stamp(case_id: int) -> TimeStamp | None:
    """The newest line of the case has a stamp of the authority that is set up now; None where the case is gone or its last line is not
    the one that it names. Raises AuthorityUnreachable."""
    case = Case.objects.filter(pk=case_id).values("merchant_id", "head", "entries_count").first()
    if case is None:
        return None
    asked = authority()
    known = TimeStamp.objects.filter(merchant_id=case["merchant_id"], case_id=case_id, head=case["head"], authority=asked.key).first()
    if known is not None:
        return known
    entry = Entry.objects.filter(merchant_id=case["merchant_id"], case_id=case_id, number=case["entries_count"]).first()
    data = line_bytes(line_of(entry)) if entry else b""
    if entry is None or hashlib.sha256(data).hexdigest() != case["head"]:
        log.error("a timeline that does not end where its case says is not stamped", case=case_id)
        return None
    answer = _asked(asked, data)
    keep_roots(asked)
    TimeStamp.objects.bulk_create(
        [
            TimeStamp(
                merchant_id=case["merchant_id"], case_id=case_id, head=case["head"], entries_count=case["entries_count"],
                authority=asked.key, token=answer.answer, stamped_at=answer.at, made_at=clock.now(),
            )
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    return TimeStamp.objects.get(merchant_id=case["merchant_id"], case_id=case_id, head=case["head"], authority=asked.key)


def _asked(asked: Authority, data: bytes) -> Stamp:
    # Patience with the machine, whatever time the house plays.
    if time.monotonic() < _rests.get(asked.url, 0):
        raise AuthorityUnreachable(f"{asked.name} did not answer a moment ago")
    try:
        answer = asked.stamp(data)
    except AuthorityUnreachable:
        _rests[asked.url] = time.monotonic() + REST
        raise
    return answer


def keep_roots(asked: Authority) -> None:
    """The certificates that this authority's stamps are verified under are on file."""
    path = roots_path(asked.key)
    if not default_storage.exists(path):
        default_storage.save(path, ContentFile(asked.pem.encode()))


def roots_path(key: str) -> str:
    """Where the roots lie that stamps kept under this key were verified with."""
    return f"stamps/{key.rpartition('#')[2]}.pem"


def roots_of(key: str) -> bytes:
    """Those certificates, in PEM; empty where they are gone."""
    path = roots_path(key)
    if not default_storage.exists(path):
        return b""
    with default_storage.open(path) as file:
        return bytes(file.read())
