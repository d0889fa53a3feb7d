"""Appeals at the desk: what waits for an answer, one appeal beside the ruling that it is against, and entering one for somebody who
called or wrote."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_POST

from amends.cases.queries import case_for
from amends.cases.rules.mix import NONE, from_rows
from amends.cases.words import stage_name
from amends.desk.page import HOME, shown
from amends.faces.appealing import FOR_A_UNIT, KINDS, appeal_view, appealable, heard_of, parts_in_words
from amends.faces.case_view import evidence_items
from amends.faces.case_view.lives import piece
from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.told import tell
from amends.kernel.money import Money, MoneyError
from amends.kernel.parties import NAMES, Party
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.rulings import appealing
from amends.rulings.appeal_queries import appeal_by_ref, appeal_of, appeals_seen_by
from amends.rulings.models import Appeal
from amends.rulings.queries import AGAINST, FOR, OUTCOMES
from amends.rulings.rules import APPEAL
from amends.rulings.rules.splitting import BEARS

AT = f"{HOME}appeals"
MOST = 100
FIELDS = ("words", "words_en")
ADMITTED = say("已受理，继续审查。", "Taken up; it is examined in full.")
ANSWERED = say("申诉已答复，双方会收到理由。", "The appeal is answered. Both sides read why.")
ENTERED = say("申诉已登记，裁决暂不执行。", "The appeal is entered, and the ruling stayed.")
NOT_A_SHARE = say("份额请填整数百分比。", "A share is a whole per cent.")


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
    return _done(request, ref, lambda: appealing.admit(ref, allowed=_allowed(request), by=request.actor), ADMITTED)


@require_POST
@face("desk")
def upholding(request: ActorRequest, ref: str) -> HttpResponse:
    """The ruling stands."""
    return _done(request, ref, lambda: appealing.uphold(ref, **_reasons(request), allowed=_allowed(request), by=request.actor), ANSWERED)


@require_POST
@face("desk")
def changing(request: ActorRequest, ref: str) -> HttpResponse:
    """Another ruling takes its place."""

    def run() -> Appeal:
        row = appeal_by_ref(ref, request.actor)
        parts = _parts(request, row)
        told: dict[str, Any] = {"parts": parts} if parts else {"outcome": given(request, "outcome")}
        bears = _bears(request)
        return appealing.change(
            ref, **told, clause=given(request, "clause"), bears=bears or None, **_reasons(request), allowed=_allowed(request),
            by=request.actor,
        )  # fmt: skip

    return _done(request, ref, run, ANSWERED)


@require_POST
@face("desk")
def sending_back(request: ActorRequest, ref: str) -> HttpResponse:
    """It is heard anew."""
    return _done(request, ref, lambda: appealing.send_back(ref, **_reasons(request), allowed=_allowed(request), by=request.actor), ANSWERED)


@require_GET
@face("desk")
def entry(request: ActorRequest, ref: str) -> HttpResponse:
    """The form by which an agent enters an appeal for a side that called or wrote."""
    return _entry(request, ref)


@require_POST
@face("desk")
def entering(request: ActorRequest, ref: str) -> HttpResponse:
    """The appeal is theirs, and the timeline says how it came."""

    def make() -> str:
        told: dict[str, Any] = {name: given(request, name) for name in ("side", "entered_from", "words")}
        return f"{AT}/{appealing.enter_appeal(ref, **told, by=request.actor).ref}"

    try:
        response = act(request, make)
    except Unprocessable as refusal:
        return _entry(request, ref, refusal)
    tell(request, ENTERED)
    return response


def _entry(request: ActorRequest, ref: str, refusal: Unprocessable | None = None) -> HttpResponse:
    case = case_for(ref, request.actor)
    context: dict[str, Any] = {
        "case": case, "review": appealable(case), "appeal": appeal_of(case), "sides": [(p.value, NAMES[p]) for p in appealing.SIDES],
        "channels": [(key, appealing.ENTERED[key]) for key in (appealing.CALL, appealing.MAIL)], "refusal": refusal,
        "wrong": refusal.fields if refusal else {}, "typed": request.POST if refusal else {}, "nav_here": AT,
    }  # fmt: skip
    return shown(request, "desk/appeal_entry.html", context, status=refusal.status if refusal else 200)


def _done(request: ActorRequest, ref: str, run: Callable[[], object], told: Text) -> HttpResponse:
    def make() -> str:
        run()
        return f"{AT}/{clean_ref(ref)}"

    try:
        response = act(request, make)
    except Unprocessable as refusal:
        return _shown(request, ref, refusal)
    tell(request, told)
    return response


def _shown(request: ActorRequest, ref: str, refusal: Unprocessable | None = None) -> HttpResponse:
    row = appeal_by_ref(ref, request.actor)
    case_for(row.case.ref, request.actor)
    view = appeal_view(row, request.actor)
    review = row.review
    files = row.case.evidence.order_by("made_at", "pk")
    context: dict[str, Any] = {
        "appeal": view, "case": row.case, "review": review, "outcome": OUTCOMES.get(review.outcome),
        "gave": parts_in_words(row.case, from_rows(review.parts)), "reasons": review.reasons.body if review.reasons else "",
        "files": evidence_items([piece(one) for one in files]), "heard": heard_of(review),
        "kinds": [(key, KINDS[key]) for key in FOR_A_UNIT],
        "outcomes": [(key, OUTCOMES[key]) for key in (FOR, AGAINST)], "bearers": [(key, NAMES[Party(key)]) for key in BEARS],
        "can": dict.fromkeys(view.may, True), "url": f"{AT}/{row.ref}", "refusal": refusal, "wrong": refusal.fields if refusal else {},
        "typed": request.POST if refusal else {}, "nav_here": AT,
    }  # fmt: skip
    return shown(request, "desk/appeal.html", context, status=refusal.status if refusal else 200)


def _reasons(request: ActorRequest) -> dict[str, Any]:
    return {name: given(request, name) for name in FIELDS}


def _allowed(request: ActorRequest) -> list[str] | None:
    """The pieces that were ticked; None where the form asked about none."""
    return request.POST.getlist("allowed") if "judged" in request.POST else None


def _parts(request: ActorRequest, row: Appeal) -> list[dict[str, Any]]:
    """One part for each unit whose remedy was chosen; [] where the outcome alone says it."""
    parts = []
    for unit in heard_of(row.review):
        remedy = given(request, f"remedy-{unit.id}")
        if not remedy:
            continue
        part: dict[str, Any] = {"remedy": remedy, "units": [unit.id]}
        typed = given(request, f"amount-{unit.id}").strip()
        if typed and remedy != NONE:
            try:
                part["amount_minor"] = Money.parse(typed, row.case.currency).minor
            except MoneyError as wrong:
                raise Unprocessable.field("parts", wrong.text, code="wrong_amount") from wrong
        parts.append(part)
    return parts


def _bears(request: ActorRequest) -> dict[str, int]:
    """The shares as typed, in per cent."""
    shares = {}
    for party in BEARS:
        typed = given(request, f"bears-{party}").strip()
        if typed:
            if not (typed.isascii() and typed.isdecimal() and len(typed) <= 3):
                raise Unprocessable.field("bears", NOT_A_SHARE, code="share_wrong")
            shares[party] = int(typed) * 100
    return shares
