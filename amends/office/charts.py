"""The figures as charts: what is drawn, what the line at the right says was found, and which list each mark opens."""

from __future__ import annotations

from amends.faces.charts import Chart, Series
from amends.insight.figures import Choice, Figures
from amends.insight.figures.shapes import Bar
from amends.insight.rules import vital_few
from amends.kernel.texts import Text, say
from amends.office import words

CASES = say("单", "cases")
HOURS = say("小时", "hours")


def url(choice: Choice) -> str:
    """Where the cases of a choice are listed."""
    return f"/office/cases/?{choice.query}"


def trend(told: Figures) -> Chart:
    """Opened, closed and open, day by day."""
    most = max(told.days, key=lambda day: day.opened.cases)
    return Chart(
        title=say("新开、结案与未结", "Opened, closed and open"),
        finding=say("{day} 新开最多，{n} 单", "Most were opened on {day}: {n}", day=f"{most.day.month}/{most.day.day}", n=most.opened.cases)
        if most.opened.cases
        else say("这段时间没有新开", "Nothing was opened"),
        labels=[f"{day.day.month}/{day.day.day}" for day in told.days],
        series=[
            Series(say("新开", "Opened"), [d.opened.cases for d in told.days], links=[url(d.opened.choice) for d in told.days]),
            Series(
                say("结案", "Closed"),
                [d.closed.cases for d in told.days],
                colour="rest",
                drawn="dashed",
                links=[url(d.closed.choice) for d in told.days],
            ),
            Series(say("未结（右轴）", "Open (right axis)"), [d.open_at_end for d in told.days], drawn="area", second=True),
        ],
        unit=CASES,
        label_name=say("日期", "Day"),
    )


def stages(told: Figures) -> Chart | None:
    """Median and ninth decile of each stage, with the limit as an ink mark."""
    rows = [row for row in told.stages if (row.p90.value or 0) >= 0.05]
    if not rows:
        return None
    slow = max(rows, key=lambda row: row.p90.value or 0)
    return Chart(
        title=say("各阶段用时", "Time in each stage"),
        finding=say(
            "小时；竖线是时限。最久：{stage}，九成在 {n} 内",
            "Hours; the marks are limits. Longest: {stage}, nine of ten within {n}",
            stage=words.stage(slow.stage),
            n=words.span(slow.p90.value),
        ),
        labels=[words.stage(row.stage) for row in rows],
        series=[
            Series(say("中位", "Median"), [_one(row.median.value) for row in rows], links=[url(row.median.choice) for row in rows]),
            Series(
                say("九成", "Nine of ten"),
                [_one(row.p90.value) for row in rows],
                colour="rest",
                links=[url(row.p90.choice) for row in rows],
            ),
        ],
        kind="rows",
        limits=[row.limit_hours for row in rows],
        unit=HOURS,
        label_name=words.NAMES["stage"],
    )


def pareto(told: Figures) -> Chart | None:
    """Issue types, most frequent first, with the cumulated share; those that make up four fifths in the brand's colour."""
    rows = told.issues
    if not rows:
        return None
    few = vital_few([row.figure.cases for row in rows])
    return Chart(
        title=say("问题类型", "Issues"),
        finding=say("前 {n} 类占 {share}", "The first {n} make up {share}", n=few, share=f"{rows[few - 1].cumulated:.1%}"),
        labels=[words.issue(row.issue) for row in rows],
        series=[
            Series(
                say("新开", "Opened"),
                [row.figure.cases for row in rows],
                links=[url(row.figure.choice) for row in rows],
                colours=["brand" if at < few else "rest" for at in range(len(rows))],
            ),
            Series(
                say("累计占比 %（右轴）", "Cumulated % (right axis)"),
                [round(row.cumulated * 100, 1) for row in rows],
                colour="ink-3",
                drawn="line",
                second=True,
                links=[url(row.figure.choice) for row in rows],
            ),
        ],
        kind="bars",
        label_name=words.NAMES["issue"],
    )


def outcomes(told: Figures) -> Chart | None:
    """How cases ended."""
    if not told.outcomes:
        return None
    granted = sum(row.figure.cases for row in told.outcomes if row.granted)
    return Chart(
        title=say("结果", "Outcomes"),
        finding=say("结案 {n} 单，{m} 单有给付", "{n} closed, {m} with something delivered", n=told.closed.cases, m=granted),
        labels=[words.outcome(row.verb, row.granted) for row in told.outcomes],
        series=[
            Series(
                say("结案", "Closed"),
                [row.figure.cases for row in told.outcomes],
                links=[url(row.figure.choice) for row in told.outcomes],
                colours=["brand" if row.granted else "rest" for row in told.outcomes],
            )
        ],
        kind="rows",
        unit=CASES,
        label_name=say("结果", "Outcome"),
    )


def scores(told: Figures) -> Chart | None:
    """Ratings from five stars to one."""
    rated = told.satisfaction
    if not rated.answered.cases:
        return None
    good = sum(bar.count for bar in rated.scores if bar.key in ("4", "5"))
    low, high = rated.interval or (0.0, 1.0)
    return Chart(
        title=say("满意度", "Satisfaction"),
        finding=say(
            "满意 {n} 份，{share}（95% 区间 {low} 至 {high}）",
            "{n} content, {share} (95% interval {low} to {high})",
            n=good,
            share=words.percent(rated.csat.value),
            low=f"{low:.0%}",
            high=f"{high:.0%}",
        ),
        labels=[words.stars(bar.key) for bar in rated.scores],
        series=[
            Series(
                say("评价", "Ratings"),
                [bar.count for bar in rated.scores],
                links=[url(bar.figure.choice) for bar in rated.scores],
                colours=["brand", "brand", "rest", "loss", "loss"],
            )
        ],
        kind="rows",
        label_name=words.NAMES["score"],
    )


def backlog(title: Text, finding: Text, bars: list[Bar], names: list[Text], *, colours: list[str] | None = None) -> Chart | None:
    """What is open now, by one of its sides."""
    if not any(bar.count for bar in bars):
        return None
    one = Series(say("未结", "Open"), [bar.count for bar in bars], links=[url(bar.figure.choice) for bar in bars], colours=colours or ())
    return Chart(title, finding, names, [one], kind="rows", unit=CASES)


def _one(hours: float | int | None) -> float:
    return round(float(hours or 0), 1)
