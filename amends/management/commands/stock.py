"""`amends stock …`: levels told from a CSV, levels and moves listed, a returned unit disposed of. The verbs of the console and the API."""

from __future__ import annotations

import csv
import json
import sys
from argparse import ArgumentParser, FileType
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from amends.kernel.texts import say
from amends.management.bearing import refused, said, with_person
from amends.management.person import actor_named
from amends.market.models import Merchant
from amends.people.rules import Actor
from amends.returns.disposing import dispose
from amends.returns.receiving.scanning import desk_of
from amends.stock import queries
from amends.stock.counting import read_counts, tell_counts
from amends.stock.models import StockLevel, StockMove
from amends.stock.rules import DISPOSITIONS

SHOWN = 50


class Command(BaseCommand):
    help = "Stock: tell levels from a CSV, list levels and moves, say what becomes of a returned unit."

    def add_arguments(self, parser: ArgumentParser) -> None:
        below = parser.add_subparsers(dest="word", metavar="tell|levels|moves|dispose", required=True)
        tell = below.add_parser("tell", help="a CSV of product, on_hand, place, counted_at; nothing is told while a row is wrong")
        tell.add_argument("file", type=FileType("rb"), help="UTF-8, UTF-16 or GB 18030")
        tell.add_argument("--zone", help="of times without one (the merchant's)")
        levels = below.add_parser("levels", help="levels as they are now")
        moves = below.add_parser("moves", help="what went back to stock and what left")
        moves.add_argument("--after", type=int, default=0, help="moves after this id")
        moves.add_argument("--csv", action="store_true", help="as CSV")
        away = below.add_parser("dispose", help="what becomes of a returned unit")
        away.add_argument("ref", help="AS-… or RT-…")
        away.add_argument("inspection", type=int, help="the inspection's id, as the case tells it")
        away.add_argument("disposition", choices=sorted(DISPOSITIONS))
        away.add_argument("--place", help="where it goes (where it was received)")
        away.add_argument("--grade", default="", help="A to D, where nobody graded it")
        for each in (tell, levels, moves, away):
            with_person(each)

    def handle(self, *args: Any, word: str, **options: Any) -> None:
        by: Actor = refused(lambda: actor_named(options["person"]))
        merchant = Merchant.objects.get(pk=refused(lambda: desk_of(by)))
        if word == "tell":
            self._tell(merchant, options)
        elif word == "levels":
            self._rows(map(_level, _all_levels(by)), options)
        elif word == "moves":
            self._rows(map(_move, _all_moves(by, options["after"])), options, as_csv=options["csv"])
        else:
            chosen = {name: options[name] for name in ("inspection", "disposition", "place", "grade")}
            self._rows([_move(refused(lambda: dispose(options["ref"], **chosen, by=by)))], options)

    def _tell(self, merchant: Merchant, options: dict[str, Any]) -> None:
        with options["file"] as file:
            found = refused(lambda: read_counts(file, zone=options["zone"] or merchant.zone))
        for fault in found.faults[:SHOWN]:
            plain = {"row": fault.row, "column": fault.column, "value": fault.value[:80], "wrong": said(fault.wrong)}
            self._rows([plain], options)
        if found.faults:
            raise CommandError(said(say("有错误的行，什么都没有写入。", "Rows are wrong; nothing was written.")), returncode=1)
        self._rows(map(_level, refused(lambda: tell_counts(merchant, found.counts, source="csv"))), options)

    def _rows(self, rows: Iterable[Mapping[str, Any]], options: dict[str, Any], *, as_csv: bool = False) -> None:
        writer = csv.writer(sys.stdout)
        for number, row in enumerate(rows):
            if as_csv:
                if number == 0:
                    writer.writerow(row.keys())
                writer.writerow(row.values())
            else:
                print(json.dumps(row, ensure_ascii=False, default=str) if options["json"] else "  ".join(str(v) for v in row.values()))


def _all_levels(by: Actor) -> Iterable[StockLevel]:
    after = 0
    while page := queries.levels(by, after=after):
        yield from page
        after = page[-1].pk


def _all_moves(by: Actor, after: int) -> Iterable[StockMove]:
    while page := queries.moves(by, after=after):
        yield from page
        after = page[-1].pk


def _level(row: StockLevel) -> dict[str, Any]:
    return {"product": row.product.key, "place": row.place, "on_hand": row.on_hand, "reserved": row.reserved, "told_at": row.told_at}


def _move(row: StockMove) -> dict[str, Any]:
    return {"id": row.pk, "key": row.key, "kind": row.kind, "product": row.product.key, "serial": row.unit.serial if row.unit else "",
            "place": row.place, "grade": row.grade, "made_at": row.made_at}  # fmt: skip
