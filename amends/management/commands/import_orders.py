"""`amends import_orders FILE --merchant ME-…`: a shop's CSV becomes orders, or the faults are listed and nothing is written."""

from __future__ import annotations

import json
from argparse import FileType
from collections import Counter
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from amends.kernel.refs import clean_ref
from amends.kernel.refusals import Refusal
from amends.kernel.texts import Text, say
from amends.market.csv_orders import REASONS, Parsed, read_orders
from amends.market.models import Merchant
from amends.market.rules.columns import ColumnMap, load_mapping
from amends.market.rules.specs import MerchantSpec
from amends.market.verbs import Imported, import_orders
from amends.plumbing.console import language

SHOWN = 50


class Command(BaseCommand):
    """Reads, tells what is wrong, and imports what is sound where that was asked for."""

    help = "Import a shop's orders from a CSV file; nothing is written while a row is wrong, unless --sound-only."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which file, whose, and how it is to be read."""
        parser.add_argument("file", type=FileType("rb"), help="CSV: UTF-8, UTF-16 or GB 18030; a row for each order line")
        parser.add_argument("--merchant", required=True, help="reference of the merchant, ME-…")
        parser.add_argument(
            "--mapping", type=Path, help="TOML or JSON: [columns] our field = their header; guessed from the header if absent"
        )
        parser.add_argument("--zone", help="of times without one (the merchant's)")
        parser.add_argument("--currency", default="CNY", help="ISO 4217 (CNY)")
        parser.add_argument("--dry-run", action="store_true", help="read and tell, write nothing")
        parser.add_argument("--sound-only", action="store_true", help="import the sound orders although others are wrong")
        parser.add_argument("--json", action="store_true", help="the result for a program")

    def handle(self, *args: Any, **options: Any) -> None:
        """Afterwards the orders are there, or (exit 1) the faults are told and nothing has changed."""
        merchant = Merchant.objects.filter(ref=clean_ref(options["merchant"]) or "").first()
        if merchant is None:
            raise CommandError(say("没有这个商家：{ref}。", "There is no merchant {ref}.", ref=options["merchant"]).into(language()))
        try:
            with _bar(quiet=options["json"]) as bar:
                parsed = _read(options, merchant, bar)
                wanted = not options["dry_run"] and (not parsed.errors or options["sound_only"])
                done = _write(parsed, merchant, bar) if wanted else None
        except Refusal as refusal:
            raise CommandError(_told(refusal)) from refusal
        if options["json"]:
            self.stdout.write(_as_json(parsed, done))
        else:
            _print(parsed, done)
        if parsed.errors and not options["sound_only"]:
            raise CommandError(say("有错误的行，什么都没有写入。", "Rows are wrong; nothing was written.").into(language()), returncode=1)


def _bar(*, quiet: bool) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), disable=quiet)


def _read(options: dict[str, Any], merchant: Merchant, bar: Progress) -> Parsed:
    file: BinaryIO = options["file"]
    size = Path(file.name).stat().st_size if Path(file.name).is_file() else None
    task = bar.add_task(say("读取", "Reading").into(language()), total=size)
    with file:
        return read_orders(
            file,
            _mapping(options["mapping"]),
            merchant=MerchantSpec(merchant.ref, Text(merchant.name_zh, merchant.name_en), merchant.return_address, merchant.source),
            zone=options["zone"] or merchant.zone,
            currency=options["currency"],
            progress=lambda seen: bar.update(task, completed=seen),
        )


def _mapping(path: Path | None) -> ColumnMap | None:
    return load_mapping(path.read_text("utf-8"), name=path.name) if path else None


def _write(parsed: Parsed, merchant: Merchant, bar: Progress) -> Imported:
    task = bar.add_task(say("写入", "Writing").into(language()), total=len(parsed.orders))
    return import_orders(parsed.orders, into=merchant, progress=lambda done, total: bar.update(task, completed=done, total=total))


def _told(refusal: Refusal) -> str:
    return "\n".join((refusal.text.into(language()), *(f"  {name}: {text.into(language())}" for name, text in refusal.fields.items())))


def _as_json(parsed: Parsed, done: Imported | None) -> str:
    errors = [
        {"row": e.row, "order": e.order, "column": e.column, "value": e.value, "wrong": e.wrong.both(), "right": e.right.both()}
        for e in parsed.errors
    ]
    left = {"lines": parsed.left.lines, "orders": parsed.left.orders}
    read = {"encoding": parsed.layout.encoding, "columns": dict(parsed.mapping.columns), "rows": parsed.left.lines_seen}
    answer = {"read": read, "orders": len(parsed.orders), "errors": errors, "left": left, "imported": done.record() if done else None}
    return json.dumps(answer, ensure_ascii=False, indent=2)


def _print(parsed: Parsed, done: Imported | None) -> None:
    tongue, console = language(), Console()
    if parsed.errors:
        heads = (say("行", "row"), say("列", "column"), say("内容", "value"), say("问题", "wrong"), say("应为", "right"))
        table = Table(*(head.into(tongue) for head in heads))
        for e in parsed.errors[:SHOWN]:
            table.add_row(str(e.row), *map(escape, (e.column, e.value, e.wrong.into(tongue), e.right.into(tongue))))
        console.print(table)
        for (column, wrong), times in Counter((e.column, e.wrong.into(tongue)) for e in parsed.errors).most_common():
            console.print(f"{times:>8}  {column}: {wrong}", markup=False)
    for reason, times in parsed.left.lines.items():
        console.print(f"{times:>8}  {REASONS[reason].into(tongue)}", markup=False)
    sound = say("{rows} 行，{n} 个完好的订单。", "{rows} rows, {n} sound orders.", rows=parsed.left.lines_seen, n=len(parsed.orders))
    console.print(sound.into(tongue), markup=False)
    if done:
        told = say("写入 {n} 个订单，{m} 个早已存在。", "{n} orders written, {m} were there already.", n=done.orders, m=done.already)
        console.print(told.into(tongue), markup=False)
