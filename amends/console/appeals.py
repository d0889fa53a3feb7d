"""An appeal at the shop: lodge one against a ruling, follow it, speak to the consumer's, take one's own back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_POST

from amends.cases.queries import case_for
from amends.cases.rules.mix import from_rows
from amends.console.page import HOME, shown
from amends.faces.appealing import parts_in_words, ruling_shown, shown_of
from amends.faces.case_pages import brief, uploaded
from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.told import tell
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.rulings import appealing
from amends.rulings.appeal_evidence import NewPiece
from amends.rulings.citing import cited
from amends.rulings.queries import OUTCOMES, reasons_of

LODGED = say("申诉已提交，裁决暂不执行。", "The appeal is lodged, and the ruling stayed.")
SAID = say("已提交，各方都能看到。", "Sent. Every side can read it.")
BACK = say("申诉已收回，裁决执行。", "The appeal is taken back, and the ruling carried out.")


def page_of(ref: str) -> str:
    """Where the appeal of a case is shown."""
    return f"{HOME}cases/{ref}/appeal"


@require_GET
@face("console")
def page(request: ActorRequest, ref: str) -> HttpResponse:
    """The appeal of this case, or the form for one while the ruling may be appealed."""
    return _shown(request, ref)


@require_POST
@face("console")
def lodging(request: ActorRequest, ref: str) -> HttpResponse:
    """The ruling is stayed; files come with one reason why they could not be had before."""
    why, words = given(request, "why"), given(request, "words")

    def run(files: list[str]) -> object:
        new = [NewPiece(one, why) for one in files]
        return appealing.appeal(ref, words=words, new_evidence=new, by=request.actor)

    return _done(request, ref, run, LODGED)


@require_POST
@face("console")
def reply(request: ActorRequest, ref: str, appealed: str) -> HttpResponse:
    """Words about an appeal that is open, and files with one reason why they could not be had before."""
    why, words = given(request, "why"), given(request, "words")

    def run(files: list[str]) -> object:
        return appealing.reply_appeal(appealed, words=words, new_evidence=[NewPiece(one, why) for one in files], by=request.actor)

    return _done(request, ref, run, SAID)


@require_POST
@face("console")
def retraction(request: ActorRequest, ref: str, appealed: str) -> HttpResponse:
    """The ruling is carried out."""
    return _done(request, ref, lambda _: appealing.retract(appealed, by=request.actor), BACK)


def _done(request: ActorRequest, ref: str, run: Callable[[list[str]], object], told: Text) -> HttpResponse:
    case = case_for(ref, request.actor)

    def make() -> str:
        run(uploaded(case.order.ref, request.FILES.getlist("files"), request.actor))
        return page_of(case.ref)

    try:
        response = act(request, make)
    except Unprocessable as refusal:
        return _shown(request, ref, refusal)
    tell(request, told)
    return response


def _shown(request: ActorRequest, ref: str, refusal: Unprocessable | None = None) -> HttpResponse:
    case = case_for(ref, request.actor)
    review = ruling_shown(case)
    context: dict[str, Any] = {
        **shown_of(case, request.actor), "case": case, "review": review,
        "outcome": OUTCOMES.get(review.outcome) if review else None,
        "rests_on": cited(case, review.clause).chip if review and review.clause else None,
        "gave": parts_in_words(case, from_rows(review.parts)) if review else (),
        "reasons": reasons_of(review) if review else None,
        "refusal": brief(refusal), "wrong": refusal.fields if refusal else {}, "typed": request.POST if refusal else {},
    }  # fmt: skip
    return shown(request, "console/appeal.html", context, status=refusal.status if refusal else 200)
