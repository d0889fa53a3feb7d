"""A line of a timeline as notices: one for each audience that the table names, with what its sentence needs, as things stood at the line.

A job may run long after the line was written. Who was waited for then is read from the deadlines, whose rows keep it, unless nothing has
happened since. Builds rows; planning and saving are the listener's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q

from amends.cases.models import Case, Deadline, Entry
from amends.cases.rules.beside import BESIDE
from amends.cases.rules.told import REMIND
from amends.complaints.queries import whom_to_tell as whom_a_complaint_concerns
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.notices.basis import basis_of
from amends.notices.models import Notice
from amends.notices.rules.places import has_basis
from amends.notices.rules.table import ITS_OWN, ROWS, Row, Step, rows_for
from amends.notices.rules.words import Audience
from amends.tasks.departments import whom_to_tell as whom_a_task_concerns

KEPT = ("limit", "amount_minor")
BEARER_LIFE = "charge_back_to"
BESIDE_LIVES = frozenset({BEARER_LIFE, "consultation", "task", "complaint"})
"""Whose limits are nobody's turn in the case (cases.rules.beside)."""
NAMES: Mapping[str, Callable[[Entry], list[int]]] = {"task": whom_a_task_concerns, "complaint": whom_a_complaint_concerns}
"""By life: the people whom a line of it concerns by name."""


class Due(NamedTuple):
    """A limit that a notice tells: of whom, until when, and what silence will do."""

    party: str
    due_at: datetime
    silence: str
    life: str
    life_id: int
    limit: str
    deadline: int

    @property
    def turn(self) -> dict[str, Any]:
        """As an item of `case.turns`."""
        return {**self._asdict(), "due_at": self.due_at.isoformat()}


class Drawn(NamedTuple):
    """A notice to be, the row of the table that it comes from, and the limit that it tells."""

    notice: Notice
    row: Row
    due: Due | None


def drawn(case: Case, entry: Entry) -> list[Drawn]:
    """What this line tells, unsaved; empty where another line of the same act says it already."""
    rows = rows_for(_step(entry), _act_of(entry))
    if not rows:
        return []
    dues = _dues_at(case, entry)
    return [_drawn(case, entry, row, dues) for row in rows]


def drawn_of_ours(when: str, case: Case, *, facts: Mapping[str, Any], key: str) -> list[Drawn]:
    """What something beside the timelines tells (a webhook that is dead), unsaved. Raises KeyError for what the table does not have."""
    told = {"case": case.ref, "silence": "", **facts}
    return [Drawn(_notice(case, row, clock.now(), told, None, f"{key}:{row.to}"), row, None) for row in ROWS[when]]


def missing_notices(entries: Sequence[Entry], told: Collection[str]) -> list[str]:
    """Of these lines of one case (each act whole), those that tell somebody of whom no notice's key stands in `told`, in words."""
    acts: dict[str, list[Step]] = {}
    for entry in entries:
        acts.setdefault(entry.act, []).append(_step(entry))
    return [
        f"entry {entry.number} ({entry.life}.{entry.verb}) was not told to the {row.to.value}"
        for entry in entries
        for row in rows_for(_step(entry), acts[entry.act])
        if f"{entry.pk}:{row.to}" not in told
    ]


def _step(entry: Entry) -> Step:
    about = tuple(way for way, fact in (("to", "asks"), ("for", "for")) if entry.facts.get(fact) == Party.MERCHANT)
    return Step(entry.life, entry.verb, entry.party, entry.went_to, entry.number, about)


def _act_of(entry: Entry) -> list[Step]:
    """All lines of the act, this one too; the month's partition is named by the instant that they share."""
    same = Entry.objects.filter(merchant_id=entry.merchant_id, made_at=entry.made_at, case_id=entry.case_id, act=entry.act)
    return [_step(other) for other in same.order_by("number")]


def _dues_at(case: Case, entry: Entry) -> list[Due]:
    """For whom the case waited right after the line, the nearest first, as `case.turns` had it then."""
    if case.head == entry.hash:
        return [_due_of_turn(turn) for turn in case.turns]
    at = entry.made_at
    open_then = Q(ended_at__isnull=True, started_at__lte=at)
    own_life = Q(life=entry.life, life_id=entry.life_id, started_at__lte=at, ended_at__gt=at)
    rows = Deadline.objects.filter(open_then | own_life, merchant_id=case.merchant_id, case_id=case.pk).exclude(limit__in=BESIDE)
    found = [
        Due(party, row.due_at, row.silence, row.life, row.life_id, row.limit, row.pk)
        for row in sorted(rows, key=lambda row: (row.backstop, row.due_at, row.life, row.life_id))
        for party in row.waits_for.split(",")
    ]
    return found or [_due_of_turn(turn) for turn in case.turns]


def _due_of_turn(turn: Mapping[str, Any]) -> Due:
    return Due(
        turn["party"],
        datetime.fromisoformat(turn["due_at"]),
        turn["silence"],
        turn["life"],
        turn["life_id"],
        turn["limit"],
        turn["deadline"],
    )


def _drawn(case: Case, entry: Entry, row: Row, dues: Sequence[Due]) -> Drawn:
    due = _own_due(entry, dues) if row.due_of == ITS_OWN else next((due for due in dues if due.party == row.due_of), None)
    facts: dict[str, Any] = {"case": case.ref, "silence": entry.facts.get("silence") or (due.silence if due else "")}
    facts |= {name: entry.facts[name] for name in KEPT if name in entry.facts}
    if "amount_minor" in entry.facts:
        facts["unit"] = entry.facts.get("unit_of_account", case.currency)
    if row.by_lapse:
        facts |= {"until": entry.facts.get("due_at", ""), "length": case.terms.raw["limits"].get(entry.facts.get("limit"), "")}
    if row.to is Audience.NAMED:
        facts["people"] = NAMES[entry.life](entry)
    if "told_at" in entry.facts:
        facts |= {"until": entry.facts["told_at"], "reason": entry.facts.get("reason", "")}
    if has_basis(row):
        facts["basis"] = basis_of(case, entry)
    if due is not None:
        facts["deadline"] = due.deadline
    if dues and (stage := _stage(case, dues[0])):
        facts["next"] = {"life": dues[0].life, "stage": stage, "due_at": dues[0].due_at.isoformat()}
    due_at = entry.facts.get("due_at") if row.due_of == ITS_OWN else None
    when = datetime.fromisoformat(due_at) if due_at else due.due_at if due else None
    return Drawn(_notice(case, row, entry.made_at, facts, when, f"{entry.pk}:{row.to}"), row, due)


def _own_due(entry: Entry, dues: Sequence[Due]) -> Due | None:
    """The limit that the line itself speaks of, or that began with it beside the case."""
    mine = [due for due in dues if (due.life, due.life_id, due.limit) == (entry.life, entry.life_id, entry.facts.get("limit"))]
    if mine or entry.life not in BESIDE_LIVES:
        return mine[0] if mine else None
    asked = entry.facts.get("due_at") if entry.verb == REMIND else None
    rows = Deadline.objects.filter(merchant_id=entry.merchant_id, case_id=entry.case_id, life=entry.life, life_id=entry.life_id)
    row = rows.filter(**({"due_at": datetime.fromisoformat(asked)} if asked else {"started_at": entry.made_at})).order_by("pk").first()
    return Due(row.waits_for, row.due_at, row.silence, row.life, row.life_id, row.limit, row.pk) if row else None


def _stage(case: Case, due: Due) -> str:
    return next((turn["stage"] for turn in case.turns if turn["deadline"] == due.deadline), "")


def _notice(case: Case, row: Row, at: datetime, facts: dict[str, Any], due_at: datetime | None, key: str) -> Notice:
    return Notice(
        merchant_id=case.merchant_id, case_id=case.pk, made_at=at, party=row.to.value,
        consumer_id=case.consumer_id if row.to is Audience.CONSUMER else None, kind=row.kind, urgency=row.urgency.value, facts=facts,
        due_at=due_at, key=key,
    )  # fmt: skip
