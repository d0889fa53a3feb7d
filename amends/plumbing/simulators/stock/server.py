"""The simulated stock system's HTTP face on 127.0.0.1: its ear for the webhook, and the levers of tests and of whoever shows a demo.

POST /shop says whom it works for (url, key, secret); /hooks is the endpoint to register; /pull fetches the moves now; /count takes a count
and tells it; /behaviour makes the next events refused, cut off or slow. GET /levels, /moves and /heard show the book.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from amends.plumbing.simulators.books import Refused, stamp
from amends.plumbing.simulators.serving import Asked, Cut, Reply, Server
from amends.plumbing.simulators.stock.book import Book

TOLERANCE = 300
BACK_MICROS = 3_600_000_000
"""Moves are read again from an hour before the newest: one that was written earlier may have become visible later."""
LEVERS = {"refuse", "cut", "slow_seconds"}
TIMEOUT = 15


class Stockroom(Server):
    """The listening stock system."""

    def __init__(self, port: int, book: Book, behaviour: dict[str, float]) -> None:
        super().__init__(port)
        self.book, self.levers = book, dict.fromkeys(LEVERS, 0.0) | behaviour
        self._pulling = threading.Lock()

    def reply(self, asked: Asked) -> Reply:
        """See serving.Server."""
        answer = OWN.get((asked.method, urlsplit(asked.target).path))
        if answer is None:
            raise Refused(404, "no_such_page", f"nothing answers {asked.method} {asked.target}")
        return answer(self, asked)

    def health(self, asked: Asked) -> Reply:
        return Reply(200, {"pid": os.getpid(), "book": self.book.path})

    def works_for(self, asked: Asked) -> Reply:
        told = _object(asked, {"url", "key", "secret"})
        self.book.serve(str(told["url"]), str(told["key"]), str(told["secret"]))
        return Reply(204)

    def behave(self, asked: Asked) -> Reply:
        told = asked.json()
        if not isinstance(told, dict) or not told.keys() <= LEVERS or any(not isinstance(value, int | float) for value in told.values()):
            raise Refused(422, "bad_behaviour", f"numbers for {', '.join(sorted(LEVERS))}")
        self.levers.update(told)
        return Reply(204)

    def hook(self, asked: Asked) -> Reply:
        """An event of Amends, believed where it is signed; the moves are fetched after the answer, as its manual asks."""
        self._trouble("refuse", Refused(503, "busy", "the stockroom is busy"))
        event = _believed(asked, self.book.shop()[2])
        self.book.hear(event, str(asked.json().get("type", "")))
        self._trouble("cut", Cut())
        time.sleep(self.levers["slow_seconds"])
        threading.Thread(target=self._pull_quietly, daemon=True).start()
        return Reply(204)

    def pull(self, asked: Asked) -> Reply:
        return Reply(200, {"booked": self.fetch()})

    def fetch(self) -> int:
        """Every move that Amends lists is booked; answers how many were new."""
        with self._pulling:
            newest, after, fresh = self.book.newest(), "", 0
            since = {"since": stamp(newest - BACK_MICROS)} if newest else {}
            while True:
                page = self._ask("GET", f"/api/v1/stock/moves?{urlencode(since | ({'after': after} if after else {}))}")
                fresh += self.book.book(page["items"])
                after = page["next"]
                if not after:
                    return fresh

    def count(self, asked: Asked) -> Reply:
        """So many pieces were counted; Amends is told."""
        told = _object(asked, {"product", "place", "on_hand"})
        at = self.book.count(str(told["product"]), str(told["place"]), int(told["on_hand"]))
        return Reply(200, self._ask("POST", "/api/v1/stock/levels", {"levels": [{**told, "counted_at": at}]}))

    def levels(self, asked: Asked) -> Reply:
        return Reply(200, {"items": self.book.rows("level")})

    def moves(self, asked: Asked) -> Reply:
        return Reply(200, {"items": self.book.rows("move")})

    def heard(self, asked: Asked) -> Reply:
        return Reply(200, {"items": self.book.rows("heard")})

    def _trouble(self, lever: str, wrong: Exception) -> None:
        if self.levers[lever] > 0:
            self.levers[lever] -= 1
            raise wrong

    def _pull_quietly(self) -> None:
        """What can't be fetched now is fetched with the next event, or by POST /pull."""
        try:
            self.fetch()
        except Refused as why:
            self.log(why)

    def log(self, why: Refused) -> None:
        """In the book's own words, for GET /heard."""
        self.book.hear(f"pull:{why.code}", why.detail[:200])

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        url, key, _ = self.book.shop()
        headers = {"authorization": f"Bearer {key}", "content-type": "application/json", "accept-language": "en"}
        headers |= {"idempotency-key": uuid.uuid4().hex} if method == "POST" else {}
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(f"{url}{path}", data, headers, method=method)  # noqa: S310 - the address that /shop named
        try:
            with urllib.request.urlopen(asked, timeout=TIMEOUT) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as wrong:
            raise Refused(502, "amends_refused", f"{wrong.code}: {wrong.read(500).decode(errors='replace')}") from wrong
        except (OSError, ValueError) as wrong:
            raise Refused(502, "amends_unreachable", str(wrong)) from wrong


OWN: dict[tuple[str, str], Callable[[Stockroom, Asked], Reply]] = {
    ("GET", "/health"): Stockroom.health, ("POST", "/shop"): Stockroom.works_for, ("POST", "/behaviour"): Stockroom.behave,
    ("POST", "/hooks"): Stockroom.hook, ("POST", "/pull"): Stockroom.pull, ("POST", "/count"): Stockroom.count,
    ("GET", "/levels"): Stockroom.levels, ("GET", "/moves"): Stockroom.moves, ("GET", "/heard"): Stockroom.heard,
}  # fmt: skip


def _object(asked: Asked, names: set[str]) -> dict[str, Any]:
    told = asked.json()
    if not isinstance(told, dict) or told.keys() != names:
        raise Refused(422, "bad_body", f"an object of {', '.join(sorted(names))} is wanted")
    return told


def _believed(asked: Asked, secret: str) -> str:
    """The event's id, where one of its signatures fits and its time is near (Standard Webhooks 1.0); refuses with 401."""
    event, at = asked.headers.get("webhook-id", ""), asked.headers.get("webhook-timestamp", "")
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        near = abs(time.time_ns() // 1_000_000_000 - int(at)) <= TOLERANCE
    except (ValueError, binascii.Error) as wrong:
        raise Refused(401, "not_believed", "no such secret or timestamp") from wrong
    ours = base64.b64encode(hmac.new(key, f"{event}.{at}.".encode() + asked.body, hashlib.sha256).digest()).decode()
    given = [part.removeprefix("v1,") for part in asked.headers.get("webhook-signature", "").split() if part.startswith("v1,")]
    if not event or not near or not any(hmac.compare_digest(ours, each) for each in given):
        raise Refused(401, "not_believed", "the signature does not fit")
    return event
