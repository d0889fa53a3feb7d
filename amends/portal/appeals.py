"""What the consumer does about an appeal: lodge it, speak to the merchant's, take their own back. It is shown on the case's page."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from amends.faces.entering import ActorRequest, face, given
from amends.portal.acts import acted, acted_with_files
from amends.rulings.appeal_evidence import NewPiece
from amends.rulings.appealing import appeal, reply_appeal, retract


@require_POST
@face("portal")
def lodging(request: ActorRequest, ref: str) -> HttpResponse:
    """The ruling is stayed; files come with one reason why they could not be had before."""
    words, why = given(request, "words"), given(request, "why")

    def run(evidence: list[str]) -> object:
        return appeal(ref, words=words, new_evidence=[NewPiece(one, why) for one in evidence], by=request.actor)

    return acted_with_files(request, ref, "appeal", run)


@require_POST
@face("portal")
def reply(request: ActorRequest, ref: str, appealed: str) -> HttpResponse:
    """Words about an appeal that is open, and files with one reason why they could not be had before."""
    words, why = given(request, "words"), given(request, "why")

    def run(evidence: list[str]) -> object:
        return reply_appeal(appealed, words=words, new_evidence=[NewPiece(one, why) for one in evidence], by=request.actor)

    return acted_with_files(request, ref, "appeal-reply", run)


@require_POST
@face("portal")
def retraction(request: ActorRequest, ref: str, appealed: str) -> HttpResponse:
    """The ruling is carried out."""
    return acted(request, ref, "appeal-retraction", lambda: retract(appealed, by=request.actor))
