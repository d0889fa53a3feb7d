"""The list of repairs as console and desk show it: filters by stage, lateness and workshop; each row opens its case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse

from amends.cases.words import stage_name
from amends.faces.case_pages import capital, picked
from amends.faces.entering import ActorRequest
from amends.faces.repairing import WAYS
from amends.kernel import clock
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.repairs.free import on_the_wall
from amends.repairs.listing import OWN, SOON, nearest_first, repairs
from amends.repairs.models import Repair, Workshop
from amends.repairs.rules import REPAIR
from amends.repairs.workshops import workshops

Choices = list[tuple[str, Text]]
A_PAGE, MOST_SHOPS = 50, 200
LATE: Choices = [("", say("不论早晚", "Late or not")), ("1", say("到期或一天内到期", "Late, or due within a day"))]


@dataclass(frozen=True, slots=True)
class Row:
    """One repair of the list."""

    ref: str
    case: str
    name: Text
    merchant: Text
    stage: Text
    way: Text
    workshop: Text | None
    attempt: int
    due_at: datetime | None
    visit: datetime | None
    late: bool
    over: bool


def repairs_page(request: ActorRequest, show: Callable[..., HttpResponse], at: str, home: str, *, opens_job: bool) -> HttpResponse:
    """The list in a face's frame. `at` is its own address, `home` what cases stand under; `opens_job`: rows lead to the job's page too."""
    by = request.actor
    picks: list[tuple[str, Text, Choices]] = [
        ("stage", say("阶段", "Stage"), _stages()), ("late", say("早晚", "Lateness"), LATE),
        ("workshop", say("维修点", "Workshop"), _shops(by)),
    ]  # fmt: skip
    asked = {name: picked(request, name, choices) for name, _, choices in picks}
    rows = nearest_first(repairs(by, stage=asked["stage"], late=bool(asked["late"]), workshop=asked["workshop"]))
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "base": f"{home.strip('/')}/base.html", "rows": [_row(row) for row in page], "page": page, "total": page.paginator.count,
        "picks": [(name, label, choices, asked[name]) for name, label, choices in picks], "filtered": any(asked.values()), "path": at,
        "cases": f"{home}cases/", "jobs": f"{at}/" if opens_job else "", "with_shop": by.sees_everything, "nav_here": at,
    }  # fmt: skip
    return show(request, "faces/repairing/list.html", context)


def _stages() -> Choices:
    return [("", say("还在修的", "Not over")), *((name, capital(stage_name(REPAIR.name, name))) for name in REPAIR.stages)]


def _shops(by: Actor) -> Choices:
    """The workshops that the reader may know of; the platform's are told apart by their references."""
    known = [(shop.ref, _shop_name(shop, by)) for shop in workshops(by)[:MOST_SHOPS]]
    return [("", say("全部维修点", "Every workshop")), (OWN, say("没有交给维修点", "At no workshop")), *known]


def _shop_name(shop: Workshop, by: Actor) -> Text:
    if not by.sees_everything:
        return say(shop.name_zh, shop.name_en)
    return say("{name}，{ref}", "{name}, {ref}", name=say(shop.name_zh, shop.name_en), ref=shop.ref)


def _row(row: Repair) -> Row:
    line, merchant, shop = row.unit.line, row.case.merchant, row.workshop
    due_at, visit_at = row.due_at, row.visit_at  # type: ignore[attr-defined]  # annotated by listing.repairs
    return Row(
        row.ref, row.case.ref, say(line.name_zh, line.name_en), say(merchant.name_zh, merchant.name_en), stage_name(REPAIR.name, row.stage),
        WAYS[row.way], say(shop.name_zh, shop.name_en) if shop else None, row.attempt, due_at,
        on_the_wall(visit_at, shop) if visit_at and shop else None, due_at is not None and due_at <= clock.now() + SOON,
        row.is_over,
    )  # fmt: skip
