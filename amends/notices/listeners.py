"""What notices do when they hear of a move: one notice for each side that the table names, and a mail to those who have an address."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from amends.cases.models import Case, Entry
from amends.notices.models import Notice
from amends.notices.words import NOTICES, Told

HEARD = tuple(NOTICES)


def tell(entry: Entry) -> None:
    """Listener: every side that the table names has its notice of this entry, once however often this is told."""
    case = Case.objects.select_related("merchant", "consumer").get(pk=entry.case_id)
    wanted = {f"{entry.pk}:{told.party}": told for told in NOTICES[f"{entry.life}.{entry.verb}"]}
    # Two runs of the same job at once: the unique key lets one of them pass and the other fail, to be retried and to find all told.
    with transaction.atomic():
        there = set(_same_moment(entry).filter(key__in=wanted).values_list("key", flat=True))
        told = [(told, _notice(case, entry, told, key)) for key, told in wanted.items() if key not in there]
        Notice.objects.bulk_create(notice for _, notice in told)


def _same_moment(entry: Entry) -> QuerySet[Notice]:
    return Notice.objects.filter(merchant_id=entry.merchant_id, made_at=entry.made_at)


def _notice(case: Case, entry: Entry, told: Told, key: str) -> Notice:
    turn = _turn(case, told.due_of)
    facts: dict[str, Any] = {"case": case.ref, "silence": turn["silence"] if turn else ""}
    if "amount_minor" in entry.facts:
        facts |= {"amount_minor": entry.facts["amount_minor"], "unit": entry.facts.get("unit_of_account", case.currency)}
    return Notice(
        merchant_id=case.merchant_id, case_id=case.pk, made_at=entry.made_at, party=told.party,
        consumer_id=case.consumer_id if told.party == "consumer" else None, kind=f"{entry.life}.{entry.verb}",
        urgency="act" if turn else "result", facts=facts,
        due_at=datetime.fromisoformat(turn["due_at"]) if turn else None, key=key,
    )  # fmt: skip


def _turn(case: Case, party: str) -> dict[str, Any] | None:
    return next((turn for turn in case.turns if turn["party"] == party), None) if party else None
