"""What the simulated couriers know: labels, pick-ups, parcels, what was told of them and when it is seen, and who is told.

Invariants, whoever asks and whenever the process dies:
1. What was answered as done is on the disk (fsync before the answer); a key of the house is one label, pick-up or case for ever.
2. An event is seen at its `due`; its pushes stand beside it from the beginning, so nothing has to run for it to happen.

Not about any wire, nor about behaviour: the callers say when.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from amends.plumbing.simulators.books import OpenBook, Refused, stamp
from amends.plumbing.simulators.carriers.behaviour import Push

SCHEMA = """
CREATE TABLE IF NOT EXISTS parcel (
    id INTEGER PRIMARY KEY, carrier TEXT NOT NULL, waybill TEXT NOT NULL, grams INTEGER NOT NULL, at INTEGER NOT NULL,
    UNIQUE (carrier, waybill));
CREATE TABLE IF NOT EXISTS told (
    id INTEGER PRIMARY KEY, parcel INTEGER NOT NULL REFERENCES parcel (id), kind TEXT NOT NULL, at INTEGER NOT NULL, due INTEGER NOT NULL,
    place TEXT NOT NULL, words TEXT NOT NULL, grams INTEGER, expected TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS told_of ON told (parcel, due);
CREATE TABLE IF NOT EXISTS deal (
    ref TEXT PRIMARY KEY, what TEXT NOT NULL, wire TEXT NOT NULL, key TEXT NOT NULL, waybill TEXT NOT NULL, state TEXT NOT NULL,
    asked TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS deal_key ON deal (wire, key);
CREATE TABLE IF NOT EXISTS subscription (
    wire TEXT NOT NULL, carrier TEXT NOT NULL, waybill TEXT NOT NULL, PRIMARY KEY (wire, carrier, waybill)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS aim (wire TEXT PRIMARY KEY, url TEXT NOT NULL, secret TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS push (
    id INTEGER PRIMARY KEY, event TEXT NOT NULL, wire TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL, forged INTEGER NOT NULL,
    due INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0, done INTEGER, status INTEGER);
CREATE INDEX IF NOT EXISTS push_due ON push (due) WHERE done IS NULL;
"""
SECOND = 1_000_000
News = Callable[[str], list[Push]]


@dataclass(frozen=True, slots=True)
class Deal:
    """Something asked for under a key: `what` is label, shipment, pickup, enquiry, interception or redirection."""

    ref: str
    what: str
    wire: str
    key: str
    waybill: str
    state: str
    asked: dict[str, Any]
    at: int

    def shown(self) -> dict[str, Any]:
        """For the book's page."""
        return {"ref": self.ref, "what": self.what, "wire": self.wire, "key": self.key, "waybill": self.waybill, "state": self.state,
                "asked": self.asked, "at": stamp(self.at)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """One event to be told: `after` seconds from now it is seen; `at` is what it says of itself, in microseconds."""

    kind: str
    after: float
    at: int
    place: str = ""
    words: str = ""
    grams: int | None = None
    expected: str = ""


class Book(OpenBook):
    """The open book. All its methods may be called from any thread; each is one transaction."""

    schema = SCHEMA

    def deal(self, what: str, wire: str, key: str, asked: dict[str, Any], *, prefix: str, waybill: str = "", state: str = "made") -> Deal:
        """What was asked under this key is done, once where `key` is not empty. Refuses another content under the same key (409)."""
        text = json.dumps(asked, ensure_ascii=False, sort_keys=True)
        with self.writing() as (connection, now):
            if key and (row := connection.execute(f"{_DEAL} WHERE wire = ? AND key = ? AND what = ?", (wire, key, what)).fetchone()):
                if row[6] != text:
                    raise Refused(409, "other_content", f"the key {key} was used for something else")
                return _deal(row)
            ref = prefix + secrets.token_hex(8)
            connection.execute("INSERT INTO deal VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (ref, what, wire, key, waybill, state, text, now))
            return Deal(ref, what, wire, key, waybill, state, asked, now)

    def found(self, where: str, values: Sequence[Any]) -> list[Deal]:
        """The deals that fit, newest first."""
        with self.reading() as (connection, _):
            return [_deal(row) for row in connection.execute(f"{_DEAL} WHERE {where} ORDER BY at DESC, ref LIMIT 5000", tuple(values))]

    def one(self, ref: str, *whats: str) -> Deal:
        """The deal of this reference; refuses (404) where there is none of these kinds."""
        found = [deal for deal in self.found("ref = ?", (ref,)) if deal.what in whats]
        if not found:
            raise Refused(404, "unknown", f"there is no {' or '.join(whats)} {ref}")
        return found[0]

    def change(self, ref: str, *, state: str = "", waybill: str = "", asked: dict[str, Any] | None = None) -> None:
        """The deal stands so from now on."""
        text = None if asked is None else json.dumps(asked, ensure_ascii=False, sort_keys=True)
        with self.writing() as (connection, _):
            connection.execute(_CHANGE, (state, waybill, text, ref))

    def parcel(self, carrier: str, waybill: str, grams: int = 0) -> int:
        """The waybill is known; answers its number here."""
        with self.writing() as (connection, now):
            connection.execute(
                "INSERT OR IGNORE INTO parcel (carrier, waybill, grams, at) VALUES (?, ?, ?, ?)", (carrier, waybill, grams, now)
            )
            return int(connection.execute("SELECT id FROM parcel WHERE carrier = ? AND waybill = ?", (carrier, waybill)).fetchone()[0])

    def subscribe(self, wire: str, carrier: str, waybill: str, news: News) -> bool:
        """That wire is told of the waybill: of what is to come, and of what was seen. Answers whether that is new."""
        with self.writing() as (connection, now):
            place = (wire, carrier, waybill)
            new = connection.execute("INSERT OR IGNORE INTO subscription VALUES (?, ?, ?)", place).rowcount == 1
            for row in _events(connection, carrier, waybill) if new else []:
                _push(connection, now, wire, carrier, waybill, row["id"], row["due"], news)
            return new

    def happen(self, carrier: str, waybill: str, events: Sequence[Seen], news: News) -> list[int]:
        """The events will be seen, and told to every wire that subscribed; answers their numbers. Refuses (404) an unknown waybill."""
        numbers = []
        with self.writing() as (connection, now):
            row = connection.execute("SELECT id FROM parcel WHERE carrier = ? AND waybill = ?", (carrier, waybill)).fetchone()
            if row is None:
                raise Refused(404, "unknown", f"nobody knows {carrier} {waybill}")
            wires = "SELECT wire FROM subscription WHERE carrier = ? AND waybill = ?"
            told_to = [wire for (wire,) in connection.execute(wires, (carrier, waybill))]
            for event in events:
                due = now + int(event.after * SECOND)
                values = (row[0], event.kind, event.at, due, event.place, event.words, event.grams, event.expected)
                number = connection.execute(
                    "INSERT INTO told (parcel, kind, at, due, place, words, grams, expected) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values
                ).lastrowid
                numbers.append(int(number or 0))
                for wire in told_to:
                    _push(connection, now, wire, carrier, waybill, numbers[-1], due, news)
        return numbers

    def stop(self, carrier: str, waybill: str) -> None:
        """What was not seen yet does not happen, and nobody is told of it."""
        with self.writing() as (connection, now):
            for (number,) in connection.execute(_AHEAD, (now, carrier, waybill)).fetchall():
                connection.execute("DELETE FROM push WHERE event = ?", (f"trk-{number}",))
                connection.execute("DELETE FROM told WHERE id = ?", (number,))

    def events(self, carrier: str, waybill: str, *, until: int | None = None, up_to: int | None = None) -> list[dict[str, Any]]:
        """What is seen of the waybill now (or would be at `until`), oldest first; with `up_to` nothing after that event."""
        with self.reading() as (connection, now):
            end = now if until is None else until
            rows = [row for row in _events(connection, carrier, waybill) if row["due"] <= end]
        return [row for row in rows if up_to is None or row["id"] <= up_to]

    def whole(self) -> dict[str, Any]:
        """The whole book, for people and tests."""
        with self.reading() as (connection, _):
            parcels = connection.execute("SELECT carrier, waybill, grams FROM parcel ORDER BY id").fetchall()
            rows = [
                {"carrier": one[0], "waybill": one[1], "grams": one[2], "events": _events(connection, one[0], one[1])} for one in parcels
            ]
            told_to = [
                dict(zip(("wire", "carrier", "waybill"), row, strict=True)) for row in connection.execute("SELECT * FROM subscription")
            ]
        return {"parcels": rows, "deals": [deal.shown() for deal in self.found("1 = 1", ())], "subscriptions": told_to}


_CHANGE = """
UPDATE deal SET state = COALESCE(NULLIF(?, ''), state), waybill = COALESCE(NULLIF(?, ''), waybill), asked = COALESCE(?, asked)
 WHERE ref = ?
"""
_AHEAD = "SELECT t.id FROM told t JOIN parcel p ON p.id = t.parcel WHERE t.due > ? AND p.carrier = ? AND p.waybill = ?"
_DEAL = "SELECT ref, what, wire, key, waybill, state, asked, at FROM deal"


def _deal(row: tuple[Any, ...]) -> Deal:
    ref, what, wire, key, waybill, state, asked, at = row
    return Deal(ref, what, wire, key, waybill, state, json.loads(asked), at)


def _events(connection: sqlite3.Connection, carrier: str, waybill: str) -> list[dict[str, Any]]:
    asked = (
        "SELECT t.id, t.kind, t.at, t.due, t.place, t.words, t.grams, t.expected FROM told t JOIN parcel p ON p.id = t.parcel"
        " WHERE p.carrier = ? AND p.waybill = ? ORDER BY t.id"
    )
    names = ("id", "kind", "at", "due", "place", "words", "grams", "expected")
    return [dict(zip(names, row, strict=True)) for row in connection.execute(asked, (carrier, waybill))]


def _push(connection: sqlite3.Connection, now: int, wire: str, carrier: str, waybill: str, number: int, due: int, news: News) -> None:
    fact = json.dumps({"id": f"trk-{number}", "carrier": carrier, "waybill": waybill, "event": number})
    for push in news(f"{wire}:{carrier}:{waybill}:{number}"):
        values = (f"trk-{number}", wire, waybill, fact, int(push.forged), max(now, due) + int(push.after * SECOND))
        connection.execute("INSERT INTO push (event, wire, subject, body, forged, due) VALUES (?, ?, ?, ?, ?, ?)", values)
