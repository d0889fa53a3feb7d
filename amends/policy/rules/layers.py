"""One pack under another: law, then platform, then shop. A lower layer may only be kinder to the consumer.

What binds: a law's cells of tag P bind everybody below; the rest of a law's cells (secondary sources, our own proposals) a platform may
set otherwise; a shop may only promise more than all that stands above it (rules/FACTS.md 6.1: never let a lower layer cut a higher one).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from amends.kernel.calendars import Roll
from amends.kernel.limits import SECONDS_IN, Limit, Unit
from amends.kernel.texts import Text, say
from amends.policy.rules.packs import Pack
from amends.policy.rules.places import Path
from amends.policy.rules.schema import Goods, Layer, PackCells, SilenceRow, Sourced

ROLLS = {Roll.CONSUMER: 2, Roll.OTHER: 1, Roll.NONE: 0}
EXCLUSIONS = {"none": 0, "if_unsealed": 1, "if_confirmed": 1, "outright": 2}
FOR_CONSUMER = {"appeal_window", "offer_answered", "merge_undo"}
COUNTS_OF_CONSUMER = {"claim_changes", "reviews", "appeals", "pickups", "choices"}
_DAYS = {Unit.DAYS: 86_400, Unit.WORKING_DAYS: 86_400, Unit.MONTHS: 30 * 86_400, Unit.WORKING_HOURS: 3 * 3600}

NAMED = (
    "documents", "clauses", "limits", "duties", "counts", "windows", "goods", "traits", "promises", "questions", "issues", "freight",
)  # fmt: skip
ROWED = ("rights", "claims", "lanes", "pauses", "voluntary", "silence", "weights")

Found = Iterator[tuple[Path, Text]]


def laid(upper: PackCells, lower: PackCells) -> PackCells:
    """The rules as they stand once `lower` is laid under `upper`: its cells replace those of the same name, its rows come first."""
    both: dict[str, Any] = {name: {**getattr(upper, name), **getattr(lower, name)} for name in NAMED}
    for name in ("day_counting", "settlement", "automatic"):
        both[name] = getattr(lower, name) or getattr(upper, name)
    for name in ROWED:
        one, other = getattr(upper, name), getattr(lower, name)
        both[name] = one.model_copy(update={"rows": other.rows + one.rows})
    return upper.model_copy(update=both)


def unkind(upper: PackCells, pack: Pack) -> Found:
    """Every cell of `pack` that would leave the consumer worse off than `upper` allows."""
    lower, shop = pack.cells, pack.layer is Layer.SHOP

    def binds(cell: Sourced | None) -> bool:
        return cell is not None and (shop or cell.tag == "P")

    yield from _rewritten(upper, lower)
    for name, limit in lower.limits.items():
        above = upper.limits.get(name)
        if above is None or not binds(above):
            continue
        longer_is_kinder = name.startswith("consumer_") or name in FOR_CONSUMER
        least = above.value if longer_is_kinder else min([above.value, *filter(None, [above.unshipped]), *above.goods.values()], key=length)
        for written in [limit.value, *filter(None, [limit.unshipped]), *limit.goods.values()]:
            if (length(written) < length(least)) if longer_is_kinder else (length(written) > length(least)):
                yield ("limits", name), _bound(above, written, least, shorter=longer_is_kinder)
    for name, duty in lower.duties.items():
        if binds(over := upper.duties.get(name)) and over:
            lost = length(over.value) - length(duty.value) if over.who == "consumer" else length(duty.value) - length(over.value)
            if lost > 0:
                yield ("duties", name), _bound(over, duty.value, over.value, shorter=over.who == "consumer")
    for name, window in lower.windows.items():
        if binds(wide := upper.windows.get(name)) and wide:
            if length(window.length) < length(wide.length):
                yield ("windows", name, "length"), _bound(wide, window.length, wide.length, shorter=True)
            if window.roll and ROLLS[window.roll] < ROLLS[wide.roll or Roll.CONSUMER]:
                yield ("windows", name, "roll"), _harsher(wide)
    for counted, count in lower.counts.items():
        if counted in COUNTS_OF_CONSUMER and binds(most := upper.counts.get(counted)) and most and count.value < most.value:
            yield ("counts", counted), _harsher(most)
    for goods, cell in lower.goods.items():
        if binds(before := upper.goods.get(goods)) and before:
            for field in _worse_goods(before, cell):
                yield ("goods", goods, field), _harsher(before)
    for issue, asked in lower.issues.items():
        if binds(less := upper.issues.get(issue)) and less and asked.at_least > less.at_least:
            yield ("issues", issue, "at_least"), _harsher(less)
    for kind, freight in lower.freight.items():
        if binds(paid := upper.freight.get(kind)) and paid:
            for way in ("way_back", "way_out"):
                if getattr(freight, way) == "consumer" and getattr(paid, way) == "merchant":
                    yield ("freight", kind, way), _harsher(paid)
    yield from _silence(upper, lower)
    yield from _singles(upper, lower, binds)


def _rewritten(upper: PackCells, lower: PackCells) -> Found:
    for section in ("clauses", "questions"):
        for name in set(getattr(lower, section)) & set(getattr(upper, section)):
            yield (section, name), say("上层的条款不能改写，请换一个名字。", "What stands above cannot be rewritten; use another name.")
    if lower.weights.rows:
        yield ("weights", "rows"), say("称重允差只由法律规定。", "Only the law sets the tolerance of scales.")


def _worse_goods(above: Goods, below: Goods) -> Iterator[str]:
    if EXCLUSIONS[below.exclusion] > EXCLUSIONS[above.exclusion] or (
        below.exclusion != above.exclusion and EXCLUSIONS[below.exclusion] == EXCLUSIONS[above.exclusion]
    ):
        yield "exclusion"
    if (above.regime, below.regime) == ("three", "general"):
        yield "regime"
    for field in ("durable", "cancellable", "fresh"):
        if getattr(above, field) and not getattr(below, field):
            yield field
    if set(below.tests) - set(above.tests):
        yield "tests"
    for field in ("daily_wear_bps", "parts_days"):
        if getattr(below, field) > getattr(above, field):
            yield field


def _silence(upper: PackCells, lower: PackCells) -> Found:
    for number, row in enumerate(lower.silence.rows):
        for bound in upper.silence.rows:
            if upper.clauses[bound.clause].tag == "P" and bound.verb != row.verb and _meet(bound, row):
                yield ("silence", "rows", number, "verb"), _harsher(upper.clauses[bound.clause])
                break


def _meet(one: SilenceRow, other: SilenceRow) -> bool:
    def same(a: object, b: object) -> bool:
        return "any" in (a, b) or a == b

    return one.limit == other.limit and all(same(getattr(one, f), getattr(other, f)) for f in ("remedy", "shipped", "received"))


def _singles(upper: PackCells, lower: PackCells, binds: Any) -> Found:
    if lower.day_counting and binds(upper.day_counting) and upper.day_counting:
        if ROLLS[lower.day_counting.consumer] < ROLLS[upper.day_counting.consumer]:
            yield ("day_counting", "consumer"), _harsher(upper.day_counting)
        if ROLLS[lower.day_counting.others] > ROLLS[upper.day_counting.others]:
            yield ("day_counting", "others"), _harsher(upper.day_counting)
    if lower.settlement and binds(upper.settlement) and upper.settlement:
        now, law = lower.settlement, upper.settlement
        worse: Mapping[str, bool] = {
            "lost_discount": (law.lost_discount, now.lost_discount) == ("kinder", "recalculate"),
            "lost_free_freight": (law.lost_free_freight, now.lost_free_freight) == ("waive", "deduct"),
            "adjustment_ceiling_bps": now.adjustment_ceiling_bps < law.adjustment_ceiling_bps,
            "bad_share_is_all_from_bps": now.bad_share_is_all_from_bps > law.bad_share_is_all_from_bps,
        }
        for field in (field for field, is_worse in worse.items() if is_worse):
            yield ("settlement", field), _harsher(law)


def length(written: str) -> int:
    """About how many seconds a limit lasts; only for telling the longer of two."""
    limit = Limit.parse(written)
    return limit.count * (SECONDS_IN.get(limit.unit) or _DAYS[limit.unit])


def _bound(above: Sourced, got: str, least: str, *, shorter: bool) -> Text:
    if shorter:
        return say(
            "{got} 比 {source} 的 {least} 短，应不短于 {least}。",
            "{got} is shorter than the {least} of {source}; it should be no shorter.",
            got=got, least=least, source=above.source,
        )  # fmt: skip
    return say(
        "{got} 比 {source} 的 {least} 长，应不长于 {least}。",
        "{got} is longer than the {least} of {source}; it should be no longer.",
        got=got, least=least, source=above.source,
    )  # fmt: skip


def _harsher(above: Sourced) -> Text:
    return say(
        "对消费者不如 {source}，下层只能更有利于消费者。",
        "This is harsher on the consumer than {source}; a lower layer may only be kinder.",
        source=above.source,
    )
