"""Sums told as stories: part returns settled two ways, gifts, freight, card fees, wear, and where each part of the money goes back to."""

from __future__ import annotations

from typing import Any

import pytest

from amends.policy.rules import Promotion, Remedy, Stack, Weighing
from amends.policy.rules.answers import RemedyAnswer
from amends.policy.rules.facts import TenderShare
from tests.deciding import CN, EARLY, ON_ITS_WAY, decided, priced, under, written

SETTLEMENT = """
[settlement]
lost_discount = "{discount}"
lost_free_freight = "{freight}"
card_fee = "{fee}"
adjustment_ceiling_bps = 4000
bad_share_is_all_from_bps = 5000
source = "test"
tag = "I"
"""


BACK = (Remedy.RETURN_REFUND, Remedy.REFUND_ONLY)


def settling(discount: str = "kinder", freight: str = "waive", fee: str = "waive") -> Stack:
    return under(written(SETTLEMENT.format(discount=discount, freight=freight, fee=fee)))


def returned(stack: Stack = CN, **more: Any) -> RemedyAnswer:
    return decided(stack, **more).answer(Remedy.RETURN_REFUND)


# G-CN-18: A 200 + B 150, spend 300 save 50, paid 300; B goes back, A alone no longer reaches the threshold.
BROKEN: dict[str, Any] = {
    "list_minor": 15000, "discount_minor": 2143, "paid_minor": 12857, "freight_minor": 0,
    "promotions": (Promotion("discount", 30000, 5000, 2143, 20000),),
}  # fmt: skip


def test_a_part_return_is_settled_twice_and_the_kinder_column_is_chosen() -> None:
    answer = returned(**BROKEN)
    assert {each.name: (each.minor, each.chosen) for each in answer.settlements} == {
        "apportioned": (12857, True),
        "recalculated": (10000, False),
    }
    assert answer.amount_minor == 12857
    for column in answer.settlements:
        assert sum(row.minor for row in column.rows) == column.minor
    assert answer.settlements[0].rows == answer.sum_rows


def test_a_pack_may_choose_article_17_and_the_other_column_is_still_shown() -> None:
    answer = returned(settling("recalculate"), **BROKEN)
    assert answer.amount_minor == 10000
    assert [each.chosen for each in answer.settlements] == [False, True]
    assert [row.clause for row in answer.sum_rows if row.minor == -2857] == ["lost_discount"]


def test_a_threshold_that_still_holds_is_no_matter_of_settlement() -> None:
    kept = (Promotion("discount", 30000, 5000, 1277, 35000),)
    answer = returned(list_minor=12000, discount_minor=1277, paid_minor=10723, promotions=kept)
    assert (answer.amount_minor, answer.settlements) == (10723, ())


def test_a_whole_order_sent_back_loses_no_promise() -> None:
    everything = (Promotion("discount", 30000, 5000, 5000, 0),)
    answer = returned(list_minor=35000, discount_minor=5000, paid_minor=30000, promotions=everything)
    assert (answer.amount_minor, answer.settlements) == (30000, ())


def test_a_lost_free_shipping_threshold_is_waived_unless_the_pack_deducts_it() -> None:
    lost = (Promotion("free_freight", 9900, 600, 0, 5000),)
    assert returned(promotions=lost).amount_minor == 10000
    answer = returned(settling(freight="deduct"), promotions=lost)
    assert (answer.amount_minor, answer.sum_rows[-1].clause, answer.sum_rows[-1].minor) == (9400, "lost_free_freight", -600)


def test_a_fault_or_goods_not_shipped_lose_no_promise() -> None:
    harsh = settling("recalculate", "deduct")
    assert decided(harsh, "quality", **BROKEN).answer(Remedy.RETURN_REFUND).amount_minor == 12857
    assert decided(harsh, **EARLY, **BROKEN).answer(Remedy.REFUND_ONLY).amount_minor == 12857


def test_a_gift_not_sent_back_is_paid_at_the_price_stated() -> None:
    answer = returned(CN, gift_kept_minor=1900, **priced(29900))
    assert (answer.amount_minor, answer.sum_rows[-1].minor) == (28000, -1900)


def test_a_coupon_goes_back_as_a_coupon_and_the_money_the_way_it_came() -> None:
    tenders = (TenderShare("wallet", 6000), TenderShare("gift_card", 4000), TenderShare("platform_coupon", 2000))
    answer = returned(list_minor=12000, discount_minor=0, coupon_minor=2000, paid_minor=10000, tenders=tenders)
    assert answer.amount_minor == 10000
    assert answer.back_to == tenders
    assert any(row.clause == "coupon_in_kind" and row.note for row in answer.sum_rows)


def test_what_is_deducted_is_shared_by_the_tenders_and_no_tender_gets_more_than_it_paid() -> None:
    tenders = (TenderShare("card", 3333), TenderShare("wallet", 3334), TenderShare("points", 100))
    answer = returned(CN, gift_kept_minor=1000, tenders=tenders, **priced(6667))
    assert [share.kind for share in answer.back_to] == ["card", "wallet", "points"]
    assert sum(share.minor for share in answer.back_to if share.kind != "points") == answer.amount_minor == 5667
    assert all(back.minor <= paid.minor for back, paid in zip(answer.back_to, tenders, strict=True))


def test_a_part_of_the_price_leaves_coupons_where_they_are() -> None:
    tenders = (TenderShare("wallet", 10000), TenderShare("points", 500))
    answer = decided(CN, "spoiled", "fresh", bad_share_bps=2500, tenders=tenders).answer(Remedy.REFUND_ONLY)
    assert answer.back_to == (TenderShare("wallet", 2500),)


@pytest.mark.parametrize(
    ("by", "cell", "minor", "row"),
    [
        ("merchant", "waive", 10000, None),
        ("merchant", "deduct", 9940, -60),
        ("consumer", "waive", 10060, 60),
        ("consumer", "deduct", 10000, 0),
        (None, "deduct", 10000, None),
    ],
)
def test_a_card_fee_goes_as_the_pack_says_and_the_kinder_way_where_it_may(by: str | None, cell: str, minor: int, row: int | None) -> None:
    answer = returned(settling(fee=cell), card_fee_minor=60, card_fee_by=by)
    assert answer.amount_minor == minor == sum(each.minor for each in answer.sum_rows)
    assert [each.minor for each in answer.sum_rows if each.clause == "card_fee"] == ([] if row is None else [row])


@pytest.mark.parametrize(
    ("issue", "where", "cell", "minor", "fee"),
    [
        # a fault: the seller bears what else had to be spent (L1 24(2)), whatever the cell says
        ("quality", {}, "waive", 10060, (60, "freight_fault")),
        ("quality", {}, "deduct", 10060, (60, "freight_fault")),
        ("wrong_item", {}, "deduct", 10060, (60, "freight_fault")),
        ("lost", ON_ITS_WAY, "deduct", 10060, (60, "freight_transport")),
        ("quality", EARLY, "deduct", 10060, (60, "freight_unshipped")),
        # a change of mind: as the cell says, before and after shipping
        ("no_reason", EARLY, "waive", 10060, (60, "card_fee")),
        ("no_reason", EARLY, "deduct", 10000, (0, "card_fee")),
        ("no_reason", {}, "waive", 10060, (60, "card_fee")),
        ("no_reason", {}, "deduct", 10000, (0, "card_fee")),
    ],
)
def test_a_card_fee_that_the_consumer_paid(issue: str, where: dict[str, Any], cell: str, minor: int, fee: tuple[int, str]) -> None:
    found = decided(settling(fee=cell), issue, card_fee_minor=60, card_fee_by="consumer", freight_minor=0, **where)
    answers = [answer for answer in found.remedies if answer.remedy in BACK and answer.open]
    assert answers
    for answer in answers:
        rows = [(row.minor, row.clause) for row in answer.sum_rows]
        assert (answer.amount_minor, rows[-1]) == (minor, fee)
        assert sum(row.minor for row in answer.sum_rows) == minor
        assert fee[1] in found.articles


def test_a_fault_takes_no_fee_off_that_the_seller_bore_and_gives_none_back_twice() -> None:
    for where in ({}, EARLY):
        found = decided(settling(fee="deduct"), "quality", card_fee_minor=60, card_fee_by="merchant", freight_minor=0, **where)
        assert {answer.amount_minor for answer in found.remedies if answer.remedy in BACK and answer.open} == {10000}


def test_a_part_of_the_price_brings_no_fee_back() -> None:
    fee = {"card_fee_minor": 60, "card_fee_by": "consumer", "freight_minor": 0}
    assert decided(CN, "spoiled", "fresh", bad_share_bps=2500, **fee).answer(Remedy.REFUND_ONLY).amount_minor == 2500
    assert decided(CN, "spoiled", "fresh", bad_share_bps=10000, **fee).answer(Remedy.REFUND_ONLY).amount_minor == 10060


def test_the_fee_stands_beside_the_freight_that_a_fault_brings_back() -> None:
    answer = decided(CN, "quality", card_fee_minor=60, card_fee_by="consumer").answer(Remedy.RETURN_REFUND)
    assert [(row.minor, row.clause) for row in answer.sum_rows[-2:]] == [(800, "freight_fault"), (60, "freight_fault")]
    assert (answer.amount_minor, answer.outbound_freight_minor) == (10860, 800)


def test_both_columns_of_a_part_return_hold_the_fee() -> None:
    answer = returned(CN, card_fee_minor=60, card_fee_by="consumer", **BROKEN)
    assert [(each.name, each.minor) for each in answer.settlements] == [("apportioned", 12917), ("recalculated", 10060)]
    for column in answer.settlements:
        assert sum(row.minor for row in column.rows) == column.minor
        assert column.rows[-1].clause == "card_fee"


def test_nothing_deducted_goes_below_nothing() -> None:
    dear = (Promotion("discount", 90000, 80000, 0, 100), Promotion("free_freight", 90000, 9000, 0, 100))
    harsh = returned(
        settling("recalculate", "deduct", "deduct"), promotions=dear, gift_kept_minor=500, card_fee_minor=9, card_fee_by="merchant"
    )
    assert harsh.amount_minor == 0
    assert sum(row.minor for row in harsh.sum_rows) == 0


def test_worn_goods_bring_the_price_less_wear_since_the_invoice() -> None:
    worn = {**priced(300000), "repairs_failed": 2, "days_since_invoice": 240, "repair_days": 20, "same_model_there": True}
    answer = decided(CN, "quality", "air_conditioner", day=240, **worn).answer(Remedy.RETURN_REFUND)
    assert (answer.amount_minor, answer.sum_rows[-1].clause) == (234000, "wear")


def test_of_two_rows_that_are_met_the_one_that_brings_more_speaks() -> None:
    worn = {**priced(300000), "repairs_failed": 2, "days_since_invoice": 240, "same_model_there": True}
    answer = decided(CN, "quality", "air_conditioner", day=3, **worn).answer(Remedy.RETURN_REFUND)
    assert answer.amount_minor == 300000
    assert "three_return" in {reason.clause for reason in answer.reasons}


def test_short_weight_brings_what_scales_kept_rounded_up() -> None:
    short = {**priced(800), "weighing": Weighing(2000, 1950)}
    answer = decided(CN, "short_weight", "fresh", **short).answer(Remedy.REFUND_ONLY)
    assert (answer.amount_minor, answer.sum_rows[-1].minor) == (20, -780)


def test_packaging_comes_back_where_the_freight_does_as_a_line_of_its_own() -> None:
    answer = decided(CN, "quality", packaging_minor=300).answer(Remedy.RETURN_REFUND)
    assert [(row.minor, row.clause) for row in answer.sum_rows[-2:]] == [(800, "freight_fault"), (300, "freight_fault")]
    assert (answer.amount_minor, answer.outbound_freight_minor, answer.packaging_minor) == (11100, 800, 300)
    kept = returned(CN, packaging_minor=300)
    assert (kept.packaging_minor, kept.amount_minor) == (0, returned(CN).amount_minor)
