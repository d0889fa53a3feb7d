"""A shop's money: its deposit, its statement with papers, what each case cost, and the costs that are asked of it or for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_POST

from amends.console.page import HOME, shown
from amends.faces.bearing import (
    AnswerForm,
    WhyForm,
    coloured,
    coloured_moves,
    month_links,
    query_of,
    settled,
    statement_file,
    statement_page,
)
from amends.faces.case_pages import brief, with_errors, with_query
from amends.faces.entering import ActorRequest, face, given
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.liability.hands import seen_merchant
from amends.liability.queries.charges import charge, charges
from amends.liability.queries.deposits import deposit
from amends.liability.queries.statements import costs_by_case, period_of
from amends.liability.verbs import charging, deductions

AT = f"{HOME}money"
CHARGES = f"{HOME}charges"
CASES = f"{HOME}cases/"
ADMITTED = say("已承认，请在时限内付清。", "You have admitted it; please pay within the limit.")
DENIED = say("已否认，由平台裁定。", "You have denied it; the platform decides.")
PAID = say("已从代收货款中付清。", "Paid from what we hold for you.")
OBJECTED = say("已提出异议，平台答复前不会扣款。", "You have contested it; nothing is taken before the platform answers.")


@require_GET
@face("console")
def page(request: ActorRequest) -> HttpResponse:
    """The shop's deposit."""
    return _deposit(request)


def _deposit(request: ActorRequest, opened: str = "", form: WhyForm | None = None, refusal: Unprocessable | None = None) -> HttpResponse:
    view = deposit(seen_merchant("", request.actor), request.actor)
    context: dict[str, Any] = {
        "view": view, "moves": coloured_moves(view.moves), "at": AT, "cases": CASES, "typed": form,
        "typed_move": opened, "typed_verb": "contest",
        "refusal": brief(refusal),
        "nav_here": AT, "tab": "deposit",
    }  # fmt: skip
    return shown(request, "console/money.html", context, status=422 if refusal else 200)


@require_POST
@face("console")
def objection(request: ActorRequest, ref: str) -> HttpResponse:
    """The shop contests a deduction."""
    try:
        return settled(request, lambda: deductions.contest(ref, why=given(request, "why"), by=request.actor), AT, OBJECTED)
    except Unprocessable as refusal:
        return _deposit(request, ref, _typed(WhyForm(request.POST), refusal), refusal)


def _typed(form: Any, refusal: Unprocessable) -> Any:
    return with_errors(form, refusal.fields)


@require_GET
@face("console")
def statement(request: ActorRequest) -> HttpResponse:
    """The shop's statement."""
    told = statement_page(request, seen_merchant("", request.actor), at=f"{AT}/statement", files=f"{AT}/statement.", cases=CASES)
    return shown(request, "console/statement.html", {**told, "nav_here": AT, "tab": "statement"}, status=422 if told["refusal"] else 200)


@require_GET
@face("console")
def paper(request: ActorRequest, kind: str) -> HttpResponse:
    """The statement as CSV, XLSX or PDF."""
    return statement_file(request, seen_merchant("", request.actor), kind, cases=CASES)


@require_GET
@face("console")
def costs(request: ActorRequest) -> HttpResponse:
    """What each case cost in a month."""
    merchant = seen_merchant("", request.actor)
    period = period_of(merchant, query_of(request))
    rows, more = costs_by_case(merchant, period)
    context = {"rows": rows, "more": more, "period": period, "links": month_links(period), "at": f"{AT}/costs", "cases": CASES,
               "nav_here": AT, "tab": "costs"}  # fmt: skip
    return shown(request, "console/costs.html", context)


@require_GET
@face("console")
def listed(request: ActorRequest) -> HttpResponse:
    """Costs asked of the shop, or for it."""
    asked = query_of(request)
    found = charges(request.actor, asked, after=asked["after"])
    context = {
        "rows": coloured(found.rows), "at": CHARGES, "cases": CASES, "open": asked["open"], "nav_here": AT, "tab": "charges",
        "next_url": with_query(CHARGES, open=asked["open"], after=found.after) if found.after else "",
    }  # fmt: skip
    return shown(request, "console/charges.html", context)


@require_GET
@face("console")
def one(request: ActorRequest, ref: str) -> HttpResponse:
    """One charge."""
    return _one(request, ref)


def _one(request: ActorRequest, ref: str, form: AnswerForm | None = None, refusal: Unprocessable | None = None) -> HttpResponse:
    row = charge(ref, request.actor)
    context = {"row": row, "can": row.can, "form": form or AnswerForm(), "refusal": brief(refusal), "kind": coloured([row])[0]["kind"],
               "at": f"{CHARGES}/{row.charge.ref}", "cases": CASES, "nav_here": AT}  # fmt: skip
    return shown(request, "console/charge.html", context, status=422 if refusal else 200)


def _answered(request: ActorRequest, ref: str, run: Callable[[], object], said: Text) -> HttpResponse:
    try:
        return settled(request, run, f"{CHARGES}/{ref}", said)
    except Unprocessable as refusal:
        return _one(request, ref, _typed(AnswerForm(request.POST), refusal), refusal)


@require_POST
@face("console")
def admission(request: ActorRequest, ref: str) -> HttpResponse:
    """The shop bears it."""
    return _answered(request, ref, lambda: charging.admit_liability(ref, words=given(request, "words"), by=request.actor), ADMITTED)


@require_POST
@face("console")
def denial(request: ActorRequest, ref: str) -> HttpResponse:
    """The shop says why not."""
    return _answered(request, ref, lambda: charging.deny_liability(ref, words=given(request, "words"), by=request.actor), DENIED)


@require_POST
@face("console")
def payment(request: ActorRequest, ref: str) -> HttpResponse:
    """The shop pays from what is held for it."""
    return _answered(request, ref, lambda: charging.bear(ref, by=request.actor), PAID)
