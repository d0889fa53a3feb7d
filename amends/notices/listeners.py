"""What notices do when they hear of a line of a timeline: one notice for each audience that the table names."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from amends.cases.models import Case, Entry
from amends.notices.models import Notice
from amends.notices.rules.table import ITS_OWN, Row, Step, heard, rows_for

HEARD = heard()


def tell(entry: Entry) -> None:
    """Listener: every audience that the table names has its notice of this entry, once however often this is told."""
    case = Case.objects.select_related("merchant", "consumer").get(pk=entry.case_id)
    wanted = {f"{entry.pk}:{row.to}": row for row in rows_for(_step(entry), _act_of(entry))}
    # Two runs of the same job at once: the unique key lets one of them pass and the other fail, to be retried and to find all told.
    with transaction.atomic():
        there = set(_same_moment(entry).filter(key__in=wanted).values_list("key", flat=True))
        Notice.objects.bulk_create(_notice(case, entry, row, key) for key, row in wanted.items() if key not in there)


def _step(entry: Entry) -> Step:
    return Step(entry.life, entry.verb, entry.party, entry.went_to, entry.number)


def _act_of(entry: Entry) -> list[Step]:
    """All lines of the act, this one too; the month's partition is named by the instant that they share."""
    same = Entry.objects.filter(merchant_id=entry.merchant_id, made_at=entry.made_at, case_id=entry.case_id, act=entry.act)
    return [_step(other) for other in same]


def _same_moment(entry: Entry) -> QuerySet[Notice]:
    return Notice.objects.filter(merchant_id=entry.merchant_id, made_at=entry.made_at)


def _notice(case: Case, entry: Entry, row: Row, key: str) -> Notice:
    turn = _turn(case, row.due_of)
    due_at = entry.facts.get("due_at") if row.due_of == ITS_OWN else turn and turn["due_at"]
    facts: dict[str, Any] = {"case": case.ref, "silence": entry.facts.get("silence") or (turn["silence"] if turn else "")}
    facts |= {name: entry.facts[name] for name in ("limit", "amount_minor") if name in entry.facts}
    if "amount_minor" in entry.facts:
        facts["unit"] = entry.facts.get("unit_of_account", case.currency)
    if row.by_lapse:
        facts["until"] = entry.facts.get("due_at", "")
    if case.turns:
        facts["next"] = {name: case.turns[0][name] for name in ("life", "stage", "due_at")}
    return Notice(
        merchant_id=case.merchant_id, case_id=case.pk, made_at=entry.made_at, party=row.to,
        consumer_id=case.consumer_id if row.to == "consumer" else None, kind=row.kind, urgency=row.urgency, facts=facts,
        due_at=datetime.fromisoformat(due_at) if due_at else None, key=key,
    )  # fmt: skip


def _turn(case: Case, party: str) -> dict[str, Any] | None:
    return next((turn for turn in case.turns if turn["party"] == party), None) if party else None
