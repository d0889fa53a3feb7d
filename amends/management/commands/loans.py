"""`amends loans …`: the units that a shop lends, and who has them. The verbs of the counter."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand

from amends.management.bearing import refused, with_person
from amends.management.person import actor_named
from amends.people.rules import Actor
from amends.repairs import loans as lending
from amends.repairs import workshops as keeping
from amends.repairs.models import Loan, LoanUnit

ACTS: dict[str, Callable[..., Loan]] = {
    "promise": lending.promise_loan, "hand-out": lending.hand_out, "send-back": lending.send_back_loan, "back": lending.bring_back,
    "write-off": lending.write_off_loan, "drop": lending.drop_loan,
}  # fmt: skip
WITH_CONDITION = ("hand-out", "back")


class Command(BaseCommand):
    help = "Loan units: tell one, list who has which, promise, hand out, take back, write off."

    def add_arguments(self, parser: ArgumentParser) -> None:
        below = parser.add_subparsers(dest="word", metavar="list|units|unit|end-unit|" + "|".join(ACTS), required=True)
        below.add_parser("list", help="who has which unit, newest first")
        below.add_parser("units", help="the units that may be lent")
        unit = below.add_parser("unit", help="tell a unit that may be lent, or change it")
        unit.add_argument("--ref", default="", help="LU-…, to change one")
        for name in ("name", "name-en", "serial", "goods-class", "currency", "workshop"):
            unit.add_argument(f"--{name}")
        unit.add_argument("--value-minor", type=int, help="what it is worth, in minor units")
        end = below.add_parser("end-unit", help="it is lent no more")
        end.add_argument("ref", help="LU-…")
        for word in ACTS:
            each = below.add_parser(word, help=f"{word}: a loan unit")
            each.add_argument("ref", help="RE-…" if word == "promise" else "LN-…")
            if word in WITH_CONDITION:
                each.add_argument("--condition", default="", help="how it looks")
        below.choices["promise"].add_argument("--unit", default="", help="LU-…; any free one without it")
        below.choices["write-off"].add_argument("--charge", action="store_true", help="ask the consumer for what it is worth")
        for each in below.choices.values():
            with_person(each)

    def handle(self, *args: Any, word: str, **options: Any) -> None:
        by: Actor = refused(lambda: actor_named(options["person"]))
        for row in refused(lambda: self._rows(word, options, by)):
            print(json.dumps(row, ensure_ascii=False, default=str) if options["json"] else "  ".join(str(v) for v in row.values()))

    def _rows(self, word: str, options: dict[str, Any], by: Actor) -> list[dict[str, Any]]:
        if word == "list":
            return [_loan(row) for row in lending.loans_seen_by(by)[:200]]
        if word == "units":
            return [_unit(row) for row in keeping.loan_units(by)[:200]]
        if word == "unit":
            names = ("name_en", "serial", "goods_class", "currency", "workshop", "value_minor")
            given = {"name_zh": options["name"]} | {name: options[name] for name in names}
            told = {name: value for name, value in given.items() if value is not None}
            return [_unit(keeping.save_loan_unit(told, ref=options["ref"], by=by))]
        if word == "end-unit":
            return [_unit(keeping.end_loan_unit(options["ref"], by=by))]
        more = {name: options[name] for name in ("condition", "unit", "charge") if name in options}
        return [_loan(ACTS[word](options["ref"], **more, by=by))]


def _loan(row: Loan) -> dict[str, Any]:
    return {
        "ref": row.ref,
        "repair": row.repair.ref,
        "unit": row.unit.ref,
        "stage": row.stage,
        "out_at": row.out_at,
        "back_at": row.back_at,
    }


def _unit(row: LoanUnit) -> dict[str, Any]:
    return {"ref": row.ref, "name": row.name_zh, "serial": row.serial, "goods_class": row.goods_class, "value_minor": row.value_minor}
