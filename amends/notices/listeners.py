"""What notices do when they hear of a move: one notice for each side that the table names, and a mail to those who have an address."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from amends.cases.models import Case, Entry
from amends.notices.mails import mail
from amends.notices.models import Notice
from amends.notices.words import NOTICES, Told

HEARD = tuple(NOTICES)


def tell(entry: Entry) -> None:
    """Listener: every side that the table names has its notice of this entry, once however often this is told."""
    case = Case.objects.select_related("merchant", "consumer").get(pk=entry.case_id)
    for told in NOTICES[f"{entry.life}.{entry.verb}"]:
        _tell(case, entry, told)


def _tell(case: Case, entry: Entry, told: Told) -> None:
    turn = _turn(case, told.due_of)
    facts: dict[str, Any] = {"case": case.ref, "silence": turn["silence"] if turn else ""}
    if "amount_minor" in entry.facts:
        facts |= {"amount_minor": entry.facts["amount_minor"], "unit": entry.facts.get("unit_of_account", case.currency)}
    try:
        with transaction.atomic():
            notice = Notice.objects.create(
                merchant_id=case.merchant_id, case_id=case.pk, made_at=entry.made_at, party=told.party,
                consumer_id=case.consumer_id if told.party == "consumer" else None, kind=f"{entry.life}.{entry.verb}", facts=facts,
                due_at=datetime.fromisoformat(turn["due_at"]) if turn else None, key=f"{entry.pk}:{told.party}",
            )  # fmt: skip
            mail(case, notice, told)
    except IntegrityError:
        # The unique key says that this notice is there already: the job ran a second time.
        return


def _turn(case: Case, party: str) -> dict[str, Any] | None:
    return next((turn for turn in case.turns if turn["party"] == party), None) if party else None
