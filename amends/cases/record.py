"""The record keeper: what a verb did becomes timeline rows, deadlines, turns and one relay job, in the verb's own transaction.

Invariants
 1. One act, one transaction, one flush: nothing of it is seen by anybody unless all of it is (B4, B20).
 2. Each life that waits has exactly one open deadline, of its present generation; each that moved on has had its own ended.
 3. Backstops (a limit over which an inner life's own clock runs) stand still while that clock runs: they ring only for silence
    in which nothing else would (LIFECYCLE, decided 7). Whoever they wait for is reminded only while they run (reminding.py).
 4. `Turn` and `case.turns` hold, for each party, the nearest open deadline that waits for it: the queues sort by these.
 5. A pause of the pack is counted into `due_at` when the turn begins; the row says from when to when its clock stands still.
 6. Once a side has asked for a person, silence rules against nobody: every row that could says `alarm` instead (S21).
 7. The chain: entry n hashes its own canonical facts and the hash of entry n-1; the case row holds count and head.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ParamSpec, TypeVar

from django.db import transaction

from amends.cases import acting, hooks
from amends.cases.acting import Act, Step
from amends.cases.lanes import silence_of
from amends.cases.life import LifeRow
from amends.cases.models import Case, Deadline, Entry, Turn
from amends.cases.reminding import next_reminder
from amends.cases.rules.beside import BESIDE
from amends.kernel import clock
from amends.kernel.calendars import next_hold
from amends.kernel.parties import Party
from amends.kernel.tables import ALARM, BIRTH
from amends.plumbing import jobs, live
from amends.policy.queries import calendar, due_by, holds_of, legal_due
from amends.policy.rules.words import Lane

P = ParamSpec("P")
R = TypeVar("R")

INSTANTS = ("due_at", "held_from", "held_until", "legal_due_at")
BACKSTOPS = frozenset({"execution_ends", "review_ends", "unwinding_ends", "appeal_ends"})


def verb(life: str, name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare the one function behind `name`: it opens its transaction, and what it did is on record when it returns.

    Called inside another verb it joins that one's act and transaction.
    """

    def declare(run: Callable[P, R]) -> Callable[P, R]:
        acted = an_act(run)
        hooks.VERBS[life, name] = acted
        return acted

    return declare


def an_act(run: Callable[P, R]) -> Callable[P, R]:
    """`run` as one act, without a button of its own: for the clock, jobs and commands."""

    @functools.wraps(run)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        if acting.current_or_none() is not None:
            return run(*args, **kwargs)
        with transaction.atomic():
            act = Act()
            token = acting.enter(act)
            try:
                result = run(*args, **kwargs)
                _flush(act)
            finally:
                acting.leave(token)
        return result

    return wrapped


def _flush(act: Act) -> None:
    at = clock.now()
    heard: list[Entry] = []
    for case_id, case in sorted(act.cases.items()):
        steps = [s for s in act.steps if _case_id(s.life) == case_id]
        if not steps:
            continue
        _keep_deadlines(case, steps, at)
        heard += _write_entries(case, steps, act.key, at)
        case.save()
        topics = live.topics_for("case", (step.audience for step in steps))
        live.changed(case.merchant_id, case_id=case.pk, consumer_id=case.consumer_id, topics=topics)
    wanted = [e.pk for e in heard if hooks.LISTENERS[e.life, e.verb]]
    if wanted:
        jobs.later("relay", merchant_id=heard[0].merchant_id, made_at=at.isoformat(), entries=wanted)


def _case_id(life: LifeRow) -> int:
    return life.pk if isinstance(life, Case) else life.case_id  # type: ignore[attr-defined]


# ── deadlines and turns ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _keep_deadlines(case: Case, steps: list[Step], at: datetime) -> None:
    born = any(step.life is case and step.came_from == BIRTH for step in steps)
    running = Deadline.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, ended_at__isnull=True)
    still_open = [] if born else list(running)
    moved = {(s.life.LIFE.name, s.life.pk): s.life for s in steps}
    first: dict[tuple[str, int], Step] = {}
    for step in steps:
        if step.came_from != step.went_to or step.verb == ALARM:
            first.setdefault((step.life.LIFE.name, step.life.pk), step)
    kept = []
    for row in still_open:
        life = moved.get((row.life, row.life_id))
        if life is None or life.generation == row.generation:
            kept.append(row)
            continue
        row.ended_at, row.ended_as = at, _ended_as(row, first[row.life, row.life_id])
        row.save(update_fields=["ended_at", "ended_as"])
    known = {(row.life, row.life_id) for row in kept}
    fresh = [_deadline(case, life, at) for key, life in moved.items() if key not in known and not life.is_over]
    _call_a_person(case, kept)
    kept += Deadline.objects.bulk_create(fresh)
    _hold_backstops(case, kept, at)
    _keep_turns(case, kept, born=born)


def _ended_as(row: Deadline, step: Step) -> str:
    """Met by whoever was waited for, enforced or lapsed by the clock, or dropped by somebody else. No machine is an arbiter: if the clock
    rules by default or upholds, the case follows in an arbiter's place, and its own limit was enforced as well."""
    if step.by.party is Party.CLOCK:
        return "lapsed" if step.verb == ALARM else "enforced"
    if step.by.party is Party.ARBITER and step.by.user_id is None:
        return "enforced"
    return "met" if step.by.party.value in row.waits_for.split(",") else "dropped"


def _call_a_person(case: Case, rows: list[Deadline]) -> None:
    if case.person_asked_at is None:
        return
    for row in rows:
        options = {verb for s in hooks.LIVES[row.life].LIFE.stages.values() if s.limit == row.limit for verb in s.silence}
        if (silence := silence_of(case, options, row.silence)) != row.silence:
            row.silence = silence
            row.save(update_fields=["silence"])


def _deadline(case: Case, life: LifeRow, at: datetime) -> Deadline:
    stage = life.where
    assert stage.limit is not None  # noqa: S101 - a stage that waits has a limit: checked when the table was read
    days = calendar(case.merchant.calendar)
    due = due_by(case.terms, stage.limit, start=at, waits_for=life.awaited, calendar=days)
    held = next_hold(holds_of(case.terms, stage.limit, days), at, due.at)
    chosen = case.terms.silence(stage.limit, life.silences, remedy=case.remedy, shipped=case.shipped, received=case.received)
    row = Deadline(
        merchant_id=case.merchant_id,
        case_id=case.pk,
        life=life.LIFE.name,
        life_id=life.pk,
        limit=stage.limit,
        generation=life.generation,
        waits_for=",".join(life.awaited),
        silence=silence_of(case, life.silences, chosen),
        started_at=at,
        due_at=due.at + life.grace + sum((longer(life) for longer in hooks.LONGER), timedelta(0)),
        provisional=due.provisional,
        backstop=stage.limit in BACKSTOPS,
        held_from=held.start if held else None,
        held_until=held.end if held else None,
        legal_due_at=legal_due(case.terms, stage.limit, start=at, waits_for=life.awaited, calendar=days),
    )
    _carry_on(row, acting.current().carried.get((row.life, row.life_id)))
    row.warn_at = next_reminder(case, row)
    return row


def _carry_on(row: Deadline, before: Deadline | None) -> None:
    """The turn takes over the clock of another one under the same limit: nobody gains time because a matter has another number now."""
    if before is None or before.limit != row.limit:
        return
    for name in ("started_at", "due_at", "provisional", "held_from", "held_until", "legal_due_at", "warned"):
        setattr(row, name, getattr(before, name))


def _hold_backstops(case: Case, rows: list[Deadline], at: datetime) -> None:
    inner = any(not row.backstop and row.limit not in BESIDE for row in rows)
    for row in rows:
        if not row.backstop or inner == (row.paused_since is not None):
            continue
        if row.paused_since is None:
            row.paused_since = at
        else:
            row.due_at, row.paused_since = row.due_at + (at - row.paused_since), None
        row.warn_at = next_reminder(case, row)
        row.save(update_fields=["due_at", "paused_since", "warn_at"])


def _keep_turns(case: Case, rows: list[Deadline], *, born: bool) -> None:
    nearest: dict[str, Deadline] = {}
    for row in sorted((r for r in rows if r.limit not in BESIDE), key=lambda r: (r.backstop, r.due_at, r.life, r.life_id)):
        for party in row.waits_for.split(","):
            nearest.setdefault(party, row)
    if any(not row.backstop for row in nearest.values()):
        nearest = {party: row for party, row in nearest.items() if not row.backstop}
    stages = {(s.life.LIFE.name, s.life.pk): s.life.stage for s in acting.current().steps}
    before = {(t["life"], t["life_id"]): t["stage"] for t in case.turns}
    turns: list[dict[str, Any]] = [
        {
            "party": party,
            "due_at": row.due_at.isoformat(),
            "paused": row.paused_since is not None,
            "held_from": row.held_from and row.held_from.isoformat(),
            "held_until": row.held_until and row.held_until.isoformat(),
            "legal_due_at": row.legal_due_at and row.legal_due_at.isoformat(),
            "expert": case.lane == Lane.EXPERT,
            "life": row.life,
            "life_id": row.life_id,
            "stage": stages.get((row.life, row.life_id))
            or before.get((row.life, row.life_id))
            or hooks.LIVES[row.life]._default_manager.get(pk=row.life_id).stage,
            "limit": row.limit,
            "silence": row.silence,
            "deadline": row.pk,
        }
        for party, row in nearest.items()
    ]
    turns.sort(key=lambda t: (t["due_at"], t["party"]))
    if turns == case.turns:
        return
    case.turns = turns
    if not born:
        Turn.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).delete()
    Turn.objects.bulk_create(
        Turn(
            merchant_id=case.merchant_id,
            case_id=case.pk,
            **{k: v for k, v in t.items() if k not in (*INSTANTS, "deadline")},
            **{k: t[k] and datetime.fromisoformat(t[k]) for k in INSTANTS},
        )
        for t in turns
    )


# ── the timeline ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _write_entries(case: Case, steps: list[Step], act: str, at: datetime) -> list[Entry]:
    entries = []
    for step in steps:
        case.entries_count += 1
        entry = Entry(
            merchant_id=case.merchant_id,
            case_id=case.pk,
            number=case.entries_count,
            made_at=at,
            life=step.life.LIFE.name,
            life_id=step.life.pk,
            verb=step.verb,
            party=step.by.party.value,
            actor_id=step.by.user_id,
            automatic=step.by.automatic,
            came_from=step.came_from,
            went_to=step.went_to,
            act=act,
            audience=step.audience,
            facts=dict(step.facts),
            before=case.head,
        )
        entry.hash = case.head = entry_hash(entry)
        entries.append(entry)
    return Entry.objects.bulk_create(entries)


def entry_hash(entry: Entry) -> str:
    """SHA-256 over the canonical JSON of everything in the entry but its id, and over the hash of the entry before it."""
    told: dict[str, Any] = {
        "merchant": entry.merchant_id,
        "case": entry.case_id,
        "number": entry.number,
        "made_at": entry.made_at.isoformat(),
        "life": entry.life,
        "life_id": entry.life_id,
        "verb": entry.verb,
        "party": entry.party,
        "actor": entry.actor_id,
        "automatic": entry.automatic,
        "from": entry.came_from,
        "to": entry.went_to,
        "act": entry.act,
        "audience": entry.audience,
        "facts": entry.facts,
        "before": entry.before,
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()
