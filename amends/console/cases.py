"""Cases as the shop sees them: one with everything and its legal acts, all with filters, by number, and the notices about them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from amends.cases.queries import cases
from amends.console.page import HOME, shown
from amends.faces import repairing
from amends.faces.appealing import shown_of as appeal_shown
from amends.faces.case_pages import (
    AddressForm,
    CallForm,
    LabelForm,
    PersonForm,
    RefusalForm,
    StatementForm,
    WordsForm,
    brief,
    found,
    issue_choices,
    listed_rows,
    picked,
    remedy_choices,
    stage_choices,
    with_errors,
    with_query,
)
from amends.faces.case_view import case_view, evidence_items
from amends.faces.delivering.cards import shown_of as deliveries_shown
from amends.faces.entering import ActorRequest, face
from amends.faces.judging import judged_shown
from amends.faces.notice_lists import reading, told
from amends.faces.out_again import shown_of
from amends.faces.settling.rooms import shown_of as settling_shown
from amends.kernel.refusals import Unprocessable

NOTICES = f"{HOME}notices"
FORMS: dict[str, type[forms.Form]] = {
    "refusal": RefusalForm, "proof": WordsForm, "call": CallForm, "person": PersonForm, "statement": StatementForm,
    "address": AddressForm, "dispatch": LabelForm,
}  # fmt: skip


@require_GET
@face("console")
def case(request: ActorRequest, ref: str) -> HttpResponse:
    """One case."""
    return show_case(request, ref)


def show_case(
    request: ActorRequest, ref: str, *, opened: str = "", typed: forms.Form | None = None, refusal: Unprocessable | None = None
) -> HttpResponse:
    """The page of a case. With a refusal: again, with what was typed in the form `opened`, status 422."""
    view = case_view(ref, request.actor)
    blank = {name: form() for name, form in FORMS.items()}
    if typed is not None:
        blank[opened] = with_errors(typed, refusal.fields) if refusal else typed
    bench = next((act.id for act in view.acts if act.life == "inspection" and act.verb == "reduce"), None)
    context: dict[str, Any] = {
        **shown_of(view.case, request.actor), **repairing.shown_of(view.case, request.actor),
        "view": view, "turn": view.turn, "forms": blank, "refusal": brief(refusal), "items": evidence_items(view.evidence),
        **settling_shown(view, request),
        **deliveries_shown(view.case, request.actor), **appeal_shown(view.case, request.actor, view.lives),
        **judged_shown(view.case, request.actor, view.lives),
        "can": {act.verb for act in view.acts if act.life == "case"}, "review": view.review, "can_submit": view.may("submit", "review"),
        "bench_url": next((f"{HOME}parcels/{unit.parcel}/inspection" for unit in view.units if unit.id == bench), ""),
        "sides": (view.review.consumer, view.review.merchant) if view.review else (), "urls": _urls(view.ref),
        **{f"opened_{name}": name == opened for name in FORMS},
    }  # fmt: skip
    return shown(request, "console/case.html", context, status=422 if refusal else 200)


def _urls(ref: str) -> dict[str, str]:
    """Where each form of the page is posted."""
    nouns = {"refusal": "refusal", "proof": "proof-request", "call": "review", "person": "person", "statement": "statement"}
    return {name: f"{HOME}cases/{ref}/{noun}" for name, noun in nouns.items()}


@require_GET
@face("console")
def every(request: ActorRequest) -> HttpResponse:
    """All cases of the shop, newest first, with filters."""
    picks = {"stage": stage_choices(), "issue": issue_choices(), "remedy": remedy_choices()}
    asked = {name: picked(request, name, choices) for name, choices in picks.items()}
    listed = cases(request.actor, filters={name: value for name, value in asked.items() if value}, after=request.GET.get("after") or None)
    path = f"{HOME}cases"
    context = {
        "cases": listed_rows(listed.cases), "picks": [(name, choices, asked[name]) for name, choices in picks.items()],
        "filtered": any(asked.values()), "path": path,
        "next_url": with_query(path, **asked, after=listed.after) if listed.after else "", "nav_here": path,
        "first_url": with_query(path, **asked) if request.GET.get("after") else "",
    }  # fmt: skip
    return shown(request, "console/cases.html", context)


@require_GET
@face("console")
def find(request: ActorRequest) -> JsonResponse:
    """The palette's finds."""
    return found(request, request.actor, HOME)


@require_GET
@face("console")
def notices(request: ActorRequest) -> HttpResponse:
    """What the shop was told, newest first."""
    return shown(request, "console/notices.html", told(request, "console", NOTICES, f"{NOTICES}/read"))


@require_POST
@face("console")
def notices_read(request: ActorRequest) -> HttpResponse:
    """All notices are read, or those that are named."""
    return reading(request, NOTICES)
