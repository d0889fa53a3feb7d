"""`amends verify`: every invariant over the whole database; exits with 1 and the offenders listed where one is broken."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from amends.insight.verify import verify
from amends.plumbing.payments.choosing import gateway
from amends.plumbing.payments.port import GatewayUnreachable
from amends.refunds.queries import against_gateway


class Command(BaseCommand):
    help = "Check every invariant: ledger balances, refunds within captured sums, timeline hashes, open cases and their clocks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")
        parser.add_argument("--gateway", action="store_true", help="also compare our refunds with the payment gateway's own book")

    def handle(self, *args: Any, **options: Any) -> None:
        found = {check.name: (check.promise, offenders) for check, offenders in verify()}
        if options["gateway"]:
            found["gateway"] = ("the gateway's own book says what ours says", self._gateway())
        if options["json"]:
            print(json.dumps({name: offenders for name, (_, offenders) in found.items()}, ensure_ascii=False))
        else:
            for promise, offenders in found.values():
                self.stdout.write(f"{'ok ' if not offenders else 'NO '} {promise}")
                for offender in offenders:
                    self.stdout.write(f"     {offender}")
        if any(offenders for _, offenders in found.values()):
            sys.exit(1)

    def _gateway(self) -> list[str]:
        try:
            return against_gateway(list(gateway().statement()))
        except GatewayUnreachable as unreachable:
            return [str(unreachable)]
