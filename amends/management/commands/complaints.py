"""`amends complaints …`: what authorities ask about cases. The verbs of the desk."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand

from amends.complaints import files, verbs
from amends.complaints.models import Complaint
from amends.complaints.queries import STATES, complaint_for, complaints
from amends.kernel.refs import clean_ref
from amends.management.bearing import refused, with_person
from amends.management.person import actor_named
from amends.people.rules import Actor

ACTS: dict[str, Callable[..., Complaint]] = {
    "add": verbs.file_complaint, "answer": verbs.answer_complaint, "raise": verbs.raise_complaint, "ask-again": verbs.ask_again,
    "settle": verbs.settle_complaint, "refuse": verbs.refuse_complaint, "end": verbs.end_mediation, "own": verbs.own_complaint,
    "accepted": verbs.note_acceptance, "testing": verbs.note_testing,
}  # fmt: skip
INSTANTS = ("received_at", "accepted_at", "answer_by", "began_at")
FIELDS: dict[str, tuple[str, ...]] = {
    "add": ("authority", "number", "words", "owner", "received_at", "accepted_at", "answer_by"),
    "answer": ("words", "accepted_at"), "raise": ("why",),
    "ask-again": ("words", "answer_by", "accepted_at"), "settle": ("words",), "refuse": ("words",), "end": ("words",), "own": ("owner",),
    "accepted": ("accepted_at",), "testing": ("began_at", "days"),
}  # fmt: skip
HELP = {
    "add": "put one on a case's file", "answer": "we have answered", "raise": "a supervisor has it",
    "ask-again": "the authority asks again", "settle": "the mediation ended in agreement", "refuse": "the authority did not take it on",
    "end": "the mediation ended without agreement", "own": "you answer it, or whom --owner names",
    "accepted": "when the authority took it on", "testing": "days that mediation does not count, because goods are tested",
}  # fmt: skip
MUST = ("authority", "number", "words")
MUST_ALL = ("accepted", "testing")


class Command(BaseCommand):
    help = "Complaints of authorities (12315 and the like): list, put on file, answer, raise, ask again, end, say who answers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        below = parser.add_subparsers(dest="word", metavar="list|file|" + "|".join(ACTS), required=True)
        listed = below.add_parser("list", help="complaints, the first due first")
        listed.add_argument("--case", default="", help="AS-…")
        listed.add_argument("--state", default="open", choices=list(STATES))
        listed.add_argument("--find", default="", help="a part of the number or of the authority's name")
        for word, names in FIELDS.items():
            each = below.add_parser(word, help=HELP[word])
            each.add_argument("ref", help="AS-…" if word == "add" else "CM-…")
            for name in names:
                each.add_argument(f"--{name.replace('_', '-')}", **_option(name, must=word in MUST_ALL))
        below.add_parser("file", help="the case as a ZIP for this authority; `amends proof` fetches it").add_argument("ref", help="CM-…")
        for each in below.choices.values():
            with_person(each)

    def handle(self, *args: Any, word: str, **options: Any) -> None:
        by: Actor = refused(lambda: actor_named(options["person"]))
        if word == "file":
            made = refused(lambda: files.file_for_authority(options["ref"], by))
            print(json.dumps({"file": made.ref, "sha256": made.digest, "size": made.size}) if options["json"] else made.ref)
            return
        for row in refused(lambda: self._rows(word, options, by)):
            told = told_of(row)
            print(json.dumps(told, ensure_ascii=False, default=str) if options["json"] else "  ".join(str(v) for v in told.values()))

    def _rows(self, word: str, options: dict[str, Any], by: Actor) -> list[Complaint]:
        if word == "list":
            case = (clean_ref(options["case"]) or "-") if options["case"] else ""
            return list(complaints(by, case=case, state=options["state"], find=options["find"])[:200])
        more = {name: options[name] for name in FIELDS[word]}
        return [complaint_for(ACTS[word](options["ref"], **more, by=by).ref, by)]


def told_of(row: Complaint) -> dict[str, Any]:
    """A complaint as a line of output or an object."""
    return {
        "ref": row.ref, "case": row.case.ref, "authority": row.authority, "number": row.number, "stage": row.stage,
        "owner": row.owner.email if row.owner else None, "received_at": row.received_at, "accepted_at": row.accepted_at,
        "answer_by": row.answer_by, "testing_days": row.paused_days, "due_at": getattr(row, "due_at", None),
    }  # fmt: skip


def _option(name: str, *, must: bool) -> dict[str, Any]:
    if name in INSTANTS:
        return {"type": datetime.fromisoformat, "default": None, "required": must, "help": "2026-03-09T10:00:00+08:00"}
    if name == "days":
        return {"type": int, "required": True, "help": "all of them so far, expected ones too"}
    return {"required": True} if name in MUST else {"default": ""}
