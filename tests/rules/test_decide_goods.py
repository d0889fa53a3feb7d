"""What sets these very goods apart, told as stories: traits, promises, installation, repair, who is at fault and what proves it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from amends.kernel.parties import Party
from amends.policy.rules import Remedy
from tests.deciding import CN, EARLY, MONDAY, decided, under, written

TRAITS = """
[traits]
made_to_order = { exclusion = "outright", exclusion_clause = "custom_excluded", cancellable = false, source = "L1 25", tag = "P" }
digital = { exclusion = "if_unsealed", exclusion_clause = "digital_excluded", tests = ["unsealed"], source = "L1 25", tag = "P" }
sealed_one_off = { exclusion = "if_confirmed", exclusion_clause = "confirmed", tests = ["inner_seal_broken"], source = "L3 7", tag = "P" }
durable = { durable = true, source = "L1 23", tag = "P" }
fresh = { exclusion = "outright", exclusion_clause = "fresh_excluded", fresh = true, source = "L1 25", tag = "P" }

[windows]
three_validity = { length = "12mo", clause = "three_validity_window", counts_from = "installed", source = "L18 11", tag = "S" }

[rights]
rows = [
  { remedy = "repair", issues = ["other"], states = ["received"], needs = [], clause = "gold_repair", amount = "none", when = "tier == 'gold' && flags.unusable" },
]
"""  # noqa: E501 - one row, one line, as in a pack
PROMISES = """
[promises]
thirty = { name = { zh = "30 天", en = "30 days" }, clause = "thirty_made", windows = ["thirty_days"], source = "test", tag = "I" }
sure = { name = { zh = "安心", en = "Sure" }, clause = "thirty_made", gives = ["no_reason", "free_return"], source = "test", tag = "I" }

[windows]
thirty_days = { length = "30d", clause = "thirty_window", source = "test", tag = "I" }

[rights]
rows = [
  { remedy = "return_refund", groups = ["no_reason"], states = ["received"], needs = ["promised:thirty", "intact", "within:thirty_days"], clause = "thirty_return", amount = "paid" },
]
"""  # noqa: E501 - one row, one line, as in a pack
RULES = under(
    written(PROMISES, "thirty_made", "thirty_return", "thirty_window", layer="promise", name="thirty"), written(TRAITS, "gold_repair")
)


def is_open(remedy: Remedy, *args: Any, **more: Any) -> bool:
    return decided(RULES, *args, **more).answer(remedy).open


def test_a_trait_excludes_goods_of_a_class_that_is_not() -> None:
    assert is_open(Remedy.RETURN_REFUND)
    assert not is_open(Remedy.RETURN_REFUND, traits=("made_to_order",))
    assert not is_open(Remedy.REFUND_ONLY, traits=("made_to_order",), **EARLY)
    assert not is_open(Remedy.RETURN_REFUND, traits=("digital",), flags={"unsealed": True})
    assert is_open(Remedy.RETURN_REFUND, traits=("digital",), flags={"unsealed": False})


def test_a_trait_that_excludes_nothing_leaves_the_exclusion_of_the_class() -> None:
    assert not is_open(Remedy.RETURN_REFUND, goods="custom", traits=("durable",))


def test_a_trait_adds_its_test_to_those_of_the_class() -> None:
    decision = decided(RULES, traits=("sealed_one_off",))
    assert [question.flag for question in decision.missing] == ["parts_missing", "function_lost", "inner_seal_broken"]
    assert not is_open(Remedy.RETURN_REFUND, traits=("sealed_one_off",), flags={"inner_seal_broken": True})
    assert not is_open(Remedy.RETURN_REFUND, traits=("sealed_one_off",), confirmed_exclusion="single_purchase")


def test_durable_turns_the_burden_of_proof_and_fresh_spares_the_way_back() -> None:
    assert decided(RULES, "quality").proof_by is Party.CONSUMER
    assert decided(RULES, "quality", traits=("durable",)).proof_by is Party.MERCHANT
    assert is_open(Remedy.REFUND_ONLY, "spoiled", traits=("fresh",), bad_share_bps=10000)


def test_a_promise_of_thirty_days_opens_what_the_law_has_closed_and_only_for_whom_it_was_made() -> None:
    late = decided(RULES, day=20, promises=("thirty",)).answer(Remedy.RETURN_REFUND)
    assert (late.open, {"thirty_return", "thirty_made"} <= {reason.clause for reason in late.reasons}) == (True, True)
    without = decided(RULES, day=20)
    assert not without.answer(Remedy.RETURN_REFUND).open
    assert without.window_ends == decided(CN, day=20).window_ends


def test_of_two_windows_that_are_open_the_later_one_is_named() -> None:
    both = decided(RULES, day=2, promises=("thirty",)).answer(Remedy.RETURN_REFUND)
    law = decided(CN, day=2).answer(Remedy.RETURN_REFUND)
    assert both.until is not None
    assert law.until is not None
    assert both.until - law.until == timedelta(days=23)


def test_a_promise_may_give_what_the_rules_know_by_themselves() -> None:
    answer = decided(RULES, goods="custom", promises=("sure",)).answer(Remedy.RETURN_REFUND)
    assert (answer.open, answer.return_freight, answer.freight_clause) == (True, Party.MERCHANT, "free_return")


def test_a_guarantee_counts_from_installation_and_stands_still_in_repair() -> None:
    year = {"day": 400, "goods": "appliance"}
    assert not is_open(Remedy.REPAIR, "quality", **year)
    assert is_open(Remedy.REPAIR, "quality", **year, installed_at=MONDAY + timedelta(days=60))
    assert is_open(Remedy.REPAIR, "quality", **year, repair_days=40)
    assert not is_open(Remedy.REPAIR, "quality", **year, repair_days=30)
    assert not is_open(Remedy.REPAIR, "quality", **year, installed_at=MONDAY - timedelta(days=60))


def test_a_fault_that_showed_in_time_keeps_the_burden_on_the_seller() -> None:
    late = {"goods": "appliance", "day": 200}
    assert decided(CN, "quality", **late).proof_by is Party.CONSUMER
    assert decided(CN, "quality", **late, noticed_at=MONDAY + timedelta(days=100)).proof_by is Party.MERCHANT
    assert decided(CN, "quality", **late, noticed_at=MONDAY + timedelta(days=190)).proof_by is Party.CONSUMER


@pytest.mark.parametrize(("party", "opens", "files"), [(Party.CONSUMER, False, 0), (Party.MERCHANT, True, 0), (None, True, 1)])
def test_a_proven_fault_of_the_consumer_ends_the_duty_and_one_of_the_merchant_needs_no_photo(
    party: Party | None, opens: bool, files: int
) -> None:
    answer = decided(CN, "quality", fault_of=party, fault_proof=party and "test").answer(Remedy.RETURN_REFUND)
    assert (answer.open, answer.evidence_min if answer.open else 0) == (opens, files)


def test_a_condition_that_rests_on_an_unknown_flag_asks_for_it() -> None:
    unknown = decided(RULES, "other", tier="gold")
    assert not unknown.answer(Remedy.REPAIR).open
    assert [question.flag for question in unknown.missing] == ["unusable"]
    assert is_open(Remedy.REPAIR, "other", tier="gold", flags={"unusable": True})
    assert not decided(RULES, "other").missing
