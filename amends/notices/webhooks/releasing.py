"""Which deliveries go to a job now. The clock asks every second; a job handed out here may be lost, and is handed out again a minute later.

States of a delivery: queued (waits for `next_at`; without one for its endpoint) -> handed (a job was asked for) -> sending (a call is
under way until `next_at`) -> delivered, given_up, dropped. Only the first open delivery of a case is ever called (sending.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction

from amends.kernel import clock
from amends.notices.webhooks.models import Delivery, Endpoint
from amends.plumbing import jobs
from amends.plumbing.shards import WHOLE, Shard

OPEN = ("queued", "handed", "sending")
HANDED = timedelta(minutes=1)
BATCH = 500
JOB = "send_webhooks"
KEPT_FOR = timedelta(days=60)
"""A delivery that has ended can be looked at and replayed for so long."""


def may_go(endpoint: Endpoint) -> bool:
    """Whether anything may go to this endpoint now: it is on, and not left alone after failures."""
    return endpoint.ended_at is None and endpoint.state == "on" and (endpoint.next_at is None or endpoint.next_at <= clock.now())


def hand_over(endpoint: Endpoint, case_id: int) -> None:
    """A job sends what is open of this case, after the present transaction."""
    jobs.later(JOB, merchant_id=endpoint.merchant_id, endpoint_id=endpoint.pk, case_id=case_id)


def release(*, shard: Shard = WHOLE, most: int = BATCH) -> int:
    """Every delivery that is due has a job, or waits for what it has to wait for; answers how many were looked at."""
    due = shard.rows(Delivery.objects.filter(next_at__lte=clock.now())).order_by("next_at", "pk")
    rows: dict[int, list[Delivery]] = defaultdict(list)
    for row in due[:most]:
        rows[row.endpoint_id].append(row)
    for endpoint_id, found in sorted(rows.items()):
        _release(endpoint_id, found)
    return sum(len(found) for found in rows.values())


@transaction.atomic
def _release(endpoint_id: int, rows: Sequence[Delivery]) -> None:
    """Under the endpoint's lock, so that nobody pauses or resumes it in between."""
    endpoint = Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint_id)
    at, here = clock.now(), Delivery.objects.filter(merchant_id=endpoint.merchant_id, endpoint=endpoint)
    tests = [row.pk for row in rows if not row.case_id]
    if not may_go(endpoint):
        # All that is due, not this batch alone: a long row behind a silent receiver is looked at once, not every second.
        waits = endpoint.next_at if endpoint.state == "on" and endpoint.ended_at is None else None
        state = "queued" if endpoint.ended_at is None else "dropped"
        here.filter(next_at__lte=at, state__in=OPEN).exclude(case_id=0).update(state=state, next_at=waits)
        rows = [row for row in rows if row.pk in tests]
    chains = {row.case_id for row in rows}
    first = here.filter(case_id__in=chains, state__in=OPEN).order_by("case_id", "number", "pk").distinct("case_id")
    heads = dict(first.values_list("pk", "case_id"))
    due = [row.pk for row in rows]
    here.filter(pk__in=due, state__in=OPEN, next_at__lte=at).update(state="handed", next_at=at + HANDED)
    for row in rows:
        if row.pk in heads:
            hand_over(endpoint, row.case_id)


def forget_old() -> int:
    """Deliveries that ended long ago are gone; how many."""
    ended = Delivery.objects.filter(next_at__isnull=True, made_at__lt=clock.now() - KEPT_FOR).exclude(state__in=OPEN)
    return ended.delete()[0]
