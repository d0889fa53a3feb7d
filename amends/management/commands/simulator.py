"""`amends simulator payments`: a stand-in for a service outside, in the foreground, until Ctrl-C.

It only finds the places in the data folder; the simulator itself knows nothing of Amends.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from amends.plumbing.database import home
from amends.plumbing.simulators.payments import __main__ as payments


class Command(BaseCommand):
    """The sub-commands are the simulators."""

    help = "Runs a simulator of an outside service on 127.0.0.1 until Ctrl-C. It moves no real money."
    requires_system_checks: list[str] = []  # it needs no database

    def add_arguments(self, parser: CommandParser) -> None:
        kinds = parser.add_subparsers(dest="kind", required=True, metavar="SIMULATOR")
        payments.arguments(kinds.add_parser("payments", help="the payment gateway; its book is AMENDS_HOME/payments.sqlite"), home=home())

    def handle(self, *args: Any, **options: Any) -> None:
        """Serves; ends with the simulator's own exit code where it could not begin."""
        code = payments.run(Namespace(**options))
        if code:
            sys.exit(code)
