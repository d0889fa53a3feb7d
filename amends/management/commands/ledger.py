"""`amends ledger`: the trial balance, the T-accounts of a case or order, and whether the books are sound.

    amends ledger balances [--merchant ME-…]
    amends ledger case AS-… | order OR-…
    amends ledger verify

`verify` exits with 1 where something is wrong. Each prints JSON with --json; sums are minor units, debit positive.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from amends.kernel.refs import clean_ref
from amends.kernel.refusals import Refusal
from amends.kernel.texts import Text, say
from amends.ledger.checks import CHECKS
from amends.ledger.queries import TAccount, about_ref, t_accounts, trial_balance
from amends.ledger.words import party_name, sum_words
from amends.market.models import Merchant
from amends.people.rules import PLATFORM
from amends.plumbing.console import language

ABSENT = say("没有这个商家。", "There is no such merchant.")


class Command(BaseCommand):
    help = "Print the trial balance, draw the T-accounts of a case or order, or check the whole ledger."

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_subparsers(dest="which", required=True)
        held = which.add_parser("balances", help="every account with both its sides")
        held.add_argument("--merchant", default="", help="ref of one merchant")
        for name in ("case", "order"):
            drawn = which.add_parser(name, help=f"the T-accounts of a {name}")
            drawn.add_argument("ref")
        checked = which.add_parser("verify", help="every promise of the books, over the whole ledger")
        for one in (held, checked, *(which.choices[name] for name in ("case", "order"))):
            one.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, which: str, **options: Any) -> None:
        as_json = options["json"]
        try:
            if which == "balances":
                self._balances(options["merchant"], as_json=as_json)
            elif which == "verify":
                self._verify(as_json=as_json)
            else:
                self._accounts(options["ref"], as_json=as_json)
        except Refusal as refusal:
            raise CommandError(refusal.text.into(language())) from refusal

    def _balances(self, merchant: str, *, as_json: bool) -> None:
        chosen = Merchant.objects.filter(ref=clean_ref(merchant) or "").first()
        if merchant and chosen is None:
            raise CommandError(ABSENT.into(language()))
        rows = trial_balance(chosen.pk if chosen else None)
        if as_json:
            print(json.dumps([
                {"party": r.party, "account": r.name, "unit": r.unit, "holders": r.holders, "debits_minor": r.debits,
                 "credits_minor": r.credits, "balance_minor": r.minor} for r in rows
            ]))  # fmt: skip
            return
        table = _table(say("账户", "account"), say("借方", "debits"), say("贷方", "credits"), say("余额", "balance"))
        for r in rows:
            name = f"{party_name(r.party).into(language())}: {r.title.into(language())}"
            table.add_row(name, *(sum_words(minor, r.unit).into(language()) for minor in (r.debits, r.credits, r.minor)))
        Console().print(table)

    def _accounts(self, ref: str, *, as_json: bool) -> None:
        accounts = t_accounts(about_ref(ref, PLATFORM))
        if as_json:
            print(json.dumps([_record(one) for one in accounts], ensure_ascii=False))
            return
        for one in accounts:
            table = _table(one.title, say("借", "debit"), say("贷", "credit"))
            for line in one.lines:
                sums = [sum_words(side, one.unit).into(language()) if side else "" for side in (line.debit, line.credit)]
                table.add_row(f"{line.at:%F %H:%M} {line.words.into(language())}", *sums)
            table.add_row("", *(sum_words(side, one.unit).into(language()) for side in (one.debits, one.credits)), style="bold")
            Console().print(table)

    def _verify(self, *, as_json: bool) -> None:
        found = {promise: asked() for promise, asked in CHECKS}
        if as_json:
            print(json.dumps(found, ensure_ascii=False))
        else:
            for promise, offenders in found.items():
                self.stdout.write(f"{'NO ' if offenders else 'ok '} {promise}")
                for offender in offenders:
                    self.stdout.write(f"     {offender}")
        if any(found.values()):
            sys.exit(1)


def _table(*heads: Text) -> Table:
    table = Table(show_lines=False)
    for place, head in enumerate(heads):
        table.add_column(head.into(language()), justify="right" if place else "left")
    return table


def _record(one: TAccount) -> dict[str, Any]:
    return {
        "party": one.party, "account": one.name, "unit": one.unit, "balance_minor": one.minor,
        "lines": [
            {"what": line.what, "key": line.key, "cause": line.cause, "at": line.at.isoformat(), "amount_minor": line.minor,
             "case": line.case_ref}
            for line in one.lines
        ],
    }  # fmt: skip
