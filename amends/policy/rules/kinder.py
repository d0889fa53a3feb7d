"""Is one cell harsher on the consumer than the one it takes the place of? Told with both clauses: the one above and the one here.

Limits, windows, counts and pauses are compared in kinder_clocks.py; this is about the rest. Not about who may say what (layers.py) nor
about Order 116 art. 27 (forced.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amends.kernel.calendars import Roll
from amends.kernel.texts import say
from amends.policy.rules.coherence import GOODS_STATES, issues_of, rows_meet, silence_row
from amends.policy.rules.facts import Remedy
from amends.policy.rules.kinder_clocks import HOLIDAYS_ROLL, ROLLS, Clocks
from amends.policy.rules.quoting import Found, of_law
from amends.policy.rules.schema import ClaimRow, Goods, Right, Settlement, TraitCell

EXCLUSIONS = {"none": 0, "if_unsealed": 1, "if_confirmed": 1, "outright": 2}
VERBS = {"approve": 1, "call_platform": 0, "pass_on": 0}
AMOUNTS = {"paid": 2, "none": 0}
NO_TRAIT = TraitCell(source="-", tag="P")

NO_WIDER = say(
    "法定的例外不能扩大（L2 第十九条第一款、第五十条；L3 第三十条）。",
    "Statutory exclusions cannot be widened (L2 art. 19(1), 50; L3 art. 30).",
)
OTHER_NAME = say("上层写过的不能改写，请换一个名字。", "What stands above cannot be rewritten; use another name.")
SCALES = say("称重允差只由法律规定。", "Only the law sets the tolerance of scales.")


class Kinder(Clocks):
    """The cells of `pack` against `upper`; `promised` are cells that a promise set, which bind whatever their tag."""

    __slots__ = ()

    def found(self) -> Found:
        """Every cell that cuts what stands above, with both clauses."""
        yield from self._rewritten()
        yield from self.clocks()
        yield from self._goods()
        yield from self._freight()
        yield from self._rights()
        yield from self._claims()
        yield from self._silence()
        yield from self._singles()

    def _both(self, section: str, name: str) -> tuple[Any, Any]:
        return getattr(self.upper, section).get(name), getattr(self.pack.cells, section)[name]

    def _rewritten(self) -> Found:
        for section in ("documents", "clauses", "questions", "promises"):
            for name in getattr(self.pack.cells, section):
                above, here = self._both(section, name)
                if above is not None and (section != "documents" or above != here):
                    yield (section, name), OTHER_NAME
        if self.pack.cells.weights.rows:
            yield ("weights", "rows"), SCALES

    def _goods(self) -> Found:
        for section in ("goods", "traits"):
            for name in getattr(self.pack.cells, section):
                above, here = self._both(section, name)
                above = above or NO_TRAIT
                if _widened(above, here):
                    yield (section, name, "exclusion"), self._harsher(section, name, "exclusion", above, here, NO_WIDER)
                if self._binds(section, name, above):
                    for field in _worse_goods(above, here):
                        yield (section, name, field), self._harsher(section, name, field, above, here)

    def _freight(self) -> Found:
        for kind, freight in self.pack.cells.freight.items():
            paid = self.upper.freight.get(kind)
            # Nothing was carried yet, so nobody may keep freight for it, whatever the source.
            binds = paid is not None and (kind == "unshipped" or self._binds("freight", kind, paid))
            for way in ("way_back", "way_out") if binds else ():
                if (getattr(paid, way), getattr(freight, way)) == ("merchant", "consumer"):
                    yield ("freight", kind, way), self._harsher("freight", kind, way, paid, freight)

    def _row_binds(self, row: Any) -> bool:
        clause = self.upper.clauses.get(row.clause)
        return self._below_platform or clause is None or of_law(clause) or ("clauses", row.clause) in self.promised

    def _rights(self) -> Found:
        for number, row in enumerate(self.pack.cells.rights.rows):
            for above in self.upper.rights.rows:
                if self._row_binds(above) and _less(above, row):
                    yield ("rights", "rows", number, "amount"), self._harsher("rights.rows", str(number + 1), "amount", above, row)
                    break

    def _claims(self) -> Found:
        for number, row in enumerate(self.pack.cells.claims.rows):
            for above in self.upper.claims.rows:
                if (
                    above.name == row.name
                    and issues_of(above) & issues_of(row)
                    and self._row_binds(above)
                    and (field := _smaller(above, row))
                ):
                    yield ("claims", "rows", number, field), self._harsher("claims", row.name, field, above, row)
                    break

    def _silence(self) -> Found:
        told: set[int] = set()
        rows, over = self.pack.cells.silence.rows, self.upper.silence.rows
        for limit in dict.fromkeys(row.limit for row in rows):
            for remedy in Remedy:
                for shipped, received in GOODS_STATES:
                    number, bound = (silence_row(table, limit, remedy, shipped, received) for table in (rows, over))
                    if number is None or bound is None or number in told or not self._row_binds(over[bound]):
                        continue
                    if VERBS[rows[number].verb] < VERBS[over[bound].verb]:
                        told.add(number)
                        yield ("silence", "rows", number, "verb"), self._harsher("silence", limit, "verb", over[bound], rows[number])

    def _singles(self) -> Found:
        now, law = self.pack.cells.day_counting, self.upper.day_counting
        if now and now.consumer is Roll.NONE and law.consumer is not Roll.NONE:
            yield ("day_counting", "consumer"), self._harsher("", "day_counting", "consumer", law, now, HOLIDAYS_ROLL)
        elif now and self._binds("day_counting", "", law):
            if ROLLS[now.consumer] < ROLLS[law.consumer]:
                yield ("day_counting", "consumer"), self._harsher("", "day_counting", "consumer", law, now)
            if ROLLS[now.others] > ROLLS[law.others]:
                yield ("day_counting", "others"), self._harsher("", "day_counting", "others", law, now)
        sums, settled = self.pack.cells.settlement, self.upper.settlement
        if sums and self._binds("settlement", "", settled):
            for field in _worse_settlement(settled, sums):
                yield ("settlement", field), self._harsher("", "settlement", field, settled, sums)


def _widened(above: Goods | TraitCell, here: Goods | TraitCell) -> bool:
    """Would more be excluded, or on other grounds, than the law excludes?"""
    step = EXCLUSIONS[here.exclusion] - EXCLUSIONS[above.exclusion]
    return step > 0 or (step == 0 and here.exclusion != above.exclusion)


def _worse_goods(above: Goods | TraitCell, here: Goods | TraitCell) -> Iterator[str]:
    for field in ("durable", "cancellable"):
        if getattr(above, field) and not getattr(here, field):
            yield field
    # Rows of rights are about fresh goods or about others, under one regime or the other: a change takes away one row or the other.
    for field in ("fresh", "regime"):
        if getattr(above, field, None) != getattr(here, field, None):
            yield field
    if set(here.tests) - set(above.tests):
        yield "tests"
    for field in ("daily_wear_bps", "parts_days"):
        if getattr(here, field, 0) > getattr(above, field, 0):
            yield field


def _less(above: Right, here: Right) -> bool:
    """Does `here` fit whatever `above` fits of some facts, and bring less? A row with conditions of its own only adds to the other."""
    if above.remedy is not here.remedy or above.amount == here.amount or here.amount == "paid":
        return False
    if not set(here.needs) <= set(above.needs) or here.when not in (None, above.when):
        return False
    return rows_meet(above, here) and AMOUNTS.get(above.amount, 1) >= AMOUNTS.get(here.amount, 1)


def _smaller(above: ClaimRow, here: ClaimRow) -> str:
    """The field in which a claim of the same name gives less; '' where it gives no less."""
    if above.base not in (here.base, "kinder_of_both") or (above.base != here.base and here.base != "kinder_of_both"):
        return "base" if here.base != "kinder_of_both" else ""
    for field in ("times", "loss_times", "minimum_minor"):
        if getattr(here, field) < getattr(above, field):
            return field
    if above.on_top and not here.on_top:
        return "on_top"
    return "payer_first" if (above.payer_first, here.payer_first) == ("asked", "merchant") else ""


def _worse_settlement(law: Settlement, now: Settlement) -> Iterator[str]:
    worse = {
        "lost_discount": (law.lost_discount, now.lost_discount) == ("kinder", "recalculate"),
        "lost_free_freight": (law.lost_free_freight, now.lost_free_freight) == ("waive", "deduct"),
        "card_fee": (law.card_fee, now.card_fee) == ("waive", "deduct"),
        "adjustment_ceiling_bps": now.adjustment_ceiling_bps < law.adjustment_ceiling_bps,
        "bad_share_is_all_from_bps": now.bad_share_is_all_from_bps > law.bad_share_is_all_from_bps,
    }
    yield from (field for field, is_worse in worse.items() if is_worse)
