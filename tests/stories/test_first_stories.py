"""Whole cases told from application to rating, with nothing but verbs, jobs and time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from amends.cases.models import Case, Deadline, Entry, Grant
from amends.cases.verbs import answering
from amends.insight.verify import CHECKS
from amends.kernel.clock import Stepped
from amends.refunds.models import Refund
from amends.returns import verbs as returns
from amends.returns.models import Inspection, ReturnShipment
from amends.surveys.verbs import rate
from tests.cast import Cast, an_order, claims, later_by, the_cast
from tests.payments_fixture import simulator

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
    """Every invariant of `amends verify` holds."""
    offenders = {check.name: found for check in CHECKS if (found := check.offenders())}
    assert offenders == {}


def verbs_of(case: Case) -> list[str]:
    return [f"{e.life}.{e.verb}" for e in Entry.objects.filter(case_id=case.pk).order_by("number")]


def test_silent_merchant_pays_to_the_last_cent(cast: Cast, stepped_clock: Stepped) -> None:
    order = an_order(cast.bolts, cast.annas, quantities=(3,), prices=(1000,))
    case = claims(order, by=cast.anna, quantity=2)
    assert case.stage == "awaiting_merchant"
    assert [t["party"] for t in case.turns] == ["merchant"]

    later_by(stepped_clock, 49 * HOUR)
    case.refresh_from_db()
    assert case.stage == "executing"
    assert "case.approve" in verbs_of(case)

    later_by(stepped_clock, 2 * DAY)
    parcel = ReturnShipment.objects.get(case_id=case.pk)
    assert parcel.stage == "awaiting_dispatch"
    returns.ship(parcel.ref, carrier="SF", waybill="SF1234567890", by=cast.anna)
    returns.carrier_says(parcel.ref, "deliver")
    later_by(stepped_clock, 5 * DAY)

    case.refresh_from_db()
    assert case.stage == "closed"
    assert case.ended_by == "complete"
    refunds = list(Refund.objects.filter(case_id=case.pk).order_by("pk"))
    assert sorted(r.amount_minor for r in refunds) == [333, 334]
    assert {r.stage for r in refunds} == {"paid"}
    assert {i.stage for i in Inspection.objects.filter(case_id=case.pk)} == {"payable"}
    assert Deadline.objects.filter(case_id=case.pk, ended_as="enforced").count() == 5
    is_sound()
    survey = rate(case.ref, score=5, words="都好", by=cast.anna)
    assert survey.score == 5


def test_goods_never_sent_back_end_the_claim(cast: Cast, stepped_clock: Stepped) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    answering.approve(case.ref, by=cast.bolt)
    later_by(stepped_clock, 20 * DAY)
    case.refresh_from_db()
    assert case.stage == "closed"
    assert list(Grant.objects.filter(case_id=case.pk).values_list("stage", flat=True)) == ["void"]
    is_sound()
