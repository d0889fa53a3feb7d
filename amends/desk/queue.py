"""The desk's queues over all merchants: what waits for a ruling, what waits for the platform, and which alarms were raised."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from amends.cases.models import Deadline
from amends.cases.queries import cases, queue
from amends.desk.page import HOME, shown
from amends.faces.case_pages import (
    found,
    grouped,
    issue_choices,
    lane_choices,
    listed_rows,
    picked,
    remedy_choices,
    stage_choices,
    with_query,
)
from amends.faces.case_view import LIMITS
from amends.faces.entering import ActorRequest, face
from amends.faces.shared_parts import shared, side_of
from amends.kernel.parties import Party
from amends.kernel.texts import say

VIEWS = {"arbiter": say("等裁决", "For a ruling"), "platform": say("等平台处理", "For the platform"), "alarms": say("警报", "Alarms")}
PARTIES = {"arbiter": Party.ARBITER, "platform": Party.PLATFORM}
MOST_ALARMS = 50


@require_GET
@face("desk")
def page(request: ActorRequest) -> HttpResponse:
    """What waits, experts' cases first and then nearest first; arbiters begin with rulings, agents with the platform's own turns."""
    if request.GET.get("part") == "rows":
        return shared(request, lambda: _page(request, "desk/parts/queue_part.html"), whose=side_of(request))
    return _page(request, "desk/queue.html")


def _page(request: ActorRequest, template: str) -> HttpResponse:
    view = request.GET.get("view", "")
    if view not in VIEWS:
        view = "arbiter" if request.actor.party is Party.ARBITER else "platform"
    picks = {"issue": issue_choices(), "remedy": remedy_choices(), "lane": lane_choices()}
    asked = {name: picked(request, name, choices) for name, choices in picks.items()}
    context = {
        "views": [{"name": name, "url": with_query(HOME, view=key), "here": key == view} for key, name in VIEWS.items()],
        "view": view, "path": HOME,
        "picks": [(name, choices, asked[name]) for name, choices in picks.items()], "filtered": any(asked.values()),
        "nav_here": HOME, **(_alarms() if view == "alarms" else _rows(request, view, asked)),
    }  # fmt: skip
    return shown(request, template, context)


@require_GET
@face("desk")
def frame(request: ActorRequest) -> HttpResponse:
    """The frame without a page in it, for the counters of pages that are open."""
    return shared(request, lambda: shown(request, "desk/live.html", {}), whose=request.actor)


def _rows(request: ActorRequest, view: str, asked: dict[str, str]) -> dict[str, Any]:
    after = request.GET.get("after", "")
    listed = queue(
        request.actor, party=PARTIES[view], after=after or None, issue=asked["issue"], remedy=asked["remedy"], lane=asked["lane"]
    )
    return {
        "groups": grouped(listed.rows, PARTIES[view]), "total": listed.total, "nearest": listed.rows[0] if listed.rows else None,
        "next_url": with_query(HOME, view=view, **asked, after=listed.after) if listed.after else "",
        "first_url": with_query(HOME, view=view, **asked) if after else "",
        "refresh_url": with_query(HOME, view=view, **asked, after=after, part="rows"),
    }  # fmt: skip


def _alarms() -> dict[str, Any]:
    """Limits that ran out with nobody but a person to help, of cases still open, newest first."""
    rows = Deadline.objects.filter(ended_as="lapsed", case__closed_at__isnull=True).select_related("case__merchant").order_by("-ended_at")
    alarms = [{"case": row.case, "limit": LIMITS.get(row.limit) or say("时限", "limit"), "at": row.ended_at} for row in rows[:MOST_ALARMS]]
    return {"alarms": alarms, "refresh_url": with_query(HOME, view="alarms", part="rows")}


@require_GET
@face("desk")
def every(request: ActorRequest) -> HttpResponse:
    """All cases of all merchants, newest first, with filters."""
    picks = {"stage": stage_choices(), "issue": issue_choices(), "remedy": remedy_choices()}
    asked = {name: picked(request, name, choices) for name, choices in picks.items()}
    listed = cases(request.actor, filters={name: value for name, value in asked.items() if value}, after=request.GET.get("after") or None)
    path = f"{HOME}cases"
    context = {
        "cases": listed_rows(listed.cases), "picks": [(name, choices, asked[name]) for name, choices in picks.items()],
        "filtered": any(asked.values()), "path": path, "nav_here": path,
        "next_url": with_query(path, **asked, after=listed.after) if listed.after else "",
        "first_url": with_query(path, **asked) if request.GET.get("after") else "",
    }  # fmt: skip
    return shown(request, "desk/cases.html", context)


@require_GET
@face("desk")
def find(request: ActorRequest) -> JsonResponse:
    """The palette's finds."""
    return found(request, request.actor, HOME)
