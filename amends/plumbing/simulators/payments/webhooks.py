"""Answers pushed to the shop: signed as Standard Webhooks 1.0 says, asked again with back-off until a 2xx, at least once each.

A push is a row of the book written with the fact it tells, so it outlives a kill. Order is nobody's promise.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import threading
import time
from urllib.parse import urlsplit

from amends.plumbing.simulators.books import Refused
from amends.plumbing.simulators.payments.book import Book

TIMEOUT = 5.0
LONGEST_PAUSE = 60.0
_DUE = "SELECT id, event, body, tries FROM push WHERE done IS NULL AND due <= ? ORDER BY due LIMIT 50"


def signature(secret: str, event: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the base64 of HMAC-SHA256 over id.timestamp.body; a `whsec_` secret is base64, any other its UTF-8 bytes."""
    key = base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()
    digest = hmac.new(key, f"{event}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def aim(book: Book, url: str, secret: str) -> None:
    """From now on facts are pushed to `url` (the only target), also those that an earlier target has not taken yet."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or not secret:
        raise Refused(422, "bad_target", "an http(s) url and a secret are wanted")
    with book.writing() as (connection, _):
        connection.execute("INSERT OR REPLACE INTO target VALUES (1, ?, ?)", (url, secret))


class Pusher(threading.Thread):
    """Pushes what is due, in order of due time, until told to stop."""

    def __init__(self, book: Book, backoff: float) -> None:
        super().__init__(name="pusher", daemon=True)
        self.book, self.backoff = book, backoff
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
                target = connection.execute("SELECT url, secret FROM target").fetchone()
                due = connection.execute(_DUE, (now,)).fetchall()
                nearest = connection.execute("SELECT MIN(due) FROM push WHERE done IS NULL").fetchone()[0]
            for identity, event, body, tries in due if target else ():
                if self._over.is_set():
                    return
                self._settle(identity, tries, taken=_post(target[0], target[1], event, body.encode()))
            if (not due or not target) and not self._over.is_set():
                self._wake.wait(60.0 if nearest is None or not target else max(0.01, (nearest - now) / 1_000_000))

    def _settle(self, identity: int, tries: int, *, taken: bool) -> None:
        pause = min(LONGEST_PAUSE, self.backoff * 2.0 ** min(tries, 10))
        with self.book.writing() as (connection, now):
            if taken:
                connection.execute("UPDATE push SET done = ?, tries = tries + 1 WHERE id = ?", (now, identity))
            else:
                connection.execute("UPDATE push SET due = ?, tries = tries + 1 WHERE id = ?", (now + int(pause * 1_000_000), identity))


def _post(url: str, secret: str, event: str, body: bytes) -> bool:
    """Whether the target took it: any 2xx. A redirect is not followed; a signed body goes only where it was aimed."""
    parts, timestamp = urlsplit(url), time.time_ns() // 1_000_000_000
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    headers = {
        "content-type": "application/json", "webhook-id": event, "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(secret, event, timestamp, body),
    }  # fmt: skip
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT)
    try:
        connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, headers)
        return 200 <= connection.getresponse().status < 300
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
