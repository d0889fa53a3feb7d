"""The consumer chooses when their unit is repaired, and whether an expert may look at it together with them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from amends.faces.appointing import times_page
from amends.faces.entering import ActorRequest, act, face, given
from amends.kernel.refusals import NotFound
from amends.repairs.consulting import consent as answer
from amends.repairs.hands import job_of


@require_http_methods(["GET", "POST"])
@face("portal")
def times(request: ActorRequest, ref: str, repair: str) -> HttpResponse:
    """Free times of a repair of this case."""
    job, _ = job_of(repair, request.actor)
    if job.case.ref != ref:
        raise NotFound
    home = reverse("portal:case", args=[ref])
    frame = lambda context, status: render(request, "portal/times.html", {**context, "back_url": home}, status=status)  # noqa: E731
    return times_page(request, repair, frame, home)


@require_POST
@face("portal")
def consent(request: ActorRequest, ref: str) -> HttpResponse:
    """They agree to a session with an expert, or do not."""

    def run() -> str:
        row = answer(ref, yes=given(request, "answer") == "yes", by=request.actor)
        return reverse("portal:case", args=[row.case.ref])

    return act(request, run)
