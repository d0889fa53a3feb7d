"""What would be sent about a real case, in one language over one channel. Sends nothing.

amends notices preview AS-… case.refuse consumer --as olga@example.com
amends notices preview AS-… case.refuse consumer --language en --channel sms --as olga@example.com
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace

from amends.kernel.texts import say
from amends.management.person import actor_named
from amends.notices.previewing import LANGUAGES, preview
from amends.notices.rules.words import Audience, Channel
from amends.plumbing.console import language, tell

HELP = "what would be sent about a case (nothing is)"
NOT_SO_FAR = say(
    "（这一单没有走到这一步，时限和金额用它现在的。）", "(This case has not come to this step; its present limits and sums stand in.)"
)


def add_arguments(parser: ArgumentParser) -> None:
    """What may follow `amends notices preview`."""
    add_row(parser)
    parser.add_argument("--json", action="store_true", help="print what a program can read")


def add_row(parser: ArgumentParser) -> None:
    """A row of the table, about a case, in a language, over a channel; `send-test` asks for the same."""
    parser.add_argument("case", metavar="AS-…", help="about which case")
    parser.add_argument("kind", help="the row of the table, such as case.refuse or case.approve.clock")
    parser.add_argument("to", choices=[one.value for one in Audience], help="who is told")
    parser.add_argument("--language", choices=LANGUAGES, default=language(), help="in which language")
    parser.add_argument("--channel", choices=[one.value for one in Channel], default=Channel.MAIL.value, help="over which channel")
    parser.add_argument("--as", dest="person", required=True, metavar="EMAIL", help="who asks")


def run(asked: Namespace) -> None:
    """The words are printed, a text message with its length and parts."""
    found = preview(asked.case, asked.kind, asked.to, language=asked.language, channel=asked.channel, by=actor_named(asked.person))
    if asked.json:
        parts = found.parts._asdict() if found.parts else None
        told = {
            "case": found.case,
            "subject": found.subject,
            "text": found.text,
            "url": found.url,
            "happened": found.happened,
            "parts": parts,
        }
        print(json.dumps(told, ensure_ascii=False))
        return
    tell(found.subject)
    tell("")
    tell(found.text)
    if found.parts:
        tell("")
        tell(say("{n} 个字符，{c} 条短信", "{n} characters, {c} parts", n=found.parts.length, c=found.parts.pieces))
    if not found.happened:
        tell(NOT_SO_FAR)
