"""The figures page: five figures with their sums, then trend, stages, reasons, outcomes, satisfaction, money, and each side by itself."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from amends.faces.case_view import money_text
from amends.faces.entering import ActorRequest, face
from amends.faces.parties import LOOKS
from amends.insight.figures import Choice, Figures, figures, last_days
from amends.insight.figures.shapes import Sum
from amends.kernel import clock
from amends.kernel.texts import Text, say
from amends.market.models import Merchant, Order
from amends.office import cases, charts, words
from amends.policy.rules.facts import ISSUE_NAMES, GoodsClass

PERIODS = (7, 30, 90)
ENOUGH = 20
"""A change in percent is said from so many cases on: of fewer it would be noise that looks like news."""


@require_GET
@face("office")
def show(request: ActorRequest) -> HttpResponse:
    """The figures of a period, 30 days where none is asked for; filters by merchant, class of goods and issue."""
    given = cases.asked(request)
    days = int(given["days"]) if given.get("days", "") in {str(n) for n in PERIODS} else 0
    chosen = Choice.read({key: value for key, value in given.items() if key in ("since", "until", "merchant", "goods", "issue")})
    if days or not (chosen.since or chosen.until):
        since, until = last_days(days or 30, clock.now())
        chosen = chosen.but(since=since, until=until)
    told = figures(request.actor, chosen)
    context = {"told": told, "five": five(told), "charts": drawn(told), "money": money(told), **_filters(told.choice)}
    return render(request, "office/figures.html", context | {"limits": limits(told), "sides": sides(told), "simulated": is_simulated()})


def five(told: Figures) -> list[dict[str, Any]]:
    """The five figures that the eye meets first, each with its sum and its cases."""
    before, limits, rated = told.opened_before, told.limits, told.satisfaction
    late = limits.enforced + limits.lapsed
    change = f"{(told.opened.cases - before.cases) / before.cases:+.1%}" if before.cases >= ENOUGH else ""
    share = f"{rated.answered.cases / rated.asked:.1%}" if rated.asked else ""
    return [
        {
            "label": say("新开售后单", "Cases opened"),
            "value": f"{told.opened.cases:,}",
            "url": charts.url(told.opened.choice),
            "aside": say("比前 {d} 天 {c}", "{c} on the {d} days before", d=told.choice.days, c=change) if change else None,
            "sum": say("前一期 {n} 单", "{n} in the period before", n=before.cases),
        },
        {
            "label": say("未结", "Open now"),
            "value": f"{told.backlog.now.cases:,}",
            "url": charts.url(told.backlog.now.choice),
            "aside": say("期初 {n}", "{n} at the start", n=told.backlog.at_start.cases),
            "sum": say(
                "{a} + {b} 新开 − {c} 已结",
                "{a} + {b} opened − {c} closed",
                a=told.backlog.at_start.cases,
                b=told.opened.cases,
                c=told.closed.cases,
            ),
        },
        {
            "label": say("时限内完成", "Limits kept"),
            "value": words.percent(limits.on_time.value),
            "url": charts.url(limits.on_time.choice),
            "aside": None,
            "sum": say("{n} 次超时，{m} 次已按规则自动处理", "{n} ran out, {m} of them handled by rule", n=late, m=limits.enforced),
        },
        {
            "label": say("从申请到结案，中位", "From claim to end, median"),
            "value": words.span(told.through.value),
            "url": charts.url(told.through.choice),
            "aside": say("前期 {n}", "{n} before", n=words.span(told.through_before.value))
            if told.through_before.value is not None
            else None,
            "sum": say("九成在 {n} 内", "Nine of ten within {n}", n=words.span(told.through_p90.value)),
        },
        {
            "label": say("满意度", "Satisfaction"),
            "value": f"{rated.mean.value:.2f}" if rated.mean.value is not None else words.NOTHING,
            "url": charts.url(rated.answered.choice),
            "aside": say("/ 5", "/ 5") if rated.mean.value is not None else None,
            "sum": say("回收 {n} 份，占邀请的 {s}", "{n} answers, {s} of those asked", n=rated.answered.cases, s=share)
            if share
            else say("还没有邀请评价", "Nobody was asked yet"),
        },
    ]


def drawn(told: Figures) -> dict[str, Any]:
    """The charts, None where there is nothing to draw."""
    back = told.backlog
    soon = sum(bar.count for bar in back.by_left if bar.key in ("overdue", "4h", "24h"))
    return {
        "trend": charts.trend(told),
        "stages": charts.stages(told),
        "pareto": charts.pareto(told),
        "outcomes": charts.outcomes(told),
        "scores": charts.scores(told),
        "by_party": charts.backlog(
            say("未结：等谁", "Open: whom they wait for"),
            say("一张单可能同时等双方", "A case may wait for both sides"),
            back.by_party,
            [words.party(bar.key) for bar in back.by_party],
            colours=[LOOKS[bar.key].css if bar.key in LOOKS else "rest" for bar in back.by_party],
        ),
        "by_left": charts.backlog(
            say("未结：剩余时间", "Open: time left"),
            say("24 小时内到时 {n} 单", "{n} fall due within 24 h", n=soon),
            back.by_left,
            [words.LEFT[bar.key] for bar in back.by_left],
            colours=[{"overdue": "bad", "4h": "bad", "24h": "warn"}.get(bar.key, "rest") for bar in back.by_left],
        ),
        "by_stage": charts.backlog(
            say("未结：阶段", "Open: stage"),
            say("共 {n} 单", "{n} in all", n=back.now.cases),
            back.by_stage,
            [words.stage(bar.key) for bar in back.by_stage],
        ),
    }


def money(told: Figures) -> dict[str, list[dict[str, Any]]]:
    """What was refunded, by tender and by who bears it."""
    return {
        "tenders": [_sum(row, words.tender(row.key)) for row in told.money.by_tender],
        "bearers": [_sum(row, words.party(row.key)) for row in told.money.by_bearer],
    }


def _sum(row: Sum, name: Text) -> dict[str, Any]:
    currency, _, kind = row.unit.partition(".")
    return {
        "name": name,
        "sum": money_text(int(row.figure.value or 0), currency),
        "in_kind": bool(kind),
        "cases": row.figure.cases,
        "url": charts.url(row.figure.choice),
    }


def limits(told: Figures) -> list[dict[str, Any]]:
    """Limits by who was waited for: how many were kept, handled by rule, and brought to a person."""
    rows = []
    for party, how in told.limits.parties:
        total = sum(n for n, _ in how.values())
        cells = [{"n": how[key][0], "url": charts.url(how[key][1].choice)} if key in how else {"n": 0, "url": ""} for key in words.ENDED]
        rows.append(
            {
                "party": party.split(",")[0],
                "name": words.party(party),
                "cells": cells,
                "share": words.percent((how["met"][0] if "met" in how else 0) / total),
            }
        )
    return rows


def sides(told: Figures) -> list[dict[str, Any]]:
    """The two tables: by merchant and by class of goods."""
    tables = (
        (say("按商家", "By merchant"), words.NAMES["merchant"], told.merchants),
        (say("按品类", "By class of goods"), words.NAMES["goods"], told.goods),
    )
    shown = []
    for title, head, rows in tables:
        told_rows = [
            {
                "name": say(side.name_zh, side.name_en),
                "cells": [
                    {"value": f"{side.opened.cases:,}", "url": charts.url(side.opened.choice)},
                    _cell(words.percent(side.refused.value), side.refused.cases, side.refused.choice),
                    _cell(words.percent(side.enforced.value), side.enforced.cases, side.enforced.choice),
                    _cell(words.span(side.first_answer.value), side.first_answer.cases, side.first_answer.choice),
                    _cell(_csat(side.csat.value, side.interval), side.csat.cases, side.csat.choice),
                ],
            }
            for side in rows
        ]
        shown.append({"title": title, "head": head, "rows": told_rows[:20], "more": max(0, len(rows) - 20)})
    return shown


def _csat(share: float | int | None, interval: tuple[float, float] | None) -> Text:
    if share is None or interval is None:
        return words.NONE
    return say("{n}（{a} 至 {b}）", "{n} ({a} to {b})", n=f"{share:.0%}", a=f"{interval[0]:.0%}", b=f"{interval[1]:.0%}")


def _cell(value: Text, cases: int, choice: Choice) -> dict[str, Any]:
    return {"value": value, "url": charts.url(choice) if cases else ""}


def _filters(choice: Choice) -> dict[str, Any]:
    """What the filters offer, and where each period leads."""
    now = clock.now()
    query = choice.but(since=None, until=None).query.replace("by=opened", "").lstrip("&")
    periods = [
        {"days": n, "url": f"?days={n}{'&' + query if query else ''}", "here": (choice.since, choice.until) == last_days(n, now)}
        for n in PERIODS
    ]
    return {
        "periods": periods,
        "period": words.period(choice),
        "choice": choice,
        "query": choice.query,
        "merchants": [(m.ref, say(m.name_zh, m.name_en)) for m in _merchants()],
        "goods_classes": [(g.value, words.goods(g.value)) for g in GoodsClass],
        "issues": [(i.value, name) for i, name in ISSUE_NAMES.items()],
    }


def _merchants() -> QuerySet[Merchant]:
    return Merchant.objects.order_by("name_en", "pk")[:500]


def is_simulated() -> bool:
    """Whether the orders behind the figures say that something of them is simulated."""
    newest = Order.objects.order_by("-pk").values_list("simulated", flat=True).first()
    return bool(newest)
