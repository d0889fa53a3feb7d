"""What the simulated authority stamped, one row a stamp, in the order of its serial numbers."""

from __future__ import annotations

from typing import Any

from amends.plumbing.simulators.books import OpenBook, stamp


class Book(OpenBook):
    """The open book."""

    schema = "CREATE TABLE IF NOT EXISTS stamp (serial INTEGER PRIMARY KEY, digest TEXT NOT NULL, at INTEGER NOT NULL)"

    def note(self, digest: str, offset: int) -> tuple[int, int]:
        """The next serial number and the instant in microseconds, `offset` seconds from this machine's; on the disk."""
        with self.writing() as (connection, now):
            at = now + offset * 1_000_000
            row = connection.execute("INSERT INTO stamp (digest, at) VALUES (?, ?)", (digest, at))
            return int(row.lastrowid or 0), at

    def rows(self) -> list[dict[str, Any]]:
        """Every stamp."""
        with self.reading() as (connection, _):
            found = connection.execute("SELECT serial, digest, at FROM stamp ORDER BY serial").fetchall()
        return [{"serial": serial, "digest": digest, "at": stamp(at)} for serial, digest, at in found]
