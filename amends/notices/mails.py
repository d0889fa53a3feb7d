"""Mails: written in the notice's transaction, kept readable for the office, handed over by a job of their own.

Without a mail server (AMENDS_SMTP unset) the row is the delivery: the simulator of this port. Not about other channels: those come with
an issue of their own.
"""

from __future__ import annotations

from amends.cases.models import Case
from amends.kernel import clock
from amends.notices.models import Mail, Notice
from amends.notices.queries import sentence
from amends.notices.words import Told
from amends.people.models import User


def mail(case: Case, notice: Notice, told: Told) -> None:
    """A mail to each person of that side, in the person's own language."""
    people = User.objects.filter(is_active=True)
    people = (
        people.filter(memberships__consumer_id=case.consumer_id)
        if told.party == "consumer"
        else people.filter(memberships__merchant_id=case.merchant_id)
    )
    at = clock.now()
    Mail.objects.bulk_create(
        Mail(
            merchant_id=case.merchant_id, notice_id=notice.pk, to=person.email, language=person.language or "zh-hans",
            subject=told.subject.into(person.language or "zh-hans"), body=sentence(notice, told).into(person.language or "zh-hans"),
            key=f"{notice.key}:{person.pk}", made_at=at, sent_at=at,
        )
        for person in people.distinct()
    )  # fmt: skip
