"""The gateway's own book: money captured, refunds asked for, attempts to pay them, chargebacks, and webhooks to push.

Invariants, whoever asks and whenever the process dies:
1. What was answered 202 is on the disk (WAL with synchronous=FULL: fsync before the answer).
2. A key has one refund for ever; of its attempts at most one is paid, and only a failed one is followed by another.
3. Refunds not failed, and chargebacks not won by the merchant, never exceed what was captured of their tender when a refund is accepted.
4. One process holds the book: the file is locked, and the kernel frees it when the process dies.

An attempt's outcome is fixed when it is accepted and shows when its time has come, so nothing has to run for it. Instants are
microseconds since 1970 of this machine; amounts are integers in minor units. Not about HTTP: server.py is.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from typing import Any

from amends.plumbing.simulators.books import OpenBook, Refused, stamp
from amends.plumbing.simulators.payments.behaviour import Plan

SCHEMA = """
CREATE TABLE IF NOT EXISTS capture (
    tender TEXT PRIMARY KEY, order_ref TEXT NOT NULL, kind TEXT NOT NULL, currency TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0), at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refund (
    key TEXT PRIMARY KEY, tender TEXT NOT NULL REFERENCES capture, amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS refund_of_tender ON refund (tender);
CREATE TABLE IF NOT EXISTS attempt (
    key TEXT NOT NULL REFERENCES refund, number INTEGER NOT NULL, provider_ref TEXT NOT NULL UNIQUE,
    outcome TEXT NOT NULL CHECK (outcome IN ('paid', 'failed')), reason TEXT NOT NULL, at INTEGER NOT NULL, due INTEGER NOT NULL,
    PRIMARY KEY (key, number)) WITHOUT ROWID;
-- the second wall against paying one key twice
CREATE UNIQUE INDEX IF NOT EXISTS paid_once ON attempt (key) WHERE outcome = 'paid';
CREATE INDEX IF NOT EXISTS attempt_due ON attempt (due);
CREATE TABLE IF NOT EXISTS chargeback (
    id TEXT PRIMARY KEY, tender TEXT NOT NULL REFERENCES capture, amount INTEGER NOT NULL CHECK (amount > 0),
    state TEXT NOT NULL CHECK (state IN ('open', 'consumer', 'merchant')), opened INTEGER NOT NULL, decided INTEGER) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS chargeback_of_tender ON chargeback (tender);
CREATE TABLE IF NOT EXISTS target (only_one INTEGER PRIMARY KEY CHECK (only_one = 1), url TEXT NOT NULL, secret TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS push (
    id INTEGER PRIMARY KEY, event TEXT NOT NULL, body TEXT NOT NULL, due INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0, done INTEGER);
CREATE INDEX IF NOT EXISTS push_due ON push (due) WHERE done IS NULL;
"""
_LAST = """
SELECT r.key, r.tender, r.amount, r.currency, a.number, a.provider_ref, a.outcome, a.reason, a.at, a.due
  FROM refund r JOIN attempt a ON a.key = r.key WHERE r.key = ? ORDER BY a.number DESC LIMIT 1
"""
_HELD = """
SELECT COALESCE(SUM(r.amount), 0) FROM refund r JOIN attempt a ON a.key = r.key
 WHERE r.tender = ? AND a.number = (SELECT MAX(number) FROM attempt WHERE key = r.key) AND NOT (a.outcome = 'failed' AND a.due <= ?)
"""
BANKED = "SELECT COALESCE(SUM(amount), 0) FROM chargeback WHERE tender = ? AND state <> 'merchant'"

Pushes = Callable[[str], list[float]]


class Book(OpenBook):
    """The open book. All its methods may be called from any thread; each is one transaction."""

    schema = SCHEMA

    def register(self, captures: list[dict[str, Any]]) -> int:
        """Every capture is in the book; answers how many are new. A tender known with another body: 422, and none is written."""
        new = 0
        with self.writing() as (connection, at):
            for it in captures:
                row = (it["tender"], it["order"], it["kind"], it["currency"], it["amount"])
                done = connection.execute("INSERT INTO capture VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", (*row, at))
                new += done.rowcount
                if not done.rowcount and connection.execute("SELECT * FROM capture WHERE tender = ?", row[:1]).fetchone()[:5] != row:
                    raise Refused(422, "other_body", f"tender {it['tender']} was captured with another body")
        return new

    def ask(self, body: dict[str, Any], plan: Callable[[str, int], Plan], pushes: Pushes) -> tuple[dict[str, Any], bool]:
        """The refund of `body` is accepted and on the disk; answers it, and whether this request made the key's first attempt.

        Known key and same body: the same answer, or a further attempt where the last one failed. Refuses: other body 422, unknown
        tender 409, other currency 422, more than is left 409.
        """
        with self.writing() as (connection, now):
            last = connection.execute(_LAST, (body["key"],)).fetchone()
            if last and last[1:4] != (body["tender"], body["amount"], body["currency"]):
                raise Refused(422, "other_body", f"key {body['key']} was used with another body")
            if last and not (last[6] == "failed" and last[9] <= now):
                return _accepted(last[0], last[5], last[4]), False
            self._check_room(connection, body, now)
            if not last:
                connection.execute("INSERT INTO refund VALUES (:key, :tender, :amount, :currency, :at)", {**body, "at": now})
            number = last[4] + 1 if last else 1
            self._attempt(connection, body, number, plan(body["key"], number), pushes, now)
            return _accepted(body["key"], _provider_ref(body["key"], number), number), number == 1

    def _check_room(self, connection: sqlite3.Connection, body: dict[str, Any], now: int) -> None:
        captured = connection.execute("SELECT amount, currency FROM capture WHERE tender = ?", (body["tender"],)).fetchone()
        if not captured:
            raise Refused(409, "unknown_tender", f"nothing was captured of tender {body['tender']}")
        if captured[1] != body["currency"]:
            raise Refused(422, "other_currency", f"tender {body['tender']} was captured in {captured[1]}")
        held = connection.execute(_HELD, (body["tender"], now)).fetchone()[0]
        banked = connection.execute(BANKED, (body["tender"],)).fetchone()[0]
        if body["amount"] > captured[0] - held:
            raise Refused(409, "more_than_captured", f"{captured[0]} captured, {held} refunded or on the way, {body['amount']} asked")
        if body["amount"] > captured[0] - held - banked:
            raise Refused(409, "charged_back", f"{captured[0]} captured, {held} refunded, {banked} charged back, {body['amount']} asked")

    def _attempt(self, connection: sqlite3.Connection, body: dict[str, Any], number: int, plan: Plan, pushes: Pushes, now: int) -> None:
        ref, due = _provider_ref(body["key"], number), now + int(plan.wait * 1_000_000)
        row = (body["key"], number, ref, plan.outcome, plan.reason, now, due)
        connection.execute("INSERT INTO attempt VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        told = {**body, "state": plan.outcome, "reason": plan.reason, "provider_ref": ref, "attempt": number, "at": stamp(due)}
        announce(connection, f"refund.{plan.outcome}", ref, told, due, pushes)

    def look(self, key: str) -> dict[str, Any]:
        """How the refund `key` stands now; 404 where it was never received."""
        with self.reading() as (connection, now):
            row = connection.execute(_LAST, (key,)).fetchone()
        if not row:
            raise Refused(404, "never_received", f"no refund has the key {key}")
        shown = row[9] <= now
        return {
            "key": row[0], "tender": row[1], "amount": row[2], "currency": row[3], "attempt": row[4], "provider_ref": row[5],
            "state": row[6] if shown else "accepted", "reason": row[7] if shown else "", "at": stamp(row[9] if shown else row[8]),
        }  # fmt: skip


def announce(connection: sqlite3.Connection, kind: str, subject: str, data: dict[str, Any], at: int, pushes: Pushes) -> None:
    """The fact will be pushed to the target, if there is one: every push of it carries the same event id."""
    if not connection.execute("SELECT 1 FROM target").fetchone():
        return
    event = "evt_" + hashlib.sha256(f"{kind}|{subject}".encode()).hexdigest()[:24]
    body = json.dumps({"id": event, "type": kind, "timestamp": stamp(at), "data": data}, ensure_ascii=False)
    for seconds in pushes(event):
        connection.execute("INSERT INTO push (event, body, due) VALUES (?, ?, ?)", (event, body, at + int(seconds * 1_000_000)))


def _provider_ref(key: str, number: int) -> str:
    return "sim_" + hashlib.sha256(f"{key}|{number}".encode()).hexdigest()[:24]


def _accepted(key: str, provider_ref: str, attempt: int) -> dict[str, Any]:
    return {"key": key, "state": "accepted", "provider_ref": provider_ref, "attempt": attempt}
