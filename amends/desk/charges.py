"""Costs put to whoever should bear them, over all merchants: asked from a case, answered for carriers and suppliers, decided, collected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from amends.cases.queries import case_for
from amends.cases.words import stage_name
from amends.desk.page import HOME, shown
from amends.faces.bearing import AnswerForm, AskForm, BearForm, DecisionForm, GiveBackForm, choices, coloured, query_of, settled
from amends.faces.case_pages import brief, picked, with_errors, with_query
from amends.faces.entering import ActorRequest, face, given
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.liability import linking
from amends.liability.queries.charges import bearers, borne, charge, charges, charges_of
from amends.liability.queries.insuring import insurance_of
from amends.liability.queries.proposals import proposals_of
from amends.liability.rules import CHARGE_BACK_TO, PARTY_WORDS
from amends.liability.verbs import charging, deductions
from amends.liability.verbs.giving_back import give_back

AT = f"{HOME}charges"
CASES = f"{HOME}cases/"
SAID: dict[str, Text] = {
    "ask": say("已提出追偿。", "It is asked."),
    "admission": say("已登记对方承认。", "Their admission is on record."),
    "denial": say("已登记对方否认，由平台裁定。", "Their denial is on record; the platform decides."),
    "payment": say("已登记付清。", "The payment is on record."),
    "giving-back": say("已登记退回。", "What goes back is on record."),
    "deduction": say("已预告扣款，通知期满后扣款。", "The deduction is announced, and done when its notice has run."),
    "link": say("链接已生成，发给对方即可。", "The link is made. Send it to them."),
    "link-end": say("链接已收回。", "The link is withdrawn."),
    "liability": say("已裁定由对方承担。", "They are held liable."),
    "excuse": say("已取消这笔追偿。", "The charge is over; they do not bear it."),
    "write-off": say("已核销，由平台承担。", "Written off at the platform's cost."),
}


@require_GET
@face("desk")
def listed(request: ActorRequest) -> HttpResponse:
    """All charges, newest first."""
    stages = {name: stage_name(CHARGE_BACK_TO.name, name) for name in CHARGE_BACK_TO.stages}
    picks = {"stage": choices(stages), "party": choices(PARTY_WORDS, ("carrier", "supplier", "merchant"))}
    asked = query_of(request) | {name: picked(request, name, options) for name, options in picks.items()}
    found = charges(request.actor, asked, after=asked["after"])
    keep = {name: asked[name] for name in ("stage", "party", "case", "bearer")}
    context = {
        "rows": coloured(found.rows), "at": AT, "cases": CASES, "nav_here": AT, "path": AT, "with_shop": True,
        "picks": [(name, options, asked[name]) for name, options in picks.items()], "filtered": any(keep.values()),
        "next_url": with_query(AT, **keep, after=found.after) if found.after else "",
    }  # fmt: skip
    return shown(request, "desk/charges.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@face("desk")
def ask(request: ActorRequest, ref: str) -> HttpResponse:
    """Charges of one case, and a new one."""
    case = case_for(ref, request.actor)
    known = [row for row in bearers() if row.kind != "insurer"]
    if request.method != "POST":
        # The first choice is one that can be asked: a merchant bears what the platform does until then, and nothing else.
        first = "merchant" if borne(case).platform and not borne(case).merchant else "carrier"
        return _ask(request, ref, AskForm(bearers=known, currency=case.currency, initial={"party": first}))
    form = AskForm(request.POST, bearers=known, currency=case.currency)
    if not form.is_valid():
        return _ask(request, ref, form, status=422)
    told = form.cleaned_data

    def run() -> object:
        return charging.ask_bearer(ref, by=request.actor, **told)

    try:
        return settled(request, run, f"{AT}/of/{case.ref}", SAID["ask"])
    except Unprocessable as refusal:
        return _ask(request, ref, with_errors(form, refusal.fields), refusal=refusal, status=422)


def _ask(request: ActorRequest, ref: str, form: forms.Form, *, refusal: Unprocessable | None = None, status: int = 200) -> HttpResponse:
    case = case_for(ref, request.actor)
    context = {
        "case": case, "form": form, "borne": borne(case), "rows": coloured(charges_of(case, request.actor)), "at": AT, "cases": CASES,
        "refusal": brief(refusal), "insurance": insurance_of(case), "proposals": proposals_of(case, request.actor),
        "nav_here": AT, "ask_url": f"{AT}/of/{case.ref}",
    }  # fmt: skip
    return shown(request, "desk/charge_new.html", context, status=status)


@require_GET
@face("desk")
def one(request: ActorRequest, ref: str) -> HttpResponse:
    """One charge."""
    return _one(request, ref)


def _one(
    request: ActorRequest, ref: str, *, opened: str = "", form: forms.Form | None = None, refusal: Unprocessable | None = None
) -> HttpResponse:
    row = charge(ref, request.actor)
    blank: dict[str, Any] = {"answer": AnswerForm(), "bear": BearForm(), "decision": DecisionForm(), "back": GiveBackForm()}
    if form is not None:
        blank[opened] = form
    context = {"links": linking.links_of(row.charge, request.actor), "may_link": linking.may_make(row.charge, request.actor),
               "row": row, "can": row.can, "forms": blank, "refusal": brief(refusal), "kind": coloured([row])[0]["kind"],
               "glass": given(request, "break_glass") == "on", "at": f"{AT}/{row.charge.ref}", "cases": CASES, "nav_here": AT,
               "ask_url": f"{AT}/of/{row.case.ref}"}  # fmt: skip
    return shown(request, "desk/charge.html", context, status=422 if refusal else 200)


def _made(request: ActorRequest, ref: str, noun: str, run: Callable[[], object], opened: str, form: forms.Form) -> HttpResponse:
    try:
        return settled(request, run, f"{AT}/{ref}", SAID[noun])
    except Unprocessable as refusal:
        return _one(request, ref, opened=opened, form=with_errors(form, refusal.fields), refusal=refusal)


@require_POST
@face("desk")
def admission(request: ActorRequest, ref: str) -> HttpResponse:
    """A carrier or supplier admits it, as the desk heard."""
    run = lambda: charging.admit_liability(ref, words=given(request, "words"), by=request.actor)  # noqa: E731
    return _made(request, ref, "admission", run, "answer", AnswerForm(request.POST))


@require_POST
@face("desk")
def denial(request: ActorRequest, ref: str) -> HttpResponse:
    """A carrier or supplier denies it, as the desk heard."""
    run = lambda: charging.deny_liability(ref, words=given(request, "words"), by=request.actor)  # noqa: E731
    return _made(request, ref, "denial", run, "answer", AnswerForm(request.POST))


@require_POST
@face("desk")
def payment(request: ActorRequest, ref: str) -> HttpResponse:
    """What an outsider owes is paid."""
    run = lambda: charging.bear(ref, reference=given(request, "reference"), by=request.actor)  # noqa: E731
    return _made(request, ref, "payment", run, "bear", BearForm(request.POST))


@require_POST
@face("desk")
def giving_back(request: ActorRequest, ref: str) -> HttpResponse:
    """What was paid for nothing goes back; above one's own limit somebody else is asked."""
    glass, words, reference = given(request, "break_glass") == "on", given(request, "words"), given(request, "reference")
    run = lambda: give_back(ref, words=words, reference=reference, by=request.actor, break_glass=glass)  # noqa: E731
    return _made(request, ref, "giving-back", run, "back", GiveBackForm(request.POST))


@require_POST
@face("desk")
def deduction(request: ActorRequest, ref: str) -> HttpResponse:
    """A deduction that was withdrawn is announced again."""
    try:
        return settled(request, lambda: deductions.announce_charge(ref, by=request.actor), f"{AT}/{ref}", SAID["deduction"])
    except Unprocessable as refusal:
        return _one(request, ref, refusal=refusal)


@require_POST
@face("desk")
def link(request: ActorRequest, ref: str) -> HttpResponse:
    """The carrier or supplier may answer by a link."""
    return settled(request, lambda: linking.make_link(charge=ref, by=request.actor), f"{AT}/{ref}", SAID["link"])


@require_POST
@face("desk")
def link_end(request: ActorRequest, ref: str, link: str) -> HttpResponse:
    """Nobody answers by this link any more."""
    return settled(request, lambda: linking.end_link(link, by=request.actor), f"{AT}/{ref}", SAID["link-end"])


@require_POST
@face("desk")
def decision(request: ActorRequest, ref: str, noun: str) -> HttpResponse:
    """It is decided: held liable, excused or written off; above one's own limit somebody else is asked."""
    verbs: dict[str, Callable[..., object]] = {
        "liability": charging.hold_liable,
        "excuse": charging.excuse,
        "write-off": charging.write_off,
    }
    glass = given(request, "break_glass") == "on"
    run = lambda: verbs[noun](ref, words=given(request, "words"), by=request.actor, break_glass=glass)  # noqa: E731
    return _made(request, ref, noun, run, "decision", DecisionForm(request.POST))
