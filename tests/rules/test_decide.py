"""Decisions told as stories: what is open, why, how much, who pays the way back; sums that add up; JSON that loses nothing."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends.kernel.calendars import Calendar
from amends.kernel.parties import Party
from amends.kernel.texts import Text
from amends.policy.rules import (
    Decision,
    Facts,
    GoodsClass,
    IssueType,
    Promotion,
    Remedy,
    Weighing,
    decide,
    explain,
    stack_for,
)

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = Calendar("plain", ZONE, {weekday: [(time(9), time(18))] for weekday in range(5)})
CN = stack_for("CN", None, date(2026, 11, 1))
MONDAY = datetime(2026, 3, 2, 12, tzinfo=ZONE)


def facts(issue: str = "no_reason", goods: str = "general", *, day: float = 1, **more: Any) -> Facts:
    """A purchase of 100.00, signed for on a Monday, asked about `day` days later."""
    usual: dict[str, Any] = {
        "shipped": True,
        "received": True,
        "signed_at": MONDAY,
        "asked_at": MONDAY + timedelta(days=day),
        "order_at": MONDAY - timedelta(days=3),
        "list_minor": 12000,
        "discount_minor": 2000,
        "paid_minor": 10000,
        "freight_minor": 800,
    }
    return Facts(issue=IssueType(issue), goods_class=GoodsClass(goods), **(usual | more))


def on(*args: Any, **more: Any) -> Decision:
    return decide(CN, facts(*args, **more), CALENDAR)


def test_a_change_of_mind_brings_the_price_paid_and_the_consumer_sends_it_back() -> None:
    answer = on().answer(Remedy.RETURN_REFUND)
    assert (answer.open, answer.amount_minor, answer.outbound_freight_minor) == (True, 10000, 0)
    assert (answer.return_freight, answer.freight_clause, answer.ships_back) == (Party.CONSUMER, "freight_no_reason", True)
    assert [row.minor for row in answer.sum_rows] == [12000, -2000]


def test_the_window_shuts_at_midnight_of_the_seventh_day_and_not_before() -> None:
    midnight = datetime(2026, 3, 10, tzinfo=ZONE)
    for asked, is_open in ((midnight - timedelta(microseconds=1), True), (midnight, False)):
        decision = on(asked_at=asked)
        assert decision.answer(Remedy.RETURN_REFUND).open is is_open
        assert decision.window_ends == midnight


def test_too_late_for_a_change_of_mind_is_said_with_article_and_with_what_is_left() -> None:
    said = explain(on(day=9), Remedy.RETURN_REFUND)
    assert [text.into("zh") for text in said] == ["签收已 9 天，超过 7 天无理由。（消法 25 条）", "质量问题仍可申请。"]
    assert said[0].into("en") == "Signed for 9 days ago, past the 7 days for a change of mind. (Consumer Rights Protection Law art. 25)"


def test_a_fault_lets_the_merchant_pay_both_ways() -> None:
    answer = on("quality", "appliance", day=3).answer(Remedy.RETURN_REFUND)
    assert (answer.amount_minor, answer.outbound_freight_minor, answer.return_freight) == (10800, 800, Party.MERCHANT)
    assert on("quality", "appliance", day=3).open_remedies == (
        Remedy.RETURN_REFUND, Remedy.EXCHANGE, Remedy.REPAIR, Remedy.PRICE_ADJUSTMENT,
    )  # fmt: skip
    assert answer.evidence_min == 1


def test_a_refund_without_return_stays_with_the_merchants_will() -> None:
    answer = on("quality").answer(Remedy.REFUND_ONLY)
    assert not answer.open
    assert answer.reasons[0].rule_id == "CN-PLAT-08"
    assert answer.opens_by is not None


def test_goods_not_shipped_yet_are_refunded_with_their_freight() -> None:
    early = {"shipped": False, "received": False, "signed_at": None}
    decision = on(**early)
    assert decision.answer(Remedy.REFUND_ONLY).amount_minor == 10800
    assert not decision.answer(Remedy.RETURN_REFUND).open
    assert decision.window_ends is None
    assert not on("no_reason", "custom", **early).answer(Remedy.REFUND_ONLY).open


def test_a_parcel_on_its_way_can_be_given_back_before_it_is_signed_for() -> None:
    decision = on(received=False, signed_at=None)
    assert decision.answer(Remedy.RETURN_REFUND).open
    assert on("lost", received=False, signed_at=None).answer(Remedy.REFUND_ONLY).amount_minor == 10800


@pytest.mark.parametrize(
    ("share", "minor"), [(1, 1), (2500, 2500), (3333, 3333), (4999, 4999), (5000, 10800), (10000, 10800), (None, 10800)]
)
def test_fresh_goods_bring_the_bad_share_and_from_half_on_everything(share: int | None, minor: int) -> None:
    decision = on("spoiled", "fresh", bad_share_bps=share)
    assert decision.answer(Remedy.REFUND_ONLY).amount_minor == minor
    assert ("bad_share" in {question.flag for question in decision.missing}) is (share is None)


def test_fresh_goods_are_claimed_by_midnight_of_the_next_day_and_returned_within_seven() -> None:
    decision = on("spoiled", "fresh", day=2)
    assert not decision.answer(Remedy.REFUND_ONLY).open
    assert decision.answer(Remedy.RETURN_REFUND).open


def test_what_nobody_has_told_is_asked_and_never_counts_against_the_consumer() -> None:
    decision = on("no_reason", "apparel")
    assert decision.answer(Remedy.RETURN_REFUND).open
    assert [question.flag for question in decision.missing] == ["tag_removed", "soiled", "parts_missing"]
    told = on("no_reason", "apparel", flags={"tag_removed": False, "soiled": True, "parts_missing": False})
    assert not told.answer(Remedy.RETURN_REFUND).open
    assert not told.missing


def test_silence_means_what_the_pack_says() -> None:
    decision = on("quality")
    assert decision.silence_verb("merchant_answers", Remedy.RETURN_REFUND, True, True, "alarm") == "approve"
    assert decision.silence_verb("merchant_answers", Remedy.REFUND_ONLY, True, False, "alarm") == "call_platform"
    assert decision.silence_verb("merchant_answers_proof", Remedy.REFUND_ONLY, False, False, "alarm") == "approve"
    assert decision.silence_verb("leader_decides", Remedy.REFUND_ONLY, True, True, "approve") == "pass_on"
    assert decision.silence_verb("consumer_ships", Remedy.RETURN_REFUND, True, True, "lapse") == "lapse"
    assert str(decision.limit("merchant_answers")) == "48h"


def test_a_promise_of_free_returns_moves_the_way_back_to_the_merchant() -> None:
    answer = on(promised_free_return=True).answer(Remedy.RETURN_REFUND)
    assert (answer.return_freight, answer.freight_clause) == (Party.MERCHANT, "free_return")


def test_one_remedy_alone_is_answered_alike() -> None:
    whole = on("quality")
    alone = decide(CN, facts("quality"), CALENDAR, remedy=Remedy.EXCHANGE)
    assert alone.remedies == (whole.answer(Remedy.EXCHANGE),)


WRONG: dict[str, dict[str, Any]] = {
    "needs a zone": {"signed_at": MONDAY.replace(tzinfo=None)},
    "below zero": {"paid_minor": -1},
    "never shipped": {"shipped": False},
    "the 1 ordered": {"quantity": 2},
    "0 to 10000": {"bad_share_bps": 10001},
    "repair_delay: ": {"repair_delay": "sloth"},
}


@pytest.mark.parametrize("said", WRONG)
def test_facts_that_cannot_be_are_refused(said: str) -> None:
    with pytest.raises(ValueError, match=said):
        facts(**WRONG[said])


def _any_facts(issue: IssueType, goods: GoodsClass, day: int, state: int, list_minor: int, off: int, more: dict[str, Any]) -> Facts:
    discount = list_minor * off // 100
    sums = {"list_minor": list_minor, "discount_minor": discount, "paid_minor": list_minor - discount}
    where = {"shipped": state > 0, "received": state > 1, "signed_at": MONDAY if state > 1 else None}
    return facts(issue.value, goods.value, day=day, **sums, **where, **more)


MINOR = st.integers(0, 60_000)
ANSWERS = st.sampled_from([True, False, None])
MORE = {
    "flags": st.dictionaries(st.sampled_from(sorted(CN.terms.questions)), ANSWERS, max_size=4),
    "promotions": st.lists(st.builds(Promotion, st.sampled_from(["discount", "free_freight"]), MINOR, MINOR, MINOR, MINOR), max_size=3).map(
        tuple
    ),
    "bad_share_bps": st.none() | st.integers(0, 10_000),
    "weighing": st.none() | st.builds(Weighing, st.integers(1, 30_000), st.integers(0, 30_000)),
    "repairs_failed": st.integers(0, 3),
    "days_since_invoice": st.none() | st.integers(0, 900),
    "repair_days": st.integers(0, 900),
    "same_model_there": ANSWERS,
    "gift_kept_minor": MINOR,
    "coupon_minor": MINOR,
    "confirmed_exclusion": st.sampled_from([None, "single_purchase", "preticked"]),
    "promised_no_reason": st.booleans(),
}
ANY_FACTS = st.builds(
    _any_facts,
    st.sampled_from(IssueType),
    st.sampled_from(GoodsClass),
    st.integers(0, 800),
    st.integers(0, 2),
    st.integers(0, 10**9),
    st.integers(0, 100),
    st.fixed_dictionaries(MORE),
)


@given(ANY_FACTS)
def test_whatever_the_facts_sums_add_up_and_never_pass_what_was_paid(these: Facts) -> None:
    decision = decide(CN, these, CALENDAR)
    assert [answer.remedy for answer in decision.remedies] == list(Remedy)
    for answer in decision.remedies:
        assert sum(row.minor for row in answer.sum_rows) == answer.amount_minor
        assert 0 <= answer.amount_minor <= these.paid_minor + these.freight_minor
        assert answer.reasons
        assert all("{" not in text.into(language) for text in explain(decision, answer.remedy) for language in ("zh", "en"))
        assert answer.open or answer.opens_by or not answer.reasons[0].holds


@given(ANY_FACTS)
def test_a_decision_survives_json_and_memory_changes_nothing(these: Facts) -> None:
    decision = decide(CN, these, CALENDAR)
    assert Decision.from_json(json.loads(json.dumps(decision.to_json()))) == decision
    CN.verdicts.clear()
    assert decide(CN, these, CALENDAR) == decision
    assert isinstance(decision.evidence, Text)


def test_instants_of_any_zone_are_the_same_facts() -> None:
    assert on(signed_at=MONDAY.astimezone(UTC)).remedies == on().remedies


def test_days_are_said_as_people_count_them() -> None:
    said = {day: explain(on(day=day), Remedy.RETURN_REFUND)[-2] for day in (0, 1, 3)}
    assert [text.into("zh").split("，")[0] for text in said.values()] == ["签收 当天", "签收 1 天", "签收 3 天"]
    assert [text.into("en").split(",")[0] for text in said.values()] == [
        "Signed for less than a day ago",
        "Signed for 1 day ago",
        "Signed for 3 days ago",
    ]
