"""What the platform announces, as this face shows it: the list, and closing the banner."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from amends.faces.announcements import closed, holding
from amends.faces.entering import ActorRequest, face


@require_GET
@face("portal")
def listed(request: ActorRequest) -> HttpResponse:
    """Everything that is announced now."""
    return render(request, "portal/announcements.html", {"announcements": holding(request), "back_url": reverse("portal:home")})


@require_POST
@face("portal")
def seen(request: ActorRequest, ref: str) -> HttpResponse:
    """The banner is closed for this reader."""
    return closed(request, ref)
