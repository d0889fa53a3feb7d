"""The simulated authority's HTTP face on 127.0.0.1: POST /tsr is RFC 3161 (section 3.4); the rest is for tests and demos.

GET /stamps shows the book, GET /root.pem the root. POST /behaviour: `error`, `cut`, `refuse`, `wrong`, `nonce`, `foreign`, `expired`,
`purpose` count how many of the next requests are met so; `slow_seconds` holds every answer back; `offset_seconds` sets the authority's
clock ahead or back.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization

from amends.plumbing.simulators.books import Refused
from amends.plumbing.simulators.serving import Asked, Cut, Reply, Server
from amends.plumbing.simulators.timestamps.book import Book
from amends.plumbing.simulators.timestamps.der import integer, octets, oid, sequence
from amends.plumbing.simulators.timestamps.signing import (
    BAD_ALGORITHM,
    SHA256,
    UNAVAILABLE,
    Seal,
    granted,
    new_seal,
    other_seal,
    read_query,
    refused,
)

COUNTED = {"error", "cut", "refuse", "wrong", "nonce", "foreign", "expired", "purpose"}
LEVERS = COUNTED | {"slow_seconds", "offset_seconds"}
QUERY, ANSWER = "application/timestamp-query", "application/timestamp-reply"


class Authority(Server):
    """The listening authority."""

    def __init__(self, port: int, book: Book, seal: Seal, behaviour: dict[str, float]) -> None:
        super().__init__(port)
        self.book, self.seal, self.levers = book, seal, dict.fromkeys(LEVERS, 0.0)
        self._set(behaviour)

    def reply(self, asked: Asked) -> Reply:
        """See serving.Server."""
        answer = OWN.get((asked.method, urlsplit(asked.target).path))
        if answer is None:
            raise Refused(404, "no_such_page", f"nothing answers {asked.method} {asked.target}")
        return answer(self, asked)

    def stamp(self, asked: Asked) -> Reply:
        """A stamp, or the refusal that the protocol has; trouble first, where a test asked for it."""
        time.sleep(self.levers["slow_seconds"])
        if self._counts("error"):
            raise Refused(503, "busy", "the authority is busy")
        if self._counts("cut"):
            raise Cut
        if asked.headers.get("content-type") != QUERY:
            raise Refused(415, "bad_type", f"{QUERY} is wanted")
        if self._counts("refuse"):
            return _answer(refused(UNAVAILABLE, "the time source is not available"))
        try:
            query = read_query(asked.body)
        except Refused as wrong:
            if wrong.status != BAD_ALGORITHM:
                raise
            return _answer(refused(BAD_ALGORITHM, wrong.detail))
        serial, at = self.book.note(query.digest.hex(), int(self.levers["offset_seconds"]))
        other = sequence(sequence(oid(SHA256)), octets(secrets.token_bytes(32))) if self._counts("wrong") else b""
        nonce = integer(secrets.randbits(60)) if self._counts("nonce") else b""
        return _answer(granted(query, self._seal(), serial=serial, micros=at, imprint=other, nonce=nonce))

    def _seal(self) -> Seal:
        """Who signs: the authority, unless a test asked for somebody else, or for a certificate that is not good for this."""
        if self._counts("foreign"):
            return new_seal("somebody else")
        if self._counts("expired"):
            return other_seal(self.seal, ended=True)
        return other_seal(self.seal) if self._counts("purpose") else self.seal

    def health(self, asked: Asked) -> Reply:
        return Reply(200, {"pid": os.getpid(), "book": self.book.path})

    def stamps(self, asked: Asked) -> Reply:
        return Reply(200, {"items": self.book.rows()})

    def root(self, asked: Asked) -> Reply:
        return Reply(200, self.seal.root.public_bytes(serialization.Encoding.PEM))

    def behave(self, asked: Asked) -> Reply:
        told = asked.json()
        if not isinstance(told, dict):
            raise Refused(422, "bad_behaviour", f"an object of {', '.join(sorted(LEVERS))} is wanted")
        self._set(told)
        return Reply(204)

    def _set(self, told: dict[str, float]) -> None:
        if not told.keys() <= LEVERS or any(not isinstance(value, int | float) for value in told.values()):
            raise Refused(422, "bad_behaviour", f"numbers for {', '.join(sorted(LEVERS))}")
        self.levers.update(told)

    def _counts(self, lever: str) -> bool:
        if self.levers[lever] <= 0:
            return False
        self.levers[lever] -= 1
        return True


def _answer(content: bytes) -> Reply:
    return Reply(200, content, {"content-type": ANSWER})


OWN: dict[tuple[str, str], Callable[[Authority, Asked], Reply]] = {
    ("POST", "/tsr"): Authority.stamp, ("GET", "/health"): Authority.health, ("GET", "/stamps"): Authority.stamps,
    ("GET", "/root.pem"): Authority.root, ("POST", "/behaviour"): Authority.behave,
}  # fmt: skip
