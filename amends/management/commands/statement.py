"""`amends statement ME-… --month 2026-11`: a merchant's statement on the terminal, as JSON, or as a CSV, XLSX or PDF file."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.table import Table

from amends.kernel.texts import say
from amends.liability.hands import seen_merchant
from amends.liability.papers.document import document
from amends.liability.papers.making import TYPES, file_name, made
from amends.liability.queries.statements import Statement, period_of, statement
from amends.management.bearing import refused, said, written
from amends.people.rules import PLATFORM
from amends.plumbing.addresses import public_url


class Command(BaseCommand):
    help = "A merchant's statement by period: opening, every line with its case, closing; on the terminal, as JSON, or as a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("merchant", help="ME-…")
        parser.add_argument("--month", default="", help="2026-11 (this month)")
        parser.add_argument("--since", default="", help="first day, 2026-11-01")
        parser.add_argument("--until", default="", help="last day")
        parser.add_argument("--format", choices=list(TYPES), help="write a file")
        parser.add_argument("--out", type=Path, help="where to (the file's own name)")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        merchant = refused(lambda: seen_merchant(options["merchant"], PLATFORM))
        asked = {name: options[name] for name in ("month", "since", "until")}
        found: Statement = refused(lambda: statement(merchant, period_of(merchant, asked), most=None))
        base = public_url("/console/cases/")
        if options["format"]:
            to = options["out"] or Path(file_name(found, options["format"]))
            to.write_bytes(refused(lambda: made(found, options["format"], base=base)))
            print(to)
        elif options["json"]:
            print(json.dumps(document(found, base), ensure_ascii=False))
        else:
            _print(found)


def _print(found: Statement) -> None:
    heads = (say("账户", "account"), say("期初", "opening"), say("行数", "lines"), say("变动", "moved"), say("期末", "closing"))
    table = Table(*(said(head) for head in heads), title=f"{found.merchant.ref}  {found.period.name}")
    for part in found.accounts:
        sums = (written(part.opening, part.unit), str(len(part.rows)), written(part.moved, part.unit), written(part.closing, part.unit))
        table.add_row(said(part.words), *sums)
    Console().print(table)
