"""A count that says fewer are there than are kept: the replacement takes another free piece, or its consumer chooses."""

from __future__ import annotations

import pytest

from amends.kernel.clock import Stepped
from amends.plumbing import jobs
from amends.replacements.short import piece_taken_away
from amends.stock.checks import torn_levels
from amends.stock.models import StockLevel
from amends.stock.verbs import tell_level
from tests.cast import the_cast
from tests.verbs.replacing import accepted, bought, piece_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("elsewhere", "stage"), [(0, "choosing"), (1, "packing")])
def test_a_count_takes_the_kept_piece_away(stepped_clock: Stepped, elsewhere: int, stage: str) -> None:
    cast = the_cast()
    order = bought(cast)
    lamp = order.lines.get().product
    tell_level(lamp, "east", 1)
    case = accepted(cast, order)
    assert piece_of(case).stage == "packing"
    tell_level(lamp, "west", elsewhere)
    tell_level(lamp, "east", 0)
    jobs.drain()
    piece_taken_away(piece_of(case).pk)
    assert piece_of(case).stage == stage
    assert StockLevel.objects.get(place="west").reserved == elsewhere and torn_levels() == []
