"""The log of messages over all channels, one with everything that happened to it, or all of one case; sent again where that is asked.

amends notices messages --as ada@example.com
amends notices messages --find AS-… --state missed --as ada@example.com
amends notices messages MG-… --as ada@example.com
amends notices messages MG-… --again --as ada@example.com
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from typing import Any

from amends.kernel.texts import Text
from amends.management.person import actor_named
from amends.notices.queries_messages import MessageView, log, message
from amends.notices.rules.words import Channel
from amends.notices.verbs.sending import resend
from amends.plumbing.console import language, tell

HELP = "what was sent to whom, and how far it came"


def add_arguments(parser: ArgumentParser) -> None:
    """What may follow `amends notices messages`."""
    parser.add_argument("ref", nargs="?", default="", metavar="MG-…", help="one message; without it, the newest")
    parser.add_argument("--as", dest="person", required=True, metavar="EMAIL", help="who asks")
    parser.add_argument("--find", default="", metavar="WORDS", help="a number (AS-, MG-, AN-), or part of an address or subject")
    parser.add_argument("--state", default="", help="a state, `open` or `missed`")
    parser.add_argument("--channel", default="", choices=["", *(one.value for one in Channel)], help="over one channel only")
    parser.add_argument("--again", action="store_true", help="send this message once more")
    parser.add_argument("--json", action="store_true", help="print what a program can read")


def run(asked: Namespace) -> None:
    """The messages are printed, newest first, or the one that was asked for with its log."""
    by = actor_named(asked.person)
    if asked.ref:
        ref = resend(asked.ref, by).ref if asked.again else asked.ref
        _one(message(ref, by), as_json=asked.json)
        return
    found = log(by, filters={"q": asked.find, "state": asked.state, "channel": asked.channel})
    if asked.json:
        print(json.dumps([asdict(one) for one in found.rows], ensure_ascii=False, default=_plain))
        return
    for one in found.rows:
        words = (f"{one.made_at:%F %H:%M}", one.ref, one.channel, one.state_name.into(language()), one.address, one.subject or one.kind)
        tell("\t".join(words))


def _one(found: MessageView, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(asdict(found), ensure_ascii=False, default=_plain))
        return
    tell(f"{found.ref}\t{found.channel_name.into(language())}\t{found.state_name.into(language())}\t{found.address}")
    for line in found.log:
        tell(f"{line.at:%F %H:%M:%S}\t{line.words.into(language())}")
    tell("")
    tell(found.subject)
    tell(found.body)


def _plain(value: Any) -> Any:
    if isinstance(value, Text):
        return value.both()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
