"""`amends tasks …`: what cases ask of other departments, and who belongs to them. The verbs of the desk.

amends tasks seat lu@example.com --department legal --leads --as boss@example.com
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand

from amends.kernel.refs import clean_ref
from amends.management.bearing import refused, with_person
from amends.management.person import actor_named
from amends.people.rules import Actor
from amends.tasks import verbs
from amends.tasks.departments import end_seat, give_seat, seats
from amends.tasks.models import Task
from amends.tasks.queries import STATES, WHO, Load, load_of, task_for, tasks
from amends.tasks.rules import DEPARTMENTS

ACTS: dict[str, Callable[..., Task]] = {
    "give": verbs.give_task, "answer": verbs.answer_task, "pass": verbs.pass_task, "raise": verbs.raise_task,
    "withdraw": verbs.withdraw_task, "own": verbs.own_task,
}  # fmt: skip
FIELDS: dict[str, tuple[str, ...]] = {
    "give": ("department", "words", "owner"), "answer": ("words",), "pass": ("department", "owner", "why"), "raise": ("why",),
    "withdraw": ("why",), "own": ("owner",),
}  # fmt: skip
NOTHING = Load(0, 0)
HELP = {
    "give": "a case asks something of a department", "answer": "the department's answer goes on the case's file",
    "pass": "another department has it, or another person there", "raise": "a supervisor has it", "withdraw": "it is needed no more",
    "own": "you have it, or whom --owner names",
}  # fmt: skip


class Command(BaseCommand):
    help = "Tasks for other departments: list, give, answer, pass on, raise, withdraw, say who has one; who belongs to a department."

    def add_arguments(self, parser: ArgumentParser) -> None:
        below = parser.add_subparsers(dest="word", metavar="list|departments|seat|unseat|" + "|".join(ACTS), required=True)
        listed = below.add_parser("list", help="tasks, the first due first")
        listed.add_argument("--case", default="", help="AS-…")
        listed.add_argument("--department", default="", choices=["", *DEPARTMENTS])
        listed.add_argument("--who", default="", choices=list(WHO))
        listed.add_argument("--state", default="open", choices=list(STATES))
        for word, names in FIELDS.items():
            each = below.add_parser(word, help=HELP[word])
            each.add_argument("ref", help="AS-…" if word == "give" else "TK-…")
            for name in names:
                each.add_argument(f"--{name}", **_option(name))
        below.add_parser("departments", help="who belongs to each department, who leads it, what it has to answer")
        for word, told in (("seat", "somebody belongs to a department"), ("unseat", "somebody belongs to a department no more")):
            each = below.add_parser(word, help=told)
            each.add_argument("ref", metavar="EMAIL")
            each.add_argument("--department", **_option("department"))
        below.choices["seat"].add_argument("--leads", action="store_true", help="is told when a limit of the department passes")
        for each in below.choices.values():
            with_person(each)

    def handle(self, *args: Any, word: str, **options: Any) -> None:
        by: Actor = refused(lambda: actor_named(options["person"]))
        if word in SEATS:
            self._say(refused(lambda: SEATS[word](options, by)), as_json=options["json"])
            return
        for row in refused(lambda: self._rows(word, options, by)):
            self._say([told_of(row)], as_json=options["json"])

    def _say(self, rows: list[dict[str, Any]], *, as_json: bool) -> None:
        for told in rows:
            print(json.dumps(told, ensure_ascii=False, default=str) if as_json else "  ".join(str(v) for v in told.values()))

    def _rows(self, word: str, options: dict[str, Any], by: Actor) -> list[Task]:
        if word == "list":
            case = (clean_ref(options["case"]) or "-") if options["case"] else ""
            wanted = [options["department"]] if options["department"] else []
            return list(tasks(by, case=case, departments=wanted, who=options["who"], state=options["state"])[:200])
        more = {name: options[name] for name in FIELDS[word]}
        return [task_for(ACTS[word](options["ref"], **more, by=by).ref, by)]


def told_of(row: Task) -> dict[str, Any]:
    """A task as a line of output or an object."""
    return {
        "ref": row.ref, "case": row.case.ref, "department": row.department, "stage": row.stage,
        "owner": row.owner.email if row.owner else None, "passes": row.passes, "due_at": getattr(row, "due_at", None),
        "answered_at": row.answered_at,
    }  # fmt: skip


def _departments(options: dict[str, Any], by: Actor) -> list[dict[str, Any]]:
    loads, here = load_of(by), seats(by)
    return [
        {
            "department": name, "open": loads.get(name, NOTHING).open, "with_supervisor": loads.get(name, NOTHING).late,
            "leaders": [seat.user.email for seat in here if seat.department == name and seat.leads],
            "people": [seat.user.email for seat in here if seat.department == name and not seat.leads],
        }
        for name in DEPARTMENTS
    ]  # fmt: skip


def _seat(options: dict[str, Any], by: Actor) -> list[dict[str, Any]]:
    seat = give_seat(options["ref"], department=options["department"], leads=options["leads"], by=by)
    return [{"person": seat.user.email, "department": seat.department, "leads": seat.leads}]


def _unseat(options: dict[str, Any], by: Actor) -> list[dict[str, Any]]:
    seat = end_seat(options["ref"], department=options["department"], by=by)
    return [{"person": seat.user.email, "department": seat.department, "ended_at": seat.ended_at}]


SEATS: dict[str, Callable[[dict[str, Any], Actor], list[dict[str, Any]]]] = {
    "departments": _departments, "seat": _seat, "unseat": _unseat,
}  # fmt: skip


def _option(name: str) -> dict[str, Any]:
    if name == "department":
        return {"required": True, "choices": list(DEPARTMENTS)}
    return {"required": True} if name == "words" else {"default": ""}
