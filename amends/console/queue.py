"""The queue: every case that waits for the shop, nearest first, and what follows without an answer. Refreshed in place by htmx."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from amends.cases.queries import QueuePage, queue
from amends.console.page import HOME, shown
from amends.faces.case_pages import grouped, issue_choices, picked, remedy_choices, with_query
from amends.faces.entering import ActorRequest, face
from amends.faces.shared_parts import shared, side_of
from amends.kernel.parties import Party
from amends.kernel.texts import say

VIEWS = {
    "": say("全部", "All"),
    "day": say("24 小时内", "Within 24 h"),
    "case": say("待答复", "To answer"),
    "return_shipment": say("包裹", "Parcels"),
    "inspection": say("待验货", "To inspect"),
    "review": say("举证", "Evidence"),
}
LIVES = frozenset({"case", "return_shipment", "inspection", "review"})


@require_GET
@face("console")
def page(request: ActorRequest) -> HttpResponse:
    """The queue as a page, or its rows alone for whoever follows it (`?part=rows`)."""
    if request.GET.get("part") == "rows":
        return shared(request, lambda: _page(request, "console/parts/queue_part.html"), whose=side_of(request))
    return _page(request, "console/queue.html")


def _page(request: ActorRequest, template: str) -> HttpResponse:
    issue, remedy = picked(request, "issue", issue_choices()), picked(request, "remedy", remedy_choices())
    view = request.GET.get("view", "") if request.GET.get("view", "") in VIEWS else ""
    asked = {"issue": issue, "remedy": remedy, "view": view, "after": request.GET.get("after", "")}
    found = queue(
        request.actor, issue=issue, remedy=remedy, after=asked["after"] or None, within=timedelta(hours=24) if view == "day" else None,
        life=view if view in LIVES else "",
    )  # fmt: skip
    return shown(request, template, {**_rows(found, asked), **_filters(asked), "nav_here": HOME})


@require_GET
@face("console")
def frame(request: ActorRequest) -> HttpResponse:
    """The frame without a page in it, for the counters of pages that are open."""
    return shared(request, lambda: shown(request, "console/live.html", {}), whose=request.actor)


def _rows(found: QueuePage, asked: dict[str, str]) -> dict[str, Any]:
    kept = {name: value for name, value in asked.items() if name != "after"}
    return {
        "groups": grouped(found.rows, Party.MERCHANT), "total": found.total, "most": found.most,
        "nearest": found.rows[0] if found.rows else None, "next_url": with_query(HOME, **kept, after=found.after) if found.after else "",
        "first_url": with_query(HOME, **kept) if asked["after"] else "",
        "refresh_url": with_query(HOME, **asked, part="rows"), "filtered": any(kept.values()),
    }  # fmt: skip


def _filters(asked: dict[str, str]) -> dict[str, Any]:
    views = [
        {"name": name, "url": with_query(HOME, issue=asked["issue"], remedy=asked["remedy"], view=key), "here": key == asked["view"]}
        for key, name in VIEWS.items()
    ]
    picks = [("issue", issue_choices(), asked["issue"]), ("remedy", remedy_choices(), asked["remedy"])]
    return {"views": views, "view": asked["view"], "picks": picks, "path": HOME}
