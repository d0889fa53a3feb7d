"""Publish a signed draft: `amends policy publish PD-… --as olga@example.com`. It comes into force on the day that its text names."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from amends.kernel.texts import say
from amends.management.person import actor_named
from amends.plumbing.console import tell
from amends.policy.verbs import publish

HELP = "publish a signed draft, at least seven days before it comes into force"


def add_arguments(parser: ArgumentParser) -> None:
    """What may follow `amends policy publish`."""
    parser.add_argument("ref", metavar="PD-…")
    parser.add_argument("--as", dest="person", required=True, metavar="EMAIL", help="who publishes")
    parser.add_argument("--major", action="store_true", help="a major change: fifteen days ahead instead of seven")


def run(asked: Namespace) -> None:
    """The text is a version, and its day is said."""
    version = publish(asked.ref, by=actor_named(asked.person), major=asked.major)
    stamp, day = f"{version.pack_id}@{version.version}", version.in_force_from.isoformat()
    tell(
        say(
            "{stamp} 已公布，{day} 生效，此前可以提意见。",
            "{stamp} is published and comes into force on {day}; until then it takes comments.",
            stamp=stamp,
            day=day,
        )
    )
