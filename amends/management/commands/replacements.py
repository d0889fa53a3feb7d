"""`amends replacements …`: pieces that go out again, listed and moved from the terminal. The verbs of the pages."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand

from amends.cases.queries import case_for
from amends.faces.out_again import piece_view, pieces_of
from amends.management.bearing import refused, said, with_person
from amends.management.person import actor_named
from amends.people.rules import Actor
from amends.replacements import ahead, verbs
from amends.replacements.debts import settle_debt
from amends.replacements.models import Advance, Replacement
from amends.replacements.queries import waiting

ACTS: dict[str, Callable[..., Replacement]] = {
    "fall-back": verbs.fall_back, "confirm": verbs.confirm,
}  # fmt: skip
AHEAD: dict[str, Callable[..., Advance]] = {
    "decline": ahead.decline_advance, "keep-both": ahead.keep_both, "settle-debt": settle_debt,
}  # fmt: skip
REPORTS = ("deliver", "resume_travel", "declare_lost")
LABEL = ("carrier", "waybill", "serial", "sent_to", "part")


class Command(BaseCommand):
    help = "Pieces that go out again by exchange or resend: list, reserve, run out, ship, choose, confirm; and what leaves ahead."

    def add_arguments(self, parser: ArgumentParser) -> None:
        below = parser.add_subparsers(dest="word", metavar="list|reserve|run-out|address|ship|choose|fall-back|confirm|…", required=True)
        listed = below.add_parser("list", help="what waits to be kept or shipped; with --case, all pieces of a case")
        listed.add_argument("--case", default="", help="AS-…")
        for word in ACTS:
            below.add_parser(word, help=f"{word} a piece").add_argument("ref", help="RX-…")
        kept = below.add_parser("reserve", help="a piece is kept")
        kept.add_argument("ref", help="RX-…")
        kept.add_argument("--part", default="", help="what of the unit is sent again, where that is enough")
        elsewhere = below.add_parser("address", help="have it sent to another address")
        elsewhere.add_argument("ref", help="RX-…")
        elsewhere.add_argument("--to", required=True, help="address, name and telephone")
        short = below.add_parser("run-out", help="there is none; what there is instead")
        short.add_argument("ref", help="RX-…")
        short.add_argument("--instead", action="append", default=[], metavar="ARTICLE", help="a reference or key; again for each")
        ship = below.add_parser("ship", help="it left the house")
        ship.add_argument("ref", help="RX-…")
        ship.add_argument("--carrier", required=True)
        ship.add_argument("--waybill", required=True)
        ship.add_argument("--serial", default="", help="the number that the article bears")
        ship.add_argument("--sent-to", default="", help="which other address it went to, as `list` names it")
        ship.add_argument("--part", default="", help="what of the unit is sent")
        choose = below.add_parser("choose", help="another article is taken")
        choose.add_argument("ref", help="RX-…")
        choose.add_argument("product", help="PR-…")
        wrong = below.add_parser("wrong", help="the wrong one came")
        wrong.add_argument("ref", help="RX-…")
        wrong.add_argument("--words", required=True)
        wrong.add_argument("--evidence", action="append", default=[], help="EV-…, a file that shows it; again for each")
        carrier = below.add_parser("carrier", help="what a simulated carrier reports")
        carrier.add_argument("ref", help="RX-…")
        carrier.add_argument("report", choices=REPORTS)
        below.add_parser("ahead", help="have the next piece of a case sent before its return").add_argument("ref", help="AS-…")
        for word in AHEAD:
            below.add_parser(word, help=f"{word} what leaves ahead").add_argument("ref", help="AV-…")
        for each in below.choices.values():
            with_person(each)

    def handle(self, *args: Any, word: str, **options: Any) -> None:
        by: Actor = refused(lambda: actor_named(options["person"]))
        if word == "list":
            rows = (
                refused(lambda: pieces_of(case_for(options["case"], by), by))
                if options["case"]
                else [piece_view(r, by) for r in waiting(by)]
            )
            for row in rows:
                self._told({"ref": row.ref, "case": row.case, "article": said(row.name), "stage": row.stage_key, "due_at": row.due,
                            "difference_minor": row.difference_minor, "address": row.address, "sent_to": row.sent_to,
                            "part": row.part, "may": sorted(row.may)}, options)  # fmt: skip
            return
        made = refused(lambda: self._run(word, options, by))
        self._told({"ref": made.ref, "stage": made.stage}, options)

    def _run(self, word: str, options: dict[str, Any], by: Actor) -> Replacement | Advance:
        ref = options["ref"]
        if word == "ahead":
            return ahead.ask_ahead(ref, by=by)
        if word in AHEAD:
            return AHEAD[word](ref, by=by)
        if word == "run-out":
            return verbs.run_out(ref, instead=options["instead"], by=by)
        if word == "ship":
            return verbs.ship(ref, **{name: options[name] for name in LABEL}, by=by)
        if word == "reserve":
            return verbs.reserve(ref, part=options["part"], by=by)
        if word == "address":
            return verbs.send_elsewhere(ref, address=options["to"], by=by)
        if word == "choose":
            return verbs.choose_other(ref, product=options["product"], by=by)
        if word == "wrong":
            return verbs.report_wrong(ref, words=options["words"], evidence=options["evidence"], by=by)
        return verbs.carrier_says(ref, options["report"], by=by) if word == "carrier" else ACTS[word](ref, by=by)

    def _told(self, plain: dict[str, Any], options: dict[str, Any]) -> None:
        print(json.dumps(plain, ensure_ascii=False, default=str) if options["json"] else "  ".join(str(v) for v in plain.values()))
