"""The simulated gateway's HTTP face on 127.0.0.1: the house's own wire, JSON in, JSON out; the levers of tests; and the way to each wire.

Not about money: book.py, statement.py and pages.py are. Nor about providers: `/stripe/...` and the like are answered by their wires.
A refusal of the house is `{"error": code, "detail": sentence}` with its status.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, TypeVar
from urllib.parse import parse_qsl, quote, urlsplit

from amends.plumbing.simulators.books import Refused, micros
from amends.plumbing.simulators.payments import pages, statement, webhooks
from amends.plumbing.simulators.payments.behaviour import Behaviour, behave
from amends.plumbing.simulators.payments.book import Book, Out
from amends.plumbing.simulators.payments.wires import Stumbled, Wire
from amends.plumbing.simulators.serving import Asked, Cut, Reply, Server

LONGEST_PAGE = 5000
EARLY = 5.0  # seconds for which an answer waits for its webhook to be there first
Answer = tuple[int, Any]
T = TypeVar("T")


class Gateway(Server):
    """The listening gateway: its one book, its behaviour, its wires and its pusher."""

    def __init__(self, port: int, book: Book, behaviour: Behaviour) -> None:
        super().__init__(port)
        self.book, self.behaviour = book, behaviour
        self.wires: Mapping[str, Wire] = {}
        self.pusher = webhooks.Pusher(book, behaviour.backoff, self.wires)
        self._struck: set[str] = set()
        self._lock = threading.Lock()

    def speak(self, wires: Mapping[str, Wire]) -> None:
        """From now on these wires answer and push, too."""
        self.wires = self.pusher.wires = wires

    def reply(self, asked: Asked) -> Reply:
        """See serving.Server."""
        parts = urlsplit(asked.target)
        wire, _, rest = parts.path.removeprefix("/").partition("/")
        if wire in self.wires:
            return self.wires[wire].reply(self, asked, f"/{rest}")
        try:
            status, content = _route(asked.method, parts.path)(self, asked.json(), dict(parse_qsl(parts.query)))
        except Stumbled:
            status, content = 503, {"error": "unavailable", "detail": "it stumbled; whether it did what was asked it does not say"}
        return Reply(status, content, {"content-type": "text/html; charset=utf-8"} if isinstance(content, bytes) else {})

    def through(self, key: str, effect: Callable[[], tuple[T, bool]]) -> T:
        """What `effect` answers (and whether it was the key's first), with the trouble that this key meets: Cut, or Stumbled."""
        behaviour = self.behaviour
        trouble = behaviour.trouble(key)
        if trouble.endswith("_before") and self.struck_first(key):
            _stumble(trouble)
        answer, first = effect()
        self.pusher.nudge()
        if first and behaviour.is_early(key):
            self._after_its_webhook(key)
        if first and trouble.endswith("_after"):
            _stumble(trouble)
        if first and trouble == "slow":
            time.sleep(behaviour.held_back(key))
        return answer

    def struck_first(self, key: str) -> bool:
        """Whether this is the first request of `key` that trouble strikes before the effect; a restart forgets."""
        with self._lock:
            new = key not in self._struck
            self._struck.add(key)
            return new

    def _after_its_webhook(self, key: str) -> None:
        waiting = "SELECT 1 FROM push WHERE subject = ? AND done IS NULL AND tries = 0 AND due <= ?"
        end = time.perf_counter() + EARLY
        while time.perf_counter() < end:
            with self.book.reading() as (connection, now):
                if not connection.execute(waiting, (key, now)).fetchone():
                    return
            time.sleep(0.01)


def health(gateway: Gateway, _body: Any, _query: dict[str, str]) -> Answer:
    return 200, {"status": "ok", "service": "payment simulator", "moves_real_money": False, "pid": os.getpid(), "book": gateway.book.path}


def capture(gateway: Gateway, body: Any, _query: dict[str, str]) -> Answer:
    if not isinstance(body, list):
        raise Refused(422, "bad_body", "a list of captures is wanted")
    return 200, {"received": len(body), "new": gateway.book.register([_capture(it) for it in body])}


def refund(gateway: Gateway, body: Any, _query: dict[str, str]) -> Answer:
    asked = _shaped(body, {"key": str, "tender": str, "amount": int, "currency": str})
    return 202, _accepted(gateway.through(asked["key"], lambda: gateway.book.ask(asked, gateway.behaviour.plan, gateway.behaviour.news)))


def look(gateway: Gateway, _body: Any, query: dict[str, str]) -> Answer:
    return 200, gateway.book.look(query["it"])


def transfer(gateway: Gateway, body: Any, _query: dict[str, str]) -> Answer:
    asked, behaviour = _shaped(body, {"key": str, "payer": str, "amount": int, "currency": str}), gateway.behaviour
    return 202, _accepted(gateway.through(asked["key"], lambda: gateway.book.transfer(asked, behaviour.plan, behaviour.news, wire="house")))


def look_transfer(gateway: Gateway, _body: Any, query: dict[str, str]) -> Answer:
    return 200, gateway.book.look(query["it"], "transfer")


def reverse(gateway: Gateway, _body: Any, query: dict[str, str]) -> Answer:
    out = gateway.book.reverse(query["it"], gateway.behaviour.news)
    gateway.pusher.nudge()
    return 200, out.told()


def make_page(gateway: Gateway, body: Any, _query: dict[str, str]) -> Answer:
    asked = _shaped(body, {"key": str, "title": str, "amount": int, "currency": str})
    page = pages.make(gateway.book, asked["key"], "house", asked["title"], asked["amount"], asked["currency"])
    return 201, {"key": page.key, "url": f"{gateway.url}/pages/{quote(page.key, safe='')}", "paid": page.paid is not None}


def show_page(gateway: Gateway, _body: Any, query: dict[str, str]) -> Answer:
    page = pages.find(gateway.book, query["it"])
    said = "paid" if page.paid else '<form method="post"><button>pay</button></form>'
    text = f"<!doctype html><title>simulator</title><p>{page.amount} {page.currency} (minor units), no real money</p>{said}"
    return 200, text.encode()


def pay_page(gateway: Gateway, _body: Any, query: dict[str, str]) -> Answer:
    page = pages.pay(gateway.book, query["it"], gateway.behaviour.news)
    gateway.pusher.nudge()
    return 200, {"key": page.key, "payment_ref": page.payment_ref, "payer_ref": page.payer_ref, "paid": True}


def pushed(gateway: Gateway, _body: Any, _query: dict[str, str]) -> Answer:
    asked = "SELECT event, wire, subject, forged, tries, done IS NOT NULL, status FROM push ORDER BY id DESC LIMIT 1000"
    with gateway.book.reading() as (connection, _):
        rows = connection.execute(asked).fetchall()
    return 200, [dict(zip(("event", "wire", "about", "forged", "tries", "done", "status"), row, strict=True)) for row in rows]


def whole_book(gateway: Gateway, _body: Any, query: dict[str, str]) -> Answer:
    page = statement.lines(gateway.book, after=query.get("after", ""), limit=_limit(query), pending=True, wire=query.get("wire", ""))
    return 200, {**page, "totals": statement.totals(gateway.book)}


def since(gateway: Gateway, _body: Any, query: dict[str, str]) -> Answer:
    start = micros(query["since"]) if "since" in query else 0
    return 200, statement.lines(gateway.book, since=start, after=query.get("after", ""), limit=_limit(query), wire="house")


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
    wire = str(body.pop("wire", "house")) if isinstance(body, dict) else ""
    asked = _shaped({"secret": "-", **body} if wire != "house" else body, {"url": str, "secret": str})
    webhooks.aim(gateway.book, wire, asked["url"], asked["secret"])
    gateway.pusher.nudge()
    return 200, {"url": asked["url"]}


def charge_back(gateway: Gateway, body: Any, _query: dict[str, str]) -> Answer:
    asked = _shaped(body, {"tender": str, "amount": int})
    answer = statement.open_chargeback(gateway.book, asked["tender"], asked["amount"], gateway.behaviour.news)
    gateway.pusher.nudge()
    return 201, answer


def decide(gateway: Gateway, body: Any, query: dict[str, str]) -> Answer:
    won_by = _shaped(body, {"won_by": str})["won_by"]
    if won_by not in ("consumer", "merchant"):
        raise Refused(422, "bad_body", "won_by is consumer or merchant")
    answer = statement.decide_chargeback(gateway.book, query["it"], won_by, gateway.behaviour.news)
    gateway.pusher.nudge()
    return 200, answer


Endpoint = Callable[[Gateway, Any, dict[str, str]], Answer]
ROUTES: list[tuple[str, re.Pattern[str], Endpoint]] = [
    ("GET", re.compile(r"/health"), health),
    ("POST", re.compile(r"/captures"), capture),
    ("POST", re.compile(r"/refunds"), refund),
    ("GET", re.compile(r"/refunds/(?P<it>[^/]{1,200})"), look),
    ("POST", re.compile(r"/refunds/(?P<it>[^/]{1,200})/reversal"), reverse),
    ("POST", re.compile(r"/transfers"), transfer),
    ("GET", re.compile(r"/transfers/(?P<it>[^/]{1,200})"), look_transfer),
    ("POST", re.compile(r"/pages"), make_page),
    ("GET", re.compile(r"/pages/(?P<it>[^/]{1,200})"), show_page),
    ("POST", re.compile(r"/pages/(?P<it>[^/]{1,200})"), pay_page),
    ("GET", re.compile(r"/pushes"), pushed),
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


def _stumble(trouble: str) -> None:
    raise Cut if trouble.startswith("cut") else Stumbled


def _accepted(out: Out) -> dict[str, Any]:
    """The house says of a key that it has taken it, and how it stands only when asked for that."""
    return {"key": out.key, "state": "accepted", "provider_ref": out.provider_ref, "attempt": out.attempt}


def _capture(it: Any) -> dict[str, Any]:
    shape = {"tender": str, "order": str, "kind": str, "currency": str, "amount": int}
    ends = ("gateway", "payment_ref", "payer_ref")
    if isinstance(it, dict) and not all(isinstance(it.get(name, ""), str) and len(it.get(name, "")) <= 200 for name in ends):
        raise Refused(422, "bad_body", f"{', '.join(ends)} are texts of at most 200 characters")
    plain = {name: value for name, value in it.items() if name not in ends} if isinstance(it, dict) else it
    return {**_shaped(plain, shape), **{name: it.get(name, "") for name in ends}}


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
