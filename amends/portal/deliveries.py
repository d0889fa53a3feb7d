"""What the consumer does about a parcel that went wrong on its way to them; a refused form comes back on the case's page."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from amends.cases.queries import case_for
from amends.deliveries import verbs
from amends.faces.entering import ActorRequest, act, face, given
from amends.kernel.refusals import Unprocessable
from amends.portal.cases import case_page


def _acted(request: ActorRequest, ref: str, verb: Callable[[], object]) -> HttpResponse:
    case = case_for(ref, request.actor)

    def run() -> str:
        verb()
        return reverse("portal:case", args=[case.ref])

    try:
        return act(request, run)
    except Unprocessable as refusal:
        return case_page(request, case.ref, refusal=refusal)


@require_POST
@face("portal")
def enquiry(request: ActorRequest, ref: str) -> HttpResponse:
    """The carrier is asked where it is."""
    told = {name: given(request, name) for name in ("kind", "waybill", "words")}
    return _acted(request, ref, lambda: verbs.enquire(ref, by=request.actor, **told))


@require_POST
@face("portal")
def elsewhere(request: ActorRequest, ref: str, delivery: str) -> HttpResponse:
    """The carrier is asked to bring it to another address."""
    return _acted(request, ref, lambda: verbs.lead_elsewhere(delivery, address=given(request, "address"), by=request.actor))


@require_POST
@face("portal")
def confirmation(request: ActorRequest, ref: str, delivery: str) -> HttpResponse:
    """It is here; with a tick the claim is taken back too."""
    also = given(request, "and_withdraw") == "on"
    return _acted(request, ref, lambda: verbs.confirm(delivery, and_withdraw=also, by=request.actor))


@require_POST
@face("portal")
def absence(request: ActorRequest, ref: str, delivery: str) -> HttpResponse:
    """It is not here, whatever the carrier says."""
    return _acted(request, ref, lambda: verbs.report_absent(delivery, words=given(request, "words"), by=request.actor))
