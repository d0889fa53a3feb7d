"""Who wins and who loses, counted: every decision of both sides goes into rows of whole numbers that parts add up to.

Pure, and nothing but addition: counts of parts may be joined in any order, so that a resumed run equals one that was never interrupted.
Not about which flips are kept to be looked at (keeping.py): counts are never capped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from amends.policy.simulation.judging import LOST, WON, Side

DECISIONS, BEFORE, AFTER, WINS, LOSSES, CHANGES, BEFORE_MINOR, AFTER_MINOR, WON_MINOR, LOST_MINOR = range(10)
NAMES = ("decisions", "before", "after", "won", "lost", "changed", "before_minor", "after_minor", "won_minor", "lost_minor")
BLANK = [0] * len(NAMES)
GROUPS = ("merchant", "goods_class", "region", "tier", "issue", "lane")
MONTH = "month"
DIMENSIONS = (*GROUPS, MONTH)
FLIPPED = {WON: WINS, LOST: LOSSES}


class Keys(NamedTuple):
    """Where one decision belongs, a word for each group but the lane, which the decision itself says; `month` is 2026-11."""

    merchant: str
    goods_class: str
    region: str
    tier: str
    issue: str
    month: str


class Tally:
    """Counts of decisions: in all, by group, by the lane that they leave and enter, and what both sides ask of people and parcels."""

    def __init__(self) -> None:
        self.total = BLANK.copy()
        self.rows: dict[str, dict[str, list[int]]] = {name: {} for name in DIMENSIONS}
        self.moves: dict[tuple[str, str], int] = {}
        self.ways_back = [0, 0]
        self.claims_minor = [0, 0]
        self.goods: dict[tuple[str, bool], int] = {}
        self.foreign: dict[str, int] = {}

    def add(self, keys: Keys, before: Side, after: Side, kind: str, *, shipped: bool) -> None:
        """One decision of both sides is counted; `kind` as judging.kind_of says, "" where nothing flips."""
        steps = _steps(before, after, kind)
        lane = after.lane or before.lane
        merchant, goods, region, tier, issue, month = keys
        rows = self.rows
        for name, key in (
            ("merchant", merchant), ("goods_class", goods), ("region", region), ("tier", tier), ("issue", issue), ("lane", lane),
            (MONTH, month),
        ):  # fmt: skip
            row = rows[name].get(key)
            if row is None:
                row = rows[name][key] = BLANK.copy()
            for place, step in steps:
                row[place] += step
        for place, step in steps:
            self.total[place] += step
        move = (before.lane, after.lane)
        self.moves[move] = self.moves.get(move, 0) + 1
        self.ways_back[0] += before.merchant_ships
        self.ways_back[1] += after.merchant_ships
        self.claims_minor[0] += before.claims_minor
        self.claims_minor[1] += after.claims_minor
        kind_of_goods = (goods, shipped)
        self.goods[kind_of_goods] = self.goods.get(kind_of_goods, 0) + 1

    def leave_out(self, why: str) -> None:
        """One decision is not comparable (another currency, another market): counted by itself, in no sum."""
        self.foreign[why] = self.foreign.get(why, 0) + 1

    def join(self, other: Tally) -> None:
        """Everything that `other` counted is counted here too."""
        _add(self.total, other.total)
        for name, rows in other.rows.items():
            mine = self.rows[name]
            for key, row in rows.items():
                _add(mine.setdefault(key, BLANK.copy()), row)
        _add(self.ways_back, other.ways_back)
        _add(self.claims_minor, other.claims_minor)
        for move, count in other.moves.items():
            self.moves[move] = self.moves.get(move, 0) + count
        for goods, count in other.goods.items():
            self.goods[goods] = self.goods.get(goods, 0) + count
        for why, count in other.foreign.items():
            self.foreign[why] = self.foreign.get(why, 0) + count

    def to_json(self) -> dict[str, Any]:
        """All counts as JSON values; keys in order, so that equal counts are written alike."""
        return {
            "total": self.total,
            "rows": {name: dict(sorted(rows.items())) for name, rows in self.rows.items()},
            "moves": [[before, after, count] for (before, after), count in sorted(self.moves.items())],
            "ways_back": self.ways_back,
            "claims_minor": self.claims_minor,
            "goods": [[goods, shipped, count] for (goods, shipped), count in sorted(self.goods.items())],
            "foreign": dict(sorted(self.foreign.items())),
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Tally:
        """The counts that `to_json` wrote."""
        tally = cls()
        tally.total = list(raw["total"])
        tally.rows = {name: {key: list(row) for key, row in raw["rows"][name].items()} for name in DIMENSIONS}
        tally.moves = {(before, after): count for before, after, count in raw["moves"]}
        tally.ways_back, tally.claims_minor = list(raw["ways_back"]), list(raw["claims_minor"])
        tally.goods = {(goods, shipped): count for goods, shipped, count in raw["goods"]}
        tally.foreign = dict(raw["foreign"])
        return tally


def joined(parts: Iterable[Mapping[str, Any]]) -> Tally:
    """The counts of all parts together."""
    whole = Tally()
    for part in parts:
        whole.join(Tally.from_json(part))
    return whole


def named(row: list[int]) -> dict[str, Any]:
    """A row with its names, and the shares granted before and after (0 to 1)."""
    told: dict[str, Any] = dict(zip(NAMES, row, strict=True))
    told["flips"] = row[WINS] + row[LOSSES] + row[CHANGES]
    told["before_share"] = _share(row[BEFORE], row[DECISIONS])
    told["after_share"] = _share(row[AFTER], row[DECISIONS])
    return told


def _steps(before: Side, after: Side, kind: str) -> tuple[tuple[int, int], ...]:
    """What one decision adds, place by place; most decisions stay as they are, and theirs is the short list."""
    if not kind:
        if not before.granted and not before.claims_minor:
            return _REFUSED
        worth = before.worth
        return ((DECISIONS, 1), (BEFORE, before.granted), (AFTER, before.granted), (BEFORE_MINOR, worth), (AFTER_MINOR, worth))
    was, is_now = before.worth, after.worth
    return (
        (DECISIONS, 1), (BEFORE, before.granted), (AFTER, after.granted), (FLIPPED.get(kind, CHANGES), 1), (BEFORE_MINOR, was),
        (AFTER_MINOR, is_now), (WON_MINOR, max(0, is_now - was)), (LOST_MINOR, max(0, was - is_now)),
    )  # fmt: skip


_REFUSED = ((DECISIONS, 1),)


def _add(row: list[int], other: list[int]) -> None:
    for place, count in enumerate(other):
        row[place] += count


def _share(part: int, whole: int) -> float:
    return round(part / whole, 6) if whole else 0.0
