"""Check a pack before anybody relies on it: a file, a draft by its ref, or, without either, every pack on the shelf.

Each problem has row and column. Exit code 1 where something needs mending; a line with * only says something.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from amends.kernel.refs import is_ref
from amends.kernel.texts import say
from amends.management.person import actor_named
from amends.management.policy._words import plain_draft, print_json, read, tell_problems
from amends.plumbing.console import language, tell
from amends.policy.checking import check
from amends.policy.shelf import shelf
from amends.policy.verbs import check_draft

HELP = "check a pack: a file, a draft, or all that there are"


def add_arguments(parser: ArgumentParser) -> None:
    """What may follow `amends policy check`."""
    parser.add_argument("what", nargs="?", default="", metavar="FILE|PD-…", help="a file or a draft; without it, every pack there is")
    parser.add_argument("--as", dest="person", default="", metavar="EMAIL", help="who checks a draft")
    parser.add_argument("--json", action="store_true", help="print what a program can read")


def run(asked: Namespace) -> None:
    """What is wrong is printed; ends with 1 where something needs mending."""
    if not asked.what:
        good = _all()
    elif is_ref(asked.what.upper(), "PD"):
        good = _draft(asked)
    else:
        good = _file(asked)
    if not good:
        raise SystemExit(1)


def _draft(asked: Namespace) -> bool:
    draft = check_draft(asked.what, by=actor_named(asked.person))
    if asked.json:
        print_json(plain_draft(draft))
    else:
        tell_problems(draft.ref, draft.problems, draft.golden)
    return draft.stage == "checked"


def _file(asked: Namespace) -> bool:
    found = check(read(Path(asked.what)), file=asked.what, new=False)
    if asked.json:
        print_json({"problems": found.problems, "golden": found.golden})
    else:
        tell_problems(asked.what, found.problems, found.golden)
    return found.is_good


def _all() -> bool:
    there = shelf()
    for pack in sorted(there.packs, key=lambda pack: pack.stamp):
        name = pack.cells.name.text.into(language())
        tell(say("{stamp}\t{file}\t{name}", "{stamp}\t{file}\t{name}", stamp=pack.stamp, file=pack.file, name=name))
    for refused in there.refused:
        for problem in refused.problems:
            tell(say("搁置：{what}", "set aside: {what}", what=problem.sentence))
    return not there.refused
