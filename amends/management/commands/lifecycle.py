"""`amends lifecycle`: docs/lifecycle.md from the tables; `--check` fails when the page is stale."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from amends.kernel.texts import say
from amends.management.lifecycle_page import PAGE, page
from amends.plumbing.console import complain, tell


class Command(BaseCommand):
    help = "Print docs/lifecycle.md from the tables of all lives (--check: fail when it is stale; --stdout: print it here)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 when the page is stale")
        parser.add_argument("--stdout", action="store_true", help="print the page instead of writing it")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = page()
        if options["stdout"]:
            print(wanted, end="")
        elif not options["check"]:
            PAGE.parent.mkdir(exist_ok=True)
            PAGE.write_text(wanted, "utf-8")
            tell(say("已写入 {page}", "Written: {page}", page=PAGE))
        elif not PAGE.is_file() or PAGE.read_text("utf-8") != wanted:
            complain(say("docs/lifecycle.md 已过时，请运行 amends lifecycle。", "docs/lifecycle.md is stale; run: amends lifecycle"))
            sys.exit(1)
