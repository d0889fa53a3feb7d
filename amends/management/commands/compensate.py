"""`amends compensate CASE --kind …`: something is given on a case, as the person whom `--as` names; without a kind, what was given."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from amends.approvals.words import sum_words
from amends.cases.queries import case_for
from amends.compensation import supplements
from amends.compensation.giving import Decided, compensate
from amends.compensation.models import Supplement
from amends.compensation.offers import Offer
from amends.compensation.queries import Given, given_on
from amends.compensation.rules import KIND_NAMES, Kind
from amends.kernel.refusals import Refusal
from amends.kernel.texts import say
from amends.management.person import actor_named
from amends.plumbing.console import language

GIVEN = say("已给。", "Given.")
WAITS = say("超过额度，等审批：{ref}", "Beyond the limits; waiting for approval: {ref}")


class Command(BaseCommand):
    help = "Give a consumer compensation on a case, ask them to pay a difference, or list what was given."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("case", help="reference of the case, AS-…")
        parser.add_argument("--as", dest="who", required=True, help="e-mail address of whoever acts")
        parser.add_argument("--kind", choices=[kind.value for kind in Kind], help="what is given; without it, what was given is listed")
        parser.add_argument("--amount", type=int, default=0, help="minor units of the case's currency, or points")
        parser.add_argument("--line", type=int, default=0, help="price_adjustment, extra: the order's line")
        parser.add_argument("--quantity", type=int, default=1, help="price_adjustment: how many pieces of it (1)")
        parser.add_argument("--part", choices=["freight", "packaging"], default="", help="extra: which part")
        parser.add_argument("--min-spend", type=int, default=0, help="voucher: the least order that it counts for, minor units")
        parser.add_argument("--days", type=int, default=0, help="voucher: days of validity (as the money rules say)")
        parser.add_argument("--scope", choices=["merchant", "platform"], default="merchant", help="voucher: where it counts")
        parser.add_argument("--claim", default="", help="claim_sum: name of the sum that the decision opens")
        parser.add_argument("--words", default="", help="for the consumer")
        parser.add_argument("--why", default="", help="for whoever approves it")
        parser.add_argument("--glass", action="store_true", help="it cannot wait: give it now, --why says so, another reviews it")
        parser.add_argument("--key", default="", help="the same key is decided once")
        parser.add_argument("--supplement", type=int, metavar="MINOR", help="ask the consumer to pay so much on top instead")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            by = actor_named(options["who"])
            if options["supplement"] is not None:
                minor, named = options["supplement"], {"key": options["key"], "reason": options["why"]}
                self._asked(supplements.ask(options["case"], amount_minor=minor, by=by, **named), options["json"])
            elif options["kind"]:
                named = {"key": options["key"], "why": options["why"], "break_glass": options["glass"]}
                decided = compensate(options["case"], _offer(options), by=by, **named)
                self._decided(decided, options["json"])
            else:
                self._listed(given_on(case_for(options["case"], by)), options["json"])
        except Refusal as refusal:
            raise CommandError(refusal.text.into(language())) from refusal

    def _decided(self, decided: Decided, as_json: bool) -> None:
        approval = decided.approval.ref if decided.approval else None
        if as_json:
            self.stdout.write(json.dumps({"given": decided.given, "came": decided.came if decided.given else None, "approval": approval}))
        else:
            self.stdout.write((WAITS.filled(ref=approval) if approval else GIVEN).into(language()))

    def _asked(self, came: object, as_json: bool) -> None:
        asked = came if isinstance(came, Supplement) else None
        ref = getattr(came, "ref", "")
        if as_json:
            self.stdout.write(json.dumps({"supplement": ref if asked else None, "approval": None if asked else ref}))
        else:
            self.stdout.write(ref if asked else WAITS.filled(ref=ref).into(language()))

    def _listed(self, rows: list[Given], as_json: bool) -> None:
        for row in rows:
            if as_json:
                self.stdout.write(json.dumps(_plain(row), ensure_ascii=False))
            else:
                state = row.state.into(language())
                kind, sum_ = KIND_NAMES[row.kind].into(language()), sum_words(row.amount_minor, row.unit).into(language())
                self.stdout.write(f"{row.at:%Y-%m-%d}  {kind}  {sum_}  {state}")


def _offer(options: dict[str, Any]) -> Offer:
    return Offer(
        options["kind"], options["amount"], options["words"], options["line"], options["quantity"], options["part"], options["min_spend"],
        options["days"], options["scope"], options["claim"],
    )  # fmt: skip


def _plain(row: Given) -> dict[str, Any]:
    return {
        "kind": row.kind.value, "amount_minor": row.amount_minor, "unit": row.unit, "borne_by": row.borne_by, "at": row.at.isoformat(),
        "voucher": row.voucher.ref if row.voucher else None, "arrived": row.arrived, "worth_minor": row.worth.minor,
    }  # fmt: skip
