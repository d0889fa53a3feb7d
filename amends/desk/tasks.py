"""Tasks of departments at the desk: my departments', with filters; those of one case and a new one; one task and what may be done.

Who belongs to a department: desk/departments.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from amends.cases.queries import case_for
from amends.cases.words import stage_name
from amends.desk.page import HOME, shown
from amends.faces.case_pages import brief, with_errors
from amends.faces.entering import ActorRequest, face, given
from amends.faces.forms import FacesForm, spoken
from amends.faces.forms import words as label
from amends.faces.told import acted
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.people.models import User
from amends.people.rules import Actor
from amends.tasks import verbs
from amends.tasks.departments import departments_of
from amends.tasks.models import Task
from amends.tasks.queries import STATES, WHO, Load, colleagues, load_of, task_for, tasks
from amends.tasks.rules import DEPARTMENTS

AT, CASES, PER_PAGE, EVERY = f"{HOME}tasks", f"{HOME}cases/", 50, "all"
NOTHING = Load(0, 0)
GIVEN = say("任务已派出。", "The task is given.")
SAID: dict[str, Text] = {
    "answer": say("已答复，写进了售后单。", "Answered; the words are on the case's file."),
    "passing": say("已转交。", "Passed on."),
    "raising": say("已交主管。", "A supervisor has it now."),
    "withdrawal": say("任务已撤回。", "The task is withdrawn."),
    "owner": say("已定由谁办。", "It is settled who has it."),
}
# What is done behind each address, with the fields that its form has.
ACTS: dict[str, tuple[Callable[..., Task], tuple[str, ...]]] = {
    "answer": (verbs.answer_task, ("words",)),
    "passing": (verbs.pass_task, ("department", "owner", "why")),
    "raising": (verbs.raise_task, ("why",)),
    "withdrawal": (verbs.withdraw_task, ("why",)),
    "owner": (verbs.own_task, ("owner",)),
}
KINDS = {"given": "line", "raised": "warn", "answered": "ok", "withdrawn": "", "dropped": ""}


class GiveForm(FacesForm):
    """What a case asks of a department."""

    department = forms.ChoiceField(label=label("部门", "Department"), choices=[(key, spoken(name)) for key, name in DEPARTMENTS.items()])
    owner = forms.ChoiceField(label=label("由谁办", "Who"), required=False)
    words = forms.CharField(label=label("请他们办什么", "What is asked"), widget=forms.Textarea(attrs={"rows": "4"}))

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["owner"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - the class above says so
        field.choices = [("", label("部门里手上最少的人", "Whoever there has least to do")), *((one.email, one.name) for one in people)]


@require_GET
@face("desk")
def listed(request: ActorRequest) -> HttpResponse:
    """My departments' tasks, the first due first, until I choose another department or all; all of them for who belongs to none."""
    asked = {name: request.GET.get(name, "") for name in ("department", "who", "state")}
    mine, department = departments_of(request.actor), asked["department"]
    chosen = (department,) if department in DEPARTMENTS else () if department == EVERY else mine
    state = asked["state"] if asked["state"] in STATES else "open"
    who = asked["who"] if asked["who"] in WHO else ""
    found = tasks(request.actor, departments=chosen, who=who, state=state)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    loads = load_of(request.actor)
    context = {
        "page": page, "rows": [_row(row) for row in page.object_list], "at": AT, "cases": CASES, "nav_here": AT,
        "departments": [(key, name, loads.get(key, NOTHING)) for key, name in DEPARTMENTS.items()],
        "department": department if department in DEPARTMENTS else EVERY if not chosen else "",
        "names": [DEPARTMENTS[name] for name in chosen], "mine": sum(loads.get(name, NOTHING).open for name in mine) if mine else None,
        "all_open": sum(load.open for load in loads.values()), "states": STATES.items(), "state": state, "whos": WHO.items(), "who": who,
    }  # fmt: skip
    return shown(request, "desk/tasks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@face("desk")
def of_case(request: ActorRequest, ref: str) -> HttpResponse:
    """The tasks of one case, and a new one."""
    if request.method != "POST":
        return _of_case(request, ref, GiveForm(people=colleagues()))
    form = GiveForm(request.POST, people=colleagues())
    if not form.is_valid():
        return _of_case(request, ref, form, status=422)
    told = form.cleaned_data
    try:
        return acted(request, lambda: verbs.give_task(ref, **told, by=request.actor), f"{AT}/of/{ref}", GIVEN)
    except Unprocessable as refusal:
        return _of_case(request, ref, with_errors(form, refusal.fields), refusal=refusal, status=422)


@require_GET
@face("desk")
def one(request: ActorRequest, ref: str) -> HttpResponse:
    """One task."""
    return _one(request, ref)


@require_POST
@face("desk")
def act(request: ActorRequest, ref: str, noun: str) -> HttpResponse:
    """What is done with a task: answer, passing, raising, withdrawal, owner."""
    verb, names = ACTS[noun]
    told = {name: given(request, name) for name in names}
    try:
        return acted(request, lambda: verb(ref, **told, by=request.actor), f"{AT}/{ref}", SAID[noun])
    except Unprocessable as refusal:
        return _one(request, ref, noun=noun, refusal=refusal)


def panel(by: Actor, case_ref: str) -> list[dict[str, Any]]:
    """The tasks of one case, the open ones first."""
    return [_row(row) for row in tasks(by, case=case_ref)[:20]]


def _of_case(
    request: ActorRequest, ref: str, form: forms.Form, *, refusal: Unprocessable | None = None, status: int = 200
) -> HttpResponse:  # fmt: skip
    case = case_for(ref, request.actor)
    context = {
        "case": case, "form": form, "rows": [_row(row) for row in tasks(request.actor, case=case.ref)[:100]], "at": AT, "cases": CASES,
        "refusal": brief(refusal), "nav_here": AT, "give_url": f"{AT}/of/{case.ref}", "may_give": not case.is_over,
    }  # fmt: skip
    return shown(request, "desk/tasks_of_case.html", context, status=status)


def _one(request: ActorRequest, ref: str, *, noun: str = "", refusal: Unprocessable | None = None) -> HttpResponse:
    row = task_for(ref, request.actor)
    supervised = not verbs.may_handle(row, request.actor)
    can = set(row.offered(request.actor)) & ({"withdraw_task"} if supervised else set(row.LIFE.all_verbs))
    context = {
        **_row(row), "can": can, "supervised": supervised, "at": f"{AT}/{row.ref}", "cases": CASES, "nav_here": AT, "people": colleagues(),
        "departments": DEPARTMENTS.items(), "left": max(row.case.terms.count("hand_offs") - row.passes, 0),
        "names": DEPARTMENTS, "refusal": brief(refusal), "typed": request.POST if refusal else {}, "noun": noun,
        "passed": [(DEPARTMENTS[step["from"]], DEPARTMENTS[step["to"]], step["at"]) for step in row.passed],
    }  # fmt: skip
    return shown(request, "desk/task.html", context, status=refusal.status if refusal else 200)


def _row(row: Task) -> dict[str, Any]:
    return {
        "row": row, "department": DEPARTMENTS[row.department], "stage": stage_name("task", row.stage), "kind": KINDS[row.stage],
        "due_at": getattr(row, "due_at", None),
    }  # fmt: skip
