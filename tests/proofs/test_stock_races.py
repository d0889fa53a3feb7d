"""Cases that want the last pieces in the same moment: never more kept than there is, and none twice (F5, B12)."""

from __future__ import annotations

import os
from functools import partial

import pytest

from amends.kernel.clock import Stepped
from amends.kernel.refs import new_ref
from amends.market.models import Merchant, Product
from amends.stock.models import Reservation, StockLevel, StockMove
from amends.stock.verbs import release, reserve, ship_out, tell_level
from tests.proofs.racing import refusals, together

SCALE = int(os.environ.get("PROOF_SCALE", "1"))


@pytest.fixture
def lamp(committed_db: None, stepped_clock: Stepped) -> Product:
    bolts = Merchant.objects.create(ref=new_ref("ME"), name_zh="螺栓五金", name_en="Bolt Hardware", return_address="杭州")
    return Product.objects.create(merchant=bolts, ref=new_ref("PR"), key="lamp", name_zh="台灯", name_en="Lamp", goods_class="appliance")


def test_many_cases_and_few_pieces(lamp: Product) -> None:
    tell_level(lamp, "east", 2)
    tell_level(lamp, "west", 1)
    ends = together(*(partial(reserve, lamp, "replacement", n) for n in range(8)))
    kept = [end for end in ends if end is not None]
    assert len(kept) == 3 and not refusals(ends)
    assert sum(level.reserved for level in StockLevel.objects.all()) == Reservation.objects.filter(state="held").count() == 3


def test_one_life_asking_in_many_places_keeps_one_piece(lamp: Product) -> None:
    for n in range(2 * SCALE):
        tell_level(lamp, "", 3)
        ends = together(*(partial(reserve, lamp, "replacement", n) for _ in range(4)))
        assert len({end.pk for end in ends}) == 1
        assert StockLevel.objects.get().reserved == 1
        release("replacement", n, merchant_id=lamp.merchant_id)


def test_a_piece_sent_out_twice_in_one_moment_leaves_once(lamp: Product) -> None:
    tell_level(lamp, "", 3)
    reserve(lamp, "replacement", 1)
    moves = together(*(partial(ship_out, "replacement", 1, turn=2, product=lamp) for _ in range(4)))
    assert len({move.pk for move in moves}) == 1 == StockMove.objects.count()
    level = StockLevel.objects.get()
    assert (level.on_hand, level.reserved) == (2, 0)


def test_counting_keeping_releasing_and_sending_at_once_end_consistent(lamp: Product) -> None:
    tell_level(lamp, "", 4)
    for n in range(4):
        reserve(lamp, "replacement", n)
    together(
        partial(tell_level, lamp, "", 2),
        partial(ship_out, "replacement", 0, turn=2, product=lamp),
        partial(release, "replacement", 1, merchant_id=lamp.merchant_id),
        partial(reserve, lamp, "replacement", 9),
        partial(release, "replacement", 3, merchant_id=lamp.merchant_id),
    )
    level = StockLevel.objects.get()
    assert level.reserved == Reservation.objects.filter(state="held").count() <= level.on_hand
