"""Tasks for other departments as JSON: for the platform's people alone; they do not exist for anybody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.http import HttpResponse
from ninja import Router, Schema

from amends.api import shapes
from amends.api.bodies import Body, Ref, Str, Words
from amends.api.callers import Asked
from amends.api.doing import done, posting, reading
from amends.cases.hands import STAFF
from amends.cases.words import stage_name
from amends.kernel.refs import clean_ref
from amends.tasks import verbs
from amends.tasks.departments import end_seat, give_seat, seats
from amends.tasks.models import Seat, Task
from amends.tasks.queries import Load, load_of, task_for, tasks
from amends.tasks.rules import DEPARTMENTS

router = Router(tags=["tasks"])


class TaskIn(Body):
    """`department`: quality, logistics, legal, finance or press; `owner`: the address of whoever is to do it; left empty, whoever of the
    department has least to do."""

    department: Str
    words: Words
    owner: Str = ""


class TaskAnswerIn(Body):
    words: Words


class TaskPassIn(Body):
    """To another department, or to another person there; `owner` left empty: whoever there has least to do."""

    department: Str
    owner: Str = ""
    why: Words = ""


class TaskWhyIn(Body):
    why: Words = ""


class TaskOwnerIn(Body):
    """`owner`: an address; empty for the caller."""

    owner: Str = ""


class TaskPassedOut(Schema):
    """One hand-off: from which department to which."""

    from_department: str
    to_department: str
    at: datetime


class TaskOut(Schema):
    """`due_at` is None once it is over; `passes` counts the hand-offs, of which the last is listed last."""

    ref: str
    case: str
    department: str
    department_name: shapes.TextOut
    stage: str
    stage_name: shapes.TextOut
    owner: str | None
    given_by: str | None
    words: str
    answer: str
    passes: int
    passed: list[TaskPassedOut]
    given_at: datetime
    due_at: datetime | None
    answered_at: datetime | None


class SeatIn(Body):
    """`person`: the address of somebody at the platform's desk; who `leads` a department is told when its limit passes."""

    person: Str
    department: Str
    leads: bool = False


class SeatEndIn(Body):
    """Whose seat, in which department."""

    person: Str
    department: Str


class MemberOut(Schema):
    """Somebody who belongs to a department."""

    name: str
    email: str
    leads: bool


class DepartmentOut(Schema):
    """`open`: its tasks that are not answered; `with_supervisor`: those among them whose limit passed or that nobody wanted."""

    department: str
    name: shapes.TextOut
    people: list[MemberOut]
    open: int
    with_supervisor: int


class DepartmentsOut(Schema):
    items: list[DepartmentOut]


class TasksOut(Schema):
    items: list[TaskOut]


@reading(router, "/tasks", TasksOut, "Tasks for departments")
def list_tasks(
    request: Asked, case: Ref = "", department: Str = "", who: Str = "", state: Str = "all"
) -> TasksOut:  # fmt: skip
    """Of one case, one department, of the caller (`who` = me) or of nobody yet (nobody); `state`: open, soon, raised, over or all. The
    first due first, 200 at most; empty for everybody but the platform's people."""
    wanted = (clean_ref(case) or "-") if case else ""
    rows = tasks(request.auth.actor, case=wanted, departments=[department] if department else [], who=who, state=state)
    return TasksOut(items=[task_out(row) for row in rows[:200]])


@reading(router, "/tasks/{ref}", TaskOut, "One task")
def one_task(request: Asked, ref: str) -> TaskOut:
    """One task."""
    return task_out(task_for(ref, request.auth.actor))


@reading(router, "/departments", DepartmentsOut, "Departments and their people")
def list_departments(request: Asked) -> DepartmentsOut:
    """Who belongs to each department and who leads it, and what it has still to answer. Empty for everybody but the platform's people."""
    by = request.auth.actor
    if not (by.party in STAFF and not by.is_stranger):
        return DepartmentsOut(items=[])
    loads, here = load_of(by), seats(by)
    return DepartmentsOut(items=[_department(name, loads.get(name, Load(0, 0)), here) for name in DEPARTMENTS])


@posting(router, "/departments/seats", DepartmentOut, "Say who belongs to a department")
def seat_giving(request: Asked, body: SeatIn) -> HttpResponse:
    """The person belongs to the department, as its leader or not; several may lead. By supervisors and administrators."""
    return _seated(request, lambda: give_seat(body.person, department=body.department, leads=body.leads, by=request.auth.actor))


@posting(router, "/departments/seats/end", DepartmentOut, "Say who belongs to a department no more")
def seat_ending(request: Asked, body: SeatEndIn) -> HttpResponse:
    """What the person has stays theirs until it is passed on. By supervisors and administrators."""
    return _seated(request, lambda: end_seat(body.person, department=body.department, by=request.auth.actor))


@posting(router, "/cases/{ref}/tasks", TaskOut, "Give a task to a department")
def task_giving(request: Asked, ref: str, body: TaskIn) -> HttpResponse:
    """The case asks something of a department, with the limit of its terms."""
    return _done(request, lambda: verbs.give_task(ref, **body.model_dump(), by=request.auth.actor))


@posting(router, "/tasks/{ref}/answer", TaskOut, "Answer a task")
def task_answering(request: Asked, ref: str, body: TaskAnswerIn) -> HttpResponse:
    """The words stand in the case's timeline, for the platform's people."""
    return _done(request, lambda: verbs.answer_task(ref, words=body.words, by=request.auth.actor))


@posting(router, "/tasks/{ref}/passing", TaskOut, "Pass a task on")
def task_passing(request: Asked, ref: str, body: TaskPassIn) -> HttpResponse:
    """Its limit runs on; passed on as often as the terms allow, it is a supervisor's."""
    return _done(request, lambda: verbs.pass_task(ref, **body.model_dump(), by=request.auth.actor))


@posting(router, "/tasks/{ref}/raising", TaskOut, "Raise a task to a supervisor")
def task_raising(request: Asked, ref: str, body: TaskWhyIn) -> HttpResponse:
    """A supervisor has it now."""
    return _done(request, lambda: verbs.raise_task(ref, why=body.why, by=request.auth.actor))


@posting(router, "/tasks/{ref}/withdrawal", TaskOut, "Withdraw a task")
def task_withdrawal(request: Asked, ref: str, body: TaskWhyIn) -> HttpResponse:
    """The case needs it no more."""
    return _done(request, lambda: verbs.withdraw_task(ref, why=body.why, by=request.auth.actor))


@posting(router, "/tasks/{ref}/owner", TaskOut, "Say who has a task")
def task_owner(request: Asked, ref: str, body: TaskOwnerIn) -> HttpResponse:
    """The person named has it, or the caller."""
    return _done(request, lambda: verbs.own_task(ref, owner=body.owner, by=request.auth.actor))


def task_out(row: Task) -> TaskOut:
    """A task as JSON."""
    return TaskOut(
        ref=row.ref, case=row.case.ref, department=row.department, department_name=shapes.TextOut(**DEPARTMENTS[row.department].both()),
        stage=row.stage, stage_name=shapes.TextOut(**stage_name("task", row.stage).both()), owner=row.owner.name if row.owner else None,
        given_by=row.given_by.name if row.given_by else None, words=row.words.body if row.words else "",
        answer=row.answer.body if row.answer else "", passes=row.passes,
        passed=[TaskPassedOut(from_department=step["from"], to_department=step["to"], at=step["at"]) for step in row.passed],
        given_at=row.made_at, due_at=getattr(row, "due_at", None), answered_at=row.answered_at,
    )  # fmt: skip


def _department(name: str, load: Load, here: list[Seat]) -> DepartmentOut:
    people = [MemberOut(name=seat.user.name, email=seat.user.email, leads=seat.leads) for seat in here if seat.department == name]
    return DepartmentOut(
        department=name, name=shapes.TextOut(**DEPARTMENTS[name].both()), people=people, open=load.open, with_supervisor=load.late
    )


def _seated(request: Asked, run: Callable[[], Seat]) -> HttpResponse:
    def answer() -> DepartmentOut:
        name, by = run().department, request.auth.actor
        return _department(name, load_of(by).get(name, Load(0, 0)), seats(by))

    return done(request, answer)


def _done(request: Asked, run: Callable[[], Task]) -> HttpResponse:
    return done(request, lambda: task_out(task_for(run().ref, request.auth.actor)))
