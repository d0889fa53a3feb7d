"""The arithmetic of what is owed: sums divided over units, parts and tenders, exactly. Plain values; no database.

Shares are tender position (as a string, as JSON keeps it) -> minor units of that tender's own unit. Not about who may have what.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from amends.kernel.money import apportion

Shares = dict[str, int]

GOODS, FREIGHT, PACKAGING, ANEW, AGAIN = "goods", "freight", "packaging", "anew", "again"
"""Of what a grant is. `anew`: what an earlier return took off the price of this unit and its own return brings back
(settled_anew.py); `again`: what went out before, came back to us and is owed once more. Neither is counted against the price."""

EXTRAS = (FREIGHT, PACKAGING)


@dataclass(slots=True)
class Due:
    """What is owed for one unit: to which tenders, and of which parts; both add up to `minor`."""

    shares: Shares = field(default_factory=dict)
    parts: dict[str, int] = field(default_factory=dict)

    @property
    def minor(self) -> int:
        return sum(self.shares.values())


@dataclass(slots=True)
class Full:
    """What may go back for one unit at most: what is left of its price by tender, and of its freight and packaging."""

    goods: Shares
    extras: dict[str, Shares] = field(default_factory=dict)

    def together(self) -> Shares:
        """Everything by tender."""
        return added(self.goods, *self.extras.values())


def added(*several: Mapping[str, int]) -> Shares:
    """The sum of shares, tender by tender."""
    total: Shares = {}
    for shares in several:
        for tender, minor in shares.items():
            total[tender] = total.get(tender, 0) + minor
    return total


def less(shares: Mapping[str, int], gone: Mapping[str, int]) -> Shares:
    """What is left of `shares` once `gone` has gone; what is used up is left out, and nothing is below zero."""
    return {tender: minor - gone.get(tender, 0) for tender, minor in shares.items() if minor > gone.get(tender, 0)}


def next_of(pool: Mapping[str, int], spent: int, minor: int) -> Shares:
    """The next `minor` of a pool of which `spent` has gone: its tenders are used up one after the other, in their order."""
    taken: Shares = {}
    for tender in sorted(pool, key=int):
        here = max(0, min(minor, pool[tender] - spent))
        spent = max(0, spent - pool[tender])
        minor -= here
        if here:
            taken[tender] = here
    return taken


def spread(minor: int, left: Mapping[str, int], money: Collection[str]) -> Shares:
    """`minor` over the tenders of money, in proportion to what is left of each; never more than is left. Refuses (ValueError) more."""
    there = {tender: left[tender] for tender in sorted(left, key=int) if tender in money and left[tender] > 0}
    if not 0 < minor <= sum(there.values()):
        raise ValueError(f"{minor} of {there}")
    parts = apportion(minor, list(there.values()))
    return {tender: part for tender, part in zip(there, parts, strict=True) if part}


def divided(minor: int, fulls: Mapping[int, Full], money: Collection[str]) -> dict[int, Due]:
    """For each unit its part of `minor`, which is what all of them bring in money; what goes back in kind goes back whole.

    Cut by largest remainder over all shares where it is less than everything. Of a unit's sum freight and packaging are whole first, then
    the goods up to what is left of their price; what is beyond is `anew`.
    """
    flat = [(pk, tender, there) for pk, full in fulls.items() for tender, there in full.together().items()]
    in_money = [row for row in flat if row[1] in money]
    cut = apportion(minor, [there for *_, there in in_money]) if in_money else []
    dues: dict[int, Due] = {pk: Due() for pk in fulls}
    for pk, tender, part in [(pk, t, m) for (pk, t, _), m in zip(in_money, cut, strict=True)] + [f for f in flat if f[1] not in money]:
        if part:
            dues[pk].shares[tender] = part
    for pk, due in dues.items():
        due.parts = _parts(due.shares, fulls[pk], money)
    return dues


def _parts(shares: Mapping[str, int], full: Full, money: Collection[str]) -> dict[str, int]:
    kind = sum(minor for tender, minor in shares.items() if tender not in money)
    rest, parts = sum(shares.values()) - kind, {}
    for name, extra in full.extras.items():
        parts[name] = min(rest, sum(extra.values()))
        rest -= parts[name]
    parts[GOODS] = min(rest + kind, sum(full.goods.values()))
    parts[ANEW] = rest + kind - parts[GOODS]
    return {name: minor for name, minor in parts.items() if minor}


def without_kind(full: Full, money: Collection[str]) -> Full:
    """Of a unit that stays: its price in money alone."""
    return Full({tender: minor for tender, minor in full.goods.items() if tender in money})


def running(wanted: Sequence[tuple[int, int]], left: int) -> dict[int, int]:
    """Each unit's own sum, in this order, as long as the line still has some `left`."""
    given: dict[int, int] = {}
    for pk, minor in wanted:
        given[pk] = min(minor, max(0, left))
        left -= given[pk]
    return given
