"""Pages where somebody may pay: made by a wire under a key, paid by a person (or a test), and then a capture under that key."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from amends.plumbing.simulators.books import Refused, stamp
from amends.plumbing.simulators.payments.behaviour import Pushes
from amends.plumbing.simulators.payments.book import Book, announce


@dataclass(frozen=True, slots=True)
class Page:
    """One page; `paid` is the instant at which somebody paid, or None."""

    key: str
    wire: str
    title: str
    amount: int
    currency: str
    at: int
    paid: int | None

    @property
    def payment_ref(self) -> str:
        """The provider's number of the payment, the same before and after."""
        return ("pi_" if self.wire == "stripe" else "2026") + hashlib.sha256(f"page|{self.wire}|{self.key}".encode()).hexdigest()[:24]

    @property
    def payer_ref(self) -> str:
        """The account that pays, which nobody has to invent."""
        return "payer_" + hashlib.sha256(f"payer|{self.key}".encode()).hexdigest()[:16]


def make(book: Book, key: str, wire: str, title: str, amount: int, currency: str) -> Page:
    """The page under `key` is there, once; another sum under the same key is refused with 422."""
    with book.writing() as (connection, now):
        row = (key, wire, title, amount, currency, now)
        connection.execute("INSERT INTO page VALUES (?, ?, ?, ?, ?, ?, NULL) ON CONFLICT DO NOTHING", row)
        found = Page(*connection.execute("SELECT * FROM page WHERE key = ?", (key,)).fetchone())
    if (found.wire, found.amount, found.currency) != (wire, amount, currency):
        raise Refused(422, "other_body", f"the page {key} is for another sum")
    return found


def find(book: Book, key: str) -> Page:
    """The page under `key`; refuses 404."""
    with book.reading() as (connection, _):
        row = connection.execute("SELECT * FROM page WHERE key = ?", (key,)).fetchone()
    if not row:
        raise Refused(404, "unknown_page", f"no page {key}")
    return Page(*row)


def pay(book: Book, key: str, pushes: Pushes) -> Page:
    """Somebody has paid the page, once: a capture stands under its key, and capture.paid is told."""
    page = find(book, key)
    with book.writing() as (connection, now):
        done = connection.execute("UPDATE page SET paid = ? WHERE key = ? AND paid IS NULL", (now, key))
        if done.rowcount:
            ends = (page.wire, page.payment_ref if page.wire != "house" else "", page.payer_ref)
            row = (key, "", "card" if page.wire in ("house", "stripe") else "wallet", page.currency, page.amount, now, *ends)
            connection.execute("INSERT INTO capture VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            data: dict[str, Any] = {
                "key": key, "tender": key, "payment_ref": ends[1], "payer_ref": page.payer_ref, "amount": page.amount,
                "currency": page.currency, "at": stamp(now), "state": "captured", "reason": "", "provider_ref": page.payment_ref,
            }  # fmt: skip
            announce(connection, "capture.paid", key, data, now, pushes, wire=page.wire)
    return find(book, key)
