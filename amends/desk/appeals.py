"""Appeals at the desk: what waits for an answer, one appeal beside the ruling that it is against, and entering one for somebody who
called or wrote. The changed ruling is typed in the editor of rulings (faces/judging.py)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.views.decorators.http import require_GET, require_POST

from amends.cases.models import Case
from amends.cases.queries import case_for
from amends.cases.rules.mix import from_rows
from amends.cases.words import stage_name
from amends.desk.page import HOME, shown
from amends.faces.appealing import appeal_view, parts_in_words, ruling_shown
from amends.faces.case_pages import brief, capital, uploaded, with_errors
from amends.faces.case_view import evidence_items
from amends.faces.case_view.lives import piece
from amends.faces.complaining import instant
from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.forms import FacesForm, Segments, spoken
from amends.faces.forms import words as label
from amends.faces.judging import MIXED, besides, block_rows, share_rows, typed_ruling, unit_rows
from amends.faces.told import tell
from amends.kernel import clock
from amends.kernel.parties import NAMES
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.rulings import appealing, examining, verbs
from amends.rulings.appeal_evidence import NewPiece
from amends.rulings.appeal_queries import appeal_by_ref, appeal_of, appeals_seen_by
from amends.rulings.citing import cited
from amends.rulings.judged import EXTRAS, heard_now
from amends.rulings.models import Appeal, Review
from amends.rulings.queries import AGAINST, FOR, OUTCOMES, reasons_of
from amends.rulings.rules import APPEAL

AT = f"{HOME}appeals"
MOST = 100
FIELDS = ("words", "words_en")
ADMITTED = say("已受理，继续审查。", "Taken up; it is examined in full.")
ANSWERED = say("申诉已答复，双方会收到理由。", "The appeal is answered. Both sides read why.")
ENTERED = say("申诉已登记，裁决暂不执行。", "The appeal is entered, and the ruling stayed.")


class ChangeForm(FacesForm):
    """Another ruling in place of the one that was given: what is given, on which clause, and why."""

    outcome = forms.ChoiceField(
        label=label("结论", "Outcome"), widget=Segments,
        choices=[*((key, spoken(capital(OUTCOMES[key]))) for key in (FOR, AGAINST)), (MIXED, label("逐件裁定", "Part by part"))],
    )  # fmt: skip
    clause = forms.CharField(label=label("依据的条款", "Clause it rests on"), max_length=verbs.LONGEST_CLAUSE)
    words = forms.CharField(
        label=label("理由，双方可见", "Reasons, read by both sides"), widget=forms.Textarea(attrs={"rows": "4"}), required=False,
        help_text=label("勾选的段落写在前面", "The blocks picked stand before them"),
    )  # fmt: skip
    words_en = forms.CharField(
        label=label("英文理由", "Reasons in English, where you wrote Chinese"), required=False,
        widget=forms.Textarea(attrs={"rows": "2"}),
    )  # fmt: skip


@require_GET
@face("desk")
def listed(request: ActorRequest) -> HttpResponse:
    """What waits for an answer, the longest waiting first; `?show=all` those that are over too."""
    everything = request.GET.get("show") == "all"
    rows = appeals_seen_by(request.actor)
    rows = rows.order_by("-pk") if everything else rows.filter(stage__in=APPEAL.open_stages).order_by("made_at", "pk")
    context: dict[str, Any] = {
        "rows": [(row, stage_name(APPEAL.name, row.stage), row.examiner_id == request.actor.user_id) for row in rows[:MOST]],
        "everything": everything, "nav_here": AT,
    }  # fmt: skip
    return shown(request, "desk/appeals.html", context)


@require_GET
@face("desk")
def page(request: ActorRequest, ref: str) -> HttpResponse:
    """One appeal: the ruling, what is said against it, what is new, and the four answers."""
    return _shown(request, ref)


@require_POST
@face("desk")
def admission(request: ActorRequest, ref: str) -> HttpResponse:
    """It is worth a full look."""
    return _done(request, ref, "admit", lambda: examining.admit(ref, allowed=_allowed(request), by=request.actor), ADMITTED)


@require_POST
@face("desk")
def upholding(request: ActorRequest, ref: str) -> HttpResponse:
    """The ruling stands."""
    run = lambda: examining.uphold(ref, **_reasons(request), allowed=_allowed(request), by=request.actor)  # noqa: E731
    return _done(request, ref, "uphold", run, ANSWERED)


@require_POST
@face("desk")
def changing(request: ActorRequest, ref: str) -> HttpResponse:
    """Another ruling takes its place."""

    def run() -> Appeal:
        row = appeal_by_ref(ref, request.actor)
        fields = typed_ruling(request.POST, heard_now(row.review), row.case.currency)
        told = {name: fields[name] for name in ("outcome", "parts", "bears", "blocks", "clause", *FIELDS) if name in fields}
        return examining.change(ref, **told, allowed=_allowed(request), by=request.actor)

    return _done(request, ref, "change", run, ANSWERED)


@require_POST
@face("desk")
def sending_back(request: ActorRequest, ref: str) -> HttpResponse:
    """It is heard anew."""
    run = lambda: examining.send_back(ref, **_reasons(request), allowed=_allowed(request), by=request.actor)  # noqa: E731
    return _done(request, ref, "send_back", run, ANSWERED)


@require_GET
@face("desk")
def entry(request: ActorRequest, ref: str) -> HttpResponse:
    """The form by which an agent enters an appeal for a side that called or wrote."""
    return _entry(request, ref)


@require_POST
@face("desk")
def entering(request: ActorRequest, ref: str) -> HttpResponse:
    """The appeal is theirs, and the timeline says how and when it came."""
    case = case_for(ref, request.actor)

    def make() -> str:
        came = instant(given(request, "came_at"), "came_at") or clock.now()
        contact = appealing.Contact(given(request, "entered_from"), came, given(request, "caller"))
        files, why = uploaded(case.order.ref, request.FILES.getlist("files"), request.actor), given(request, "why")
        row = appealing.enter_appeal(
            ref, side=given(request, "side"), contact=contact, words=given(request, "words"),
            new_evidence=[NewPiece(one, why) for one in files], by=request.actor,
        )  # fmt: skip
        return f"{AT}/{row.ref}"

    try:
        response = act(request, make)
    except Unprocessable as refusal:
        return _entry(request, ref, refusal)
    tell(request, ENTERED)
    return response


def _entry(request: ActorRequest, ref: str, refusal: Unprocessable | None = None) -> HttpResponse:
    case = case_for(ref, request.actor)
    sides = [(party.value, NAMES[party]) for party in appealing.SIDES if case.may("appeal", request.actor.as_party(party))]
    review = ruling_shown(case)
    context: dict[str, Any] = {
        "case": case, "appeal": appeal_of(case), "sides": sides, **(_ruling(case, review) if review is not None else {}),
        "channels": [(key, appealing.ENTERED[key]) for key in appealing.BY_AGENT], "refusal": brief(refusal),
        "wrong": refusal.fields if refusal else {}, "typed": request.POST if refusal else {}, "nav_here": AT,
    }  # fmt: skip
    return shown(request, "desk/appeal_entry.html", context, status=refusal.status if refusal else 200)


def _done(request: ActorRequest, ref: str, form: str, run: Callable[[], object], told: Text) -> HttpResponse:
    def make() -> str:
        run()
        return f"{AT}/{clean_ref(ref)}"

    try:
        response = act(request, make)
    except Unprocessable as refusal:
        return _shown(request, ref, refusal, form)
    tell(request, told)
    return response


def _shown(request: ActorRequest, ref: str, refusal: Unprocessable | None = None, form: str = "") -> HttpResponse:
    row = appeal_by_ref(ref, request.actor)
    case_for(row.case.ref, request.actor)
    view = appeal_view(row, request.actor)
    files = row.case.evidence.order_by("made_at", "pk")
    context: dict[str, Any] = {
        "appeal": view, "case": row.case, **_ruling(row.case, row.review), "files": evidence_items([piece(one) for one in files]),
        "can": dict.fromkeys(view.may, True), "url": f"{AT}/{row.ref}", "refusal": brief(refusal),
        "wrong": refusal.fields if refusal else {}, "here": form, "typed": request.POST if refusal else {}, "nav_here": AT,
        **(_editor(request, row, refusal if form == "change" else None) if "change" in view.may else {}),
    }  # fmt: skip
    return shown(request, "desk/appeal.html", context, status=refusal.status if refusal else 200)


def _ruling(case: Case, review: Review) -> dict[str, Any]:
    """The ruling as it was given."""
    return {
        "review": review, "outcome": OUTCOMES.get(review.outcome), "gave": parts_in_words(case, from_rows(review.parts)),
        "reasons": reasons_of(review), "rests_on": cited(case, review.clause).chip if review.clause else None,
    }  # fmt: skip


def _editor(request: ActorRequest, row: Appeal, refusal: Unprocessable | None) -> dict[str, Any]:
    """The form of a changed ruling: as it was typed, or with the shares of a ruling that gave something."""
    typed = QueryDict(mutable=True)
    form: forms.Form = ChangeForm()
    if refusal is not None:
        typed, form = request.POST, with_errors(ChangeForm(request.POST), refusal.fields)
    elif row.review.outcome != AGAINST:
        typed.update({f"share-{party}": f"{bps / 100:g}" for party, bps in row.review.bears.items()})
    return {
        "form": form, "units": unit_rows(heard_now(row.review), typed), "besides": besides(row.case, typed), "shares": share_rows(typed),
        "groups": block_rows(typed, row.case), "opened": _opened(typed),
    }  # fmt: skip


def _opened(typed: QueryDict) -> dict[str, bool]:
    """Which folded parts of the form hold something."""
    filled = {name for name, value in typed.items() if str(value).strip()}
    beside = ("goodwill", "voucher", "points", *(f"{part}-" for part in EXTRAS))
    return {
        "besides": any(name.startswith(beside) and not name.endswith("_by") for name in filled),
        "shares": any(name.startswith("share-") for name in filled), "blocks": "blocks" in filled,
    }  # fmt: skip


def _reasons(request: ActorRequest) -> dict[str, Any]:
    return {name: given(request, name) for name in FIELDS}


def _allowed(request: ActorRequest) -> list[str] | None:
    """The pieces that were ticked; None where the form asked about none."""
    return request.POST.getlist("allowed") if "judged" in request.POST else None
