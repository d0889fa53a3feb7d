"""What the simulated services know: messages taken over, every request, subscriptions, tokens, and reports to push.

Invariants, whoever asks and whenever the process dies:
1. What was answered as taken over is on the disk (fsync before the answer).
2. A message's outcome is fixed when it is taken over and shows when its time has come, so nothing has to run for it.
3. `copies` is how often the person got it, once it shows: the sum over a key's messages is what the person saw.

Not about any wire: the services are.
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from amends.plumbing.simulators.books import OpenBook, stamp

SCHEMA = """
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY, ref TEXT NOT NULL UNIQUE, service TEXT NOT NULL, key TEXT NOT NULL, recipient TEXT NOT NULL,
    subject TEXT NOT NULL, text TEXT NOT NULL, detail TEXT NOT NULL, at INTEGER NOT NULL, due INTEGER NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('delivered', 'failed', 'lost')), reason TEXT NOT NULL, copies INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS message_key ON message (key);
CREATE INDEX IF NOT EXISTS message_recipient ON message (service, recipient);
CREATE TABLE IF NOT EXISTS request (
    id INTEGER PRIMARY KEY, service TEXT NOT NULL, key TEXT NOT NULL, at INTEGER NOT NULL, said TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS subscription (
    id TEXT PRIMARY KEY, private TEXT NOT NULL, auth TEXT NOT NULL, server_key TEXT NOT NULL, ended INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS hook (service TEXT PRIMARY KEY, url TEXT NOT NULL, secret TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS push (
    id INTEGER PRIMARY KEY, service TEXT NOT NULL, url TEXT NOT NULL, content_type TEXT NOT NULL, body BLOB NOT NULL,
    due INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0, done INTEGER);
CREATE INDEX IF NOT EXISTS push_due ON push (due) WHERE done IS NULL;
"""
_MESSAGES = """
SELECT id, ref, service, key, recipient, subject, text, detail, at, due, outcome, reason, copies FROM message
 WHERE (:service = '' OR service = :service) AND (:key = '' OR key = :key) AND (:recipient = '' OR recipient = :recipient)
   AND (:ref = '' OR ref = :ref) ORDER BY id DESC LIMIT :limit
"""
_REQUESTS = "SELECT service, key, at, said FROM request WHERE (:key = '' OR key = :key) ORDER BY id LIMIT :limit"
MOST = 5000


class Book(OpenBook):
    """The open book. All its methods may be called from any thread; each is one transaction."""

    schema = SCHEMA

    def heard(self, service: str, key: str, said: str) -> None:
        """A request came that had no effect, and what was said to it."""
        with self.writing() as (connection, now):
            note(connection, service, key, now, said)

    def messages(self, *, service: str = "", key: str = "", recipient: str = "", ref: str = "", limit: int = MOST) -> list[dict[str, Any]]:
        """The messages that fit, newest first, as they stand now: state accepted until the outcome shows."""
        asked = {"service": service, "key": key, "recipient": recipient, "ref": ref, "limit": limit}
        with self.reading() as (connection, now):
            return [_shown(row, now) for row in connection.execute(_MESSAGES, asked)]

    def requests(self, key: str = "", limit: int = MOST) -> list[dict[str, Any]]:
        """Every request, oldest first: service, key, at, and what was said to it."""
        with self.reading() as (connection, _):
            rows = connection.execute(_REQUESTS, {"key": key, "limit": limit}).fetchall()
        return [{"service": row[0], "key": row[1], "at": stamp(row[2]), "said": row[3]} for row in rows]

    def hook(self, service: str) -> tuple[str, str]:
        """Where that service's reports go, and what they are signed with; empty where nowhere."""
        with self.reading() as (connection, _):
            return connection.execute("SELECT url, secret FROM hook WHERE service = ?", (service,)).fetchone() or ("", "")

    def aim(self, service: str, url: str, secret: str) -> None:
        """From now on that service's reports go to `url`."""
        with self.writing() as (connection, _):
            connection.execute("INSERT OR REPLACE INTO hook VALUES (?, ?, ?)", (service, url, secret))


def note(connection: sqlite3.Connection, service: str, key: str, now: int, said: str) -> None:
    """The request stands in the book, inside the caller's transaction."""
    connection.execute("INSERT INTO request (service, key, at, said) VALUES (?, ?, ?, ?)", (service, key, now, said))


def _shown(row: tuple[Any, ...], now: int) -> dict[str, Any]:
    names = ("id", "ref", "service", "key", "to", "subject", "text")
    shown = row[9] <= now and row[10] != "lost"
    return {
        **dict(zip(names, row[:7], strict=True)), "detail": json.loads(row[7]), "at": stamp(row[8]),
        "shown_at": stamp(row[9]) if shown else None, "state": row[10] if shown else "accepted",
        "reason": row[11] if shown else "", "copies": row[12] if row[9] <= now else 0,
    }  # fmt: skip
