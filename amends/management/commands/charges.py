"""`amends charges …`: costs put to whoever should bear them: listed, asked, answered, decided, paid."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand

from amends.cases.words import stage_name
from amends.kernel.refs import clean_ref
from amends.liability.models import ChargeBackTo
from amends.liability.queries.charges import charges
from amends.liability.rules import CHARGE_BACK_TO, OUTSIDE_KINDS, WHAT
from amends.liability.verbs import charging
from amends.liability.verbs.bearers import add_bearer
from amends.liability.verbs.deductions import announce_charge
from amends.liability.verbs.giving_back import give_back
from amends.management.bearing import refused, said, told, with_person, written
from amends.management.person import actor_named
from amends.people.rules import PLATFORM

ANSWERS: dict[str, Callable[..., Any]] = {"admit": charging.admit_liability, "deny": charging.deny_liability}
DECISIONS: dict[str, Callable[..., Any]] = {"hold": charging.hold_liable, "excuse": charging.excuse, "write-off": charging.write_off}


class Command(BaseCommand):
    help = "Who finally bears a cost: list charges, ask, answer, decide, pay; put carriers, suppliers and insurers on record."

    def add_arguments(self, parser: ArgumentParser) -> None:
        below = parser.add_subparsers(dest="word", metavar="list|ask|admit|deny|hold|excuse|write-off|pay|give-back|…", required=True)
        listed = below.add_parser("list", help="charges, the newest first")
        listed.add_argument("--stage", default="", choices=["", *CHARGE_BACK_TO.stages])
        listed.add_argument("--case", default="", help="of one case")
        listed.add_argument("--bearer", default="", help="of one carrier or supplier, BE-…")
        listed.add_argument("--open", action="store_true", help="those that are not over")
        listed.add_argument("--json", action="store_true", help="a line of JSON for each")
        ask = below.add_parser("ask", help="ask somebody to bear a part of a case's cost")
        ask.add_argument("case", help="AS-…")
        ask.add_argument("--party", required=True, choices=["carrier", "supplier", "merchant"])
        ask.add_argument("--bearer", default="", help="BE-…, for a carrier or supplier")
        ask.add_argument("--minor", type=int, required=True, help="how much, in minor units")
        ask.add_argument("--what", required=True, choices=list(WHAT))
        ask.add_argument("--clause", default="")
        ask.add_argument("--words", required=True, help="what happened, and why they bear it")
        with_person(ask)
        for name in ("admit", "deny", "hold", "excuse", "write-off"):
            word = below.add_parser(name, help=f"{name} a charge")
            word.add_argument("ref", help="CB-…")
            word.add_argument("--words", default="")
            with_person(word)
        pay = below.add_parser("pay", help="a charge is paid")
        pay.add_argument("ref", help="CB-…")
        pay.add_argument("--reference", default="", help="the bank's, for a carrier or supplier")
        with_person(pay)
        back = below.add_parser("give-back", help="what was paid for a cost that is gone goes back")
        back.add_argument("ref", help="CB-…")
        back.add_argument("--reference", default="", help="the bank's, for a carrier or supplier")
        back.add_argument("--words", required=True)
        with_person(back)
        again = below.add_parser("deduct", help="announce again a deduction that was withdrawn")
        again.add_argument("ref", help="CB-…")
        with_person(again)
        bearer = below.add_parser("bearer", help="put a carrier, supplier or insurer on record")
        bearer.add_argument("key", help="how orders and parcels name it")
        bearer.add_argument("--kind", required=True, choices=OUTSIDE_KINDS)
        bearer.add_argument("--name-zh", required=True)
        bearer.add_argument("--name-en", required=True)
        bearer.add_argument("--contact", default="")
        with_person(bearer)

    def handle(self, *args: Any, word: str, **options: Any) -> None:
        if word == "list":
            self._list(options)
            return
        by = refused(lambda: actor_named(options["person"]))
        if word == "bearer":
            names = {name: options[name] for name in ("kind", "key", "name_zh", "name_en", "contact")}
            row = refused(lambda: add_bearer(by=by, **names))
            told(row, lambda one: f"{one.ref}  {one.name_en}", lambda one: {"ref": one.ref, **names}, as_json=options["json"])
            return
        made = refused(lambda: self._made(word, options, by))
        told(made, _line, _plain, as_json=options["json"])

    def _made(self, word: str, options: dict[str, Any], by: Any) -> Any:
        if word == "ask":
            return charging.ask_bearer(
                options["case"], party=options["party"], bearer=options["bearer"], amount_minor=options["minor"], what=options["what"],
                clause=options["clause"], words=options["words"], by=by,
            )  # fmt: skip
        if word == "pay":
            return charging.bear(options["ref"], reference=options["reference"], by=by)
        if word == "give-back":
            return give_back(options["ref"], reference=options["reference"], words=options["words"], by=by)
        if word == "deduct":
            announce_charge(options["ref"], by=by)
            return ChargeBackTo.objects.get(ref=clean_ref(options["ref"]))
        return (ANSWERS | DECISIONS)[word](options["ref"], words=options["words"], by=by)

    def _list(self, options: dict[str, Any]) -> None:
        asked = {"stage": options["stage"], "case": options["case"], "bearer": options["bearer"], "open": "yes" if options["open"] else ""}
        for row in refused(lambda: charges(PLATFORM, asked, most=1000)).rows:
            if options["json"]:
                print(json.dumps(_plain(row.charge), ensure_ascii=False, default=str))
            else:
                print(_line(row.charge), said(row.bearer), sep="  ")


def _line(one: ChargeBackTo) -> str:
    return f"{one.ref}  {one.case.ref}  {written(one.amount_minor, one.unit)}  {said(stage_name(CHARGE_BACK_TO.name, one.stage))}"


def _plain(one: ChargeBackTo) -> dict[str, Any]:
    return {
        "ref": one.ref, "case": one.case.ref, "party": one.party, "bearer": one.bearer.ref if one.bearer else "", "borne_by": one.borne_by,
        "amount_minor": one.amount_minor, "unit": one.unit, "what": one.what, "stage": one.stage, "asked_at": one.made_at.isoformat(),
    }  # fmt: skip
