"""`amends bank`: payments by bank transfer from the terminal, as the person that `--as` names.

amends bank waiting --as sue@example.com
amends bank make --as sue@example.com
amends bank release BB-… --as ada@example.com
amends bank file BB-… --to transfers.csv --as ada@example.com
amends bank confirm BB-… --from answer.csv --as ada@example.com
"""

from __future__ import annotations

import json
import os
from argparse import ArgumentParser, Namespace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from amends.kernel.refusals import Refusal, Unprocessable
from amends.kernel.texts import Text, say
from amends.management.person import actor_named
from amends.people.rules import Actor
from amends.plumbing.console import language
from amends.plumbing.delimited import MOST_BYTES
from amends.reconciliation.exports import major
from amends.refunds.bank import batches, confirming
from amends.refunds.models import BankBatch

WORDS = ("waiting", "list", "make", "show", "release", "discard", "file", "confirm")


class Command(BaseCommand):
    help = "Pay refunds by bank transfer: a file made by one person, released by another, and the bank's confirmation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=WORDS)
        parser.add_argument("ref", nargs="?", default="", metavar="BB-…", help="a file of transfers")
        parser.add_argument("--as", dest="person", default="", metavar="EMAIL", help="who acts")
        parser.add_argument("--currency", default="", help="make: of which currency (that of the oldest refund)")
        parser.add_argument("--to", type=Path, help="file: where to write it; only its owner may read it")
        parser.add_argument("--from", dest="answer", type=Path, help="confirm: the bank's CSV")
        parser.add_argument("--json", action="store_true", help="print what a program can read")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = Namespace(**options)
        try:
            told = getattr(self, f"_{asked.what}")(asked, actor_named(asked.person))
        except Refusal as refused:
            for name, text in refused.fields.items():
                self.stderr.write(f"{name}: {text.into(language())}")
            raise
        if asked.json:
            self.stdout.write(json.dumps(told, ensure_ascii=False, default=_plain))
            return
        for row in told if isinstance(told, list) else [told]:
            # Beside minor units stands the sum as people write it.
            shown = {name: value for name, value in row.items() if not name.endswith("_minor")}
            self.stdout.write("\n".join(f"{name:<14} {_shown(value)}" for name, value in shown.items()) + "\n")

    def _waiting(self, asked: Namespace, by: Actor) -> list[dict[str, Any]]:
        return [
            {"refund": one.ref, "case": one.case.ref, "stage": one.stage, "account": one.payee.hint if one.payee else "",
             "unit": one.unit, "amount_minor": one.amount_minor, "amount": major(one.amount_minor, one.unit)}
            for one in batches.waiting(by)[:1000]
        ]  # fmt: skip

    def _list(self, asked: Namespace, by: Actor) -> list[dict[str, Any]]:
        return [_batch(one) for one in batches.batches(by)[:200]]

    def _make(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        made = batches.make_batch(by=by, currency=asked.currency)
        return _batch(batches.batch(made.batch.ref, by)) | {"left_out": {ref: str(why) for ref, why in made.left.items()}}

    def _show(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        found = batches.batch(asked.ref, by)
        rows = [
            f"{row.position} {row.refund.ref} {major(row.amount_minor, found.currency)} {row.answer or '-'} {row.reason}"
            for row in batches.rows_of(found)
        ]
        return _batch(found) | {"rows": rows}

    def _release(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        return _batch(batches.batch(batches.release(asked.ref, by=by).ref, by))

    def _discard(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        return _batch(batches.batch(batches.discard(asked.ref, by=by).ref, by))

    def _file(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        name, content = batches.download(asked.ref, by=by)
        path: Path = asked.to or Path(name)
        # Whole account numbers: nobody but its owner reads the file, and an older one is not written over.
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(content)
        except FileExistsError as wrong:
            there = say("{path} 已经存在，请用 --to 另写一个。", "{path} is there already; name another with --to.", path=path)
            raise Unprocessable(there) from wrong
        return {"written": str(path), "bytes": len(content)}

    def _confirm(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        if asked.answer is None or not asked.answer.is_file():
            raise Unprocessable(say("请用 --from 写明银行的文件。", "Name the bank's file with --from."))
        if asked.answer.stat().st_size > MOST_BYTES:
            raise Unprocessable(say("{path} 超过 {n} MB。", "{path} exceeds {n} MB.", path=asked.answer, n=MOST_BYTES // 1_000_000))
        told = confirming.confirm(asked.ref, asked.answer.read_bytes(), by=by)
        sums = {"paid": told.paid, "failed": told.failed, "returned": told.returned, "waiting": told.waiting}
        return _batch(batches.batch(told.batch.ref, by)) | sums


def _batch(one: BankBatch) -> dict[str, Any]:
    return {
        "ref": one.ref, "state": one.state, "currency": one.currency, "total_minor": one.total_minor,
        "total": major(one.total_minor, one.currency), "count": one.count,
        "digest": one.digest, "made_by": one.made_by.name if one.made_by else "", "made_at": one.made_at,
        "released_by": one.released_by.name if one.released_by else "", "released_at": one.released_at, "confirmed_at": one.confirmed_at,
    }  # fmt: skip


def _plain(value: Any) -> Any:
    return value.both() if isinstance(value, Text) else value.isoformat()


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "\n               ".join(str(one) for one in value) or "-"
    if isinstance(value, datetime):
        return f"{value:%F %H:%M %Z}"
    return "-" if value in (None, "", {}) else str(value)
