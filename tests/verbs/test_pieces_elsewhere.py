"""Where a piece goes and what of the unit it is: another address, said by its consumer until it leaves, and a part where that is enough."""

from __future__ import annotations

import pytest

from amends.cases.models import CaseText, Entry
from amends.cases.texts import erase_text
from amends.faces.out_again import piece_view
from amends.insight.verify import CHECKS
from amends.kernel.clock import Stepped
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.notices.models import Notice
from amends.replacements import verbs
from amends.stock.models import StockLevel, StockMove
from amends.stock.verbs import tell_level
from tests.cast import Cast, the_cast
from tests.refunding import run_only
from tests.verbs.replacing import accepted, bought, piece_of, resent, shipped
from tests.verbs.returns_at_hand import a_photo, a_waybill

HOME, AUNT = "上海市静安区南京西路 1 号，李安，13800000000", "杭州市西湖区 9 号，李姨"


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


def is_sound() -> bool:
    return not any(check.offenders() for check in CHECKS)


def test_the_newest_address_is_where_the_piece_goes(cast: Cast) -> None:
    piece = piece_of(accepted(cast, bought(cast)))
    assert piece_view(piece, cast.bolt).sent_to == ""
    for address in (AUNT, AUNT, HOME):
        piece = verbs.send_elsewhere(piece.ref, address=f"  {address} ", by=cast.anna)
    shown = piece_view(piece, cast.bolt)
    assert (shown.address, len(shown.sent_to)) == (HOME, 12)
    lines = Entry.objects.filter(verb="send_elsewhere").order_by("number")
    assert lines.count() == 2
    assert not any(word in str(line.facts) for line in lines for word in (HOME, AUNT, "李"))
    run_only("notices")
    assert set(Notice.objects.filter(kind="replacement.send_elsewhere").values_list("party", flat=True)) == {"merchant"}
    assert is_sound()


def test_whoever_ships_has_seen_the_address_that_stands_there(cast: Cast) -> None:
    piece = verbs.reserve(piece_of(accepted(cast, bought(cast))).ref, by=cast.bolt)
    label = {"carrier": "SF", "waybill": a_waybill()}
    seen = piece_view(verbs.send_elsewhere(piece.ref, address=AUNT, by=cast.anna), cast.bolt).sent_to
    now = piece_view(verbs.send_elsewhere(piece.ref, address=HOME, by=cast.anna), cast.bolt).sent_to
    for wrong in ("", seen):
        with pytest.raises(Unprocessable) as refused:
            verbs.ship(piece.ref, **label, sent_to=wrong, by=cast.bolt)
        assert refused.value.code == "address_changed"
    verbs.ship(piece.ref, **label, sent_to=now, by=cast.bolt)
    assert piece_of(piece.case).stage == "in_transit"


def test_only_its_consumer_says_where_to_and_only_until_it_leaves(cast: Cast) -> None:
    case = accepted(cast, bought(cast))
    piece = piece_of(case)
    for who in (cast.bolt, cast.agent):
        with pytest.raises(NotYourMove):
            verbs.send_elsewhere(piece.ref, address=HOME, by=who)
    for stranger in (cast.berta, cast.rival):
        with pytest.raises(NotFound):
            verbs.send_elsewhere(piece.ref, address=HOME, by=stranger)
    for wrong, code in ((" ", "required"), ("路" * 301, "too_long")):
        with pytest.raises(Unprocessable) as refused:
            verbs.send_elsewhere(piece.ref, address=wrong, by=cast.anna)
        assert (refused.value.code, list(refused.value.fields)) == (code, ["address"])
    shipped(cast, case)
    assert "send_elsewhere" not in piece_view(piece_of(case), cast.anna).may
    with pytest.raises(NoSuchMove, match="has left"):
        verbs.send_elsewhere(piece.ref, address=HOME, by=cast.anna)
    assert not CaseText.objects.filter(kind="destination").exists()


def test_what_came_wrong_may_go_elsewhere_the_next_time(cast: Cast) -> None:
    order = bought(cast)
    case = accepted(cast, order)
    piece = shipped(cast, case)
    verbs.carrier_says(piece.ref, "deliver")
    verbs.report_wrong(piece.ref, words="这是小号", evidence=[a_photo(case, cast.anna)], by=cast.anna)
    verbs.choose_other(piece.ref, product=order.lines.get().product.ref, by=cast.anna)
    assert piece_view(verbs.send_elsewhere(piece.ref, address=HOME, by=cast.anna), cast.bolt).address == HOME


def test_an_address_that_was_erased_is_told_as_such_and_the_chain_holds(cast: Cast) -> None:
    piece = verbs.send_elsewhere(piece_of(accepted(cast, bought(cast))).ref, address=HOME, by=cast.anna)
    assert piece.address is not None
    erase_text(piece.address)
    shown = piece_view(piece_of(piece.case), cast.bolt)
    assert (shown.address, bool(shown.sent_to)) == ("", True)
    assert is_sound()


def test_a_part_is_sent_without_a_piece_of_the_stock(cast: Cast) -> None:
    order = bought(cast)
    tell_level(order.lines.get().product, "", 0)
    case = resent(cast, order)
    piece = verbs.reserve(piece_of(case).ref, part="灯罩", by=cast.bolt)
    assert piece_view(piece, cast.anna).part == "灯罩"
    verbs.ship(piece.ref, carrier="SF", waybill=a_waybill(), by=cast.bolt)
    assert not StockMove.objects.exists()
    assert is_sound()


def test_a_piece_that_was_kept_is_free_again_where_a_part_is_enough(cast: Cast) -> None:
    order = bought(cast)
    tell_level(order.lines.get().product, "", 1)
    piece = piece_of(resent(cast, order))
    assert piece.stage == "packing"
    verbs.ship(piece.ref, carrier="SF", waybill=a_waybill(), part="灯罩", by=cast.bolt)
    assert StockLevel.objects.values_list("on_hand", "reserved").get() == (1, 0)
    assert piece_view(piece_of(piece.case), cast.anna).part == "灯罩"
    assert is_sound()


def test_an_exchange_is_of_the_whole_unit(cast: Cast) -> None:
    piece = piece_of(accepted(cast, bought(cast)))
    with pytest.raises(Unprocessable) as refused:
        verbs.reserve(piece.ref, part="灯罩", by=cast.bolt)
    assert refused.value.code == "whole_unit"
