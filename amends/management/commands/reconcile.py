"""`amends reconcile`: statements of the gateways beside our books, from the terminal, as the person that `--as` names.

amends reconcile ask --gateway house --since 2026-03-09 --until 2026-03-10 --as sue@example.com
amends reconcile take bill.zip --gateway alipay --as sue@example.com
amends reconcile take bank.csv --gateway bank --mapping bank.toml --dry-run --as sue@example.com
amends reconcile differences --state overdue --as sue@example.com
amends reconcile show DF-… --as sue@example.com
amends reconcile explain DF-… --resolution theirs --why "Paid twice; they took it back." --as sue@example.com
amends reconcile export differences.csv --as sue@example.com
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from amends.kernel import clock
from amends.kernel.refusals import Refusal, Unprocessable
from amends.kernel.texts import Text, say
from amends.management.person import actor_named
from amends.people.rules import Actor
from amends.plumbing.console import language
from amends.plumbing.delimited import MOST_BYTES
from amends.plumbing.payments.port import GatewayUnreachable
from amends.reconciliation import queries
from amends.reconciliation.exports import differences_csv, major
from amends.reconciliation.models import Difference, Run, Statement
from amends.reconciliation.rules.mapping import Sheet, load_sheet
from amends.reconciliation.rules.words import BY_HAND, KINDS
from amends.reconciliation.verbs import explaining, taking
from amends.reconciliation.verbs.comparing import compare, compare_statement

WORDS = ("ask", "take", "compare", "differences", "show", "own", "explain", "statements", "runs", "trend", "export")


class Command(BaseCommand):
    help = "Take the gateways' statements, compare them with our books, and explain what differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=WORDS)
        parser.add_argument("name", nargs="?", default="", metavar="DF-… or FILE", help="a difference; take: the file; export: where to")
        parser.add_argument("--as", dest="person", default="", metavar="EMAIL", help="who acts")
        parser.add_argument("--gateway", default="", help="house, stripe, alipay, wechat or bank")
        parser.add_argument("--since", default="", help="ask, compare: from this day or instant on (ask: ever, if absent)")
        parser.add_argument("--until", default="", help="ask, compare: until the beginning of this day, or this instant (today)")
        parser.add_argument("--mapping", type=Path, help="take: TOML or JSON that says which column is what")
        parser.add_argument("--dry-run", action="store_true", help="take: read and tell, write nothing")
        parser.add_argument("--state", default="", choices=("", *queries.STATES), help="differences, export: which (open)")
        parser.add_argument("--kind", default="", choices=("", *KINDS), help="differences, export: only these")
        parser.add_argument("--owner", default="", metavar="EMAIL", help="own: whom to give it to (yourself, if absent)")
        parser.add_argument("--resolution", default="", choices=("", *BY_HAND), help="explain: how it ended")
        parser.add_argument("--why", default="", help="explain: the reason")
        parser.add_argument("--json", action="store_true", help="print what a program can read")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = Namespace(**options)
        try:
            told = getattr(self, f"_{asked.what}")(asked, actor_named(asked.person))
        except GatewayUnreachable as wrong:
            raise CommandError(str(wrong)) from wrong
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
            self.stdout.write("\n".join(f"{name:<16} {_shown(value)}" for name, value in shown.items()) + "\n")

    def _ask(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        until = _instant(asked.until) or _today()
        taken = taking.ask(asked.gateway or "house", since=_instant(asked.since), until=until, by=by, compare=False)
        return _taken(taken, compare_statement(taken.statement, by))

    def _take(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        path = Path(asked.name)
        if not path.is_file():
            raise Unprocessable(say("没有文件 {name}。", "There is no file {name}.", name=asked.name or "-"))
        if path.stat().st_size > MOST_BYTES:
            raise Unprocessable(say("{path} 超过 {n} MB。", "{path} exceeds {n} MB.", path=path, n=MOST_BYTES // 1_000_000))
        sheet: Sheet | None = load_sheet(asked.mapping.read_text("utf-8"), name=asked.mapping.name) if asked.mapping else None
        if asked.dry_run:
            found, gateway = taking.read_file(path.name, path.read_bytes(), sheet)
            if found.faults:
                raise taking.WrongRows(found.faults)
            return {"gateway": gateway or asked.gateway, "rows": found.rows, "lines": len(found.lines), "left_out": dict(found.left)}
        taken = taking.take_file(asked.gateway, name=path.name, content=path.read_bytes(), by=by, sheet=sheet, compare=False)
        return _taken(taken, compare_statement(taken.statement, by))

    def _compare(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        since, until = _instant(asked.since), _instant(asked.until) or _today()
        if since is None or since >= until:
            raise Unprocessable(say("请用 --since 写明从何时起，要早于 --until。", "Name with --since from when on, before --until."))
        taking.check_gateway(asked.gateway)
        return _run(compare(asked.gateway, since, until, by=by))

    def _differences(self, asked: Namespace, by: Actor) -> list[dict[str, Any]]:
        return [_difference(row) for row in self._chosen(asked, by)[:1000]]

    def _show(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        row = queries.difference(asked.name, by)
        lines = [f"{line.at.isoformat()} {line.kind} {line.state} {line.provider_ref} {line.unit} {major(line.amount_minor, line.unit)}"
                 for line in queries.lines_of(row)]  # fmt: skip
        return _difference(row) | {"lines": lines}

    def _own(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        row = explaining.give_to(asked.name, asked.owner, by=by) if asked.owner else explaining.take_on(asked.name, by=by)
        return _difference(row)

    def _explain(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        return _difference(explaining.explain(asked.name, asked.resolution, asked.why, by=by))

    def _statements(self, asked: Namespace, by: Actor) -> list[dict[str, Any]]:
        return [_statement(row) for row in queries.statements(by, gateway=asked.gateway)[:200]]

    def _runs(self, asked: Namespace, by: Actor) -> list[dict[str, Any]]:
        return [_run(row) for row in queries.runs(by, gateway=asked.gateway)[:200]]

    def _trend(self, asked: Namespace, by: Actor) -> list[dict[str, Any]]:
        days = queries.trend(by, gateway=asked.gateway)
        return [{"day": day.day.date().isoformat(), "matched": day.matched, "found": day.found, "open": day.open_at_end} for day in days]

    def _export(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        rows = list(self._chosen(asked, by))
        lines: Iterator[str] = differences_csv(rows)
        if not asked.name:
            raise Unprocessable(say("请写明要写入的文件。", "Name the file to write."))
        Path(asked.name).write_text("".join(lines), "utf-8", newline="")
        return {"written": asked.name, "rows": len(rows)}

    def _chosen(self, asked: Namespace, by: Actor) -> Any:
        return queries.differences(by, queries.choice_of(asked.state, asked.gateway, asked.kind))


def _taken(taken: taking.Taken, run: Run) -> dict[str, Any]:
    return _statement(taken.statement) | {"fresh": taken.fresh, "left_out": taken.left} | {f"run_{k}": v for k, v in _run(run).items()}


def _statement(row: Statement) -> dict[str, Any]:
    names = ("ref", "gateway", "source", "name", "covers_from", "covers_until", "lines_count", "taken_at")
    return {name: getattr(row, name) for name in names}


def _run(row: Run) -> dict[str, Any]:
    names = ("ref", "covers_from", "covers_until", "matched", "missing_here", "missing_there", "amount_differs", "status_differs", "failed")
    return {name: getattr(row, name) for name in names}


def _difference(row: Difference) -> dict[str, Any]:
    names = ("ref", "gateway", "kind", "what", "key", "provider_ref", "unit", "ours_minor", "theirs_minor", "ours_state", "theirs_state")
    more = ("found_at", "due_at", "resolved_at", "resolution", "why")
    sums = {"ours": major(row.ours_minor, row.unit), "theirs": major(row.theirs_minor, row.unit)}
    told = {name: getattr(row, name) for name in names} | sums | {"owner": row.owner.name if row.owner else ""}
    return told | {name: getattr(row, name) for name in more}


def _instant(typed: str) -> datetime | None:
    """A day where the platform is, or an instant with its zone; None for nothing."""
    if not typed:
        return None
    try:
        found = datetime.fromisoformat(typed) if "T" in typed else datetime.combine(date.fromisoformat(typed), time())
    except ValueError as wrong:
        text = say("“{typed}”不是日期，例如 2026-03-09。", "“{typed}” is no day; for example 2026-03-09.", typed=typed)
        raise Unprocessable(text) from wrong
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))


def _today() -> datetime:
    return datetime.combine(clock.now().astimezone(ZoneInfo(settings.TIME_ZONE)).date(), time(), ZoneInfo(settings.TIME_ZONE))


def _plain(value: Any) -> Any:
    return value.both() if isinstance(value, Text) else value.isoformat()


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "\n                 ".join(str(one) for one in value) or "-"
    if isinstance(value, datetime):
        return f"{value:%F %H:%M %Z}"
    return "-" if value in (None, "", {}) else str(value)
