"""Exchanges told from application to end: out of stock until the money is owed, another article with its difference, and a resend."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from amends.cases.models import Case, Entry, Grant
from amends.insight.verify import CHECKS
from amends.kernel.clock import Stepped
from amends.refunds.models import Refund
from amends.replacements import verbs
from amends.stock.verbs import tell_level
from tests.cast import Cast, later_by, settled, the_cast
from tests.payments_fixture import simulator
from tests.verbs.replacing import a_lamp, accepted, bought, piece_of, resent, shipped
from tests.verbs.returns_at_hand import fresh

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    home: Path = tmp_path_factory.mktemp("payments")
    with simulator(home) as running, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AMENDS_PAYMENTS_URL", running.url)
        yield


@pytest.fixture
def cast(db: None, stepped_clock: Stepped, gateway: None) -> Cast:
    return the_cast()


def is_sound() -> None:
    assert {check.name: found for check in CHECKS if (found := check.offenders())} == {}


def verbs_of(case: Case, life: str) -> list[str]:
    return [entry.verb for entry in Entry.objects.filter(case_id=case.pk, life=life).order_by("number") if entry.verb != "remind"]


def test_exchange_out_of_stock(cast: Cast, stepped_clock: Stepped) -> None:
    order = bought(cast)
    large, larger = a_lamp(cast, "大号", "L"), a_lamp(cast, "特大号", "XL")
    case = accepted(cast, order, wanted=large.ref)
    assert piece_of(case).stage == "reserving"
    verbs.run_out(piece_of(case).ref, by=cast.bolt)
    later_by(stepped_clock, 2 * DAY)
    verbs.choose_other(piece_of(case).ref, product=larger.ref, by=cast.anna)
    verbs.reserve(piece_of(case).ref, by=cast.bolt)
    is_sound()
    later_by(stepped_clock, 7 * DAY)
    assert verbs_of(case, "replacement") == ["reserve_for", "run_out", "choose_other", "reserve", "fall_back"]
    assert list(Grant.objects.filter(case=case).order_by("pk").values_list("remedy", "stage")) == [
        ("exchange", "void"),
        ("refund_only", "done"),
    ]
    assert list(Refund.objects.filter(case=case).values_list("stage", "amount_minor")) == [("paid", 9900)]
    assert (fresh(case).stage, fresh(case).ended_by) == ("closed", "complete")
    is_sound()


def test_nobody_says_anything_about_a_piece(cast: Cast, stepped_clock: Stepped) -> None:
    case = accepted(cast, bought(cast))
    later_by(stepped_clock, 15 * DAY)
    assert verbs_of(case, "replacement") == ["reserve_for", "run_out", "fall_back"]
    assert fresh(case).stage == "closed"
    assert Refund.objects.get(case=case).stage == "paid"
    is_sound()


def test_a_resend_that_arrives_and_is_not_complained_of(cast: Cast, stepped_clock: Stepped) -> None:
    order = bought(cast)
    tell_level(order.lines.get().product, "", 4)
    case = resent(cast, order)
    piece = shipped(cast, case)
    verbs.carrier_says(piece.ref, "deliver")
    later_by(stepped_clock, 15 * DAY)
    settled()
    assert verbs_of(case, "replacement") == ["reserve_for", "reserve", "ship", "deliver", "confirm"]
    assert (fresh(case).stage, Refund.objects.count()) == ("closed", 0)
    is_sound()
