"""Sign a checked draft that somebody else wrote: `amends policy sign PD-… --as omar@example.com`."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from amends.management.person import actor_named
from amends.management.policy._words import tell_draft
from amends.policy.verbs import sign_off

HELP = "sign a checked draft of somebody else"


def add_arguments(parser: ArgumentParser) -> None:
    """What may follow `amends policy sign`."""
    parser.add_argument("ref", metavar="PD-…")
    parser.add_argument("--as", dest="person", required=True, metavar="EMAIL", help="who signs")


def run(asked: Namespace) -> None:
    """The draft is signed."""
    tell_draft(sign_off(asked.ref, by=actor_named(asked.person)))
