"""The simulator's book as the wires of Alipay and WeChat use it, and how both write sums and instants. Not about either one's words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from amends.plumbing.simulators.books import micros
from amends.plumbing.simulators.payments import pages, statement
from amends.plumbing.simulators.payments.book import Captured, Out

if TYPE_CHECKING:
    from amends.plumbing.simulators.payments.server import Gateway

BEIJING = timezone(timedelta(hours=8))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
YUAN = re.compile(r"(0|[1-9]\d{0,8})(\.\d{1,2})?")
FEE_PER_MILLE = 6


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of one provider's statement; amounts in fen, `at` in microseconds."""

    kind: str
    key: str
    tender: str
    payment_ref: str
    payer_ref: str
    amount: int
    state: str
    reason: str
    provider_ref: str
    at: int


class Till:
    """The book for one wire, with the behaviour's trouble: Cut and Stumbled before or after an effect, Refused where the book says no."""

    def __init__(self, gateway: Gateway, wire: str) -> None:
        self.gateway, self.wire = gateway, wire

    def captured(self, payment_ref: str) -> Captured | None:
        """What came in under the provider's number."""
        return self.gateway.book.capture_of(self.wire, payment_ref)

    def look(self, key: str) -> Out | None:
        """How a payment out stands now; None where this wire never heard of it."""
        found = self.gateway.book.find(key)
        return found if found and found.wire == self.wire else None

    def refund(self, key: str, tender: str, amount: int) -> Out:
        """The refund under `key` is in the book, tried anew where it had failed."""
        body = {"key": key, "tender": tender, "amount": amount, "currency": "CNY"}
        return self.gateway.through(key, lambda: self.gateway.book.ask(body, self.gateway.behaviour.plan, self.gateway.behaviour.news))

    def transfer(self, key: str, payer: str, amount: int) -> Out:
        """The transfer under `key` is in the book, tried anew where it had failed."""
        body, behaviour = {"key": key, "payer": payer, "amount": amount, "currency": "CNY"}, self.gateway.behaviour
        return self.gateway.through(key, lambda: self.gateway.book.transfer(body, behaviour.plan, behaviour.news, wire=self.wire))

    def page(self, key: str, title: str, amount: int) -> pages.Page:
        """A page where somebody may pay."""
        return pages.make(self.gateway.book, key, self.wire, title, amount, "CNY")

    def pay(self, key: str) -> pages.Page:
        """Somebody has paid it."""
        page = pages.pay(self.gateway.book, key, self.gateway.behaviour.news)
        self.gateway.pusher.nudge()
        return page

    def entries(self, since: int, until: int) -> list[Entry]:
        """What happened from `since` until before `until`, those still on their way among it, oldest first."""
        found: list[Entry] = []
        after: str | None = ""
        while after is not None:
            page = statement.lines(self.gateway.book, since=since, until=until, after=after, limit=5000, pending=True, wire=self.wire)
            found += [Entry(**{name: row[name] for name in Entry.__slots__ if name != "at"}, at=micros(row["at"])) for row in page["lines"]]
            after = page["next"]
        return found


def instant(micros_of_it: int) -> datetime:
    """The instant as both providers tell it, in UTC+8."""
    return (EPOCH + timedelta(microseconds=micros_of_it)).astimezone(BEIJING)


def told_at(fact: dict[str, Any]) -> datetime:
    """The instant of a fact to push, in UTC+8."""
    return instant(micros(str(fact["at"])))


def day_of(text: str) -> tuple[int, int] | None:
    """The first microsecond of a Beijing day like 2026-03-01 and of the day after it; None where it is no day."""
    try:
        start = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=BEIJING)
    except ValueError:
        return None
    first = (start - EPOCH) // timedelta(microseconds=1)
    return first, first + 86_400_000_000


def fee_of(amount: int) -> int:
    """What either provider keeps of a payment, in fen: six in a thousand, to the nearest."""
    return (amount * FEE_PER_MILLE + 500) // 1000


def yuan(fen_of_it: int) -> str:
    """Fen as yuan with two decimals, the sign in front."""
    return f"{'-' if fen_of_it < 0 else ''}{abs(fen_of_it) // 100}.{abs(fen_of_it) % 100:02d}"


def fen(text: Any) -> int | None:
    """Yuan of at most two decimals (a number or a text) as fen; None where it is no sum above nothing."""
    written = str(text)
    return int(Decimal(written) * 100) or None if YUAN.fullmatch(written) else None
