"""What the consumer was told, and how to reach a person. Which notices there are is the notices package's business."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from amends.cases.queries import cases
from amends.faces.entering import ActorRequest, act, face
from amends.notices.queries import notices_for
from amends.notices.verbs import mark_read
from amends.portal.rows import OPEN, case_row

CASES = 20


@require_GET
@face("portal")
def listed(request: ActorRequest) -> HttpResponse:
    """The newest notices, each with the way to its case."""
    told = notices_for(request.actor)
    context = {"notices": told, "unread": sum(notice.unread for notice in told), "back_url": reverse("portal:home")}
    return render(request, "portal/notices.html", context)


@require_POST
@face("portal")
def reading(request: ActorRequest) -> HttpResponse:
    """Every notice is read."""

    def run() -> str:
        mark_read(by=request.actor)
        return reverse("portal:notices")

    return act(request, run)


@require_GET
@face("portal")
def person(request: ActorRequest) -> HttpResponse:
    """How to reach a person: by the case that it is about."""
    found = cases(request.actor, filters=OPEN, size=CASES)
    return render(request, "portal/help.html", {"cases": [case_row(case) for case in found.cases], "back_url": reverse("portal:home")})
