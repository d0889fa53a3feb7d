"""The arithmetic of refunds and the rules of posting: plain values in, plain values out, no database.

Not about who may refund what: a grant says that. All sums are integers in minor units of the tender's own unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from amends.kernel.texts import Text, say

# What the stages of a refund (rules.py) mean for money.
LIVE = frozenset({"intended", "frozen", "sent", "unknown", "failed", "paid", "settled", "covered"})
"""The tender's reservation covers it; of these there is at most one for each grant and tender."""
OPEN = frozenset({"intended", "frozen", "sent", "unknown", "failed"})
"""It holds its case open (S3)."""
UNASKED, REFUSED, FROZEN = frozenset({"intended"}), frozenset({"failed"}), frozenset({"frozen"})
"""Nobody was asked yet; who was asked has surely not paid; a chargeback holds it. In all three no money has moved."""
UNSENT = UNASKED | REFUSED | FROZEN
UNANSWERED = frozenset({"sent", "unknown"})
STUCK = REFUSED | FROZEN | {"unknown"}
"""It goes on only when a person, a gateway or a bank does something."""
MENDABLE = OPEN - FROZEN
"""Whoever pays may be asked about it, and asked again."""
BY_BANK = frozenset({"covered"})
"""A bank has paid it, and no gateway."""
BY_US = frozenset({"paid", "settled"})
DELIVERED = BY_US | BY_BANK
LOCKED = FROZEN | UNANSWERED | DELIVERED
"""Money was sent, may have been, or may not be touched (S7)."""
REVERSED = frozenset({"reversed"})
REPLACED = frozenset({"redirected"})
"""Another refund stands for it."""

PAUSES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
"""How long after it was last sent a failed refund is retried by the house itself; after the last of them it waits for a person."""

STATE_WORDS: dict[str, Text] = {
    "intended": say("未开始", "Not started"),
    "frozen": say("因银行拒付冻结", "Frozen by a chargeback"),
    "sent": say("处理中", "Sent"),
    "unknown": say("核对中", "Being checked"),
    "failed": say("未成功，正在重试", "Failed, retrying"),
    "paid": say("已到账", "Paid"),
}
SAME_WORD = {"settled": "paid", "covered": "paid"}
NEEDS_EYES = ("failed", "unknown", "frozen", "sent", "intended", "paid")
"""Of several refunds to one tender the first of these is what a reader should hear."""


def parts(shares: Mapping[str, int], reduced: int, *, money: Iterable[int]) -> dict[int, int]:
    """What goes back to each tender (position -> minor units above 0) of `shares` less `reduced`.

    The reduction is taken from tenders of money, the last one first, and from what goes back in kind only where no money is left.
    Refuses (ValueError) a reduction below zero or above the sum.
    """
    left = {int(position): minor for position, minor in shares.items()}
    if not 0 <= reduced <= sum(left.values()):
        raise ValueError(f"a reduction of {reduced} from {sum(left.values())}")
    in_money = set(money)
    for position in sorted(left, key=lambda p: (p in in_money, p), reverse=True):
        taken = min(reduced, left[position])
        left[position] -= taken
        reduced -= taken
    return {position: minor for position, minor in sorted(left.items()) if minor}


def word(stages: Iterable[str]) -> Text:
    """What a tender's line says where its refunds are at `stages`; none of them yet means not started."""
    plain = {SAME_WORD.get(stage, stage) for stage in stages}
    return STATE_WORDS[next((stage for stage in NEEDS_EYES if stage in plain), "intended")]


@dataclass(frozen=True, slots=True)
class Unsent:
    """A refund that no gateway was asked for: its id, its sum, and whether it is frozen now."""

    id: int
    minor: int
    frozen: bool


def frozen_of(unsent: Sequence[Unsent], room: int, disputed: int) -> set[int]:
    """Which of these (oldest first) may not be sent: beyond `room`, or one of those that make up the `disputed` sum.

    What is frozen stays so rather than that another takes its place; of a sum that fits several times over the least is held.
    """
    held, kept = set[int](), 0
    for row in sorted(unsent, key=lambda one: not one.frozen):
        if kept < disputed:
            held.add(row.id)
            kept += row.minor
    for row in unsent:
        if row.id in held:
            continue
        if row.minor > room:
            held.add(row.id)
        else:
            room -= row.minor
    return held


@dataclass(frozen=True, slots=True)
class Told:
    """One refund as one of the two books has it: key, tender, minor units, unit."""

    key: str
    tender: str
    minor: int
    unit: str


@dataclass(frozen=True, slots=True)
class TenderSum:
    """What both books say was refunded to one tender, in minor units."""

    tender: str
    unit: str
    ours: int
    theirs: int


@dataclass(frozen=True, slots=True)
class Report:
    """Our refunds against the gateway's statement; `tenders` are those whose sums differ, `totals` (ours, theirs) by unit."""

    ours: int
    theirs: int
    only_here: tuple[Told, ...]
    only_there: tuple[Told, ...]
    differing: tuple[tuple[Told, Told], ...]
    tenders: tuple[TenderSum, ...]
    totals: Mapping[str, tuple[int, int]]

    @property
    def agrees(self) -> bool:
        return not (self.only_here or self.only_there or self.differing or self.tenders)


def compared(ours: Sequence[Told], theirs: Sequence[Told]) -> Report:
    """Both books side by side: every paid refund stands in both, once, with the same sum to the same tender."""
    here, there = {row.key: row for row in ours}, {row.key: row for row in theirs}
    # A key that the gateway paid twice has two rows there: the second can't hide behind the first.
    again = [row for row in theirs if row is not there[row.key]]
    sums: dict[tuple[str, str], list[int]] = {}
    totals: dict[str, list[int]] = {}
    for side, rows in enumerate((ours, theirs)):
        for row in rows:
            sums.setdefault((row.tender, row.unit), [0, 0])[side] += row.minor
            totals.setdefault(row.unit, [0, 0])[side] += row.minor
    return Report(
        ours=len(ours),
        theirs=len(theirs),
        only_here=tuple(row for key, row in here.items() if key not in there),
        only_there=(*(row for key, row in there.items() if key not in here), *again),
        differing=tuple((row, there[key]) for key, row in here.items() if key in there and there[key] != row),
        tenders=tuple(TenderSum(tender, unit, a, b) for (tender, unit), (a, b) in sums.items() if a != b),
        totals={unit: (a, b) for unit, (a, b) in totals.items()},
    )
