"""Mails: written in the notice's transaction, kept readable for the office, handed over by a job of their own.

Without a mail server (AMENDS_SMTP unset) the row is the delivery: the simulator of this port. Not about other channels: those come with
an issue of their own.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from amends.cases.models import Case
from amends.kernel import clock
from amends.notices.models import Mail, Notice
from amends.notices.queries import sentence
from amends.notices.words import Told
from amends.people.models import User


def mail(case: Case, notices: Sequence[tuple[Told, Notice]]) -> None:
    """A mail for each notice to each person of its side, in the person's own language."""
    at = clock.now()
    mails = [
        Mail(
            merchant_id=case.merchant_id, notice_id=notice.pk, to=person.email, language=person.language or "zh-hans",
            subject=told.subject.into(person.language or "zh-hans"), body=sentence(notice, told).into(person.language or "zh-hans"),
            key=f"{notice.key}:{person.pk}", made_at=at, sent_at=at,
        )
        for told, notice in notices
        for person in _people(case, told.party)
    ]  # fmt: skip
    if mails:
        Mail.objects.bulk_create(mails)


def _people(case: Case, party: str) -> QuerySet[User]:
    side = Q(memberships__consumer_id=case.consumer_id) if party == "consumer" else Q(memberships__merchant_id=case.merchant_id)
    return User.objects.filter(side, is_active=True).distinct()
