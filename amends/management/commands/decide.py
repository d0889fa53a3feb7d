"""`amends decide`: what the rules say of facts, in words or (`--json`) as the API says it. The facts are not stored.

amends decide --facts claim.json --stack cn,platform/jd --at 2026-03-09T12:00:00+08:00
amends policy facts   # what facts may hold, as JSON Schema
"""

from __future__ import annotations

import json
import re
import sys
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.management.decision_in_words import lines
from amends.plumbing.console import language, tell
from amends.policy.deciding import answer

LARGEST = 1_000_000
LONGEST_NUMBER = sys.get_int_max_str_digits()


class Command(BaseCommand):
    help = "Decide about facts: every remedy with reasons, sums, freight, lane, claims and clocks, and what is still missing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--facts", required=True, metavar="FILE|-", help="the facts as JSON (amends policy facts says which); - reads standard input"
        )
        parser.add_argument(
            "--stack", default="", metavar="PACKS",
            help="exactly these packs, by id or file, e.g. cn,platform/jd,promise/tenfold,./mine.toml; else those in force here",
        )  # fmt: skip
        parser.add_argument(
            "--at", default="", metavar="INSTANT",
            help="when it is asked, e.g. 2026-03-09T12:00:00+08:00; else the facts' asked_at, else now",
        )  # fmt: skip
        parser.add_argument("--json", action="store_true", help="print what a program can read")

    def handle(self, *args: Any, facts: str, stack: str, at: str, **options: Any) -> None:
        names = [name.strip() for name in stack.split(",") if name.strip()]
        told = answer(read(facts), names, at=instant(at), files=True)
        if options["json"]:
            print(json.dumps(told, ensure_ascii=False))
            return
        for line in lines(told, language()):
            tell(line)


def read(source: str) -> dict[str, Any]:
    """The JSON object in the file, or on standard input for `-`. Refuses Unprocessable with the place that is wrong."""
    try:
        text = sys.stdin.read(LARGEST + 1) if source == "-" else _text(Path(source))
    except (OSError, UnicodeDecodeError) as wrong:
        why = getattr(wrong, "strerror", None) or "UTF-8"
        raise _refused(say("读不到事实 {source}：{why}。", "The facts {source} cannot be read: {why}.", source=source, why=why)) from wrong
    if len(text) > LARGEST:
        raise _refused(say("事实太大，最多 {most} 个字符。", "The facts are too large; {most} characters at most.", most=LARGEST))
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as wrong:
        raise _refused(_not_json(source, text, wrong)) from wrong
    if not isinstance(raw, dict):
        raise _refused(say("事实应是一个 JSON 对象。", "The facts are one JSON object."))
    return raw


def _not_json(source: str, text: str, wrong: Exception) -> Text:
    """Where `text` is not JSON that can be read, and what would be right."""
    at, what = 0, say("不是 JSON。", "this is not JSON.")
    if isinstance(wrong, json.JSONDecodeError):
        at = wrong.pos
    elif long := re.search(f"[0-9]{{{LONGEST_NUMBER + 1}}}", text):
        at, what = long.start(), say("数字最多 {n} 位。", "a number of at most {n} digits.", n=LONGEST_NUMBER)
    row, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    return say(
        "{source} 第 {row} 行第 {column} 列：{what}", "{source} row {row} column {column}: {what}",
        source=source, row=row, column=column, what=what,
    )  # fmt: skip


def instant(written: str) -> datetime | None:
    """The instant that `--at` names, None without one. Refuses what is no instant or has no zone."""
    if not written:
        return None
    try:
        at = datetime.fromisoformat(written)
    except ValueError as wrong:
        raise _at(written) from wrong
    if at.tzinfo is None:
        raise _at(written)
    return at


def _text(file: Path) -> str:
    with file.open(encoding="utf-8-sig") as stream:
        return stream.read(LARGEST + 1)


def _refused(text: Any) -> Unprocessable:
    return Unprocessable.field("facts", text, code="facts_unreadable")


def _at(written: str) -> Unprocessable:
    right = say(
        "“{got}”不是带时区的时刻，请写成 2026-03-09T12:00:00+08:00 的样子。",
        "“{got}” is no instant with a zone; write it like 2026-03-09T12:00:00+08:00.",
        got=written,
    )
    return Unprocessable.field("at", right, code="wrong_instant")
