"""What was told, as this face shows it: what the platform announces to all, closing its banner, and who was told of one case."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_POST

from amends.console.page import shown
from amends.faces.announcements import LISTS, closed, holding
from amends.faces.case_messages import told_of
from amends.faces.entering import ActorRequest, face


@require_GET
@face("console")
def listed(request: ActorRequest) -> HttpResponse:
    """Everything that is announced now."""
    return shown(request, "console/announcements.html", {"announcements": holding(request), "nav_here": LISTS["console"]})


@require_POST
@face("console")
def seen(request: ActorRequest, ref: str) -> HttpResponse:
    """The banner is closed for this reader."""
    return closed(request, ref)


@require_GET
@face("console")
def of_case(request: ActorRequest, ref: str) -> HttpResponse:
    """The messages about a case, for its page."""
    return told_of(request, ref)
