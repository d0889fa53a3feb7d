"""What the consumer was told, and how to reach a person. Which notices there are is the notices package's business."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from amends.cases.queries import cases
from amends.faces.entering import ActorRequest, face
from amends.faces.notice_lists import reading as read
from amends.faces.notice_lists import told
from amends.portal.rows import OPEN, case_row

CASES = 20


def framed(request: ActorRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A page of the portal that the faces share."""
    return render(request, template, context, status=status)


@require_GET
@face("portal")
def listed(request: ActorRequest) -> HttpResponse:
    """The newest notices, each with the way to its case."""
    context = told(request, "portal", reverse("portal:notices"), reverse("portal:reading"))
    return render(request, "portal/notices.html", {**context, "back_url": reverse("portal:home")})


@require_POST
@face("portal")
def reading(request: ActorRequest) -> HttpResponse:
    """Every notice is read, or those that are named."""
    return read(request, reverse("portal:notices"))


@require_GET
@face("portal")
def person(request: ActorRequest) -> HttpResponse:
    """How to reach a person: by the case that it is about."""
    found = cases(request.actor, filters=OPEN, size=CASES)
    return render(request, "portal/help.html", {"cases": [case_row(case) for case in found.cases], "back_url": reverse("portal:home")})
