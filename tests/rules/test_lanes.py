"""Lanes told as stories: who looks at an open remedy, by table; a score, a past or a wish for a person routes and never refuses."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from amends.policy.rules import Remedy
from amends.policy.rules.facts import History, Lane
from tests.deciding import CN, EARLY, decided, under, written

LANES = """
[lanes]
rows = [
  { lane = "instant", remedies = ["refund_only"], states = ["unshipped"], up_to_minor = 50000, per_day_minor = 60000, score_up_to_bps = 3000, clause = "quick" },
  { lane = "automatic", remedies = ["return_refund"], issues = ["no_reason"], tiers = ["gold"], needs = ["not:soiled", "within:no_reason"], clause = "gold_lane" },
  { lane = "automatic", remedies = ["exchange"], when = "paid_minor <= 5000", clause = "small_swap" },
  { lane = "expert", remedies = ["any"], issues = ["hazard"], clause = "danger_lane" },
  { lane = "assisted", remedies = ["any"], clause = "people" },
]
"""  # noqa: E501 - one row, one line, as in a pack
LANED = under(written(LANES, "quick", "gold_lane", "small_swap", "danger_lane", "people"))


def lane(remedy: Remedy, *args: Any, **more: Any) -> Lane:
    return decided(LANED, *args, **more).answer(remedy).lane


def test_a_small_refund_before_shipping_is_instant_and_says_why() -> None:
    answer = decided(LANED, **EARLY).answer(Remedy.REFUND_ONLY)
    assert (answer.lane, answer.automatic) == (Lane.INSTANT, True)
    assert [reason.clause for reason in answer.lane_reasons] == ["quick"]


def test_too_much_for_one_case_or_for_one_day_goes_to_a_person_with_the_reason() -> None:
    dear = {"list_minor": 60000, "discount_minor": 0, "paid_minor": 60000}
    answer = decided(LANED, **EARLY, **dear).answer(Remedy.REFUND_ONLY)
    assert (answer.lane, [(r.clause, r.holds) for r in answer.lane_reasons]) == (Lane.ASSISTED, [("people", True), ("quick", False)])
    assert lane(Remedy.REFUND_ONLY, **EARLY, history=History(instant_today_minor=49200)) is Lane.INSTANT
    assert lane(Remedy.REFUND_ONLY, **EARLY, history=History(instant_today_minor=49201)) is Lane.ASSISTED


def test_a_score_routes_and_an_unknown_one_keeps_nobody_out() -> None:
    for score, wanted in ((None, Lane.INSTANT), (3000, Lane.INSTANT), (3001, Lane.ASSISTED)):
        answer = decided(LANED, **EARLY, history=History(score_bps=score)).answer(Remedy.REFUND_ONLY)
        assert (answer.open, answer.lane) == (True, wanted)


def test_a_lane_may_hang_on_tier_needs_and_a_condition() -> None:
    clean = {"flags": {"soiled": False}}
    assert lane(Remedy.RETURN_REFUND, **clean, tier="gold") is Lane.AUTOMATIC
    assert lane(Remedy.RETURN_REFUND, **clean) is Lane.ASSISTED
    assert lane(Remedy.RETURN_REFUND, flags={"soiled": True}, tier="gold") is Lane.ASSISTED
    assert lane(Remedy.EXCHANGE, "quality") is Lane.ASSISTED
    assert lane(Remedy.EXCHANGE, "quality", paid_minor=5000, list_minor=5000, discount_minor=0) is Lane.AUTOMATIC
    assert lane(Remedy.RETURN_REFUND, "hazard") is Lane.EXPERT


def test_whoever_asks_for_a_person_gets_an_expert_and_keeps_every_remedy() -> None:
    plain, asked = decided(LANED, **EARLY), decided(LANED, **EARLY, asks_person=True)
    assert asked.open_remedies == plain.open_remedies
    assert asked.answer(Remedy.REFUND_ONLY).lane is Lane.EXPERT
    assert asked.answer(Remedy.REFUND_ONLY).lane_reasons
    assert decided(CN, asks_person=True).answer(Remedy.RETURN_REFUND).lane is Lane.EXPERT


PASTS = st.builds(
    History, st.integers(0, 500), st.integers(0, 10**8), st.integers(0, 10**8), st.integers(0, 99), st.none() | st.integers(0, 10_000)
)


@given(PASTS, st.booleans(), st.sampled_from(["no_reason", "quality", "lost", "hazard"]), st.booleans())
def test_no_past_no_score_and_no_wish_changes_what_is_open_or_how_much(past: History, asks: bool, issue: str, early: bool) -> None:
    where: dict[str, Any] = EARLY if early else {}
    plain, judged = decided(LANED, issue, **where), decided(LANED, issue, **where, history=past, asks_person=asks)
    for one, other in zip(plain.remedies, judged.remedies, strict=True):
        assert (one.open, one.amount_minor, one.reasons, one.until) == (other.open, other.amount_minor, other.reasons, other.until)
    assert plain.claims == judged.claims
