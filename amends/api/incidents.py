"""Incidents for programs: one cause, many cases. For the platform alone; what the sides of a case read stands at the case (whole.py)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from ninja import Router, Schema

from amends.api import shapes
from amends.api.bodies import Body, Count, Flag, Ref, Str, Words
from amends.api.callers import Asked
from amends.api.doing import done, posting, reading
from amends.incidents import verbs as acts
from amends.incidents.models import Incident
from amends.incidents.queries import Told, Wish, case_refs, incident_for, incidents, told
from amends.kernel.texts import Text

router = Router(tags=["incidents"])
MOST = 200


class IncidentToldOut(Schema):
    """What the sides of a case read of an incident."""

    ref: str
    title: shapes.TextOut
    words: shapes.TextOut | None
    cause: shapes.TextOut
    state: str
    opened_at: datetime
    closed_at: datetime | None


class IncidentIn(Body):
    """`cause`: batch, carrier, warehouse, payment, weather, system, listing or other."""

    cause: Flag
    title_zh: Words
    title_en: Words
    words_zh: Words = ""
    words_en: Words = ""
    batch: Str = ""


class IncidentCaseIn(Body):
    case: Ref


class IncidentWishIn(Body):
    """Which cases: by shop, article, batch, issue or carrier, opened in the last `days`. A wish without any of them finds nothing."""

    merchant: Ref = ""
    product: Ref = ""
    batch: Str = ""
    issue: Str = ""
    carrier: Str = ""
    days: Count = 30


class IncidentNewsIn(Body):
    words_zh: Words
    words_en: Words


class IncidentEndIn(Body):
    outcome: Words
    words_zh: Words
    words_en: Words


class IncidentOut(IncidentToldOut):
    """An incident with the cases that hang on it, the newest first. `touched`: how many cases the act was about."""

    outcome: str
    batch: str
    cases: list[str]
    touched: int | None = None


class IncidentsOut(Schema):
    items: list[IncidentOut]


@reading(router, "/incidents", IncidentsOut, "Incidents")
def list_incidents(request: Asked, state: Flag = "") -> IncidentsOut:
    """The newest first, 200 at most; for the platform alone."""
    rows = list(incidents(request.auth.actor, state=state)[:MOST])
    refs = case_refs(rows, request.auth.actor, most=MOST)
    return IncidentsOut(items=[_incident(row, refs[row.pk]) for row in rows])


@reading(router, "/incidents/{ref}", IncidentOut, "One incident")
def one_incident(request: Asked, ref: str) -> IncidentOut:
    """With the cases that hang on it."""
    return _whole(request, incident_for(ref, request.auth.actor))


@posting(router, "/incidents", IncidentOut, "Open an incident")
def incident_opening(request: Asked, body: IncidentIn) -> HttpResponse:
    """Nobody is told before cases hang on it and something is said."""
    return done(request, lambda: _whole(request, acts.open_incident(**body.model_dump(), by=request.auth.actor)))


@posting(router, "/incidents/{ref}/cases", IncidentOut, "Put a case with an incident")
def incident_case(request: Asked, ref: str, body: IncidentCaseIn) -> HttpResponse:
    """Its sides know."""
    return _touched(request, ref, lambda: int(acts.hang(ref, body.case, by=request.auth.actor)))


@posting(router, "/incidents/{ref}/found", IncidentOut, "Put the cases that a wish finds with an incident")
def incident_found(request: Asked, ref: str, body: IncidentWishIn) -> HttpResponse:
    """500 at once at most."""
    return _touched(request, ref, lambda: acts.hang_found(ref, Wish(**body.model_dump()), by=request.auth.actor)[0])


@posting(router, "/incidents/{ref}/letting-off", IncidentOut, "Take a case out of an incident")
def incident_letting_off(request: Asked, ref: str, body: IncidentCaseIn) -> HttpResponse:
    """It hangs on it no longer."""

    def run() -> int:
        acts.let_off(ref, body.case, by=request.auth.actor)
        return 1

    return _touched(request, ref, run)


@posting(router, "/incidents/{ref}/news", IncidentOut, "Tell the sides what is known")
def incident_news(request: Asked, ref: str, body: IncidentNewsIn) -> HttpResponse:
    """In both languages."""
    return _touched(request, ref, lambda: acts.tell(ref, **body.model_dump(), by=request.auth.actor))


@posting(router, "/incidents/{ref}/end", IncidentOut, "Close an incident")
def incident_end(request: Asked, ref: str, body: IncidentEndIn) -> HttpResponse:
    """Its outcome is kept for the platform; its last words are told."""
    return _touched(request, ref, lambda: acts.close_incident(ref, **body.model_dump(), by=request.auth.actor))


# ── shapes ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def incident_told(one: Told) -> dict[str, Any]:
    """What the sides of a case read of it, as fields."""
    names = ("ref", "state", "opened_at", "closed_at")
    texts = {name: getattr(one, name) for name in ("title", "words", "cause")}
    return {**{name: getattr(one, name) for name in names}, **{name: text and _text(text) for name, text in texts.items()}}


def _text(text: Text) -> shapes.TextOut:
    return shapes.TextOut(**text.both())


def _whole(request: Asked, row: Incident, touched: int | None = None) -> IncidentOut:
    return _incident(row, case_refs([row], request.auth.actor, most=MOST)[row.pk], touched)


def _incident(row: Incident, refs: list[str], touched: int | None = None) -> IncidentOut:
    return IncidentOut(**incident_told(told(row)), outcome=row.outcome, batch=row.batch, cases=refs, touched=touched)


def _touched(request: Asked, ref: str, run: Callable[[], int]) -> HttpResponse:
    def answer() -> IncidentOut:
        touched = run()
        return _whole(request, incident_for(ref, request.auth.actor), touched)

    return done(request, answer)
