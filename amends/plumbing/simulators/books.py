"""The book of a simulator: one SQLite file with an fsync before every answer, held by one process, told in microseconds of this machine.

What stands in it is each simulator's own; here is only how it is kept. The standard library alone.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta


class Refused(Exception):
    """Nothing was written; `status` is HTTP's, `code` the machine's word, `detail` a sentence."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail


def stamp(micros: int) -> str:
    """An instant of the book as ISO 8601 in UTC."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)).isoformat().replace("+00:00", "Z")


def micros(text: str) -> int:
    """An instant in ISO 8601 with its zone, as the book counts it; refuses with 422."""
    try:
        instant = datetime.fromisoformat(text)
        return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    except (ValueError, TypeError) as wrong:
        raise Refused(422, "bad_instant", f"an instant like 2026-03-01T08:00:00Z is wanted, not {text!r}") from wrong


class OpenBook:
    """The open book. All its methods may be called from any thread; each is one transaction."""

    schema = ""

    def __init__(self, path: str) -> None:
        self._lock = threading.RLock()
        self._last = 0
        self.path = path
        self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=2)
        # Exclusive from the first write on: a second process on the same book would break what the book promises.
        for pragma in ("locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            self.connection.execute(f"PRAGMA {pragma}")
        self.before(self.connection)
        with self.writing() as (connection, _):
            for statement in self.schema.split(";\n"):
                connection.execute(statement)

    def before(self, connection: sqlite3.Connection) -> None:
        """A book of an earlier make is brought up to the schema, before that is made sure of; most have nothing to do here."""

    def now(self) -> int:
        """The present instant; never earlier than one given out before, so that what was seen stays seen."""
        with self._lock:
            self._last = max(self._last, time.time_ns() // 1000)
            return self._last

    @contextmanager
    def writing(self) -> Iterator[tuple[sqlite3.Connection, int]]:
        """One transaction, alone, at one instant; on the disk when the block is left, undone when it raises."""
        with self._lock:
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection, self.now()
            except BaseException:
                self.connection.execute("ROLLBACK")
                raise
            self.connection.execute("COMMIT")

    @contextmanager
    def reading(self) -> Iterator[tuple[sqlite3.Connection, int]]:
        """The book as it stands at one instant."""
        with self._lock:
            yield self.connection, self.now()

    def close(self) -> None:
        """No more is written."""
        with self._lock:
            self.connection.close()
