"""Complaints of authorities at the desk: all of them, those of one case and a new one, one complaint and what may be done about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from amends.cases.queries import case_for
from amends.complaints import files, verbs
from amends.complaints.models import Complaint
from amends.complaints.queries import authorities, colleagues, complaint_for
from amends.desk.page import HOME, shown
from amends.faces.complaining import instant, law_of, list_context, panel, row_of, whole_number
from amends.faces.entering import ActorRequest, face, given
from amends.faces.told import acted
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say

MADE = say("举证包已生成，可以下载。", "The file is made and can be fetched.")
AT, CASES = f"{HOME}complaints", f"{HOME}cases/"
FILED = say("投诉已登记，时限开始计算。", "The complaint is on file and its clock runs.")
SAID: dict[str, Text] = {
    "answer": say("答复已登记。", "The answer is on file."),
    "raising": say("已交主管。", "A supervisor has it now."),
    "inquiry": say("再次询问已登记。", "Their new question is on file."),
    "settlement": say("调解结果已登记。", "What was agreed is on file."),
    "refusal": say("不予受理已登记。", "Their refusal is on file."),
    "end": say("调解终止已登记。", "The end of the mediation is on file."),
    "owner": say("已定由谁办。", "It is settled who answers it."),
    "acceptance": say("受理时间已登记，调解期限随之调整。", "The day is on file, and the end of mediation follows from it."),
    "testing": say("检测时间已登记，调解期限随之调整。", "The testing is on file, and the end of mediation follows from it."),
}
# What is done behind each address, with the words and the instants that its form has.
ACTS: dict[str, tuple[Callable[..., Complaint], tuple[str, ...], tuple[str, ...]]] = {
    "answer": (verbs.answer_complaint, ("words",), ("accepted_at",)),
    "raising": (verbs.raise_complaint, ("why",), ()),
    "inquiry": (verbs.ask_again, ("words",), ("answer_by", "accepted_at")),
    "settlement": (verbs.settle_complaint, ("words",), ()),
    "refusal": (verbs.refuse_complaint, ("words",), ()),
    "end": (verbs.end_mediation, ("words",), ()),
    "owner": (verbs.own_complaint, ("owner",), ()),
    "acceptance": (verbs.note_acceptance, (), ("accepted_at",)),
    "testing": (verbs.note_testing, ("days",), ("began_at",)),
}
NEEDED = frozenset({"acceptance", "testing"})
INSTANTS = ("received_at", "accepted_at", "answer_by")


@require_GET
@face("desk")
def listed(request: ActorRequest) -> HttpResponse:
    """All complaints, the first due first; filters by state, by who answers, by number or authority."""
    return shown(request, "desk/complaints.html", list_context(request, request.actor, at=AT) | {"cases": CASES})


@require_http_methods(["GET", "HEAD", "POST"])
@face("desk")
def of_case(request: ActorRequest, ref: str) -> HttpResponse:
    """The complaints about one case, open or closed, and a new one."""
    if request.method != "POST":
        return _of_case(request, ref)
    told: dict[str, Any] = {name: given(request, name) for name in ("authority", "number", "words", "owner")}
    try:
        told |= {name: instant(given(request, name), name) for name in INSTANTS}
        return acted(request, lambda: verbs.file_complaint(ref, **told, by=request.actor), f"{AT}/of/{ref}", FILED)
    except Unprocessable as refusal:
        return _of_case(request, ref, refusal)


@require_GET
@face("desk")
def one(request: ActorRequest, ref: str) -> HttpResponse:
    """One complaint."""
    return _one(request, ref)


@require_POST
@face("desk")
def act(request: ActorRequest, ref: str, noun: str) -> HttpResponse:
    """What we did, or what the authority did and a person enters."""
    verb, words, times = ACTS[noun]
    try:
        told: dict[str, Any] = {name: given(request, name) for name in words}
        told |= {name: instant(given(request, name), name, needed=noun in NEEDED) for name in times}
        told |= {name: whole_number(told[name], name) for name in words if name == "days"}
        return acted(request, lambda: verb(ref, **told, by=request.actor), f"{AT}/{ref}", SAID[noun])
    except Unprocessable as refusal:
        return _one(request, ref, noun=noun, refusal=refusal)


@require_POST
@face("desk")
def file(request: ActorRequest, ref: str) -> HttpResponse:
    """The case is put into a file for this authority."""
    try:
        return acted(request, lambda: files.file_for_authority(ref, request.actor), f"{AT}/{ref}", MADE)
    except Unprocessable as refusal:
        return _one(request, ref, noun="file", refusal=refusal)


def _of_case(request: ActorRequest, ref: str, refusal: Unprocessable | None = None) -> HttpResponse:
    case = case_for(ref, request.actor)
    context = {
        "case": case, "rows": panel(request.actor, case.ref), "at": AT, "cases": CASES, "nav_here": AT, "people": colleagues(),
        "authorities": authorities(), "file_url": f"{AT}/of/{case.ref}", "refusal": refusal, "wrong": refusal.fields if refusal else {},
        "typed": request.POST if refusal else {},
    }  # fmt: skip
    return shown(request, "desk/complaints_of_case.html", context, status=refusal.status if refusal else 200)


def _one(request: ActorRequest, ref: str, *, noun: str = "", refusal: Unprocessable | None = None) -> HttpResponse:
    row = complaint_for(ref, request.actor)
    context = {
        **row_of(row), "law": law_of(row), "can": set(row.offered(request.actor)), "at": f"{AT}/{row.ref}", "cases": CASES, "nav_here": AT,
        "people": colleagues(), "refusal": refusal, "typed": request.POST if refusal else {}, "noun": noun,
        "files": files.files_of(row.ref, request.actor), "file_at": f"{HOME}proof-files/",
    }  # fmt: skip
    return shown(request, "desk/complaint.html", context, status=refusal.status if refusal else 200)
