"""Reads of cases for one actor: the queue by time left, lists, one case, its timeline. Every read begins at `visible_to`.

Invariant: a page of the queue costs the same at a hundred open cases and at a hundred thousand: it walks the index of `Turn`,
and counts stop at COUNT_LIMIT.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from amends.cases.copying import CARRY_OVER
from amends.cases.hands import STAFF, is_party
from amends.cases.models import Case, CaseText, Deadline, Entry, Evidence, Turn
from amends.cases.words import verb_done
from amends.kernel import clock
from amends.kernel.parties import NAMES, Party
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound
from amends.kernel.texts import Text, say
from amends.people.rules import Actor

PAGE = 25
COUNT_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One case that waits for this side: until when, and what follows without an answer.

    A pause of the pack is counted into `due_at`; between `held_from` and `held_until` the clock stands still.
    """

    ref: str
    title: Text
    issue: str
    remedy: str
    amount_minor: int
    currency: str
    units: int
    consumer: Text
    merchant: Text
    goods_class: str
    stage: str
    life: str
    life_stage: str
    limit: str
    silence: str
    due_at: datetime
    paused: bool
    held_from: datetime | None
    held_until: datetime | None
    legal_due_at: datetime | None
    lane: str
    expert: bool
    opened_at: datetime
    turn: int


@dataclass(frozen=True, slots=True)
class QueuePage:
    """At most PAGE rows, nearest first; `after` is the key of the next page, None on the last. `most`: `total` stopped counting."""

    rows: list[QueueRow]
    after: str | None
    total: int
    most: bool


def queue(
    actor: Actor,
    *,
    party: Party | None = None,
    after: str | None = None,
    issue: str = "",
    remedy: str = "",
    within: timedelta | None = None,
    life: str = "",
    lane: str = "",
    size: int = PAGE,
) -> QueuePage:
    """What waits for `party` (the actor's own side by default) among the cases that the actor may see, nearest first. Two queries.

    For the platform's people, the cases of experts come before all others.
    """
    turns = _turns(actor, party or actor.party)
    if issue:
        turns = turns.filter(case__issue=issue)
    if remedy:
        turns = turns.filter(case__remedy=remedy)
    if life:
        turns = turns.filter(life=life)
    if lane:
        turns = turns.filter(case__lane=lane)
    if within is not None:
        turns = turns.filter(due_at__lte=clock.now() + within)
    total = len(turns.order_by("due_at", "case_id").values_list("pk")[: COUNT_LIMIT + 1])
    experts = actor.sees_everything
    if after:
        turns = turns.filter(_behind(after, experts=experts))
    order = ("-expert", "due_at", "case_id") if experts else ("due_at", "case_id")
    found = list(turns.select_related("case__consumer", "case__merchant").order_by(*order)[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return QueuePage([_row(turn) for turn in found[:size]], _told_key(last) if last else None, min(total, COUNT_LIMIT), total > COUNT_LIMIT)


def _turns(actor: Actor, party: Party) -> QuerySet[Turn]:
    turns = Turn.objects.filter(party=party.value)
    if actor.sees_everything:
        return turns
    if actor.party is Party.MERCHANT and actor.merchant_id:
        return turns.filter(merchant_id=actor.merchant_id)
    if actor.party is Party.CONSUMER and actor.consumer_id:
        return turns.filter(case__consumer_id=actor.consumer_id)
    return turns.none()


def _row(turn: Turn) -> QueueRow:
    case = turn.case
    return QueueRow(
        case.ref,
        case.title,
        case.issue,
        case.remedy,
        case.claimed_minor,
        case.currency,
        case.units_count,
        say(case.consumer.name_zh, case.consumer.name_en),
        say(case.merchant.name_zh, case.merchant.name_en),
        case.goods_class,
        case.stage,
        turn.life,
        turn.stage,
        turn.limit,
        turn.silence,
        turn.due_at,
        turn.paused,
        turn.held_from,
        turn.held_until,
        turn.legal_due_at,
        case.lane,
        turn.expert,
        case.opened_at,
        turn.pk,
    )


def _told_key(turn: Turn) -> str:
    return f"{turn.due_at.isoformat()}~{turn.case_id}" + ("~x" if turn.expert else "")


def _behind(after: str, *, experts: bool) -> Q:
    """What comes behind the row that `after` names: among experts' cases the later ones and then all others."""
    due, case_id = _key(after.removesuffix("~x"))
    later = Q(due_at__gt=due) | Q(due_at=due, case_id__gt=case_id)
    if not experts:
        return later
    return Q(expert=False) | later if after.endswith("~x") else Q(expert=False) & later


def _key(after: str) -> tuple[datetime, int]:
    try:
        due, case_id = after.split("~")
        at, pk = datetime.fromisoformat(due), int(case_id)
    except ValueError as wrong:
        raise NotFound(say("这一页不存在。", "There is no such page.")) from wrong
    if at.tzinfo is None or not 0 < pk < 2**63:
        raise NotFound(say("这一页不存在。", "There is no such page."))
    return at, pk


@dataclass(frozen=True, slots=True)
class CasesPage:
    cases: list[Case]
    after: str | None


def cases(actor: Actor, *, filters: Mapping[str, Any] | None = None, after: str | None = None, size: int = PAGE) -> CasesPage:
    """The cases that the actor may see, newest first; `filters` are columns of Case (stage, issue, remedy, merchant__ref ...)."""
    found = Case.objects.visible_to(actor).select_related("consumer", "merchant", "order").filter(**(filters or {}))
    if after:
        opened, pk = _key(after)
        found = found.filter(Q(opened_at__lt=opened) | Q(opened_at=opened, pk__lt=pk))
    rows = list(found.order_by("-opened_at", "-pk")[: size + 1])
    last = rows[size - 1] if len(rows) > size else None
    return CasesPage(rows[:size], f"{last.opened_at.isoformat()}~{last.pk}" if last else None)


def case_for(ref: str, actor: Actor) -> Case:
    """One case with merchant, consumer, order and decision. Raises NotFound where the actor may not see it."""
    found = (
        Case.objects.visible_to(actor)
        .select_related("merchant", "consumer", "order", "decision", "follows")
        .filter(ref=clean_ref(ref) or "")
        .first()
    )
    if found is None:
        raise NotFound
    return found


# ── the timeline ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One thing that happened, in words; like moves of one act are told once with their number."""

    number: int
    made_at: datetime
    party: Party
    automatic: bool
    who: Text
    what: Text
    times: int
    life: str
    verb: str
    went_to: str
    facts: Mapping[str, Any]
    words: str
    erased: bool
    audience: tuple[str, ...]
    hash: str


def timeline(case: Case, actor: Actor) -> list[TimelineRow]:
    """What happened, newest first, as far as this side may know; to one of the platform's people who is a party of the case, what both
    sides may know. Two queries, and one for the platform's people where something is not for both sides."""
    entries = [e for e in Entry.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).order_by("number") if may_read(e, actor)]
    if actor.party in STAFF and not all(map(is_for_both, entries)) and is_party(case, actor.user_id):
        entries = [entry for entry in entries if is_for_both(entry)]
    texts = {text.pk: text for text in CaseText.objects.filter(merchant_id=case.merchant_id, case_id=case.pk)}
    rows: list[TimelineRow] = []
    for group in _grouped(entries):
        first = group[0]
        text = texts.get(first.facts.get("text", 0))
        rows.append(
            TimelineRow(
                first.number,
                first.made_at,
                Party(first.party),
                first.automatic,
                NAMES[Party(first.party)],
                verb_done(first.life, first.verb),
                len(group),
                first.life,
                first.verb,
                first.went_to,
                first.facts,
                text.body if text else "",
                bool(text and text.erased_at),
                tuple(first.audience.split(",")),
                first.hash,
            )
        )
    rows.reverse()
    return rows


def may_read(entry: Entry, actor: Actor) -> bool:
    """Whether this line is told to the actor's side."""
    return actor.sees_everything or actor.party.value in entry.audience.split(",")


def is_for_both(entry: Entry) -> bool:
    """Whether both sides may know this line."""
    return {Party.CONSUMER.value, Party.MERCHANT.value} <= set(entry.audience.split(","))


def _grouped(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Like moves of one act together, but words of another case each by itself. Where an inner life's move made the case follow by the same
    verb (a ruling), it is told once."""
    groups: dict[tuple[str, str, str], list[Entry]] = {}
    for entry in entries:
        act = entry.act if entry.verb != CARRY_OVER else f"{entry.act}:{entry.number}"
        groups.setdefault((act, entry.life, entry.verb), []).append(entry)
    told = {(act, verb) for act, life, verb in groups if life != "case"}
    return [group for (act, life, verb), group in groups.items() if life != "case" or (act, verb) not in told]


def evidence_of(case: Case) -> list[Evidence]:
    """The files of a case in the order they came."""
    return list(Evidence.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).order_by("made_at", "pk"))


def open_deadlines(case: Case) -> list[Deadline]:
    """What is running for this case, nearest first, backstops last."""
    return list(
        Deadline.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, ended_at__isnull=True).order_by("backstop", "due_at")
    )
