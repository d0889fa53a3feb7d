"""Answers pushed to the shop, each by its wire, asked again with back-off until it takes them, at least once each.

A push is a row of the book written with the fact it tells, so it outlives a kill. Order is nobody's promise. A forged push goes out
once, whatever is answered; the book keeps the answer. The house signs as Standard Webhooks 1.0 says.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from amends.plumbing.simulators.books import OpenBook, Refused
from amends.plumbing.simulators.payments.wires import Letter, Speaks

TIMEOUT = 5.0
LONGEST_PAUSE = 60.0
NOT_OURS = "not-the-gateways-own-secret"
_DUE = """
SELECT p.id, p.event, p.body, p.tries, p.wire, p.forged, a.url, a.secret FROM push p JOIN aim a ON a.wire = p.wire
 WHERE p.done IS NULL AND p.due <= ? ORDER BY p.due LIMIT 50
"""
_NEXT = "SELECT MIN(p.due) FROM push p JOIN aim a ON a.wire = p.wire WHERE p.done IS NULL"


def signature(secret: str, event: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the base64 of HMAC-SHA256 over id.timestamp.body; a `whsec_` secret is base64, any other its UTF-8 bytes."""
    key = base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()
    digest = hmac.new(key, f"{event}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def aim(book: OpenBook, wire: str, url: str, secret: str) -> None:
    """From now on facts of `wire` are pushed to `url` (its only target), also those that an earlier target has not taken yet."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or (wire == "house" and not secret):
        raise Refused(422, "bad_target", "an http(s) url and a secret are wanted")
    with book.writing() as (connection, _):
        connection.execute("INSERT OR REPLACE INTO aim VALUES (?, ?, ?)", (wire, url, secret))


def opposite(fact: dict[str, Any]) -> dict[str, Any]:
    """What a forger would tell: another event, paid for failed and failed for paid, of a sum one higher."""
    kind = str(fact["type"])
    swapped = kind.replace(".paid", ".failed") if kind.endswith(".paid") else kind.replace(".failed", ".paid")
    data = {**fact["data"], "amount": int(fact["data"].get("amount", 0)) + 1, "state": swapped.rpartition(".")[2]}
    return {**fact, "id": f"{fact['id']}f", "type": swapped, "data": data}


def house_letter(fact: dict[str, Any], body: str, secret: str, forged: bool) -> Letter:
    """The house's push: Standard Webhooks 1.0."""
    content = json.dumps(opposite(fact), ensure_ascii=False).encode() if forged else body.encode()
    event, timestamp = str(opposite(fact)["id"] if forged else fact["id"]), time.time_ns() // 1_000_000_000
    headers = {
        "content-type": "application/json", "webhook-id": event, "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(NOT_OURS if forged else secret, event, timestamp, content),
    }  # fmt: skip
    return Letter(headers, content)


class Pusher(threading.Thread):
    """Pushes what is due, in order of due time, until told to stop."""

    def __init__(self, book: OpenBook, backoff: float, wires: Mapping[str, Speaks]) -> None:
        super().__init__(name="pusher", daemon=True)
        self.book, self.backoff, self.wires = book, backoff, wires
        self._wake, self._over = threading.Event(), threading.Event()

    def nudge(self) -> None:
        """There may be something new to push."""
        self._wake.set()

    def stop(self) -> None:
        """No push begins after the present one; waits for it."""
        self._over.set()
        while self.is_alive():  # it may just have cleared an earlier nudge
            self._wake.set()
            self.join(0.1)

    def run(self) -> None:
        while not self._over.is_set():
            self._wake.clear()
            with self.book.reading() as (connection, now):
                due = connection.execute(_DUE, (now,)).fetchall()
                nearest = connection.execute(_NEXT).fetchone()[0]
            for row in due:
                if self._over.is_set():
                    return
                self._push(*row)
            if not due and not self._over.is_set():
                self._wake.wait(60.0 if nearest is None else max(0.01, (nearest - now) / 1_000_000))

    def _push(self, identity: int, event: str, body: str, tries: int, wire: str, forged: int, url: str, secret: str) -> None:
        fact, spoken = json.loads(body), self.wires.get(wire)
        letter = spoken.letter(fact, secret, bool(forged)) if spoken else house_letter(fact, body, secret, bool(forged))
        status, said = _post(url, letter) if letter else (0, b"")
        taken = letter is None or (spoken.taken(status, said) if spoken else 200 <= status < 300)
        pause = min(LONGEST_PAUSE, self.backoff * 2.0 ** min(tries, 10))
        with self.book.writing() as (connection, now):
            again = None if taken or (forged and status) else now + int(pause * 1_000_000)
            connection.execute(
                "UPDATE push SET done = ?, due = COALESCE(?, due), tries = tries + 1, status = ? WHERE id = ?",
                (None if again else now, again, status, identity),
            )


def _post(url: str, letter: Letter) -> tuple[int, bytes]:
    """Status and body of the answer; status 0: none. A redirect is not followed; a signed body goes only where it was aimed."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT)
    try:
        connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), letter.body, dict(letter.headers))
        response = connection.getresponse()
        return response.status, response.read(4096)
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()
