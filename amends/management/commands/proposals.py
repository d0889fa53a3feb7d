"""`amends proposals …`: who should bear a cost as the record suggests it: listed, taken up, dismissed, looked for anew."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from amends.cases.models import Case
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound
from amends.liability.models import ChargeBackTo, Proposal
from amends.liability.proposing import dismiss, propose, take_up
from amends.liability.queries.proposals import STATES, proposals
from amends.liability.reasons import reason_words
from amends.liability.rules import PARTY_WORDS
from amends.management.bearing import refused, said, told, with_person, written
from amends.management.person import actor_named
from amends.people.rules import PLATFORM


class Command(BaseCommand):
    help = "Who should bear a cost, as tracking, weights, the bench and batches suggest: list, take up, dismiss, look anew."

    def add_arguments(self, parser: ArgumentParser) -> None:
        below = parser.add_subparsers(dest="word", metavar="list|take-up|dismiss|look", required=True)
        listed = below.add_parser("list", help="proposals, the newest first")
        listed.add_argument("--state", default="proposed", choices=["", *STATES])
        listed.add_argument("--party", default="", choices=["", "carrier", "supplier", "merchant"])
        listed.add_argument("--case", default="", help="of one case")
        listed.add_argument("--json", action="store_true", help="a line of JSON for each")
        take = below.add_parser("take-up", help="ask the bearer as proposed")
        take.add_argument("ref", help="PP-…")
        take.add_argument("--minor", type=int, default=None, help="less than proposed, in minor units")
        take.add_argument("--words", default="", help="other reasons than those proposed")
        no = below.add_parser("dismiss", help="nobody is asked for these reasons")
        no.add_argument("ref", help="PP-…")
        look = below.add_parser("look", help="look at the record of a case anew")
        look.add_argument("ref", help="AS-…")
        look.add_argument("--json", action="store_true", help="a line of JSON for each")
        for word in (take, no):
            with_person(word)

    def handle(self, *args: Any, word: str, **options: Any) -> None:
        if word == "list":
            asked = {name: options[name] for name in ("state", "party", "case")}
            self._print([row.proposal for row in proposals(PLATFORM, asked, most=1000).rows], options)
            return
        if word == "look":
            self._print(refused(lambda: _looked(options["ref"])), options)
            return
        by = refused(lambda: actor_named(options["person"]))
        if word == "dismiss":
            told(refused(lambda: dismiss(options["ref"], by=by)), _line, _plain, as_json=options["json"])
            return
        made = refused(lambda: take_up(options["ref"], amount_minor=options["minor"], words=options["words"], by=by))
        told(made, _asked, lambda one: {"charge": one.ref, "amount_minor": one.amount_minor}, as_json=options["json"])

    def _print(self, rows: list[Proposal], options: dict[str, Any]) -> None:
        for row in rows:
            print(json.dumps(_plain(row), ensure_ascii=False) if options["json"] else _line(row))


def _looked(ref: str) -> list[Proposal]:
    case = Case.objects.filter(ref=clean_ref(ref) or "").values_list("pk", flat=True).first()
    if case is None:
        raise NotFound
    return propose(case)


def _asked(one: ChargeBackTo) -> str:
    return f"{one.ref}  {written(one.amount_minor, one.unit)}"


def _line(one: Proposal) -> str:
    why = " ".join(said(reason_words(row["code"], row["facts"])) for row in one.reasons)
    return (
        f"{one.ref}  {one.case.ref}  {said(PARTY_WORDS[one.party])}  {written(one.amount_minor, one.unit)}  {one.score_bps // 100}%  {why}"
    )


def _plain(one: Proposal) -> dict[str, Any]:
    return {
        "ref": one.ref, "case": one.case.ref, "party": one.party, "amount_minor": one.amount_minor, "unit": one.unit,
        "score_bps": one.score_bps, "state": one.state, "reasons": one.reasons,
    }  # fmt: skip
