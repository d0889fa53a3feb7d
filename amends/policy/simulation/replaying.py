"""One part of a simulation: past decisions go by, both sides judge each, everything is counted and the flips of low rank stay. Pure.

Memory is that of one batch and of the flips that are kept, however many decisions go by.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from amends.kernel.calendars import Calendar
from amends.policy.simulation.counting import Tally
from amends.policy.simulation.judging import Side, kind_of, side_of
from amends.policy.simulation.keeping import Kept, rank
from amends.policy.simulation.past import Past
from amends.policy.simulation.sides import Sides

FOREIGN_MARKET, FOREIGN_CURRENCY = "jurisdiction", "currency"


class Flipped(NamedTuple):
    """A decision that the draft turns over."""

    kind: str
    past: Past
    before: Side
    after: Side


class Replay:
    """The counts and the kept flips of one part; `seed` ranks the flips, `market` is the jurisdiction of both stacks."""

    def __init__(self, sides: Sides, calendar: Calendar, kept: Kept[Flipped], *, seed: int, currency: str) -> None:
        self.sides, self.calendar, self.kept, self.seed, self.currency = sides, calendar, kept, seed, currency
        self.jurisdiction = sides.before.packs[0].cells.jurisdiction
        self.tally = Tally()

    def run(self, batch: Iterable[Past]) -> None:
        """The decisions of `batch` are counted; those that flip are offered to be kept."""
        add, calendar, shops = self.tally.add, self.calendar, self.sides.shops
        pair = self.sides.before, self.sides.after
        for past in batch:
            facts = past.facts
            if facts.jurisdiction != self.jurisdiction:
                self.tally.leave_out(FOREIGN_MARKET)
                continue
            if facts.currency != self.currency:
                self.tally.leave_out(FOREIGN_CURRENCY)
                continue
            stack, draft = pair if past.merchant_id is None or not shops else self.sides.of(past.merchant_id)
            before, after = side_of(stack, facts, calendar, past.remedy), side_of(draft, facts, calendar, past.remedy)
            kind = kind_of(before, after)
            add(past.keys, before, after, kind, shipped=facts.shipped)
            if kind:
                self.kept.offer(rank(self.seed, past.case, past.line), Flipped(kind, past, before, after))
