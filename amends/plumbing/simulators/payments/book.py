"""The gateway's own book: money captured, payments out asked for, attempts to pay them, chargebacks, and webhooks to push.

Invariants, whoever asks, by whichever wire and whenever the process dies:
1. What was answered is on the disk (WAL with synchronous=FULL: fsync before the answer).
2. A key has one payment for ever; of its attempts at most one is paid, and only a failed one is followed by another.
3. Refunds not failed, and chargebacks not won by the merchant, never exceed what was captured of their tender when a refund is accepted.
4. One process holds the book: the file is locked, and the kernel frees it when the process dies.

An attempt's outcome is fixed when it is accepted and shows when its time has come, so nothing has to run for it. Instants are
microseconds since 1970 of this machine; amounts are integers in minor units. Not about HTTP: server.py is; nor about what each
provider calls things: its wire does.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from amends.plumbing.simulators.books import OpenBook, Refused, stamp
from amends.plumbing.simulators.payments.behaviour import Plan, Pushes
from amends.plumbing.simulators.payments.schema import SCHEMA, bring_up

_LAST = """
SELECT r.key, COALESCE(r.tender, ''), r.amount, r.currency, a.number, a.provider_ref, a.outcome, a.reason, a.at, a.due, r.payer, r.kind,
       r.wire, r.note, COALESCE(a.amount, r.amount), a.reversed, COALESCE(c.payment_ref, '')
  FROM refund r JOIN attempt a ON a.key = r.key LEFT JOIN capture c ON c.tender = r.tender
"""
_HELD = """
SELECT COALESCE(SUM(COALESCE(a.amount, r.amount)), 0) FROM refund r JOIN attempt a ON a.key = r.key
 WHERE r.tender = ? AND a.number = (SELECT MAX(number) FROM attempt WHERE key = r.key) AND NOT (a.outcome = 'failed' AND a.due <= ?)
   AND NOT (a.reversed IS NOT NULL AND a.reversed <= ?)
"""
BANKED = "SELECT COALESCE(SUM(amount), 0) FROM chargeback WHERE tender = ? AND state <> 'merchant'"
_CAPTURES = "SELECT tender, currency, amount, wire, payment_ref, payer_ref, at, order_ref FROM capture "
Planner = Callable[[str, int], Plan]


@dataclass(frozen=True, slots=True)
class Captured:
    """One capture as it stands in the book; `held` is refunded or on its way back."""

    tender: str
    currency: str
    amount: int
    wire: str
    payment_ref: str
    payer_ref: str
    at: int
    order: str
    held: int = 0


@dataclass(frozen=True, slots=True)
class Out:
    """One payment out under a key as it shows now: `state` accepted, paid, failed or reversed; `amount` what was really paid."""

    key: str
    tender: str
    asked: int
    currency: str
    attempt: int
    provider_ref: str
    state: str
    reason: str
    at: int
    since: int
    payer: str
    kind: str
    wire: str
    note: dict[str, Any]
    amount: int
    payment_ref: str

    def told(self) -> dict[str, Any]:
        """As the house's wire and every fact to push say it; the wires of providers make their own words of it."""
        return {
            "key": self.key, "tender": self.tender, "payment_ref": self.payment_ref, "amount": self.amount, "currency": self.currency,
            "attempt": self.attempt, "provider_ref": self.provider_ref, "reason": self.reason, "at": stamp(self.at),
            "payer_ref": self.payer,
            "state": "failed" if self.state == "reversed" else self.state,
        }  # fmt: skip


class Book(OpenBook):
    """The open book. All its methods may be called from any thread; each is one transaction."""

    schema = SCHEMA

    def before(self, connection: sqlite3.Connection) -> None:
        """See OpenBook."""
        bring_up(connection)

    def register(self, captures: list[dict[str, Any]]) -> int:
        """Every capture is in the book; answers how many are new. A tender known with another body: 422, and none is written."""
        new = 0
        with self.writing() as (connection, at):
            for it in captures:
                row = (it["tender"], it["order"], it["kind"], it["currency"], it["amount"])
                ends = (it.get("gateway") or "house", it.get("payment_ref", ""), it.get("payer_ref", ""))
                done = connection.execute(
                    "INSERT INTO capture VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", (*row, at, *ends)
                )
                new += done.rowcount
                if not done.rowcount and not self._same(connection, row, ends):
                    raise Refused(422, "other_body", f"tender {it['tender']} was captured with another body")
        return new

    def _same(self, connection: sqlite3.Connection, row: tuple[Any, ...], ends: tuple[str, ...]) -> bool:
        known = connection.execute("SELECT order_ref, kind, currency, amount, wire FROM capture WHERE tender = ?", row[:1]).fetchone()
        if known is None:
            return False
        if connection.execute("SELECT 1 FROM page WHERE key = ?", row[:1]).fetchone():  # paid by a page: order and kind were not known
            return bool(known[2:] == (*row[3:], ends[0]))
        return bool(known == (*row[1:], ends[0]))

    def capture_of(self, wire: str, payment_ref: str) -> Captured | None:
        """What was captured under the provider's own number."""
        with self.reading() as (connection, now):
            row = connection.execute(_CAPTURES + "WHERE wire = ? AND payment_ref = ?", (wire, payment_ref)).fetchone()
            if not row or not payment_ref:
                return None
            values = (*row, connection.execute(_HELD, (row[0], now, now)).fetchone()[0])
            return Captured(*values)

    def ask(
        self, body: dict[str, Any], plan: Planner, pushes: Pushes, *, anew: bool = True, note: dict[str, Any] | None = None
    ) -> tuple[Out, bool]:
        """The refund of `body` is accepted and on the disk; answers it, and whether this request made the key's first attempt.

        Known key and same body: the same answer, or, with `anew`, a further attempt where the last one failed. Refuses: other body 422,
        unknown tender 409, other currency 422, more than is left 409.
        """
        return self._pay({"payer": "", **body}, "refund", plan, pushes, anew=anew, note=note or {})

    def transfer(
        self, body: dict[str, Any], plan: Planner, pushes: Pushes, *, wire: str, anew: bool = True, note: dict[str, Any] | None = None
    ) -> tuple[Out, bool]:
        """As `ask`, to the account `payer` and from the shop's own balance: nothing has to be captured."""
        return self._pay({**body, "tender": None, "wire": wire}, "transfer", plan, pushes, anew=anew, note=note or {})

    def _pay(
        self, body: dict[str, Any], kind: str, plan: Planner, pushes: Pushes, *, anew: bool, note: dict[str, Any]
    ) -> tuple[Out, bool]:  # fmt: skip
        with self.writing() as (connection, now):
            last = _last(connection, body["key"], now)
            wanted = (kind, body["tender"] or "", body["payer"], body["amount"], body["currency"])
            if last and (last.kind, last.tender, last.payer, last.asked, last.currency) != wanted:
                raise Refused(422, "other_body", f"key {body['key']} was used with another body")
            if last and not (anew and last.state == "failed"):
                return last, False
            wire = body.get("wire") or self._check_room(connection, body, now)
            if not last:
                row = {**body, "at": now, "kind": kind, "wire": wire, "note": json.dumps(note, ensure_ascii=False)}
                connection.execute("INSERT INTO refund VALUES (:key, :tender, :amount, :currency, :at, :kind, :wire, :payer, :note)", row)
            number = last.attempt + 1 if last else 1
            self._attempt(connection, body["key"], number, plan(body["key"], number), pushes, now)
            return _there(connection, body["key"], now), number == 1

    def _check_room(self, connection: sqlite3.Connection, body: dict[str, Any], now: int) -> str:
        captured = connection.execute("SELECT amount, currency, wire FROM capture WHERE tender = ?", (body["tender"],)).fetchone()
        if not captured:
            raise Refused(409, "unknown_tender", f"nothing was captured of tender {body['tender']}")
        if captured[1] != body["currency"]:
            raise Refused(422, "other_currency", f"tender {body['tender']} was captured in {captured[1]}")
        held = connection.execute(_HELD, (body["tender"], now, now)).fetchone()[0]
        banked = connection.execute(BANKED, (body["tender"],)).fetchone()[0]
        if body["amount"] > captured[0] - held:
            raise Refused(409, "more_than_captured", f"{captured[0]} captured, {held} refunded or on the way, {body['amount']} asked")
        if body["amount"] > captured[0] - held - banked:
            raise Refused(409, "charged_back", f"{captured[0]} captured, {held} refunded, {banked} charged back, {body['amount']} asked")
        return str(captured[2])

    def _attempt(self, connection: sqlite3.Connection, key: str, number: int, plan: Plan, pushes: Pushes, now: int) -> None:
        ref, due = _provider_ref(key, number), now + int(plan.wait * 1_000_000)
        asked = connection.execute("SELECT amount FROM refund WHERE key = ?", (key,)).fetchone()[0]
        amount = max(1, int(asked * plan.share)) if plan.share < 1 and plan.outcome == "paid" else None
        turned = due + int(plan.reversed_after * 1_000_000) if plan.reversed_after is not None and plan.outcome == "paid" else None
        row = (key, number, ref, plan.outcome, plan.reason, now, due, amount, turned)
        connection.execute("INSERT INTO attempt VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        _tell(connection, key, plan.outcome, due, pushes)
        if turned is not None:
            _tell(connection, key, "reversed", turned, pushes)

    def reverse(self, key: str, pushes: Pushes) -> Out:
        """The consumer's bank has sent a paid refund back: it shows as reversed from now on. Refuses 409 unless it is paid."""
        with self.writing() as (connection, now):
            last = _last(connection, key, now)
            if last is None or last.state not in ("paid", "reversed"):
                raise Refused(409, "not_paid", f"refund {key} is not paid")
            if last.state == "paid":
                connection.execute("UPDATE attempt SET reversed = ? WHERE key = ? AND number = ?", (now, key, last.attempt))
                _tell(connection, key, "reversed", now, pushes)
            return _there(connection, key, now)

    def find(self, key: str) -> Out | None:
        """How the key stands now, whichever wire brought it; None where it was never received."""
        with self.reading() as (connection, now):
            return _last(connection, key, now)

    def found(self, where: str, values: tuple[Any, ...]) -> list[Out]:
        """Payments out by a condition on r (refund) and a (attempt), one for each attempt, newest first."""
        with self.reading() as (connection, now):
            rows = connection.execute(f"{_LAST} WHERE {where} ORDER BY a.at DESC, a.key DESC", values).fetchall()
            return [_shown(row, now) for row in rows]

    def look(self, key: str, kind: str = "refund") -> dict[str, Any]:
        """How the house's refund or transfer `key` stands now; 404 where it was never received."""
        found = self.find(key)
        if found is None or found.kind != kind:
            raise Refused(404, "never_received", f"no {kind} has the key {key}")
        return found.told()


def _last(connection: sqlite3.Connection, key: str, now: int) -> Out | None:
    row = connection.execute(f"{_LAST} WHERE r.key = ? ORDER BY a.number DESC LIMIT 1", (key,)).fetchone()
    return _shown(row, now) if row else None


def _there(connection: sqlite3.Connection, key: str, now: int) -> Out:
    found = _last(connection, key, now)
    if found is None:
        raise LookupError(key)
    return found


def _shown(row: tuple[Any, ...], now: int) -> Out:
    shown, turned = row[9] <= now, row[15] is not None and row[15] <= now
    state = "reversed" if turned else row[6] if shown else "accepted"
    reason = "reversed" if turned else row[7] if shown else ""
    at = row[15] if turned else row[9] if shown else row[8]
    values = (*row[:6], state, reason, at, row[8], *row[10:13], json.loads(row[13]), row[14], row[16])
    return Out(*values)


def _tell(connection: sqlite3.Connection, key: str, outcome: str, at: int, pushes: Pushes) -> None:
    out = _there(connection, key, at)  # as it will show at that time
    data = {**out.told(), "state": outcome, "note": out.note, "asked": out.asked}
    announce(connection, f"{out.kind}.{outcome}", out.provider_ref, data, at, pushes, wire=out.wire, about=key)


def announce(
    connection: sqlite3.Connection, kind: str, subject: str, data: dict[str, Any], at: int, pushes: Pushes, *, wire: str, about: str = ""
) -> None:
    """The fact will be pushed to the wire's target, if there is one: every push of it carries the same event id, but a forged one."""
    if not connection.execute("SELECT 1 FROM aim WHERE wire = ?", (wire,)).fetchone():
        return
    event = "evt_" + hashlib.sha256(f"{kind}|{subject}".encode()).hexdigest()[:24]
    body = json.dumps({"id": event, "type": kind, "timestamp": stamp(at), "data": data}, ensure_ascii=False)
    add = "INSERT INTO push (event, body, due, wire, subject, forged) VALUES (?, ?, ?, ?, ?, ?)"
    for push in pushes(event):
        connection.execute(add, (event, body, at + int(push.after * 1_000_000), wire, about or subject, push.forged))


def _provider_ref(key: str, number: int) -> str:
    return "sim_" + hashlib.sha256(f"{key}|{number}".encode()).hexdigest()[:24]
