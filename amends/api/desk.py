"""What waits for you."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ninja import Router
from ninja.params import functions as params

from amends.api import case_shapes, telling
from amends.api.bodies import Ref, Str
from amends.api.callers import Asked
from amends.api.doing import reading
from amends.api.pages import key_in, key_out
from amends.cases.queries import queue

router = Router(tags=["queue and notices"])
HOURS: Any = params.Query(None, ge=0, le=24 * 366)


@reading(router, "/queue", case_shapes.QueueOut, "What waits for you, nearest first")
def my_queue(
    request: Asked, issue: Str = "", remedy: Str = "", life: Str = "", lane: Str = "", within_hours: int | None = HOURS, after: Ref = ""
) -> case_shapes.QueueOut:
    """The cases that wait for your side, by time left; for the platform's people the experts' cases first. `life` narrows to case,
    return_shipment, inspection, review, refund; `lane` to instant, automatic, assisted, expert."""
    within = timedelta(hours=within_hours) if within_hours is not None else None
    page = telling.queue(queue(request.auth.actor, issue=issue, remedy=remedy, life=life, lane=lane, within=within, after=key_in(after)))
    page.next = key_out(page.next)
    return page
