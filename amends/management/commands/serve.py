"""`amends serve`: web, worker, clock and payment simulator together on one machine. `up` does the same after bringing all up to date."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from amends.kernel.texts import say
from amends.management.running import behind, say_where, serve, the_database
from amends.plumbing.console import complain


class Command(BaseCommand):
    """In the foreground until Ctrl-C."""

    help = "Keeps web, worker, clock and payment simulator running on one machine until Ctrl-C."
    requires_system_checks: list[str] = []  # the database does not run yet

    def handle(self, *args: Any, **options: Any) -> None:
        """Serves, unless the tables are older than the program."""
        with the_database():
            if behind():
                complain(
                    say(
                        "数据表还不是最新。请先运行 amends up 或 amends migrate。",
                        "The tables are out of date. Run amends up or amends migrate first.",
                    )
                )
                raise SystemExit(2)
            serve(say_where)
