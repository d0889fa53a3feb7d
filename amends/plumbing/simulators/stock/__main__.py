"""`python -m amends.plumbing.simulators.stock`: opens the book, listens, says where, and stops cleanly on SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path

from amends.plumbing.simulators.serving import port_file, serve_until_told
from amends.plumbing.simulators.stock.book import Book
from amends.plumbing.simulators.stock.server import LEVERS, Stockroom


def arguments(parser: argparse.ArgumentParser, *, home: Path | None = None) -> None:
    """The options, for this program and for `amends simulator stock`, which keeps book and port file in `home`."""
    book, file = (home / "stock.sqlite", home / "stock.json") if home else (None, None)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--book", type=Path, required=not home, default=book, help="the stock system's SQLite book; made where absent")
    parser.add_argument("--port-file", type=Path, default=file, help="where to write as JSON where it is")
    parser.add_argument("--behaviour", default="plain", help=f"plain, or a JSON object of {', '.join(sorted(LEVERS))}")
    parser.add_argument("--until-eof", action="store_true", help="stop when standard input ends: not to outlive the starter")


def run(options: argparse.Namespace) -> int:
    """Serves until told to stop; 0 then, 2 with a sentence on standard error where it can't begin."""
    try:
        behaviour = {} if options.behaviour == "plain" else json.loads(options.behaviour)
        options.book.parent.mkdir(parents=True, exist_ok=True)
        book = Book(str(options.book.resolve()))
        stockroom = Stockroom(options.port, book, behaviour)
    except (ValueError, OSError, OverflowError, sqlite3.Error) as wrong:
        why = f"another one holds the book {options.book}" if "locked" in str(wrong) else str(wrong)
        sys.stderr.write(f"stock simulator: {why}\n")
        return 2
    with port_file(options.port_file, {"url": stockroom.url, "pid": os.getpid(), "book": book.path}):
        sys.stdout.write(f"stock simulator (a shop's stock system) at {stockroom.url}, book {book.path}\n")
        sys.stdout.flush()
        serve_until_told(stockroom, until_eof=options.until_eof)
        stockroom.server_close()
    book.close()
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """The program."""
    parser = argparse.ArgumentParser("python -m amends.plumbing.simulators.stock", description="A shop's stock system.")
    arguments(parser)
    return run(parser.parse_args(argv))


if __name__ == "__main__":
    sys.exit(main())
