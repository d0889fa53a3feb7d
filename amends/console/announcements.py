"""What the platform announces, as this face shows it: the list, and closing the banner."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_POST

from amends.console.page import shown
from amends.faces.announcements import LISTS, closed, holding
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
