"""`amends database`: looks at the embedded PostgreSQL, starts, stops or removes it by hand. `up` and every other command do so alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from amends.kernel.texts import say
from amends.plumbing import embedded
from amends.plumbing.console import language, tell
from amends.plumbing.database import home, is_embedded

WORDS = {"start": say("数据库已启动。", "The database runs."), "stop": say("数据库已停止。", "The database is stopped.")}


class Command(BaseCommand):
    """One word says what to do."""

    help = "The embedded database of AMENDS_HOME: status, start, stop, url, or destroy (removes all data)."
    requires_system_checks: list[str] = []  # it may not run

    def add_arguments(self, parser: CommandParser) -> None:
        """What to do, and for whom."""
        parser.add_argument("action", choices=["status", "start", "stop", "url", "destroy"])
        parser.add_argument("--role", choices=["app", "owner", "super"], default="app", help="of the url (app)")
        parser.add_argument("--yes", action="store_true", help="destroy without asking again")
        parser.add_argument("--json", action="store_true", help="status for a program")

    def handle(self, *args: Any, **options: Any) -> None:
        """Does it, and says in a line what holds now."""
        if not is_embedded():
            no = say(
                "DATABASE_URL 指定了数据库服务器，内置数据库没有启用。", "DATABASE_URL names a server; the embedded database is not in use."
            )
            raise CommandError(no.into(language()))
        action = options["action"]
        if action == "status":
            return self._status(as_json=options["json"])
        if action == "url":
            return tell(embedded.url(home(), options["role"]))
        if action == "destroy" and not options["yes"]:
            sure = say(
                "这会删除 {home} 的全部数据。确定的话请加上 --yes。", "This removes all data of {home}. Add --yes to do so.", home=home()
            )
            raise CommandError(sure.into(language()))
        acts: dict[str, Callable[[Path], object]] = {"start": embedded.start, "stop": embedded.stop, "destroy": embedded.destroy}
        acts[action](home())
        return tell(WORDS.get(action, say("数据已删除。", "The data is gone.")))

    def _status(self, *, as_json: bool) -> None:
        found = embedded.status(home())
        if as_json:
            self.stdout.write(json.dumps({"running": found.running, "pid": found.pid, "major": found.major, "data": str(found.data)}))
        elif found.running:
            tell(say("运行中（进程 {pid}），数据在 {data}。", "It runs (process {pid}); data: {data}.", pid=found.pid, data=found.data))
        else:
            tell(say("没有运行，数据在 {data}。", "It does not run; data: {data}.", data=found.data))
