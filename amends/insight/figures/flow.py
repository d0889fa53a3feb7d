"""How cases flow: what comes in and goes out day by day, what is open and for whom it waits, how long each stage takes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import accumulate

from django.db import connection
from django.db.models import Case as When
from django.db.models import CharField, Count, Value
from django.db.models import When as Is
from django.db.models.functions import TruncDate

from amends.cases.models import Turn
from amends.cases.rules.lives import CASE
from amends.insight.figures.choice import HERE, LEFT, Choice
from amends.insight.figures.choosing import Rows, cases_of, in_scope, time_left, with_time_left
from amends.insight.figures.shapes import Backlog, Bar, Day, Figure, StageTime
from amends.kernel import clock
from amends.kernel.limits import Limit, Unit
from amends.people.rules import Actor
from amends.policy.queries import stack_on

HOURS = {Unit.SECONDS: 1 / 3600, Unit.MINUTES: 1 / 60, Unit.HOURS: 1.0, Unit.DAYS: 24.0}


def count(choice: Choice, actor: Actor) -> Figure:
    """How many cases the choice means."""
    number = cases_of(choice, actor).count()
    return Figure(number, number, choice)


def days(choice: Choice, actor: Actor, at_start: int) -> list[Day]:
    """One row for each day of the period, the empty ones too. Two queries."""
    opened, closed = (_per_day(choice.but(by=by), actor, f"{by}_at") for by in ("opened", "closed"))
    if choice.since is None:
        raise ValueError("days need a period")
    each = [choice.since + timedelta(days=n) for n in range(choice.days)]
    levels = list(accumulate((opened.get(d, 0) - closed.get(d, 0) for d in each), initial=at_start))[1:]
    rows = []
    for day, level in zip(each, levels, strict=True):
        one = choice.but(since=day, until=day)
        figures = [Figure(n, n, one.but(by=by)) for by, n in (("opened", opened.get(day, 0)), ("closed", closed.get(day, 0)))]
        rows.append(Day(day, figures[0], figures[1], level))
    return rows


def _per_day(choice: Choice, actor: Actor, column: str) -> dict[object, int]:
    rows = cases_of(choice, actor).annotate(day=TruncDate(column, tzinfo=HERE)).order_by().values_list("day")
    return dict(rows.annotate(n=Count("pk")))


def backlog(choice: Choice, actor: Actor) -> Backlog:
    """What is open now, whatever the period; `at_start` was open when it began. Four queries."""
    now_open = choice.but(by="open", since=None, until=None)
    rows = cases_of(now_open, actor)
    stages = _tally(rows.order_by().values_list("stage").annotate(n=Count("pk")))
    waiting = Turn.objects.filter(case_id__in=rows.values("pk")).order_by().values_list("party").annotate(n=Count("case_id"))
    left = _tally(_by_left(rows))
    total = sum(stages.values())
    return Backlog(
        now=Figure(total, total, now_open),
        at_start=count(choice.but(by="began_open", until=None), actor),
        by_stage=[bar(s, stages[s], now_open.but(stage=s)) for s in CASE.stages if stages.get(s)],
        by_party=[bar(p, n, now_open.but(waits=p)) for p, n in sorted(_tally(waiting).items(), key=lambda row: -row[1])],
        by_left=[
            bar(each, left.get(each, 0), now_open.but(left=each)) for each in LEFT if left.get(each) or each in ("4h", "24h", "3d", "later")
        ],
    )


def _by_left(rows: Rows) -> Iterable[tuple[str, int]]:
    now = clock.now()
    whens = [Is(time_left(each, now), then=Value(each)) for each in LEFT]
    named = with_time_left(rows).annotate(bucket=When(*whens, default=Value(""), output_field=CharField()))
    return named.order_by().values_list("bucket").annotate(n=Count("pk"))


def bar(key: str, number: int, choice: Choice) -> Bar:
    """A bar as long as it has cases."""
    return Bar(key, Figure(number, number, choice))


def _tally(rows: Iterable[tuple[str, int]]) -> dict[str, int]:
    return dict(rows)


_STAGES = """
WITH moved AS (
    SELECT e.case_id, e.came_from, e.made_at, lag(e.made_at) OVER (PARTITION BY e.merchant_id, e.case_id ORDER BY e.number) AS entered
    FROM cases_entry e WHERE e.life = 'case' AND e.came_from <> e.went_to AND e.case_id IN ({cases})
)
SELECT came_from, count(*), count(DISTINCT case_id),
       percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY extract(epoch FROM made_at - entered)) FROM moved
WHERE entered IS NOT NULL AND made_at >= %s AND made_at < %s GROUP BY came_from
"""


def stage_times(choice: Choice, actor: Actor) -> list[StageTime]:
    """How long cases had been in each stage that they left in the period, in the order of the table. One query over the timeline.

    A stage entered twice is two visits. Limits are those of the law's pack today, where they count hours or days.
    """
    cases, params = cases_of(choice.but(by="alive"), actor).order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_STAGES.format(cases=cases), [*params, choice.begins, choice.ends])
        found = {stage: (visits, n, seconds) for stage, visits, n, seconds in cursor.fetchall()}
    limits = stack_on(clock.now().astimezone(HERE).date()).terms.limits
    rows = []
    for name, stage in CASE.stages.items():
        if name not in found:
            continue
        visits, n, (median, p90) = found[name]
        where = choice.but(by="moved", stage=name)
        limit = Limit.parse(limits[stage.limit].value) if stage.limit else None
        hours = limit.count * HOURS[limit.unit] if limit and limit.unit in HOURS else None
        rows.append(StageTime(name, visits, Figure(_hours(median), n, where), Figure(_hours(p90), n, where), hours))
    return rows


def _hours(seconds: float) -> float:
    return round(float(seconds) / 3600, 2)


_THROUGH = """
SELECT count(*), percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY extract(epoch FROM closed_at - opened_at))
FROM cases_case WHERE id IN ({cases})
"""


def through(choice: Choice, actor: Actor) -> tuple[Figure, Figure]:
    """From opening to end, in hours: median and ninth decile of the cases closed in the period. One query."""
    closed = choice.but(by="closed")
    cases, params = cases_of(closed, actor).order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_THROUGH.format(cases=cases), params)
        row = cursor.fetchone()
    n, both = row or (0, None)
    median, p90 = (_hours(s) for s in both) if both else (None, None)
    return Figure(median, n, closed), Figure(p90, n, closed)


def is_visible(choice: Choice, actor: Actor) -> bool:
    """Whether this actor has any cases to count: false for people without a side."""
    return not in_scope(choice, actor).query.is_empty()
