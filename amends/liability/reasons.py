"""Who should bear a cost as the record suggests it: a list of reasons for each party, and how far they carry together. Pure.

It proposes and decides nothing: a person asks, and whoever is asked may deny. Each reason names what it rests on, so that both can look.
Not about sums (charging.py), nor about where the record is read (proposing.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from amends.kernel.texts import Text, say

CARRIER, SUPPLIER, MERCHANT = "carrier", "supplier", "merchant"
LEAST = 5000
"""Reasons that carry less than half are none."""
MOST = 9900
"""No record is certain."""
LIGHTER_BPS, LIGHTER_GRAMS = 1000, 50
"""A parcel is lighter than it was when a tenth and fifty grams are gone: scales differ, and cartons dry."""
SAME_BATCH = 3
LATE_DAYS = 1


@dataclass(frozen=True, slots=True)
class Way:
    """One waybill as it was told of. Weights in grams, None where nobody weighed: `said` by the sender, `weighed` by the carrier,
    `arrived` at the bench. `missed`: the consumer says that what was told as delivered never came; `unanswered`: it came damaged, and the
    carrier was asked about that in vain."""

    waybill: str
    outbound: bool = True
    lost: bool = False
    presumed: bool = False
    damaged: bool = False
    missed: bool = False
    late_days: int = 0
    broken_dates: int = 0
    handed_over: bool = True
    shared: bool = False
    said: int | None = None
    weighed: int | None = None
    arrived: int | None = None
    unanswered: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a case when it is asked who should bear its cost. `faulty`: units found faulty at the bench; `batches`: how many
    other cases found the same of each batch."""

    issue: str
    ways: Sequence[Way] = ()
    wrong_items: int = 0
    faulty: int = 0
    to_supplier: int = 0
    batches: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one party should bear it; `facts` are what it rests on, `bps` how far it carries."""

    party: str
    code: str
    bps: int
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One party with everything that speaks for it, the strongest first."""

    party: str
    score_bps: int
    reasons: tuple[Reason, ...]


WORDS: dict[str, Text] = {
    "told_lost": say("承运商确认运单 {waybill} 丢失。", "The carrier says that waybill {waybill} is lost."),
    "presumed_lost": say(
        "运单 {waybill} 超过时限没有下落，承运商没有答复查件。",
        "Waybill {waybill} was not found within the limit, and the carrier did not answer.",
    ),
    "told_damaged": say("承运商登记运单 {waybill} 破损。", "The carrier noted damage to waybill {waybill}."),
    "presumed_damaged": say(
        "运单 {waybill} 到达时破损，承运商在时限内没有答复。",
        "Waybill {waybill} came damaged, and the carrier did not answer within its limit.",
    ),
    "missed": say(
        "承运商报告运单 {waybill} 已签收，消费者没有收到。",
        "The carrier reports waybill {waybill} as delivered; the consumer does not have it.",
    ),
    "late": say("运单 {waybill} 比应到时间晚 {days} 天。", "Waybill {waybill} came {days} days after it should have."),
    "broken_date": say(
        "承运商给运单 {waybill} 的新时间有 {n} 次没有守住。", "The carrier broke its new date for waybill {waybill} {n} times."
    ),
    "light_on_arrival": say(
        "运单 {waybill} 揽收时 {from_grams} 克，到达时 {to_grams} 克。",
        "Waybill {waybill} weighed {from_grams} g when it was taken and {to_grams} g when it arrived.",
    ),
    "sent_light": say(
        "运单 {waybill} 申报 {from_grams} 克，承运商揽收时称得 {to_grams} 克。",
        "Waybill {waybill} was said to weigh {from_grams} g and weighed {to_grams} g when the carrier took it.",
    ),
    "not_handed_over": say(
        "运单 {waybill} 已标记发货，承运商没有揽收记录。", "Waybill {waybill} was marked as shipped, but the carrier never took it."
    ),
    "wrong_label": say(
        "运单 {waybill} 同时用在另一份订单上，面单贴错。", "Waybill {waybill} is another order's too: the label was on the wrong parcel."
    ),
    "wrong_item": say("验货查明 {n} 件不是订单里的商品。", "The bench found {n} that were not what was ordered."),
    "fault_found": say("验货确认 {n} 件有质量问题。", "The bench confirmed a fault of {n}."),
    "to_supplier": say("{n} 件判定退给供应商。", "Sent back to the supplier: {n}."),
    "same_batch": say(
        "同一批次 {batch} 另有 {n} 份售后单查明同样的问题。", "{n} other cases found the same of batch {batch}."
    ),
}  # fmt: skip


def reason_words(code: str, facts: Mapping[str, Any]) -> Text:
    """The reason as a sentence."""
    return WORDS[code].filled(**{name: str(value) for name, value in facts.items()})


def suggest(record: Record) -> list[Suggestion]:
    """The parties that the record speaks for with at least LEAST, the strongest first."""
    found: dict[str, list[Reason]] = {}
    for reason in _reasons(record):
        found.setdefault(reason.party, []).append(reason)
    made = [
        Suggestion(party, _together(rows), tuple(sorted(rows, key=lambda row: (-row.bps, row.code)))) for party, rows in found.items()
    ]  # fmt: skip
    return sorted((one for one in made if one.score_bps >= LEAST), key=lambda one: (-one.score_bps, one.party))


def _together(rows: Sequence[Reason]) -> int:
    """As far as independent hints carry together: what none of them leaves open."""
    left = reduce(lambda doubt, row: doubt * (10_000 - row.bps) // 10_000, rows, 10_000)
    return min(MOST, 10_000 - left)


def _reasons(record: Record) -> Iterator[Reason]:
    for way in record.ways:
        yield from _of_way(way)
    if record.wrong_items:
        yield Reason(MERCHANT, "wrong_item", 9000, {"n": record.wrong_items})
    if record.faulty:
        yield Reason(SUPPLIER, "fault_found", 6000, {"n": record.faulty})
    if record.to_supplier:
        yield Reason(SUPPLIER, "to_supplier", 8000, {"n": record.to_supplier})
    for batch, n in sorted(record.batches.items()):
        if n >= SAME_BATCH:
            yield Reason(SUPPLIER, "same_batch", 7500, {"batch": batch, "n": n})


def _of_way(way: Way) -> Iterator[Reason]:
    at = {"waybill": way.waybill}
    if way.shared and way.outbound:
        yield Reason(MERCHANT, "wrong_label", 8500, at)
    if not way.handed_over and way.outbound:
        # The carrier cannot lose what it never had.
        yield Reason(MERCHANT, "not_handed_over", 8500, at)
        return
    if way.lost:
        yield Reason(CARRIER, "told_lost", 9500, at)
    elif way.presumed:
        yield Reason(CARRIER, "presumed_lost", 8500, at)
    if way.damaged:
        yield Reason(CARRIER, "told_damaged", 8500, at)
    elif way.unanswered:
        yield Reason(CARRIER, "presumed_damaged", 7000, at)
    if way.missed:
        yield Reason(CARRIER, "missed", 7000, at)
    if way.late_days >= LATE_DAYS:
        yield Reason(CARRIER, "late", 5500, at | {"days": way.late_days})
    if way.broken_dates:
        yield Reason(CARRIER, "broken_date", 5500, at | {"n": way.broken_dates})
    if _lighter(way.weighed, way.arrived):
        yield Reason(CARRIER, "light_on_arrival", 8000, at | {"from_grams": way.weighed, "to_grams": way.arrived})
    if way.outbound and _lighter(way.said, way.weighed):
        yield Reason(MERCHANT, "sent_light", 8000, at | {"from_grams": way.said, "to_grams": way.weighed})


def _lighter(before: int | None, after: int | None) -> bool:
    """Whether more is gone than scales differ by."""
    if before is None or after is None:
        return False
    gone = before - after
    return gone >= LIGHTER_GRAMS and gone * 10_000 >= before * LIGHTER_BPS
