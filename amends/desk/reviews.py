"""A review on the arbiter's desk: both sides at equal width, what the rules say, the rounds, the ruling with its reasons."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_POST

from amends.desk.cases import done
from amends.desk.page import HOME, shown
from amends.faces.case_pages import brief, capital, with_errors
from amends.faces.case_view import CaseView, ReviewView, case_view, evidence_items
from amends.faces.entering import ActorRequest, face, given
from amends.faces.forms import FacesForm, Segments, spoken
from amends.faces.forms import words as label
from amends.faces.words import into
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound, Unprocessable
from amends.kernel.texts import say
from amends.people.rules import Actor
from amends.rulings import verbs
from amends.rulings.models import Review
from amends.rulings.queries import OUTCOMES

RULED = say("裁决已做出，双方会收到理由。", "The ruling is given. Both sides read its reasons.")
CLOSED = say("这一轮已结束。", "The round is closed.")
MOVED = say("已改派，另一位判责员会看到这单。", "Reassigned; another arbiter sees it now.")


class RulingForm(FacesForm):
    """A ruling: for or against, who is liable, on which clause, and why."""

    outcome = forms.ChoiceField(
        label=label("结论", "Outcome"), widget=Segments, choices=[(key, spoken(capital(text))) for key, text in OUTCOMES.items()],
    )  # fmt: skip
    # Nobody is liable before somebody says so: no side stands first in the list.
    liable = forms.ChoiceField(
        label=label("责任方", "Liable"),
        choices=[("", label("请选择", "Choose")), *((key, spoken(capital(text))) for key, text in verbs.LIABLE.items())],
    )  # fmt: skip
    clause = forms.CharField(
        label=label("依据的条款", "Clause it rests on"), max_length=verbs.LONGEST_CLAUSE, widget=forms.TextInput(attrs={"list": "clauses"}),
    )  # fmt: skip
    words = forms.CharField(
        label=label("理由，双方可见", "Reasons, read by both sides"), widget=forms.Textarea(attrs={"rows": "6"}),
        help_text=label("写明查明了什么、为什么这样裁", "What was found, and why it is ruled so"),
    )  # fmt: skip


@require_GET
@face("desk")
def page(request: ActorRequest, ref: str) -> HttpResponse:
    """One review."""
    return _shown(request, ref, RulingForm())


def _opened(ref: str, actor: Actor) -> tuple[CaseView, ReviewView]:
    """The case of this review and the review itself. Raises NotFound."""
    case = Review.objects.filter(ref=clean_ref(ref) or "").values_list("case__ref", flat=True).first()
    if case is None:
        raise NotFound
    view = case_view(case, actor)
    return view, next(one for one in view.reviews if one.ref == clean_ref(ref))


def _shown(request: ActorRequest, ref: str, form: forms.Form, refusal: Unprocessable | None = None) -> HttpResponse:
    view, review = _opened(ref, request.actor)
    context: dict[str, Any] = {
        "view": view, "review": review, "turn": view.turn, "form": form, "refusal": brief(refusal),
        "can": {one.verb for one in review.acts}, "closed": not review.takes_evidence,
        "sides": [(side, evidence_items(side.evidence)) for side in (review.consumer, review.merchant)],
        "url": f"{HOME}reviews/{review.ref}",
        "clauses": sorted({into(one.clause["key"]) for one in (*view.decided.reasons, view.decided.proof)}), "nav_here": HOME,
    }  # fmt: skip
    return shown(request, "desk/review.html", context, status=422 if refusal else 200)


@require_POST
@face("desk")
def ruling(request: ActorRequest, ref: str) -> HttpResponse:
    """The ruling stands with its reasons."""
    typed = {name: given(request, name) for name in ("outcome", "liable", "clause", "words")}
    try:
        return done(request, lambda: verbs.rule(ref, **typed, by=request.actor), _page_of(ref), RULED)
    except Unprocessable as refusal:
        return _shown(request, ref, with_errors(RulingForm(request.POST), refusal.fields), refusal)


@require_POST
@face("desk")
def round_end(request: ActorRequest, ref: str) -> HttpResponse:
    """The evidence is closed, and both sides reply."""
    return done(request, lambda: verbs.close_round(ref, by=request.actor), _page_of(ref), CLOSED)


@require_POST
@face("desk")
def replies_end(request: ActorRequest, ref: str) -> HttpResponse:
    """The replies are closed, and the ruling is due."""
    return done(request, lambda: verbs.close_replies(ref, by=request.actor), _page_of(ref), CLOSED)


@require_POST
@face("desk")
def reassignment(request: ActorRequest, ref: str) -> HttpResponse:
    """Another arbiter owes the ruling."""
    to = given(request, "to")
    try:
        return done(request, lambda: verbs.reassign(ref, to=to, by=request.actor), _page_of(ref), MOVED)
    except Unprocessable as refusal:
        return _shown(request, ref, RulingForm(), refusal)


def _page_of(ref: str) -> str:
    return f"{HOME}reviews/{clean_ref(ref)}"
