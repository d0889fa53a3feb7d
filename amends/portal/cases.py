"""A case as its consumer sees it: what changed and whose turn it is first, then what can be done, money, parcels, findings, the timeline.

Everything comes from `case_view`; this file only chooses words and the order of the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from amends.cases.models import Case
from amends.cases.queries import cases
from amends.faces import repairing
from amends.faces.appealing import shown_of as appeal_shown
from amends.faces.case_pages import capital
from amends.faces.case_view import Act, CaseView, SumRow, Told, Turn, case_view, evidence_items
from amends.faces.delivering.cards import shown_of as deliveries_shown
from amends.faces.entering import ActorRequest, face
from amends.faces.judging import judged_shown
from amends.faces.money_of_case import money_of_case
from amends.faces.origins import origin_of
from amends.faces.out_again import shown_of
from amends.faces.parties import YOU
from amends.faces.settling.rooms import shown_of as settling_shown
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.market.rules.delivery import CARRIERS
from amends.policy.rules.facts import Remedy
from amends.portal.evidence import waiting
from amends.portal.pointing import pointed
from amends.portal.purse import of_case
from amends.portal.rows import CLOSED, ME, OPEN, case_row
from amends.repairs.consulting import sessions_for

ROWS = 20
WANTED = say("要求的金额", "Amount claimed")
REFUNDED = say("退给你", "Refund to you")
TAKEN_OFF = say("没有退的部分", "The part that is not refunded")
FILTERS: dict[str, tuple[Text, dict[str, Any]]] = {
    "open": (say("进行中", "Open"), OPEN),
    "closed": (say("已结案", "Closed"), CLOSED),
}
# Carriers of China by the names on their labels, and those of the demo; any other is typed.
KNOWN_CARRIERS: tuple[Text, ...] = (
    say("顺丰速运", "SF Express"), say("中通快递", "ZTO Express"), say("圆通速递", "YTO Express"), say("申通快递", "STO Express"),
    say("韵达快递", "Yunda Express"), say("京东快递", "JD Express"), say("邮政 EMS", "China Post EMS"), say("极兔速递", "J&T Express"),
    *(carrier.name for carrier in CARRIERS.values()),
)  # fmt: skip


@require_GET
@face("portal")
def listed(request: ActorRequest) -> HttpResponse:
    """All cases of this consumer, newest first, open or closed ones, by keyset."""
    chosen = request.GET.get("show", "open")
    chosen = chosen if chosen in FILTERS else "open"
    page = cases(request.actor, filters=FILTERS[chosen][1], after=request.GET.get("after") or None, size=ROWS)
    context = {
        "cases": [case_row(case) for case in page.cases],
        "after": page.after,
        "filters": [(key, name, key == chosen) for key, (name, _) in FILTERS.items()],
        "chosen": chosen,
        "back_url": reverse("portal:home"),
    }
    return render(request, "portal/cases.html", context)


@require_GET
@face("portal")
def shown(request: ActorRequest, ref: str) -> HttpResponse:
    """The case; raises NotFound for one that is not theirs."""
    return case_page(request, ref)


def case_page(
    request: ActorRequest, ref: str, *, refusal: Unprocessable | None = None, form: str = "", typed: Mapping[str, str] | None = None,
    evidence: Sequence[str] = (),
) -> HttpResponse:  # fmt: skip
    """The whole page; after a refusal with what was typed into `form` and the files that came with it, under the refusal's status."""
    view, refusal = case_view(ref, request.actor), refusal and pointed(refusal)
    ticked = set(evidence)
    context = {
        **of_case(view.case),
        **deliveries_shown(view.case, request.actor),
        **settling_shown(view, request),
        **appeal_shown(view.case, request.actor, view.lives),
        **judged_shown(view.case, request.actor, view.lives),
        **(shown_of(view.case, request.actor) if "grant" in view.lives else {}),
        **(repairing.shown_of(view.case, request.actor) if view.lives & {"repair", "replacement"} else {}),
        **(repairing.way_of(view.case, request.actor) if view.case.remedy == Remedy.REPAIR and not view.is_over else {}),
        "loans": repairing.loans_of(view.case, request.actor) if "loan" in view.lives else [],
        "sessions": sessions_for(view.case, request.actor),
        "view": view,
        "turn": _mine(view.turn),
        "may": _acts(view.acts),
        "parcels": [(parcel, _acts(parcel.acts)) for parcel in view.parcels],
        "findings": [(unit, _acts(unit.acts)) for unit in view.units],
        "findings_first": any(unit.acts for unit in view.units),
        "paid_back": _paid_back(view),
        "rows": _rows(view),
        "total": _total(view),
        "tenders": [replace(row, label=capital(row.label)) for row in view.tenders] if _paid_back(view) or not view.is_over else [],
        "entries": [_told(entry) for entry in view.timeline],
        "evidence": [{**item, "by": "you" if item["by"] == ME else item["by"]} for item in evidence_items(view.evidence)],
        "sides": (view.review.consumer, view.review.merchant) if view.review else (),
        "evidence_faults": [text for name, text in (refusal.fields if refusal else {}).items() if name.startswith("evidence")],
        "carriers": KNOWN_CARRIERS,
        "scores": range(1, 6),
        "survey": view.survey,
        "refusal": refusal,
        "form": form,
        "typed": typed or {},
        "wrong": refusal.fields if refusal else {},
        "pieces": _waiting(request, view.case, ticked),
        "money": money_of_case(view.case),
        "origin": origin_of([view.order]),
        "back_url": reverse("portal:home"),
    }
    return render(request, "portal/case.html", context, status=refusal.status if refusal else 200)


def _waiting(request: ActorRequest, case: Case, ticked: set[str]) -> list[dict[str, Any]]:
    """Files of a refused form that were taken already."""
    if not ticked:
        return []
    return [{"ref": one.ref, "kind": one.kind, "ticked": True} for one in waiting(case.order, request.actor) if one.ref in ticked]


def _acts(acts: Sequence[Act]) -> dict[str, Act]:
    """Acts by verb, as a template can ask for them."""
    return {act.verb: act for act in acts}


def _mine(turn: Turn | None) -> Turn | dict[str, None]:
    """The reader is 你 on their own pages; a case that waits for nobody has a turn of nobody."""
    if turn is None:
        return {"party": None}
    return replace(turn, party="you") if turn.party == ME else turn


def _told(entry: Told) -> Told:
    """Their own lines say so, and what everybody sees needs no mark on each line: the head of the card says it once."""
    mine = replace(entry, party="you", who=YOU.name) if entry.party == ME else entry
    return replace(mine, audience="", audience_words=None) if mine.audience == "all" else mine


def _paid_back(view: CaseView) -> bool:
    """Whether money for the claim itself was intended; what is given beside it is told apart."""
    return any(row.state for row in view.tenders)


def _given(view: CaseView) -> int:
    """What is paid or on its way in money."""
    return sum(row.minor for row in view.tenders if row.note is None)


def _rows(view: CaseView) -> tuple[SumRow, ...]:
    """The rows of the sum; where less is refunded than was claimed, the difference is a row of its own."""
    missing = _given(view) - view.total.minor
    if not _paid_back(view) or not missing:
        return view.rows
    return (*view.rows, SumRow(TAKEN_OFF, missing, currency=view.currency))


def _total(view: CaseView) -> SumRow:
    if _paid_back(view):
        return replace(view.total, label=REFUNDED, minor=_given(view))
    return replace(view.total, label=WANTED) if view.is_over else view.total
