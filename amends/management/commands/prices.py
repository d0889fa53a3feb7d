"""`amends prices FILE --merchant ME-…`: a shop's price history becomes price marks, or the faults are listed and nothing is written."""

from __future__ import annotations

import json
from argparse import FileType
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from amends.kernel.refs import clean_ref
from amends.kernel.refusals import Refusal
from amends.kernel.texts import say
from amends.market.models import Merchant
from amends.market.prices import Marked, mark_prices
from amends.market.rules.price_rows import ParsedPrices, read_prices
from amends.plumbing.console import language

SHOWN = 50


class Command(BaseCommand):
    """Reads, tells what is wrong, and takes all of it or nothing."""

    help = (
        "Take a shop's price history (CSV: product, price, since, currency) for price protection; nothing is written while a row is wrong."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which file and whose."""
        parser.add_argument("file", type=FileType("rb"), help="CSV: UTF-8, UTF-16 or GB 18030")
        parser.add_argument("--merchant", required=True, help="reference of the merchant, ME-…")
        parser.add_argument("--zone", help="of times without one (the merchant's)")
        parser.add_argument("--currency", default="CNY", help="of rows without one (CNY)")
        parser.add_argument("--dry-run", action="store_true", help="read and tell, write nothing")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Afterwards the prices are there, or (exit 1) the faults are told."""
        merchant = Merchant.objects.filter(ref=clean_ref(options["merchant"]) or "").first()
        if merchant is None:
            raise CommandError(say("没有这个商家：{ref}。", "There is no merchant {ref}.", ref=options["merchant"]).into(language()))
        file: BinaryIO = options["file"]
        try:
            with file:
                parsed = read_prices(file, zone=options["zone"] or merchant.zone, currency=options["currency"])
            wanted = not parsed.errors and not options["dry_run"]
            done = mark_prices(merchant, parsed.prices, source=getattr(file, "name", "")) if wanted else None
        except Refusal as refusal:
            raise CommandError(refusal.text.into(language())) from refusal
        self._tell(parsed, done, options["json"])
        if parsed.errors:
            raise CommandError(say("有错误的行，什么都没有写入。", "Rows are wrong; nothing was written.").into(language()), returncode=1)

    def _tell(self, parsed: ParsedPrices, done: Marked | None, as_json: bool) -> None:
        if as_json:
            errors = [
                {"row": e.row, "column": e.column, "value": e.value, "wrong": e.wrong.both(), "right": e.right.both()}
                for e in parsed.errors
            ]
            self.stdout.write(
                json.dumps({"prices": len(parsed.prices), "errors": errors, "marked": done.record() if done else None}, ensure_ascii=False)
            )
            return
        for e in parsed.errors[:SHOWN]:
            self.stdout.write(f"{e.row}  {e.column}  {e.value}  {e.wrong.into(language())}  {e.right.into(language())}")
        if not done and not parsed.errors:
            sound = say("{n} 条价格都读得通，没有写入。", "{n} prices can be read; nothing was written.", n=len(parsed.prices))
            self.stdout.write(sound.into(language()))
        if done:
            told = say("新价格 {new} 条，已有 {already} 条。", "{new} new prices, {already} known already.", **done.record())
            self.stdout.write(told.into(language()))
