"""Experts on call as JSON: the platform's own people call, join and advise; the consumer agrees to a session or not."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from ninja import Router

from amends.api import workshop_shapes as out
from amends.api.bodies import NothingIn, Ref
from amends.api.callers import Asked
from amends.api.doing import done, posting, reading
from amends.cases.queries import case_for
from amends.kernel.refs import clean_ref
from amends.repairs import consulting
from amends.repairs.models import Consultation

router = Router(tags=["experts"])


@reading(router, "/consultations", out.ConsultationsOut, "Experts on call")
def consultations(request: Asked, case: Ref = "", mine: bool = False) -> out.ConsultationsOut:
    """Of one case, or what waits for the caller; empty for everybody but the platform's people. Newest first, 200 at most."""
    rows = consulting.consultations(request.auth.actor, ref=(clean_ref(case) or "-") if case else "", mine=mine)
    return out.ConsultationsOut(items=[out.consultation_out(row) for row in rows[:200]])


@posting(router, "/cases/{ref}/consultations", out.ConsultationOut, "Call an expert")
def expert_calling(request: Asked, ref: str, body: out.CallIn) -> HttpResponse:
    """An expert is called into the case."""
    return _done(request, lambda: consulting.call_expert(ref, **body.model_dump(), by=request.auth.actor))


@posting(router, "/consultations/{ref}/join", out.ConsultationOut, "Take a consultation")
def expert_joining(request: Asked, ref: str, body: out.JoinIn) -> HttpResponse:
    """The expert takes it; for a session the consumer is asked."""
    return _done(request, lambda: consulting.join(ref, **body.model_dump(), by=request.auth.actor))


@posting(router, "/consultations/{ref}/pass", out.ConsultationOut, "Pass a consultation on")
def expert_passing(request: Asked, ref: str, body: out.PassIn) -> HttpResponse:
    """Another expert is called instead."""
    return _done(request, lambda: consulting.pass_to(ref, **body.model_dump(), by=request.auth.actor))


@posting(router, "/consultations/{ref}/advice", out.ConsultationOut, "Advise")
def expert_advising(request: Asked, ref: str, body: out.AdviceIn) -> HttpResponse:
    """What the expert found is on the file."""
    return _done(request, lambda: consulting.advise(ref, words=body.words, by=request.auth.actor))


@posting(router, "/consultations/{ref}/dropping", out.ConsultationOut, "No expert is needed")
def expert_dropping(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """It is over."""
    return _done(request, lambda: consulting.drop_consultation(ref, by=request.auth.actor))


@reading(router, "/cases/{ref}/sessions", out.SessionsOut, "Sessions with an expert")
def sessions(request: Asked, ref: str) -> out.SessionsOut:
    """For the consumer of the case: what they are asked to agree to."""
    actor = request.auth.actor
    return out.SessionsOut(items=[out.session_out(one) for one in consulting.sessions_for(case_for(ref, actor), actor)])


@posting(router, "/consultations/{ref}/consent", out.ConsentOut, "Agree to a session, or not")
def session_consent(request: Asked, ref: str, body: out.ConsentIn) -> HttpResponse:
    """The consumer's answer; it can be changed until the expert has advised."""

    def told() -> out.ConsentOut:
        row = consulting.consent(ref, yes=body.agree, by=request.auth.actor)
        return out.ConsentOut(ref=row.ref, agreed=row.consented_at is not None)

    return done(request, told)


def _done(request: Asked, run: Callable[[], Consultation]) -> HttpResponse:
    def told() -> out.ConsultationOut:
        row = run()
        rows = Consultation.objects.select_related("case", "expert", "why", "advice")
        return out.consultation_out(rows.get(merchant_id=row.merchant_id, pk=row.pk))

    return done(request, told)
