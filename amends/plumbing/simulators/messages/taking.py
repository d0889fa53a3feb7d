"""What all services do with a request that they have checked: trouble, the effect with its reports in one transaction, more trouble.

Not about what is checked or how it is answered.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from amends.plumbing.simulators.messages.behaviour import Behaviour, Outcome
from amends.plumbing.simulators.messages.book import Book, note
from amends.plumbing.simulators.serving import Cut


class Stumbled(Exception):
    """The service says that it is at fault; whether it did what was asked it does not say."""


class Throttled(Exception):
    """The service wants the request later; nothing was done."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A message that was asked for and may be taken over. `key` is what the request itself carries; `again` tells requests apart else."""

    service: str
    key: str
    recipient: str
    subject: str
    text: str
    detail: dict[str, Any] = field(default_factory=dict)
    draw: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """One push of a service: where to, what, and whether it is sent at once rather than when the outcome shows."""

    url: str
    content_type: str
    body: bytes
    early: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """A message as it was taken over."""

    ref: str
    at: int
    due: int
    outcome: Outcome
    reason: str


Reports = Callable[[Taken], Sequence[Report]]


class Desk:
    """Takes messages over for all services."""

    def __init__(self, book: Book, behaviour: Behaviour, nudge: Callable[[], None]) -> None:
        self.book, self.behaviour, self._nudge = book, behaviour, nudge
        self._struck: set[str] = set()
        self._lock = threading.Lock()

    def take(self, wanted: Wanted, *, ref: Callable[[int], str], failure: str, reports: Reports) -> Taken:
        """The message is in the book with its reports. Raises Cut, Stumbled or Throttled as the behaviour says; slow answers sleep.

        `ref` makes the service's own name of the n-th message; `failure` is its word for one that could not be delivered.
        """
        behaviour = self.behaviour.of(wanted.service)
        draw = f"{wanted.service}:{wanted.draw or wanted.key}"
        trouble = behaviour.trouble(draw) if self._first(draw) else "none"
        if trouble in ("cut_before", "error_before", "throttled"):
            self.book.heard(wanted.service, wanted.key, trouble)
            raise {"cut_before": Cut, "error_before": Stumbled, "throttled": Throttled}[trouble]
        taken = self._write(wanted, behaviour, draw, trouble, ref, failure, reports)
        self._nudge()
        if trouble in ("cut_after", "error_after"):
            raise {"cut_after": Cut, "error_after": Stumbled}[trouble]
        if trouble == "slow":
            time.sleep(behaviour.held_back(draw))
        return taken

    def _write(
        self, wanted: Wanted, behaviour: Behaviour, draw: str, trouble: str, ref: Callable[[int], str], failure: str, reports: Reports
    ) -> Taken:
        fate = behaviour.fate(draw)
        with self.book.writing() as (connection, now):
            number = connection.execute("SELECT COALESCE(MAX(id), 0) + 1 FROM message").fetchone()[0]
            reason = failure if fate.outcome == "failed" else ""
            taken = Taken(ref(number), now, now + int(fate.wait * 1_000_000), fate.outcome, reason)
            row = (
                number, taken.ref, wanted.service, wanted.key, wanted.recipient, wanted.subject, wanted.text,
                json.dumps(wanted.detail, ensure_ascii=False), now, taken.due, fate.outcome, reason, fate.copies,
            )  # fmt: skip
            connection.execute(f"INSERT INTO message VALUES ({', '.join('?' * 13)})", row)  # noqa: S608 - thirteen question marks
            note(connection, wanted.service, wanted.key, now, "taken" if trouble in ("none", "slow") else trouble)
            for report in reports(taken) if fate.outcome != "lost" else ():
                digest = hashlib.sha256(report.body).hexdigest()
                for seconds in behaviour.pushes(f"{taken.ref}:{digest}"):
                    due = (taken.at if report.early else taken.due) + int(seconds * 1_000_000)
                    told = (wanted.service, report.url, report.content_type, report.body, due)
                    connection.execute("INSERT INTO push (service, url, content_type, body, due) VALUES (?, ?, ?, ?, ?)", told)
        return taken

    def _first(self, draw: str) -> bool:
        """Whether this is the first request of the key; a restart forgets."""
        with self._lock:
            new = draw not in self._struck
            self._struck.add(draw)
            return new
