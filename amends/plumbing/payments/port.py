"""What Amends asks of any payment gateway. Whoever implements it keeps three promises:

1. A key is one refund for ever. Asking again with the same key never pays twice, also after a time-out, a crash or a failure.
2. `unheard` is said whenever it is not certain what the gateway did; `failed` only where surely no money moved.
3. Answers may come late, twice and in any order; `look` and the statement are the truth, a webhook is a hint to look.

Amounts are integers in minor units of `currency`: an ISO code, or the unit of a tender restored in kind (`CNY.coupon`). Instants
are the gateway's own, in UTC, and not those of a clock that Amends may have stepped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

State = Literal["accepted", "paid", "failed", "unheard"]

LONGEST_WORD = 80
NEVER_RECEIVED = "never_received"
"""Reason of a `failed` answer of `look`: the gateway does not know the key. A request still on its way may yet arrive, so ask again
with the same key rather than pay another way."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gateway says of one key. `reason` is its code where it failed, or why nothing was heard; `at` its instant, if told.

    Foreign words are cut here, once, to what our rows hold: an answer that could not be kept would leave its refund unanswered for ever.
    """

    state: State
    provider_ref: str = ""
    reason: str = ""
    at: datetime | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "provider_ref", self.provider_ref[:LONGEST_WORD])
        object.__setattr__(self, "reason", self.reason[:LONGEST_WORD])


@dataclass(frozen=True, slots=True)
class Capture:
    """Money that the shop really received by one tender of an order. `kind`: card, wallet, coupon, points, …"""

    tender: str
    order: str
    kind: str
    currency: str
    amount: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the gateway's statement. `provider_ref` is unique in it; a key has a line for each attempt to pay it.

    kind and state: capture (captured), refund (paid, failed), chargeback (open, consumer, merchant: who won it).
    """

    kind: Literal["capture", "refund", "chargeback"]
    tender: str
    key: str
    amount: int
    currency: str
    state: str
    reason: str
    provider_ref: str
    at: datetime


class GatewayUnreachable(RuntimeError):
    """The gateway could not be asked for something that has no Answer; nothing can be said, try later."""


class Gateway(Protocol):
    """A payment gateway."""

    def refund(self, key: str, tender: str, amount: int, currency: str) -> Answer:
        """The gateway was asked to pay `amount` back by `tender`. Mostly `accepted`; `failed` where it refuses; or `unheard`."""
        ...

    def look(self, key: str) -> Answer:
        """How the refund `key` stands now; `failed` with NEVER_RECEIVED where the gateway does not know it; or `unheard`."""
        ...

    def statement(self, since: datetime | None = None) -> Iterator[Line]:
        """What has happened at or after `since` of the gateway's time (None: ever), oldest first. Raises GatewayUnreachable."""
        ...

    def register_captures(self, captures: Sequence[Capture]) -> int:
        """The gateway has these captures in its book, once each; answers how many were new. Raises GatewayUnreachable."""
        ...
