"""The ledger in the office: the whole trial balance, and the T-accounts of a case or an order."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from amends.cases.models import Case
from amends.faces.booking.drawn import both, drawn
from amends.faces.case_pages import capital
from amends.faces.entering import ActorRequest, face
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound
from amends.kernel.texts import say
from amends.ledger.queries import TrialRow, about_ref, trial_balance
from amends.ledger.words import party_name, sum_words
from amends.market.models import Merchant

PATH = "/office/money/ledger/"
MOST_MERCHANTS = 500


@require_GET
@face("office")
def show(request: ActorRequest) -> HttpResponse:
    """Every account of the chart with both its sides, of one merchant or of all; `about` leads to the T-accounts of a case or order."""
    asked, refusal = request.GET.get("about", "").strip(), None
    if asked:
        try:
            found = about_ref(asked, request.actor)
            return redirect(f"/office/cases/{found.ref}/ledger/" if isinstance(found, Case) else f"{PATH}orders/{found.ref}/")
        except NotFound:
            refusal = say("没有这个售后单或订单。", "There is no such case or order.")
    ref = clean_ref(request.GET.get("merchant", "")) or ""
    merchant = Merchant.objects.filter(ref=ref).first() if ref else None
    if ref and merchant is None:
        raise NotFound
    rows = trial_balance(merchant.pk if merchant else None)
    context = {
        "rows": [_row(row) for row in rows], "totals": both(rows), "asked": asked, "nothing": refusal, "chosen": merchant,
        "merchants": [(one.ref, say(one.name_zh, one.name_en)) for one in Merchant.objects.order_by("name_en", "pk")[:MOST_MERCHANTS]],
    }  # fmt: skip
    return render(request, "office/money/ledger.html", context, status=404 if refusal else 200)


@require_GET
@face("office")
def of_case(request: ActorRequest, ref: str) -> HttpResponse:
    """The T-accounts that a case has moved."""
    return _t_page(request, ref)


@require_GET
@face("office")
def of_order(request: ActorRequest, ref: str) -> HttpResponse:
    """The T-accounts that an order and all its cases have moved."""
    return _t_page(request, ref)


def _t_page(request: ActorRequest, ref: str) -> HttpResponse:
    return render(request, "office/money/t_accounts.html", {**drawn(ref, request.actor), "ledger_of": "/office/cases/", "slash": "/"})


def _row(row: TrialRow) -> dict[str, Any]:
    debits, credits, left = (sum_words(minor, row.unit) for minor in (row.debits, row.credits, abs(row.minor)))
    return {
        "row": row, "title": capital(row.title), "party": party_name(row.party), "debits": debits, "credits": credits, "left": left,
        "on_debit": row.minor > 0,
    }  # fmt: skip
