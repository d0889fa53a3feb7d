"""What carriers tell of a waybill, as our words, and what a track comes to by them: a fold over the SET of events.

The order in which events are heard makes no difference: `fold` sorts them by what the carrier says of their instant, and the later stage
of two of one instant wins. Not about how a carrier spells its states (plumbing.carriers) nor about whose parcel it is.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from amends.kernel.texts import Text, say

ACCEPTED, IN_TRANSIT, OUT_FOR_DELIVERY, DELIVERED = "accepted", "in_transit", "out_for_delivery", "delivered"
ATTEMPT_FAILED, UNCLAIMED, RETURNING, RETURNED = "attempt_failed", "unclaimed", "returning", "returned"
EXCEPTION, LOST, DAMAGED, CANCELLED, WEIGHED, EXPECTED = "exception", "lost", "damaged", "cancelled", "weighed", "expected"

KINDS: dict[str, Text] = {
    EXPECTED: say("告知预计送达时间", "said when it should arrive"),
    WEIGHED: say("已称重", "weighed"),
    CANCELLED: say("运单已取消", "waybill cancelled"),
    ACCEPTED: say("已揽收", "accepted"),
    IN_TRANSIT: say("运输中", "on its way"),
    EXCEPTION: say("异常", "exception"),
    OUT_FOR_DELIVERY: say("派送中", "out for delivery"),
    ATTEMPT_FAILED: say("派送未成功", "delivery attempted"),
    UNCLAIMED: say("待领取", "waits to be fetched"),
    RETURNING: say("退回中", "on its way back to the sender"),
    DAMAGED: say("破损", "damaged"),
    LOST: say("已丢失", "lost"),
    DELIVERED: say("已签收", "delivered"),
    RETURNED: say("已退回寄件人", "back at the sender"),
}
"""Every kind of event, in the order of a parcel's life: of two of one instant the later row here is the later event."""

RANK = {kind: place for place, kind in enumerate(KINDS)}
SILENT = frozenset({WEIGHED, EXPECTED})
"""Kinds that say something of a parcel and not where it is."""
HANDED_OVER = frozenset(KINDS) - SILENT - {CANCELLED}
"""Kinds that only a parcel has which the carrier has in hand, or had."""
ENDS = frozenset({DELIVERED, RETURNED, LOST, CANCELLED})
"""States after which a carrier is not asked any more; what it tells all the same is heard."""
WITH_CARRIER = HANDED_OVER - {DELIVERED, RETURNED, LOST}
_LEAVES = {
    DELIVERED: frozenset({RETURNING, RETURNED, LOST}),
    RETURNED: frozenset[str](),
    RETURNING: frozenset({RETURNED, LOST, DAMAGED, DELIVERED}),
}
"""What changes a state that late scans must not: goods that arrived are not on their way because a depot told its scan late."""
_TELEPHONE = re.compile(r"(?<![\w-])\+?\d[\d -]{5,18}\d(?![\w-])")
_SIGNERS = "签收人|收件人|代收人|快递员|派件员|业务员|signed (?:for )?by|received by|courier|driver"
_NAMED = re.compile(rf"((?:{_SIGNERS})\s*(?:是|为)?\s*[:：]\s*)[^,，。;；)）\]】\n]+", re.IGNORECASE)
PAUSES = (timedelta(hours=2), timedelta(hours=4), timedelta(hours=8), timedelta(hours=12), timedelta(hours=24))
"""How long a carrier is left alone before it is asked, the first time, the second, …; the last holds from then on."""
OLDEST, NEWEST = 1999, 2200
"""Years between which something happens to a parcel; programs write others where they mean none."""
HEAVIEST = 2**31 - 1
POLLED_FOR = timedelta(days=90)
"""A track that has not ended is not asked about for longer than this."""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that a carrier told of a waybill. `key`: the carrier's own id of it, which never changes its content; '' where it has none.

    `at`: when it happened, in the carrier's words; `words`: what it says, without telephones and who signed, for rows of it are never
    erased; grams where it weighed.
    """

    kind: str
    at: datetime
    place: str = ""
    words: str = ""
    weight_grams: int | None = None
    expected_at: datetime | None = None
    key: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no kind of event: {self.kind}")
        for instant in (self.at, self.expected_at):
            if instant is not None and (instant.tzinfo is None or not OLDEST < instant.year < NEWEST):
                raise ValueError("an instant without a zone, or of another century")
        if self.weight_grams is not None and not 0 <= self.weight_grams <= HEAVIEST:
            raise ValueError(f"no weight in grams: {self.weight_grams}")
        object.__setattr__(self, "place", _printable(self.place)[:120])
        object.__setattr__(self, "words", without_persons(_printable(self.words))[:200])
        object.__setattr__(self, "key", _printable(self.key)[:120] or self.digest())

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Told:
        """What plumbing.carriers.port.Happened.told made of it. Raises ValueError, KeyError where it is no event of ours."""
        grams, expected = told.get("weight_grams"), told.get("expected_at")
        return cls(
            kind=str(told["kind"]),
            at=datetime.fromisoformat(str(told["at"])),
            place=str(told.get("place", "")),
            words=str(told.get("words", "")),
            weight_grams=None if grams is None else int(grams),
            expected_at=datetime.fromisoformat(str(expected)) if expected else None,
            key=str(told.get("key", "")),
        )

    def digest(self) -> str:
        """An id made of what it says: the same words of the same instant are the same event."""
        said = "\n".join((self.kind, self.at.isoformat(), self.place, self.words, str(self.weight_grams), str(self.expected_at)))
        return "digest:" + hashlib.sha256(said.encode()).hexdigest()[:40]


@dataclass(frozen=True, slots=True)
class Folded:
    """What a track comes to. `at`: since when it is in this state; `kinds`: everything that was ever told of it."""

    state: str = ""
    at: datetime | None = None
    place: str = ""
    weight_grams: int | None = None
    expected_at: datetime | None = None
    kinds: frozenset[str] = frozenset()

    @property
    def ended(self) -> bool:
        """Nothing more is expected of the carrier."""
        return self.state in ENDS


def fold(events: Iterable[Told]) -> Folded:
    """Where a parcel is by everything that was told of it: the same for every order and every doubling of the same events."""
    state, since, place, grams, expected = "", None, "", None, None
    rows = sorted({event.key: event for event in sorted(events, key=_order)}.values(), key=_order)
    for event in rows:
        grams = event.weight_grams if event.weight_grams is not None else grams
        expected = event.expected_at or expected
        reached = _after(state, event.kind)
        if reached is None:
            continue
        if reached != state:
            state, since = reached, event.at
        place = event.place or place
    return Folded(state, since, place, grams, expected, frozenset(event.kind for event in rows))


def _order(event: Told) -> tuple[Any, ...]:
    expected = event.expected_at.isoformat() if event.expected_at else ""
    return event.at, RANK[event.kind], event.key, event.place, event.words, event.weight_grams or 0, expected


def _after(state: str, kind: str) -> str | None:
    """The state that `kind` leads to from `state`; None where it says nothing new of the place."""
    if kind in SILENT:
        return None
    if kind == ACCEPTED and state not in ("", CANCELLED, ACCEPTED):
        return None
    if kind == CANCELLED and state not in ("", ACCEPTED, CANCELLED):
        return None
    if kind != state and state in _LEAVES and kind not in _LEAVES[state]:
        return None
    return RETURNED if state == RETURNING and kind == DELIVERED else kind


def without_persons(words: str) -> str:
    """What a carrier says, without telephones and the names of couriers and of whoever signed, as far as its usual words tell them."""
    return _TELEPHONE.sub("…", _NAMED.sub(r"\1…", words))


def _printable(words: str) -> str:
    """Without what no page shows and no database keeps: control characters, halves of characters."""
    return words if words.isprintable() else "".join(sign if sign.isprintable() else " " for sign in words).strip()


def clean_waybill(waybill: str) -> str:
    """A waybill as it is compared: full-width signs narrow, no spaces or hyphens, capitals; at most 60 signs."""
    return re.sub(r"[\s-]", "", _printable(unicodedata.normalize("NFKC", waybill))).upper()[:60]


def pause(polls: int) -> timedelta:
    """How long until a carrier that was asked `polls` times about a waybill is asked again."""
    return PAUSES[min(polls, len(PAUSES) - 1)]
