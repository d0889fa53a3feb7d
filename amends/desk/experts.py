"""Experts on call at the desk: what waits for me or for anybody, calling one into a case, and what was advised."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_POST

from amends.cases.words import stage_name
from amends.desk.page import HOME, shown
from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.told import tell
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.repairs import consulting
from amends.repairs.models import Consultation

AT, HERE = f"{HOME}experts", ZoneInfo("Asia/Shanghai")
CALLED = say("已请专家，最先应下的人来看。", "An expert is called. Whoever takes it first has it.")
JOINED = say("你已应下。", "It is yours.")
PASSED = say("已转给别人。", "Passed on.")
ADVISED = say("意见已写入档案。", "Your advice is on the file.")
DROPPED = say("已取消。", "Not needed any more.")
NOT_A_TIME = say("请写明开始时间。", "Say when it begins.")


@require_GET
@face("desk")
def page(request: ActorRequest) -> HttpResponse:
    """What waits, the first to be answered first, and what was advised lately; `?case=` shows one case's."""
    return _shown(request)


@require_POST
@face("desk")
def calling(request: ActorRequest) -> HttpResponse:
    """An expert is called into a case."""
    told = {name: given(request, name) for name in ("skill", "why", "kind", "expert")}
    return _done(request, lambda: consulting.call_expert(given(request, "case"), **told, by=request.actor), CALLED)


@require_POST
@face("desk")
def joining(request: ActorRequest, ref: str) -> HttpResponse:
    """I take it; for a session with its time and link."""

    def run() -> object:
        return consulting.join(ref, starts_at=_time(given(request, "starts_at")), link=given(request, "link"), by=request.actor)

    return _done(request, run, JOINED)


@require_POST
@face("desk")
def passing(request: ActorRequest, ref: str) -> HttpResponse:
    """Somebody else is to look."""
    run = lambda: consulting.pass_to(ref, expert=given(request, "expert"), why=given(request, "why"), by=request.actor)  # noqa: E731
    return _done(request, run, PASSED)


@require_POST
@face("desk")
def advising(request: ActorRequest, ref: str) -> HttpResponse:
    """What I found."""
    return _done(request, lambda: consulting.advise(ref, words=given(request, "words"), by=request.actor), ADVISED)


@require_POST
@face("desk")
def dropping(request: ActorRequest, ref: str) -> HttpResponse:
    """No expert is needed."""
    return _done(request, lambda: consulting.drop_consultation(ref, by=request.actor), DROPPED)


def _done(request: ActorRequest, run: Callable[[], object], done: Text) -> HttpResponse:
    def make() -> str:
        run()
        return AT

    try:
        response = act(request, make)
    except Unprocessable as refusal:
        return _shown(request, refusal)
    tell(request, done)
    return response


def _shown(request: ActorRequest, refusal: Unprocessable | None = None) -> HttpResponse:
    by, wanted = request.actor, clean_ref(request.GET.get("case", "")) or ""
    waits = [] if wanted else list(consulting.consultations(by, mine=True)[:50])
    known = {row.pk for row in waits}
    others = [row for row in consulting.consultations(by, ref=wanted)[:50] if row.pk not in known]
    context: dict[str, Any] = {
        "waits": [_row(request, row) for row in waits], "others": [_row(request, row) for row in others], "wanted": wanted,
        "kinds": consulting.KINDS.items(), "experts": consulting.experts(), "nav_here": AT,
        "refusal": refusal, "wrong": refusal.fields if refusal else {}, "typed": request.POST if refusal else {"case": wanted},
    }  # fmt: skip
    return shown(request, "desk/experts.html", context, status=refusal.status if refusal else 200)


def _row(request: ActorRequest, row: Consultation) -> tuple[Any, ...]:
    can = dict.fromkeys(row.offered(request.actor), True)
    return row, stage_name("consultation", row.stage), consulting.KINDS[row.kind], can, row.kind != consulting.NOTES


def _time(text: str) -> datetime | None:
    """As a browser's field for a time gives it, by the desk's clock; None where it is empty."""
    if not text.strip():
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise Unprocessable.field("starts_at", NOT_A_TIME, code="wrong_time") from wrong
    return found if found.tzinfo else found.replace(tzinfo=HERE)
