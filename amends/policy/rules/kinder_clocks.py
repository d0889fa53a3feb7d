"""Is a limit, a duty, a window, a count or a pause of a lower pack harsher on the consumer than the one above?

A shop changes only what is its own to promise: its own clocks, more time and more turns for the consumer; how often and how long the
platform, an arbiter or a carrier acts is not a shop's to set. Not about goods, rights and sums (kinder.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from amends.kernel.calendars import Roll
from amends.kernel.texts import Text, say
from amends.policy.rules.facts import GoodsClass
from amends.policy.rules.lengths import surely_no_longer, surely_no_shorter
from amends.policy.rules.quoting import Found, Quoting, of_law
from amends.policy.rules.schema import LimitCell, PauseRow
from amends.policy.rules.waiting import for_consumer, for_merchant

ROLLS = {Roll.CONSUMER: 2, Roll.OTHER: 1, Roll.NONE: 0}
COUNTS_OF_CONSUMER = {"claim_changes", "pickups", "choices"}  # chances of the consumer: a shop may give more
COUNTS_BEFORE_A_RIGHT = {"repairs_before_refund", "repair_days_at_fault"}  # the fewer, the sooner a right opens
YEAR, MOST_PAUSED = 365, 15

NOT_THEIRS = say(
    "这不是店铺自己能答应的事，店铺不能改。店铺可以缩短商家自己的时限，延长消费者的时限。",
    "It is not a shop's to promise, so a shop cannot change it. A shop may shorten the merchant's own limits and lengthen the consumer's.",
)
# Duties of the merchant: a shop may promise more of these. The others are the platform's, a courier's, an authority's.
DUTIES_OF_MERCHANT = {
    "refund_after_receipt", "refund_delayed", "address_delayed", "handling_delayed", "shop_closing_told", "car_spare", "repair_spare",
}  # fmt: skip
ONE_AT_LEAST = say("至少是 1：写 0，流程就走不通。", "It should be at least 1: with 0 nobody could take that step.")
SAME_DUTY = say("时限旁边走的法定期限由法律写明，不能换。", "The law says which duty runs beside a limit; it cannot be another one.")
HOLIDAYS_ROLL = say(
    "最后一天是法定休假日的，要顺延（L15 第二百零三条）。", "A last day on a statutory holiday rolls to the next day (L15 art. 203)."
)


def _at_least(duty: str) -> bool:
    """Is it a time for which something is kept, or known beforehand? Then shorter is less."""
    return duty.endswith("_kept") or duty.startswith("rule_published") or duty in ("shop_closing_told", "repair_spare")


class Clocks(Quoting):
    """The limits, duties, windows, counts and pauses of `pack` against `upper`."""

    __slots__ = ()

    def clocks(self) -> Found:
        """Every such cell that cuts what stands above, with both clauses."""
        yield from self._limits()
        yield from self._duties()
        yield from self._windows()
        yield from self._counted()
        yield from self._pauses()

    def _limits(self) -> Found:
        for name, limit in self.pack.cells.limits.items():
            above = self.upper.limits.get(name)
            if above is None:
                continue
            if limit.legal not in (None, above.legal):
                yield ("limits", name, "legal"), self._harsher("limits", name, "legal", above, limit, SAME_DUTY)
            if self._below_platform and not for_consumer(name) and not for_merchant(name):
                if any(least != got for least, got in _pairs(above, limit)):
                    yield ("limits", name), self._harsher("limits", name, "value", above, limit, NOT_THEIRS)
                continue
            wrong = self._limit(name, above, limit) if self._binds("limits", name, above) else None
            if wrong or (wrong := self._outlasts(name, above, limit)):
                yield ("limits", name), wrong

    def _limit(self, name: str, above: LimitCell, limit: LimitCell) -> Text | None:
        longer = for_consumer(name)
        for bound, got in _pairs(above, limit):
            if not (surely_no_shorter(got, bound) if longer else surely_no_longer(got, bound)):
                return self._bound(f"limits.{name}", above, bound, limit, got, longer=longer)
        return None

    def _outlasts(self, name: str, above: LimitCell, limit: LimitCell) -> Text | None:
        """Would the limit end after the duty of the law beside it has run out?"""
        legal = above.legal
        duty = self.upper.duties.get(legal) if legal else None
        if duty is None or not of_law(duty):
            return None
        for got in (limit.value, *filter(None, [limit.unshipped]), *limit.goods.values()):
            if not surely_no_longer(got, duty.value):
                right = self._right(duty.value, got, longer=False)
                return self._cut(self._quote(f"duties.{legal} = {duty.value}", duty), self._quote(f"limits.{name} = {got}", limit), right)
        return None

    def _duties(self) -> Found:
        for name, duty in self.pack.cells.duties.items():
            over = self.upper.duties.get(name)
            if not self._binds("duties", name, over):
                continue
            if self._below_platform and name not in DUTIES_OF_MERCHANT:
                if (over.value, over.who) != (duty.value, duty.who):
                    yield ("duties", name), self._harsher("duties", name, "value", over, duty, NOT_THEIRS)
                continue
            longer = over.who == "consumer" or _at_least(name)
            kept = surely_no_shorter(duty.value, over.value) if longer else surely_no_longer(duty.value, over.value)
            if not kept or duty.who != over.who:
                yield ("duties", name), self._bound(f"duties.{name}", over, over.value, duty, duty.value, longer=longer)
            if not set(over.keeps) <= set(duty.keeps):
                yield ("duties", name, "keeps"), self._harsher("duties", name, "keeps", over, duty)

    def _windows(self) -> Found:
        for name, window in self.pack.cells.windows.items():
            above = self.upper.windows.get(name)
            if not self._binds("windows", name, above):
                continue
            if not surely_no_shorter(window.length, above.length):
                text = self._bound(f"windows.{name}", above, above.length, window, window.length, longer=True)
                yield ("windows", name, "length"), text
            usual = self.upper.day_counting.consumer
            if (window.roll or above.roll) and ROLLS[window.roll or usual] < ROLLS[above.roll or usual]:
                yield ("windows", name, "roll"), self._harsher("windows", name, "roll", above, window)
            if (above.counts_from, window.counts_from) == ("installed", "signed"):
                yield ("windows", name, "counts_from"), self._harsher("windows", name, "counts_from", above, window)

    def _counted(self) -> Found:
        for name, count in self.pack.cells.counts.items():
            above = self.upper.counts.get(name)
            right = self._miscounted(name, count.value, above) if above else None
            if right:
                yield ("counts", name), self._harsher("counts", name, "value", above, count, right)
        for issue, asked in self.pack.cells.issues.items():
            less = self.upper.issues.get(issue)
            if self._binds("issues", issue, less) and asked.at_least > less.at_least:
                yield ("issues", issue, "at_least"), self._harsher("issues", issue, "at_least", less, asked)

    def _miscounted(self, name: str, count: int, above: Any) -> Text | None:
        """What would be right instead of so many turns; None where so many are."""
        more = count - above.value
        if name in COUNTS_BEFORE_A_RIGHT:
            return self._right(str(above.value), str(count), longer=False) if more > 0 else None
        if self._below_platform and name not in COUNTS_OF_CONSUMER:
            return NOT_THEIRS if more else None
        if more < 0 and self._binds("counts", name, above):
            return self._right(str(above.value), str(count), longer=True)
        return ONE_AT_LEAST if count == 0 < above.value else None

    def _pauses(self) -> Found:
        """Whoever is waited for gains by a pause: a limit that binds stands still only for the consumer, and none for long."""
        rows = self.pack.cells.pauses.rows
        for number, pause in enumerate(rows):
            for place, name in enumerate(pause.limits):
                above = self.upper.limits.get(name)
                if self._binds("limits", name, above) and not for_consumer(name):
                    yield ("pauses", "rows", number, "limits", place), self._harsher("limits", name, "value", above, pause)
                    continue
                beside = [row for row in (*self.upper.pauses.rows, *rows[:number]) if name in row.limits]
                days = _most_in_a_year([*beside, pause])
                if days > MOST_PAUSED and days > _most_in_a_year(beside):
                    yield ("pauses", "rows", number, "limits", place), self._paused(name, days, [*beside, pause], pause)

    def _paused(self, name: str, days: int, rows: Sequence[PauseRow], pause: PauseRow) -> Text:
        right = say(
            "{name} 在 {year} 天里共停走 {days} 天，最多 {most} 天。",
            "{name} would stand still on {days} of {year} days; {most} at most.",
            name=name, days=days, year=YEAR, most=MOST_PAUSED,
        )  # fmt: skip
        above = self.upper.limits.get(name) or rows[0]
        told = f"pauses {pause.first.isoformat()}..{pause.last.isoformat()}"
        return self._cut(self._quote(_limit_said(name, above), above), self._quote(told, pause), right)


def _limit_said(name: str, cell: LimitCell | PauseRow) -> str:
    return f"limits.{name} = {cell.value}" if isinstance(cell, LimitCell) else name


def _pairs(above: LimitCell, here: LimitCell) -> Iterator[tuple[str, str]]:
    """How long a party has above and here, for every class of goods, shipped or not; each pair once."""
    told = set()
    for goods in GoodsClass:
        for shipped in (True, False):
            pair = above.for_case(goods, shipped=shipped), here.for_case(goods, shipped=shipped)
            if pair not in told:
                told.add(pair)
                yield pair


def _most_in_a_year(rows: Sequence[PauseRow]) -> int:
    """The most days of any year that the rows hold, a day that several hold once."""
    spans = sorted((row.first.toordinal(), row.last.toordinal() + 1) for row in rows)
    most = 0
    for start in {begins for begins, _ in spans} | {ends - YEAR for _, ends in spans}:
        held, until = 0, start
        for begins, ends in spans:
            begins, ends = max(begins, until), min(ends, start + YEAR)
            if begins < ends:
                held, until = held + ends - begins, ends
        most = max(most, held)
    return most
