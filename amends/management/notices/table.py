"""The table of notices as a paper: docs/notices.md.

amends notices table
amends notices table --check
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from amends.kernel.texts import say
from amends.management.notices_page import PAGE, page
from amends.plumbing.console import complain, tell

HELP = "docs/notices.md from the table (--check: fail when it is stale; --stdout: print it here)"


def add_arguments(parser: ArgumentParser) -> None:
    """What may follow `amends notices table`."""
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 when the page is stale")
    parser.add_argument("--stdout", action="store_true", help="print the page instead of writing it")


def run(asked: Namespace) -> None:
    """The page is printed, written, or compared with the one that stands."""
    wanted = page()
    if asked.stdout:
        print(wanted, end="")
    elif not asked.check:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(wanted, "utf-8")
        tell(say("已写入 {page}", "Written: {page}", page=PAGE))
    elif not PAGE.is_file() or PAGE.read_text("utf-8") != wanted:
        complain(say("docs/notices.md 已过时，请运行 amends notices table。", "docs/notices.md is stale; run: amends notices table"))
        sys.exit(1)
