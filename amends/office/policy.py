"""The packs in force, to read: limits with their sources, what silence does, clauses in both languages. Nothing is changed here."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from amends.cases.words import verb_name
from amends.faces.case_view import LIMITS
from amends.faces.entering import ActorRequest, face
from amends.insight.figures.choice import HERE
from amends.kernel import clock
from amends.kernel.limits import Limit
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.office.tables import PLANNED_LIMITS, lives_by_limit
from amends.policy.queries import stack_on
from amends.policy.rules.facts import REMEDY_NAMES, Remedy
from amends.policy.rules.packs import Pack
from amends.policy.rules.schema import PackCells
from amends.policy.rules.stack import Stack

LAYERS = {"law": say("法律", "Law"), "platform": say("平台", "Platform"), "shop": say("店铺", "Shop")}
TAGS = {
    "P": say("法条原文，下层不得更改", "read in the law; binds every layer below"),
    "S": say("二手资料", "from a secondary source"),
    "I": say("解释或本项目的提案", "an interpretation, or a proposal of ours"),
    "G": say("常识", "general knowledge"),
}
ANY = say("任何", "any")


@require_GET
@face("office")
def show(request: ActorRequest) -> HttpResponse:
    """The rules as they hold today, or on the day asked for."""
    day = _day(str(request.GET.get("on", "")))
    stack = stack_on(day)
    context = {
        "on": day.isoformat(),
        "packs": [_pack(pack) for pack in stack.packs],
        "limits": _limits(stack.terms),
        "silence": _silence(stack),
        "clauses": _clauses(stack),
        "windows": _windows(stack),
        "counts": stack.terms.counts,
        "tags": TAGS,
    }
    return render(request, "office/policy.html", context)


def _day(written: str) -> date:
    if not written:
        return clock.now().astimezone(HERE).date()
    try:
        return date.fromisoformat(written)
    except ValueError as wrong:
        raise Unprocessable.field("on", say("日期应写成 2026-03-10 这样。", "Write the day like 2026-03-10."), code="not_a_day") from wrong


def _pack(pack: Pack) -> dict[str, Any]:
    cells = pack.cells
    return {
        "stamp": pack.stamp,
        "name": cells.name.text,
        "layer": LAYERS[cells.layer.value],
        "since": cells.in_force_from,
        "until": cells.in_force_until,
        "documents": [(code, words.text) for code, words in cells.documents.items()],
    }


def _limits(terms: PackCells) -> list[dict[str, Any]]:
    """Limits that a stage of this version waits under, then those that stand ready for lives to come."""
    used = lives_by_limit()
    rows = []
    for name, cell in terms.limits.items():
        other = [
            say("{goods}：{n}", "{goods}: {n}", goods=goods.value, n=Limit.parse(text).in_words()) for goods, text in cell.goods.items()
        ]
        if cell.unshipped:
            other.append(say("未发货：{n}", "not shipped: {n}", n=Limit.parse(cell.unshipped).in_words()))
        words = LIMITS.get(name) or PLANNED_LIMITS.get(name) or say(name, name)
        rows.append(
            {
                "key": name,
                "name": words,
                "length": Limit.parse(cell.value).in_words(),
                "other": other,
                "source": cell.source,
                "tag": cell.tag,
                "used": name in used,
            }
        )
    return sorted(rows, key=lambda row: not row["used"])


def _silence(stack: Stack) -> list[dict[str, Any]]:
    rows = []
    for row in stack.terms.silence.rows:
        clause = stack.clauses.get(row.clause)
        rows.append(
            {
                "limit": LIMITS.get(row.limit) or PLANNED_LIMITS.get(row.limit) or say(row.limit, row.limit),
                "remedy": _remedy(row.remedy),
                "shipped": _yes(row.shipped),
                "received": _yes(row.received),
                "verb": verb_name("case", row.verb),
                "clause": {"key": clause.article, "text": clause.yes, "url": ""} if clause else None,
            }
        )
    return rows


def _remedy(value: Remedy | str) -> Text:
    return REMEDY_NAMES[Remedy(value)] if value != "any" else ANY


def _yes(value: object) -> Text:
    return ANY if value == "any" else say("是", "yes") if value else say("否", "no")


def _clauses(stack: Stack) -> list[dict[str, Any]]:
    return [
        {
            "key": name,
            "rule": cell.rule,
            "article": cell.article.text.both(),
            "yes": cell.yes.text.both(),
            "no": cell.no.text.both(),
            "source": cell.source,
            "tag": cell.tag,
        }
        for name, cell in stack.terms.clauses.items()
    ]


def _windows(stack: Stack) -> list[dict[str, Any]]:
    return [
        {
            "key": name,
            "length": Limit.parse(cell.length).in_words(),
            "article": stack.clauses[cell.clause].article,
            "source": cell.source,
            "tag": cell.tag,
        }
        for name, cell in stack.terms.windows.items()
    ]
