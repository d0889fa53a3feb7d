"""A platform that settles part returns anew (L3 17(2)): in any order they bring what the law owes, and all of them what was paid."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import pytest

from amends.cases.models import Grant
from amends.cases.verbs.answering import approve
from amends.kernel.clock import Stepped
from amends.market.models import Order
from amends.plumbing.simulators.launch import Running
from amends.policy.shelf import forget_shelf
from amends.refunds.models import Refund
from amends.talks.offering import accept_offer, offer
from tests.cast import Cast, an_order, claims, settled, the_cast
from tests.payments_fixture import payments

__all__ = ["payments"]

PRICES, DISCOUNTS, PAID = (20000, 15000, 12000), (2128, 1595, 1277), 42000
LEAST = 30000
ANEW = """id = "anew"
name = { zh = "重新结算", en = "Settled anew" }
layer = "platform"
jurisdiction = "CN"
version = "2026-02"
in_force_from = 2026-02-01
for_all = true

[settlement]
lost_discount = "recalculate"
lost_free_freight = "waive"
card_fee = "waive"
adjustment_ceiling_bps = 4000
bad_share_is_all_from_bps = 5000
source = "test"
tag = "I"
"""


@pytest.fixture
def anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "anew.toml").write_text(ANEW, encoding="utf-8")
    monkeypatch.setenv("AMENDS_PACKS", str(tmp_path))
    forget_shelf()
    yield
    monkeypatch.undo()
    forget_shelf()


@pytest.fixture
def cast(db: None, stepped_clock: Stepped, anew: None, payments: Running) -> Cast:
    return the_cast()


def three_things(cast: Cast) -> Order:
    """200, 150 and 120 yuan; 50 off from 300 yuan; 420 paid."""
    promise = {"kind": "discount", "min_spend_minor": LEAST, "saved_minor": 5000, "name": {"zh": "满减", "en": "Full reduction"}}
    return an_order(cast.bolts, cast.annas, quantities=(1, 1, 1), prices=PRICES, discounts=DISCOUNTS, promotions=[promise])


def due(gone: list[int]) -> int:
    """What art. 17 owes once these lines are gone: the rest at its price at purchase, less the discount that it still earns."""
    kept = [n for n in range(3) if n not in gone]
    rest = sum(PRICES[n] for n in kept)
    earned = sum(DISCOUNTS[n] for n in kept) if rest >= LEAST else 0
    return PAID - rest + earned


@pytest.mark.parametrize("way", list(permutations(range(3))))
def test_returns_in_any_order_bring_what_the_law_owes_and_all_of_them_what_was_paid(way: tuple[int, ...], cast: Cast) -> None:
    order = three_things(cast)
    gone: list[int] = []
    back = 0
    for line in way:
        case = claims(order, by=cast.anna, position=line + 1)
        approve(case.ref, by=cast.bolt)
        gone.append(line)
        back += case.claimed_minor
        assert back >= due(gone), (gone, back)
        assert Grant.objects.get(case_id=case.pk).amount_minor == case.claimed_minor
    assert back == PAID
    settled()
    assert not Refund.objects.filter(case__order=order, stage="failed").exists()


def test_the_second_return_of_three_is_settled_without_what_the_first_took_along(cast: Cast) -> None:
    order = three_things(cast)
    sums = [claims(order, by=cast.anna, position=position).claimed_minor for position in (3, 2, 1)]
    assert sums == [10723, 11277, 20000]


@pytest.mark.parametrize("remedy", ["return_refund", "exchange"])
def test_a_discount_that_a_settlement_waived_is_not_paid_back_to_the_rest(remedy: str, cast: Cast) -> None:
    """Bolt gives the first thing's whole price although the law takes the lost discount off, or another piece: the rest paid nothing."""
    order = three_things(cast)
    case = claims(order, by=cast.anna, position=1)
    (unit,) = case.claimed.values_list("unit_id", flat=True)
    whole = {"amount_minor": PRICES[0] - DISCOUNTS[0]} if remedy == "return_refund" else {}
    accept_offer(offer(case.ref, parts=[{"remedy": remedy, "units": [unit]} | whole], by=cast.bolt).ref, by=cast.anna)
    rest = sum(claims(order, by=cast.anna, position=position).claimed_minor for position in (2, 3))
    assert rest + whole.get("amount_minor", 0) <= PAID - (0 if whole else PRICES[0] - DISCOUNTS[0])
