"""`amends cases …`: the case as a whole. The verbs of desk, console and portal."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from amends.cases.duplicates import ACTIONS, decide_hint, hints
from amends.cases.linking import BY_HAND, link_cases, linked_to, unlink_cases
from amends.cases.models import Case, Extension
from amends.cases.queries import case_for
from amends.cases.verbs.extending import ask_extension, consent, decline_extension, retract_extension
from amends.cases.verbs.merging import merge, unmerge
from amends.cases.verbs.reopening import reopen
from amends.cases.verbs.splitting import Part, split_off
from amends.management.bearing import refused, said, with_person
from amends.management.person import actor_named
from amends.people.rules import Actor

Told = Mapping[str, Any]
WORDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "links": ("what a case belongs with", ()),
    "hints": ("which cases may be the same matter", ()),
    "decide": ("decide a hint", ("other", "action")),
    "link": ("link two cases", ("other", "kind", "why")),
    "unlink": ("end a link", ("other", "kind")),
    "reopen": ("take a closed case up again as a new one", ("words", "remedy")),
    "split": ("let a part go on by itself; --part LINE:PIECES, as often as needed", ("part", "words")),
    "merge": ("merge a case into another of its order", ("into", "words")),
    "unmerge": ("undo a merger, once and within its time", ()),
    "ask-time": ("ask for more time under a running limit", ("limit", "hours", "words")),
    "agree-time": ("agree to more time (EX-…)", ()),
    "refuse-time": ("do not agree to more time (EX-…)", ()),
    "retract-time": ("take a request for more time back (EX-…)", ()),
}
NEEDED = frozenset({"other", "into", "limit", "hours", "part", "action"})


class Command(BaseCommand):
    help = "The case as a whole: links, hints, more time, taking up again, splitting and merging."

    def add_arguments(self, parser: ArgumentParser) -> None:
        below = parser.add_subparsers(dest="word", metavar="|".join(WORDS), required=True)
        for word, (says, names) in WORDS.items():
            each = below.add_parser(word, help=says)
            each.add_argument("ref", help="EX-…" if word.endswith("-time") and word != "ask-time" else "AS-…")
            for name in names:
                each.add_argument(f"--{name}", **_option(name, word))
            with_person(each)

    def handle(self, *args: Any, word: str, **options: Any) -> None:
        by: Actor = refused(lambda: actor_named(options["person"]))
        for told in refused(lambda: RUNS[word](options, by)):
            print(json.dumps(told, ensure_ascii=False, default=str) if options["json"] else "  ".join(str(v) for v in told.values()))


def _option(name: str, word: str) -> dict[str, Any]:
    if name == "part":
        return {"required": True, "action": "append", "metavar": "LINE:PIECES"}
    if name == "hours":
        return {"required": True, "type": int}
    if name == "kind":
        return {"default": "related", "choices": list(BY_HAND)}
    if name == "action":
        return {"required": True, "choices": list(ACTIONS)}
    needed = name in NEEDED or (name == "words" and word != "merge")
    return {"required": True} if needed else {"default": ""}


def _case(case: Case) -> Told:
    return {"ref": case.ref, "stage": case.stage, "units": case.units_count, "claimed_minor": case.claimed_minor, "currency": case.currency}


def _more(row: Extension) -> Told:
    names = ("ref", "limit", "hours", "stage", "was_due_at", "until_at")
    return {name: getattr(row, name) for name in names}


def _links(options: Mapping[str, Any], by: Actor) -> list[Told]:
    rows = linked_to(case_for(options["ref"], by), by)
    return [{"ref": one.ref, "kind": one.kind, "made_at": one.made_at, "ended_at": one.ended_at} for one in rows]


def _hints(options: Mapping[str, Any], by: Actor) -> list[Told]:
    rows = hints(case_for(options["ref"], by), by)
    return [{"ref": one.ref, "score_bps": one.score_bps, "reasons": [said(why) for why in one.reasons]} for one in rows]


def _decide(options: Mapping[str, Any], by: Actor) -> list[Told]:
    state = decide_hint(options["ref"], options["other"], options["action"], by=by)
    return [{"ref": options["ref"], "other": options["other"], "state": state}]


def _link(options: Mapping[str, Any], by: Actor) -> list[Told]:
    link_cases(options["ref"], options["other"], kind=options["kind"], why=options["why"], by=by)
    return _links(options, by)


def _unlink(options: Mapping[str, Any], by: Actor) -> list[Told]:
    unlink_cases(options["ref"], options["other"], kind=options["kind"], by=by)
    return _links(options, by)


def _split(options: Mapping[str, Any], by: Actor) -> list[Told]:
    return [_case(split_off(options["ref"], parts=[part(given) for given in options["part"]], words=options["words"], by=by))]


def part(given: str) -> Part:
    """`2:1` as one piece of line 2. Raises CommandError."""
    line, _, pieces = given.partition(":")
    if not (line.isdigit() and pieces.isdigit()):
        raise CommandError(f"写成 行号:件数，例如 2:1 / Write LINE:PIECES, for example 2:1, not {given}.")
    return Part(int(line), int(pieces))


RUNS: dict[str, Callable[[Mapping[str, Any], Actor], list[Told]]] = {
    "links": _links,
    "hints": _hints,
    "decide": _decide,
    "link": _link,
    "unlink": _unlink,
    "reopen": lambda o, by: [_case(reopen(o["ref"], words=o["words"], remedy=o["remedy"], by=by))],
    "split": _split,
    "merge": lambda o, by: [_case(merge(o["ref"], into=o["into"], words=o["words"], by=by))],
    "unmerge": lambda o, by: [_case(unmerge(o["ref"], by=by))],
    "ask-time": lambda o, by: [_more(ask_extension(o["ref"], limit=o["limit"], hours=o["hours"], words=o["words"], by=by))],
    "agree-time": lambda o, by: [_more(consent(o["ref"], by=by))],
    "refuse-time": lambda o, by: [_more(decline_extension(o["ref"], by=by))],
    "retract-time": lambda o, by: [_more(retract_extension(o["ref"], by=by))],
}
