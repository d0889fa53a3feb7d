"""The list behind a figure, the same list as CSV, and one case to read. Nothing is done to a case here."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast

from django.db.models import Q
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from amends.cases.models import Case
from amends.faces.case_view import case_view, evidence_items
from amends.faces.entering import ActorRequest, face
from amends.insight.figures import Choice, cases_of
from amends.kernel.money import Money
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound
from amends.kernel.texts import Text, say
from amends.market.models import Merchant
from amends.office import words
from amends.policy.rules.facts import ISSUE_NAMES, REMEDY_NAMES, IssueType, Remedy

PAGE = 50
COLUMNS = (
    "ref",
    "merchant",
    "title",
    "issue",
    "remedy",
    "goods_class",
    "claimed",
    "currency",
    "stage",
    "opened_at",
    "closed_at",
    "ended_by",
)


@require_GET
@face("office")
def listed(request: ActorRequest) -> HttpResponse:
    """The cases of the choice in the address, newest first, a page at a time; the number above is the figure's own."""
    choice = Choice.read(asked(request))
    found = cases_of(choice, request.actor)
    rows, after = _page(found, str(request.GET.get("after", "")))
    names = _names(choice)
    context = {
        "choice": choice,
        "chips": words.chips(choice, names),
        "total": found.count(),
        "rows": [_row(case) for case in rows],
        "next": f"?{choice.query}&after={after}" if after else "",
        "first": f"?{choice.query}" if request.GET.get("after") else "",
        "csv": f"/office/cases.csv?{choice.query}",
        "figures": f"/office/?{_back(choice)}",
    }
    return render(request, "office/cases.html", context)


def asked(request: ActorRequest) -> dict[str, str]:
    """What the address asks, one value a name."""
    return {key: str(value) for key, value in request.GET.items()}


def _page(found: Any, after: str) -> tuple[list[Case], str]:
    """One page by key: it costs the same at the first row and at the hundred-thousandth."""
    if after:
        try:
            told, _, key = after.partition("~")
            at, pk = datetime.fromisoformat(told), int(key)
        except ValueError as wrong:
            raise NotFound(say("这一页不存在。", "There is no such page.")) from wrong
        if at.tzinfo is None:
            raise NotFound(say("这一页不存在。", "There is no such page."))
        found = found.filter(Q(opened_at__lt=at) | Q(opened_at=at, pk__lt=pk))
    rows = list(found.select_related("merchant").order_by("-opened_at", "-pk")[: PAGE + 1])
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return rows[:PAGE], f"{last.opened_at.isoformat().replace('+00:00', 'Z')}~{last.pk}" if last else ""


def _row(case: Case) -> dict[str, Any]:
    turn = case.turns[0] if case.turns else None
    return {
        "ref": case.ref,
        "title": case.title,
        "merchant": say(case.merchant.name_zh, case.merchant.name_en),
        "minor": case.claimed_minor,
        "currency": case.currency,
        "issue": ISSUE_NAMES[IssueType(case.issue)],
        "remedy": REMEDY_NAMES[Remedy(case.remedy)],
        "opened_at": case.opened_at,
        "stage": words.outcome(case.ended_by) if case.ended_by else words.stage(case.stage),
        "party": turn["party"] if turn else None,
        "due": datetime.fromisoformat(turn["due_at"]) if turn and not turn["paused"] else None,
        "closed_at": case.closed_at,
    }


def _names(choice: Choice) -> dict[str, Text]:
    shop = Merchant.objects.filter(ref=choice.merchant).first() if choice.merchant else None
    return {choice.merchant: say(shop.name_zh, shop.name_en)} if shop else {}


def _back(choice: Choice) -> str:
    kept = {key: value for key, value in choice.pairs.items() if key in ("since", "until", "merchant", "goods", "issue")}
    return Choice.read(kept).query.replace("by=opened&", "").replace("by=opened", "")


class _Echo:
    def write(self, line: str) -> str:
        return line


@require_GET
@face("office")
def exported(request: ActorRequest) -> HttpResponse:
    """All cases of the choice as CSV in UTF-8, one line each; no personal text, and no cell that a table program would run."""
    choice = Choice.read(asked(request))
    found = cases_of(choice, request.actor).select_related("merchant").order_by("-opened_at", "-pk")
    answer = StreamingHttpResponse(_lines(found.iterator(chunk_size=1000)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="amends-cases.csv"'
    return cast(HttpResponse, answer)  # the middleware passes a stream on as it does a page


def _lines(cases: Iterator[Case]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(COLUMNS)
    for case in cases:
        amount = f"{Money(case.claimed_minor, case.currency).decimal:f}"
        cells = (
            case.ref,
            case.merchant.name_en,
            case.title_en,
            case.issue,
            case.remedy,
            case.goods_class,
            amount,
            case.currency,
            case.stage,
            case.opened_at.isoformat(),
            case.closed_at.isoformat() if case.closed_at else "",
            case.ended_by,
        )
        yield writer.writerow([f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell for cell in cells])


@require_GET
@face("office")
def one(request: ActorRequest, ref: str) -> HttpResponse:
    """One case as the platform sees it, to read."""
    view = case_view(ref, request.actor)
    return render(request, "office/case.html", {"case": view, "items": evidence_items(view.evidence)})


@require_GET
@face("office")
def find(request: ActorRequest) -> JsonResponse:
    """What the palette finds: the case whose reference begins so."""
    asked = str(request.GET.get("q", "")).strip()
    start = clean_ref(asked) or asked.upper()
    found = Case.objects.visible_to(request.actor).filter(ref__startswith=start).order_by("ref")[:8] if len(start) >= 4 else []
    return JsonResponse(
        [{"words": case.ref, "url": f"/office/cases/{case.ref}/", "icon": "file-description"} for case in found], safe=False
    )
