"""However an order's money goes back (whole units, parts of a price, freight and packaging apart, withdrawn and asked for again), the sum
of it is what came in, tender by tender, in every currency, and the commission goes with it (B9, B10, B11, B26).

Invented orders by hypothesis; real ones of The Complete Journey and of UCI Online Retail, in random parts until nothing is left. Intents
are written and reserved; nobody is asked for money here, which the other proofs do.
"""

from __future__ import annotations

import gzip
import io
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F, Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amends.cases.claims import free_units
from amends.cases.grants import owe_extra, owe_share
from amends.cases.models import Case
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.cases.verbs import answering
from amends.insight.verify import granted_astray
from amends.kernel import clock
from amends.kernel.money import exponent
from amends.kernel.parties import Party
from amends.kernel.refusals import NoSuchMove, Unprocessable
from amends.kernel.texts import say
from amends.ledger.posting import balances, post_captures
from amends.market.csv_orders import read_orders
from amends.market.journey import DemoDataMissing, baskets
from amends.market.models import Order, OrderLine, Tender, Unit
from amends.market.rules.specs import MerchantSpec, OrderSpec
from amends.market.verbs import import_orders
from amends.people.rules import PLATFORM, Actor, Role
from amends.refunds.intents import intend_for
from amends.refunds.models import Refund
from amends.refunds.queries import books_check
from tests.cast import Cast, an_order, the_cast
from tests.proofs.test_partitions import Undone, files
from tests.refunding import run_only

SCALE = int(os.environ.get("PROOF_SCALE", "1"))
FIXTURES = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
SHARED = Path(os.environ.get("AMENDS_SHARED", Path(__file__).parents[3] / "shared"))
UCI = SHARED / "data" / "orders_uci_online_retail" / "online_retail_to_2011-06.csv.gz"
CURRENCIES = ("CNY", "JPY", "KRW", "KWD", "BHD")
SMALL = 12


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Cast:
    return the_cast()


def side(order: Order, party: Party) -> Actor:
    if party is Party.CONSUMER:
        return Actor(party, consumer_id=order.consumer_id)
    return Actor(party, merchant_id=order.merchant_id, roles=frozenset({Role.MERCHANT}))


@an_act
def aside(case: Case, dice: random.Random) -> None:
    """Something of the order's money goes back beside the claim: a part of a price, freight or packaging. What is refused is too much."""
    held = take_case_of(case.pk)
    unit = dice.choice(list(Unit.objects.filter(order_id=case.order_id).order_by("pk")))
    line = OrderLine.objects.get(pk=unit.line_id)
    part = dice.choice(["share", "freight", "packaging"])
    most = unit.paid_minor if part == "share" else getattr(line, f"{part}_minor")
    minor = dice.randint(1, max(1, most))
    try:
        if part == "share":
            grant = owe_share(held, unit, amount_minor=minor, remedy="price_adjustment", basis="proof", by=PLATFORM)
        else:
            grant = owe_extra(held, line, part=part, amount_minor=minor, basis="proof", by=PLATFORM)
    except Unprocessable as refused:
        assert set(refused.fields) == {"amount_minor"}
        return
    intend_for(grant, PLATFORM)


def sliced(order: Order, dice: random.Random, *, asides: int) -> None:
    """Random pieces of what is left are asked back, now and then in vain, until nothing is left."""
    for _ in range(200):
        free = {units[0].line.position: len(units) for units in free_units(order).values()}
        if not free:
            return
        taken = {position: dice.randint(1, n) for position, n in free.items() if dice.random() < 0.7} or dict(list(free.items())[:1])
        case = files(order, taken, "no_reason", "refund_only", side(order, Party.CONSUMER))
        for _ in range(dice.randint(0, asides)):
            aside(case, dice)
        if dice.random() >= 0.25 or not withdrawn(case, side(order, Party.CONSUMER)):
            answering.approve(case.ref, by=side(order, Party.MERCHANT))
        run_only("begin_refund", "complete")
    raise AssertionError(f"{order.ref} was never finished")


def withdrawn(case: Case, by: Actor) -> bool:
    """Whether its consumer could let the claim be: money that goes back beside it has to arrive first."""
    try:
        answering.withdraw(case.ref, by=by)
    except NoSuchMove as waits:
        assert waits.code == "compensation_on_its_way"
        return False
    return True


def is_whole(order: Order) -> None:
    """All of it is owed back, once: by unit, by line, by tender; the merchant, the platform and the books keep nothing of it."""
    assert not Unit.objects.filter(order=order).exclude(granted_minor=F("paid_minor")).exists()
    left = OrderLine.objects.filter(order=order).exclude(
        freight_granted_minor=F("freight_minor"), packaging_granted_minor=F("packaging_minor")
    )
    assert not left.exists()
    for tender in Tender.objects.filter(order=order):
        live = Refund.objects.filter(tender=tender).exclude(stage="dropped").aggregate(minor=Sum("amount_minor"))["minor"] or 0
        assert live == tender.reserved_minor == tender.captured_minor, tender.ref
    kept = {(row.name, row.unit): row.minor for row in balances(order_id=order.pk) if row.name in ("held", "commission")}
    assert set(kept.values()) <= {0}, kept
    assert books_check() == []
    assert granted_astray() == []


@st.composite
def sold(draw: st.DrawFn) -> dict[str, object]:
    """An order of up to three lines in any currency, with discounts, coupons, freight, packaging and commissions."""
    quantities = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    prices = [draw(st.integers(2 * q, 9_999)) for q in quantities]
    discounts = [draw(st.integers(0, price // 3)) for price in prices]
    nets = [p - d for p, d in zip(prices, discounts, strict=True)]
    return {
        "quantities": quantities, "prices": prices, "discounts": discounts,
        "coupons": [draw(st.sampled_from([0, draw(st.integers(0, net // 2))])) for net in nets],
        "commissions": [draw(st.integers(0, net)) for net in nets],
        "freight": draw(st.sampled_from([0, 1, 1000])), "packaging": draw(st.sampled_from([0, 7, 300])),
        "currency": draw(st.sampled_from(CURRENCIES)),
    }  # fmt: skip


@pytest.mark.slow
@settings(max_examples=5 * SCALE, deadline=None, suppress_health_check=FIXTURES)
@given(order=sold(), seed=st.integers(0, 2**32))
def test_whatever_is_given_back_aside_all_of_it_together_is_what_was_paid(cast: Cast, order: dict[str, object], seed: int) -> None:
    with pytest.raises(Undone), transaction.atomic():
        made = an_order(cast.bolts, cast.annas, shipped=False, signed_ago=None, **order)  # type: ignore[arg-type]
        sliced(made, random.Random(seed), asides=3)
        is_whole(made)
        raise Undone


def test_the_currencies_of_the_proof_have_no_two_and_three_decimals() -> None:
    assert {code: exponent(code) for code in CURRENCIES} == {"CNY": 2, "JPY": 0, "KRW": 0, "KWD": 3, "BHD": 3}


def of_journey(most: int) -> Sequence[OrderSpec]:
    try:
        specs, _ = baskets(most * 3, 5, yesterday=(clock.now() - timedelta(days=1)).date())
    except DemoDataMissing as missing:
        pytest.skip(str(missing))
    return specs


def of_uci(most: int) -> Sequence[OrderSpec]:
    if not UCI.exists():
        pytest.skip("the UCI Online Retail file is not at hand (AMENDS_SHARED)")
    with gzip.open(UCI) as whole:
        head = b"".join(islice(whole, 1 + most * 60))
    merchant = MerchantSpec("uci", say("英国礼品店", "UK gifts"), "London", "test: uci")

    return read_orders(io.BytesIO(head), merchant=merchant, zone="Europe/London", currency="GBP").orders[:-1]


def with_extras(specs: Sequence[OrderSpec], most: int) -> Iterator[OrderSpec]:
    """The first small ones, with a commission of 5.55%, freight and packaging on every line: neither source tells of any."""
    small = [spec for spec in specs if len(spec.lines) <= SMALL and all(line.quantity <= SMALL for line in spec.lines)]
    for spec in small[:most]:
        lines = tuple(
            replace(line, commission_minor=line.paid_minor * 555 // 10_000, freight_minor=place * 7 + 3, packaging_minor=place + 1)
            for place, line in enumerate(spec.lines)
        )
        yield replace(spec, lines=lines, shipments=(), promotions=())


@pytest.mark.slow
@pytest.mark.parametrize("source", [of_journey, of_uci])
def test_real_orders_returned_in_random_parts_until_nothing_is_left_come_back_exactly(cast: Cast, source: object) -> None:
    most = 2 * SCALE
    specs = list(with_extras(source(most), most))  # type: ignore[operator]
    import_orders(specs)
    orders = list(Order.objects.filter(number__in=[spec.number for spec in specs]).order_by("pk"))
    assert len(orders) == len(specs) > 0
    post_captures([order.pk for order in orders])
    for place, order in enumerate(orders):
        sliced(order, random.Random(place), asides=2)
    for order in orders:
        is_whole(order)


@pytest.mark.parametrize(
    ("table", "column", "wall"),
    [
        ("market_unit", "granted_minor", "unit_granted_within_price"),
        ("market_order_line", "freight_granted_minor", "extras_granted_once"),
        ("market_order_line", "packaging_granted_minor", "extras_granted_once"),
    ],
)
def test_whatever_the_code_does_the_database_lets_nothing_go_back_twice(cast: Cast, table: str, column: str, wall: str) -> None:
    order = an_order(cast.bolts, cast.annas, freight=300, packaging=200)
    rows = Unit.objects.filter(order=order) if table == "market_unit" else OrderLine.objects.filter(order=order)
    whole = column.replace("granted_minor", "paid_minor" if table == "market_unit" else "minor").replace("__", "_")
    with pytest.raises(IntegrityError, match=wall), transaction.atomic():
        rows.update(**{column: F(whole) + 1})
    with pytest.raises(IntegrityError, match=wall), transaction.atomic():
        rows.update(**{column: -1})
