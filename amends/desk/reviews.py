"""A review on the arbiter's desk: both sides at equal width, what the rules say, the rounds, the ruling with its reasons."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.views.decorators.http import require_GET, require_POST

from amends.cases.hands import is_party
from amends.cases.models import CaseText
from amends.cases.rules.mix import from_rows
from amends.desk.cases import done
from amends.desk.page import HOME, shown
from amends.faces.case_pages import brief, capital, with_errors
from amends.faces.case_view import CaseView, ReviewView, case_view, evidence_items
from amends.faces.entering import ActorRequest, face, given
from amends.faces.forms import FacesForm, Segments, spoken
from amends.faces.forms import words as label
from amends.faces.judging import MIXED, besides, block_rows, share_rows, typed_ruling, unit_rows
from amends.faces.words import into
from amends.kernel.parties import NAMES, Party
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound, Unprocessable
from amends.kernel.texts import say
from amends.people.models import User
from amends.people.rules import Actor
from amends.rulings import verbs
from amends.rulings.assigning import fits, is_gone, why_not
from amends.rulings.citing import cited
from amends.rulings.judged import heard_now, judged, part_views, review_for
from amends.rulings.mixing_of import cost_of_mix
from amends.rulings.models import Review, TestingBody
from amends.rulings.queries import OUTCOMES, PARTLY, heard_units
from amends.rulings.report_links import links_of
from amends.rulings.rules.assigning import BARS, why_chosen
from amends.rulings.rules.burden import FOUND
from amends.rulings.rules.splitting import per_cent
from amends.rulings.rules.testing import COST_RULE, FINDINGS, PAYERS
from amends.rulings.verbs.testing import open_test

RULED = say("裁决已做出，双方会收到理由。", "The ruling is given. Both sides read its reasons.")
CLOSED = say("这一轮已结束。", "The round is closed.")
MOVED = say("已改派，另一位判责员会看到这单。", "Reassigned; another arbiter sees it now.")
SIDES = (("consumer", NAMES[Party.CONSUMER]), ("merchant", NAMES[Party.MERCHANT]))


class RulingForm(FacesForm):
    """A ruling: for or against, who is liable, on which clause, and why."""

    outcome = forms.ChoiceField(
        label=label("结论", "Outcome"), widget=Segments,
        choices=[
            *((key, spoken(capital(text))) for key, text in OUTCOMES.items() if key != PARTLY), (MIXED, label("逐件裁定", "Part by part")),
        ],
    )  # fmt: skip
    # Nobody is liable before somebody says so: no side stands first in the list.
    liable = forms.ChoiceField(
        label=label("主要责任方", "Liable"), required=False,
        choices=[("", label("请选择", "Choose")), *((key, spoken(capital(text))) for key, text in verbs.LIABLE.items())],
    )  # fmt: skip
    clause = forms.CharField(
        label=label("依据的条款", "Clause it rests on"), max_length=verbs.LONGEST_CLAUSE, widget=forms.TextInput(attrs={"list": "clauses"}),
    )  # fmt: skip
    words = forms.CharField(
        label=label("理由，双方可见", "Reasons, read by both sides"), widget=forms.Textarea(attrs={"rows": "5"}), required=False,
        help_text=label("写明查明了什么、为什么这样裁；勾选的段落写在前面", "What was found, and why; the blocks picked stand before it"),
    )  # fmt: skip
    words_en = forms.CharField(
        label=label("英文理由，可不填", "Reasons in English, where you wrote Chinese"), required=False,
        widget=forms.Textarea(attrs={"rows": "3"}),
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
    row = review_for(ref, request.actor)
    seen = judged(row, request.actor)
    typed = request.POST if request.method == "POST" else QueryDict()
    context: dict[str, Any] = {
        "judged": seen, "units": unit_rows(seen.heard, typed), "besides": besides(row.case, typed), "groups": block_rows(typed, row.case),
        "issues": [(one, cited(row.case, one.clause).chip if one.clause else None) for one in seen.issues],
        "shares": share_rows(typed), "found": [(one, typed.get(f"found-{one.key}", one.found)) for one in seen.issues],
        "found_choices": list(FOUND.items()), "typed": typed, "sides_of": SIDES, "payers": list(PAYERS.items()),
        "bodies": list(TestingBody.objects.filter(ended_at__isnull=True).order_by("name_zh")), "findings": list(FINDINGS.items()),
        "cost_rule": COST_RULE, "fits": [(fit, _name(fit.candidate.user_id), why_chosen(fit)) for fit in fits(row.case, row)[:8]]
        if "reassign" in {one.verb for one in review.acts} else [], "bars": BARS,
        "draft": _draft(row, request.actor), "may_take": _may_take(row, request.actor), "links": _links(row, request.actor),
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
    row = review_for(ref, request.actor)
    try:
        typed = typed_ruling(request.POST, heard_now(row), row.case.currency)
        return done(request, lambda: verbs.give_ruling(ref, **typed, by=request.actor), _page_of(ref), RULED)
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


def _name(user_id: int) -> str:
    return str(User.objects.filter(pk=user_id).values_list("name", flat=True).first() or user_id)


def _draft(row: Review, actor: Actor) -> dict[str, Any] | None:
    """The draft that waits for its second reader, and the remarks that it came back with; for arbiters alone, and none who may not judge
    the case (a side of it would read the ruling before the other)."""
    if not row.draft or actor.party is not Party.ARBITER or why_not(row.case, actor.user_id, review=row) is not None:
        return None
    wanted = [pk for pk in (row.draft.get("reasons"), row.draft.get("reasons_also"), row.draft.get("remarks")) if pk]
    texts = {text.pk: text.body for text in CaseText.objects.filter(merchant_id=row.merchant_id, case_id=row.case_id, pk__in=wanted)}
    parts, bears = from_rows(row.draft.get("parts", [])), row.draft.get("bears", {})
    return {
        "outcome": OUTCOMES.get(row.draft.get("outcome", "")), "rests_on": cited(row.case, row.draft.get("clause", "")).chip,
        "reasons": texts.get(row.draft.get("reasons") or 0, ""), "also": texts.get(row.draft.get("reasons_also") or 0, ""),
        "remarks": texts.get(row.draft.get("remarks") or 0, ""), "parts": part_views(row.case, parts),
        "bears": [(party, per_cent(bps)) for party, bps in bears.items()], "waits": row.stage == verbs.SECOND_READING,
        "costs": cost_of_mix(row.case, parts, bears, heard=heard_units(row.case)) if parts else None,
        "own": row.drafted_by_id == actor.user_id,
    }  # fmt: skip


def _may_take(row: Review, actor: Actor) -> bool:
    is_free = row.arbiter_id is None or (row.arbiter_id != actor.user_id and is_gone(row.arbiter_id))
    is_asked = not row.is_over and is_free and actor.party is Party.ARBITER
    return is_asked and why_not(row.case, actor.user_id, review=row) is None


def _links(row: Review, actor: Actor) -> list[tuple[Any, str]]:
    """The links for the testing body; not for who belongs to a side, since whoever has one may report."""
    order = open_test(row) if actor.sees_everything and not is_party(row.case, actor.user_id) else None
    return links_of(order) if order is not None else []


def _page_of(ref: str) -> str:
    return f"{HOME}reviews/{clean_ref(ref)}"
