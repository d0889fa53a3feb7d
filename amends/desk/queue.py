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
from amends.people.rules import Actor
from amends.reconciliation.models import Difference
from amends.reconciliation.queries import overdue_differences
from amends.reconciliation.rules.words import gateway_name
from amends.refunds.bank.hands import may_look

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
        "nav_here": HOME, **(_alarms(request.actor) if view == "alarms" else _rows(request, view, asked)),
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


def _alarms(actor: Actor) -> dict[str, Any]:
    """Limits that ran out with nobody but a person to help, newest first: of cases still open, and of differences with gateways for
    those for whom they exist."""
    rows = Deadline.objects.filter(ended_as="lapsed", case__closed_at__isnull=True).select_related("case__merchant").order_by("-ended_at")
    alarms: list[dict[str, Any]] = [
        {
            "title": row.case.title, "ref": row.case.ref, "url": f"{HOME}cases/{row.case.ref}", "merchant": row.case.merchant,
            "limit": LIMITS.get(row.limit) or say("时限", "limit"), "at": row.ended_at,
        }
        for row in rows[:MOST_ALARMS]
    ]  # fmt: skip
    if may_look(actor):
        alarms += [_late(row) for row in overdue_differences()[:MOST_ALARMS]]
    alarms.sort(key=lambda one: one["at"], reverse=True)
    return {"alarms": alarms[:MOST_ALARMS], "refresh_url": with_query(HOME, view="alarms", part="rows")}


def _late(row: Difference) -> dict[str, Any]:
    owner = row.owner.name if row.owner else ""
    limit = say("说明差异（{who}）", "explaining a difference ({who})", who=owner) if owner else say("说明差异", "explaining a difference")
    return {
        "title": say("对账差异：{what}", "Difference: {what}", what=gateway_name(row.gateway)), "ref": row.ref,
        "url": f"/office/money/reconciliation/{row.ref}/", "merchant": row.merchant, "limit": limit, "at": row.due_at,
    }  # fmt: skip


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
