"""`amends mail receive`: hands over one mail from standard input, as a mail server's pipe does."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from amends.notices.rules.inbound_parts import MOST_BYTES
from amends.notices.verbs.mail_in import take_mail


class Command(BaseCommand):
    help = "Hand over a mail that came in: bounces, automatic replies and answers to notices. Nothing is ever answered."

    def add_arguments(self, parser: ArgumentParser) -> None:
        kinds = parser.add_subparsers(dest="kind", required=True, metavar="WHAT")
        receive = kinds.add_parser("receive", help="read one mail (message/rfc822) and say what was made of it")
        receive.add_argument("file", nargs="?", default="-", help="a file with the mail; standard input where it is left out or -")

    def handle(self, *args: Any, file: str, **options: Any) -> None:
        """Prints one word. Its exit code is 0 whatever the mail says, so that the mail server does not send a bounce about it."""
        if file == "-":
            raw = sys.stdin.buffer.read(MOST_BYTES)
        else:
            with open(file, "rb") as mail:
                raw = mail.read(MOST_BYTES)
        self.stdout.write(take_mail(raw).value)
