"""A statement as a file: CSV here, XLSX and PDF by a process of their own. The same figures everywhere: all come from one document."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from typing import Any

from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.liability.papers.document import document
from amends.liability.queries.statements import Statement

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
SECONDS = 60
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def made(found: Statement, kind: str, *, base: str) -> bytes:
    """The file of this kind (a key of TYPES); `base` begins the address of a case. Refuses an unknown kind, and says so where the writer
    failed."""
    if kind not in TYPES:
        raise Unprocessable.field("format", say("须为 csv、xlsx 或 pdf。", "It is csv, xlsx or pdf."), code="unknown_format")
    told = document(found, base)
    return _csv(told) if kind == "csv" else _by_process(kind, told)


def file_name(found: Statement, kind: str) -> str:
    """`statement-ME-…-2026-11.pdf`."""
    return f"statement-{found.merchant.ref}-{found.period.name}.{kind}"


def _by_process(kind: str, told: dict[str, Any]) -> bytes:
    done = subprocess.run(
        [sys.executable, "-m", "amends.liability.papers", kind], input=json.dumps(told, ensure_ascii=False).encode(), capture_output=True,
        check=False, timeout=SECONDS,
    )  # fmt: skip
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        wrong = say("文件没有生成：{said}", "The file could not be made: {said}", said=lines[-1][:200] if lines else "")
        raise Unprocessable(wrong, code="paper_failed")
    return done.stdout


def _csv(told: dict[str, Any]) -> bytes:
    """One row a line, opening and closing rows of each account among them; with a mark by which spreadsheets know UTF-8."""
    out = io.StringIO(newline="")
    write = csv.writer(out)
    heads, words = told["heads"], told["words"]
    write.writerow([words["account"], "unit", *(heads[name] for name in ("at", "what", "case", "order", "amount", "after"))])
    for account in told["accounts"]:
        named = [account["words"], account["unit"]]
        write.writerow([*named, "", words["opening"], "", "", "", account["opening"]])
        for row in account["rows"]:
            write.writerow([*named, row["at"], row["what"], row["case"], _safe(row["order"]), row["amount"], row["after"]])
        write.writerow([*named, "", words["closing"], "", "", account["moved"], account["closing"]])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _safe(text: str) -> str:
    """What a shop gave us never becomes a formula of whoever opens the file."""
    return f"'{text}" if text.startswith(DANGEROUS) else text
