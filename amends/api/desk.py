"""What waits for you, and the gateway's webhooks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from ninja import Router
from ninja.params import functions as params

from amends.api import shapes, telling
from amends.api.bodies import Ref, Str
from amends.api.callers import Asked
from amends.api.doing import reading
from amends.api.pages import key_in, key_out
from amends.cases.queries import queue
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.refunds.events import webhook

router = Router(tags=["queue and notices"])
hooks = Router(tags=["webhooks"])
LARGEST_HOOK = 64 * 1024
HOURS: Any = params.Query(None, ge=0, le=24 * 366)


@reading(router, "/queue", shapes.QueueOut, "What waits for you, nearest first")
def my_queue(
    request: Asked, issue: Str = "", remedy: Str = "", life: Str = "", lane: Str = "", within_hours: int | None = HOURS, after: Ref = ""
) -> shapes.QueueOut:
    """The cases that wait for your side, by time left; for the platform's people the experts' cases first. `life` narrows to case,
    return_shipment, inspection, review, refund; `lane` to instant, automatic, assisted, expert."""
    within = timedelta(hours=within_hours) if within_hours is not None else None
    page = telling.queue(queue(request.auth.actor, issue=issue, remedy=remedy, life=life, lane=lane, within=within, after=key_in(after)))
    page.next = key_out(page.next)
    return page


@hooks.post(
    "/hooks/payments",
    auth=None,
    summary="The payment gateway says something",
    response={200: shapes.HookOut, frozenset({401, 413, 422}): shapes.Problem},
)
def payments(request: HttpRequest) -> shapes.HookOut:
    """Standard Webhooks 1.0: signed with the shared secret, not with a key of ours. It may come twice and in any order."""
    if int(request.headers.get("Content-Length") or 0) > LARGEST_HOOK:
        raise Unprocessable(say("回调内容太大。", "The webhook is too large."), code="too_large")
    return shapes.HookOut(state=webhook(request.headers, request.body))
