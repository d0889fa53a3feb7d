"""A simulation as charts: who wins, who loses and for whom something changes, by shop, class, region, tier, issue and lane; by month.

Every bar leads to its turned decisions. The counts are the simulation's own; nothing is computed here but what the finding says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from amends.faces.charts import Chart, Series
from amends.kernel.texts import Text, say
from amends.office.policy.trying_form import TIERS

MOST_BARS = 12
KINDS: dict[str, tuple[Text, str]] = {
    "won": (say("更有利", "Better off"), "brand"),
    "lost": (say("更不利", "Worse off"), "loss"),
    "changed": (say("有变化", "Changed"), "rest"),
}
GROUPS: dict[str, Text] = {
    "merchant": say("按商家", "By merchant"),
    "goods_class": say("按品类", "By class of goods"),
    "region": say("按地区", "By region"),
    "tier": say("按会员等级", "By tier"),
    "issue": say("按问题", "By issue"),
    "lane": say("按通道", "By lane"),
}
TURNED = say("次决定", "decisions")


def drawn(result: Mapping[str, Any], address: str) -> list[Chart]:
    """One chart a group that turns at least once; then the months."""
    charts = [chart for group in GROUPS if (chart := by_group(group, result["groups"].get(group, ()), address))]
    return charts + ([by_month(result["months"])] if len(result.get("months", ())) > 1 else [])


def by_group(group: str, rows: Sequence[Mapping[str, Any]], address: str) -> Chart | None:
    """The rows with most turned decisions; None where none turns."""
    there = [row for row in rows if row["flips"]][:MOST_BARS]
    if not there or (len(rows) == 1 and not rows[0]["key"]):
        return None
    most = there[0]
    return Chart(
        title=GROUPS[group],
        finding=say(
            "最多：{name}，{n} 次，占其 {share}",
            "Most: {name}, {n}, {share} of its own",
            name=name_of(group, most),
            n=f"{most['flips']:,}",
            share=f"{most['flips'] / max(1, most['decisions']):.1%}",
        ),
        labels=[name_of(group, row) for row in there],
        series=[
            Series(name, [row[kind] for row in there], colour=colour, links=[link(address, group, row["key"], kind) for row in there])
            for kind, (name, colour) in KINDS.items()
        ],
        kind="rows",
        stacked=True,
        unit=TURNED,
        label_name=GROUPS[group],
    )


def name_of(group: str, row: Mapping[str, Any]) -> Text:
    """What a row is called."""
    if group == "tier" and row["key"] in TIERS:
        return TIERS[row["key"]]
    return Text(row["zh"].replace("{", "(").replace("}", ")"), row["en"].replace("{", "(").replace("}", ")"))


def link(address: str, group: str, key: str, kind: str = "") -> str:
    """Where the turned decisions of a bar are listed."""
    return f"{address}?{urlencode({'group': group, 'key': key, **({'kind': kind} if kind else {})})}#flips"


def by_month(months: Sequence[Mapping[str, Any]]) -> Chart:
    """How many were granted, month by month, before and after."""
    before, after = sum(row["before"] for row in months), sum(row["after"] for row in months)
    return Chart(
        title=say("每月通过", "Granted by month"),
        finding=say("现行 {a}，草稿 {b}", "{a} in force, {b} with the draft", a=f"{before:,}", b=f"{after:,}"),
        labels=[row["month"] for row in months],
        series=[
            Series(say("现行", "In force"), [row["before"] for row in months], colour="rest"),
            Series(say("草稿", "With the draft"), [row["after"] for row in months], colour="brand"),
        ],
        kind="line",
        unit=TURNED,
        label_name=say("月份", "Month"),
    )
