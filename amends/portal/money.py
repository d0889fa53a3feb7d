"""Where the consumer's money is: every refund of theirs with its tender, sum, how far it has come, expected by when, and why; and where
money may go that can't go back. The words are those of refunds.where."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from amends.cases.models import Case
from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.money_of_case import shown
from amends.faces.told import tell
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.portal.cases import case_page
from amends.refunds.books import LIVE
from amends.refunds.models import Refund
from amends.refunds.payees import give_payee
from amends.refunds.where import told

MOST = 60
KEPT = say("收款方式已保存，只用于付这份售后单的钱。", "Saved. It is used for the money of this case alone.")


@require_GET
@face("portal")
def page(request: ActorRequest) -> HttpResponse:
    """The refunds of this consumer, the newest first, by case, MOST a page: those on their way before the others. Three queries at most."""
    mine = Case.objects.visible_to(request.actor)
    rows = Refund.objects.filter(case__in=mine, stage__in=LIVE).select_related("tender", "payee", "grant", "case")
    by_case: dict[int, tuple[Case, list[dict[str, Any]]]] = {}
    after = _after(rows, request.GET.get("after", ""))
    found = list((rows.filter(pk__lt=after) if after else rows).order_by("-pk")[: MOST + 1])
    for row in found[:MOST]:
        by_case.setdefault(row.case_id, (row.case, []))[1].append(shown(told([row], row.case.currency)[0]))
    cases = sorted(by_case.values(), key=lambda one: all(row["there"] for row in one[1]))
    earlier = f"?after={found[MOST - 1].ref}" if len(found) > MOST else ""
    back = reverse("portal:money" if after else "portal:home")
    return render(request, "portal/money.html", {"cases": cases, "earlier_url": earlier, "back_url": back})


def _after(rows: QuerySet[Refund], ref: str) -> int | None:
    """The row that the page before ended with, None where it is none of these."""
    return rows.filter(ref=clean_ref(ref) or "").values_list("pk", flat=True).first()


@require_POST
@face("portal")
def payee(request: ActorRequest, ref: str) -> HttpResponse:
    """The consumer has said where the money of a case may go."""

    def run() -> str:
        give_payee(
            ref, way=given(request, "way"), name=given(request, "name"), number=given(request, "number"), bank=given(request, "bank"),
            consents=bool(given(request, "consents")), by=request.actor,
        )  # fmt: skip
        return reverse("portal:case", args=[ref])

    try:
        response = act(request, run)
    except Unprocessable as refusal:
        # What was typed of an account is not sent back: the page is kept by browsers.
        typed = {"way": given(request, "way"), "name": given(request, "name"), "bank": given(request, "bank")}
        return case_page(request, ref, refusal=refusal, form="payee", typed=typed)
    tell(request, KEPT)
    return response
