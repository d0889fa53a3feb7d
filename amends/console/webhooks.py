"""A shop's webhooks: where its own programs listen, what they were sent, each act one hop to its verb."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from amends.console.page import HOME, shown
from amends.faces import webhook_pages as pages
from amends.faces.entering import ActorRequest, face
from amends.notices.webhooks import verbs

PLACE = pages.Place(f"{HOME}webhooks", "", f"{HOME}cases/", shown)
LIST, ONE, DELIVERY, SECRET = (f"console/webhook{name}.html" for name in ("s", "", "_delivery", "_secret"))


@require_GET
@face("console")
def every(request: ActorRequest) -> HttpResponse:
    """All endpoints of the shop."""
    return pages.every(request, PLACE, LIST)


@require_http_methods(["GET", "HEAD", "POST"])
@face("console")
def new(request: ActorRequest) -> HttpResponse:
    """A new endpoint. Whoever comes back to the page of a refused form, or loads it anew, is led to the list, where the form stands."""
    if request.method != "POST":
        return redirect(PLACE.at())
    return pages.add(request, PLACE, LIST)


@require_GET
@face("console")
def one(request: ActorRequest, ref: str) -> HttpResponse:
    """One endpoint."""
    return pages.one(request, PLACE, ONE, ref)


@require_GET
@face("console")
def secret(request: ActorRequest, ref: str) -> HttpResponse:
    """Its signing secret."""
    return pages.secret(request, PLACE, SECRET, ref)


@require_POST
@face("console")
def changes(request: ActorRequest, ref: str) -> HttpResponse:
    """Another address, other events."""
    return pages.change(request, PLACE, ONE, ref)


@require_POST
@face("console")
def pause(request: ActorRequest, ref: str) -> HttpResponse:
    """Nothing goes there for now."""
    return pages.plain(request, PLACE, ref, verbs.pause, pages.PAUSED)


@require_POST
@face("console")
def resumption(request: ActorRequest, ref: str) -> HttpResponse:
    """What waited goes out."""
    return pages.plain(request, PLACE, ref, verbs.resume, pages.RESUMED)


@require_POST
@face("console")
def removal(request: ActorRequest, ref: str) -> HttpResponse:
    """It is gone."""
    return pages.plain(request, PLACE, ref, verbs.end, pages.REMOVED)


@require_POST
@face("console")
def secret_rotation(request: ActorRequest, ref: str) -> HttpResponse:
    """A new secret."""
    return pages.plain(request, PLACE, ref, verbs.rotate, pages.ROTATED)


@require_POST
@face("console")
def tests(request: ActorRequest, ref: str) -> HttpResponse:
    """A test event."""
    return pages.plain(request, PLACE, ref, verbs.send_test, pages.TESTED)


@require_POST
@face("console")
def replays(request: ActorRequest, ref: str) -> HttpResponse:
    """Everything since an instant again."""
    return pages.replay_since(request, PLACE, ONE, ref)


@require_GET
@face("console")
def delivery(request: ActorRequest, ref: str, delivery: str) -> HttpResponse:
    """One event that was or will be sent."""
    return pages.delivery(request, PLACE, DELIVERY, ref, delivery)


@require_POST
@face("console")
def replay(request: ActorRequest, ref: str, delivery: str) -> HttpResponse:
    """This one again."""
    return pages.replay(request, PLACE, ref, delivery)
