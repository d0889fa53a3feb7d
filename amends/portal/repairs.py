"""What the consumer does about a repair: choose its way, agree to its price or not, say that it works or that it failed again, and
send a loan unit back."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from amends.faces.entering import ActorRequest, act, face, given
from amends.kernel.refusals import Unprocessable
from amends.portal.acts import acted, acted_with_files
from amends.portal.cases import case_page
from amends.repairs import verbs
from amends.repairs.choosing import choose_way
from amends.repairs.loans import send_back_loan


@require_POST
@face("portal")
def way(request: ActorRequest, ref: str) -> HttpResponse:
    """They choose how it is repaired."""
    return acted(request, ref, "way", lambda: choose_way(ref, way=given(request, "way"), by=request.actor))


@require_POST
@face("portal")
def loan_return(request: ActorRequest, ref: str, loan: str) -> HttpResponse:
    """The loan unit is on its way back."""
    return acted(request, ref, loan, lambda: send_back_loan(loan, by=request.actor))


@require_POST
@face("portal")
def acceptance(request: ActorRequest, ref: str, repair: str) -> HttpResponse:
    """The quote is agreed to, and paid at the gateway; without a page of the gateway's the case says how."""

    def run() -> str:
        row = verbs.accept_quote(repair, by=request.actor)
        return f"{reverse('portal:case', args=[ref])}#repair-{row.ref}"

    try:
        return act(request, run)
    except Unprocessable as refusal:
        return case_page(request, ref, refusal=refusal, form=repair)


@require_POST
@face("portal")
def declining(request: ActorRequest, ref: str, repair: str) -> HttpResponse:
    """It is not repaired for that price."""
    return acted(request, ref, repair, lambda: verbs.decline_quote(repair, by=request.actor))


@require_POST
@face("portal")
def confirmation(request: ActorRequest, ref: str, repair: str) -> HttpResponse:
    """It works."""
    return acted(request, ref, repair, lambda: verbs.confirm(repair, by=request.actor))


@require_POST
@face("portal")
def fault(request: ActorRequest, ref: str, repair: str) -> HttpResponse:
    """It failed again, with words and files."""
    return acted_with_files(
        request, ref, f"fault-{repair}",
        lambda evidence: verbs.report_fault(repair, words=given(request, "words"), evidence=evidence, by=request.actor),
    )  # fmt: skip
