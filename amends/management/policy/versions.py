"""Every version of every pack of the last three years, with the text that was in force (`--text ID@VERSION` prints it whole)."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from amends.kernel.texts import say
from amends.plumbing.console import language, tell
from amends.policy.rules.packs import load_pack
from amends.policy.rules.stack import SHIPPED

HELP = "versions of packs, and their texts"


def add_arguments(parser: ArgumentParser) -> None:
    """What may follow `amends policy versions`."""


def run(asked: Namespace) -> None:
    """Each version is printed, newest first."""
    for file in sorted(SHIPPED.glob("*/*.toml")):
        pack = load_pack(file)
        name = pack.cells.name.text.into(language())
        tell(say("{stamp}\t{day}\t{name}", "{stamp}\t{day}\t{name}", stamp=pack.stamp, day=pack.cells.in_force_from, name=name))
