"""A preview that is really sent, to whoever asks and nobody else.

amends notices send-test AS-… case.refuse consumer --channel mail --as susan@example.com
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from amends.kernel.texts import say
from amends.management.notices.preview import add_row
from amends.management.person import actor_named
from amends.notices.verbs.testing import send_test
from amends.plumbing.console import tell

HELP = "send a preview to yourself"


def add_arguments(parser: ArgumentParser) -> None:
    """What may follow `amends notices send-test`."""
    add_row(parser)


def run(asked: Namespace) -> None:
    """The message is on its way; its reference is printed."""
    by = actor_named(asked.person)
    made = send_test(asked.case, asked.kind, asked.to, language=asked.language, channel=asked.channel, by=by)
    tell(say("{ref} 已安排发给你自己。", "{ref} is on its way to you.", ref=made.ref))
