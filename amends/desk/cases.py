"""One case as the platform sees it, with the acts that are the platform's or the arbiter's, and the simulated carrier's reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_POST

from amends.cases.verbs.answering import call_platform
from amends.desk.page import HOME, shown
from amends.desk.tasks import panel as tasks_shown
from amends.faces.appealing import shown_of as appeal_shown
from amends.faces.case_pages import CallForm, brief, with_errors
from amends.faces.case_view import case_view, evidence_items
from amends.faces.complaining import panel as complaints_shown
from amends.faces.delivering.cards import shown_of as deliveries_shown
from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.repairing import all_of as repairs_shown
from amends.faces.settling.rooms import shown_of as settling_shown
from amends.faces.told import tell
from amends.kernel.parties import Party
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say

CALLED = say("已请平台介入。", "The platform is called in.")


@require_GET
@face("desk")
def case(request: ActorRequest, ref: str) -> HttpResponse:
    """One case."""
    return show_case(request, ref)


def show_case(request: ActorRequest, ref: str, *, typed: forms.Form | None = None, refusal: Unprocessable | None = None) -> HttpResponse:
    """The page of a case; with a refusal again, status 422."""
    view = case_view(ref, request.actor)
    form = with_errors(typed, refusal.fields) if typed and refusal else CallForm()
    context: dict[str, Any] = {
        **appeal_shown(view.case, request.actor, view.lives),
        **settling_shown(view, request),
        **deliveries_shown(view.case, request.actor), **repairs_shown(view.case, request.actor, view.lives),
        "tasks": tasks_shown(request.actor, view.ref), "complaints": complaints_shown(request.actor, view.ref),
        "may_enter_appeal": view.case.LIFE.becomes(view.case.stage, "appeal", Party.CONSUMER) is not None,
        "view": view, "turn": view.turn, "review": view.review,
        "items": evidence_items(view.evidence), "refusal": brief(refusal),
        "can": {one.verb for one in view.acts if one.life == "case"}, "form": form, "opened_call": typed is not None,
        "call_url": f"{HOME}cases/{view.ref}/review", "sides": (view.review.consumer, view.review.merchant) if view.review else (),
        "review_url": f"{HOME}reviews/{view.review.ref}" if view.review else "",
    }  # fmt: skip
    return shown(request, "desk/case.html", context, status=422 if refusal else 200)


def done(request: ActorRequest, run: Callable[[], object], after: str, told: Text) -> HttpResponse:
    """The verb was made once, and the reader is led to `after` and told so."""

    def make() -> str:
        run()
        return after

    response = act(request, make)
    tell(request, told)
    return response


@require_POST
@face("desk")
def review(request: ActorRequest, ref: str) -> HttpResponse:
    """The platform steps in by itself."""
    words = given(request, "words")
    try:
        return done(request, lambda: call_platform(ref, words=words, by=request.actor), f"{HOME}cases/{ref}", CALLED)
    except Unprocessable as refusal:
        return show_case(request, ref, typed=CallForm(request.POST), refusal=refusal)
