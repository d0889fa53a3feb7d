"""Who belongs to a department at the desk: everybody reads it, supervisors and administrators state it."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_POST

from amends.desk.page import HOME, shown
from amends.faces.entering import ActorRequest, face, given
from amends.faces.told import acted
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.tasks.departments import end_seat, give_seat, may_keep, seats
from amends.tasks.queries import Load, colleagues, load_of
from amends.tasks.rules import DEPARTMENTS

AT = f"{HOME}departments"
SEATED = say("已登记。", "On record.")
ENDED = say("已登记，他在这个部门的任务会转给别人。", "On record; what they had of the department goes to others.")


@require_GET
@face("desk")
def listed(request: ActorRequest) -> HttpResponse:
    """Each department, its people, its leaders, and what it has to answer."""
    return _listed(request)


@require_POST
@face("desk")
def seating(request: ActorRequest) -> HttpResponse:
    """Somebody belongs to a department from now on, or leads it."""
    told = {name: given(request, name) for name in ("person", "department")}
    leads = given(request, "leads") == "on"
    try:
        return acted(
            request, lambda: give_seat(told["person"], department=told["department"], leads=leads, by=request.actor), AT, SEATED
        )  # fmt: skip
    except Unprocessable as refusal:
        return _listed(request, refusal)


@require_POST
@face("desk")
def ending(request: ActorRequest) -> HttpResponse:
    """Somebody belongs to a department no more."""
    told = {name: given(request, name) for name in ("person", "department")}
    try:
        return acted(request, lambda: end_seat(told["person"], department=told["department"], by=request.actor), AT, ENDED)
    except Unprocessable as refusal:
        return _listed(request, refusal)


def _listed(request: ActorRequest, refusal: Unprocessable | None = None) -> HttpResponse:
    here, loads = seats(request.actor), load_of(request.actor)
    rows = [(key, name, [one for one in here if one.department == key], loads.get(key, Load(0, 0))) for key, name in DEPARTMENTS.items()]
    context = {
        "rows": rows, "may": may_keep(request.actor), "people": colleagues(), "departments": DEPARTMENTS.items(), "at": AT,
        "tasks_at": f"{HOME}tasks", "nav_here": f"{HOME}tasks", "refusal": refusal, "wrong": refusal.fields if refusal else {},
        "typed": request.POST if refusal else {},
    }  # fmt: skip
    return shown(request, "desk/departments.html", context, status=refusal.status if refusal else 200)
