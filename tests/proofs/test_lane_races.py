"""Claims of one consumer in the same moment, each on a connection of its own: together they never pass the limit of a day (B1, B20)."""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Barrier
from typing import Any

import pytest
from django.db.models import Sum

from amends.cases.claims import LineClaim
from amends.cases.models import Case, Grant
from amends.cases.verbs import applying
from amends.cases.verbs.answering import ask_person, call_platform
from amends.cases.verbs.applying import Application, apply
from amends.insight.verify import CHECKS
from amends.kernel.clock import Stepped
from amends.kernel.refusals import Refusal
from amends.market.models import Consumer, Order
from amends.people.rules import Actor
from amends.plumbing.simulators.launch import Running
from amends.rulings.models import Review
from tests.cast import Cast, an_order, settled, the_cast
from tests.proofs.racing import together

SCALE = int(os.environ.get("PROOF_SCALE", "1"))
ROUNDS = 4 * SCALE
A_DAY = 50000
A_CLAIM = 20000
EACH = 20000


@pytest.fixture
def cast(committed_db: None, stepped_clock: Stepped, gateway: Running) -> Cast:
    return the_cast()


def a_gold_consumer(cast: Cast, number: int) -> Consumer:
    return Consumer.objects.create(ref=f"CU-{number:012d}", name_zh="金", name_en="Gold", tier="gold")


def cancels(cast: Cast, order: Order) -> Callable[[], Case]:
    by = cast.anna.__class__(cast.anna.party, consumer_id=order.consumer_id)
    return lambda: apply(Application(order.ref, [LineClaim(1, 1)], "no_reason", "refund_only"), by=by)


def at_once_of(consumer: Consumer) -> int:
    rows = Grant.objects.filter(case__consumer_id=consumer.pk, basis="at_once")
    return int(rows.aggregate(minor=Sum("amount_minor"))["minor"] or 0)


def test_four_claims_in_one_moment_pass_no_more_than_a_day_allows(cast: Cast) -> None:
    for number in range(ROUNDS):
        consumer = a_gold_consumer(cast, number)
        shops = (cast.bolts, cast.rivals, cast.bolts, cast.rivals)
        orders = [an_order(shop, consumer, prices=(EACH,), shipped=False, signed_ago=None) for shop in shops]
        ends = together(*(cancels(cast, order) for order in orders))
        assert all(isinstance(end, Case) for end in ends), ends
        lanes = sorted(end.lane for end in ends)
        assert lanes == ["assisted", "assisted", "instant", "instant"]
        assert at_once_of(consumer) == 2 * EACH <= A_DAY
    settled()
    assert {check.name: found for check in CHECKS if (found := check.offenders())} == {}


def test_calling_people_into_granted_claims_while_another_is_filed_frees_nothing_of_the_day(cast: Cast) -> None:
    for number in range(ROUNDS):
        consumer = a_gold_consumer(cast, number)
        buyer = cast.anna.__class__(cast.anna.party, consumer_id=consumer.pk)
        orders = [an_order(cast.bolts, consumer, prices=(EACH,), shipped=False, signed_ago=None) for _ in range(4)]
        first, second = (cancels(cast, order)() for order in orders[:2])

        def calls_and_asks(ref: str = first.ref, who: Actor = buyer) -> None:
            call_platform(ref, by=who)
            ask_person(ref, by=who)

        third, fourth, *_ = together(
            cancels(cast, orders[2]), cancels(cast, orders[3]), calls_and_asks, lambda ref=second.ref: ask_person(ref, by=cast.bolt)
        )
        assert [third.lane, fourth.lane] == ["assisted", "assisted"]
        assert at_once_of(consumer) == 2 * EACH <= A_DAY
        assert set(Case.objects.filter(consumer_id=consumer.pk).values_list("lane", flat=True)) == {"expert", "assisted"}


def test_one_order_claimed_in_pieces_in_one_moment_stays_below_the_ceiling_of_a_claim(cast: Cast) -> None:
    for number in range(ROUNDS):
        consumer = a_gold_consumer(cast, number)
        order = an_order(cast.bolts, consumer, quantities=(4,), prices=(40000,), shipped=False, signed_ago=None)
        ends = together(*(cancels(cast, order) for _ in range(4)))
        assert sorted(end.lane for end in ends) == ["assisted", "assisted", "instant", "instant"]
        assert at_once_of(consumer) == A_CLAIM


def test_without_the_lock_the_same_claims_pass_the_limit(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the proof above proves the lock: history is read before the others have written."""
    inside = Barrier(3)
    plain = applying.consider

    def slowly(*args: Any, **more: Any) -> Any:
        found = plain(*args, **more)
        inside.wait(timeout=30)
        return found

    monkeypatch.setattr(applying, "lock_consumer", lambda order: None)
    monkeypatch.setattr(applying, "consider", slowly)
    consumer = a_gold_consumer(cast, 7)
    orders = [an_order(cast.bolts, consumer, prices=(EACH,), shipped=False, signed_ago=None) for _ in range(3)]
    together(*(cancels(cast, order) for order in orders))
    assert at_once_of(consumer) == 3 * EACH > A_DAY


def test_both_sides_ask_for_a_person_in_one_moment_and_it_is_asked_once(cast: Cast) -> None:
    for number in range(ROUNDS):
        consumer = a_gold_consumer(cast, number)
        order = an_order(cast.bolts, consumer, prices=(30000,))
        buyer = cast.anna.__class__(cast.anna.party, consumer_id=consumer.pk)
        case = apply(Application(order.ref, [LineClaim(1, 1, dict.fromkeys(_asked(order), False))], "no_reason", "return_refund"), by=buyer)
        ends = together(
            lambda ref=case.ref, who=buyer: ask_person(ref, by=who),
            lambda ref=case.ref: ask_person(ref, by=cast.bolt),
            lambda ref=case.ref: ask_person(ref, by=cast.bolt),
        )
        refused = [end for end in ends if isinstance(end, Refusal)]
        assert len(refused) == 2
        assert {refusal.code for refusal in refused} == {"person_asked"}
        assert Review.objects.filter(case_id=case.pk).count() <= 1


def _asked(order: Order) -> list[str]:
    found = applying.consider(order, [LineClaim(1, 1)], "no_reason", at=applying.clock.now())
    return [question.flag for question in found.missing]
