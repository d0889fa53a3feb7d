"""The tables of the gateway's book, and how a book of an earlier make is brought up to them. The standard library alone."""

from __future__ import annotations

import sqlite3

SCHEMA = """
CREATE TABLE IF NOT EXISTS capture (
    tender TEXT PRIMARY KEY, order_ref TEXT NOT NULL, kind TEXT NOT NULL, currency TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0), at INTEGER NOT NULL, wire TEXT NOT NULL DEFAULT 'house',
    payment_ref TEXT NOT NULL DEFAULT '', payer_ref TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS capture_of_payment ON capture (wire, payment_ref) WHERE payment_ref <> '';
-- money out under one key: back to a tender, or (kind transfer) to an account
CREATE TABLE IF NOT EXISTS refund (
    key TEXT PRIMARY KEY, tender TEXT REFERENCES capture, amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL DEFAULT 'refund', wire TEXT NOT NULL DEFAULT 'house',
    payer TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '{}', CHECK (kind = 'transfer' OR tender IS NOT NULL)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS refund_of_tender ON refund (tender);
CREATE TABLE IF NOT EXISTS attempt (
    key TEXT NOT NULL REFERENCES refund, number INTEGER NOT NULL, provider_ref TEXT NOT NULL UNIQUE,
    outcome TEXT NOT NULL CHECK (outcome IN ('paid', 'failed')), reason TEXT NOT NULL, at INTEGER NOT NULL, due INTEGER NOT NULL,
    amount INTEGER, reversed INTEGER, PRIMARY KEY (key, number)) WITHOUT ROWID;
-- the second wall against paying one key twice
CREATE UNIQUE INDEX IF NOT EXISTS paid_once ON attempt (key) WHERE outcome = 'paid';
CREATE INDEX IF NOT EXISTS attempt_due ON attempt (due);
CREATE TABLE IF NOT EXISTS chargeback (
    id TEXT PRIMARY KEY, tender TEXT NOT NULL REFERENCES capture, amount INTEGER NOT NULL CHECK (amount > 0),
    state TEXT NOT NULL CHECK (state IN ('open', 'consumer', 'merchant')), opened INTEGER NOT NULL, decided INTEGER) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS chargeback_of_tender ON chargeback (tender);
-- a page where somebody may pay; paid, it is a capture under its key
CREATE TABLE IF NOT EXISTS page (
    key TEXT PRIMARY KEY, wire TEXT NOT NULL, title TEXT NOT NULL, amount INTEGER NOT NULL CHECK (amount > 0), currency TEXT NOT NULL,
    at INTEGER NOT NULL, paid INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS aim (wire TEXT PRIMARY KEY, url TEXT NOT NULL, secret TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS push (
    id INTEGER PRIMARY KEY, event TEXT NOT NULL, body TEXT NOT NULL, due INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0, done INTEGER,
    wire TEXT NOT NULL DEFAULT 'house', subject TEXT NOT NULL DEFAULT '', forged INTEGER NOT NULL DEFAULT 0, status INTEGER);
CREATE INDEX IF NOT EXISTS push_due ON push (due) WHERE done IS NULL;
"""
_FIRST_MAKE = [
    "ALTER TABLE capture ADD COLUMN wire TEXT NOT NULL DEFAULT 'house'",
    "ALTER TABLE capture ADD COLUMN payment_ref TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE capture ADD COLUMN payer_ref TEXT NOT NULL DEFAULT ''",
    "CREATE TABLE refund_new (key TEXT PRIMARY KEY, tender TEXT REFERENCES capture, amount INTEGER NOT NULL CHECK (amount > 0), "
    "currency TEXT NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL DEFAULT 'refund', wire TEXT NOT NULL DEFAULT 'house', "
    "payer TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '{}', CHECK (kind = 'transfer' OR tender IS NOT NULL)) WITHOUT ROWID",
    "INSERT INTO refund_new (key, tender, amount, currency, at) SELECT key, tender, amount, currency, at FROM refund",
    "DROP TABLE refund",
    "ALTER TABLE refund_new RENAME TO refund",
    "ALTER TABLE attempt ADD COLUMN amount INTEGER",
    "ALTER TABLE attempt ADD COLUMN reversed INTEGER",
    "ALTER TABLE push ADD COLUMN wire TEXT NOT NULL DEFAULT 'house'",
    "ALTER TABLE push ADD COLUMN subject TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE push ADD COLUMN forged INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE push ADD COLUMN status INTEGER",
    "CREATE TABLE aim (wire TEXT PRIMARY KEY, url TEXT NOT NULL, secret TEXT NOT NULL) WITHOUT ROWID",
    "INSERT INTO aim SELECT 'house', url, secret FROM target",
    "DROP TABLE target",
]


def bring_up(connection: sqlite3.Connection) -> None:
    """A book that knew one wire only has the tables of now, with all that stood in it; any other is left as it is."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'target'").fetchone():
        return
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA legacy_alter_table = ON")  # what refers to `refund` shall refer to its successor
    connection.execute("BEGIN IMMEDIATE")
    for statement in _FIRST_MAKE:
        connection.execute(statement)
    connection.execute("COMMIT")
    connection.execute("PRAGMA legacy_alter_table = OFF")
    connection.execute("PRAGMA foreign_keys = ON")
