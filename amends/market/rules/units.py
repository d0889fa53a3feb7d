"""How the money of an order falls on lines, and of a line on single pieces: fixed once, when the order comes in (FAILURES.md B9, B11).

Invariants, for every line and every unit of it:
1. each column (list, discount, freight, packaging, commission, every tender) summed over the units is the line's own sum, to the last cent;
2. in each unit, list - discount = sum of its tenders;
3. no share is negative.
So any partition of the units over any number of cases gives back exactly what was paid, tender by tender. Independent rounding of
each column keeps 1 but breaks 2 (5.00 by card and 5.00 by coupon over three pieces), hence `fill`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from amends.kernel.money import apportion, unit_shares
from amends.market.rules.specs import LineSpec


@dataclass(frozen=True, slots=True)
class UnitShare:
    """What one piece of a line cost and what paid for it, in minor units; `number` counts from 1."""

    number: int
    list_minor: int
    discount_minor: int
    freight_minor: int
    paid: Mapping[str, int]
    packaging_minor: int = 0
    commission_minor: int = 0

    @property
    def paid_minor(self) -> int:
        return sum(self.paid.values())


def spread(total: int, rooms: Sequence[int]) -> list[int]:
    """`total` shared out in proportion to `rooms` by largest remainder, nobody above its room. Refuses (ValueError) what does not fit."""
    if not 0 <= total <= sum(rooms):
        raise ValueError(f"{total} does not fit into {sum(rooms)}")
    return apportion(total, rooms)


def fill(rows: Sequence[int], columns: Mapping[str, int]) -> list[dict[str, int]]:
    """A table of whole numbers with exactly these row sums and column sums; `columns` must add up to `rows` (else ValueError)."""
    if sum(rows) != sum(columns.values()):
        raise ValueError(f"columns of {sum(columns.values())} for rows of {sum(rows)}")
    rooms = list(rows)
    table: list[dict[str, int]] = [{} for _ in rows]
    for name, total in columns.items():
        shares = spread(total, rooms)
        for place, share in enumerate(shares):
            table[place][name] = share
            rooms[place] -= share
    return table


def units_of(line: LineSpec) -> tuple[UnitShare, ...]:
    """The pieces of `line` with their exact shares; see the invariants above."""
    prices = unit_shares(line.list_minor, line.quantity)
    net = spread(line.paid_minor, prices)
    freight = unit_shares(line.freight_minor, line.quantity)
    packaging = unit_shares(line.packaging_minor, line.quantity)
    commission = apportion(line.commission_minor, net)
    tenders = fill(net, line.paid)
    return tuple(
        UnitShare(number, prices[place], prices[place] - net[place], freight[place], tenders[place], packaging[place], commission[place])
        for place, number in enumerate(range(1, line.quantity + 1))
    )
