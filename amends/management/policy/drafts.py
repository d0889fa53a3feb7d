"""Drafts: list them, read one, keep a file as one, take one back.

amends policy drafts --as olga@example.com
amends policy drafts --as olga@example.com --save cn.toml --name "Ten days to return"
amends policy drafts --as olga@example.com --save cn.toml PD-…
amends policy drafts --as olga@example.com --withdraw PD-…
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from amends.management.person import actor_named
from amends.management.policy._words import plain_draft, print_json, read, tell_draft, tell_problems
from amends.people.rules import Actor
from amends.policy import queries_drafts as reads
from amends.policy.models import Draft
from amends.policy.verbs import save_draft, withdraw_draft

HELP = "list, read, save and withdraw drafts"


def add_arguments(parser: ArgumentParser) -> None:
    """What may follow `amends policy drafts`."""
    parser.add_argument("ref", nargs="?", default="", metavar="PD-…", help="one draft; without it, all")
    parser.add_argument("--as", dest="person", required=True, metavar="EMAIL", help="who asks")
    parser.add_argument("--save", type=Path, metavar="FILE", help="keep this file as the text of the draft, a new one without PD-…")
    parser.add_argument("--name", default="", help="what the draft is called")
    parser.add_argument("--note", default="", help="why it is written")
    parser.add_argument("--withdraw", action="store_true", help="take the draft back")
    parser.add_argument("--text", action="store_true", help="print the text of the draft")
    parser.add_argument("--json", action="store_true", help="print what a program can read")


def run(asked: Namespace) -> None:
    """The drafts, or the one that was asked for, are printed."""
    by = actor_named(asked.person)
    found = _one(asked, by)
    if found is None:
        rows = reads.drafts(by)
        if asked.json:
            print_json([plain_draft(row) for row in rows])
        for row in rows if not asked.json else ():
            tell_draft(row)
    elif asked.text:
        print(found.text, end="")
    elif asked.json:
        print_json(plain_draft(found))
    else:
        tell_draft(found)
        if found.checked_at:
            tell_problems(found.ref, found.problems, found.golden)


def _one(asked: Namespace, by: Actor) -> Draft | None:
    if asked.save:
        return save_draft(by=by, text=read(asked.save), ref=asked.ref, name=asked.name, note=asked.note or None)
    if asked.withdraw:
        return withdraw_draft(asked.ref, by=by)
    return reads.draft(asked.ref, by) if asked.ref else None
