"""One past decision as a simulation reads it, whether it was kept from a real case or drawn for a generated year. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import MISSING, fields
from datetime import datetime
from typing import Any, NamedTuple, cast

from amends.kernel.parties import Party
from amends.policy.rules.facts import INSTANTS, Facts, GoodsClass, History, IssueType, Promotion, Remedy, TenderShare, Weighing
from amends.policy.simulation.counting import Keys


class Past(NamedTuple):
    """Facts, the remedy that was asked for, and where the decision is counted. `case` names it for ever: the case's id, or its number in
    the year; `merchant_id` and `case_id` are None in a generated year. `granted_minor` is what was granted at the time."""

    case: str
    line: int
    keys: Keys
    remedy: Remedy
    granted_minor: int
    facts: Facts
    case_id: int | None = None
    merchant_id: int | None = None


def written(facts: Facts) -> str:
    """Facts as they are kept: compact JSON without what stands at its default."""
    return json.dumps(facts.compact(), separators=(",", ":"), ensure_ascii=False)


class Recalled:
    """Facts that were checked when they were kept, for reading: whatever a row leaves out stands at its default in the class.

    It answers to every name that `Facts` has. A Facts of 50 slots costs more to make than to decide on; a million times over that is
    the difference between a minute and a minute and a half (bench/simulating.py).
    """

    state, to_json, compact = Facts.state, Facts.to_json, Facts.compact

    def __init__(self, given: dict[str, Any]) -> None:
        self.__dict__ = given


for _field in fields(Facts):
    if _field.default is not MISSING:
        setattr(Recalled, _field.name, _field.default)
Recalled.flags = {}  # type: ignore[attr-defined]


def read(text: str) -> Facts:
    """The facts that `written` wrote, for deciding on; only for rows of our own, which nobody checks again."""
    given: dict[str, Any] = json.loads(text)
    given["issue"] = _ISSUES[given["issue"]]
    given["goods_class"] = _GOODS[given["goods_class"]]
    for name, turn in _TURNS:
        if (value := given.get(name)) is not None:
            given[name] = turn(value)
    return cast("Facts", Recalled(given))


def _tenders(raw: list[dict[str, Any]]) -> tuple[TenderShare, ...]:
    return tuple([TenderShare(each["kind"], each["minor"]) for each in raw])


def _promotions(raw: list[dict[str, Any]]) -> tuple[Promotion, ...]:
    return tuple([Promotion(**each) for each in raw])


def _weighing(raw: dict[str, Any]) -> Weighing:
    return Weighing(**raw)


def _history(raw: dict[str, Any]) -> History:
    return History(**raw)


_ISSUES = {issue.value: issue for issue in IssueType}
_GOODS = {goods.value: goods for goods in GoodsClass}
_TURNS: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    *((name, datetime.fromisoformat) for name in INSTANTS),
    ("traits", tuple),
    ("promises", tuple),
    ("fault_of", Party),
    ("tenders", _tenders),
    ("promotions", _promotions),
    ("weighing", _weighing),
    ("history", _history),
)
