"""Reports pushed to whoever sent the messages, signed as each service does, asked again with back-off until a 2xx, at most twelve times.

A report is a row of the book written with the message it tells of, so it outlives a kill. Order is nobody's promise.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import secrets
import threading
import time
from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode, urlsplit

from amends.plumbing.simulators.messages.book import Book

TIMEOUT = 5.0
MOST_TRIES = 12
LONGEST_PAUSE = 60.0
_DUE = "SELECT id, service, url, content_type, body, tries FROM push WHERE done IS NULL AND due <= ? ORDER BY due LIMIT 50"


class Pusher(threading.Thread):
    """Pushes what is due, in order of due time, until told to stop. `sign` makes address and headers of (service, url, body)."""

    def __init__(self, book: Book, backoff: float, sign: Callable[[str, str, bytes], tuple[str, dict[str, str]]]) -> None:
        super().__init__(name="pusher", daemon=True)
        self.book, self.backoff, self._sign = book, backoff, sign
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
                nearest = connection.execute("SELECT MIN(due) FROM push WHERE done IS NULL").fetchone()[0]
            for identity, service, url, content_type, body, tries in due:
                if self._over.is_set():
                    return
                address, headers = self._sign(service, url, body)
                self._settle(identity, tries, taken=_post(address, headers | {"content-type": content_type}, body))
            if not due and not self._over.is_set():
                self._wake.wait(60.0 if nearest is None else max(0.01, (nearest - now) / 1_000_000))

    def _settle(self, identity: int, tries: int, *, taken: bool) -> None:
        pause = min(LONGEST_PAUSE, self.backoff * 2.0 ** min(tries, 10))
        with self.book.writing() as (connection, now):
            if taken or tries + 1 >= MOST_TRIES:
                connection.execute("UPDATE push SET done = ?, tries = tries + 1 WHERE id = ?", (now, identity))
            else:
                connection.execute("UPDATE push SET due = ?, tries = tries + 1 WHERE id = ?", (now + int(pause * 1_000_000), identity))


def twilio_signed(url: str, body: bytes, token: str) -> dict[str, str]:
    """X-Twilio-Signature: HMAC-SHA1 over the address and the fields, sorted by name."""
    fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
    told = url + "".join(name + fields[name] for name in sorted(fields))
    return {"x-twilio-signature": base64.b64encode(hmac.new(token.encode(), told.encode(), hashlib.sha1).digest()).decode()}


def wechat_signed(url: str, token: str) -> str:
    """The address with timestamp, nonce, and the SHA-1 over both and the shared word."""
    stamp, nonce = str(time.time_ns() // 1_000_000_000), secrets.token_hex(5)
    signature = hashlib.sha1("".join(sorted([token, stamp, nonce])).encode()).hexdigest()  # noqa: S324 - as WeChat has it
    return f"{url}{'&' if '?' in url else '?'}{urlencode({'signature': signature, 'timestamp': stamp, 'nonce': nonce})}"


def _post(url: str, headers: dict[str, str], body: bytes) -> bool:
    """Whether the target took it: any 2xx. A redirect is not followed."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT)
    try:
        connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, headers)
        return 200 <= connection.getresponse().status < 300
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
