"""The law as cases: every id of golden.json is covered by cases.toml or listed there as later, and what is covered comes out as written."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from amends.kernel.calendars import Calendar, DayKind, Roll, due
from amends.kernel.limits import Limit
from amends.policy.rules import Decision, Facts, GoodsClass, Remedy, Stack, decide, explain, stack_for

HERE = Path(__file__).resolve().parents[2] / "packs" / "golden"
ZONE = ZoneInfo("Asia/Shanghai")
GOLDEN = json.loads((HERE / "golden.json").read_text())
DOCUMENT = tomllib.loads((HERE / "cases.toml").read_text())
KINDS = {"decision", "amount", "clock", "duty", "text"}
# State Council notice for 2026: the days that the cases touch (days off around holidays, and the weekend days worked for them).
OFF = ["2026-04-04/06", "2026-05-01/05", "2026-06-19/21", "2026-09-25/27", "2026-10-01/07"]
WORKED = ["2026-05-09", "2026-09-20", "2026-10-10"]


def _calendar() -> Calendar:
    days = {date.fromisoformat(day): DayKind.MAKEUP for day in WORKED}
    for span in OFF:
        first, last = date.fromisoformat(span[:10]), int(span[11:])
        for number in range(last - first.day + 1):
            days[first + timedelta(days=number)] = DayKind.HOLIDAY
    return Calendar("cn", ZONE, {weekday: [(time(9), time(18))] for weekday in range(5)}, days, date(2026, 12, 31))


CALENDAR = _calendar()
CHECKS = [(ref, number, check) for ref, checks in DOCUMENT["cases"].items() for number, check in enumerate(checks)]
DECIDED = [pytest.param(check, id=f"{ref}.{number}") for ref, number, check in CHECKS if "facts" in check]
TIMED = [pytest.param(check, id=f"{ref}.{number}") for ref, number, check in CHECKS if "clock" in check]


def test_every_golden_case_is_covered_or_listed_as_later_never_both() -> None:
    covered, later, golden = set(DOCUMENT["cases"]), set(DOCUMENT["later"]), {case["id"] for case in GOLDEN}
    assert covered | later == golden
    assert not covered & later
    assert len(golden) == len(GOLDEN) == 65
    assert all(check["kind"] in KINDS and ("facts" in check) != ("clock" in check) for _, _, check in CHECKS)


def _instant(day: Any) -> datetime:
    return day if isinstance(day, datetime) else datetime.combine(day, time(12), ZONE)


def _stack(check: dict[str, Any]) -> Stack:
    stack = stack_for("CN", check.get("platform"), date(2026, 11, 1))
    if "settlement" in check and stack.terms.settlement:
        settlement = stack.terms.settlement.model_copy(update={"lost_discount": check["settlement"]})
        return replace(stack, terms=stack.terms.model_copy(update={"settlement": settlement}), verdicts={})
    return stack


def _decision(check: dict[str, Any]) -> Decision:
    raw = {"goods_class": "general", "shipped": True, "received": True, **check["facts"]}
    signed, asked = raw.pop("signed"), raw.pop("asked")
    instants = {"signed_at": _instant(signed), "asked_at": _instant(asked), "order_at": _instant(signed) - timedelta(days=3)}
    facts = Facts.from_json(raw | {name: at.astimezone(UTC).isoformat() for name, at in instants.items()})
    return decide(_stack(check), facts, CALENDAR)


@pytest.mark.parametrize("check", DECIDED)
def test_the_law_decides_as_written(check: dict[str, Any]) -> None:
    decision, expect = _decision(check), check["expect"]
    wanted = {Remedy(name): True for name in expect.get("open", [])} | {Remedy(name): False for name in expect.get("closed", [])}
    assert {remedy: decision.answer(remedy).open for remedy in wanted} == wanted
    for name, minor in expect.get("amount", {}).items():
        assert decision.answer(Remedy(name)).amount_minor == minor
        assert sum(row.minor for row in decision.answer(Remedy(name)).sum_rows) == minor
    for name, party in expect.get("freight", {}).items():
        assert decision.answer(Remedy(name)).return_freight == party
    for name, rule in expect.get("rule", {}).items():
        assert rule in {reason.rule_id for reason in decision.answer(Remedy(name)).reasons}
    for name, last in expect.get("until", {}).items():
        assert decision.answer(Remedy(name)).until == CALENDAR.start_of(last + timedelta(days=1))
    for name, words in expect.get("says", {}).items():
        assert words in " ".join(text.into("zh") for text in explain(decision, Remedy(name)))
    if "missing" in expect:
        assert [question.flag for question in decision.missing] == expect["missing"]
    if "proof_by" in expect:
        assert decision.proof_by == expect["proof_by"]
    if "note" in expect:
        assert any(row.clause == expect["note"] and row.note for row in decision.answer(Remedy.RETURN_REFUND).sum_rows)
    for limit, verbs in expect.get("silence", {}).items():
        assert {name: decision.silence_verb(limit, Remedy(name), True, True, "alarm") for name in verbs} == verbs


@pytest.mark.parametrize("check", TIMED)
def test_the_clock_ends_on_the_day_written(check: dict[str, Any]) -> None:
    clock = check["clock"]
    stack = _stack(check)
    section, name = clock["limit"].split(".")
    goods_class = GoodsClass(clock.get("goods_class", "general"))
    written = stack.terms.duties[name].value if section == "duties" else stack.limits(goods_class, True)[name]
    roll = Roll(stack.rolls[clock.get("who", "others")])
    ends = due(_instant(clock["start"]), Limit.parse(written), CALENDAR, roll=roll).at
    assert ends == (clock["at"] if "at" in clock else CALENDAR.start_of(clock["last"] + timedelta(days=1)))
