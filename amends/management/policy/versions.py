"""Every version of every pack that held within the last three years or will hold, newest first; `--text ID@VERSION` prints one whole."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from amends.kernel.texts import say
from amends.management.policy._words import print_json
from amends.people.rules import PLATFORM
from amends.plumbing.console import tell
from amends.policy import queries_drafts as reads

HELP = "versions of packs, and their texts"


def add_arguments(parser: ArgumentParser) -> None:
    """What may follow `amends policy versions`."""
    parser.add_argument("pack", nargs="?", default="", metavar="ID", help="one pack; without it, all")
    parser.add_argument("--text", default="", metavar="ID@VERSION", help="print this version whole")
    parser.add_argument("--json", action="store_true", help="print what a program can read")


def run(asked: Namespace) -> None:
    """Versions in lines, or one text."""
    if asked.text:
        print(reads.version(asked.text, PLATFORM).text, end="")
        return
    found = reads.versions(PLATFORM, pack_id=asked.pack)
    if asked.json:
        print_json([{**asdict(one), "name": one.name and one.name.both()} for one in found])
        return
    for one in found:
        until = f" - {one.in_force_until}" if one.in_force_until else ""
        back = say("（已撤回）", " (taken back)") if one.was_taken_back else ""
        tell(
            say(
                "{stamp}\t{first}{until}\t{digest}{back}",
                "{stamp}\t{first}{until}\t{digest}{back}",
                stamp=one.stamp,
                first=one.in_force_from,
                until=until,
                digest=one.digest[:12],
                back=back,
            )
        )
