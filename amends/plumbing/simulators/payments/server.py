"""The simulated gateway's HTTP face on 127.0.0.1: JSON in, JSON out, and the trouble on the wire that its behaviour asks for.

Not about money: book.py and statement.py are. A refusal is `{"error": code, "detail": sentence}` with its status.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from amends.plumbing.simulators.books import Refused, micros
from amends.plumbing.simulators.payments import statement, webhooks
from amends.plumbing.simulators.payments.behaviour import Behaviour, behave
from amends.plumbing.simulators.payments.book import Book
from amends.plumbing.simulators.serving import Asked, Cut, Reply, Server

LONGEST_PAGE = 5000
Answer = tuple[int, dict[str, Any]]


class Gateway(Server):
    """The listening gateway: its book, its behaviour and its pusher."""

    def __init__(self, port: int, book: Book, behaviour: Behaviour) -> None:
        super().__init__(port)
        self.book, self.behaviour = book, behaviour
        self.pusher = webhooks.Pusher(book, behaviour.backoff)
        self._struck: set[str] = set()
        self._lock = threading.Lock()

    def reply(self, asked: Asked) -> Reply:
        """See serving.Server."""
        parts, body = urlsplit(asked.target), asked.json()
        return Reply(*_route(asked.method, parts.path)(self, body, dict(parse_qsl(parts.query))))

    def struck_first(self, key: str) -> bool:
        """Whether this is the first request of `key` that trouble strikes before the effect; a restart forgets."""
        with self._lock:
            new = key not in self._struck
            self._struck.add(key)
            return new


def health(gateway: Gateway, _body: Any, _query: dict[str, str]) -> Answer:
    return 200, {"status": "ok", "service": "payment simulator", "moves_real_money": False, "pid": os.getpid(), "book": gateway.book.path}


def capture(gateway: Gateway, body: Any, _query: dict[str, str]) -> Answer:
    if not isinstance(body, list):
        raise Refused(422, "bad_body", "a list of captures is wanted")
    shape = {"tender": str, "order": str, "kind": str, "currency": str, "amount": int}
    return 200, {"received": len(body), "new": gateway.book.register([_shaped(it, shape) for it in body])}


def refund(gateway: Gateway, body: Any, _query: dict[str, str]) -> Answer:
    asked, behaviour = _shaped(body, {"key": str, "tender": str, "amount": int, "currency": str}), gateway.behaviour
    trouble = behaviour.trouble(asked["key"])
    if trouble.endswith("_before") and gateway.struck_first(asked["key"]):
        return _stumble(trouble)
    answer, first = gateway.book.ask(asked, behaviour.plan, behaviour.pushes)
    gateway.pusher.nudge()
    if first and trouble.endswith("_after"):
        return _stumble(trouble)
    if first and trouble == "slow":
        time.sleep(behaviour.held_back(asked["key"]))
    return 202, answer


def look(gateway: Gateway, _body: Any, query: dict[str, str]) -> Answer:
    return 200, gateway.book.look(query["it"])


def whole_book(gateway: Gateway, _body: Any, query: dict[str, str]) -> Answer:
    page = statement.lines(gateway.book, after=query.get("after", ""), limit=_limit(query), pending=True)
    return 200, {**page, "totals": statement.totals(gateway.book)}


def since(gateway: Gateway, _body: Any, query: dict[str, str]) -> Answer:
    start = micros(query["since"]) if "since" in query else 0
    return 200, statement.lines(gateway.book, since=start, after=query.get("after", ""), limit=_limit(query))


def get_behaviour(gateway: Gateway, _body: Any, _query: dict[str, str]) -> Answer:
    return 200, asdict(gateway.behaviour)


def set_behaviour(gateway: Gateway, body: Any, query: dict[str, str]) -> Answer:
    if not isinstance(body, dict):
        raise Refused(422, "bad_behaviour", "an object of fields is wanted, or {'profile': name}")
    try:
        gateway.behaviour = behave(body, gateway.behaviour)
    except ValueError as wrong:
        raise Refused(422, "bad_behaviour", str(wrong)) from wrong
    gateway.pusher.backoff = gateway.behaviour.backoff
    return get_behaviour(gateway, body, query)


def aim(gateway: Gateway, body: Any, _query: dict[str, str]) -> Answer:
    asked = _shaped(body, {"url": str, "secret": str})
    webhooks.aim(gateway.book, asked["url"], asked["secret"])
    gateway.pusher.nudge()
    return 200, {"url": asked["url"]}


def charge_back(gateway: Gateway, body: Any, _query: dict[str, str]) -> Answer:
    asked = _shaped(body, {"tender": str, "amount": int})
    answer = statement.open_chargeback(gateway.book, asked["tender"], asked["amount"], gateway.behaviour.pushes)
    gateway.pusher.nudge()
    return 201, answer


def decide(gateway: Gateway, body: Any, query: dict[str, str]) -> Answer:
    won_by = _shaped(body, {"won_by": str})["won_by"]
    if won_by not in ("consumer", "merchant"):
        raise Refused(422, "bad_body", "won_by is consumer or merchant")
    answer = statement.decide_chargeback(gateway.book, query["it"], won_by, gateway.behaviour.pushes)
    gateway.pusher.nudge()
    return 200, answer


Endpoint = Callable[[Gateway, Any, dict[str, str]], Answer]
ROUTES: list[tuple[str, re.Pattern[str], Endpoint]] = [
    ("GET", re.compile(r"/health"), health),
    ("POST", re.compile(r"/captures"), capture),
    ("POST", re.compile(r"/refunds"), refund),
    ("GET", re.compile(r"/refunds/(?P<it>[^/]{1,200})"), look),
    ("GET", re.compile(r"/book"), whole_book),
    ("GET", re.compile(r"/statement"), since),
    ("GET", re.compile(r"/behaviour"), get_behaviour),
    ("POST", re.compile(r"/behaviour"), set_behaviour),
    ("POST", re.compile(r"/webhook-target"), aim),
    ("POST", re.compile(r"/chargebacks"), charge_back),
    ("POST", re.compile(r"/chargebacks/(?P<it>[^/]{1,200})/decision"), decide),
]


def _route(method: str, path: str) -> Endpoint:
    for wanted, pattern, endpoint in ROUTES:
        match = pattern.fullmatch(path)
        if match and wanted == method:
            return lambda gateway, body, query: endpoint(gateway, body, {**query, **match.groupdict()})
    raise Refused(404, "no_such_page", f"nothing answers {method} {path}")


def _stumble(trouble: str) -> Answer:
    if trouble.startswith("cut"):
        raise Cut
    return 503, {"error": "unavailable", "detail": "the gateway stumbled; whether it did what was asked it does not say"}


def _shaped(body: Any, shape: dict[str, type]) -> dict[str, Any]:
    """`body` with exactly the fields of `shape`: texts of 1 to 200 characters, integers above 0; else 422."""
    if not isinstance(body, dict) or body.keys() != shape.keys():
        raise Refused(422, "bad_body", f"an object with exactly {', '.join(shape)} is wanted")
    for name, kind in shape.items():
        value = body[name]
        if kind is int and not (type(value) is int and 0 < value < 2**53):
            raise Refused(422, "bad_body", f"{name} is an integer above 0 in minor units, not {value!r}")
        if kind is str and not (isinstance(value, str) and 0 < len(value) <= 200):
            raise Refused(422, "bad_body", f"{name} is a text of 1 to 200 characters")
    return body


def _limit(query: dict[str, str]) -> int:
    asked = query.get("limit", "1000")
    if not asked.isdigit() or not 0 < int(asked) <= LONGEST_PAGE:
        raise Refused(422, "bad_limit", f"limit is a number from 1 to {LONGEST_PAGE}")
    return int(asked)
