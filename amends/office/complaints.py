"""Complaints of authorities as the office reads them: all shops', with their clocks. The desk answers them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from amends.faces.complaining import list_context
from amends.faces.entering import ActorRequest, face

AT = "/office/complaints/"


@require_GET
@face("office")
def listed(request: ActorRequest) -> HttpResponse:
    """All complaints, the first due first, with the filters of the desk."""
    return render(request, "office/complaints.html", list_context(request, request.actor, at=AT) | {"cases": "/office/cases/"})
