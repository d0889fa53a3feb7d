"""From the timeline to what is owed: one delivery for each line that the merchant may see and each endpoint that wants it.

Jobs come in any order. So whoever hears of a line writes down what is owed of the lines before it as well, in one transaction: where a
delivery is there, all that come before it in its case are there. What is owed follows from line and endpoint alone (rules/events.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet

from amends.cases.models import Entry
from amends.kernel import clock
from amends.kernel.refs import new_ref
from amends.notices.webhooks.models import Delivery, Endpoint
from amends.notices.webhooks.releasing import HANDED, hand_over, may_go
from amends.notices.webhooks.rules.events import AUDIENCE, TYPES, wants

HEARD: tuple[str, ...] = TYPES
SKEW = timedelta(days=1)
"""Two machines' clocks may differ, and a line before this one may bear a later instant; the bound only spares the partitions of months."""


def is_wanted(merchant_id: int) -> bool:
    """Whether this merchant has any endpoint: without one a line costs no job."""
    return open_endpoints(merchant_id).exists()


def open_endpoints(merchant_id: int) -> QuerySet[Endpoint]:
    """The merchant's endpoints that have not ended."""
    return Endpoint.objects.filter(merchant_id=merchant_id, ended_at__isnull=True)


def hear(entry: Entry) -> None:
    """Listener: every endpoint of the merchant that wants this line has a delivery of it, and of every line before it, once."""
    if AUDIENCE not in entry.audience.split(","):
        return
    endpoints = list(open_endpoints(entry.merchant_id).filter(made_at__lte=entry.made_at).order_by("pk"))
    if not endpoints:
        return
    with transaction.atomic():
        fresh = _owed(entry, endpoints)
        Delivery.objects.bulk_create(fresh, ignore_conflicts=True)
        for endpoint in endpoints:
            if may_go(endpoint) and any(one.endpoint_id == endpoint.pk for one in fresh):
                hand_over(endpoint, entry.case_id)


def _owed(entry: Entry, endpoints: Sequence[Endpoint]) -> list[Delivery]:
    """What is not written down yet of this case up to this line."""
    lines = Entry.objects.filter(
        merchant_id=entry.merchant_id,
        case_id=entry.case_id,
        number__lte=entry.number,
        made_at__gte=min(endpoint.made_at for endpoint in endpoints),
        made_at__lte=entry.made_at + SKEW,
    )
    seen = [line for line in lines.order_by("number") if AUDIENCE in line.audience.split(",")]
    there = Delivery.objects.filter(merchant_id=entry.merchant_id, endpoint__in=endpoints, case_id=entry.case_id)
    known = set(there.order_by("pk").values_list("endpoint_id", "entry_id"))
    return [
        _delivery(endpoint, line)
        for endpoint in endpoints
        for line in seen
        if (endpoint.pk, line.pk) not in known and wants(endpoint.events, f"{line.life}.{line.verb}", line.made_at)
    ]


def _delivery(endpoint: Endpoint, line: Entry) -> Delivery:
    at, goes = clock.now(), may_go(endpoint)
    return Delivery(
        merchant_id=line.merchant_id, endpoint=endpoint, ref=new_ref("WD"), case_id=line.case_id, number=line.number, entry_id=line.pk,
        entry_made_at=line.made_at, type=f"{line.life}.{line.verb}", state="handed" if goes else "queued", made_at=at,
        next_at=at + HANDED if goes else at,
    )  # fmt: skip
