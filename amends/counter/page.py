"""What every page of the counter shows around its own matter."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from amends.faces.entering import ActorRequest
from amends.repairs.agenda import technician_of

HOME = "/counter/"


def shown(request: ActorRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """The template inside the counter's frame."""
    framed = {"technician": technician_of(request.actor), "prefix": HOME, **context}
    return render(request, template, framed, status=status)
