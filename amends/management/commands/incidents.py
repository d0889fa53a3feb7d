"""`amends incidents …`: one cause, many cases. The verbs of the desk."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand

from amends.incidents import verbs
from amends.incidents.models import Incident
from amends.incidents.queries import Wish, case_rows, incident_for, incidents
from amends.incidents.rules import CAUSES, STATES
from amends.kernel.texts import say
from amends.management.bearing import refused, said, with_person
from amends.management.person import actor_named
from amends.people.rules import Actor

WISH = ("merchant", "product", "batch", "issue", "carrier")
WORDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "open": ("open an incident", ("cause", "title-zh", "title-en", "batch")),
    "show": ("one incident and its cases", ()),
    "hang": ("put a case with it", ("case",)),
    "find": ("put every case with it that is found", (*WISH, "days")),
    "let-off": ("take a case out of it", ("case",)),
    "tell": ("tell the sides what is known", ("words-zh", "words-en")),
    "close": ("close it with its outcome and last words", ("outcome", "words-zh", "words-en")),
}


class Command(BaseCommand):
    help = "Incidents: list, open, show, put cases with one, tell their sides, close."

    def add_arguments(self, parser: ArgumentParser) -> None:
        below = parser.add_subparsers(dest="word", metavar="list|" + "|".join(WORDS), required=True)
        listed = below.add_parser("list", help="incidents, the newest first")
        listed.add_argument("--state", default="", choices=["", *STATES])
        for word, (says, names) in WORDS.items():
            each = below.add_parser(word, help=says)
            if word != "open":
                each.add_argument("ref", help="IC-…")
            for name in names:
                each.add_argument(f"--{name}", **_option(name))
        for each in below.choices.values():
            with_person(each)

    def handle(self, *args: Any, word: str, **options: Any) -> None:
        by: Actor = refused(lambda: actor_named(options["person"]))
        for told in refused(lambda: _run(word, options, by)):
            print(json.dumps(told, ensure_ascii=False, default=str) if options["json"] else "  ".join(str(v) for v in told.values()))


def _option(name: str) -> dict[str, Any]:
    if name == "cause":
        return {"required": True, "choices": list(CAUSES)}
    if name == "days":
        return {"type": int, "default": 30}
    return {"default": ""} if name in WISH else {"required": True}


def _run(word: str, options: Mapping[str, Any], by: Actor) -> list[dict[str, Any]]:
    if word == "list":
        return [_told(row, by, cases=False) for row in incidents(by, state=options["state"])[:200]]
    if word == "open":
        given = {name: options[name] for name in ("cause", "title_zh", "title_en", "batch")}
        return [_told(verbs.open_incident(**given, by=by), by)]
    ref, touched = options["ref"], None
    if word == "hang":
        touched = int(verbs.hang(ref, options["case"], by=by))
    elif word == "find":
        touched = verbs.hang_found(ref, Wish(**{name: options[name] for name in WISH}, days=options["days"]), by=by)[0]
    elif word == "let-off":
        verbs.let_off(ref, options["case"], by=by)
    elif word == "tell":
        touched = verbs.tell(ref, words_zh=options["words_zh"], words_en=options["words_en"], by=by)
    elif word == "close":
        given = {name: options[name] for name in ("outcome", "words_zh", "words_en")}
        touched = verbs.close_incident(ref, **given, by=by)
    told = _told(incident_for(ref, by), by)
    return [told | {"touched": touched} if touched is not None else told]


def _told(row: Incident, by: Actor, *, cases: bool = True) -> dict[str, Any]:
    title = said(say(row.title_zh, row.title_en))
    told = {"ref": row.ref, "state": row.state, "cause": row.cause, "title": title, "opened_at": row.opened_at}
    return told | {"cases": list(case_rows(row, by).values_list("ref", flat=True))} if cases else told
