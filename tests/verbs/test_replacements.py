"""Pieces that go out again: kept, shipped, confirmed; not to be had, chosen anew, turned into money; never for two cases at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amends.cases.models import Case, Entry, Grant
from amends.cases.verbs.answering import approve, withdraw
from amends.insight.verify import CHECKS
from amends.kernel import clock
from amends.plumbing import jobs
from amends.refunds.models import Refund
from amends.replacements import verbs
from amends.replacements.models import Replacement
from amends.stock.models import StockLevel
from amends.stock.verbs import tell_level
from tests.cast import Cast, the_cast
from tests.refunding import run_only
from tests.verbs.replacing import accepted, asked, bought, piece_of, resent, shipped
from tests.verbs.returns_at_hand import fresh


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Cast:
    return the_cast()


def wrong() -> dict[str, list[str]]:
    return {check.name: offenders for check in CHECKS if (offenders := check.offenders())}


def grants(case: Case) -> list[tuple[str, str, int]]:
    return list(Grant.objects.filter(case_id=case.pk).order_by("pk").values_list("remedy", "stage", "amount_minor"))


def test_an_exchange_ends_with_the_piece_confirmed_and_the_case_closed(cast: Cast) -> None:
    case = accepted(cast, bought(cast))
    piece = piece_of(case)
    assert (piece.kind, piece.stage, piece.wanted) == ("exchange", "reserving", None)
    assert not Refund.objects.exists()
    piece = shipped(cast, case)
    verbs.carrier_says(piece.ref, "deliver")
    verbs.confirm(piece.ref, by=cast.anna)
    jobs.drain()
    case = fresh(case)
    assert (case.stage, case.ended_by) == ("closed", "complete")
    assert grants(case) == [("exchange", "done", 0)]
    assert wrong() == {}


def test_a_resend_needs_no_goods_back(cast: Cast) -> None:
    case = resent(cast, bought(cast))
    assert (piece_of(case).kind, piece_of(case).stage) == ("resend", "reserving")
    piece = shipped(cast, case)
    verbs.carrier_says(piece.ref, "deliver")
    verbs.confirm(piece.ref, by=cast.anna)
    jobs.drain()
    assert (fresh(case).stage, grants(case)) == ("closed", [("resend", "done", 0)])
    assert wrong() == {}


def test_what_falls_back_owes_the_money_in_the_same_commit(cast: Cast) -> None:
    case = accepted(cast, bought(cast))
    piece = piece_of(case)
    verbs.run_out(piece.ref, by=cast.bolt)
    verbs.fall_back(piece.ref, by=cast.anna)
    assert grants(case) == [("exchange", "void", 0), ("refund_only", "owed", 9900)]
    run_only("begin_refund", "notices")
    assert list(Refund.objects.values_list("amount_minor", flat=True)) == [9900]
    assert wrong() == {}
