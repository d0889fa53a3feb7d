"""However the units of an order are spread over cases, what goes back is what was paid, to the cent and in kind (B8, B9, B11, B13).

Invented orders by hypothesis, and baskets of The Complete Journey. Every case is walked to its end by verbs and paid by the simulator.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amends.cases.claims import LineClaim, consider
from amends.cases.models import Case, Grant
from amends.cases.verbs import answering
from amends.cases.verbs.applying import Application, apply
from amends.insight.verify import CHECKS
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.ledger.posting import post_captures
from amends.market.journey import DemoDataMissing, baskets
from amends.market.models import Order, Tender, Unit
from amends.market.verbs import import_orders
from amends.people.rules import Actor, Role
from amends.plumbing import jobs
from amends.refunds.jobs import announce_captures
from amends.refunds.models import Refund
from amends.returns import verbs as returns
from amends.returns.models import Inspection, ReturnShipment
from tests.cast import an_order, settled
from tests.proofs.roads import World, waybill
from tests.verbs.returns_at_hand import worn

SCALE = int(os.environ.get("PROOF_SCALE", "1"))
FIXTURES = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


class Undone(Exception):
    """The example is over; its rows go."""


def is_sound() -> None:
    assert {check.name: found for check in CHECKS if (found := check.offenders())} == {}


def files(order: Order, taken: dict[int, int], issue: str, remedy: str, by: Actor) -> Case:
    """A claim of so many pieces of each line; whatever else the pack asks is answered harmlessly."""
    lines = [LineClaim(position, quantity) for position, quantity in sorted(taken.items())]
    missing = consider(order, lines, issue, at=clock.now()).missing
    flags = {question.flag: False for question in missing if question.flag != "bad_share"}
    share = 10_000 if any(question.flag == "bad_share" for question in missing) else None
    lines = [LineClaim(line.position, line.quantity, flags, bad_share_bps=share) for line in lines]
    return apply(Application(order.ref, lines, issue, remedy), by=by)


def brought_back(case: Case, merchant: Actor, consumer: Actor) -> None:
    """Approved, sent, received: every unit waits for a finding, where anything travels at all."""
    answering.approve(case.ref, by=merchant)
    jobs.drain()
    for parcel in ReturnShipment.objects.filter(case_id=case.pk):
        returns.give_address(parcel.ref, by=merchant)
        returns.ship(parcel.ref, carrier="SF", waybill=waybill(), by=consumer)
        returns.carrier_says(parcel.ref, "deliver")
        returns.receive(parcel.ref, by=merchant)


def found(case: Case, inspection: Inspection, finding: int, merchant: Actor, consumer: Actor) -> None:
    """0 accept, 1 to 98 reduce by so many hundredths, 99 reject; the consumer lets it stand."""
    money = sum(minor for tender, minor in inspection.grant.shares.items() if tender in money_of(case))
    cut = money * finding // 100
    if finding == 99:
        returns.reject(case.ref, inspection=inspection.pk, words="worn", by=merchant)
    elif 0 < cut < money:
        returns.reduce(case.ref, inspection=inspection.pk, reduced_minor=cut, words="worn", **worn(case, merchant), by=merchant)
    else:
        returns.accept(case.ref, inspection=inspection.pk, by=merchant)
        return
    returns.accept_finding(case.ref, inspection=inspection.pk, by=consumer)


def money_of(case: Case) -> set[str]:
    return {str(p) for p in Tender.objects.filter(order_id=case.order_id, unit=case.currency).values_list("position", flat=True)}


def paid_back(order: Order) -> Counter[str]:
    """What the gateway has paid back of this order, by unit of account."""
    rows = Refund.objects.filter(case__order=order, stage__in=["paid", "settled"]).values_list("unit", "amount_minor")
    sums: Counter[str] = Counter()
    for unit, minor in rows:
        sums[unit] += minor
    return sums


def found_payable(order: Order) -> int:
    return sum(g.amount_minor - g.reduced_minor for g in Grant.objects.filter(case__order=order, stage="done"))


def paid_in(order: Order, *, freight: bool) -> Counter[str]:
    """What was paid for the order's units, by unit of account; without the freight where that is not given back."""
    kinds = {str(t.position): t.unit for t in Tender.objects.filter(order=order)}
    sums: Counter[str] = Counter()
    for unit in Unit.objects.filter(order=order):
        for shares in [unit.shares, *([unit.freight_shares] if freight else [])]:
            for tender, minor in shares.items():
                sums[kinds[tender]] += minor
    return sums


@st.composite
def spread(draw: st.DrawFn) -> tuple[dict[str, list[int]], int, list[dict[int, int]]]:
    """An order's quantities, prices, discounts and coupons by line, its freight, and its units dealt to cases."""
    quantities = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    prices = [draw(st.integers(2 * q, 30_000)) for q in quantities]
    discounts = [draw(st.integers(0, price // 3)) for price in prices]
    coupons = [draw(st.sampled_from([0, draw(st.integers(0, (p - d) // 2))])) for p, d in zip(prices, discounts, strict=True)]
    parts = draw(st.integers(1, 3))
    dealt: list[Counter[int]] = [Counter() for _ in range(parts)]
    for position, quantity in enumerate(quantities, 1):
        for _ in range(quantity):
            dealt[draw(st.integers(0, parts - 1))][position] += 1
    freight = draw(st.sampled_from([0, 1, 1000]))
    sums = {"quantities": quantities, "prices": prices, "discounts": discounts, "coupons": coupons}
    return sums, freight, [dict(one) for one in dealt if one]


@pytest.mark.slow
@settings(max_examples=8 * SCALE, deadline=None, suppress_health_check=FIXTURES)
@given(data=st.data())
def test_any_partition_of_what_never_left_pays_back_all_of_it(world: World, data: st.DataObject) -> None:
    sums, freight, cases = data.draw(spread())
    with pytest.raises(Undone), transaction.atomic():
        order = an_order(world.cast.bolts, world.cast.annas, **sums, freight=freight, shipped=False, signed_ago=None)  # type: ignore[arg-type]
        for taken in cases:
            answering.approve(files(order, taken, "no_reason", "refund_only", world.cast.anna).ref, by=world.cast.bolt)
        settled()
        assert (
            paid_back(order)
            == paid_in(order, freight=True)
            == Counter({t.unit: t.captured_minor for t in Tender.objects.filter(order=order)})
        )
        assert set(Case.objects.filter(order=order).values_list("stage", flat=True)) == {"closed"}
        is_sound()
        raise Undone


@pytest.mark.slow
@settings(max_examples=5 * SCALE, deadline=None, suppress_health_check=FIXTURES)
@given(data=st.data())
def test_any_partition_of_what_comes_back_pays_what_was_found_payable(world: World, data: st.DataObject) -> None:
    sums, freight, cases = data.draw(spread())
    cast = world.cast
    with pytest.raises(Undone), transaction.atomic():
        order = an_order(cast.bolts, cast.annas, **sums, freight=freight)  # type: ignore[arg-type]
        untouched = True
        for taken in cases:
            case = files(order, taken, "no_reason", "return_refund", cast.anna)
            brought_back(case, cast.bolt, cast.anna)
            for inspection in Inspection.objects.filter(case_id=case.pk).select_related("grant").order_by("pk"):
                finding = data.draw(st.sampled_from([0, 0, 0, 20, 50, 99]))
                untouched &= finding == 0
                found(case, inspection, finding, cast.bolt, cast.anna)
        settled()
        back, inn = paid_back(order), paid_in(order, freight=False)
        assert sum(back.values()) == found_payable(order)
        assert all(back[unit] <= inn[unit] for unit in back)
        if untouched:
            assert back == inn
        is_sound()
        raise Undone


@pytest.mark.slow
@settings(max_examples=8 * SCALE, deadline=None, suppress_health_check=FIXTURES)
@given(data=st.data())
def test_a_promise_of_the_order_is_lost_at_most_once_however_it_is_sliced(world: World, data: st.DataObject) -> None:
    """What a change of mind costs of a threshold discount is the same for one line or many, and never asked for twice (CN-7D-06)."""
    quantities = data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    price, off = 10_000, data.draw(st.integers(100, 4000))
    prices = [price * q for q in quantities]
    threshold = price * data.draw(st.integers(1, sum(quantities)))
    shares = [off * q // sum(quantities) for q in quantities]
    shares[0] += off - sum(shares)
    promise = {"kind": "discount", "min_spend_minor": threshold, "saved_minor": off, "name": {"zh": "满减", "en": "Full reduction"}}
    parts = data.draw(st.integers(1, 3))
    dealt: list[Counter[int]] = [Counter() for _ in range(parts)]
    for position, quantity in enumerate(quantities, 1):
        for _ in range(quantity):
            dealt[data.draw(st.integers(0, parts - 1))][position] += 1
    with pytest.raises(Undone), transaction.atomic():
        order = an_order(world.cast.bolts, world.cast.annas, quantities=quantities, prices=prices, discounts=shares, promotions=[promise])
        cases = [files(order, dict(taken), "no_reason", "return_refund", world.cast.anna) for taken in dealt if taken]
        claimed, whole = sum(case.claimed_minor for case in cases), order.paid_minor
        assert whole - off <= claimed <= whole
        if len(cases) == 1:
            assert claimed == whole
        raise Undone


@pytest.mark.slow
def test_baskets_of_the_complete_journey_come_back_to_the_cent(world: World) -> None:
    try:
        specs, _ = baskets(8 * SCALE, 11, yesterday=(clock.now() - timedelta(days=1)).date())
    except DemoDataMissing as missing:
        pytest.skip(str(missing))
    import_orders(specs)
    orders = list(Order.objects.filter(number__startswith="CJ").select_related("consumer", "merchant").order_by("pk"))
    assert len(orders) == len(specs)
    post_captures([order.pk for order in orders])
    announce_captures([order.pk for order in orders])
    for number, order in enumerate(orders):
        sliced_and_paid(order, parts=1 + number % 3)
    is_sound()


def sliced_and_paid(order: Order, *, parts: int) -> None:
    """The order's units in `parts` cases of goods that never came, all granted, and all of it paid back."""
    consumer = Actor(Party.CONSUMER, consumer_id=order.consumer_id)
    merchant = Actor(Party.MERCHANT, merchant_id=order.merchant_id, roles=frozenset({Role.MERCHANT}))
    dealt: list[Counter[int]] = [Counter() for _ in range(parts)]
    for n, (position, quantity) in enumerate(order.lines.order_by("position").values_list("position", "quantity")):
        for piece in range(quantity):
            dealt[(n + piece) % parts][position] += 1
    for taken in dealt:
        if taken:
            case = files(order, dict(taken), "lost", "refund_only", consumer)
            answering.approve(case.ref, by=merchant)
    settled()
    assert sum(paid_back(order).values()) == found_payable(order)
    assert paid_back(order) == paid_in(order, freight=True)
