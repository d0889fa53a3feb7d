"""The lives of a case together, every road of them (docs/lifecycle.md 13): none is stuck, nothing is given twice, nothing is kept unpaid.

The model is tests/proofs/composed.py. It can't drift from the product: tables and wiring are read, and whoever follows or guards a move
there without a word here fails the first test. That it sees faults is shown by making them: a limit gone, a follower gone, a deaf job.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from amends import wiring
from amends.kernel.parties import Party
from tests.proofs.composed import BESIDE, EFFECTS, GUARDS, Matter, Rules, Spot, bound, name_of, product
from tests.proofs.composed_walk import Walk, walk

# Stages that differ only inside their own life, looked at as one where two units stand side by side.
SAME = {
    "case.pending": ("awaiting_merchant", "drafted", "triage", "awaiting_leader", "awaiting_proof", "answering_proof"),
    "review.open": ("gathering", "replying", "deciding", "testing", "second_reading", "reassigned"),
    "review.over": ("ruled", "dropped"),
    "appeal.open": ("lodged", "examining", "overdue"),
    "appeal.over": ("upheld", "changed", "sent_back", "retracted", "dropped"),
    "offer.open": ("to_consumer", "to_merchant", "to_both"),
    "offer.over": ("declined", "accepted", "countered", "retracted", "expired", "dropped"),
    "return_shipment.back": ("awaiting_dispatch", "addressing", "booked"),
    "return_shipment.moving": ("in_transit", "tracing", "delivered"),
    "return_shipment.never": ("dropped", "lapsed"),
    "return_shipment.lost": ("lost", "destroyed"),
    "return_shipment.home": ("on_way_home", "tracing_home", "unclaimed"),
    "return_shipment.there": ("home", "forfeited"),
    "inspection.payable": ("payable", "payable_reduced"),
    "refund.asked": ("sent", "unknown"),
    "refund.paid": ("paid", "settled", "covered"),
}


def named(rows: dict[tuple[str, str], tuple[str, ...]]) -> set[str]:
    return {name for names in rows.values() for name in names}


def is_in(name: str, room: str) -> bool:
    return name.startswith(room) if room.endswith(".") else name == room


def is_beside(name: str) -> bool:
    return any(is_in(name, room) for room in BESIDE)


def test_the_model_knows_every_follower_and_guard_of_the_lives_that_it_walks() -> None:
    followers, guards = named(bound(wiring.FOLLOWS)), named(bound(wiring.ASKS_FIRST))
    assert {name for name in followers if not is_beside(name)} == set(EFFECTS)
    assert {name for name in guards if not is_beside(name)} == set(GUARDS)
    there = followers | guards
    assert [room for room in sorted(BESIDE) if not any(is_in(name, room) for name in there)] == []


def test_the_model_holds_a_case_open_for_what_the_product_does() -> None:
    held = {name_of(asked) for asked in wiring.OPEN_LIVES}
    walked = {
        "cases.verbs.ending.open_grants_of", "returns.queries.whereabouts.open_lives", "refunds.queries.open_lives",
        "rulings.queries.open_lives", "rulings.appeal_queries.open_lives",
    }  # fmt: skip
    assert walked <= held
    assert {name for name in held - walked if not is_beside(name)} == set()


def wrongs(found: Walk) -> dict[str, str]:
    """What is wrong, with the road that leads there."""
    return {what: found.road(what) for what in found.wrong}


# The bounds: about 15,000 states of one unit with all its stages apart, 7,000 of one unit beside an offer, 33,000 of two units.


def test_one_unit_at_every_stage_of_every_life_comes_to_its_end() -> None:
    found = walk(product(), pieces=1, offers=0, most=25_000)
    assert wrongs(found) == {}
    assert len(found.came) > 10_000
    # Where all sleep, the gateway fails or a bank freezes, a person is called; and where one was asked for, an arbiter is (S21).
    assert found.calls == {"refund.failed", "refund.frozen", "review.reassigned"}


@pytest.mark.parametrize(("pieces", "offers", "least"), [(1, 1, 5_000), (2, 0, 20_000)])
def test_units_side_by_side_and_settlements_give_nothing_twice_and_keep_nothing(pieces: int, offers: int, least: int) -> None:
    found = walk(product(SAME).silent_about("case.ask_person"), pieces=pieces, offers=offers, most=60_000)
    assert wrongs(found) == {}
    assert len(found.came) > least
    assert found.calls == {"refund.failed", "refund.frozen"}


# ── and that it can fail ─────────────────────────────────────────────────────────────────────────────────────────────────────

Spoil = Callable[[Rules], Rules]
STUCK = "it stands still, and nobody is called"
FAULTS: dict[str, tuple[Spoil, int, str]] = {
    "a limit is gone": (lambda r: r.patient("inspection.missing"), 0, "inspection.missing waits without a limit"),
    "nothing lapses": (lambda r: r.patient("return_shipment.awaiting_dispatch"), 0, STUCK),
    "a void is gone": (lambda r: r.without("return_shipment.lapse", "returns.listeners.void_unsent"), 0, STUCK),
    "kept goods are not bought": (
        lambda r: r.without("return_shipment.keep_goods", "refunds.listeners.buy_kept"), 0, "goods kept without refund or ruling",
    ),
    "a ruling binds nothing": (lambda r: r.without("case.let_stand", "rulings.listeners.bind"), 0, STUCK),
    "a contest calls nobody": (lambda r: r.without("inspection.contest", "rulings.listeners.call_for_contest"), 0, STUCK),
    "a case ends too early": (
        lambda r: r.without("case.complete", "cases.verbs.ending.nothing_open"), 0, "closed while something is open (S3)",
    ),
    "a settlement leaves the review": (
        lambda r: r.without("case.settle", "rulings.listeners.drop_review"), 1, "case and review disagree",
    ),
    "a withdrawal leaves the offers": (
        lambda r: r.without("case.withdraw", "talks.followers.drop_others"), 1, "an offer outlives its case",
    ),
    "nobody begins": (lambda r: r.deaf("case.approve", "begin_return"), 0, "nobody is told to begin a return_refund"),
    "nobody sends": (lambda r: r.deaf("refund.intend", "send_refund"), 0, "nobody is told to send a refund"),
    "nobody ends it": (lambda r: r.deaf("return_shipment.destroy", "complete"), 1, "nobody is told that nothing is open any more"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_the_walk_finds_what_is_broken_on_purpose(fault: str) -> None:
    spoil, offers, what = FAULTS[fault]
    assert what in walk(spoil(product(SAME).silent_about("case.ask_person")), pieces=1, offers=offers, most=60_000).wrong


def test_the_walk_finds_a_remedy_that_is_given_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the product was before: what waited to go home went home although its refund was agreed."""
    settled = EFFECTS["talks.followers.owe_settled"]

    def goes_home_all_the_same(m: Matter, spot: Spot, by: Party, because: str) -> None:
        ways = [piece.home for piece in m.pieces]
        settled(m, spot, by, because)
        for piece, home in zip(m.pieces, ways, strict=True):
            piece.home = home

    monkeypatch.setitem(EFFECTS, "talks.followers.owe_settled", goes_home_all_the_same)
    found = walk(product(SAME).silent_about("case.ask_person"), pieces=1, offers=1, most=60_000)
    assert "money and goods both (double remedy)" in found.wrong
