"""Figures over cases for one actor and one period, each with the choice of exactly its cases (choice.py, choosing.py).

flow.py what comes, waits and goes; results.py what came of it; sides.py by merchant and class of goods. All reads, nothing kept.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any

from amends.insight.figures import flow, results
from amends.insight.figures.choice import BY, LEFT, Choice, last_days
from amends.insight.figures.choosing import cases_of
from amends.insight.figures.shapes import Backlog, Bar, Figure, Figures, Side
from amends.insight.figures.sides import sides
from amends.kernel import clock
from amends.kernel.refusals import NotFound
from amends.people.rules import Actor

__all__ = ["BY", "LEFT", "Backlog", "Bar", "Choice", "Figure", "Figures", "Side", "cases_of", "figures", "last_days", "plain"]

MOST_DAYS = 400


def figures(actor: Actor, choice: Choice) -> Figures:
    """Everything of the period of `choice` (30 days up to today where it has none), within its merchant, goods and issue.

    The number of queries does not grow with the number of cases. Raises NotFound for people without a side; a period longer than
    MOST_DAYS is cut at its beginning.
    """
    scope = _scope(choice)
    if not flow.is_visible(scope, actor):
        raise NotFound
    backlog = flow.backlog(scope, actor)
    days = flow.days(scope, actor, backlog.at_start.cases)
    opened, closed = (sum(getattr(day, name).cases for day in days) for name in ("opened", "closed"))
    through, through_p90 = flow.through(scope, actor)
    merchants, goods = sides(scope, actor)
    return Figures(
        at=clock.now(),
        choice=scope,
        opened=Figure(opened, opened, scope),
        opened_before=flow.count(scope.before, actor),
        closed=Figure(closed, closed, scope.but(by="closed")),
        backlog=backlog,
        through=through,
        through_p90=through_p90,
        through_before=flow.through(scope.before, actor)[0],
        days=days,
        stages=flow.stage_times(scope, actor),
        issues=results.issues(scope, actor),
        outcomes=results.outcomes(scope, actor),
        satisfaction=results.satisfaction(scope, actor),
        money=results.money(scope, actor),
        limits=results.limits(scope, actor),
        merchants=merchants,
        goods=goods,
    )


def _scope(choice: Choice) -> Choice:
    since, until = last_days(30, clock.now())
    until = choice.until or until
    if choice.since:
        since = max(choice.since, date.fromordinal(until.toordinal() - MOST_DAYS + 1))
    elif choice.until:
        since = date.fromordinal(until.toordinal() - 29)
    return Choice(since=min(since, until), until=until, merchant=choice.merchant, goods=choice.goods, issue=choice.issue)


def plain(told: Any, list_at: str) -> Any:
    """The figures as JSON's own kinds of values; a choice becomes the address of its list below `list_at`."""
    if isinstance(told, Choice):
        return f"{list_at}?{told.query}"
    if is_dataclass(told) and not isinstance(told, type):
        return {
            ("cases_url" if field.name == "choice" else field.name): plain(getattr(told, field.name), list_at) for field in fields(told)
        }
    if isinstance(told, (datetime, date)):
        return told.isoformat()
    if isinstance(told, dict):
        return {key: plain(value, list_at) for key, value in told.items()}
    if hasattr(told, "_asdict"):
        return told._asdict()
    return [plain(each, list_at) for each in told] if isinstance(told, (list, tuple)) else told
