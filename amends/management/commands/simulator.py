"""`amends simulator payments`, `… messages`, `… carriers`, `… stock`, `… timestamps`: stand-ins for services outside, until Ctrl-C.

It only finds the places in the data folder, and tells simulated services where to report; the simulators themselves know nothing of Amends.
"""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from amends.plumbing import machine
from amends.plumbing.carriers import hooks as carrier_hooks
from amends.plumbing.database import home
from amends.plumbing.messages import hooks as message_hooks
from amends.plumbing.payments import hooks as payment_hooks
from amends.plumbing.simulators.carriers import __main__ as carriers
from amends.plumbing.simulators.messages import __main__ as messages
from amends.plumbing.simulators.payments import __main__ as payments
from amends.plumbing.simulators.stock import __main__ as stock
from amends.plumbing.simulators.timestamps import __main__ as timestamps


class Command(BaseCommand):
    """The sub-commands are the simulators."""

    help = "Runs a simulator of outside services on 127.0.0.1 until Ctrl-C. It moves no real money and reaches nobody."
    requires_system_checks: list[str] = []  # it needs no database

    def add_arguments(self, parser: CommandParser) -> None:
        """What to simulate, and each simulator's own options."""
        kinds = parser.add_subparsers(dest="kind", required=True, metavar="SIMULATOR")
        payments.arguments(kinds.add_parser("payments", help="the payment gateway; its book is AMENDS_HOME/payments.sqlite"), home=home())
        carrying = kinds.add_parser("messages", help="mail, SMS, WeChat and push; their book is AMENDS_HOME/messages.sqlite")
        messages.arguments(carrying, home=home())
        couriers = kinds.add_parser("carriers", help="couriers by three wires; their book is AMENDS_HOME/carriers.sqlite")
        carriers.arguments(couriers, home=home())
        shop = kinds.add_parser("stock", help="a shop's own stock system; its book is AMENDS_HOME/stock.sqlite")
        stock.arguments(shop, home=home())
        notary = kinds.add_parser("timestamps", help="an RFC 3161 authority; its book is AMENDS_HOME/timestamps.sqlite")
        timestamps.arguments(notary, home=home())

    def handle(self, *args: Any, **options: Any) -> None:
        """Serves; ends with the simulator's own exit code where it could not begin."""
        if options.get("hooks") == "{}":
            hooks = {"messages": message_hooks.hooks, "payments": payment_hooks.hooks, "carriers": carrier_hooks.hooks}[options["kind"]]
            options["hooks"] = json.dumps(hooks(f"http://{machine.bind_address()}:{machine.port()}"))
        programs = {"payments": payments, "messages": messages, "carriers": carriers, "stock": stock, "timestamps": timestamps}
        code = programs[options["kind"]].run(Namespace(**options))
        if code:
            sys.exit(code)
