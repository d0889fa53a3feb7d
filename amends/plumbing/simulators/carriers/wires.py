"""What a wire is, and what all of them do with the one book: sell, fetch, follow, with the trouble that was asked for.

A wire checks who asks as its service does, says things in that service's words, and signs what it pushes.
"""

from __future__ import annotations

import json
import re
import secrets
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from amends.plumbing.simulators.carriers.book import SECOND, Book, Seen
from amends.plumbing.simulators.carriers.journeys import JOURNEYS, PLACES
from amends.plumbing.simulators.payments.wires import Letter, Stumbled
from amends.plumbing.simulators.serving import Asked, Cut, Reply

if TYPE_CHECKING:
    from amends.plumbing.simulators.carriers.server import Carriers

T = TypeVar("T")
__all__ = ["Desk", "Letter", "Stumbled", "Wire"]


class Desk:
    """What every wire does with the book."""

    def __init__(self, book: Book, server: Carriers) -> None:
        self.book, self.server = book, server
        self._struck: set[str] = set()
        self._lock = threading.Lock()

    def through(self, key: str, effect: Callable[[], T]) -> T:
        """What `effect` answers, with the trouble that the first request of this key meets: Cut, or Stumbled."""
        behaviour = self.server.behaviour
        with self._lock:
            first = key not in self._struck
            self._struck.add(key)
        trouble = behaviour.trouble(key) if first else "none"
        if trouble.endswith("_before"):
            _stumble(trouble)
        answer = effect()
        self.server.pusher.nudge()
        if trouble.endswith("_after"):
            _stumble(trouble)
        if trouble == "slow":
            time.sleep(behaviour.held_back(key))
        return answer

    def begin(self, wire: str, carrier: str, waybill: str, grams: int) -> None:
        """The parcel is known and told of on that wire; it goes its way by itself where the behaviour says so."""
        self.book.parcel(carrier, waybill, grams)
        self.follow(wire, carrier, waybill)
        if self.server.behaviour.moves and not self.book.events(carrier, waybill, until=2**62):
            self.go(carrier, waybill, self.server.behaviour.fate(waybill), grams)

    def follow(self, wire: str, carrier: str, waybill: str) -> None:
        """That wire is told of the waybill, known or not."""
        self.book.subscribe(wire, carrier, waybill, self.server.behaviour.news)
        self.server.pusher.nudge()

    def go(self, carrier: str, waybill: str, journey: str, grams: int = 0) -> None:
        """The parcel begins this journey now."""
        behaviour, after, rows = self.server.behaviour, 0.0, []
        start, shift = self.book.now(), behaviour.place(waybill, len(PLACES))
        for number, station in enumerate(JOURNEYS[journey]):
            after += behaviour.step(waybill, number)
            weighed = behaviour.weighs(waybill, grams or 500) if station.kind == "weighed" else None
            place = PLACES[(shift + station.place) % len(PLACES)]
            rows.append(Seen(station.kind, after, start + int(after * SECOND) + number * SECOND, place, station.words, weighed))
        self.book.happen(carrier, waybill, rows, behaviour.news)
        self.server.pusher.nudge()


class Wire(ABC):
    """One way of speaking. `folder` keeps its keys, made once; `url` is where the simulator answers, without a slash at its end."""

    name: str

    def __init__(self, folder: Path, url: str, desk: Desk) -> None:
        self.folder, self.url, self.desk, self.book = folder, url, desk, desk.book

    @property
    @abstractmethod
    def settings(self) -> dict[str, str]:
        """What a shop sets in its environment to reach this wire; AMENDS_… names."""

    @abstractmethod
    def reply(self, asked: Asked, path: str) -> Reply:
        """What is answered at `path` (without the wire's prefix and without its query). Cut and Refused fly."""

    @abstractmethod
    def letter(self, fact: dict[str, Any], secret: str, forged: bool) -> Letter | None:
        """The push that tells `fact` ({id, carrier, waybill, event}). Forged: well formed, and not signed by the service."""

    def taken(self, status: int, body: bytes) -> bool:
        """Whether the shop has taken a push by this answer, so that it is not pushed again."""
        return 200 <= status < 300

    def so_far(self, fact: dict[str, Any]) -> list[dict[str, Any]]:
        """Everything that was seen of the waybill when this event was."""
        return self.book.events(fact["carrier"], fact["waybill"], until=2**62, up_to=int(fact["event"]))

    def kept(self, make: Callable[[], dict[str, str]]) -> dict[str, str]:
        """The wire's secrets, made once, in `folder`."""
        path = self.folder / f"{self.name}.json"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(json.dumps(make()))
        found: dict[str, str] = json.loads(path.read_text())
        return found


def new_waybill() -> str:
    """A waybill that nobody has."""
    return "SIM" + str(secrets.randbelow(10**12)).zfill(12)


def document(*lines: str) -> bytes:
    """A one-page PDF that says so, in ASCII: what a label is where nobody looks."""
    rows = "".join(f"0 -22 Td ({re.sub(r'[^ -~]|[()]', '', line)}) Tj " for line in lines)
    stream = f"BT /F1 16 Tf 36 380 Td {rows}ET".encode()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 288 432] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    text, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(text))
        text += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return text + end % (len(parts) + 1, table, len(parts) + 1, len(text))


def _stumble(trouble: str) -> None:
    raise Cut if trouble.startswith("cut") else Stumbled
