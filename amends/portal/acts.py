"""What the consumer does to a case, one view for each act. A refused form comes back on the case's page with all that was typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from amends.cases.queries import case_for
from amends.cases.verbs import answering
from amends.faces.entering import ActorRequest, act, face, given
from amends.kernel.refusals import Unprocessable
from amends.portal.cases import case_page
from amends.portal.evidence import KEPT, KeptBack, act_with_files
from amends.returns import verbs as returns
from amends.rulings.verbs import accept_ruling, submit
from amends.surveys.verbs import rate

HIDDEN = ("csrfmiddlewaretoken", "idempotency_key")


def acted(request: ActorRequest, ref: str, form: str, verb: Callable[[], object]) -> HttpResponse:
    """The verb is made and the case shown; what can't be taken is said on the case's page, under the form that it is about."""

    def run() -> str:
        verb()
        return reverse("portal:case", args=[ref])

    try:
        return act(request, run)
    except Unprocessable as refusal:
        return _again(request, ref, form, refusal)


def acted_with_files(request: ActorRequest, ref: str, form: str, verb: Callable[[list[str]], object]) -> HttpResponse:
    """As `acted`, for forms that bring evidence."""
    case = case_for(ref, request.actor)

    def run(evidence: list[str]) -> str:
        verb(evidence)
        return reverse("portal:case", args=[case.ref])

    try:
        return act_with_files(request, case.order.ref, run)
    except KeptBack as kept:
        return _again(request, ref, form, kept.refusal, kept.evidence)


def _again(request: ActorRequest, ref: str, form: str, refusal: Unprocessable, evidence: Sequence[str] = ()) -> HttpResponse:
    typed = {name: str(value) for name, value in request.POST.items() if name not in HIDDEN and name != KEPT}
    return case_page(request, ref, refusal=refusal, form=form, typed=typed, evidence=evidence)


# ── the claim ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@require_POST
@face("portal")
def withdrawal(request: ActorRequest, ref: str) -> HttpResponse:
    """The claim is taken back."""
    return acted(request, ref, "withdrawal", lambda: answering.withdraw(ref, by=request.actor))


@require_POST
@face("portal")
def platform_call(request: ActorRequest, ref: str) -> HttpResponse:
    """The platform holds the case."""
    return acted(request, ref, "call", lambda: answering.call_platform(ref, words=given(request, "words"), by=request.actor))


@require_POST
@face("portal")
def person(request: ActorRequest, ref: str) -> HttpResponse:
    """A person decides, and no machine rules any more."""
    return acted(request, ref, "person", lambda: answering.ask_person(ref, words=given(request, "words"), by=request.actor))


@require_POST
@face("portal")
def refusal_acceptance(request: ActorRequest, ref: str) -> HttpResponse:
    """The refusal stands and the case is closed."""
    return acted(request, ref, "acceptance", lambda: answering.accept_refusal(ref, by=request.actor))


@require_POST
@face("portal")
def ruling_acceptance(request: ActorRequest, ref: str) -> HttpResponse:
    """The ruling binds at once."""
    return acted(request, ref, "ruling", lambda: accept_ruling(ref, by=request.actor))


@require_POST
@face("portal")
def proof(request: ActorRequest, ref: str) -> HttpResponse:
    """The proof that the merchant asked for is there."""
    return acted_with_files(
        request, ref, "proof", lambda evidence: answering.prove(ref, words=given(request, "words"), evidence=evidence, by=request.actor)
    )


@require_POST
@face("portal")
def statement(request: ActorRequest, ref: str, review: str) -> HttpResponse:
    """Words and files for the review."""
    return acted_with_files(
        request, ref, "statement",
        lambda evidence: submit(
            review, words=given(request, "words"), evidence=evidence, request=given(request, "request"), by=request.actor
        ),
    )  # fmt: skip


@require_POST
@face("portal")
def rating(request: ActorRequest, ref: str) -> HttpResponse:
    """One to five, with a comment; no star picked is a score that the verb refuses in words."""
    typed = given(request, "score")
    score = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 3 else 0
    return acted(request, ref, "rating", lambda: rate(ref, score=score, words=given(request, "words"), by=request.actor))


# ── parcels ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@require_POST
@face("portal")
def dispatch(request: ActorRequest, ref: str, parcel: str) -> HttpResponse:
    """The parcel is on its way back under the waybill; a carrier that is not in the list is typed."""
    carrier = given(request, "other_carrier").strip() or given(request, "carrier")
    waybill = given(request, "waybill")
    return acted(request, ref, f"dispatch-{parcel}", lambda: returns.ship(parcel, carrier=carrier, waybill=waybill, by=request.actor))


@require_POST
@face("portal")
def pickup_cancellation(request: ActorRequest, ref: str, parcel: str) -> HttpResponse:
    """No courier comes."""
    return acted(request, ref, "pickup", lambda: returns.cancel_pickup(parcel, by=request.actor))


@require_POST
@face("portal")
def collection(request: ActorRequest, ref: str, parcel: str) -> HttpResponse:
    """The consumer has fetched what came home."""
    return acted(request, ref, "collection", lambda: returns.collect(parcel, by=request.actor))


# ── findings ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@require_POST
@face("portal")
def finding_acceptance(request: ActorRequest, ref: str, finding: int) -> HttpResponse:
    """The finding stands."""
    return acted(request, ref, str(finding), lambda: returns.accept_finding(ref, inspection=finding, by=request.actor))


@require_POST
@face("portal")
def objection(request: ActorRequest, ref: str, finding: int) -> HttpResponse:
    """The finding is disputed, with words and files."""
    return acted_with_files(
        request, ref, str(finding),
        lambda evidence: returns.contest(ref, inspection=finding, words=given(request, "words"), evidence=evidence, by=request.actor),
    )  # fmt: skip
