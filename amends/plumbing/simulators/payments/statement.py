"""Reading the gateway's book, and what a bank does to it: the statement in pages, totals, chargebacks.

Not about refunds being asked for: book.py is.
"""

from __future__ import annotations

import secrets
import sqlite3
from typing import Any

from amends.plumbing.simulators.books import Refused, stamp
from amends.plumbing.simulators.payments.behaviour import Pushes
from amends.plumbing.simulators.payments.book import BANKED, Book, announce

NEVER = 2**62

_LINES = """
SELECT at, id, kind, tender, key, amount, currency, state, reason, provider_ref, order_ref, tender_kind, payment_ref, wire, payer FROM (
    SELECT at, 'c:' || tender AS id, 'capture' AS kind, tender, '' AS key, amount, currency, 'captured' AS state, '' AS reason,
           'c:' || tender AS provider_ref, order_ref, kind AS tender_kind, payment_ref, wire, payer_ref AS payer
      FROM capture WHERE at >= :since
    UNION ALL
    SELECT CASE WHEN a.due <= :now THEN a.due ELSE a.at END, 'r:' || a.provider_ref, r.kind, COALESCE(r.tender, ''), r.key,
           COALESCE(a.amount, r.amount), r.currency, CASE WHEN a.due <= :now THEN a.outcome ELSE 'accepted' END,
           CASE WHEN a.due <= :now THEN a.reason ELSE '' END, a.provider_ref, '', '', COALESCE(c.payment_ref, ''), r.wire, r.payer
      FROM attempt a JOIN refund r ON r.key = a.key LEFT JOIN capture c ON c.tender = r.tender
     WHERE a.due >= :since AND (:pending OR a.due <= :now)
    UNION ALL
    SELECT a.reversed, 'v:' || a.provider_ref, r.kind, COALESCE(r.tender, ''), r.key, COALESCE(a.amount, r.amount), r.currency,
           'reversed', 'reversed', a.provider_ref, '', '', COALESCE(c.payment_ref, ''), r.wire, r.payer
      FROM attempt a JOIN refund r ON r.key = a.key LEFT JOIN capture c ON c.tender = r.tender
     WHERE a.reversed >= :since AND a.reversed <= :now
    UNION ALL
    SELECT COALESCE(b.decided, b.opened), 'b:' || b.id, 'chargeback', b.tender, '', b.amount, c.currency, b.state, '', b.id, '', '',
           c.payment_ref, c.wire, c.payer_ref
      FROM chargeback b JOIN capture c ON c.tender = b.tender WHERE COALESCE(b.decided, b.opened) >= :since)
 WHERE (at, id) > (:at, :id) AND (:wire = '' OR wire = :wire) AND at < :until ORDER BY at, id LIMIT :limit
"""
_TOTALS = """
SELECT currency, SUM(captured), SUM(paid), SUM(charged_back) FROM (
    SELECT currency, amount AS captured, 0 AS paid, 0 AS charged_back FROM capture
    UNION ALL
    SELECT r.currency, 0, COALESCE(a.amount, r.amount), 0 FROM attempt a JOIN refund r ON r.key = a.key
     WHERE a.outcome = 'paid' AND a.due <= :now AND NOT (a.reversed IS NOT NULL AND a.reversed <= :now)
    UNION ALL
    SELECT c.currency, 0, 0, b.amount FROM chargeback b JOIN capture c ON c.tender = b.tender WHERE b.state <> 'merchant')
 GROUP BY currency ORDER BY currency
"""
NAMES = (
    "at", "id", "kind", "tender", "key", "amount", "currency", "state", "reason", "provider_ref", "order", "tender_kind", "payment_ref",
    "wire", "payer_ref",
)  # fmt: skip
_CHARGEBACK = """
SELECT b.id, b.tender, b.amount, c.currency, b.state, b.opened, b.decided, c.payment_ref, c.wire
  FROM chargeback b JOIN capture c ON c.tender = b.tender WHERE b.id = ?
"""


def lines(
    book: Book, *, since: int = 0, until: int = NEVER, after: str = "", limit: int = 1000, pending: bool = False, wire: str = ""
) -> dict[str, Any]:
    """A page of what happened at or after `since` and before `until`, oldest first; `next` is the cursor of the next page, or None.

    An attempt stands under the instant of its outcome; those still on the way are left out unless `pending`. `wire`: of one only.
    """
    at, _, identity = after.partition("|")
    if after and not at.isdigit():
        raise Refused(422, "bad_cursor", "`after` is a cursor that an earlier page gave as `next`")
    asked = {"since": since, "until": until, "pending": pending, "at": int(at or -1), "id": identity, "limit": limit, "wire": wire}
    with book.reading() as (connection, now):
        rows = connection.execute(_LINES, {**asked, "now": now}).fetchall()
    page = [{**dict(zip(NAMES, row, strict=True)), "at": stamp(row[0])} for row in rows]
    return {"lines": page, "next": f"{rows[-1][0]}|{rows[-1][1]}" if len(rows) == limit else None}


def totals(book: Book) -> dict[str, dict[str, int]]:
    """By currency, in minor units: captured, paid back, and charged back (open or lost by the merchant)."""
    with book.reading() as (connection, now):
        rows = connection.execute(_TOTALS, {"now": now}).fetchall()
    return {row[0]: {"captured": row[1], "paid": row[2], "charged_back": row[3]} for row in rows}


def open_chargeback(book: Book, tender: str, amount: int, pushes: Pushes) -> dict[str, Any]:
    """The consumer's bank has taken `amount` back for now; it may do so whether or not a refund was paid. At most what was captured."""
    with book.writing() as (connection, now):
        captured = connection.execute("SELECT amount FROM capture WHERE tender = ?", (tender,)).fetchone()
        if not captured:
            raise Refused(409, "unknown_tender", f"nothing was captured of tender {tender}")
        taken = connection.execute(BANKED, (tender,)).fetchone()[0]
        if amount > captured[0] - taken:
            raise Refused(409, "more_than_captured", f"{captured[0]} captured, {taken} charged back, {amount} asked")
        identity = "cb_" + secrets.token_hex(8)
        connection.execute("INSERT INTO chargeback VALUES (?, ?, ?, 'open', ?, NULL)", (identity, tender, amount, now))
        return _told(connection, identity, "chargeback.opened", now, pushes)


def decide_chargeback(book: Book, identity: str, won_by: str, pushes: Pushes) -> dict[str, Any]:
    """The bank has decided for the consumer (who keeps the money) or the merchant (who has it back). Once; the same again is answered."""
    with book.writing() as (connection, now):
        row = connection.execute("SELECT state FROM chargeback WHERE id = ?", (identity,)).fetchone()
        if not row:
            raise Refused(404, "unknown_chargeback", f"no chargeback {identity}")
        if row[0] not in ("open", won_by):
            raise Refused(409, "decided", f"chargeback {identity} was won by the {row[0]}")
        if row[0] == "open":
            connection.execute("UPDATE chargeback SET state = ?, decided = ? WHERE id = ?", (won_by, now, identity))
            return _told(connection, identity, "chargeback.decided", now, pushes)
        return _chargeback(connection, identity)


def _told(connection: sqlite3.Connection, identity: str, kind: str, at: int, pushes: Pushes) -> dict[str, Any]:
    data = _chargeback(connection, identity)
    wire = connection.execute(_CHARGEBACK, (identity,)).fetchone()[8]
    announce(connection, kind, identity, data, at, pushes, wire=wire)
    return data


def _chargeback(connection: sqlite3.Connection, identity: str) -> dict[str, Any]:
    row = connection.execute(_CHARGEBACK, (identity,)).fetchone()
    return {
        "id": row[0], "tender": row[1], "amount": row[2], "currency": row[3], "state": row[4],
        "opened_at": stamp(row[5]), "decided_at": stamp(row[6]) if row[6] else None, "provider_ref": row[0], "payment_ref": row[7],
    }  # fmt: skip
