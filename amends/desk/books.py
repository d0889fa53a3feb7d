"""The books of one case, drawn as T-accounts on the desk."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from amends.desk.page import HOME, shown
from amends.faces.booking.drawn import drawn
from amends.faces.entering import ActorRequest, face


@require_GET
@face("desk")
def of_case(request: ActorRequest, ref: str) -> HttpResponse:
    """The T-accounts that a case has moved."""
    return shown(request, "desk/books.html", {**drawn(ref, request.actor), "ledger_of": f"{HOME}cases/", "slash": ""})
