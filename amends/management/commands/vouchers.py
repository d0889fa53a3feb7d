"""`amends vouchers`: what is there, one voucher, redeeming and taking back, a purse, and what time has ended."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from amends.approvals.words import sum_words
from amends.compensation import clockwork, purses
from amends.compensation.giving import give_voucher
from amends.compensation.models import Voucher
from amends.compensation.queries import voucher_for, vouchers_of
from amends.compensation.rules import PURSE_NAMES, STATE_NAMES, Purchase
from amends.compensation.vouchers import Terms, number_of, redeem, revoke
from amends.kernel.money import Money
from amends.kernel.refusals import Refusal
from amends.kernel.texts import Text, say
from amends.management.person import actor_named
from amends.people.rules import Actor
from amends.plumbing.console import language

MOST = 200
WAITS = say("等审批：{ref}", "Waiting for approval: {ref}")


class Command(BaseCommand):
    help = "List, show, give, redeem and take back vouchers; show a purse; end what has run out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["list", "show", "give", "redeem", "revoke", "purse", "expire"], nargs="?", default="list")
        parser.add_argument("ref", nargs="?", default="", help="of the voucher (show, redeem, revoke) or the consumer (give, purse)")
        parser.add_argument("--as", dest="who", default="", help="e-mail address of whoever acts")
        parser.add_argument("--state", choices=["", *STATE_NAMES], default="", help="list: in this state")
        parser.add_argument("--order", default="", help="redeem: the shop's own order number")
        parser.add_argument("--total", type=int, default=0, help="redeem: what the order comes to, minor units")
        parser.add_argument("--currency", default="CNY", help="ISO 4217 (CNY)")
        parser.add_argument("--amount", type=int, default=0, help="give: face value, minor units")
        parser.add_argument("--min-spend", type=int, default=0, help="give: least order, minor units")
        parser.add_argument("--days", type=int, default=0, help="give: days of validity (as the money rules say)")
        parser.add_argument("--reason", default="", help="give, revoke: why, for the consumer")
        parser.add_argument("--why", default="", help="give: why, for whoever approves it")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "expire":
            n = clockwork.tick()
            self._say({"changed": n}, say("处理了 {n} 条。", "{n} rows changed.", n=n), options["json"])
            return
        if not options["who"]:
            raise CommandError(say("请用 --as 说明是谁。", "Say who acts by --as.").into(language()))
        try:
            getattr(self, f"_{options['what']}")(actor_named(options["who"]), options)
        except Refusal as refusal:
            raise CommandError(refusal.text.into(language())) from refusal

    def _list(self, by: Actor, options: dict[str, Any]) -> None:
        for row in vouchers_of(by, state=options["state"])[:MOST]:
            self._one(row, options["json"])

    def _show(self, by: Actor, options: dict[str, Any]) -> None:
        self._one(voucher_for(options["ref"], by), options["json"])

    def _give(self, by: Actor, options: dict[str, Any]) -> None:
        terms = Terms(options["currency"], options["amount"], options["min_spend"], "merchant", options["days"])
        decided = give_voucher(options["ref"], terms, by=by, reason=options["reason"], why=options["why"])
        if decided.approval:
            asked = {"given": False, "approval": decided.approval.ref}
            self._say(asked, WAITS.filled(ref=decided.approval.ref), options["json"])
        else:
            self._one(voucher_for(decided.came, by), options["json"])

    def _redeem(self, by: Actor, options: dict[str, Any]) -> None:
        purchase = Purchase(options["order"], options["total"], options["currency"])
        self._one(voucher_for(redeem(options["ref"], purchase, by=by).ref, by), options["json"])

    def _revoke(self, by: Actor, options: dict[str, Any]) -> None:
        self._one(voucher_for(revoke(options["ref"], reason=options["reason"], by=by).ref, by), options["json"])

    def _purse(self, by: Actor, options: dict[str, Any]) -> None:
        for one in purses.purses_of(purses.holder(options["ref"], by).pk):
            told = {"purse": one.purse, "unit": one.unit, "balance_minor": one.balance_minor}
            held = sum_words(one.balance_minor, one.unit)
            self._say(told, say("{name}  {held}", "{name}  {held}", name=PURSE_NAMES[one.purse], held=held), options["json"])

    def _one(self, row: Voucher, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(_plain(row), ensure_ascii=False))
            return
        sums = Money(row.amount_minor, row.currency).into(language())
        state = STATE_NAMES[row.state].into(language())
        self.stdout.write(f"{row.ref}  {sums}  {state}  {row.valid_until:%Y-%m-%d}  {number_of(row)}".rstrip())

    def _say(self, told: dict[str, Any], words: Text, as_json: bool) -> None:
        self.stdout.write(json.dumps(told) if as_json else words.into(language()))


def _plain(row: Voucher) -> dict[str, Any]:
    return {
        "ref": row.ref, "state": row.state, "currency": row.currency, "amount_minor": row.amount_minor, "scope": row.scope,
        "min_spend_minor": row.min_spend_minor, "valid_until": row.valid_until.isoformat(), "redeemed_minor": row.redeemed_minor,
        "order_number": number_of(row),
    }  # fmt: skip
