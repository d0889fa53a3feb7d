"""Grades, templates and serial numbers, as tables; how alike two parcels are; how a set of stock moves adds up."""

from __future__ import annotations

import pytest

from amends.policy.rules.words import GoodsClass
from amends.returns.grading import CHECKS, GRADES, NEEDED, SLOTS, clean_serial, is_imei, luhn, template_of
from amends.returns.likeness import Awaited, Seen, apart, likeness
from amends.stock.rules import DISPOSITIONS, KINDS, change


@pytest.mark.parametrize("goods_class", [*GoodsClass, "a class of tomorrow"])
def test_every_class_has_grades_slots_and_questions_that_have_words(goods_class: str) -> None:
    template = template_of(goods_class)
    assert tuple(template.grades) == GRADES
    assert set(NEEDED) <= set(template.slots) <= set(SLOTS)
    assert template.checks and set(template.checks) <= set(CHECKS)


@pytest.mark.parametrize(
    ("number", "good"),
    [("490154203237518", True), ("490154203237519", False), ("356938035643809", True), ("35693803564380", False), ("", False)],
)
def test_the_last_digit_of_an_imei_checks_the_others(number: str, good: bool) -> None:
    assert is_imei(number) is good


def test_every_single_slip_in_an_imei_is_seen() -> None:
    right = "490154203237518"
    for place, digit in enumerate(right):
        for other in "0123456789".replace(digit, ""):
            assert not luhn(right[:place] + other + right[place + 1 :])


@pytest.mark.parametrize(
    ("typed", "read"), [(" sn-00 81a ", "SN-0081A"), ("ＡＢ１２", "AB12"), ("ab", None), ("A B<script>", None), ("", "")]
)
def test_serial_numbers_are_read_as_they_are_printed(typed: str, read: str | None) -> None:
    assert clean_serial(typed) == read


@pytest.mark.parametrize(
    ("one", "other", "steps"),
    [("SF123", "SF123", 0), ("SF123", "SF213", 1), ("SF123", "SF12", 1), ("SF123", "XF124", 2), ("SF123", "ZZZZZ", 3)],
)
def test_how_many_slips_apart(one: str, other: str, steps: int) -> None:
    assert apart(one, other, 2) == apart(other, one, 2) == steps


@pytest.mark.parametrize(
    ("seen", "awaited", "at_least", "below"),
    [
        (Seen("SF1O12345678"), Awaited("SF1012345678"), 80, 101),
        (Seen("SF1012345678"), Awaited("SF1012345687"), 70, 101),
        (Seen("1012345678"), Awaited("SF1012345678"), 60, 101),
        (Seen("YT99999999", words="安娜 收"), Awaited("", names=("安娜",)), 50, 101),
        (Seen("YT99999999", weight_grams=810), Awaited("", weight_grams=800), 20, 60),
        (Seen("YT99999999"), Awaited("SF1012345678"), 0, 1),
        (Seen("YT99999999", "顺丰"), Awaited("SF1012345678", "顺丰"), 0, 1),
        (Seen("YT99999999", words="A"), Awaited("SF1012345678", names=("A",)), 0, 1),
    ],
)
def test_how_likely_an_unknown_parcel_is_an_awaited_one(seen: Seen, awaited: Awaited, at_least: int, below: int) -> None:
    score, reasons = likeness(seen, awaited)
    assert at_least <= score < below and bool(reasons) is bool(score)


def test_only_what_goes_back_to_stock_raises_a_level_and_only_what_leaves_lowers_it() -> None:
    assert {kind: change(kind) for kind in KINDS} == {"restock": 1, "refurbish": 0, "scrap": 0, "to_supplier": 0, "out": -1}
    assert set(KINDS) - set(DISPOSITIONS) == {"out"}
