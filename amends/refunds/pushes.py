"""What gateways push, in three steps that any of them may die between: verified, stored once for each event, then worked by a job.

The provider hears that we have it as soon as it is stored; a job, and a sweep where that job was lost, works it. What it says is a hint
that comes at least once and in any order: whoever takes it bears that. Not about signatures (plumbing.payments) nor what it means (events).

What it told may name a payer's account, so it is not kept for ever: `forget_old` empties it and leaves the row, which knows a repetition.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Count, F, Q

from amends.kernel import clock
from amends.kernel.refusals import NoSuchMove, NotFound
from amends.kernel.texts import say
from amends.plumbing import jobs
from amends.plumbing.payments import choosing
from amends.plumbing.payments.port import Event
from amends.plumbing.pushes_kept import kept_days
from amends.refunds.events import IGNORED, take_event
from amends.refunds.models import GatewayEvent

log = structlog.get_logger(__name__)
FORGOTTEN = timedelta(minutes=2)
"""An event whose job should have worked it by now."""
GIVEN_UP = timedelta(days=1)
"""An event that could not be worked for so long is a person's, on the page of the gateways."""
AT_ONCE, PATIENCE = 50, 20
DONE = ("worked", "ignored")
FORGOTTEN_AT_ONCE = 2000
Taker = Callable[[str, str, Mapping[str, Any]], str]
TAKERS: dict[str, Taker] = {}
"""Kind of event -> who takes it (gateway, kind, told) -> what became of it; bound at the start (wiring). The rest is about refunds."""


@dataclass(frozen=True, slots=True)
class Stored:
    """How many events of one push were new, and how many had come before."""

    new: int
    again: int


def bind(kind: str, taker: Taker) -> None:
    """Events of this kind are taken by `taker`, which may be called twice with the same."""
    TAKERS[kind] = taker


def take_push(gateway: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, str]) -> Stored:
    """Every event of the push is stored and will be worked, once for each of its ids; another coming of it is counted.

    Raises NotFromGateway where it is not signed by the gateway, and GatewayUnreachable where that gateway is not set up.
    """
    events = choosing.verify(gateway, headers, body, query)
    new = [_store(gateway, event) for event in events]
    return Stored(sum(new), len(new) - sum(new))


@transaction.atomic
def _store(gateway: str, event: Event) -> bool:
    row, new = GatewayEvent.objects.get_or_create(
        gateway=gateway,
        event=event.event[:120],
        defaults={"kind": event.kind, "told": dict(event.told), "received_at": clock.now()},
    )
    if new:
        jobs.later("work_gateway_event", event_id=row.pk)
    else:
        GatewayEvent.objects.filter(pk=row.pk).update(times=F("times") + 1)
    return new


@jobs.task("work_gateway_event")
def work_event(event_id: int) -> None:
    """Job: a stored event is worked, and what became of it stands on its row. One that was worked before is left alone."""
    row = GatewayEvent.objects.get(pk=event_id)
    if row.state == "stored":
        _work(row)


def sweep_events(*, most: int = AT_ONCE) -> int:
    """Stored events whose job was lost or failed are worked; answers how many. One that fails for a day is handed to a person."""
    at, worked = clock.now(), 0
    waiting = GatewayEvent.objects.filter(state="stored", received_at__lte=at - FORGOTTEN).order_by("received_at", "pk")
    for row in waiting[: most * PATIENCE]:  # those that fail again and again stand in front and must not keep the others from their turn
        if worked == most:
            break
        try:
            _work(row)
            worked += 1
        except Exception as wrong:
            log.exception("event of a gateway not worked", gateway=row.gateway, gateway_event=row.event)
            if row.received_at <= at - GIVEN_UP:
                _end(row, "failed", type(wrong).__name__)
    return worked


def forget_old(*, most: int = FORGOTTEN_AT_ONCE) -> int:
    """What done events told longer ago than AMENDS_PUSHES_KEPT_DAYS is gone; answers how many, `most` at the most.

    Gateway, id, kind and outcome stay, so that the same event is still known when it comes again. What waits or failed stays whole.
    Raises ValueError where the setting is no number of days.
    """
    before = clock.now() - timedelta(days=kept_days())
    old = GatewayEvent.objects.filter(state__in=DONE, received_at__lt=before).exclude(told={}).order_by("received_at", "pk")
    return GatewayEvent.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:most]), state__in=DONE).update(told={})


def work_again(event_id: int) -> GatewayEvent:
    """A failed event will be worked once more, by a job. Raises NotFound; NoSuchMove unless it failed."""
    row = GatewayEvent.objects.filter(pk=event_id).first()
    if row is None:
        raise NotFound
    with transaction.atomic():
        stored = {"state": "stored", "outcome": "", "worked_at": None, "received_at": clock.now()}
        if not GatewayEvent.objects.filter(pk=event_id, state="failed").update(**stored):
            raise NoSuchMove(say("这条推送没有失败，不必重做。", "This push has not failed; there is nothing to do again."))
        jobs.later("work_gateway_event", event_id=event_id)
    row.refresh_from_db()
    return row


def counts() -> dict[str, dict[str, int]]:
    """gateway -> how many of its events stand in each state, and how many came again (`doubled`)."""
    found: dict[str, dict[str, int]] = {}
    for row in (
        GatewayEvent.objects.values("gateway", "state").annotate(of=Count("pk"), twice=Count("pk", filter=Q(times__gt=1))).order_by()
    ):
        here = found.setdefault(row["gateway"], {"doubled": 0})
        here[row["state"]] = row["of"]
        here["doubled"] += row["twice"]
    return found


def _work(row: GatewayEvent) -> None:
    outcome = TAKERS.get(row.kind, take_event)(row.gateway, row.kind, row.told) if row.kind != "other" else IGNORED
    _end(row, "ignored" if outcome == IGNORED else "worked", outcome)


def _end(row: GatewayEvent, state: str, outcome: str) -> None:
    """Whoever ends it first has said what became of it: job and sweep may have had it at once."""
    GatewayEvent.objects.filter(pk=row.pk, state="stored").update(state=state, outcome=outcome[:120], worked_at=clock.now())
