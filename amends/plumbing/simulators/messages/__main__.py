"""`python -m amends.plumbing.simulators.messages`: opens the book, listens, says where, and stops cleanly on SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from amends.plumbing.simulators.behaving import written
from amends.plumbing.simulators.books import Refused
from amends.plumbing.simulators.messages.accounts import make_accounts
from amends.plumbing.simulators.messages.behaviour import Behaviour, behave
from amends.plumbing.simulators.messages.book import Book
from amends.plumbing.simulators.messages.server import Services, set_hooks
from amends.plumbing.simulators.serving import port_file, serve_until_told


def arguments(parser: argparse.ArgumentParser, *, home: Path | None = None) -> None:
    """The options, for this program and for `amends simulator messages`, which keeps book and port file in `home`."""
    book, file = (home / "messages.sqlite", home / "messages.json") if home else (None, None)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--smtp-port", type=int, default=0, help="port of the mail server; 0 takes a free one")
    parser.add_argument("--book", type=Path, required=not home, default=book, help="the services' SQLite book; made where absent")
    parser.add_argument("--port-file", type=Path, default=file, help="where to write as JSON where each service is and how to sign in")
    parser.add_argument("--seed", help="the same seed and keys meet the same fate")
    parser.add_argument("--behaviour", default="plain", help="plain, realistic, hostile, a JSON object, or a file that holds one")
    parser.add_argument("--hooks", default="{}", help="where reports go, as JSON: aliyun, wechat, mail, each with url and secret")
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
        set_hooks(book, json.loads(options.hooks))
        accounts = make_accounts()
        services = Services(options.port, book, behaviour, accounts, options.smtp_port)
        services.mail.start()
    except (ValueError, OSError, OverflowError, Refused) as wrong:
        book.close()
        return _cannot(str(wrong))
    told: dict[str, Any] = {"url": services.url, "pid": os.getpid(), "book": book.path, **accounts.urls(services.url, services.smtp_port)}
    with port_file(options.port_file, told):
        sys.stdout.write(
            f"message simulator (reaches nobody) at {services.url}, mail at 127.0.0.1:{services.smtp_port}, book {book.path}\n"
        )
        sys.stdout.flush()
        services.pusher.start()
        serve_until_told(services, until_eof=options.until_eof)
        services.pusher.stop()
        services.mail.stop()
        services.server_close()
    book.close()
    return 0


def _cannot(why: str) -> int:
    sys.stderr.write(f"message simulator: {why}\n")
    return 2


def main(argv: Sequence[str] | None = None) -> int:
    """The program."""
    parser = argparse.ArgumentParser("python -m amends.plumbing.simulators.messages", description="Services that reach nobody.")
    arguments(parser)
    return run(parser.parse_args(argv))


if __name__ == "__main__":
    sys.exit(main())
