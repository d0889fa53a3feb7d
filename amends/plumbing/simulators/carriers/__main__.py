"""`python -m amends.plumbing.simulators.carriers`: opens the book, listens, says where, and stops cleanly on SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path

from amends.plumbing.simulators.behaving import written
from amends.plumbing.simulators.books import Refused
from amends.plumbing.simulators.carriers.behaviour import Behaviour, behave
from amends.plumbing.simulators.carriers.book import Book
from amends.plumbing.simulators.carriers.easypost import EasyPost
from amends.plumbing.simulators.carriers.house import House
from amends.plumbing.simulators.carriers.kuaidi100 import Kuaidi100
from amends.plumbing.simulators.carriers.server import Carriers
from amends.plumbing.simulators.carriers.wires import Wire
from amends.plumbing.simulators.payments.webhooks import aim
from amends.plumbing.simulators.serving import port_file, serve_until_told

WIRES: tuple[type[Wire], ...] = (House, EasyPost, Kuaidi100)


def arguments(parser: argparse.ArgumentParser, *, home: Path | None = None) -> None:
    """The options, for this program and for `amends simulator carriers`, which keeps book and port file in `home`."""
    book, port_file = (home / "carriers.sqlite", home / "carriers.json") if home else (None, None)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--book", type=Path, required=not home, default=book, help="the couriers' SQLite book; made where absent")
    parser.add_argument("--port-file", type=Path, default=port_file, help="where to write {url, pid, book} as JSON once it listens")
    parser.add_argument("--seed", help="the same seed and waybills meet the same fate")
    parser.add_argument("--behaviour", default="plain", help="plain, realistic, hostile, a JSON object, or a file that holds one")
    parser.add_argument("--hooks", default="{}", help="where each wire pushes, as JSON: {wire: {url}}; kept in the book")
    parser.add_argument("--until-eof", action="store_true", help="stop when standard input ends: not to outlive the starter")


def run(options: argparse.Namespace) -> int:
    """Serves until told to stop; 0 then, 2 with a sentence on standard error where it can't begin."""
    try:
        behaviour = behave(written(options.behaviour), Behaviour(seed=options.seed or Behaviour().seed))
        options.book.parent.mkdir(parents=True, exist_ok=True)
        book = Book(str(options.book.resolve()))
    except (ValueError, OSError, sqlite3.Error) as wrong:
        return _cannot(f"another one holds the book {options.book}" if "locked" in str(wrong) else str(wrong))
    try:
        for wire, place in json.loads(options.hooks).items():
            aim(book, wire, str(place["url"]), "-")
        server = Carriers(options.port, book, behaviour)
    except (ValueError, KeyError, AttributeError, TypeError, Refused) as wrong:
        book.close()
        return _cannot(f"--hooks: {wrong}")
    except (OSError, OverflowError) as wrong:
        book.close()
        return _cannot(f"port {options.port} on 127.0.0.1: {wrong}")
    folder = options.book.with_name(f"{options.book.stem}-keys")
    server.speak({kind.name: kind(folder, server.url, server.desk) for kind in WIRES})
    told = {"url": server.url, "pid": os.getpid(), "book": book.path}
    with port_file(options.port_file, {**told, "wires": {name: wire.settings for name, wire in server.wires.items()}}):
        sys.stdout.write(f"carrier simulator (carries nothing) at {server.url}, book {book.path}\n")
        sys.stdout.flush()
        server.pusher.start()
        serve_until_told(server, until_eof=options.until_eof)
        server.pusher.stop()
        server.server_close()
    book.close()
    return 0


def _cannot(why: str) -> int:
    sys.stderr.write(f"carrier simulator: {why}\n")
    return 2


def main(argv: Sequence[str] | None = None) -> int:
    """The program."""
    parser = argparse.ArgumentParser("python -m amends.plumbing.simulators.carriers", description="Couriers that carry nothing.")
    arguments(parser)
    return run(parser.parse_args(argv))


if __name__ == "__main__":
    sys.exit(main())
