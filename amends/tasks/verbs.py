"""A task for another department: given with a limit, owned, passed on, raised, answered back into its case, withdrawn.

Invariants
 1. A task is the platform's own: the sides of its case neither see it nor learn that there is one.
 2. Passing on wins no time: the limit runs on, and what was passed on as often as the terms allow is a supervisor's in the same commit
    (followers.py). What was raised is answered by a supervisor, or by whom a supervisor named.
 3. A task waits beside its case and holds it open for nobody: it is dropped in the commit that ends the case.
"""

from __future__ import annotations

from typing import Any

from amends.cases.carrying_on import written_to
from amends.cases.hands import STAFF, check_hand
from amends.cases.models import Case
from amends.cases.record import an_act, verb
from amends.cases.taking import take_carrier, take_life
from amends.cases.texts import clean_words, keep_text, told
from amends.kernel import clock
from amends.kernel.refs import new_ref
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.kernel.texts import say
from amends.people.rules import Actor, Role
from amends.tasks.departments import checked_department, who_takes
from amends.tasks.models import Task
from amends.tasks.owners import owner_myself, owner_of
from amends.tasks.rules import RAISED, TASK

SUPERVISORS = frozenset({Role.SUPERVISOR, Role.ADMIN})


@verb("task", "give_task")
def give_task(ref: str, *, department: str, words: str, owner: str = "", by: Actor) -> Task:
    """The case `ref`, or the one that carries it on, asks something of a department.

    `owner` is the address of whoever is to do it; left empty, whoever of the department has least to do (departments.who_takes), or
    anybody where it has nobody. Raises NotFound, NotYourMove for anybody but the platform's people, NoSuchMove for a case that is over,
    Unprocessable.
    """
    case, named = take_carrier(ref, by)
    if case.is_over:
        raise NoSuchMove(say("售后单已结束。", "The case is over."))
    where, asked = checked_department(department), clean_words(words, field="words", required=True)
    person = owner_of(case, owner) if owner.strip() else who_takes(case, where)
    text = keep_text(case, "task_asked", asked, by)
    return Task.born(
        "give_task", by, merchant_id=case.merchant_id, case=case, ref=new_ref("TK"), department=where, owner=person, given_by_id=by.user_id,
        words=text, facts=written_to(case, named, {"department": where, **told(text)}),
    )  # fmt: skip


@verb("task", "answer_task")
def answer_task(ref: str, *, words: str, by: Actor) -> Task:
    """What the department says is on the case's file. Raises NotYourMove for a raised task unless `by` is its owner or a supervisor."""
    case, row = _take(ref, by)
    _check_supervised(row, by)
    text = keep_text(case, "task_answer", clean_words(words, field="words", required=True), by)
    row.answer, row.answered_at, row.owner_id = text, clock.now(), by.user_id or row.owner_id
    row.save(update_fields=["answer", "answered_at", "owner_id"])
    row.move("answer_task", by, facts=_facts(row) | told(text))
    return row


@verb("task", "pass_task")
def pass_task(ref: str, *, department: str, owner: str = "", why: str = "", by: Actor) -> Task:
    """Another department has it, or another person there; its limit runs on. `owner` left empty: whoever of that department has least to
    do. Raises Unprocessable where nobody else would have it."""
    case, row = _take(ref, by)
    where, words = checked_department(department), clean_words(why, field="why")
    person = owner_of(case, owner) if owner.strip() else who_takes(case, where, but=(row.owner_id,))
    if where == row.department and (not owner.strip() or (person is not None and person.pk == row.owner_id)):
        wrong = say("任务已经在那里，请转给别的部门或者别人。", "It is there already. Pass it to another department or person.")
        raise Unprocessable.field("department", wrong, code="passed_nowhere")
    text = keep_text(case, "task_passed", words, by) if words else None
    came_from, row.department, row.owner, row.passes = row.department, where, person, row.passes + 1
    row.passed = [*row.passed, {"from": came_from, "to": where, "by": by.user_id, "at": clock.now().isoformat()}]
    row.save(update_fields=["department", "owner", "passes", "passed"])
    row.move("pass_task", by, facts=_facts(row) | {"from": came_from, "passes": row.passes} | told(text))
    return row


@verb("task", "raise_task")
def raise_task(ref: str, *, why: str = "", by: Actor) -> Task:
    """A supervisor has it now."""
    case, row = _take(ref, by)
    words = clean_words(why, field="why")
    row.move("raise_task", by, facts=_facts(row) | told(keep_text(case, "task_raised", words, by) if words else None))
    return row


@verb("task", "withdraw_task")
def withdraw_task(ref: str, *, why: str = "", by: Actor) -> Task:
    """The case needs it no more."""
    case, row = _take(ref, by)
    words = clean_words(why, field="why")
    row.move("withdraw_task", by, facts=_facts(row) | told(keep_text(case, "task_withdrawn", words, by) if words else None))
    return row


@an_act
def own_task(ref: str, *, owner: str = "", by: Actor) -> Task:
    """Whoever `owner` names has it, or `by` where it names nobody. Raises NoSuchMove once it is over, NotYourMove for a raised task of
    which `by` is neither owner nor supervisor, Unprocessable for somebody who cannot have it."""
    case, row = _take(ref, by)
    check_hand(case, by)
    if row.is_over:
        raise NoSuchMove(say("这个任务已经结束。", "This task is over."), code="task_over")
    if not TASK.becomes(row.stage, "answer_task", by.party):
        raise NotYourMove(say("判责员不接任务。", "An arbiter takes no tasks."))
    _check_supervised(row, by)
    person = owner_of(case, owner) if owner.strip() else owner_myself(case, by)
    if person.pk != row.owner_id:
        row.owner = person
        row.save(update_fields=["owner"])
        row.tell("own_task", by, facts=_facts(row) | {"owner": person.pk})
    return row


def may_handle(row: Task, by: Actor) -> bool:
    """Whether a raised task is for `by` to answer: its owner's or a supervisor's. Every other one is anybody's at the desk."""
    return row.stage != RAISED or by.automatic or bool(by.roles & SUPERVISORS) or (by.user_id is not None and by.user_id == row.owner_id)


def _check_supervised(row: Task, by: Actor) -> None:
    if not may_handle(row, by):
        wrong = say("这个任务已经交主管，由主管或者主管指定的人办。", "This task is a supervisor's now, or of whom a supervisor names.")
        raise NotYourMove(wrong, code="supervisors_only")


def _take(ref: str, by: Actor) -> tuple[Case, Task]:
    """The task and its case, locked; for the sides of the case it does not exist."""
    if by.party not in STAFF and not by.automatic:
        raise NotFound
    return take_life(Task, ref, by)


def _facts(row: Task) -> dict[str, Any]:
    return {"task": row.ref, "department": row.department}
