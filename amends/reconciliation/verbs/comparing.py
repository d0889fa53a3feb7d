"""Our books beside a gateway's statements over a period: what the statement answers is answered, the rest becomes differences.

Invariants
 1. A refund of which nobody knew is answered by its line, by the same verb as any answer of the gateway (take_answer), one act each:
    by a line of its own gateway or way, in its sum and unit, of its tender; of the bank's only what two people have let out.
 2. Of one thing there is at most one open difference of a kind; looked at again it is the same one, and it is `gone` once both agree.
 3. A row of ours must stand in the statement only once it is older than the grace of the money rules, and never one from before the
    first statement of its gateway.
 4. What was explained is not asked again while both sides still say the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from amends.approvals.rules_of_money import rules_on
from amends.kernel import clock
from amends.kernel.refs import new_ref
from amends.people.rules import PLATFORM, Actor
from amends.plumbing.payments.port import Answer, Line
from amends.reconciliation import gathering
from amends.reconciliation.models import Difference, Run, Statement
from amends.reconciliation.owners import Owners
from amends.reconciliation.rules.matching import MOVED, Differing, Ours, Outcome, compared, standing
from amends.refunds.answers import CATCH_UP, take_answer
from amends.refunds.bank.hands import only_keepers
from amends.refunds.books import UNANSWERED
from amends.refunds.models import Refund

log = structlog.get_logger(__name__)
MOST_MISSING_HERE = 500
"""So many captures that nobody here knows are listed; a shop that pays others by the same account would bury everything else."""


def compare_statement(statement: Statement, by: Actor = PLATFORM) -> Run:
    """As `compare`, over the period that the statement covers."""
    return compare(statement.gateway, statement.covers_from, statement.covers_until, by=by)


def compare(gateway: str, since: datetime, until: datetime, *, by: Actor) -> Run:
    """A Run says how our books and the stored statements of `gateway` agree over [since, until); differences are opened, renewed or gone.

    Outside of any transaction of the caller's: refunds are answered one by one. Refuses other hands than keepers.
    """
    only_keepers(by)
    grace = timedelta(hours=rules_on(clock.now()).reconciliation.grace_hours)
    lines = gathering.lines_between(gateway, since, until)
    _answer(gateway, lines)
    return _judge(gateway, since, until, lines, grace, by)


def note_failure(gateway: str, since: datetime, until: datetime, why: str) -> Run:
    """A period that could not be compared is on record, with the reason, until a later run of the same period succeeds."""
    return Run.objects.create(
        ref=new_ref("RC"), gateway=gateway, covers_from=since, covers_until=until, made_at=clock.now(), failed=why[:200] or "?"
    )


# ── what the statement answers ───────────────────────────────────────────────────────────────────────────────────────────────


def _answer(gateway: str, lines: Sequence[Line]) -> None:
    """Refunds of this gateway without an answer, or held for unpaid, take its word where it is about the same sum and tender."""
    by_key: dict[str, list[Line]] = {}
    for line in lines:
        if line.kind in ("refund", "transfer") and line.key:
            by_key.setdefault(line.key, []).append(line)
    mine = gathering.answerable(gateway).filter(stage__in=[*UNANSWERED, *CATCH_UP])
    waiting = [refund for keys in gathering.in_batches(by_key) for refund in mine.filter(ref__any_of=keys)]
    for refund in sorted(waiting, key=lambda one: (one.case_id, one.pk)):
        told = sorted(by_key[refund.ref], key=lambda line: line.at)
        minor, state = standing(told)
        if state not in MOVED and refund.stage not in UNANSWERED:
            continue
        if minor != refund.amount_minor or not all(_is_about(line, refund) for line in told):
            continue
        last = told[-1]
        answer = Answer("paid" if state in MOVED else "failed", last.provider_ref, last.reason, last.at)
        try:
            take_answer(refund.ref, answer, source="statement")
        except Exception:
            # One refund's trouble must not keep a whole day from being compared: it stays a difference, and a person sees it.
            log.exception("a statement's answer was not taken", refund=refund.ref, gateway=gateway)


def _is_about(line: Line, refund: Refund) -> bool:
    """Whether the line is in the refund's unit, and names its tender where it names one."""
    tender = refund.tender
    return line.currency == refund.unit and (not line.tender or tender is None or line.tender in (tender.ref, tender.payment_ref))


# ── what is left over ────────────────────────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def _judge(gateway: str, since: datetime, until: datetime, lines: Sequence[Line], grace: timedelta, by: Actor) -> Run:
    gathering.alone(gateway)
    opened = list(Difference.objects.filter(gateway=gateway, resolved_at__isnull=True).order_by("pk"))
    again = gathering.lines_about(gateway, opened)
    ours = gathering.ours(gateway, [*lines, *again], opened, due=gathering.due_between(gateway, since, until, grace))
    outcome = compared(ours, gathering.unique([*lines, *again, *gathering.other_lines(gateway, ours)]))
    run = Run.objects.create(
        ref=new_ref("RC"), gateway=gateway, covers_from=since, covers_until=until, made_at=clock.now(), made_by_id=by.user_id,
        matched=outcome.matched, sums=outcome.sums, **outcome.counted(),
    )  # fmt: skip
    _keep(run, outcome, opened)
    return run


def _keep(run: Run, outcome: Outcome, opened: Sequence[Difference]) -> None:
    """Open differences that still hold are renewed, those that do not are gone, and new ones have an owner."""
    known = {(row.what, row.kind, row.key): row for row in opened}
    explained = _explained(run.gateway, outcome.differing)
    owners, at = Owners(), clock.now()
    due = at + timedelta(hours=rules_on(at).reconciliation.due_hours)
    fresh, still, listed = [], set(), 0
    for one in outcome.differing:
        identity = (one.what, one.kind, one.key)
        if row := known.get(identity):
            still.add(identity)
            _renew(row, one, at)
        elif _says(one) not in explained:
            listed += one.kind == "missing_here" and one.what == "capture"
            if listed <= MOST_MISSING_HERE:
                fresh.append(_difference(run, one, at, due, owners))
    Difference.objects.bulk_create(fresh, batch_size=500, ignore_conflicts=True)
    for identity, row in known.items():
        if identity not in still and _settled(row, outcome):
            _gone(row, at)


def _settled(row: Difference, outcome: Outcome) -> bool:
    """Both sides agree now, or they differ in another way that has a row of its own; a thing that was not looked at stays open."""
    keys = {(one.what, one.key) for one in outcome.differing} | outcome.agreed
    if row.kind == "missing_here":
        # It was nobody's here: it is gone once a row of ours has met the line.
        return (row.what, row.key) not in {(one.what, one.key) for one in outcome.differing if one.ours is None}
    return (row.what, row.key) in keys


def _difference(run: Run, one: Differing, at: datetime, due: datetime, owners: Owners) -> Difference:
    ours: Ours | None = one.ours
    return Difference(
        ref=new_ref("DF"), gateway=run.gateway, kind=one.kind, what=one.what, key=one.key, provider_ref=one.provider_ref,
        merchant_id=ours.merchant if ours else None, case_id=ours.case if ours else None,
        refund_id=ours.row if ours and ours.what == "refund" else None, ours_minor=ours.minor if ours else None,
        theirs_minor=one.theirs_minor, unit=one.unit, ours_state=ours.state if ours else "", theirs_state=one.theirs_state,
        found_at=at, found_by=run, seen_at=at, owner_id=owners.next(), due_at=due,
    )  # fmt: skip


def _renew(row: Difference, one: Differing, at: datetime) -> None:
    row.ours_minor, row.ours_state = (one.ours.minor, one.ours.state) if one.ours else (None, "")
    row.theirs_minor, row.theirs_state, row.provider_ref, row.seen_at = one.theirs_minor, one.theirs_state, one.provider_ref, at
    row.save(update_fields=["ours_minor", "ours_state", "theirs_minor", "theirs_state", "provider_ref", "seen_at"])


def _gone(row: Difference, at: datetime) -> None:
    row.resolved_at, row.resolution = at, "gone"
    row.save(update_fields=["resolved_at", "resolution"])


def _explained(gateway: str, differing: Sequence[Differing]) -> set[tuple[object, ...]]:
    """What people have explained before, as both sides stood then."""
    rows = Difference.objects.filter(gateway=gateway, resolved_at__isnull=False).exclude(resolution="gone")
    columns = ("what", "kind", "key", "ours_minor", "ours_state", "theirs_minor", "theirs_state")
    batches = gathering.in_batches({one.key for one in differing})
    return {told for keys in batches for told in rows.filter(key__any_of=keys).values_list(*columns)}


def _says(one: Differing) -> tuple[object, ...]:
    ours = (one.ours.minor, one.ours.state) if one.ours else (None, "")
    return (one.what, one.kind, one.key, *ours, one.theirs_minor, one.theirs_state)
