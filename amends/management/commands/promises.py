"""`amends promises`: how the times that consumers were told were kept, by merchant, team and carrier; or the promises themselves."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from amends.kernel import clock
from amends.kernel.refusals import Refusal
from amends.kernel.texts import Text, say
from amends.notices.promises_read import BY, HERE, Chosen, Kept, Told, kept_by, promises
from amends.notices.rules.promises import STATE_NAMES, State
from amends.people.rules import PLATFORM
from amends.plumbing.console import language

HEADS: dict[str, Text] = {
    "merchant": say("商家", "merchant"),
    "team": say("团队", "team"),
    "carrier": say("承运商", "carrier"),
}
MOST = 200


class Command(BaseCommand):
    help = "Print how promised times were kept, by merchant, team and carrier; with --list the promises themselves."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=30, help="told in so many days up to today (30)")
        parser.add_argument("--since", default="", help="first day, 2026-03-01")
        parser.add_argument("--until", default="", help="last day")
        parser.add_argument("--by", choices=BY, help="one table alone")
        parser.add_argument("--list", action="store_true", help="the promises, the newest first, at most 200")
        parser.add_argument("--state", default="", help="of the list: open, kept, late, revised, void")
        parser.add_argument("--merchant", default="", help="of the list: ref of one merchant")
        parser.add_argument("--bearer", default="", help="of the list: who was waited for, merchant, platform, arbiter, carrier")
        parser.add_argument("--carrier", default="", help="of the list: one carrier")
        parser.add_argument("--case", default="", help="of the list: ref of one case")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            chosen = Chosen.read(self._days(options) | {name: options[name] for name in ("state", "merchant", "bearer", "carrier", "case")})
            if options["list"]:
                self._list(promises(PLATFORM, chosen, most=MOST).rows, as_json=options["json"])
            else:
                self._figures(chosen, [options["by"]] if options["by"] else list(BY), as_json=options["json"])
        except Refusal as refusal:
            raise CommandError(refusal.text.into(language())) from refusal

    def _days(self, options: dict[str, Any]) -> dict[str, str]:
        if options["since"] or options["until"]:
            return {"since": options["since"], "until": options["until"]}
        today = clock.now().astimezone(HERE).date()
        return {"since": (today - timedelta(days=max(1, options["days"]) - 1)).isoformat(), "until": today.isoformat()}

    def _figures(self, chosen: Chosen, groups: list[str], *, as_json: bool) -> None:
        found = {group: kept_by(PLATFORM, chosen, group) for group in groups}
        if as_json:
            print(json.dumps({group: [_plain(row) for row in rows] for group, rows in found.items()}, ensure_ascii=False))
            return
        for group, rows in found.items():
            table = Table(HEADS[group].into(language()), *(STATE_NAMES[state].into(language()) for state in State), "%")
            for row in rows:
                share = f"{row.share:.0%}" if row.share is not None else "-"
                table.add_row(row.name.into(language()), *(str(row.counts[state]) for state in State), share)
            Console().print(table)

    def _list(self, rows: list[Told], *, as_json: bool) -> None:
        for row in rows:
            if as_json:
                print(json.dumps(_told(row), ensure_ascii=False))
            else:
                due = f"{row.due_at.astimezone(HERE):%Y-%m-%d %H:%M}"
                print(
                    row.case,
                    due,
                    row.bearer_name.into(language()),
                    row.limit_name.into(language()),
                    row.state_name.into(language()),
                    sep="  ",
                )


def _plain(row: Kept) -> dict[str, Any]:
    return {"key": row.key, "name": row.name.both(), **{state.value: n for state, n in row.counts.items()}, "share": row.share}


def _told(row: Told) -> dict[str, Any]:
    return {
        "id": row.id, "case": row.case, "merchant": row.merchant, "bearer": row.bearer, "carrier": row.carrier, "limit": row.limit,
        "told_at": row.told_at.isoformat(), "due_at": row.due_at.isoformat(), "state": row.state.value,
        "revises": row.revises and row.revises.isoformat(), "reason": row.reason,
    }  # fmt: skip
