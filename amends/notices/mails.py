"""Mails: written in the notice's transaction, kept readable for the office, handed over by a job of their own.

Without a mail server (AMENDS_SMTP unset) the row is the delivery: the simulator of this port. Not about other channels: those come with
an issue of their own.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from amends.cases.models import Case
from amends.kernel import clock
from amends.notices.models import Mail, Notice
from amends.notices.queries import sentence
from amends.notices.words import Told
from amends.people.models import Membership, User


def mail(case: Case, notices: Sequence[tuple[Told, Notice]]) -> None:
    """A mail for each notice to each person of its side, in the person's own language."""
    at = clock.now()
    people = _people(case)
    mails = [
        Mail(
            merchant_id=case.merchant_id, notice_id=notice.pk, to=person.email, language=person.language or "zh-hans",
            subject=told.subject.into(person.language or "zh-hans"), body=sentence(notice, told).into(person.language or "zh-hans"),
            key=f"{notice.key}:{person.pk}", made_at=at, sent_at=at,
        )
        for told, notice in notices
        for person in people.get(told.party, [])
    ]  # fmt: skip
    if mails:
        Mail.objects.bulk_create(mails)


def _people(case: Case) -> dict[str, list[User]]:
    """Who reads mail for the consumer and who for the merchant."""
    sides = Membership.objects.filter(Q(consumer_id=case.consumer_id) | Q(merchant_id=case.merchant_id), user__is_active=True)
    found: dict[str, dict[int, User]] = {"consumer": {}, "merchant": {}}
    for membership in sides.select_related("user"):
        found["consumer" if membership.consumer_id else "merchant"][membership.user_id] = membership.user
    return {side: list(users.values()) for side, users in found.items()}
