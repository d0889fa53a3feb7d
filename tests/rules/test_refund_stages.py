"""What the stages of a refund are said to mean for money (refunds/books.py) is what its table lets happen."""

from __future__ import annotations

from amends.refunds import books
from amends.refunds.rules import REFUND


def where_one_may(verb: str) -> set[str]:
    return {stage for stage in REFUND.stages if REFUND.who_may(stage, verb)}


def what_becomes_of(verb: str) -> set[str]:
    return {becomes for (_, made, _), becomes in REFUND.moves.items() if made == verb}


def test_each_set_is_where_its_verb_may_be_made_or_leads() -> None:
    assert where_one_may("send") == books.UNASKED
    assert where_one_may("retry") == where_one_may("redirect") == books.REFUSED
    assert where_one_may("unfreeze") == where_one_may("cover") == books.FROZEN
    assert where_one_may("pay") == books.UNANSWERED
    assert where_one_may("drop") == books.UNSENT - books.FROZEN
    assert what_becomes_of("cover") == books.BY_BANK
    assert what_becomes_of("pay") | what_becomes_of("settle_books") == books.BY_US
    assert what_becomes_of("reverse") == books.REVERSED
    assert what_becomes_of("redirect") == books.REPLACED


def test_a_stage_that_rings_for_a_person_is_stuck_or_was_not_sent_in_time() -> None:
    assert {name for name, stage in REFUND.stages.items() if stage.calls_a_person} == books.STUCK | books.UNASKED


def test_what_holds_a_case_is_every_stage_that_waits_for_somebody_but_paid() -> None:
    assert set(REFUND.open_stages) - what_becomes_of("pay") == books.OPEN == books.UNSENT | books.UNANSWERED


def test_what_is_live_is_everything_but_what_was_dropped_replaced_or_came_back() -> None:
    assert set(REFUND.stages) - what_becomes_of("drop") - books.REPLACED - books.REVERSED == books.LIVE
    assert books.LIVE == books.OPEN | books.DELIVERED
    assert set(books.STATE_WORDS) | set(books.SAME_WORD) == books.LIVE


def test_no_gateway_is_asked_about_what_a_chargeback_holds() -> None:
    assert books.OPEN - where_one_may("cover") == books.MENDABLE
