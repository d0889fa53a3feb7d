"""`amends up`: from nothing to a running Amends: database, tables, reference data, a demo marketplace where none is, and all processes.

Every step looks first whether there is anything to do, so that the second start is quick.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from amends.kernel.texts import Text, say
from amends.management.demo.market import is_wanted
from amends.management.running import behind, run, say_where, serve, the_database
from amends.plumbing import database, machine
from amends.plumbing.console import complain, tell


class Command(BaseCommand):
    """In the foreground until Ctrl-C, which stops all of it."""

    help = "Brings everything up to date, makes the demo marketplace where there is none, and serves until Ctrl-C."
    requires_system_checks: list[str] = []  # the database does not run yet

    def add_arguments(self, parser: CommandParser) -> None:
        """What to leave out."""
        parser.add_argument("--no-demo", action="store_true", help="leave an empty marketplace empty")
        parser.add_argument("--no-serve", action="store_true", help="only bring everything up to date")

    def handle(self, *args: Any, **options: Any) -> None:
        """Afterwards (and until Ctrl-C) everything runs."""
        if not options["no_serve"] and (trouble := machine.port_trouble(machine.bind_address(), machine.port())):
            complain(trouble)
            raise SystemExit(2)
        for lack in machine.lacks():
            complain(lack)
        try:
            self._up(demo=not options["no_demo"], serving=not options["no_serve"])
        except KeyboardInterrupt:
            tell(say("已中断。再次运行会从这里继续。", "Interrupted. The next run goes on from here."))
            raise SystemExit(130) from None

    def _up(self, *, demo: bool, serving: bool) -> None:
        with ExitStack() as held:
            with _step(say("数据库", "Database")):
                held.enter_context(the_database())
            held.callback(connection.close)
            self._bring_up_to_date(demo=demo)
            if serving:
                serve(say_where)
        tell(say("数据库已停止。全部停好了。", "The database has stopped. All is down."))

    def _bring_up_to_date(self, *, demo: bool) -> None:
        with _step(say("数据表", "Tables")):
            if behind():
                _must("migrate", "--verbosity=0", "--skip-checks", role="owner")
                database.allow_app()
        with _step(say("基础数据", "Reference data")):
            call_command("prepare", verbosity=0)
        if demo and is_wanted():
            tell(say("第一次启动，正在生成演示市场……", "First start: making the demo marketplace ..."))
            _must("demo_marketplace")


def _must(*words: str, role: str = "app") -> None:
    connection.close()
    code = run(*words, env={**os.environ, "AMENDS_DB_ROLE": role})
    if code:
        complain(
            say(
                "amends {command} 没有成功（{code}），到此为止。",
                "amends {command} failed ({code}); stopping here.",
                command=words[0],
                code=code,
            )
        )
        raise SystemExit(code if code > 0 else 1)


@contextmanager
def _step(name: Text) -> Iterator[None]:
    """Says afterwards what was done and how long it took."""
    begun = time.monotonic()
    yield
    tell(say("  {name}\t{seconds} 秒", "  {name}\t{seconds} s", name=name, seconds=f"{time.monotonic() - begun:.1f}"))
