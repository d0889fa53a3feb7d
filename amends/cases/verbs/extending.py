"""More time by consent: one side asks with a reason, the other agrees or not, and the limit with all that hangs on it moves.

Invariants
 1. Only a turn that still runs is lengthened; when it ends, what was asked about it is needless (`drop_passed`, in the same commit), but
    for units of one parcel that wait alike: it is asked for those that still wait.
 2. No consent reaches past a duty of the law that runs beside the limit (`legal_due_at`).
 3. Under one limit of one case more time is asked for so often at most as the case's terms say (`extension_asks`), whatever the answer,
    and for so many hours at once (`extension_hours`).
Silence leaves the limit as it is: nobody gets time because nobody answered.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from amends.cases import acting, hooks
from amends.cases.hands import check_hand
from amends.cases.life import LifeRow
from amends.cases.models import Case, Deadline, Extension
from amends.cases.record import verb
from amends.cases.reminding import next_reminder, reminders_of
from amends.cases.rules.lengthening import LENGTHENED, MOST_HOURS, MOST_TIMES, count_key
from amends.cases.taking import take, take_life
from amends.cases.texts import clean_words, keep_text, told
from amends.kernel import clock
from amends.kernel.calendars import after, next_hold
from amends.kernel.refs import clean_ref, new_ref
from amends.kernel.refusals import Conflict, NoSuchMove, NotYourMove, Unprocessable
from amends.kernel.texts import say
from amends.people.rules import Actor
from amends.policy.queries import calendar, holds_of

LONGEST_WORDS = 500
OWN_LIMIT = "extension_answered"


@verb("extension", "ask_extension")
def ask_extension(ref: str, *, limit: str, hours: int, words: str, by: Actor) -> Extension:
    """More time is asked for under the running limit `limit` of case `ref`; the other side (both, where the platform asks) answers.

    Raises Unprocessable where the limit is none that may be longer or does not run, the hours or the reason can't be taken, or a duty of
    the law ends before; NotYourMove where the limit is the other side's; Conflict where it was asked already and not answered.
    """
    case = take(ref, by)
    check_hand(case, by)
    rows = running(case, limit)
    if not rows:
        wrong = say("这个时限现在没有在走，或者不能延长。", "This limit does not run now, or can't be longer.")
        raise Unprocessable.field("limit", wrong, code="not_running")
    mine = [row for row in rows if by.sees_everything or by.party.value in row.waits_for.split(",")]
    if not mine:
        raise NotYourMove(say("这个时限等的是对方，不由你申请延长。", "This limit waits for the other side; it is not yours to lengthen."))
    row = mine[0]
    _check_hours(case, row, hours)
    said = clean_words(words, field="words", required=True, longest=LONGEST_WORDS)
    _check_asked(case, row)
    text = keep_text(case, "extension", said, by)
    case.counts[count_key(limit)] = case.counts.get(count_key(limit), 0) + 1
    mark = new_ref("EX")
    return Extension.born(
        "ask_extension", by, merchant_id=case.merchant_id, case=case, ref=mark, side=by.party.value, asked_by_id=by.user_id,
        turn_life=row.life, turn_id=row.life_id, turn_generation=row.generation, limit=limit, hours=hours, why=text, agreed=[],
        was_due_at=row.due_at,
        facts={"extension": mark, "lengthens": limit, "hours": hours, "was": row.due_at.isoformat(), "limit": OWN_LIMIT, **told(text)},
    )  # fmt: skip


@verb("extension", "agree_first")
def agree_first(ref: str, *, by: Actor) -> Extension:
    """One of two sides agrees to what the platform asked; the other's answer decides."""
    case, asked = _taken(ref, by)
    _turn(case, asked)
    asked.agreed = [*asked.agreed, by.party.value]
    asked.save(update_fields=["agreed"])
    asked.move("agree_first", by, facts={"extension": asked.ref})
    return asked


@verb("extension", "grant_extension")
def grant_extension(ref: str, *, by: Actor) -> Extension:
    """The limit ends later: its clock, its reminders, the queues, and what was told to the consumer move with it.

    Raises NoSuchMove where its turn is over.
    """
    case, asked = _taken(ref, by)
    row = _turn(case, asked)
    until = _later(case, row, asked.hours)
    _check_law(row, until)
    asked.agreed, asked.until_at = [*asked.agreed, by.party.value], until
    asked.save(update_fields=["agreed", "until_at"])
    asked.move("grant_extension", by, facts={
        "extension": asked.ref, "lengthens": asked.limit, "hours": asked.hours, "told_at": row.due_at.isoformat(),
        "due_at": until.isoformat(),
    })  # fmt: skip
    for alike in _alike(case, row):
        _lengthen(case, alike, until)
    return asked


def consent(ref: str, *, by: Actor) -> Extension:
    """`by` agrees: first of two, or as the one whose answer decides."""
    row = Extension.objects.filter(ref=clean_ref(ref) or "").first()
    if row is not None and "agree_first" in row.LIFE.verbs(row.stage, by.party):
        return agree_first(ref, by=by)
    return grant_extension(ref, by=by)


@verb("extension", "decline_extension")
def decline_extension(ref: str, *, by: Actor) -> Extension:
    """The limit stays as it is."""
    _, asked = _taken(ref, by)
    asked.move("decline_extension", by, facts={"extension": asked.ref})
    return asked


@verb("extension", "retract")
def retract_extension(ref: str, *, by: Actor) -> Extension:
    """Whoever asked needs no more time after all."""
    _, asked = _taken(ref, by)
    asked.move("retract", by, facts={"extension": asked.ref})
    return asked


def drop_passed(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of every move that ends a turn which may be longer: what was asked about it is needless."""
    case = life if isinstance(life, Case) else acting.current().cases[life.case_id]  # type: ignore[attr-defined]
    if not any(case.counts.get(count_key(stage.limit)) for stage in life.LIFE.stages.values() if stage.limit):
        return
    open_ones = Extension.objects.filter(
        merchant_id=case.merchant_id, case_id=case.pk, stage__in=Extension.LIFE.open_stages, turn_life=life.LIFE.name, turn_id=life.pk,
    ).exclude(turn_generation=life.generation)  # fmt: skip
    for asked in open_ones.order_by("pk"):
        alike = _still_alike(case, asked)
        if alike is None:
            asked.follow("drop", by, facts={"extension": asked.ref})
        else:
            asked.turn_id, asked.turn_generation = alike.life_id, alike.generation
            asked.save(update_fields=["turn_id", "turn_generation"])


# ── reads that pages share ───────────────────────────────────────────────────────────────────────────────────────────────────


def running(case: Case, limit: str = "") -> list[Deadline]:
    """The open limits of a case that may be longer by consent, nearest first; those that stand still are left out."""
    rows = Deadline.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, ended_at__isnull=True, paused_since__isnull=True)
    rows = rows.filter(limit__in=[limit] if limit in LENGTHENED else [] if limit else LENGTHENED, due_at__gt=clock.now())
    return list(rows.order_by("due_at", "pk"))


def most_hours(case: Case, row: Deadline) -> int:
    """By how many whole hours this limit may be longer at once; 0 where a duty of the law leaves nothing."""
    most = case.terms.count(MOST_HOURS)
    if row.legal_due_at is None:
        return most
    return bisect_right(range(1, most + 1), row.legal_due_at, key=lambda hours: _later(case, row, hours))


def may_ask(case: Case, row: Deadline, by: Actor) -> bool:
    """Whether `by` may ask for more time under this running limit now."""
    if by.only_reads or not (by.sees_everything or by.party.value in row.waits_for.split(",")):
        return False
    left = case.terms.count(MOST_TIMES) - case.counts.get(count_key(row.limit), 0)
    return left > 0 and most_hours(case, row) > 0 and not _open_of(case, row).exists()


# ── checks and hands ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _taken(ref: str, by: Actor) -> tuple[Case, Extension]:
    return take_life(Extension, ref, by)


def _later(case: Case, row: Deadline, hours: int) -> datetime:
    """The end of this limit with so many hours more. A pause of the pack that they reach into stops them, as it stops the limit itself."""
    return after(row.due_at, timedelta(hours=hours), holds=holds_of(case.terms, row.limit, calendar(case.merchant.calendar)))


def _check_hours(case: Case, row: Deadline, hours: int) -> None:
    most = case.terms.count(MOST_HOURS)
    if not 1 <= hours <= most:
        wrong = say("一次最多延长 {n} 小时，最少 1 小时。", "Between 1 and {n} hours at once.", n=most)
        raise Unprocessable.field("hours", wrong, code="wrong_hours")
    _check_law(row, _later(case, row, hours))


def _check_law(row: Deadline, until: datetime) -> None:
    if row.legal_due_at is not None and until > row.legal_due_at:
        wrong = say("法定时限在这之前就到了，双方同意也不能超过。", "The law's own limit ends before that; no consent reaches past it.")
        raise Unprocessable.field("hours", wrong, code="beyond_the_law")


def _check_asked(case: Case, row: Deadline) -> None:
    if _open_of(case, row).exists():
        raise Conflict(say("已经申请过延长，等对方答复。", "More time has been asked for already; it waits for an answer."))
    if case.counts.get(count_key(row.limit), 0) >= (most := case.terms.count(MOST_TIMES)):
        wrong = say("这个时限最多申请延长 {n} 次，已经用完。", "More time can be asked for {n} times here, and has been.", n=most)
        raise NoSuchMove(wrong, code="count_used_up")


def _open_of(case: Case, row: Deadline) -> Any:
    return Extension.objects.filter(
        merchant_id=case.merchant_id, case_id=case.pk, turn_life=row.life, turn_id=row.life_id, turn_generation=row.generation,
        stage__in=Extension.LIFE.open_stages,
    )  # fmt: skip


def _turn(case: Case, asked: Extension) -> Deadline:
    row = Deadline.objects.filter(
        merchant_id=case.merchant_id, case_id=case.pk, life=asked.turn_life, life_id=asked.turn_id, generation=asked.turn_generation,
        limit=asked.limit, ended_at__isnull=True,
    ).first()  # fmt: skip
    if row is None or row.due_at <= clock.now():
        raise NoSuchMove(say("这个时限已经结束，不能再延长。", "This limit is over and can't be longer any more."), code="turn_over")
    return row


def _alike(case: Case, row: Deadline) -> list[Deadline]:
    """The limits that wait for the same side until the same instant under the same name, as units of one parcel do; `row` among them."""
    rows = Deadline.objects.filter(
        merchant_id=case.merchant_id, case_id=case.pk, ended_at__isnull=True, limit=row.limit, life=row.life, due_at=row.due_at,
        waits_for=row.waits_for,
    )  # fmt: skip
    return list(rows.order_by("pk"))


def _still_alike(case: Case, asked: Extension) -> Deadline | None:
    """Another turn that more time was asked for as well, and that goes on: of two units of one parcel one was looked at, say."""
    over = Deadline.objects.filter(
        merchant_id=case.merchant_id, case_id=case.pk, life=asked.turn_life, life_id=asked.turn_id, generation=asked.turn_generation,
        limit=asked.limit, ended_at__isnull=True,
    ).first()  # fmt: skip
    rows = [row for row in _alike(case, over) if row.pk != over.pk] if over is not None else []
    lives = hooks.LIVES[asked.turn_life]._default_manager.filter(merchant_id=case.merchant_id, pk__in=[row.life_id for row in rows])
    now_at = dict(lives.values_list("pk", "generation"))
    return next((row for row in rows if now_at.get(row.life_id) == row.generation), None)


def _lengthen(case: Case, row: Deadline, until: datetime) -> None:
    """The reminders that were given stay given; those to come are counted from the new end. The pause that it runs into next is told."""
    now, days = clock.now(), calendar(case.merchant.calendar)
    held = next_hold(holds_of(case.terms, row.limit, days), now, until)
    if held is not None:
        row.held_from, row.held_until = held.start, held.end
    row.due_at = until
    row.warned = sum(1 for reminder in reminders_of(case, row) if reminder.at <= now)
    row.warn_at = next_reminder(case, row)
    row.save(update_fields=["due_at", "held_from", "held_until", "warned", "warn_at"])
