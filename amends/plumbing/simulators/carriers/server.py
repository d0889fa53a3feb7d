"""The simulated couriers' HTTP face on 127.0.0.1: the way to each wire, and the levers of tests and of whoever shows a demo.

Levers: POST /parcels makes a waybill known; POST /parcels/{carrier}/{waybill}/events lets one thing happen, …/journey a whole way;
/behaviour, /webhook-target, /book and /pushes as with the simulated gateway.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from urllib.parse import unquote, urlsplit

from amends.plumbing.simulators.books import Refused, micros
from amends.plumbing.simulators.carriers.behaviour import Behaviour, behave
from amends.plumbing.simulators.carriers.book import Book, Seen
from amends.plumbing.simulators.carriers.journeys import JOURNEYS
from amends.plumbing.simulators.carriers.wires import Desk, Wire
from amends.plumbing.simulators.payments.webhooks import Pusher, aim
from amends.plumbing.simulators.serving import Asked, Reply, Server

FIELDS = {"kind", "at", "place", "words", "weight_grams", "expected_at", "after"}


class Carriers(Server):
    """The listening couriers: their one book, their behaviour, their wires and their pusher."""

    def __init__(self, port: int, book: Book, behaviour: Behaviour) -> None:
        super().__init__(port)
        self.book, self.behaviour = book, behaviour
        self.desk = Desk(book, self)
        self.wires: Mapping[str, Wire] = {}
        self.pusher = Pusher(book, behaviour.backoff, self.wires)

    def speak(self, wires: Mapping[str, Wire]) -> None:
        """From now on these wires answer and push."""
        self.wires = self.pusher.wires = wires

    def reply(self, asked: Asked) -> Reply:
        """See serving.Server."""
        path = urlsplit(asked.target).path
        wire, _, rest = path.removeprefix("/").partition("/")
        if wire in self.wires:
            return self.wires[wire].reply(asked, f"/{rest}")
        if found := re.fullmatch(r"/parcels/([^/]+)/([^/]+)/(events|journey)", path):
            return self._happen(asked, *(unquote(part) for part in found.groups()))
        answer = OWN.get((asked.method, path))
        if answer is None:
            raise Refused(404, "no_such_page", f"nothing answers {asked.method} {path}")
        return answer(self, asked)

    def _happen(self, asked: Asked, carrier: str, waybill: str, what: str) -> Reply:
        body = asked.json()
        if not isinstance(body, dict):
            raise Refused(422, "bad_body", "an object is wanted")
        self.book.parcel(carrier, waybill)
        if what == "journey":
            if body.get("name") not in JOURNEYS:
                raise Refused(422, "no_such_journey", f"a journey is one of {', '.join(JOURNEYS)}")
            self.desk.go(carrier, waybill, body["name"], int(body.get("weight_grams") or 0))
            return Reply(200, {"carrier": carrier, "waybill": waybill})
        if not body.keys() <= FIELDS or "kind" not in body:
            raise Refused(422, "bad_body", f"kind, and perhaps {', '.join(sorted(FIELDS - {'kind'}))}")
        after = float(body.get("after") or 0)
        at = micros(body["at"]) if body.get("at") else self.book.now() + int(after * 1_000_000)
        event = Seen(
            str(body["kind"]),
            after,
            at,
            str(body.get("place") or ""),
            str(body.get("words") or ""),
            body.get("weight_grams"),
            str(body.get("expected_at") or ""),
        )
        numbers = self.book.happen(carrier, waybill, [event], self.behaviour.news)
        self.pusher.nudge()
        return Reply(200, {"events": numbers})


def health(server: Carriers, _asked: Asked) -> Reply:
    return Reply(
        200, {"status": "ok", "service": "carrier simulator", "carries_anything": False, "pid": os.getpid(), "book": server.book.path}
    )


def whole_book(server: Carriers, _asked: Asked) -> Reply:
    return Reply(200, server.book.whole())


def pushed(server: Carriers, _asked: Asked) -> Reply:
    asked = "SELECT event, wire, subject, forged, tries, done IS NOT NULL, status FROM push ORDER BY id DESC LIMIT 1000"
    with server.book.reading() as (connection, _):
        rows = connection.execute(asked).fetchall()
    return Reply(200, [dict(zip(("event", "wire", "about", "forged", "tries", "done", "status"), row, strict=True)) for row in rows])


def get_behaviour(server: Carriers, _asked: Asked) -> Reply:
    return Reply(200, asdict(server.behaviour))


def set_behaviour(server: Carriers, asked: Asked) -> Reply:
    wanted = asked.json()
    if not isinstance(wanted, dict):
        raise Refused(422, "bad_behaviour", "an object of fields is wanted, or {'profile': name}")
    try:
        server.behaviour = behave(wanted, server.behaviour)
    except ValueError as wrong:
        raise Refused(422, "bad_behaviour", str(wrong)) from wrong
    server.pusher.backoff = server.behaviour.backoff
    return get_behaviour(server, asked)


def set_target(server: Carriers, asked: Asked) -> Reply:
    body = asked.json()
    if not isinstance(body, dict) or body.get("wire", "house") not in server.wires or not isinstance(body.get("url"), str):
        raise Refused(422, "bad_target", f"url and wire are wanted; a wire is one of {', '.join(server.wires)}")
    aim(server.book, body.get("wire", "house"), body["url"], "-")
    server.pusher.nudge()
    return Reply(200, {"url": body["url"]})


def know(server: Carriers, asked: Asked) -> Reply:
    body = asked.json()
    if not isinstance(body, dict) or not all(isinstance(body.get(name), str) and body[name] for name in ("carrier", "waybill")):
        raise Refused(422, "bad_body", "carrier and waybill are wanted")
    server.book.parcel(body["carrier"], body["waybill"], int(body.get("weight_grams") or 0))
    return Reply(201, {"carrier": body["carrier"], "waybill": body["waybill"]})


OWN: dict[tuple[str, str], Callable[[Carriers, Asked], Reply]] = {
    ("GET", "/health"): health,
    ("GET", "/book"): whole_book,
    ("GET", "/pushes"): pushed,
    ("GET", "/behaviour"): get_behaviour,
    ("POST", "/behaviour"): set_behaviour,
    ("POST", "/webhook-target"): set_target,
    ("POST", "/parcels"): know,
}
