"""`amends tasks …`: what cases ask of other departments. The verbs of the desk."""

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
from amends.tasks.models import Task
from amends.tasks.queries import STATES, WHO, task_for, tasks
from amends.tasks.rules import DEPARTMENTS

ACTS: dict[str, Callable[..., Task]] = {
    "give": verbs.give_task, "answer": verbs.answer_task, "pass": verbs.pass_task, "raise": verbs.raise_task,
    "withdraw": verbs.withdraw_task, "own": verbs.own_task,
}  # fmt: skip
FIELDS: dict[str, tuple[str, ...]] = {
    "give": ("department", "words", "owner"), "answer": ("words",), "pass": ("department", "owner", "why"), "raise": ("why",),
    "withdraw": ("why",), "own": ("owner",),
}  # fmt: skip
HELP = {
    "give": "a case asks something of a department", "answer": "the department's answer goes on the case's file",
    "pass": "another department has it, or another person there", "raise": "a supervisor has it", "withdraw": "it is needed no more",
    "own": "you have it, or whom --owner names",
}  # fmt: skip


class Command(BaseCommand):
    help = "Tasks for other departments: list, give, answer, pass on, raise, withdraw, say who has one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        below = parser.add_subparsers(dest="word", metavar="list|" + "|".join(ACTS), required=True)
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
        for each in below.choices.values():
            with_person(each)

    def handle(self, *args: Any, word: str, **options: Any) -> None:
        by: Actor = refused(lambda: actor_named(options["person"]))
        for row in refused(lambda: self._rows(word, options, by)):
            told = told_of(row)
            print(json.dumps(told, ensure_ascii=False, default=str) if options["json"] else "  ".join(str(v) for v in told.values()))

    def _rows(self, word: str, options: dict[str, Any], by: Actor) -> list[Task]:
        if word == "list":
            case = (clean_ref(options["case"]) or "-") if options["case"] else ""
            return list(tasks(by, case=case, department=options["department"], who=options["who"], state=options["state"])[:200])
        more = {name: options[name] for name in FIELDS[word]}
        return [task_for(ACTS[word](options["ref"], **more, by=by).ref, by)]


def told_of(row: Task) -> dict[str, Any]:
    """A task as a line of output or an object."""
    return {
        "ref": row.ref, "case": row.case.ref, "department": row.department, "stage": row.stage,
        "owner": row.owner.email if row.owner else None, "passes": row.passes, "due_at": getattr(row, "due_at", None),
        "answered_at": row.answered_at,
    }  # fmt: skip


def _option(name: str) -> dict[str, Any]:
    if name == "department":
        return {"required": True, "choices": list(DEPARTMENTS)}
    return {"required": True} if name == "words" else {"default": ""}
