"""When a receiver is given up for now: its merchant and the supervisors are told, and what comes waits in order until somebody resumes it.

An alarm is a notice about the case whose event waits first: that is the matter that suffers.
"""

from __future__ import annotations

import structlog

from amends.cases.models import Case
from amends.kernel import clock
from amends.notices.verbs.planning import tell_of_ours
from amends.notices.webhooks.models import Delivery, Endpoint
from amends.notices.webhooks.rules.places import host_of

log = structlog.get_logger(__name__)
ALARM, GIVEN_UP = "webhook.alarm", "webhook.given_up"


def alarm(endpoint: Endpoint, row: Delivery, *, why: str) -> None:
    """The endpoint is alarmed, once, and whom it concerns is told; `row` and all others wait. In the caller's transaction."""
    if endpoint.state != "on":
        return
    endpoint.state, endpoint.why, endpoint.next_at, endpoint.changed_at = "alarmed", why, None, clock.now()
    endpoint.save(update_fields=["state", "why", "next_at", "changed_at"])
    row.next_at = None
    row.save(update_fields=["next_at"])
    log.warning("webhook endpoint alarmed", endpoint=endpoint.ref, why=why)
    _tell(ALARM, endpoint, row, key=f"{endpoint.ref}:{endpoint.changed_at.isoformat()}")


def tell_given_up(endpoint: Endpoint, row: Delivery) -> None:
    """The merchant is told that this one event was refused to the end while others arrived."""
    log.warning("webhook given up", endpoint=endpoint.ref, delivery=row.ref, error=row.error)
    _tell(GIVEN_UP, endpoint, row, key=f"{row.ref}:{row.replays}")


def _tell(when: str, endpoint: Endpoint, row: Delivery, *, key: str) -> None:
    case = Case.objects.select_related("merchant", "consumer").get(merchant_id=row.merchant_id, pk=row.case_id)
    since = endpoint.failing_since or clock.now()
    facts = {"case": case.ref, "endpoint": endpoint.ref, "address": host_of(endpoint.url), "until": since.isoformat()}
    tell_of_ours(when, case, facts=facts, key=key)
