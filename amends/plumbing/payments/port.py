"""What Amends asks of any payment gateway. Whoever implements it keeps three promises:

1. A key is one payment for ever. Asking again with the same key never pays twice, also after a time-out, a crash or a failure.
2. `unheard` is said whenever it is not certain what the gateway did; `failed` only where surely no money moved.
3. Answers may come late, twice and in any order; `look` and the statement are the truth, a webhook is a hint to look.

Amounts are integers in minor units of `currency`: an ISO code, or the unit of a tender restored in kind (`CNY.coupon`). Instants
are the gateway's own, in UTC, and not those of a clock that Amends may have stepped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

State = Literal["accepted", "paid", "failed", "unheard"]
Kind = Literal["capture", "refund", "transfer", "chargeback", "fee"]
EventKind = Literal[
    "refund.paid", "refund.failed", "refund.reversed", "transfer.paid", "transfer.failed",
    "chargeback.opened", "chargeback.decided", "capture.paid", "other",
]  # fmt: skip

LONGEST_WORD = 80
NEVER_RECEIVED = "never_received"
"""Reason of a `failed` answer of `look`: the gateway does not know the key. A request still on its way may yet arrive, so ask again
with the same key rather than pay another way."""

CAME_BACK = "reversed"
"""Reason of a `failed` answer: the gateway paid under this key, and the money has come back since. The key is used up."""

OTHER_AMOUNT = "other_amount"
"""Reason of an `unheard` answer: the gateway paid, but another sum than was asked. No key may be asked again before a person or the
statement has told what became of the rest."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the gateway under one key, whole: whoever asks again says the same.

    `tender` is our name of what was captured, `payment_ref` the gateway's own, `payer_ref` the payer's account there; `captured` is the
    whole of what was captured of it. `turn` counts the sure failures before: a gateway whose keys end with a failure is asked as
    `provider_key`. `again`: a call with this key and turn may have been made before, so a gateway that forgets keys is looked at first.
    `way` tells `look` a payment to the payer's account (transfer) from one back to the tender.
    """

    key: str
    turn: int = 0
    tender: str = ""
    payment_ref: str = ""
    payer_ref: str = ""
    amount: int = 0
    currency: str = ""
    captured: int = 0
    reason: str = ""
    again: bool = False
    way: Literal["tender", "transfer"] = "tender"


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
    """Money that the shop really received by one tender of an order. `kind`: card, wallet, coupon, points, …; the rest as in Asked."""

    tender: str
    order: str
    kind: str
    currency: str
    amount: int
    gateway: str = "house"
    payment_ref: str = ""
    payer_ref: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the gateway's statement. `provider_ref` is unique for its kind; a key has a line for each attempt to pay it.

    kind and state: capture (captured), refund and transfer (paid, failed), chargeback (open, consumer, merchant: who won it), fee
    (paid). `tender` is our name where the gateway knows it, else ""; `payment_ref` is the gateway's name of the capture.
    """

    kind: Kind
    tender: str
    key: str
    amount: int
    currency: str
    state: str
    reason: str
    provider_ref: str
    at: datetime
    payment_ref: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One verified push. `event` is its id, the same when it comes again; `told` holds texts and integers in our words:

    refund.* and transfer.*: key, provider_ref, payment_ref, tender, amount, currency, reason, at;
    chargeback.*: provider_ref, payment_ref, tender, amount, currency, reason, state (open, consumer, merchant), at, answer_by;
    capture.paid: key, payment_ref, payer_ref, amount, currency, at. Absent where the gateway does not say; instants as isoformat.
    Kind `other` is kept and asks nothing of us.
    """

    event: str
    kind: EventKind
    told: Mapping[str, Any] = field(default_factory=dict)


class GatewayUnreachable(RuntimeError):
    """The gateway could not be asked for something that has no Answer; nothing can be said, try later."""


class NotOffered(RuntimeError):
    """The gateway has no such service: a transfer to an account, a link to pay by."""


class Gateway(Protocol):
    """A payment gateway."""

    @property
    def name(self) -> str:
        """house, stripe, alipay or wechat; what Tender.gateway and Refund.gateway say."""
        ...

    @property
    def can_transfer(self) -> bool:
        """Whether `transfer` pays to an account (`payer_ref`)."""
        ...

    def refund(self, asked: Asked) -> Answer:
        """The gateway was asked to pay `amount` back by the tender. Mostly `accepted`; `failed` where it refuses; or `unheard`."""
        ...

    def transfer(self, asked: Asked) -> Answer:
        """As refund, to the account `payer_ref`, beyond what was captured. Raises NotOffered unless `can_transfer`."""
        ...

    def look(self, asked: Asked) -> Answer:
        """How the key stands now; `failed` with NEVER_RECEIVED where the gateway does not know it; or `unheard`."""
        ...

    def statement(self, since: datetime | None = None, until: datetime | None = None) -> Iterator[Line]:
        """What has happened at or after `since` (None: ever) and before `until` of the gateway's time, oldest first.

        Raises GatewayUnreachable, also where a day's statement is not out yet.
        """
        ...

    def register_captures(self, captures: Sequence[Capture]) -> int:
        """A simulated gateway has these captures in its book, once each; answers how many were new. Raises GatewayUnreachable.

        A real gateway knows what it captured: nothing is sent, and the answer is 0.
        """
        ...

    def pay_link(self, key: str, amount: int, currency: str, title: str) -> str | None:
        """Where the consumer pays `amount` under `key` (capture.paid tells of it); the same address for the same key. None: not offered."""
        ...

    def verify(self, headers: Mapping[str, str], body: bytes, query: Mapping[str, str]) -> list[Event]:
        """What a webhook tells, once it is certain that the gateway signed it. Raises webhooks.NotFromGateway."""
        ...


def provider_key(asked: Asked) -> str:
    """The key at a gateway whose keys end with a failure: `key`, and `key-t<turn>` after that many sure failures (B2, B31)."""
    return f"{asked.key}-t{asked.turn}" if asked.turn else asked.key


def our_key(provider_key: str) -> str:
    """The key in what `provider_key` made; a key without a turn is itself."""
    return re.sub(r"-t\d+$", "", provider_key)
