"""Settled in round two: refused, called in, an offer, a counter-offer that is accepted, and the sum is paid without an arbiter's word."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from amends.cases.models import Case, Entry, Grant
from amends.cases.verbs.answering import call_platform, refuse
from amends.insight.verify import CHECKS
from amends.kernel.clock import Stepped
from amends.notices.models import Notice
from amends.refunds.models import Refund
from amends.rulings.models import Review
from amends.talks.conversation import say
from amends.talks.models import Offer
from amends.talks.offering import accept_offer, counter, offer
from tests.cast import Cast, an_order, claims, later_by, settled, the_cast
from tests.payments_fixture import simulator

HOUR = timedelta(hours=1)


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


def test_settled_in_round_two(cast: Cast, stepped_clock: Stepped) -> None:
    order = an_order(cast.bolts, cast.annas, quantities=(2,), prices=(19800,), freight=1000)
    case = claims(order, by=cast.anna, quantity=2)
    one, two = case.claimed.order_by("unit_id").values_list("unit_id", flat=True)
    refuse(case.ref, reason="not_intact", words="Both lamps were used.", by=cast.bolt)
    call_platform(case.ref, words="Only one was tried.", by=cast.anna)
    later_by(stepped_clock, 2 * HOUR)
    first = offer(
        case.ref, by=cast.bolt, words="We take the unused one back.",
        parts=[{"remedy": "return_refund", "units": [one]}, {"remedy": "price_adjustment", "units": [two], "amount_minor": 1000}],
    )  # fmt: skip
    is_sound()
    later_by(stepped_clock, 20 * HOUR)
    say(case.ref, words="The other one flickers; half of it would do.", by=cast.anna)
    second = counter(
        first.ref, by=cast.anna,
        parts=[{"remedy": "return_refund", "units": [one]}, {"remedy": "price_adjustment", "units": [two], "amount_minor": 4950}],
    )  # fmt: skip
    later_by(stepped_clock, 20 * HOUR)
    accept_offer(second.ref, by=cast.bolt)
    settled()
    is_sound()
    assert [(row.round, row.side, row.stage) for row in Offer.objects.order_by("pk")] == [
        (1, "merchant", "countered"),
        (1, "consumer", "accepted"),
    ]
    assert Review.objects.get().stage == "dropped"
    assert list(Grant.objects.order_by("pk").values_list("unit_id", "remedy", "stage")) == [
        (one, "return_refund", "doing"), (two, "price_adjustment", "done"),
    ]  # fmt: skip
    assert list(Refund.objects.values_list("amount_minor", "stage")) == [(4950, "paid")]
    assert Case.objects.get().parcels.get().contents.get().unit_id == one
    told = set(Notice.objects.filter(case_id=case.pk).values_list("kind", flat=True))
    assert {"offer.offer.>consumer", "offer.offer.>merchant", "case.settle"} <= told
    told_by = [entry.verb for entry in Entry.objects.filter(case_id=case.pk).order_by("number") if entry.life in ("case", "offer")]
    assert [verb for verb in told_by if verb not in ("remind", "attach")][-5:] == [
        "say_words",
        "counter",
        "offer",
        "accept_offer",
        "settle",
    ]
