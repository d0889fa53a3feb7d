"""Cases: apply, read, answer. One endpoint, one verb."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from ninja import Router
from ninja.params import functions as params

from amends.api import bodies, case_shapes, shapes, telling
from amends.api.bodies import Ref, Str
from amends.api.callers import Asked, on_behalf
from amends.api.doing import done, posting, reading
from amends.api.orders import line_claim
from amends.api.pages import key_in, key_out
from amends.cases.queries import case_for, cases, timeline
from amends.cases.verbs import answering
from amends.cases.verbs.applying import Application, apply
from amends.cases.verbs.uploading import evidence_for
from amends.faces.case_view import case_view
from amends.faces.evidence_files import strict
from amends.kernel.refusals import NotFound
from amends.returns.verbs import accept, accept_finding, contest, inspecting
from amends.returns.verbs.seeing import Seen
from amends.surveys.verbs import rate

router = Router(tags=["cases"])
INSPECTION: Any = params.Path(..., ge=1, le=bodies.MOST_ID)


def acted(request: Asked, ref: str, run: Callable[[], object]) -> HttpResponse:
    """The verb has happened once, and the answer is the case as it stands now."""

    def answer() -> case_shapes.CaseOut:
        run()
        return telling.case(case_view(ref, request.auth.actor))

    return done(request, answer)


@posting(router, "/cases", case_shapes.CaseOpened, "Apply")
def apply_for(request: Asked, body: bodies.ApplicationIn) -> HttpResponse:
    """A case is open and carries the decision it was opened under; granted at once where nobody has to look, else waiting for the merchant.

    With a merchant's key, `consumer` names the consumer of that order for whom the shop applies.
    """

    def run() -> case_shapes.CaseOpened:
        by = on_behalf(request.auth, body.consumer, body.order)
        lines = [line_claim(line) for line in body.lines]
        case = apply(Application(body.order, lines, body.issue, body.remedy, body.words, body.evidence, "api", body.person), by=by)
        return telling.opened(case, request.auth.actor)

    return done(request, run)


@reading(router, "/cases", case_shapes.CasesPage, "Cases, newest first")
def list_cases(
    request: Asked,
    stage: Str = "",
    issue: Str = "",
    remedy: Str = "",
    goods_class: Str = "",
    lane: Str = "",
    order: Ref = "",
    after: Ref = "",
) -> case_shapes.CasesPage:
    """The cases that you may see; each parameter narrows to an exact value."""
    wanted = {"stage": stage, "issue": issue, "remedy": remedy, "goods_class": goods_class, "lane": lane, "order__ref": order}
    page = cases(request.auth.actor, filters={name: value for name, value in wanted.items() if value}, after=key_in(after))
    return case_shapes.CasesPage(items=[telling.short(case) for case in page.cases], next=key_out(page.after))


@reading(router, "/cases/{ref}", case_shapes.CaseOut, "One case")
def case(request: Asked, ref: str) -> case_shapes.CaseOut:
    """All of it as you may see it. `acts` are the verbs that you may make now, `turns` who is waited for until when."""
    return telling.case(case_view(ref, request.auth.actor))


@reading(router, "/cases/{ref}/timeline", case_shapes.TimelineOut, "What happened")
def case_timeline(request: Asked, ref: str) -> case_shapes.TimelineOut:
    """Newest first, as far as your side may know. Each line's hash covers the line before it."""
    found = case_for(ref, request.auth.actor)
    return case_shapes.TimelineOut(case=found.ref, items=[telling.entry(row) for row in timeline(found, request.auth.actor)])


@router.get(
    "/cases/{ref}/evidence/{evidence}",
    summary="A file of evidence",
    response={200: None, frozenset({401, 404, 422}): shapes.Problem},
    openapi_extra={"responses": {200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}}},
)
def case_evidence(request: Asked, ref: str, evidence: str, size: Literal["full", "thumb"] = "full") -> HttpResponseBase:
    """The file itself; `size=thumb` is the small view of a picture."""
    found = case_for(ref, request.auth.actor)
    if evidence_for(evidence, request.auth.actor).case_id != found.pk:
        raise NotFound
    return strict(evidence, [request.auth.actor], thumb=size == "thumb", save=False)


@posting(router, "/cases/{ref}/approval", case_shapes.CaseOut, "Approve the claim")
def approval(request: Asked, ref: str, body: bodies.NothingIn) -> HttpResponse:
    """The claim is granted as asked."""
    return acted(request, ref, lambda: answering.approve(ref, by=request.auth.actor))


@posting(router, "/cases/{ref}/refusal", case_shapes.CaseOut, "Refuse the claim")
def refusal(request: Asked, ref: str, body: bodies.RefusalIn) -> HttpResponse:
    """The claim is refused for a reason; the consumer may call the platform in."""
    return acted(request, ref, lambda: answering.refuse(ref, reason=body.reason, words=body.words, by=request.auth.actor))


@posting(router, "/cases/{ref}/proof-request", case_shapes.CaseOut, "Ask for a proof")
def proof_request(request: Asked, ref: str, body: bodies.WordsIn) -> HttpResponse:
    """The consumer is asked for a named proof, once."""
    return acted(request, ref, lambda: answering.ask_proof(ref, words=body.words, by=request.auth.actor))


@posting(router, "/cases/{ref}/proof", case_shapes.CaseOut, "Give the proof")
def proof(request: Asked, ref: str, body: bodies.ProofIn) -> HttpResponse:
    """Words, files, or both; the merchant answers them."""
    return acted(request, ref, lambda: answering.prove(ref, words=body.words, evidence=body.evidence, by=request.auth.actor))


@posting(router, "/cases/{ref}/review", case_shapes.CaseOut, "Call the platform in")
def review(request: Asked, ref: str, body: bodies.WordsIn) -> HttpResponse:
    """The platform holds the case, and neither party decides alone."""
    return acted(request, ref, lambda: answering.call_platform(ref, words=body.words, by=request.auth.actor))


@posting(router, "/cases/{ref}/person", case_shapes.CaseOut, "Ask that a person decides")
def person(request: Asked, ref: str, body: bodies.WordsIn) -> HttpResponse:
    """Consumer or merchant, once a case: an expert has it, and no machine rules by default against anybody any more."""
    return acted(request, ref, lambda: answering.ask_person(ref, words=body.words, by=request.auth.actor))


@posting(router, "/cases/{ref}/refusal-acceptance", case_shapes.CaseOut, "Accept the refusal")
def refusal_acceptance(request: Asked, ref: str, body: bodies.NothingIn) -> HttpResponse:
    """The refusal stands and the case is closed."""
    return acted(request, ref, lambda: answering.accept_refusal(ref, by=request.auth.actor))


@posting(router, "/cases/{ref}/withdrawal", case_shapes.CaseOut, "Withdraw the claim")
def withdrawal(request: Asked, ref: str, body: bodies.NothingIn) -> HttpResponse:
    """The claim is taken back."""
    return acted(request, ref, lambda: answering.withdraw(ref, by=request.auth.actor))


@posting(router, "/cases/{ref}/standing", case_shapes.CaseOut, "Let the ruling stand")
def standing(request: Asked, ref: str, body: bodies.NothingIn) -> HttpResponse:
    """The ruling binds early, because the side that it burdens says so."""
    return acted(request, ref, lambda: answering.let_stand(ref, by=request.auth.actor))


@posting(router, "/cases/{ref}/rating", case_shapes.CaseOut, "Rate a closed case")
def rating(request: Asked, ref: str, body: bodies.RatingIn) -> HttpResponse:
    """One to five, once, by the consumer."""
    return acted(request, ref, lambda: rate(ref, score=body.score, words=body.words, by=request.auth.actor))


# ── one inspected unit ───────────────────────────────────────────────────────────────────────────────────────────────────────


@posting(router, "/cases/{ref}/inspections/{inspection}/acceptance", case_shapes.CaseOut, "Accept the unit after all")
def acceptance(request: Asked, ref: str, inspection: int = INSPECTION, *, body: bodies.NothingIn) -> HttpResponse:
    """The unit is as it should be; its remedy goes on in full."""
    return acted(request, ref, lambda: accept(_case(ref), inspection=inspection, by=request.auth.actor))


@posting(router, "/cases/{ref}/inspections/{inspection}/finding", case_shapes.CaseOut, "Say what is wrong with the unit")
def finding(request: Asked, ref: str, inspection: int = INSPECTION, *, body: bodies.UnitFindingIn) -> HttpResponse:
    """The unit is taken for less, not taken, or was not in the parcel; with a reason that the consumer reads."""
    by, words, files, seen = request.auth.actor, body.words, body.evidence, Seen(**body.seen.model_dump())

    def run() -> object:
        if body.verdict == "reduce":
            return inspecting.reduce(
                _case(ref), inspection=inspection, reduced_minor=body.reduced_minor, words=words, evidence=files, seen=seen, by=by
            )
        if body.verdict == "missing":
            return inspecting.report_missing(_case(ref), inspection=inspection, words=words, evidence=files, by=by)
        wrong = body.verdict == "wrong"
        return inspecting.reject(_case(ref), inspection=inspection, words=words, evidence=files, seen=seen, wrong_item=wrong, by=by)

    return acted(request, ref, run)


@posting(router, "/cases/{ref}/inspections/{inspection}/finding-acceptance", case_shapes.CaseOut, "Let the finding stand")
def finding_acceptance(request: Asked, ref: str, inspection: int = INSPECTION, *, body: bodies.NothingIn) -> HttpResponse:
    """The consumer lets the finding stand."""
    return acted(request, ref, lambda: accept_finding(_case(ref), inspection=inspection, by=request.auth.actor))


@posting(router, "/cases/{ref}/inspections/{inspection}/contest", case_shapes.CaseOut, "Contest the finding")
def contest_finding(request: Asked, ref: str, inspection: int = INSPECTION, *, body: bodies.ProofIn) -> HttpResponse:
    """The consumer disputes the finding; the platform is called in where it is not at it already."""
    by = request.auth.actor
    return acted(request, ref, lambda: contest(_case(ref), inspection=inspection, words=body.words, evidence=body.evidence, by=by))


def _case(ref: str) -> str:
    """The verbs of an inspection take a parcel's reference too; an address below /cases names a case."""
    if not ref.upper().startswith("AS"):
        raise NotFound
    return ref
