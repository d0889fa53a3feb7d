"""Sums beside the remedies told as stories: three times for fraud, ten times for unsafe food, a promised tenfold; they add up."""

from __future__ import annotations

import json

import pytest

from amends.policy.rules import Decision, Remedy
from amends.policy.rules.explain import explain_claim
from tests.deciding import CN, decided, priced, under, written

PROBE = """
[claims]
rows = [
  { name = "probe_double", title = { zh = "双倍", en = "Double" }, issues = ["price"], needs = [], base = "price", times = 2, on_top = false, clause = "probe_claim" },
  { name = "probe_harm", title = { zh = "损失", en = "Harm" }, issues = ["price"], needs = ["within:no_reason"], base = "loss", loss_times = 1, minimum_minor = 500, clause = "probe_claim" },
]
"""  # noqa: E501 - one row, one line, as in a pack
RULES = under(written(PROBE, "probe_claim"))


def test_fraud_brings_three_times_the_price_and_at_least_500_on_top_of_the_refund() -> None:
    decision = decided(CN, "not_as_described", flags={"fraud": True}, **priced(5000))
    claim = decision.claim("fraud")
    assert (claim.open, claim.amount_minor, [row.minor for row in claim.sum_rows]) == (True, 50000, [15000, 35000])
    assert decision.answer(Remedy.RETURN_REFUND).amount_minor == 5000
    dear = decided(CN, "quality", flags={"fraud": True}, **priced(90000)).claim("fraud")
    assert (dear.amount_minor, len(dear.sum_rows)) == (270000, 1)
    assert "CN-PUN-01" in {reason.rule_id for reason in claim.reasons}


def test_a_flaw_of_the_label_is_no_fraud_and_says_so() -> None:
    decision = decided(CN, "quality", flags={"fraud": True, "label_flaw": True})
    claim = decision.claim("fraud")
    assert (claim.open, claim.amount_minor, claim.sum_rows, claim.asks) == (False, 0, (), ())
    assert explain_claim(decision, "fraud")
    assert not any(reason.holds for reason in claim.reasons)


def test_a_claim_that_rests_on_a_fact_asks_for_it_and_burdens_no_form() -> None:
    plain = decided(CN, "quality")
    claim = plain.claim("fraud")
    assert (claim.open, claim.asks[0].flag) == (False, "fraud")
    assert "fraud" not in {question.flag for question in plain.missing}


@pytest.mark.parametrize(("price", "loss", "minor"), [(2000, 0, 100000), (26000, 0, 260000), (26000, 90000, 270000)])
def test_unsafe_food_brings_the_better_of_price_and_loss_and_at_least_1000(price: int, loss: int, minor: int) -> None:
    decision = decided(CN, "spoiled", "food", flags={"sold_expired": True}, loss_minor=loss, **priced(price))
    claim = decision.claim("food")
    assert (claim.amount_minor, sum(row.minor for row in claim.sum_rows), claim.first_asked) == (minor, minor, True)
    assert explain_claim(decision, "food")[-1].into("en").startswith("Whoever is asked first")


def test_a_row_under_a_condition_is_about_nothing_else() -> None:
    decision = decided(CN, "spoiled", "general")
    assert "food" not in {claim.name for claim in decision.claims}
    with pytest.raises(KeyError):
        decision.claim("food")


def test_a_promised_tenfold_binds_whom_it_was_promised() -> None:
    kept = decided(CN, "not_as_described", promises=("tenfold",), flags={"fake": True}, **priced(3000)).claim("tenfold")
    assert (kept.open, kept.amount_minor) == (True, 30000)
    assert not decided(CN, "not_as_described", flags={"fake": True}, **priced(3000)).claim("tenfold").open


def test_a_known_defect_is_counted_by_the_loss() -> None:
    assert decided(CN, "hazard", flags={"known_defect": True}, loss_minor=700).claim("known_harm").amount_minor == 1400


def test_a_sum_that_contains_the_price_says_so() -> None:
    claim = decided(RULES, "price", **priced(3000)).claim("probe_double")
    assert (claim.amount_minor, [row.minor for row in claim.sum_rows]) == (3000, [6000, -3000])


def test_a_claim_may_hang_on_a_window() -> None:
    assert decided(RULES, "price", day=2).claim("probe_harm").amount_minor == 500
    assert not decided(RULES, "price", day=20).claim("probe_harm").open


def test_claims_survive_json() -> None:
    decision = decided(CN, "quality", flags={"fraud": True})
    assert decision.claims
    assert Decision.from_json(json.loads(json.dumps(decision.to_json()))) == decision
