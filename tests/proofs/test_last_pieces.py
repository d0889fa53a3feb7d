"""Two cases, one piece (F5): many cases want the last pieces in one moment, each on a connection of its own, while a count takes some away.

Whoever gets none is refused in words, and offered what there is instead when the merchant says so or its time is over.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from amends.cases.clockwork import tick
from amends.cases.models import Deadline, Entry
from amends.cases.verbs.answering import withdraw
from amends.kernel.clock import Stepped
from amends.kernel.refusals import Conflict
from amends.market.models import OrderLine, Product
from amends.plumbing import jobs
from amends.replacements import verbs
from amends.replacements.beginning import reserve_from_stock
from amends.replacements.checks import torn_replacements
from amends.replacements.models import Offered, Replacement
from amends.stock.checks import torn_levels, torn_moves
from amends.stock.models import Reservation, StockLevel
from amends.stock.verbs import tell_level
from tests.cast import Cast, the_cast
from tests.proofs.racing import refusals, together
from tests.verbs.replacing import a_lamp, bought, piece_of, resent
from tests.verbs.returns_at_hand import PaysAtOnce

SCALE = int(os.environ.get("PROOF_SCALE", "1"))
CASES = 4


@pytest.fixture
def cast(committed_db: None, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    gateway = PaysAtOnce()
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
    return the_cast()


def waiting_for(cast: Cast, lamp: Product, number: int = CASES) -> list[Replacement]:
    """So many cases of as many orders wait for a piece of this lamp, of which the shop has told nothing yet."""
    orders = [bought(cast) for _ in range(number)]
    OrderLine.objects.filter(order__in=orders).update(product=lamp)
    pieces = [piece_of(resent(cast, order)) for order in orders]
    assert {piece.stage for piece in pieces} == {"reserving"}
    return pieces


def asks(cast: Cast, piece: Replacement, *, by_job: bool) -> Callable[[], Any]:
    """The job that keeps a piece at once, or the merchant's own hand."""
    if by_job:
        entry = Entry.objects.get(case_id=piece.case_id, life="replacement", verb="reserve_for")
        return partial(reserve_from_stock, entry)
    return partial(verbs.reserve, piece.ref, by=cast.bolt)


def stages(pieces: list[Replacement]) -> Counter[str]:
    return Counter(Replacement.objects.filter(pk__in=[piece.pk for piece in pieces]).order_by("pk").values_list("stage", flat=True))


def kept(lamp: Product) -> tuple[int, int]:
    """How many pieces the level counts as kept, and how many are."""
    return StockLevel.objects.get(product=lamp).reserved, Reservation.objects.filter(level__product=lamp, state="held").count()


def is_sound() -> None:
    assert torn_replacements() == torn_levels() == torn_moves() == []


@pytest.mark.parametrize("there", [1, 2])
def test_exactly_as_many_cases_get_a_piece_as_there_are_and_the_others_choose(cast: Cast, stepped_clock: Stepped, there: int) -> None:
    lamp, large = a_lamp(cast, "中号", "M"), a_lamp(cast, "大号", "L")
    tell_level(large, "", 9)
    for _ in range(SCALE):
        pieces = waiting_for(cast, lamp)
        tell_level(lamp, "", there)
        ends = together(*(asks(cast, piece, by_job=at % 2 == 0) for at, piece in enumerate(pieces)))
        assert stages(pieces) == {"packing": there, "reserving": CASES - there}
        assert kept(lamp) == (there, there)
        assert all(isinstance(refusal, Conflict) and refusal.code == "out_of_stock" for refusal in refusals(ends))

        none = Replacement.objects.filter(pk__in=[piece.pk for piece in pieces], stage="reserving").order_by("pk")
        verbs.run_out(none[0].ref, by=cast.bolt)
        ends_of = Deadline.objects.filter(life="replacement", ended_at=None, life_id__in=none).values_list("due_at", flat=True)
        stepped_clock.until(max(ends_of))
        tick()
        chooses = Replacement.objects.filter(pk__in=[piece.pk for piece in pieces], stage="choosing").order_by("pk")
        assert chooses.count() == CASES - there
        offered = Offered.objects.filter(replacement__in=chooses)
        assert offered.filter(product=large).count() == CASES - there and not offered.filter(product=lamp).exists()
        jobs.drain()
        is_sound()
        tell_level(lamp, "", 0)
        jobs.drain()


@pytest.mark.parametrize("left", [0, 1])
def test_a_count_in_the_same_moment_leaves_no_piece_promised_that_is_not_there(cast: Cast, left: int) -> None:
    lamp = a_lamp(cast, "中号", "M")
    for _ in range(SCALE):
        pieces = waiting_for(cast, lamp)
        tell_level(lamp, "", 2)
        together(*(asks(cast, piece, by_job=at % 2 == 0) for at, piece in enumerate(pieces)), partial(tell_level, lamp, "", left))
        jobs.drain()
        ends = stages(pieces)
        assert ends["packing"] == left and sum(ends.values()) == CASES
        assert set(ends) <= {"packing", "choosing", "reserving"}
        assert kept(lamp) == (left, left)
        is_sound()
        tell_level(lamp, "", 0)
        jobs.drain()


def test_a_case_that_ends_frees_its_piece_for_one_of_those_who_ask_for_it(cast: Cast) -> None:
    lamp = a_lamp(cast, "中号", "M")
    pieces = waiting_for(cast, lamp, 3)
    tell_level(lamp, "", 1)
    verbs.reserve(pieces[0].ref, by=cast.bolt)
    together(partial(withdraw, pieces[0].case.ref, by=cast.anna), *(asks(cast, piece, by_job=False) for piece in pieces[1:]))
    assert stages(pieces)["packing"] <= 1
    held = stages(pieces)["packing"]
    assert kept(lamp) == (held, held)
    jobs.drain()
    is_sound()
