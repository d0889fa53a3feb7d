"""Repairs over all merchants at the desk: what is under way, what is late, at which workshop. What is done about one is its merchant's."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from amends.desk.page import HOME, shown
from amends.faces.entering import ActorRequest, face
from amends.faces.repair_lists import repairs_page


@require_GET
@face("desk")
def page(request: ActorRequest) -> HttpResponse:
    """Every repair that fits the filters, the nearest limit first; each opens its case."""
    return repairs_page(request, shown, f"{HOME}repairs", HOME, opens_job=False)
