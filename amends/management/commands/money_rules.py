"""`amends money_rules`: the rules of money: which version holds, how one differs, checking a file, writing, signing, withdrawing.

amends money_rules
amends money_rules show 2026-12 [--text]
amends money_rules check rules.toml
amends money_rules write rules.toml --why "more for agents at the year's end" --as olga@example.com
amends money_rules sign 2026-12 --as another@example.com
amends money_rules withdraw 2026-12 --as olga@example.com
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from amends.approvals import versions
from amends.approvals.differing import Change, differences
from amends.approvals.rules_of_money import read
from amends.approvals.versions import Version
from amends.kernel.refusals import Refusal
from amends.kernel.texts import say
from amends.management.person import actor_named
from amends.plumbing.console import language, tell

UNREADABLE = say("读不到文件 {path}。", "The file {path} cannot be read.")
GOOD = say("读得通，没有问题。", "It can be read; nothing is wrong.")
NEEDED = say("请用 --as 说明是谁。", "Say who acts with --as.")


class Command(BaseCommand):
    help = "The rules of money: limits by role, bounds, days. List, show, check, write, sign, withdraw."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", nargs="?", default="list", choices=["list", "show", "check", "write", "sign", "withdraw"])
        parser.add_argument("which", nargs="?", default="", metavar="VERSION|FILE", help="a version; check, write: a TOML file")
        parser.add_argument("--as", dest="person", default="", metavar="EMAIL", help="who writes, signs or withdraws")
        parser.add_argument("--why", default="", help="write: why it changes")
        parser.add_argument("--text", action="store_true", help="show: print the whole text")
        parser.add_argument("--json", action="store_true", help="print what a program can read")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = Namespace(**options)
        try:
            getattr(self, f"_{asked.what}")(asked)
        except Refusal as refusal:
            raise CommandError(refusal.text.into(language())) from refusal

    def _list(self, asked: Namespace) -> None:
        found = versions.versions()
        if asked.json:
            print(json.dumps([_plain(one) for one in found], ensure_ascii=False))
            return
        for one in found:
            tell(f"{one.name}  {one.standing_name.into(language())}  {one.rules.in_force_from}")

    def _show(self, asked: Namespace) -> None:
        self._told(versions.version(asked.which) if asked.which else versions.current(), asked)

    def _told(self, found: Version, asked: Namespace) -> None:
        changes = differences(versions.current().rules, found.rules)
        if asked.json:
            print(json.dumps({**_plain(found), "text": found.text, "changes": [_changed(c) for c in changes]}, ensure_ascii=False))
            return
        tell(found.text if asked.text else f"{found.name}  {found.standing_name.into(language())}  {found.rules.in_force_from}")
        _print(changes)

    def _check(self, asked: Namespace) -> None:
        rules = read(_file(asked.which))
        changes = differences(versions.current().rules, rules)
        if asked.json:
            print(json.dumps({"version": rules.version, "changes": [_changed(c) for c in changes]}, ensure_ascii=False))
            return
        tell(GOOD)
        _print(changes)

    def _write(self, asked: Namespace) -> None:
        made = versions.write(_file(asked.which), why=asked.why, by=_person(asked))
        self._told(versions.version(made.version), asked)

    def _sign(self, asked: Namespace) -> None:
        versions.sign(asked.which, by=_person(asked))
        self._told(versions.version(asked.which), asked)

    def _withdraw(self, asked: Namespace) -> None:
        versions.withdraw(asked.which, by=_person(asked))
        self._told(versions.version(asked.which), asked)


def _person(asked: Namespace) -> Any:
    if not asked.person:
        raise CommandError(NEEDED.into(language()))
    return actor_named(asked.person)


def _file(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        raise CommandError(UNREADABLE.filled(path=path).into(language())) from wrong


def _print(changes: list[Change]) -> None:
    none = say("无", "none").into(language())
    for change in changes:
        was, now = (cell.into(language()) if cell else none for cell in (change.was, change.now))
        tell(f"  {change.what.into(language())}: {was} -> {now}")


def _plain(found: Version) -> dict[str, Any]:
    row = found.row
    signed_by, written_by = (row.signed_by, row.written_by) if row else (None, None)
    return {
        "version": found.name, "standing": found.standing.value, "from_day": found.rules.in_force_from.isoformat(),
        "in_force_from": row.in_force_from.isoformat() if row and row.in_force_from else None, "why": row.why if row else "",
        "written_by": written_by.name if written_by else "", "signed_by": signed_by.name if signed_by else "",
    }  # fmt: skip


def _changed(change: Change) -> dict[str, Any]:
    return {
        "path": change.path,
        "what": change.what.both(),
        "was": change.was and change.was.both(),
        "now": change.now and change.now.both(),
    }
