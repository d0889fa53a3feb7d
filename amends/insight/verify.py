"""Every invariant of the house, asked of the whole database: the books, the refunds, the chains, the clocks. It reads and changes nothing.

Each check answers its offenders in words; an empty list is a promise kept. `amends verify` runs them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from hashlib import sha256
from itertools import groupby
from typing import NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef

from amends.cases import hooks
from amends.cases.models import Case, CaseText, Deadline, Entry, Turn
from amends.cases.record import entry_hash
from amends.kernel import clock
from amends.plumbing.models import Beat
from amends.refunds.queries import books_check

LATE = timedelta(seconds=60)
MOST = 50
UNCHANGING = ("cases_entry", "refunds_posting", "refunds_line", "policy_decision")


class Check(NamedTuple):
    """One invariant: its name, what it promises, and how it finds offenders."""

    name: str
    promise: str
    offenders: Callable[[], list[str]]


def broken_chains() -> list[str]:
    """Timelines whose hashes do not follow from each other, or whose case names another end."""
    ends = dict(Case.objects.values_list("pk", "head"))
    counts = dict(Case.objects.values_list("pk", "entries_count"))
    found: list[str] = []
    entries = Entry.objects.order_by("case_id", "number").iterator(chunk_size=5000)
    for case_id, chain in groupby(entries, key=lambda e: e.case_id):
        before, number = "", 0
        for number, entry in enumerate(chain, 1):
            if (entry.before, entry.number, entry.hash) != (before, number, entry_hash(entry)):
                found.append(f"case {case_id}: entry {entry.number} does not follow from entry {number - 1}")
                break
            before = entry.hash
        else:
            if ends.get(case_id) != before or counts.get(case_id) != number:
                found.append(f"case {case_id}: the chain ends at entry {number}, the case says {counts.get(case_id)}")
    return found


def waiting_for_nobody() -> list[str]:
    """Lives that wait, but without exactly one open deadline of their own generation; open cases that stand in no queue."""
    found = []
    for name, model in hooks.LIVES.items():
        mine = Deadline.objects.filter(life=name, life_id=OuterRef("pk"), generation=OuterRef("generation"), ended_at__isnull=True)
        lost = model._default_manager.filter(stage__in=model.LIFE.open_stages).exclude(Exists(mine)).values_list("pk", "stage")
        found += [f"{name} {pk} in {stage} has no open deadline" for pk, stage in lost[:MOST]]
    turnless = Case.objects.filter(closed_at__isnull=True).exclude(Exists(Turn.objects.filter(case_id=OuterRef("pk"))))
    return found + [f"case {ref} is open and waits for nobody" for ref in turnless.values_list("ref", flat=True)[:MOST]]


def deadlines_of_the_dead() -> list[str]:
    """Open deadlines of lives that have moved on."""
    found = []
    for name, model in hooks.LIVES.items():
        alive = model._default_manager.filter(pk=OuterRef("life_id"), generation=OuterRef("generation"), stage__in=model.LIFE.open_stages)
        rows = Deadline.objects.filter(life=name, ended_at__isnull=True).exclude(Exists(alive)).values_list("pk", "life_id")
        found += [f"deadline {pk}: {name} {life_id} has moved on" for pk, life_id in rows[:MOST]]
    return found


def overdue() -> list[str]:
    """Deadlines that fell due more than a minute ago and had no consequence while a clock runs."""
    beats = Beat.objects.filter(name__startswith="clock", at__gte=clock.machine_now() - LATE)
    if not beats.exists():
        return []
    late = Deadline.objects.filter(ended_at__isnull=True, paused_since__isnull=True, due_at__lt=clock.now() - LATE)
    return [
        f"deadline {pk} ({limit}) of case {case} was due at {due:%F %T}"
        for pk, limit, case, due in late.values_list("pk", "limit", "case__ref", "due_at")[:MOST]
    ]


def torn_grants() -> list[str]:
    """Grants done without money, or money on its way without a grant that is owed (S1, S12)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT g.id FROM cases_grant g WHERE g.stage = 'done' AND g.amount_minor > g.reduced_minor"
            " AND NOT EXISTS (SELECT 1 FROM refunds_refund r WHERE r.merchant_id = g.merchant_id AND r.grant_id = g.id"
            " AND r.stage IN ('paid', 'settled', 'covered')) LIMIT %s",
            [MOST],
        )
        unpaid = [f"grant {pk} is done and nothing was paid" for (pk,) in cursor.fetchall()]
        cursor.execute(
            "SELECT r.ref FROM refunds_refund r JOIN cases_grant g ON g.merchant_id = r.merchant_id AND g.id = r.grant_id"
            " WHERE r.stage IN ('intended', 'frozen', 'sent', 'unknown', 'failed', 'paid') AND g.stage NOT IN ('doing', 'done') LIMIT %s",
            [MOST],
        )
        return unpaid + [f"refund {ref} has no grant that owes it" for (ref,) in cursor.fetchall()]


def closed_but_open() -> list[str]:
    """Closed cases of which something is still open (S3)."""
    found = []
    for case in (
        Case.objects.filter(closed_at__isnull=False)
        .filter(Exists(Deadline.objects.filter(case_id=OuterRef("pk"), ended_at__isnull=True)))
        .iterator()
    ):
        lives = [life for asked in hooks.HOLDS_OPEN for life in asked(case)]
        found += [f"case {case.ref} is closed, but {', '.join(lives)}"] if lives else []
    return found


def changed_texts() -> list[str]:
    """Texts whose words no longer match the digest that the timeline holds."""
    rows = CaseText.objects.filter(erased_at__isnull=True).values_list("pk", "body", "salt", "digest").iterator(chunk_size=5000)
    return [
        f"text {pk} was changed after it was written"
        for pk, body, salt, digest in rows
        if sha256((salt + body).encode()).hexdigest() != digest
    ]


def stray_entries() -> list[str]:
    """Timeline rows of cases that are not there: partitioned tables have no foreign key to keep it (DESIGN 10)."""
    lost = Entry.objects.exclude(Exists(Case.objects.filter(pk=OuterRef("case_id"), merchant_id=OuterRef("merchant_id"))))
    return [f"entry {pk} belongs to no case" for pk in lost.values_list("pk", flat=True)[:MOST]]


def double_claims() -> list[str]:
    """Units granted twice, or a case with another number of claimed units than it says."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT unit_id FROM cases_grant WHERE stage IN ('owed', 'doing', 'done')"
            " GROUP BY merchant_id, unit_id HAVING count(*) > 1 LIMIT %s",
            [MOST],
        )
        return [f"unit {pk} is granted twice" for (pk,) in cursor.fetchall()]


def open_walls() -> list[str]:
    """Tables whose rows this role could change or delete although nobody may: the timeline, its months, the books, stamped decisions."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
            " AND (c.relname = ANY(%s) OR c.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'cases_entry'::regclass))"
            " AND (has_table_privilege(c.oid, 'UPDATE') OR has_table_privilege(c.oid, 'DELETE')) ORDER BY 1",
            [list(UNCHANGING)],
        )
        return [f"{name} can be changed by the application's role" for (name,) in cursor.fetchall()]


CHECKS: tuple[Check, ...] = (
    Check("chains", "the timeline's hashes follow from each other", broken_chains),
    Check("texts", "no text was changed after it was written", changed_texts),
    Check("entries", "every timeline row belongs to a case", stray_entries),
    Check("waits", "every open life waits for somebody until an instant", waiting_for_nobody),
    Check("deadlines", "no deadline of a life that has moved on is open", deadlines_of_the_dead),
    Check("overdue", "no deadline is overdue by more than 60 s while a clock runs", overdue),
    Check("grants", "what is done was paid, what is paid was owed", torn_grants),
    Check("claims", "no unit is granted twice", double_claims),
    Check("closed", "nothing of a closed case is open", closed_but_open),
    Check("walls", "what nobody may change, the application's role cannot change", open_walls),
    Check("books", "the books balance and no refund exceeds what was captured", books_check),
)


def verify() -> Iterator[tuple[Check, list[str]]]:
    """Each check with its offenders, one after the other."""
    for check in CHECKS:
        yield check, check.offenders()
