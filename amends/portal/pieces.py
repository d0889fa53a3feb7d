"""What the consumer does with a piece that goes out again: choose another, take the money, say where to, that it came, that it is wrong."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from amends.faces.entering import ActorRequest, face, given
from amends.portal.acts import acted, acted_with_files
from amends.replacements import ahead, verbs


@require_POST
@face("portal")
def choice(request: ActorRequest, ref: str, piece: str) -> HttpResponse:
    """Another article is taken instead."""
    return acted(request, ref, piece, lambda: verbs.choose_other(piece, product=given(request, "product"), by=request.actor))


@require_POST
@face("portal")
def money_instead(request: ActorRequest, ref: str, piece: str) -> HttpResponse:
    """The money is owed instead."""
    return acted(request, ref, piece, lambda: verbs.fall_back(piece, by=request.actor))


@require_POST
@face("portal")
def destination(request: ActorRequest, ref: str, piece: str) -> HttpResponse:
    """It goes to another address."""
    return acted(request, ref, f"address-{piece}", lambda: verbs.send_elsewhere(piece, address=given(request, "address"), by=request.actor))


@require_POST
@face("portal")
def receipt(request: ActorRequest, ref: str, piece: str) -> HttpResponse:
    """It came and is right."""
    return acted(request, ref, piece, lambda: verbs.confirm(piece, by=request.actor))


@require_POST
@face("portal")
def wrong(request: ActorRequest, ref: str, piece: str) -> HttpResponse:
    """It is not what was promised, with words and files."""
    return acted_with_files(
        request, ref, f"wrong-{piece}",
        lambda evidence: verbs.report_wrong(piece, words=given(request, "words"), evidence=evidence, by=request.actor),
    )  # fmt: skip


@require_POST
@face("portal")
def advance(request: ActorRequest, ref: str) -> HttpResponse:
    """The next piece leaves before its return has come, or a security is asked for."""
    return acted(request, ref, "ahead", lambda: ahead.ask_ahead(ref, by=request.actor))


@require_POST
@face("portal")
def advance_decline(request: ActorRequest, ref: str, one: str) -> HttpResponse:
    """No security is left."""
    return acted(request, ref, "ahead", lambda: ahead.decline_advance(one, by=request.actor))


@require_POST
@face("portal")
def advance_keep(request: ActorRequest, ref: str, one: str) -> HttpResponse:
    """Both stay with the consumer, who pays."""
    return acted(request, ref, "ahead", lambda: ahead.keep_both(one, by=request.actor))
