"""`python -m amends.plumbing.simulators.timestamps`: opens the book, listens, says where, and stops cleanly on SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path

from amends.plumbing.simulators.books import Refused
from amends.plumbing.simulators.serving import port_file, serve_until_told
from amends.plumbing.simulators.timestamps.book import Book
from amends.plumbing.simulators.timestamps.server import LEVERS, Authority
from amends.plumbing.simulators.timestamps.signing import seal_kept


def arguments(parser: argparse.ArgumentParser, *, home: Path | None = None) -> None:
    """The options, for this program and for `amends simulator timestamps`, which keeps book and port file in `home`."""
    book, file = (home / "timestamps.sqlite", home / "timestamps.json") if home else (None, None)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--book", type=Path, required=not home, default=book, help="the authority's SQLite book; made where absent")
    parser.add_argument("--port-file", type=Path, default=file, help="where to write as JSON where it is")
    parser.add_argument("--behaviour", default="plain", help=f"plain, or a JSON object of {', '.join(sorted(LEVERS))}")
    parser.add_argument("--until-eof", action="store_true", help="stop when standard input ends: not to outlive the starter")


def run(options: argparse.Namespace) -> int:
    """Serves until told to stop; 0 then, 2 with a sentence on standard error where it can't begin."""
    try:
        behaviour = {} if options.behaviour == "plain" else json.loads(options.behaviour)
        options.book.parent.mkdir(parents=True, exist_ok=True)
        book = Book(str(options.book.resolve()))
        root = Path(book.path).with_suffix(".root.pem")
        authority = Authority(options.port, book, seal_kept(Path(book.path).with_suffix(".key.pem"), root), behaviour)
    except (ValueError, OSError, OverflowError, sqlite3.Error, Refused) as wrong:
        why = f"another one holds the book {options.book}" if "locked" in str(wrong) else str(wrong)
        sys.stderr.write(f"timestamps simulator: {why}\n")
        return 2
    wires = {"rfc3161": {"AMENDS_TSA_URL": f"{authority.url}/tsr", "AMENDS_TSA_CERT": str(root), "AMENDS_TSA_NAME": "simulator"}}
    with port_file(options.port_file, {"url": authority.url, "pid": os.getpid(), "book": book.path, "wires": wires}):
        sys.stdout.write(f"timestamps simulator (an RFC 3161 authority that nobody trusts) at {authority.url}, book {book.path}\n")
        sys.stdout.flush()
        serve_until_told(authority, until_eof=options.until_eof)
        authority.server_close()
    book.close()
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """The program."""
    parser = argparse.ArgumentParser("python -m amends.plumbing.simulators.timestamps", description="A time-stamp authority.")
    arguments(parser)
    return run(parser.parse_args(argv))


if __name__ == "__main__":
    sys.exit(main())
