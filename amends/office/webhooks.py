"""Webhooks of every shop, for those who look after them: who does not answer, what waits, and going on once a receiver is mended.

Supervisors and administrators alone; where a shop's webhooks go and what signs them stays the shop's own.
"""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from amends.faces import webhook_pages as pages
from amends.faces.entering import ActorRequest, face
from amends.kernel.refusals import NotYourMove
from amends.kernel.texts import say
from amends.notices.webhooks import verbs
from amends.notices.webhooks.queries import is_keeper

LIST, ONE, DELIVERY = (f"office/webhook{name}.html" for name in ("s", "", "_delivery"))


PLACE = pages.Place("/office/webhooks", "/", "/office/cases/", render)


@require_GET
@face("office")
def every(request: ActorRequest) -> HttpResponse:
    """All endpoints of all shops. Raises NotYourMove for others than those who keep them."""
    if not is_keeper(request.actor):
        raise NotYourMove(say("只有主管和管理员可以看商家的事件推送。", "Only supervisors and administrators see merchants' webhooks."))
    return pages.every(request, PLACE, LIST)


@require_GET
@face("office")
def one(request: ActorRequest, ref: str) -> HttpResponse:
    """One endpoint."""
    return pages.one(request, PLACE, ONE, ref)


@require_POST
@face("office")
def pause(request: ActorRequest, ref: str) -> HttpResponse:
    """Nothing goes there for now."""
    return pages.plain(request, PLACE, ref, verbs.pause, pages.PAUSED)


@require_POST
@face("office")
def resumption(request: ActorRequest, ref: str) -> HttpResponse:
    """What waited goes out."""
    return pages.plain(request, PLACE, ref, verbs.resume, pages.RESUMED)


@require_POST
@face("office")
def tests(request: ActorRequest, ref: str) -> HttpResponse:
    """A test event."""
    return pages.plain(request, PLACE, ref, verbs.send_test, pages.TESTED)


@require_POST
@face("office")
def replays(request: ActorRequest, ref: str) -> HttpResponse:
    """Everything since an instant again."""
    return pages.replay_since(request, PLACE, ONE, ref)


@require_GET
@face("office")
def delivery(request: ActorRequest, ref: str, delivery: str) -> HttpResponse:
    """One event that was or will be sent."""
    return pages.delivery(request, PLACE, DELIVERY, ref, delivery)


@require_POST
@face("office")
def replay(request: ActorRequest, ref: str, delivery: str) -> HttpResponse:
    """This one again."""
    return pages.replay(request, PLACE, ref, delivery)
