"""The `amends` command: every management command of the project, with the embedded database running underneath it.

A command that needs the database holds a lease on it (amends.plumbing.embedded.lease), so that the first to come starts it and the last
to leave stops it; DATABASE_URL switches all of that off. What goes wrong on the machine is said in one sentence with its remedy.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import AbstractContextManager, nullcontext
from types import FrameType

from django.core.management import execute_from_command_line
from django.db import ProgrammingError
from psycopg.errors import UndefinedTable

from amends.kernel.refusals import Refusal
from amends.kernel.texts import say
from amends.plumbing.console import complain
from amends.plumbing.database import DatabaseRefused, home, is_embedded
from amends.plumbing.embedded import LauncherError, Lease, Server
from amends.plumbing.supervised import follow_the_supervisor

# `up` and `serve` speak while the database starts, so they start it themselves.
WITHOUT_DATABASE = {
    "help",
    "version",
    "--version",
    "--help",
    "-h",
    "up",
    "serve",
    "database",
    "simulator",
    "collectstatic",
    "check_texts",
    "lifecycle",
    "notices table",
    "openapi",
}
AS_OWNER = {"migrate", "makemigrations", "sqlmigrate", "showmigrations", "squashmigrations"}
WITH_POOL = {"web", "live"}
POOL = "12"


def main(argv: list[str] | None = None) -> None:
    """Runs one command and ends with its exit code; 2 with a sentence where the database is not to be had."""
    words = sys.argv if argv is None else argv
    command = words[1] if len(words) > 1 else "help"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amends.settings")
    os.environ["AMENDS_HOME"] = str(home())
    if command in AS_OWNER:
        os.environ.setdefault("AMENDS_DB_ROLE", "owner")
    if command in WITH_POOL:
        os.environ.setdefault("AMENDS_DB_POOL", POOL)
    follow_the_supervisor()
    signal.signal(signal.SIGTERM, _end)
    try:
        with _database(command, words):
            execute_from_command_line([_program(words[0]), *words[1:]])
    except (LauncherError, DatabaseRefused, Refusal) as error:
        complain(error.text)
        raise SystemExit(2) from None
    except ProgrammingError as error:
        if not isinstance(error.__cause__, UndefinedTable):
            raise
        right = say(
            "数据库里还没有表。请先运行 amends up --no-demo --no-serve。",
            "The database has no tables yet. Run `amends up --no-demo --no-serve`.",
        )
        complain(right)
        raise SystemExit(2) from None
    except KeyboardInterrupt:  # Ctrl-C is an answer, not an accident
        raise SystemExit(130) from None


def _end(number: int, frame: FrameType | None) -> None:
    """Being asked to end leaves the blocks above in order; commands that serve install something better."""
    raise SystemExit(128 + number)


def _database(command: str, words: list[str]) -> AbstractContextManager[Server | None]:
    asks_only = any(word in {"--help", "-h", "--version"} for word in words[2:])
    if asks_only or command in WITHOUT_DATABASE or " ".join(words[1:3]) in WITHOUT_DATABASE or not is_embedded():
        return nullcontext()
    return Lease(home())


def _program(path: str) -> str:
    """What `--help` calls us, also under `python -m amends`."""
    return "amends" if os.path.basename(path) == "__main__.py" else path
