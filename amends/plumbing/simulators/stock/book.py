"""What the simulated stock system knows: pieces on hand, the moves that it booked, what it heard, and whom it serves.

Invariants, however often and in whatever order it is told, and whenever the process dies:
1. A move changes a level once: its key is unique in the book, and level and move stand in one transaction. One that was made before
   the last count changes nothing: whoever counted saw it.
2. What was heard is on the disk before it is answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amends.plumbing.simulators.books import OpenBook, Refused, micros, stamp

SCHEMA = """
CREATE TABLE IF NOT EXISTS level (
    product TEXT NOT NULL, place TEXT NOT NULL, on_hand INTEGER NOT NULL, counted INTEGER, PRIMARY KEY (product, place)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS move (
    key TEXT PRIMARY KEY, kind TEXT NOT NULL, product TEXT NOT NULL, place TEXT NOT NULL, grade TEXT NOT NULL, made INTEGER NOT NULL,
    booked INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS heard (id TEXT PRIMARY KEY, type TEXT NOT NULL, at INTEGER NOT NULL, times INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS shop (one INTEGER PRIMARY KEY CHECK (one = 1), url TEXT NOT NULL, key TEXT NOT NULL, secret TEXT NOT NULL)
"""
CHANGES = {"restock": 1, "out": -1}
"""By how much a move changes what can be sold; refurbished, scrapped and returned pieces are no longer, or not yet, among it."""
_BOOK = "INSERT OR IGNORE INTO move (key, kind, product, place, grade, made, booked) VALUES (?, ?, ?, ?, ?, ?, ?)"
_CHANGE = """
INSERT INTO level (product, place, on_hand) VALUES (?1, ?2, ?3)
    ON CONFLICT (product, place) DO UPDATE SET on_hand = on_hand + ?3 WHERE counted IS NULL OR counted < ?4
"""
_COUNT = """
INSERT INTO level (product, place, on_hand, counted) VALUES (?, ?, ?, ?)
    ON CONFLICT (product, place) DO UPDATE SET on_hand = excluded.on_hand, counted = excluded.counted
"""
_HEAR = "INSERT INTO heard VALUES (?, ?, ?, 1) ON CONFLICT (id) DO UPDATE SET times = times + 1"


class Book(OpenBook):
    """The open book. All its methods may be called from any thread; each is one transaction."""

    schema = SCHEMA

    def serve(self, url: str, key: str, secret: str) -> None:
        """From now on it works for the shop whose API `key` opens at `url`, and believes what `secret` signs."""
        with self.writing() as (connection, _):
            connection.execute("INSERT OR REPLACE INTO shop VALUES (1, ?, ?, ?)", (url.rstrip("/"), key, secret))

    def shop(self) -> tuple[str, str, str]:
        """Address, key and secret of the shop; refuses with 409 before anybody told them."""
        with self.reading() as (connection, _):
            found = connection.execute("SELECT url, key, secret FROM shop").fetchone()
        if found is None:
            raise Refused(409, "no_shop", "POST /shop first: url, key, secret")
        return str(found[0]), str(found[1]), str(found[2])

    def hear(self, event: str, kind: str) -> None:
        """The event is on record, with how often it came."""
        with self.writing() as (connection, now):
            connection.execute(_HEAR, (event, kind, now))

    def book(self, moves: list[Mapping[str, Any]]) -> int:
        """Each of these moves stands in the book and has changed its level, once for ever; answers how many were new."""
        fresh = 0
        with self.writing() as (connection, now):
            for move in moves:
                row = (move["key"], move["kind"], move["product"], move["place"], move["grade"], micros(move["made_at"]), now)
                if connection.execute(_BOOK, row).rowcount:
                    fresh += 1
                    connection.execute(_CHANGE, (move["product"], move["place"], CHANGES.get(move["kind"], 0), row[5]))
        return fresh

    def count(self, product: str, place: str, on_hand: int) -> str:
        """Somebody counted; answers when, in ISO 8601."""
        with self.writing() as (connection, now):
            connection.execute(_COUNT, (product, place, on_hand, now))
        return stamp(now)

    def newest(self) -> int:
        """When the newest booked move was made, in microseconds; 0 where there is none."""
        with self.reading() as (connection, _):
            return int(connection.execute("SELECT coalesce(max(made), 0) FROM move").fetchone()[0])

    def rows(self, table: str) -> list[dict[str, Any]]:
        """All of level, move or heard, in the order of their keys."""
        with self.reading() as (connection, _):
            found = connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2")  # noqa: S608 - the server's own three names
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
