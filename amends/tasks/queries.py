"""Reads of tasks for the platform's people: departments', one person's, one case's, the first due first. Nobody else sees any.

Who belongs to a department, and whom a line of a task is told to: departments.py.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from amends.cases.hands import STAFF, of_others
from amends.cases.models import Deadline
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound
from amends.kernel.texts import Text, say
from amends.people.models import User
from amends.people.rules import ROLES, Actor
from amends.tasks.models import Seat, Task
from amends.tasks.rules import OPEN, RAISED, TASK

OWNER_ROLES = tuple(role.value for role, row in ROLES.items() if row.party is Party.PLATFORM and "desk" in row.faces)
STATES: Mapping[str, Text] = {
    "open": say("未办完", "open"),
    "raised": say("已交主管", "with a supervisor"),
    "soon": say("24 小时内到期", "due within 24 hours"),
    "over": say("已结束", "over"),
    "all": say("全部", "all"),
}
WHO: Mapping[str, Text] = {
    "": say("谁的都看", "anybody's"),
    "me": say("我的", "mine"),
    "nobody": say("还没有人接手", "nobody's yet"),
}
SOON = timedelta(hours=24)
_DUE = Deadline.objects.filter(
    merchant_id=OuterRef("merchant_id"), life=TASK.name, life_id=OuterRef("pk"), generation=OuterRef("generation"), ended_at__isnull=True
)  # fmt: skip


def tasks(by: Actor, *, case: str = "", departments: Collection[str] = (), who: str = "", state: str = "all") -> QuerySet[Task]:
    """The tasks that `by` may read, each with `due_at`; of one case, of these departments, of `by` alone (`who` = me) or of nobody yet.
    None about a case to which `by` is a party.

    Open ones by the nearest limit, then those that are over, newest first. `state` is a key of STATES.
    """
    rows = Task.objects.select_related("case", "owner", "given_by", "words", "answer")
    if by.party not in STAFF or by.is_stranger:
        return rows.none()
    rows = of_others(rows, by)
    if case:
        rows = rows.filter(case__ref=case)
    if departments:
        rows = rows.filter(department__in=departments)
    if who == "me":
        rows = rows.filter(owner_id=by.user_id or 0)
    if who == "nobody":
        rows = rows.filter(owner__isnull=True)
    found: QuerySet[Task] = _in_state(rows.annotate(due_at=Subquery(_DUE.values("due_at")[:1])), state).order_by("due_at", "-pk")
    return found


def task_for(ref: str, by: Actor) -> Task:
    """One task. Raises NotFound."""
    found = tasks(by).filter(ref=clean_ref(ref) or "-").first()
    if found is None:
        raise NotFound
    return found


def _in_state(rows: Any, state: str) -> Any:
    """Rows that have `due_at` beside their own columns."""
    if state == "open":
        return rows.filter(stage__in=OPEN)
    if state == "raised":
        return rows.filter(stage=RAISED)
    if state == "soon":
        return rows.filter(stage__in=OPEN, due_at__lte=clock.now() + SOON)
    if state == "over":
        return rows.exclude(stage__in=OPEN)
    return rows


class Load(NamedTuple):
    """What a department has still to answer, and how much of it a supervisor has because its limit passed or nobody wanted it."""

    open: int
    late: int


def load_of(by: Actor) -> dict[str, Load]:
    """What each department has still to answer; those that have nothing are left out."""
    if by.party not in STAFF or by.is_stranger:
        return {}
    rows = Task.objects.filter(stage__in=OPEN).values("department").annotate(n=Count("pk"), late=Count("pk", filter=Q(stage=RAISED)))
    return {row["department"]: Load(row["n"], row["late"]) for row in rows.order_by("department")}


def waiting_for(by: Actor) -> QuerySet[Task]:
    """What the side bar counts: open tasks of this person's departments, of all departments for who belongs to none."""
    if by.party not in STAFF or by.is_stranger:
        return Task.objects.none()
    mine = Seat.objects.filter(user_id=by.user_id or 0, ended_at__isnull=True)
    here = Q(department__in=mine.values("department")) | ~Exists(mine)
    return Task.objects.filter(here, stage__in=OPEN)


def colleagues() -> list[User]:
    """Who may have a task: everybody who acts for the platform at its desk."""
    return list(User.objects.filter(is_active=True, memberships__role__in=OWNER_ROLES).distinct().order_by("name", "pk")[:200])
