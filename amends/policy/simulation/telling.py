"""What a simulation found, as it is kept and shown: counts with names, what it costs, which limits change. Pure.

Sums are minor units of `currency`. What people and parcels cost is an assumption that the result carries with it, never a measurement.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from amends.kernel.texts import Text, say
from amends.policy.rules.facts import GOODS_NAMES, ISSUE_NAMES, LANE_NAMES, GoodsClass, IssueType, Lane
from amends.policy.rules.stack import Stack
from amends.policy.simulation.counting import GROUPS, MONTH, Tally, joined, named
from amends.policy.simulation.places import PLACE_NAMES

PARCEL_MINOR = 1_200
MINUTES = {Lane.INSTANT.value: 0, Lane.AUTOMATIC.value: 0, Lane.ASSISTED.value: 6, Lane.EXPERT.value: 20, "": 0}
HOUR_MINOR = 6_000
LARGEST = 500  # rows of a group, those with most flips; the others are one row
NOBODY = say("未填", "not known")
REST = say("其余", "the others")


def told(parts: Iterable[Mapping[str, Any]], *, kept: int, whole: bool, currency: str, before: Stack, after: Stack) -> dict[str, Any]:
    """The result of a simulation from the counts of its parts; `whole` is false where it was cancelled before its end."""
    tally = joined(parts)
    total = named(tally.total)
    return {
        "whole": whole,
        "currency": currency,
        "decisions": total["decisions"],
        "flips": total["flips"],
        "kept": kept,
        **{name: total[name] for name in ("won", "lost", "changed", "before_minor", "after_minor", "won_minor", "lost_minor")},
        "cost_minor": total["after_minor"] - total["before_minor"],
        "totals": total,
        "costs": _costs(tally),
        "moves": [{"before": before, "after": after, "decisions": count} for (before, after), count in sorted(tally.moves.items())],
        "groups": {group: _rows(group, tally.rows[group]) for group in GROUPS},
        "months": [{"month": month, **named(row)} for month, row in sorted(tally.rows[MONTH].items())],
        "clocks": _clocks(tally, before, after),
        "left_out": dict(sorted(tally.foreign.items())),
        "versions": {"before": list(before.versions), "after": list(after.versions)},
    }


def _costs(tally: Tally) -> dict[str, Any]:
    """What both sides ask: of the merchants refunds, compensation and ways back; of the platform people, and money paid out at once."""
    minutes = [0, 0]
    for move, count in tally.moves.items():
        for side, lane in enumerate(move):
            minutes[side] += MINUTES.get(lane, 0) * count
    refunds = [tally.total[6] - tally.claims_minor[0], tally.total[7] - tally.claims_minor[1]]
    back = [count * PARCEL_MINOR for count in tally.ways_back]
    people = [each * HOUR_MINOR // 60 for each in minutes]
    return {
        "merchants": {
            "refunds_minor": refunds,
            "claims_minor": tally.claims_minor,
            "ways_back": tally.ways_back,
            "ways_back_minor": back,
            "delta_minor": sum(side[1] - side[0] for side in (refunds, tally.claims_minor, back)),
        },
        "platform": {"minutes": minutes, "people_minor": people, "delta_minor": people[1] - people[0]},
        "assumed": {"parcel_minor": PARCEL_MINOR, "minutes_by_lane": MINUTES, "hour_minor": HOUR_MINOR},
    }


def _rows(group: str, rows: Mapping[str, list[int]]) -> list[dict[str, Any]]:
    """The rows of a group, most flips first; what is beyond LARGEST stands in one row with the key "*"."""
    there = [{"key": key, **name_of(group, key).both(), **named(row)} for key, row in rows.items()]
    there.sort(key=lambda row: (-row["flips"], -row["decisions"], row["key"]))
    if len(there) <= LARGEST:
        return there
    others = [0] * len(next(iter(rows.values())))
    for row in there[LARGEST:]:
        others = [one + other for one, other in zip(others, rows[row["key"]], strict=True)]
    return [*there[:LARGEST], {"key": "*", **REST.both(), **named(others)}]


def name_of(group: str, key: str) -> Text:
    """A key of a group in words; keys that have no words stand for themselves (a shop's name is laid over by whoever knows it)."""
    if not key:
        return CLOSED if group == "lane" else NOBODY
    if group == "goods_class" and key in set(GoodsClass):
        return GOODS_NAMES[GoodsClass(key)]
    if group == "issue" and key in set(IssueType):
        return ISSUE_NAMES[IssueType(key)]
    if group == "lane" and key in set(Lane):
        return LANE_NAMES[Lane(key)]
    if group == "region" and key in PLACE_NAMES:
        return PLACE_NAMES[key]
    return say(key.replace("{", "(").replace("}", ")"), key.replace("{", "(").replace("}", ")"))


CLOSED = say("没有通过", "closed")


def _clocks(tally: Tally, before: Stack, after: Stack) -> list[dict[str, Any]]:
    """Limits that differ between both sides, with how many of the decisions would run under the new one. No decision flips by them."""
    found: dict[tuple[str, str, str], int] = {}
    for (goods, shipped), count in tally.goods.items():
        was, becomes = (stack.limits(GoodsClass(goods), shipped) for stack in (before, after))
        for name in sorted({*was, *becomes}):
            if was.get(name) != becomes.get(name):
                key = name, was.get(name, ""), becomes.get(name, "")
                found[key] = found.get(key, 0) + count
    return [{"limit": name, "before": was, "after": becomes, "decisions": count} for (name, was, becomes), count in sorted(found.items())]
