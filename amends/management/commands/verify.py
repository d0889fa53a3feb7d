"""`amends verify`: every invariant over the whole database; exits with 1 and the offenders listed where one is broken."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from amends.insight.verify import verify
from amends.kernel.findings import words_of
from amends.kernel.texts import say
from amends.management.bearing import said
from amends.plumbing.console import language
from amends.plumbing.payments.choosing import gateway
from amends.plumbing.payments.port import GatewayUnreachable
from amends.refunds.queries import against_gateway

GATEWAY_SAYS = say("支付渠道自己的账与我们的一致", "the gateway's own book says what ours says")
COMPARE = say(
    "用 `amends reconcile` 对账，找出差在哪一笔；不要手工再付。",
    "Find the payment that differs with `amends reconcile`; pay nothing by hand.",
)


class Command(BaseCommand):
    help = "Check every invariant: ledger balances, refunds within captured sums, timeline hashes, open cases and their clocks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")
        parser.add_argument("--gateway", action="store_true", help="also compare our refunds with the payment gateway's own book")

    def handle(self, *args: Any, **options: Any) -> None:
        found = {check.name: (check.promise, check.mend, list(offenders)) for check, offenders in verify()}
        if options["gateway"]:
            found["gateway"] = (GATEWAY_SAYS, COMPARE, self._gateway())
        if options["json"]:
            print(json.dumps({name: offenders for name, (_, _, offenders) in found.items()}, ensure_ascii=False))
        else:
            for promise, mend, offenders in found.values():
                self.stdout.write(f"{'ok ' if not offenders else 'NO '} {said(promise)}")
                for offender in offenders:
                    self.stdout.write(f"     {words_of(offender, language())}")
                if offenders:
                    self.stdout.write(f"     → {said(mend)}")
        if any(offenders for _, _, offenders in found.values()):
            sys.exit(1)

    def _gateway(self) -> list[str]:
        try:
            return against_gateway(list(gateway().statement()))
        except GatewayUnreachable as unreachable:
            return [str(unreachable)]
