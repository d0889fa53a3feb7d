"""What tasks do in the commit of another move: a task passed on too often is a supervisor's, and none outlives its case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amends.cases.life import LifeRow
from amends.cases.models import Case
from amends.kernel.refusals import NoSuchMove
from amends.kernel.texts import say
from amends.people.rules import PLATFORM, Actor
from amends.tasks.models import Task
from amends.tasks.rules import OPEN, TASK


def raise_when_passed_on(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """FOLLOWS passing on: what was passed on as often as the case's terms allow goes to a supervisor by itself."""
    assert isinstance(life, Task)  # noqa: S101 - wired to tasks alone
    if life.passes >= life.case.terms.count(TASK.counted["pass_task"]):
        life.follow("raise_task", PLATFORM, facts={"task": life.ref, "department": life.department, "passes": life.passes})


def leave_to_a_supervisor(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """FOLLOWS raising, by a person, by count or by the clock: whoever had it has it no more; a supervisor says who does."""
    assert isinstance(life, Task)  # noqa: S101 - wired to tasks alone
    if life.owner_id is not None:
        life.owner = None
        life.save(update_fields=["owner"])


def drop_with_case(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """FOLLOWS whatever may end a case: nobody needs what it asked of departments any more."""
    assert isinstance(life, Case)  # noqa: S101 - wired to cases alone
    if not life.is_over:
        return
    for row in Task.objects.filter(merchant_id=life.merchant_id, case_id=life.pk, stage__in=OPEN).order_by("pk"):
        row.move("drop", PLATFORM, facts={"task": row.ref, "department": row.department})


def nobody_is_asked(life: LifeRow, by: Actor) -> None:
    """Guard of `merge`: what a department is to say would be said to a number that goes on no more (B23)."""
    assert isinstance(life, Case)  # noqa: S101 - wired to cases alone
    if Task.objects.filter(merchant_id=life.merchant_id, case_id=life.pk, stage__in=OPEN).exists():
        wrong = say("还有交给其他部门的任务，请先办完或收回。", "A task of it is with a department: have it answered or withdrawn first.")
        raise NoSuchMove(wrong, code="task_open")
