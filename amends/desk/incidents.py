"""Incidents at the desk: the list and a new one; one of them with its cases, what its sides are told, and its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from amends.desk.page import HOME, shown
from amends.faces.case_pages import brief, issue_choices, listed_rows
from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.told import tell
from amends.incidents import verbs
from amends.incidents.queries import MOST, Wish, case_rows, found_by, incident_for, incidents, told
from amends.incidents.rules import CAUSES, STATES
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say

AT, PER_PAGE = f"{HOME}incidents", 50
TYPED = ("cause", "title_zh", "title_en", "words_zh", "words_en", "batch", "outcome", "case")
SAID: dict[str, Text] = {
    "opening": say("事件已登记。", "The incident is open."),
    "cases": say("售后单已归入。", "The case is with the incident."),
    "letting-off": say("已移出。", "Taken out."),
    "news": say("已告知有关各方。", "The sides are told."),
    "end": say("事件已有结论，已告知有关各方。", "The incident is closed and the sides are told."),
}


@require_GET
@face("desk")
def listed(request: ActorRequest) -> HttpResponse:
    """All incidents, the newest first, and the form for a new one."""
    return _listed(request)


def _listed(request: ActorRequest, refusal: Unprocessable | None = None) -> HttpResponse:
    state = request.GET.get("state", "")
    page = Paginator(incidents(request.actor, state=state), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page, "rows": [(row, told(row)) for row in page.object_list], "at": AT, "nav_here": AT, "states": STATES.items(),
        "state": state, **_typed(request, refusal),
    }  # fmt: skip
    return shown(request, "desk/incidents.html", context, status=refusal.status if refusal else 200)


@require_POST
@face("desk")
def opening(request: ActorRequest) -> HttpResponse:
    """A new incident."""
    names = ("cause", "title_zh", "title_en", "words_zh", "words_en", "batch")

    def run() -> str:
        return f"{AT}/{verbs.open_incident(**{name: given(request, name) for name in names}, by=request.actor).ref}"

    try:
        answer = act(request, run)
    except Unprocessable as refusal:
        return _listed(request, refusal)
    tell(request, SAID["opening"])
    return answer


@require_http_methods(["GET", "HEAD"])
@face("desk")
def one(request: ActorRequest, ref: str) -> HttpResponse:
    """One incident; with `batch`, `merchant`, `product`, `issue` or `carrier` in the address, the cases that would be put on it."""
    return _one(request, ref)


def _one(request: ActorRequest, ref: str, refusal: Unprocessable | None = None) -> HttpResponse:
    row = incident_for(ref, request.actor)
    wish = _wish(request.GET.get)
    page = Paginator(case_rows(row, request.actor), PER_PAGE).get_page(request.GET.get("page"))
    found = [] if wish.is_empty or row.state != "open" else found_by(wish, request.actor, without=row)
    context: dict[str, Any] = {
        "row": row, "one": told(row), "page": page, "cases": listed_rows(page.object_list), "at": f"{AT}/{row.ref}", "nav_here": AT,
        "list_url": AT, "wish": wish, "found": listed_rows(found[:PER_PAGE]), "found_n": len(found), "most": MOST,
        "issues": issue_choices(), "is_open": row.state == "open", "case_at": f"{HOME}cases/", **_typed(request, refusal),
    }  # fmt: skip
    return shown(request, "desk/incident.html", context, status=refusal.status if refusal else 200)


def _wish(read: Callable[..., Any]) -> Wish:
    days = str(read("days", "30"))
    return Wish(
        merchant=str(read("merchant", "")).strip(), product=str(read("product", "")).strip(), batch=str(read("batch", "")).strip(),
        issue=str(read("issue", "")).strip(), carrier=str(read("carrier", "")).strip(),
        days=int(days) if days.isascii() and days.isdigit() and len(days) < 4 else 30,
    )  # fmt: skip


def _cases(request: ActorRequest, ref: str) -> None:
    verbs.hang(ref, given(request, "case"), by=request.actor)


def _found(request: ActorRequest, ref: str) -> None:
    fresh, barred = verbs.hang_found(ref, _wish(request.POST.get), by=request.actor)
    tell(request, say("{n} 份售后单已归入。", "{n} cases were put with it.", n=fresh))
    if barred:
        left = say("另有 {n} 份没有归入：你与其中一方有关。", "{n} more were not, since you belong to a party of them.", n=barred)
        tell(request, left, kind="warning")


def _off(request: ActorRequest, ref: str) -> None:
    verbs.let_off(ref, given(request, "case"), by=request.actor)


def _news(request: ActorRequest, ref: str) -> None:
    verbs.tell(ref, words_zh=given(request, "words_zh"), words_en=given(request, "words_en"), by=request.actor)


def _end(request: ActorRequest, ref: str) -> None:
    said = {name: given(request, name) for name in ("outcome", "words_zh", "words_en")}
    verbs.close_incident(ref, **said, by=request.actor)


ACTS: dict[str, Callable[[ActorRequest, str], None]] = {
    "cases": _cases, "found": _found, "letting-off": _off, "news": _news, "end": _end,
}  # fmt: skip


@require_POST
@face("desk")
def doing(request: ActorRequest, ref: str, noun: str) -> HttpResponse:
    """What is done with an incident: cases, found, letting-off, news, end."""

    def run() -> str:
        ACTS[noun](request, ref)
        return f"{AT}/{ref}"

    try:
        answer = act(request, run)
    except Unprocessable as refusal:
        return _one(request, ref, refusal)
    if noun in SAID:
        tell(request, SAID[noun])
    return answer


def _typed(request: ActorRequest, refusal: Unprocessable | None) -> dict[str, Any]:
    return {
        "causes": CAUSES.items(), "refusal": brief(refusal), "wrong": refusal.fields if refusal else {},
        "typed": {name: given(request, name) for name in TYPED} if refusal else {},
    }  # fmt: skip
