"""What of an order is not from life, in words: its source, and what was moved, simulated or invented. Said wherever orders are shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from amends.kernel.texts import Text
from amends.market.models import Order
from amends.market.rules.specs import SIMULATED

WHOLE = "order"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where orders come from, and what of them is not from life."""

    sources: tuple[str, ...]
    notes: tuple[Text, ...]

    def __bool__(self) -> bool:
        return bool(self.notes or self.sources)


def origin_of(orders: Iterable[Order]) -> Origin:
    """Each data set and each note once, in the order of the table of notes; empty for orders that a shop told as they are.

    An order that is invented whole has no source but the note that says so.
    """
    shown = list(orders)
    marks = {mark for order in shown for mark in order.simulated}
    sources = dict.fromkeys(order.source.split(": ")[0] for order in shown if order.source and WHOLE not in order.simulated)
    return Origin(tuple(sources), tuple(text for mark, text in SIMULATED.items() if mark in marks))
