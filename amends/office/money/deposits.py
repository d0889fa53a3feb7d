"""Merchants' deposits and statements, and the bearers outside with the figures of insurers: for supervisors and administrators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from amends.approvals.queries import may_break_glass
from amends.approvals.rules_of_money import rules_on
from amends.faces.bearing import (
    BearerForm,
    DeductForm,
    MoveForm,
    TermsForm,
    TopUpForm,
    WhyForm,
    coloured_moves,
    settled,
    statement_file,
    statement_page,
)
from amends.faces.case_pages import brief, with_errors, with_query
from amends.faces.entering import ActorRequest, face, given
from amends.kernel import clock
from amends.kernel.refusals import Refusal, Unprocessable
from amends.kernel.texts import Text, say
from amends.liability.hands import seen_merchant
from amends.liability.queries import deposits as reads
from amends.liability.queries.charges import bearers
from amends.liability.queries.insuring import insurers, latest, refusals
from amends.liability.rules import NOT_COVERED, PARTY_WORDS, ZONES
from amends.liability.verbs import deductions, deposit_row, deposits, holds
from amends.liability.verbs.bearers import add_bearer

AT = "/office/money/deposits/"
BEARERS = "/office/money/bearers/"
CASES = "/office/cases/"
SAID: dict[str, Text] = {
    "top-up": say("已入账。", "It is in the books."),
    "hold": say("已冻结。", "It is held."),
    "deduction": say("已预告扣款，通知期满后扣款。", "The deduction is announced, and done when its notice has run."),
    "pay-out": say("已退还。", "It is paid out."),
    "terms": say("已保存。", "Saved."),
    "release": say("已解冻。", "It is freed."),
    "upholding": say("异议不成立，已扣款。", "The objection does not hold; it was deducted."),
    "withdrawal": say("扣款已撤回。", "The deduction is withdrawn."),
}
BREAKS = {"hold": "deposit_hold", "deduction": "deposit_deduct", "pay_out": "deposit_pay_out"}
VERBS = {"release": "release", "upholding": "uphold", "withdrawal": "withdraw"}


def _forms() -> dict[str, forms.Form]:
    return {
        "top-up": TopUpForm(), "hold": MoveForm(kind="hold"), "deduction": DeductForm(kind="deduct"), "pay-out": MoveForm(kind="pay_out"),
        "terms": TermsForm(),
    }  # fmt: skip


@require_GET
@face("office")
def listed(request: ActorRequest) -> HttpResponse:
    """Every merchant's deposit, or those that are low."""
    low = request.GET.get("low") == "1"
    found = reads.deposits(low=low, after=str(request.GET.get("after", "")))
    more = with_query(AT, low="1" if low else "", after=found.after) if found.after else ""
    return render(request, "office/money/deposits.html", {"rows": found.rows, "next_url": more, "low": low, "at": AT})


@require_GET
@face("office")
def one(request: ActorRequest, ref: str) -> HttpResponse:
    """One merchant's deposit with its acts."""
    return _one(request, ref)


def _one(
    request: ActorRequest,
    ref: str,
    *,
    opened: str = "",
    form: forms.Form | None = None,
    refusal: Unprocessable | None = None,
    more: Mapping[str, Any] | None = None,
) -> HttpResponse:
    merchant = seen_merchant(ref, request.actor)
    view = reads.deposit(merchant, request.actor)
    blank = _forms()
    blank["terms"] = TermsForm(initial={"required_minor": view.required, "warn_minor": view.warn})
    if form is not None:
        blank[opened] = form
    context: dict[str, Any] = {
        "view": view, "merchant": merchant, "moves": coloured_moves(view.moves), "at": f"{AT}{merchant.ref}/", "moves_at": AT,
        "cases": CASES, "opened": opened, "refusal": brief(refusal), "may_act": not request.actor.only_reads,
        "glass": given(request, "break_glass") == "on",
        "may_break": {name: may_break_glass(action, request.actor, 1, view.currency) for name, action in BREAKS.items()},
        "review_hours": rules_on(clock.now()).approvals.review_hours,
        "pause_days": rules_on(clock.now()).approvals.glass_pause_days,
        **{name.replace("-", "_"): each for name, each in blank.items()}, **(more or {}),
    }  # fmt: skip
    return render(request, "office/money/deposit.html", context, status=422 if refusal or form is not None else 200)


@require_POST
@face("office")
def made(request: ActorRequest, ref: str, noun: str) -> HttpResponse:
    """A top-up, hold, deduction, pay-out or new terms."""
    kinds: Mapping[str, Callable[..., forms.Form]] = {
        "top-up": TopUpForm, "hold": lambda data: MoveForm(data, kind="hold"), "deduction": lambda data: DeductForm(data, kind="deduct"),
        "pay-out": lambda data: MoveForm(data, kind="pay_out"), "terms": TermsForm,
    }  # fmt: skip
    form = kinds[noun](request.POST)
    if not form.is_valid():
        return _one(request, ref, opened=noun, form=form)
    told, by = dict(form.cleaned_data), request.actor
    if "case" in told:
        told["case_ref"] = told.pop("case")
    runs: Mapping[str, Callable[..., object]] = {
        "top-up": deposits.top_up, "hold": holds.hold, "deduction": deductions.announce, "pay-out": deposits.pay_out,
        "terms": deposits.set_terms,
    }  # fmt: skip
    if noun not in ("top-up", "terms") and given(request, "break_glass") == "on":
        told["break_glass"] = True
    try:
        return settled(request, lambda: runs[noun](ref, by=by, **told), f"{AT}{ref}/", SAID[noun])
    except Unprocessable as refusal:
        return _one(request, ref, opened=noun, form=with_errors(form, refusal.fields), refusal=refusal)


@require_POST
@face("office")
def answered(request: ActorRequest, ref: str, noun: str) -> HttpResponse:
    """What becomes of a hold or an announced deduction."""
    runs: Mapping[str, Callable[..., object]] = {
        "release": holds.release,
        "upholding": deductions.uphold,
        "withdrawal": deductions.withdraw,
    }
    merchant = deposit_row.found_move(ref, request.actor).merchant
    try:
        return settled(request, lambda: runs[noun](ref, why=given(request, "why"), by=request.actor), f"{AT}{merchant.ref}/", SAID[noun])
    except Unprocessable as refusal:
        typed = {"typed": with_errors(WhyForm(request.POST), refusal.fields), "typed_move": ref, "typed_verb": VERBS[noun]}
        return _one(request, merchant.ref, refusal=refusal, more=typed)


@require_GET
@face("office")
def statement(request: ActorRequest, ref: str) -> HttpResponse:
    """One merchant's statement."""
    merchant = seen_merchant(ref, request.actor)
    here = f"{AT}{merchant.ref}/statement"
    told = statement_page(request, merchant, at=f"{here}/", files=f"{here}.", cases=CASES)
    return render(request, "office/money/merchant_statement.html", told, status=422 if told["refusal"] else 200)


@require_GET
@face("office")
def paper(request: ActorRequest, ref: str, kind: str) -> HttpResponse:
    """The statement as a file."""
    return statement_file(request, seen_merchant(ref, request.actor), kind, cases=CASES)


@require_http_methods(["GET", "HEAD", "POST"])
@face("office")
def bearers_page(request: ActorRequest) -> HttpResponse:
    """Carriers, suppliers and insurers; what insurance brought and paid."""
    form, refusal = BearerForm(request.POST if request.method == "POST" else None), None
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            return settled(request, lambda: add_bearer(by=request.actor, **told), BEARERS, say("已登记。", "It is on record."))
        except Refusal as wrong:
            refusal = wrong
    context = {
        "rows": [(row, PARTY_WORDS[row.kind]) for row in bearers()], "form": form, "refusal": refusal, "insurers": insurers(),
        "refusals": refusals(), "may_act": not request.actor.only_reads,
        "latest": [(row, ZONES.get(row.zone), NOT_COVERED.get(row.refused_because)) for row in latest()],
    }  # fmt: skip
    return render(request, "office/money/bearers.html", context, status=422 if refusal or (request.method == "POST") else 200)
