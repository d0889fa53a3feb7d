"""Pieces kept, sent out and told: a piece is kept by one life, leaves once, and a late count takes no move back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from amends.kernel import clock
from amends.kernel.clock import Stepped
from amends.kernel.refs import new_ref
from amends.kernel.refusals import Unprocessable
from amends.market.models import Merchant, Product
from amends.plumbing import jobs
from amends.stock import hooks
from amends.stock.models import Reservation, StockLevel, StockMove
from amends.stock.queries import free, is_told
from amends.stock.verbs import release, reserve, ship_out, tell_level
from tests.cast import the_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def bolts(stepped_clock: Stepped) -> Merchant:
    return the_cast().bolts


def a_product(merchant: Merchant, key: str = "lamp") -> Product:
    return Product.objects.create(merchant=merchant, ref=new_ref("PR"), key=key, name_zh="台灯", name_en="Lamp", goods_class="appliance")


def level_of(product: Product, place: str = "") -> tuple[int, int]:
    level = StockLevel.objects.get(product_id=product.pk, place=place)
    return level.on_hand, level.reserved


def test_the_last_piece_is_kept_once_and_the_same_life_gets_the_same_piece(bolts: Merchant) -> None:
    lamp = a_product(bolts)
    tell_level(lamp, "", 1)
    first = reserve(lamp, "replacement", 1)
    assert first is not None and reserve(lamp, "replacement", 1) == first
    assert reserve(lamp, "replacement", 2) is None
    assert level_of(lamp) == (1, 1) and free(lamp) == 0
    assert release("replacement", 1, merchant_id=bolts.pk) and not release("replacement", 1, merchant_id=bolts.pk)
    assert reserve(lamp, "replacement", 2) is not None


def test_untold_stock_keeps_nothing_and_says_so(bolts: Merchant) -> None:
    lamp = a_product(bolts)
    assert (reserve(lamp, "replacement", 1), is_told(lamp), free(lamp)) == (None, False, None)
    move = ship_out("replacement", 1, turn=3, product=lamp)
    assert (move.kind, move.reservation) == ("out", None)


def test_what_is_packed_without_being_kept_takes_a_free_piece_of_a_level_once(bolts: Merchant) -> None:
    lamp = a_product(bolts)
    tell_level(lamp, "", 1)
    first = ship_out("replacement", 1, turn=3, product=lamp)
    assert ship_out("replacement", 1, turn=3, product=lamp) == first and level_of(lamp) == (0, 0)
    assert ship_out("replacement", 2, turn=3, product=lamp).reservation is None and level_of(lamp) == (0, 0)


def test_a_life_that_wants_another_article_lets_the_first_go(bolts: Merchant) -> None:
    lamp, vase = a_product(bolts), a_product(bolts, "vase")
    tell_level(lamp, "", 1)
    tell_level(vase, "", 1)
    reserve(lamp, "replacement", 1)
    assert reserve(vase, "replacement", 1) is not None
    assert (level_of(lamp), level_of(vase)) == ((1, 0), (1, 1))


def test_a_piece_leaves_once_in_a_turn_and_again_in_the_next(bolts: Merchant) -> None:
    lamp = a_product(bolts)
    tell_level(lamp, "east", 2)
    reserve(lamp, "replacement", 1)
    first = ship_out("replacement", 1, turn=2, product=lamp)
    assert ship_out("replacement", 1, turn=2, product=lamp) == first and first.place == "east"
    assert level_of(lamp, "east") == (1, 0)
    reserve(lamp, "replacement", 1)
    ship_out("replacement", 1, turn=6, product=lamp)
    assert level_of(lamp, "east") == (0, 0) and StockMove.objects.count() == 2
    assert set(Reservation.objects.values_list("state", flat=True)) == {"shipped"}


def test_a_count_made_before_a_piece_left_does_not_bring_it_back(bolts: Merchant, stepped_clock: Stepped) -> None:
    lamp = a_product(bolts)
    tell_level(lamp, "", 5)
    counted = stepped_clock.forward(timedelta(hours=1))
    stepped_clock.forward(timedelta(minutes=5))
    reserve(lamp, "replacement", 1)
    ship_out("replacement", 1, turn=2, product=lamp)
    tell_level(lamp, "", 9, counted_at=counted)
    assert level_of(lamp) == (8, 0)
    tell_level(lamp, "", 50, counted_at=counted - timedelta(minutes=30))
    assert level_of(lamp) == (8, 0)


def test_a_lower_count_takes_the_youngest_piece_away_and_its_life_hears(
    bolts: Merchant, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[int] = []
    monkeypatch.setitem(hooks.TAKEN_AWAY, "replacement", heard.append)
    lamp = a_product(bolts)
    tell_level(lamp, "", 2)
    reserve(lamp, "replacement", 1)
    stepped_clock.forward(timedelta(minutes=1))
    reserve(lamp, "replacement", 2)
    tell_level(lamp, "", 1)
    assert level_of(lamp) == (1, 1)
    jobs.drain()
    assert heard == [2]
    kept = Reservation.objects.get(state="held")
    assert kept.life_id == 1


@pytest.mark.parametrize(
    "wrong",
    [
        lambda lamp: tell_level(lamp, "", -1),
        lambda lamp: tell_level(lamp, "x" * 41, 1),
        lambda lamp: tell_level(lamp, "", 1, counted_at=clock.now() + timedelta(seconds=1)),
    ],
)
def test_a_level_that_cannot_be_is_refused(bolts: Merchant, wrong: Callable[[Product], object]) -> None:
    lamp = a_product(bolts)
    with pytest.raises(Unprocessable):
        wrong(lamp)
    assert not is_told(lamp)
