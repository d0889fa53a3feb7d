"""`amends deposit …`: merchants' deposits: shown, topped up, held, freed, deducted after notice, paid out; and insured orders."""

from __future__ import annotations

import csv
import json
from argparse import ArgumentParser, FileType
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from amends.liability.clockwork import deduct_all
from amends.liability.hands import seen_merchant
from amends.liability.models import DepositMove
from amends.liability.queries import deposits as reads
from amends.liability.rules import OFFERED
from amends.liability.verbs import deductions, deposits, holds
from amends.liability.verbs.insuring import insure_all
from amends.management.bearing import refused, said, told, with_person, written
from amends.management.person import actor_named
from amends.people.rules import PLATFORM, Actor

KINDS = {"hold": "hold", "deduct": "deduct", "pay-out": "pay_out"}
ANSWERS: dict[str, Callable[..., Any]] = {
    "release": holds.release, "contest": deductions.contest, "uphold": deductions.uphold, "withdraw": deductions.withdraw,
}  # fmt: skip


class Command(BaseCommand):
    help = "Merchants' deposits: show, top up, hold, release, deduct after notice, contest, pay out; insure orders from a CSV."

    def add_arguments(self, parser: ArgumentParser) -> None:
        below = parser.add_subparsers(dest="word", metavar="list|show|top-up|hold|deduct|pay-out|release|contest|…", required=True)
        listed = below.add_parser("list", help="every merchant's deposit")
        listed.add_argument("--low", action="store_true", help="those below their warning")
        listed.add_argument("--json", action="store_true", help="a line of JSON for each")
        show = below.add_parser("show", help="one deposit with its moves")
        show.add_argument("merchant", help="ME-…")
        show.add_argument("--json", action="store_true", help="JSON")
        top = below.add_parser("top-up", help="money came by bank; the same reference counts once")
        top.add_argument("merchant", help="ME-…")
        top.add_argument("--minor", type=int, required=True)
        top.add_argument("--reference", required=True, help="the bank's")
        with_person(top)
        for word, kind in KINDS.items():
            made = below.add_parser(word, help=f"{word} a part of a deposit")
            made.add_argument("merchant", help="ME-…")
            made.add_argument("--minor", type=int, required=True)
            made.add_argument("--reason", required=True, choices=OFFERED[kind])
            made.add_argument("--why", required=True)
            if word == "deduct":
                made.add_argument("--case", default="", help="AS-…, whose timeline tells the merchant")
                made.add_argument("--hold", default="", help="DM-…, a hold that is freed for it first")
            with_person(made)
        for word in ANSWERS:
            answer = below.add_parser(word, help=f"{word} a move of a deposit")
            answer.add_argument("ref", help="DM-…")
            answer.add_argument("--why", required=True)
            with_person(answer)
        terms = below.add_parser("terms", help="how much a merchant has to keep")
        terms.add_argument("merchant", help="ME-…")
        terms.add_argument("--required", type=int, required=True, help="in minor units")
        terms.add_argument("--warn", type=int, required=True, help="in minor units")
        with_person(terms)
        due = below.add_parser("due", help="do the deductions whose notice has run, as the clock does")
        due.add_argument("--json", action="store_true", help="JSON")
        insured = below.add_parser("insure", help="insure the way back of orders: a CSV of order, insurer, zone, paid_by, premium_minor")
        insured.add_argument("file", type=FileType("r", encoding="utf-8-sig"))
        with_person(insured)

    def handle(self, *args: Any, word: str, **options: Any) -> None:
        if word == "due":
            done = deduct_all()
            print(json.dumps({"done": done}) if options["json"] else done)
        elif word == "list":
            self._list(options)
        elif word == "show":
            self._show(options["merchant"], as_json=options["json"])
        else:
            by = refused(lambda: actor_named(options["person"]))
            if word == "insure":
                self._insure(options, by)
            else:
                self._make(word, options, by)

    def _make(self, word: str, options: dict[str, Any], by: Actor) -> None:
        found = refused(lambda: _made(word, options, by))
        if isinstance(found, DepositMove) or word != "terms":
            told(found, _line, _plain, as_json=options["json"])
        else:
            self._show(options["merchant"], as_json=options["json"])

    def _list(self, options: dict[str, Any]) -> None:
        for row in reads.deposits(low=options["low"], most=100_000).rows:
            plain = {"merchant": row.merchant.ref, "currency": row.currency, "free_minor": row.free, "held_minor": row.held,
                     "owed_minor": row.owes, "required_minor": row.required, "low": row.is_low}  # fmt: skip
            if options["json"]:
                print(json.dumps(plain))
            else:
                print(
                    row.merchant.ref, written(row.free, row.currency), written(row.held, row.currency), "!" if row.is_low else "", sep="  "
                )

    def _show(self, ref: str, *, as_json: bool) -> None:
        view = refused(lambda: reads.deposit(seen_merchant(ref, PLATFORM), PLATFORM))
        if as_json:
            plain = {
                "merchant": view.merchant.ref,
                "currency": view.currency,
                "free_minor": view.kept.free,
                "held_minor": view.kept.held,
                "owed_minor": view.kept.owes,
                "required_minor": view.required,
                "warn_minor": view.warn,
                "low": view.is_low,
                "moves": [_plain(row.move) for row in view.moves],
            }
            print(json.dumps(plain, ensure_ascii=False))
            return
        print(view.merchant.ref, written(view.kept.free, view.currency), written(view.kept.held, view.currency), sep="  ")
        for row in view.moves:
            print(f"  {_line(row.move)}  {said(row.kind)}  {said(row.state)}")

    def _insure(self, options: dict[str, Any], by: Actor) -> None:
        rows = [dict(row) for row in csv.DictReader(options["file"])]
        try:
            named = [row | {"premium_minor": int(row["premium_minor"]) if row.get("premium_minor") else None} for row in rows]
            done, wrong = insure_all(named, by=by)
        except (KeyError, ValueError) as broken:
            raise CommandError(f"{options['file'].name}: {broken}") from broken
        lines = [{"row": number, "why": said(refusal.text)} for number, refusal in wrong]
        if options["json"]:
            print(json.dumps({"insured": done, "refused": lines}, ensure_ascii=False))
        else:
            print(done, *(f"{line['row']}: {line['why']}" for line in lines), sep="\n")
        if wrong:
            raise SystemExit(1)


def _made(word: str, options: dict[str, Any], by: Actor) -> Any:
    if word == "top-up":
        return deposits.top_up(options["merchant"], amount_minor=options["minor"], provider_ref=options["reference"], by=by)
    if word == "terms":
        return deposits.set_terms(options["merchant"], required_minor=options["required"], warn_minor=options["warn"], by=by)
    if word in ANSWERS:
        return ANSWERS[word](options["ref"], why=options["why"], by=by)
    about = {"amount_minor": options["minor"], "reason": options["reason"], "why": options["why"], "by": by}
    if word == "deduct":
        return deductions.announce(options["merchant"], case_ref=options["case"], hold_ref=options["hold"], **about)
    if word == "hold":
        return holds.hold(options["merchant"], **about)
    return deposits.pay_out(options["merchant"], **about)


def _line(move: DepositMove) -> str:
    return f"{move.ref}  {written(move.amount_minor, move.currency)}"


def _plain(move: DepositMove) -> dict[str, Any]:
    return {
        "ref": move.ref, "kind": move.kind, "amount_minor": move.amount_minor, "currency": move.currency, "reason": move.reason,
        "state": move.state, "taken_minor": move.taken_minor, "notice_until": move.notice_until and move.notice_until.isoformat(),
    }  # fmt: skip
