"""Is one cell harsher on the consumer than the one it takes the place of? Told with both clauses: the one above and the one here.

Not about who may say what (layers.py) nor about Order 116 art. 27 (forced.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from amends.kernel.calendars import Roll
from amends.kernel.limits import SECONDS_IN, Limit, Unit
from amends.kernel.texts import Text, say
from amends.policy.rules.cells import Sourced
from amends.policy.rules.coherence import GOODS_STATES, issues_of, rows_meet, silence_row
from amends.policy.rules.facts import Remedy
from amends.policy.rules.packs import Pack
from amends.policy.rules.places import Path
from amends.policy.rules.schema import ClaimRow, Goods, Layer, LimitCell, Right, Settlement, TraitCell

ROLLS = {Roll.CONSUMER: 2, Roll.OTHER: 1, Roll.NONE: 0}
EXCLUSIONS = {"none": 0, "if_unsealed": 1, "if_confirmed": 1, "outright": 2}
VERBS = {"approve": 1, "call_platform": 0, "pass_on": 0}
AMOUNTS = {"paid": 2, "none": 0}
FOR_CONSUMER = {"appeal_window", "offer_answered", "merge_undo"}
COUNTS_OF_CONSUMER = {"claim_changes", "reviews", "appeals", "pickups", "choices"}
COUNTS_BEFORE_A_RIGHT = {"repairs_before_refund", "repair_days_at_fault"}  # the fewer, the sooner a right opens
_DAYS = {Unit.DAYS: 86_400, Unit.WORKING_DAYS: 86_400, Unit.MONTHS: 30 * 86_400, Unit.WORKING_HOURS: 3 * 3600}
NO_TRAIT = TraitCell(source="-", tag="P")

Found = Iterator[tuple[Path, Text]]

KINDER = say("下层只能更有利于消费者。", "A lower layer may only be kinder.")
NO_WIDER = say(
    "法定的例外不能扩大（L2 第十九条第一款、第五十条；L3 第三十条）。",
    "Statutory exclusions cannot be widened (L2 art. 19(1), 50; L3 art. 30).",
)
OTHER_NAME = say("上层写过的不能改写，请换一个名字。", "What stands above cannot be rewritten; use another name.")
SCALES = say("称重允差只由法律规定。", "Only the law sets the tolerance of scales.")


def length(written: str) -> int:
    """About how many seconds a limit lasts; only for telling the longer of two."""
    limit = Limit.parse(written)
    return limit.count * (SECONDS_IN.get(limit.unit) or _DAYS[limit.unit])


def for_consumer(limit: str) -> bool:
    """Is it the consumer who is waited for? Then longer is kinder."""
    return limit.startswith("consumer_") or limit in FOR_CONSUMER


def _at_least(duty: str) -> bool:
    """Is it a time for which something is kept, or known beforehand? Then shorter is less."""
    return duty.endswith("_kept") or duty.startswith("rule_published") or duty == "shop_closing_told"


@dataclass(frozen=True, slots=True)
class Kinder:
    """The cells of `pack` against `upper`; `promised` are cells that a promise set, which bind whatever their tag."""

    upper: Any
    pack: Pack
    promised: frozenset[tuple[str, str]]

    def found(self) -> Found:
        """Every cell that cuts what stands above, with both clauses."""
        yield from self._rewritten()
        yield from self._limits()
        yield from self._windows()
        yield from self._counted()
        yield from self._goods()
        yield from self._freight()
        yield from self._rights()
        yield from self._claims()
        yield from self._silence()
        yield from self._pauses()
        yield from self._singles()

    def _binds(self, section: str, name: str, cell: Sourced | None) -> bool:
        if cell is None:
            return False
        return self.pack.layer in (Layer.SHOP, Layer.PROMISE) or cell.tag == "P" or (section, name) in self.promised

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

    def _limits(self) -> Found:
        for name, limit in self.pack.cells.limits.items():
            above = self.upper.limits.get(name)
            if not self._binds("limits", name, above):
                continue
            longer = for_consumer(name)
            least = above.value if longer else min(_lengths(above), key=length)
            for written in _lengths(limit):
                if (length(written) < length(least)) if longer else (length(written) > length(least)):
                    yield ("limits", name), self._bound(f"limits.{name}", above, least, limit, written, longer=longer)
        for name, duty in self.pack.cells.duties.items():
            over = self.upper.duties.get(name)
            if self._binds("duties", name, over):
                longer = over.who == "consumer" or _at_least(name)
                lost = (length(over.value) - length(duty.value)) * (1 if longer else -1)
                if lost > 0 or duty.who != over.who:
                    yield ("duties", name), self._bound(f"duties.{name}", over, over.value, duty, duty.value, longer=longer)
                if not set(over.keeps) <= set(duty.keeps):
                    yield ("duties", name, "keeps"), self._harsher("duties", name, "keeps", over, duty)

    def _windows(self) -> Found:
        for name, window in self.pack.cells.windows.items():
            above = self.upper.windows.get(name)
            if not self._binds("windows", name, above):
                continue
            if length(window.length) < length(above.length):
                text = self._bound(f"windows.{name}", above, above.length, window, window.length, longer=True)
                yield ("windows", name, "length"), text
            if window.roll and ROLLS[window.roll] < ROLLS[above.roll or self.upper.day_counting.consumer]:
                yield ("windows", name, "roll"), self._harsher("windows", name, "roll", above, window)
            if (above.counts_from, window.counts_from) == ("installed", "signed"):
                yield ("windows", name, "counts_from"), self._harsher("windows", name, "counts_from", above, window)

    def _counted(self) -> Found:
        for name, count in self.pack.cells.counts.items():
            most = self.upper.counts.get(name)
            fewer = count.value - most.value if most else 0
            harsher = fewer < 0 if name in COUNTS_OF_CONSUMER else fewer > 0 if name in COUNTS_BEFORE_A_RIGHT else False
            if harsher and self._binds("counts", name, most):
                yield ("counts", name), self._harsher("counts", name, "value", most, count)
        for issue, asked in self.pack.cells.issues.items():
            less = self.upper.issues.get(issue)
            if self._binds("issues", issue, less) and asked.at_least > less.at_least:
                yield ("issues", issue, "at_least"), self._harsher("issues", issue, "at_least", less, asked)

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
            for way in ("way_back", "way_out") if self._binds("freight", kind, paid) else ():
                if (getattr(paid, way), getattr(freight, way)) == ("merchant", "consumer"):
                    yield ("freight", kind, way), self._harsher("freight", kind, way, paid, freight)

    def _row_binds(self, row: Any) -> bool:
        clause = self.upper.clauses.get(row.clause)
        return (
            self.pack.layer in (Layer.SHOP, Layer.PROMISE)
            or clause is None
            or clause.tag == "P"
            or ("clauses", row.clause) in self.promised
        )

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

    def _pauses(self) -> Found:
        """Whoever is waited for gains by a pause, so a limit that binds stands still only for the consumer."""
        for number, pause in enumerate(self.pack.cells.pauses.rows):
            for place, name in enumerate(pause.limits):
                above = self.upper.limits.get(name)
                if self._binds("limits", name, above) and not for_consumer(name):
                    yield ("pauses", "rows", number, "limits", place), self._harsher("limits", name, "value", above, pause)

    def _singles(self) -> Found:
        now, law = self.pack.cells.day_counting, self.upper.day_counting
        if now and self._binds("day_counting", "", law):
            if ROLLS[now.consumer] < ROLLS[law.consumer]:
                yield ("day_counting", "consumer"), self._harsher("", "day_counting", "consumer", law, now)
            if ROLLS[now.others] > ROLLS[law.others]:
                yield ("day_counting", "others"), self._harsher("", "day_counting", "others", law, now)
        sums, settled = self.pack.cells.settlement, self.upper.settlement
        if sums and self._binds("settlement", "", settled):
            for field in _worse_settlement(settled, sums):
                yield ("settlement", field), self._harsher("", "settlement", field, settled, sums)

    # ── both clauses ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _quote(self, value: str, cell: Any) -> Text:
        """A cell as it may be read aloud: its value, the clause that speaks for it, article and source."""
        name = getattr(cell, "clause", None) or getattr(cell, "exclusion_clause", None)
        clause = self.upper.clauses.get(name) or self.pack.cells.clauses.get(name) if name else None
        source = getattr(cell, "source", None) or (clause.source if clause else "-")
        if clause is None:
            return say("{value}（{source}）", "{value} ({source})", value=value, source=source)
        excludes = getattr(cell, "exclusion", "none") != "none"
        said = clause.no.text if excludes else clause.yes.text
        if "{" in said.zh + said.en:
            return say(
                "{value}（{article}，{source}）", "{value} ({article}, {source})", value=value, article=clause.article.text, source=source
            )
        return say(
            "{value}，“{said}”（{article}，{source}）", "{value}, “{said}” ({article}, {source})",
            value=value, said=said, article=clause.article.text, source=source,
        )  # fmt: skip

    def _cut(self, above: Text, here: Text, right: Text) -> Text:
        return say(
            "比上层对消费者更不利。上层：{above}。这里：{here}。{right}",
            "This is harsher on the consumer than what stands above. Above: {above}. Here: {here}. {right}",
            above=above, here=here, right=right,
        )  # fmt: skip

    def _harsher(self, section: str, name: str, field: str, above: Any, here: Any, right: Text = KINDER) -> Text:
        path = ".".join(step for step in (section, name, field) if step)
        return self._cut(self._quote(_value(path, above, field), above), self._quote(_value(path, here, field), here), right)

    def _bound(self, path: str, above: Any, least: str, here: Any, got: str, *, longer: bool) -> Text:
        right = (
            say("{got} 太短，应不短于 {least}。", "{got} is too short; it should be no shorter than {least}.", got=got, least=least)
            if longer
            else say("{got} 太长，应不长于 {least}。", "{got} is too long; it should be no longer than {least}.", got=got, least=least)
        )
        return self._cut(self._quote(f"{path} = {least}", above), self._quote(f"{path} = {got}", here), right)


def _value(path: str, cell: Any, field: str) -> str:
    value = getattr(cell, field, None)
    if isinstance(value, tuple):
        value = ", ".join(str(each) for each in value)
    return path if value is None else f"{path} = {value}"


def _lengths(limit: LimitCell) -> list[str]:
    return [limit.value, *filter(None, [limit.unshipped]), *limit.goods.values()]


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
    return "on_top" if above.on_top and not here.on_top else ""


def _worse_settlement(law: Settlement, now: Settlement) -> Iterator[str]:
    worse = {
        "lost_discount": (law.lost_discount, now.lost_discount) == ("kinder", "recalculate"),
        "lost_free_freight": (law.lost_free_freight, now.lost_free_freight) == ("waive", "deduct"),
        "card_fee": (law.card_fee, now.card_fee) == ("waive", "deduct"),
        "adjustment_ceiling_bps": now.adjustment_ceiling_bps < law.adjustment_ceiling_bps,
        "bad_share_is_all_from_bps": now.bad_share_is_all_from_bps > law.bad_share_is_all_from_bps,
    }
    yield from (field for field, is_worse in worse.items() if is_worse)
