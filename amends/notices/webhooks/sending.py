"""One case's deliveries to one endpoint, in order: claim, call, record.

Invariants
 1. Only the first open delivery of a case is claimed, under the endpoint's lock: no two workers call for one case at once, and none
    goes out before the one before it has arrived or was given up.
 2. The call is made outside of any transaction. Whoever is killed between call and record leaves `sending`; after LEASE another calls
    again, with the same id: a receiver hears of an event at least once and tells repeats by `webhook-id`.
 3. What a late worker records of an attempt that was taken over is left alone, unless it arrived.
 4. A receiver that is away is left alone as a whole (`Endpoint.next_at`) and then asked by one call at a time: a thousand cases
    don't knock at a closed door a thousand times. `failures` counts its rounds, not the calls that failed together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q

from amends.kernel import clock
from amends.notices.webhooks import sealing
from amends.notices.webhooks.alarming import alarm, tell_given_up
from amends.notices.webhooks.connecting import Receivers
from amends.notices.webhooks.models import Delivery, Endpoint
from amends.notices.webhooks.releasing import JOB, OPEN, may_go
from amends.notices.webhooks.rules.events import TEST
from amends.notices.webhooks.rules.schedule import MOST_ATTEMPTS, Heard, Outcome, error_of, outcome_of, wait_after
from amends.notices.webhooks.telling import body
from amends.plumbing import jobs

log = structlog.get_logger(__name__)
LEASE = timedelta(minutes=2)
"""Longer than a call may last, its look-up of the name included."""
IN_A_ROW = 25
MOST_LOGGED = 40


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is ours to call until LEASE after `at`."""

    delivery: Delivery
    endpoint: Endpoint
    at: datetime


def send_case(merchant_id: int, endpoint_id: int, case_id: int) -> int:
    """What is due of this case has gone out, in order, up to the first that did not arrive; answers how many arrived."""
    with Receivers() as receivers:
        for arrived in range(IN_A_ROW):
            claimed = claim(merchant_id, endpoint_id, case_id)
            if claimed is None or not record(claimed, call(claimed, receivers)):
                return arrived
    # Others wait for this worker too: what is left of a long row goes on behind them.
    jobs.later(JOB, merchant_id=merchant_id, endpoint_id=endpoint_id, case_id=case_id)
    return IN_A_ROW


@transaction.atomic
def claim(merchant_id: int, endpoint_id: int, case_id: int) -> Claimed | None:
    """The first open delivery of the case is ours, or None: nothing is open, due or allowed, or another has it."""
    found = Endpoint.objects.select_for_update(no_key=True).filter(merchant_id=merchant_id, pk=endpoint_id, ended_at__isnull=True).first()
    if found is None:
        return None
    at = clock.now()
    row = Delivery.objects.filter(merchant_id=merchant_id, endpoint=found, case_id=case_id, state__in=OPEN).order_by("number", "pk").first()
    if row is None or not (row.type == TEST or may_go(found)):
        return None
    if row.next_at is not None and row.next_at > at and row.state == "queued" and row.attempts:
        return None
    if Delivery.objects.filter(merchant_id=merchant_id, endpoint=found, case_id=case_id, state="sending", next_at__gt=at).exists():
        return None  # this one or, where an earlier one was replayed, one behind it
    row.state, row.attempts, row.next_at, row.first_at = "sending", row.attempts + 1, at + LEASE, row.first_at or at
    row.save(update_fields=["state", "attempts", "next_at", "first_at"])
    if found.next_at is not None and row.type != TEST:
        found.next_at = at + LEASE
        found.save(update_fields=["next_at"])
    return Claimed(row, found, at)


def call(claimed: Claimed, receivers: Receivers) -> Heard:
    """The receiver was asked once; no transaction is open meanwhile."""
    row, endpoint, stamped = claimed.delivery, claimed.endpoint, clock.machine_now()
    told = body(row, endpoint)
    try:
        signed = sealing.signature(endpoint.secrets, claimed.at, key=row.ref, stamped=stamped, body=told)
    except sealing.Unreadable:
        return Heard(error=sealing.Unreadable.code)
    headers = {
        "content-type": "application/json; charset=utf-8",
        "user-agent": "Amends-Webhooks/1",
        "webhook-id": row.ref,
        "webhook-timestamp": str(int(stamped.timestamp())),
        "webhook-signature": signed,
    }
    return receivers.post(endpoint.url, headers, told.encode())


@transaction.atomic
def record(claimed: Claimed, heard: Heard) -> bool:
    """What came of the call is on record; True where the next of the case may go."""
    endpoint = Endpoint.objects.select_for_update(no_key=True).get(pk=claimed.endpoint.pk)
    row = Delivery.objects.filter(pk=claimed.delivery.pk).first()
    outcome = outcome_of(heard)
    if row is None or row.state not in OPEN:
        return False
    ours = row.state == "sending" and row.attempts == claimed.delivery.attempts
    if not ours and outcome is not Outcome.ARRIVED:
        return False
    _note(row, claimed.at, heard)
    if outcome is Outcome.ARRIVED:
        return _arrived(row, endpoint)
    if row.type == TEST:
        return _given_up(row)
    return _failed(row, endpoint, claimed, heard, outcome)


def _note(row: Delivery, at: datetime, heard: Heard) -> None:
    """Never what the receiver said: a page that shows answers would let a merchant read what only our machines may reach."""
    row.status, row.error = heard.status, error_of(heard)
    row.log = [*row.log, {"at": at.isoformat(), "status": heard.status, "error": row.error, "ms": heard.ms}][-MOST_LOGGED:]


def _arrived(row: Delivery, endpoint: Endpoint) -> bool:
    row.state, row.next_at, row.delivered_at = "delivered", None, clock.now()
    row.save()
    if row.type == TEST or endpoint.failing_since is None:
        return True
    if endpoint.next_at is not None:
        # It lives again: whatever waited for it goes now, but for what it refused by itself.
        waiting = Delivery.objects.filter(merchant_id=endpoint.merchant_id, endpoint=endpoint, state="queued", next_at__isnull=False)
        waiting.filter(Q(status__isnull=True) | ~Q(status__range=(400, 499))).update(next_at=clock.now())
    endpoint.failing_since, endpoint.failures, endpoint.next_at = None, 0, None
    endpoint.save(update_fields=["failing_since", "failures", "next_at"])
    return True


def _given_up(row: Delivery) -> bool:
    row.state, row.next_at = "given_up", None
    row.save()
    return True


def _failed(row: Delivery, endpoint: Endpoint, claimed: Claimed, heard: Heard, outcome: Outcome) -> bool:
    endpoint.failing_since = endpoint.failing_since or claimed.at
    away = outcome is Outcome.AWAY
    if away and endpoint.failures == claimed.endpoint.failures:
        endpoint.failures += 1
    failed = endpoint.failures if away else row.attempts
    wait = wait_after(failed, key=endpoint.ref if away else row.ref, asked=heard.retry_after)
    row.state, row.next_at = "queued", None if wait is None else clock.now() + wait
    if away:
        endpoint.next_at = row.next_at
    endpoint.save(update_fields=["failing_since", "failures", "next_at"])
    row.save()
    log.info("webhook did not arrive", endpoint=endpoint.ref, delivery=row.ref, attempt=row.attempts, of=MOST_ATTEMPTS, error=row.error)
    why = _alarms(row, endpoint, heard, outcome, last=wait is None)
    if why:
        alarm(endpoint, row, why=why)
    elif wait is None:
        tell_given_up(endpoint, row)
        return _given_up(row)
    return False


def _alarms(row: Delivery, endpoint: Endpoint, heard: Heard, outcome: Outcome, *, last: bool) -> str:
    """Why the receiver itself is given up for now, '' where it is not: another event may have arrived since this one was first tried."""
    if outcome is Outcome.GONE:
        return "gone"
    if heard.error == sealing.Unreadable.code:
        return heard.error
    nothing_since = endpoint.failing_since is not None and row.first_at is not None and endpoint.failing_since <= row.first_at
    return "silent" if last and (outcome is Outcome.AWAY or nothing_since) else ""
