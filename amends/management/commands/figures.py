"""`amends figures`: the office's figures on the command line, each with the address of its cases."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand

from amends.cases.words import stage_name, verb_name
from amends.insight.figures import Choice, Figures, figures, last_days, plain
from amends.kernel import clock
from amends.kernel.texts import Text, say
from amends.people.rules import PLATFORM
from amends.plumbing.console import language
from amends.policy.rules.facts import ISSUE_NAMES, IssueType

LIST_AT = "/office/cases/"


class Command(BaseCommand):
    help = "Print the figures of a period: volume, backlog, stage times, issues, outcomes, satisfaction, money, limits, sides."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=30, help="so many days up to today (30)")
        parser.add_argument("--since", type=date.fromisoformat, help="first day, 2026-03-01")
        parser.add_argument("--until", type=date.fromisoformat, help="last day")
        parser.add_argument("--merchant", default="", help="ref of one merchant")
        parser.add_argument("--goods", default="", help="one class of goods")
        parser.add_argument("--issue", default="", help="one issue type")
        parser.add_argument("--json", action="store_true", help="print everything as JSON")

    def handle(self, *args: Any, days: int, since: date | None, until: date | None, **options: Any) -> None:
        first, last = last_days(max(1, days), clock.now())
        chosen = Choice(
            since=since or first, until=until or last, merchant=options["merchant"], goods=options["goods"], issue=options["issue"]
        )
        told = figures(PLATFORM, chosen)
        if options["json"]:
            print(json.dumps(plain(told, LIST_AT), ensure_ascii=False))
            return
        for line in lines(told):
            print(line.into(language()))


def lines(told: Figures) -> list[Text]:
    """The first figures in sentences."""
    rows = [
        say("{a} 至 {b}", "{a} to {b}", a=told.choice.since, b=told.choice.until),
        say(
            "新开 {n} 单，结案 {m} 单，未结 {k} 单",
            "{n} opened, {m} closed, {k} open",
            n=told.opened.value,
            m=told.closed.value,
            k=told.backlog.now.value,
        ),
    ]
    if told.limits.on_time.value is not None:
        share = f"{told.limits.on_time.value:.1%}"
        rows.append(say("时限内完成 {s}", "{s} of the limits were kept", s=share))
    if told.satisfaction.csat.value is not None and told.satisfaction.interval is not None:
        low, high = told.satisfaction.interval
        rows.append(
            say(
                "满意（4 至 5 分）{s}，95% 区间 {low} 至 {high}，{n} 份",
                "CSAT {s}, 95% interval {low} to {high}, {n} answers",
                s=f"{told.satisfaction.csat.value:.1%}",
                low=f"{low:.1%}",
                high=f"{high:.1%}",
                n=told.satisfaction.answered.value,
            )
        )
    rows += [say("{issue}：{n} 单", "{issue}: {n}", issue=ISSUE_NAMES[IssueType(row.issue)], n=row.figure.value) for row in told.issues]
    rows += [
        say(
            "{stage}：中位 {a} 小时，九成 {b} 小时内",
            "{stage}: median {a} h, nine of ten within {b} h",
            stage=stage_name("case", row.stage),
            a=row.median.value,
            b=row.p90.value,
        )
        for row in told.stages
    ]
    return rows + [say("{verb}：{n} 单", "{verb}: {n}", verb=verb_name("case", row.verb), n=row.figure.value) for row in told.outcomes]
