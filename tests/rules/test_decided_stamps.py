"""What was stamped on a case opens for ever: stamps from before there were lanes, and every part of today's."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from amends.kernel.calendars import Hold
from amends.policy.rules import Decision, Promotion, Remedy
from amends.policy.rules.clocks import article, holds
from amends.policy.rules.decision import PausePick
from amends.policy.rules.facts import Lane, TenderShare
from tests.deciding import CALENDAR, CN, decided, under, written

OLD = json.loads((Path(__file__).parent / "stamps_before_lanes.json").read_text(encoding="utf-8"))


def test_a_stamp_from_before_there_were_lanes_still_opens() -> None:
    worn, early = (Decision.from_json(raw) for raw in OLD)
    answer = worn.answer(Remedy.RETURN_REFUND)
    assert (answer.open, answer.amount_minor, sum(row.minor for row in answer.sum_rows)) == (True, 12757, 12757)
    assert (answer.lane, answer.settlements, answer.back_to, worn.claims, worn.pauses) == (Lane.ASSISTED, (), (), (), ())
    assert (answer.reasons[0].source, answer.reasons[0].tag) == ("", "")
    assert early.answer(Remedy.REFUND_ONLY).lane is Lane.AUTOMATIC  # it said so: `automatic`
    assert str(worn.limit("merchant_answers")) == "48h"


def test_an_old_stamp_written_anew_says_the_same() -> None:
    for raw in OLD:
        decision = Decision.from_json(raw)
        assert Decision.from_json(json.loads(json.dumps(decision.to_json()))) == decision


PAUSES = """
[pauses]
rows = [
  { name = { zh = "春节", en = "Spring Festival" }, limits = ["merchant_answers"], first = 2026-02-15, last = 2026-02-23, clause = "still", source = "2.3", tag = "S" },
]

[limits]
merchant_inspects = { value = "48h", legal = "refund_after_receipt", source = "2.4", tag = "S" }
"""  # noqa: E501 - one row, one line, as in a pack


def test_every_part_of_a_stamp_survives_json() -> None:
    stack = under(written(PAUSES, "still"))
    lost = (Promotion("discount", 30000, 5000, 2000, 20000),)
    decision = decided(stack, promotions=lost, tenders=(TenderShare("wallet", 10000),))
    assert decision.pauses == (PausePick(("merchant_answers",), "2026-02-15", "2026-02-23"),)
    assert len(decision.answer(Remedy.RETURN_REFUND).settlements) == 2
    assert Decision.from_json(json.loads(json.dumps(decision.to_json()))) == decision


def test_a_pause_holds_a_clock_from_its_first_day_to_the_end_of_its_last() -> None:
    pauses = (PausePick(("merchant_answers",), "2026-02-15", "2026-02-23"),)
    first, after = (CALENDAR.start_of(date(2026, 2, day)) for day in (15, 24))
    assert list(holds(pauses, "merchant_answers", CALENDAR)) == [Hold(first, after)]
    assert not list(holds(pauses, "consumer_ships", CALENDAR))


def test_a_platforms_limit_stands_beside_the_duty_of_the_law() -> None:
    stack = under(written(PAUSES, "still"))
    rows = {row.limit: row for row in decided(stack).clocks(stack)}
    row = rows["merchant_inspects"]
    assert (row.value, row.source, row.tag) == ("48h", "2.4", "S")
    assert (row.legal_name, row.legal_value, row.legal_source) == ("refund_after_receipt", "7d", "L1 25(3); L3 13")
    assert row.article is not None
    assert row.article.into("en").startswith("Consumer Rights Protection Law art. 25(3); ")
    assert rows["consumer_proves"].article is None


@pytest.mark.parametrize(
    ("source", "words"), [("L1 25", "消费者权益保护法 25 条"), ("2.1; L3 13", "网络购买商品七日无理由退货暂行办法 13 条")]
)
def test_a_source_is_said_in_words(source: str, words: str) -> None:
    said = article(CN.terms, source)
    assert said is not None
    assert said.into("zh") == words


def test_a_source_that_names_no_document_says_nothing() -> None:
    assert article(CN.terms, "ours") is None
