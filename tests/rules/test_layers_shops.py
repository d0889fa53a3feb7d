"""What is not a shop's to promise: the platform's procedure, the clocks of others, the duty beside a limit. And what no layer may cut."""

from __future__ import annotations

import pytest

from amends.policy.rules.packs import Problem
from tests.rules.test_layers import SAID, refusals, under_law

OWN = 'source = "house 1", tag = "I"'
INSTALLED = 'counts_from = "installed", '


def count(name: str, value: int) -> str:
    return f"[counts]\n{name} = {{ value = {value}, {OWN} }}\n"


def limit(name: str, value: str, legal: str = "") -> str:
    beside = f'legal = "{legal}", ' if legal else ""
    return f'[limits]\n{name} = {{ value = "{value}", {beside}{OWN} }}\n'


def window(name: str, length: str, more: str = "") -> str:
    return f'[windows]\n{name} = {{ length = "{length}", clause = "ours", {more}{OWN} }}\n{SAID}'


def duty(name: str, value: str) -> str:
    return f'[duties]\n{name} = {{ value = "{value}", who = "others", keeps = ["goods", "service", "transaction"], {OWN} }}\n'


def quotes_both(problem: Problem, above: str, here: str) -> None:
    for language in ("zh", "en"):
        said = problem.sentence.into(language)
        assert above in said and here in said
        assert "row " in said or "行" in said
    assert problem.place.row > 1 and problem.place.column >= 1


# ── turns ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "name", ["drafts", "evidence_rounds", "searches", "tests", "reviews", "appeals", "retries", "chargebacks", "unmerges"]
)
@pytest.mark.parametrize("value", [0, 9])
def test_how_often_the_platform_acts_is_not_a_shops_to_set(name: str, value: int) -> None:
    [problem] = refusals(count(name, value), "shop")
    assert problem.cell == f"counts.{name}"
    assert "not a shop's to promise" in problem.sentence.into("en")
    assert "店铺不能改" in problem.sentence.into("zh")
    quotes_both(problem, f"counts.{name}.value = {under_law('').counts[name]}", f"counts.{name}.value = {value}")


def test_a_shop_may_repeat_the_procedure_and_give_the_consumer_more_turns() -> None:
    assert under_law(count("drafts", 3), "shop").counts["drafts"] == 3
    assert under_law(count("pickups", 5), "shop").counts["pickups"] == 5
    [problem] = refusals(count("pickups", 2), "shop")
    assert "2 is too few; it should be no fewer than 3" in problem.sentence.into("en")


@pytest.mark.parametrize("name", ["drafts", "evidence_rounds", "searches", "tests", "reviews", "appeals", "claim_changes"])
def test_no_platform_leaves_a_step_out_by_allowing_it_no_times(name: str) -> None:
    [problem] = refusals(count(name, 0))
    assert problem.cell == f"counts.{name}"
    quotes_both(problem, f"counts.{name}.value = {under_law('').counts[name]}", f"counts.{name}.value = 0")


@pytest.mark.parametrize("name", ["repairs_before_refund", "repair_days_at_fault"])
def test_no_platform_makes_a_right_wait_for_more_repairs(name: str) -> None:
    [problem] = refusals(count(name, 1000))
    assert problem.cell == f"counts.{name}"
    assert under_law(count(name, 1)).counts[name] == 1


# ── clocks ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["evidence_round", "evidence_reply", "repair_trial", "appeal_window", "offer_answered", "consumer_proves"])
def test_a_shop_may_only_lengthen_what_the_consumer_is_waited_for(name: str) -> None:
    [problem] = refusals(limit(name, "1s"), "shop")
    assert problem.cell == f"limits.{name}"
    assert under_law(limit(name, "90d"), "shop").terms.limits[name].value == "90d"


@pytest.mark.parametrize(
    "name", ["parcel_arrives", "carrier_collects", "reversal_window", "arbiter_rules", "review_ends", "leader_decides", "merge_undo"]
)
@pytest.mark.parametrize("value", ["1s", "89d"])
def test_the_clocks_of_others_are_not_a_shops_to_set(name: str, value: str) -> None:
    [problem] = refusals(limit(name, value), "shop")
    assert problem.cell == f"limits.{name}"
    assert "not a shop's to promise" in problem.sentence.into("en")
    quotes_both(problem, f"limits.{name}.value = {under_law('').terms.limits[name].value}", f"limits.{name}.value = {value}")


def test_a_shop_may_answer_sooner_and_not_later() -> None:
    assert under_law(limit("merchant_answers", "4h"), "shop").terms.limits["merchant_answers"].value == "4h"
    [problem] = refusals(limit("merchant_answers", "49h"), "shop")
    quotes_both(problem, "limits.merchant_answers = 48h", "limits.merchant_answers = 49h")


@pytest.mark.parametrize(
    ("name", "value"),
    [("merchant_answers", "60d"), ("merchant_inspects", "365d"), ("refund_sent", "365d"), ("merchant_gives_address", "16d")],
)
def test_no_limit_outlasts_the_duty_of_the_law_beside_it(name: str, value: str) -> None:
    [problem] = refusals(limit(name, value))
    assert problem.cell == f"limits.{name}"
    legal = under_law("").terms.limits[name].legal
    assert legal is not None
    quotes_both(problem, f"duties.{legal} = {under_law('').terms.duties[legal].value}", f"limits.{name} = {value}")


@pytest.mark.parametrize("layer", ["platform", "shop"])
def test_a_limit_keeps_the_duty_that_the_law_names(layer: str) -> None:
    [problem] = refusals(limit("merchant_inspects", "24h", "repair_spare"), layer)
    assert problem.cell == "limits.merchant_inspects.legal"
    quotes_both(problem, "legal = refund_after_receipt", "legal = repair_spare")
    assert under_law(limit("merchant_inspects", "24h", "refund_after_receipt"), layer).terms.limits["merchant_inspects"].value == "24h"


def test_a_limit_without_a_duty_is_given_none_from_below() -> None:
    [problem] = refusals(limit("merchant_receives", "24h", "recall_records_kept"))
    assert problem.cell == "limits.merchant_receives.legal"


def test_a_shop_keeps_its_own_duties_better_and_touches_no_others() -> None:
    assert under_law(duty("refund_after_receipt", "3d"), "shop").terms.duties["refund_after_receipt"].value == "3d"
    [problem] = refusals(duty("complaint_taken", "1wd"), "shop")
    quotes_both(problem, "duties.complaint_taken.value = 7wd", "duties.complaint_taken.value = 1wd")
    assert "not a shop's to promise" in problem.sentence.into("en")


def test_no_platform_keeps_freight_for_what_was_never_sent() -> None:
    cells = f'[freight]\nunshipped = {{ way_back = "merchant", way_out = "consumer", clause = "ours", {OWN} }}\n{SAID}'
    [problem] = refusals(cells)
    assert problem.cell == "freight.unshipped.way_out"
    quotes_both(problem, "way_out = merchant", "way_out = consumer")


# ── units ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("layer", ["platform", "shop"])
@pytest.mark.parametrize(
    ("cells", "cell"),
    [
        (window("three_validity", "360d"), "windows.three_validity.length"),
        (window("three_validity", "365d"), "windows.three_validity.length"),
        (window("long_stop", "720d"), "windows.long_stop.length"),
        (window("durable_proof", "180d"), "windows.durable_proof.length"),
        (window("no_reason", "168h"), "windows.no_reason.length"),
        (window("no_reason", "56wh"), "windows.no_reason.length"),
        (duty("refund_after_receipt", "7wd"), "duties.refund_after_receipt"),
        (duty("records_kept", "1080d"), "duties.records_kept"),
        (duty("repair_spare", "59mo"), "duties.repair_spare"),
    ],
)
def test_another_unit_is_no_way_to_cut(cells: str, cell: str, layer: str) -> None:
    assert cell in {problem.cell for problem in refusals(cells, layer)}


def test_a_cut_by_another_unit_is_told_with_both() -> None:
    [problem] = refusals(window("three_validity", "365d", INSTALLED))
    quotes_both(problem, "windows.three_validity = 12mo", "windows.three_validity = 365d")
    assert "365d may end before 12mo does" in problem.sentence.into("en")
    assert "365d 有时会短于 12mo" in problem.sentence.into("zh")


def test_working_days_may_last_longer_than_days_or_hours() -> None:
    assert [problem.cell for problem in refusals(limit("execution_ends", "15wd"))] == ["limits.execution_ends"]
    [problem] = refusals(limit("merchant_answers", "2wd"), "shop")
    assert "2wd may last beyond 48h" in problem.sentence.into("en")


@pytest.mark.parametrize(
    "cells",
    [window("three_validity", "366d", INSTALLED), window("no_reason", "1mo"), window("no_reason", "7wd"), window("quality_return", "30d")],
)
def test_what_is_surely_longer_may_be_written_in_any_unit(cells: str) -> None:
    assert under_law(cells, "shop").versions[-1] == "lower_0@2026-11"


# ── the law at second hand ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("name", "length"), [("three_return", "1s"), ("three_exchange", "14d"), ("three_validity", "1d")])
def test_the_three_guarantees_bind_a_platform_though_we_read_them_at_second_hand(name: str, length: str) -> None:
    [problem] = refusals(window(name, length, INSTALLED))
    assert problem.cell == f"windows.{name}.length"


def test_what_other_platforms_do_binds_no_platform() -> None:
    stack = under_law(limit("consumer_ships", "5d") + f'merchant_receives = {{ value = "15d", {OWN} }}\n')
    assert stack.terms.limits["merchant_receives"].value == "15d"


def test_a_last_day_on_a_holiday_always_rolls_for_the_consumer() -> None:
    [problem] = refusals(f'[day_counting]\nconsumer = "none"\nothers = "other"\n{OWN.replace(", ", chr(10))}\n')
    assert problem.cell == "day_counting.consumer"
    assert "L15" in problem.sentence.into("zh")


@pytest.mark.parametrize("layer", ["platform", "shop"])
def test_whoever_is_asked_pays_first_for_food(layer: str) -> None:
    row = (
        '{ name = "food", title = { zh = "十倍", en = "Tenfold" }, groups = ["fault", "wrong"], needs = ["yes:unsafe_food"], '
        'base = "kinder_of_both", times = 10, loss_times = 3, minimum_minor = 100000, on_top = true, payer_first = "merchant", '
        'clause = "ours" }'
    )
    [problem] = refusals(f"[claims]\nrows = [{row}]\n{SAID}", layer)
    assert problem.cell == "claims.rows.0.payer_first"
    quotes_both(problem, "payer_first = asked", "payer_first = merchant")


# ── pauses ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def pauses(*spans: tuple[str, str], limit: str = "merchant_receives") -> str:
    rows = ", ".join(
        f'{{ name = {{ zh = "停", en = "Pause" }}, limits = ["{limit}"], first = {first}, last = {last}, clause = "allowed", {OWN} }}'
        for first, last in spans
    )
    return f"[pauses]\nrows = [{rows}]\n"


def test_a_platform_pauses_no_clock_for_more_than_fifteen_days_of_a_year() -> None:
    assert under_law(pauses(("2027-02-01", "2027-02-15"))).terms.pauses.rows
    assert under_law(pauses(("2027-02-01", "2027-02-15"), ("2028-02-02", "2028-02-16"))).terms.pauses.rows
    [problem] = refusals(pauses(("2027-02-01", "2027-02-15"), ("2028-01-20", "2028-01-20")))
    assert problem.cell == "pauses.rows.1.limits.0"
    assert "16 of 365 days; 15 at most" in problem.sentence.into("en")
    quotes_both(problem, "limits.merchant_receives = 48h", "pauses 2028-01-20..2028-01-20")


def test_nor_by_a_row_a_month() -> None:
    months = [(f"2027-{month:02d}-01", f"2027-{month:02d}-28") for month in range(1, 13)]
    assert len(refusals(pauses(*months))) == 12


def test_days_that_two_rows_hold_count_once() -> None:
    assert under_law(pauses(("2027-02-01", "2027-02-10"), ("2027-02-05", "2027-02-15"))).terms.pauses.rows
