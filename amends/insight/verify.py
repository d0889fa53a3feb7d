"""Every invariant of the house, asked of the whole database: books, refunds, chains, clocks, messages. It reads and changes nothing.

Each check answers its offenders in words; an empty list is a promise kept. `amends verify` runs them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from hashlib import sha256
from itertools import groupby
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, Exists, Min, OuterRef

from amends.approvals.checks import torn_approvals
from amends.cases import hooks
from amends.cases.checks import torn_extensions, torn_mergers
from amends.cases.models import Case, CaseText, Deadline, Entry, Turn
from amends.cases.record import entry_hash
from amends.cases.rules.beside import BESIDE
from amends.complaints.checks import torn_complaints
from amends.insight.verify_words import WORDS
from amends.kernel import clock
from amends.kernel.texts import Text
from amends.liability.checks import bearing_check
from amends.notices.models import Message, Notice
from amends.notices.rules.delivery import OPEN as OPEN_MESSAGES
from amends.notices.verbs.noticing import missing_notices
from amends.plumbing.models import Beat
from amends.refunds.queries import books_check
from amends.repairs.checks import torn_repairs
from amends.replacements.checks import torn_replacements
from amends.returns.checks import torn_dispositions, torn_scans
from amends.rulings.appeal_checks import torn_appeals
from amends.rulings.checks import torn_reviews
from amends.sealing.checks import torn_stamps
from amends.shipping.checks import misfolded_tracks
from amends.stock.checks import torn_levels, torn_moves
from amends.talks.checks import torn_offers, unheard_words
from amends.tasks.checks import torn_tasks

LATE = timedelta(seconds=60)
LATE_MESSAGE = timedelta(minutes=5)
MOST = 50
UNCHANGING = (
    "cases_entry",
    "ledger_account",
    "ledger_posting",
    "ledger_line",
    "policy_decision",
    "policy_pack_version",
    "policy_comment",
    "notices_promise",
    "approvals_spending",
    "shipping_track_event",
    "sealing_time_stamp",
)


class Check(NamedTuple):
    """One invariant: its name, what it promises, what to do where it is broken, and how it finds offenders."""

    name: str
    promise: Text
    mend: Text
    offenders: Callable[[], Sequence[str]]


def broken_chains() -> list[str]:
    """Timelines whose hashes do not follow from each other, or whose case names another end."""
    ends = dict(Case.objects.values_list("pk", "head"))
    counts = dict(Case.objects.values_list("pk", "entries_count"))
    found: list[str] = []
    begun: set[int] = set()
    entries = Entry.objects.order_by("case_id", "number").iterator(chunk_size=5000)
    for case_id, chain in groupby(entries, key=lambda e: e.case_id):
        before, number = "", 0
        begun.add(case_id)
        for number, entry in enumerate(chain, 1):
            if (entry.before, entry.number, entry.hash) != (before, number, entry_hash(entry)):
                found.append(f"case {case_id}: entry {entry.number} does not follow from entry {number - 1}")
                break
            before = entry.hash
        else:
            if ends.get(case_id) != before or counts.get(case_id) != number:
                found.append(f"case {case_id}: the chain ends at entry {number}, the case says {counts.get(case_id)}")
    return found + [f"case {case_id} has no timeline at all" for case_id in sorted(ends.keys() - begun)]


def waiting_for_nobody() -> list[str]:
    """Lives that wait, but without exactly one open deadline of their own generation; open cases that stand in no queue."""
    found = []
    for name, model in hooks.LIVES.items():
        mine = Deadline.objects.filter(life=name, life_id=OuterRef("pk"), generation=OuterRef("generation"), ended_at__isnull=True)
        lost = model._default_manager.filter(stage__in=model.LIFE.open_stages).exclude(Exists(mine)).values_list("pk", "stage")
        found += [f"{name} {pk} in {stage} has no open deadline" for pk, stage in lost[:MOST]]
    twice = Deadline.objects.filter(ended_at__isnull=True).values("merchant_id", "life", "life_id").annotate(n=Count("pk")).filter(n__gt=1)
    found += [f"{name} {pk} has {n} open deadlines" for name, pk, n in twice.values_list("life", "life_id", "n")[:MOST]]
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


def still_clocks() -> list[str]:
    """Open deadlines that stand still although nothing else runs for their case: they would never ring."""
    running = Deadline.objects.filter(
        merchant_id=OuterRef("merchant_id"), case_id=OuterRef("case_id"), ended_at__isnull=True, backstop=False, paused_since__isnull=True
    ).exclude(limit__in=BESIDE)
    still = Deadline.objects.filter(ended_at__isnull=True, paused_since__isnull=False).exclude(Exists(running), backstop=True)
    rows = still.values_list("pk", "limit", "case__ref")[:MOST]
    return [f"deadline {pk} ({limit}) of case {ref} stands still" for pk, limit, ref in rows]


def stale_turns() -> list[str]:
    """Rows of the queues for which no deadline is open: somebody would look at a case that waits for nobody, or for another instant."""
    open_ones = Deadline.objects.filter(
        merchant_id=OuterRef("merchant_id"), case_id=OuterRef("case_id"), life=OuterRef("life"), life_id=OuterRef("life_id"),
        limit=OuterRef("limit"), due_at=OuterRef("due_at"), waits_for__contains=OuterRef("party"), ended_at__isnull=True,
    )  # fmt: skip
    rows = Turn.objects.exclude(Exists(open_ones)).values_list("case__ref", "party", "life", "limit")
    return [f"case {ref} stands in the queue of {party} for {life}.{limit}, which is not open" for ref, party, life, limit in rows[:MOST]]


def overdue() -> list[str]:
    """Deadlines that fell due, or were to be reminded of, more than a minute ago, and nothing happened while a clock runs."""
    if not _a_clock_runs():
        return []
    running = Deadline.objects.filter(ended_at__isnull=True, paused_since__isnull=True)
    late = running.filter(due_at__lt=clock.now() - LATE).values_list("pk", "limit", "case__ref", "due_at")
    unsaid = running.filter(warn_at__lt=clock.now() - LATE).values_list("pk", "limit", "case__ref", "warn_at")
    return [
        *(f"deadline {pk} ({limit}) of case {case} was due at {due:%F %T}" for pk, limit, case, due in late[:MOST]),
        *(f"deadline {pk} ({limit}) of case {case} was to be reminded of at {at:%F %T}" for pk, limit, case, at in unsaid[:MOST]),
    ]


def _a_clock_runs() -> bool:
    return Beat.objects.filter(name__startswith="clock", at__gte=clock.machine_now() - LATE).exists()


def silent_live() -> list[str]:
    """A live process that began, said no goodbye and shows no sign of life, while a clock runs: open pages hear nothing by stream."""
    since = clock.machine_now() - LATE
    if not Beat.objects.filter(name__startswith="clock", at__gte=since).exists():
        return []
    silent = Beat.objects.filter(name="live", at__lt=since).values_list("at", flat=True)
    return [f"the live process fell silent at {at:%F %T}: open pages look for changes every 30 s" for at in silent]


def torn_grants() -> list[str]:
    """Grants done without money, voucher or points, or money on its way without a grant that is owed (S1, S12, S19)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT g.id, g.amount_minor - g.reduced_minor, coalesce(sum(b.minor), 0) FROM cases_grant g LEFT JOIN ("
            " SELECT merchant_id, grant_id, amount_minor AS minor FROM refunds_refund"
            "  WHERE stage IN ('paid', 'settled', 'covered', 'reversed')"
            " UNION ALL SELECT merchant_id, grant_id, amount_minor FROM compensation_voucher WHERE grant_id IS NOT NULL"
            # Store credit is paid by a refund, whose purse row follows it.
            " UNION ALL SELECT merchant_id, grant_id, amount_minor FROM compensation_purse_move WHERE purse = 'points' AND what = 'give'"
            " ) b ON b.merchant_id = g.merchant_id AND b.grant_id = g.id"
            " WHERE g.stage = 'done' GROUP BY g.id, g.amount_minor, g.reduced_minor"
            " HAVING coalesce(sum(b.minor), 0) <> g.amount_minor - g.reduced_minor LIMIT %s",
            [MOST],
        )
        unpaid = [f"grant {pk} is done: {owed} owed, {paid} paid" for pk, owed, paid in cursor.fetchall()]
        cursor.execute(
            "SELECT r.ref FROM refunds_refund r JOIN cases_grant g ON g.merchant_id = r.merchant_id AND g.id = r.grant_id"
            " WHERE r.stage IN ('intended', 'frozen', 'sent', 'unknown', 'failed', 'paid') AND g.stage NOT IN ('doing', 'done') LIMIT %s",
            [MOST],
        )
        return unpaid + [f"refund {ref} has no grant that owes it" for (ref,) in cursor.fetchall()]


def closed_but_open() -> list[str]:
    """Closed cases of which something is still open (S3), or whose stage does not say that they are closed."""
    halfway = Case.objects.filter(closed_at__isnull=False, stage__in=Case.LIFE.open_stages).values_list("ref", "stage")
    found = [f"case {ref} was closed, but stands in {stage}" for ref, stage in halfway[:MOST]]
    for case in (
        Case.objects.filter(closed_at__isnull=False)
        .filter(Exists(Deadline.objects.filter(case_id=OuterRef("pk"), ended_at__isnull=True)))
        .iterator()
    ):
        lives = [life for asked in hooks.HOLDS_OPEN for life in asked(case)]
        found += [f"case {case.ref} is closed, but {', '.join(lives)}"] if lives else []
    return found


def changed_texts() -> list[str]:
    """Texts whose words no longer match their digest, or whose digest is not the one that the timeline holds; erased ones have no words."""
    rows = CaseText.objects.filter(erased_at__isnull=True).values_list("pk", "body", "salt", "digest").iterator(chunk_size=5000)
    found = [
        f"text {pk} was changed after it was written"
        for pk, body, salt, digest in rows
        if sha256((salt + body).encode()).hexdigest() != digest
    ]
    half = CaseText.objects.filter(erased_at__isnull=False).exclude(body="", salt="")
    found += [f"text {pk} is said to be erased and has words" for pk in half.values_list("pk", flat=True)[:MOST]]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.case_id, e.number FROM cases_entry e LEFT JOIN cases_text t ON t.merchant_id = e.merchant_id"
            " AND t.case_id = e.case_id AND t.id = (e.facts->>'text')::bigint"
            " WHERE e.facts->>'text' IS NOT NULL AND t.digest IS DISTINCT FROM e.facts->>'digest' LIMIT %s",
            [MOST],
        )
        return found + [f"case {case}: the text of entry {number} is gone or another one" for case, number in cursor.fetchall()]


def stray_entries() -> list[str]:
    """Timeline rows of cases that are not there: partitioned tables have no foreign key to keep it (DESIGN 10)."""
    lost = Entry.objects.exclude(Exists(Case.objects.filter(pk=OuterRef("case_id"), merchant_id=OuterRef("merchant_id"))))
    return [f"entry {pk} belongs to no case" for pk in lost.values_list("pk", flat=True)[:MOST]]


def double_claims() -> list[str]:
    """Units granted twice; cases with another number of claimed units than they say, or whose claim outlives them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT unit_id FROM cases_grant WHERE subject = 'unit' AND (stage IN ('owed', 'doing') OR stage = 'done'"
            " AND remedy NOT IN ('exchange', 'resend', 'repair')) GROUP BY merchant_id, unit_id HAVING count(*) > 1 LIMIT %s",
            [MOST],
        )
        found = [f"unit {pk} is granted twice" for (pk,) in cursor.fetchall()]
        cursor.execute(
            "SELECT c.ref, c.units_count, count(u.id) FROM cases_case c LEFT JOIN cases_claimed_unit u ON u.merchant_id = c.merchant_id"
            " AND u.case_id = c.id AND u.is_open = (c.closed_at IS NULL) GROUP BY c.id, c.ref, c.units_count"
            " HAVING count(u.id) <> c.units_count LIMIT %s",
            [MOST],
        )
        return found + [f"case {ref} is about {said} units and claims {there}" for ref, said, there in cursor.fetchall()]


def granted_astray() -> list[str]:
    """Units and lines whose count of what was granted back is not the sum of their live grants (B9, B11)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.id, u.granted_minor, coalesce(g.minor, 0) FROM market_unit u LEFT JOIN (SELECT merchant_id, unit_id,"
            " sum((parts->>'goods')::bigint) AS minor FROM cases_grant WHERE stage IN ('owed', 'doing', 'done') AND unit_id IS NOT NULL"
            " GROUP BY merchant_id, unit_id) g ON g.merchant_id = u.merchant_id AND g.unit_id = u.id"
            " WHERE u.granted_minor <> coalesce(g.minor, 0) LIMIT %s",
            [MOST],
        )
        found = [f"unit {pk}: {there} granted of its price, its grants say {said}" for pk, there, said in cursor.fetchall()]
        cursor.execute(
            "SELECT l.id, l.freight_granted_minor, coalesce(g.freight, 0), l.packaging_granted_minor, coalesce(g.packaging, 0)"
            " FROM market_order_line l LEFT JOIN (SELECT g.merchant_id, coalesce(g.line_id, u.line_id) AS line_id,"
            "  coalesce(sum((g.parts->>'freight')::bigint), 0) AS freight, coalesce(sum((g.parts->>'packaging')::bigint), 0) AS packaging"
            "  FROM cases_grant g LEFT JOIN market_unit u ON u.merchant_id = g.merchant_id AND u.id = g.unit_id"
            "  WHERE g.stage IN ('owed', 'doing', 'done') AND g.parts ?| ARRAY['freight', 'packaging'] GROUP BY 1, 2) g"
            " ON g.merchant_id = l.merchant_id AND g.line_id = l.id WHERE (l.freight_granted_minor, l.packaging_granted_minor)"
            " <> (coalesce(g.freight, 0), coalesce(g.packaging, 0)) LIMIT %s",
            [MOST],
        )
        return found + [
            f"order line {pk}: freight {f} granted, its grants say {fs}; packaging {p}, they say {ps}"
            for pk, f, fs, p, ps in cursor.fetchall()
        ]


def open_walls() -> list[str]:
    """Tables whose rows this role could change or delete although nobody may: the timeline, its months, the books, stamped decisions."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
            " AND (c.relname = ANY(%s) OR c.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'cases_entry'::regclass))"
            " AND has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE') ORDER BY 1",
            [list(UNCHANGING)],
        )
        return [f"{name} can be changed by the application's role" for (name,) in cursor.fetchall()]


def untold_entries() -> list[str]:
    """Lines of timelines, older than a minute, of which somebody that the table names has no notice; since the table is kept, that is
    since the first message was planned by it."""
    begun = Message.objects.exclude(ref="").aggregate(first=Min("made_at"))["first"]
    if begun is None:
        return []
    entries = Entry.objects.filter(made_at__gte=begun, made_at__lt=clock.now() - LATE).order_by("merchant_id", "case_id", "number")
    told = set(Notice.objects.filter(made_at__gte=begun).values_list("key", flat=True))
    found: list[str] = []
    for case_id, lines in groupby(entries.iterator(chunk_size=5000), key=lambda entry: entry.case_id):
        found += [f"case {case_id}: {missing}" for missing in missing_notices(list(lines), told)]
    return found[:MOST]


def stuck_messages() -> list[str]:
    """Messages that wait for something with no instant at which anybody would look again, or whose instant passed minutes ago while a
    clock runs."""
    forgotten = Message.objects.filter(state__in=OPEN_MESSAGES, next_at__isnull=True).values_list("ref", "state")
    found = [f"message {ref} is {state}, and nobody will look at it" for ref, state in forgotten[:MOST]]
    if not _a_clock_runs():
        return found
    late = Message.objects.filter(next_at__lt=clock.now() - LATE_MESSAGE).values_list("ref", "state", "next_at")
    return found + [f"message {ref} is {state} and was due at {due:%F %T}" for ref, state, due in late[:MOST]]


CHECKS: tuple[Check, ...] = tuple(
    Check(name, WORDS[name].promise, WORDS[name].mend, offenders)
    for name, offenders in (
        ("chains", broken_chains),
        ("texts", changed_texts),
        ("entries", stray_entries),
        ("waits", waiting_for_nobody),
        ("deadlines", deadlines_of_the_dead),
        ("clocks", still_clocks),
        ("queues", stale_turns),
        ("overdue", overdue),
        ("notices", untold_entries),
        ("messages", stuck_messages),
        ("live", silent_live),
        ("grants", torn_grants),
        ("replacements", torn_replacements),
        ("repairs", torn_repairs),
        ("claims", double_claims),
        ("granted", granted_astray),
        ("closed", closed_but_open),
        ("approvals", torn_approvals),
        ("walls", open_walls),
        ("books", books_check),
        ("bearing", bearing_check),
        ("stock", lambda: torn_levels() + torn_moves()),
        ("desks", lambda: torn_dispositions() + torn_scans()),
        ("tracks", misfolded_tracks),
        ("mergers", torn_mergers),
        ("extensions", torn_extensions),
        ("tasks", torn_tasks),
        ("offers", torn_offers),
        ("reviews", torn_reviews),
        ("appeals", torn_appeals),
        ("talks", unheard_words),
        ("complaints", torn_complaints),
        ("stamps", torn_stamps),
    )
)
assert {check.name for check in CHECKS} == set(WORDS)  # noqa: S101 - checked when this is imported: every check has its words


def verify() -> Iterator[tuple[Check, Sequence[str]]]:
    """Each check with its offenders, one after the other."""
    for check in CHECKS:
        yield check, check.offenders()
