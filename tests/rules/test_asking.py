"""What is still missing, told as stories: the question, and what each answer would open, close or change."""

from __future__ import annotations

from typing import Any

from amends.policy.rules import Remedy, Stack
from amends.policy.rules.asking import AskedQuestion, effects
from tests.deciding import CALENDAR, CN, EARLY, decided, facts


def asked(stack: Stack, *args: Any, **more: Any) -> dict[str, AskedQuestion]:
    decision = decided(stack, *args, **more)
    return {each.flag: each for each in effects(stack, facts(*args, **more), CALENDAR, decision)}


def test_a_tag_taken_off_would_close_the_return_and_a_no_changes_nothing() -> None:
    question = asked(CN, goods="apparel")["tag_removed"]
    yes, no = question.effects
    assert (question.kind, yes.answer, no.answer) == ("yes_no", "yes", "no")
    assert (yes.opens, yes.closes) == ((), (Remedy.RETURN_REFUND,))
    assert no.changes_nothing
    assert not yes.changes_nothing


def test_a_fault_that_makes_it_useless_would_open_the_return() -> None:
    yes, _ = asked(CN, "quality", day=20)["unusable"].effects
    assert (yes.opens, yes.closes) == ((Remedy.RETURN_REFUND,), ())


def test_a_share_changes_the_sum() -> None:
    question = asked(CN, "spoiled", "fresh")["bad_share"]
    assert question.kind == "share"
    assert [effect.change_minor.get(Remedy.REFUND_ONLY, 0) for effect in question.effects] == [-9800, -8300, 0]


def test_grams_open_what_the_scales_kept() -> None:
    full, short = asked(CN, "short_weight", "fresh")["weighed_again"].effects
    assert (full.opens, short.opens) == ((), (Remedy.REFUND_ONLY, Remedy.RESEND))


def test_a_claim_to_compensation_asks_too() -> None:
    question = asked(CN, "quality")["fraud"]
    yes, no = question.effects
    assert (yes.opens_claims, yes.closes_claims, no.opens_claims) == (("fraud",), (), ())


def test_nothing_is_asked_where_all_is_told() -> None:
    assert asked(CN, **EARLY) == {}
