"""What the parts of a mix come to, one after the other: what the law gives for each, and what is given; no freight is counted twice.

Plain reads under the lock that whoever checks a mix holds. What is refused stands in mixing.py; what one part brings, in dues.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from amends.cases.dues import dues_of, in_money, law_gives
from amends.cases.left import freed_of, left_of, money_positions
from amends.cases.models import Case, Grant
from amends.cases.rules.mix import GOODS_FOR_UNIT, MONEY_FOR_UNIT, NONE, Part
from amends.cases.rules.owing import EXTRAS, Due
from amends.market.models import OrderLine, Unit
from amends.policy.rules.facts import Remedy

REMEDIES = frozenset(remedy.value for remedy in Remedy)


class Lawful(NamedTuple):
    """What the stamped decision gives as of right for a part: whether anything at all, and the money of it."""

    opens: bool
    minor: int


NOTHING = Lawful(False, 0)


@dataclass(slots=True)
class Sums:
    """Asked part by part, in their order. `void`: live grants that this mix will make void, so they count as not given.

    `_taken`: freight and packaging that the parts asked before have, by line and name: where a line has less left of it than its units'
    shares together, the parts behind get the rest.
    """

    case: Case
    free: Mapping[int, Unit]
    void: Sequence[Grant]
    money: set[str] = field(init=False)
    _taken: dict[tuple[int, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.money = money_positions(self.case.merchant_id, self.case.order_id, self.case.currency)

    def law(self, part: Part) -> Lawful:
        """What the law gives for the units of this part in its very remedy; for `none`, in the remedy that the case asks for."""
        asked = self.case.remedy if part.remedy == NONE else part.remedy
        if asked not in REMEDIES or (asked in GOODS_FOR_UNIT and part.remedy != NONE):
            return NOTHING
        opened = law_gives(self.case, Remedy(asked), part.units, self.void)
        dues = {pk: due for pk, due in opened.items() if pk in part.units}
        minor = sum(in_money(due, self.money) for due in dues.values())
        return Lawful(bool(dues), max(0, minor - self._beyond(dues)))

    def given(self, part: Part) -> Part:
        """The part with its sum. Raises Unprocessable (field `parts`) for more than is left."""
        if part.remedy not in MONEY_FOR_UNIT:
            return part
        dues = dues_of(self.case, [self.free[pk] for pk in part.units], Remedy(part.remedy), part.amount_minor, self.void)
        minor = sum(in_money(due, self.money) for due in dues.values())
        return replace(part, amount_minor=max(0, minor - self._beyond(dues)))

    def stays_left(self, units: Iterable[int]) -> int:
        """What is left of the price of these units, in money."""
        left = left_of([self.free[pk] for pk in units], self.void)
        return sum(minor for shares in left.values() for tender, minor in shares.items() if tender in self.money)

    def extra_left(self, line: OrderLine, name: str) -> int:
        """How much of a line's freight or packaging is left for parts that were not asked yet."""
        units = Unit.objects.filter(merchant_id=line.merchant_id, line_id=line.pk)
        granted = int(getattr(line, f"{name}_granted_minor")) - freed_of(self.void, units, name)
        return max(0, int(getattr(line, f"{name}_minor")) - granted - self._taken.get((line.pk, name), 0))

    def take(self, line_id: int, name: str, minor: int) -> None:
        """So much more of it is taken."""
        self._taken[line_id, name] = self._taken.get((line_id, name), 0) + minor

    def _beyond(self, dues: Mapping[int, Due]) -> int:
        """What of the freight and packaging of these dues the parts before have already; the rest of it is taken."""
        wanted: dict[tuple[int, str], int] = {}
        for pk, due in dues.items():
            for name in EXTRAS:
                if minor := due.parts.get(name, 0):
                    key = (self.free[pk].line_id, name)
                    wanted[key] = wanted.get(key, 0) + minor
        lines = OrderLine.objects.filter(merchant_id=self.case.merchant_id).in_bulk({line for line, _ in wanted}) if wanted else {}
        beyond = 0
        for (line_id, name), minor in wanted.items():
            there = min(minor, self.extra_left(lines[line_id], name))
            self.take(line_id, name, there)
            beyond += minor - there
        return beyond
