"""Deliveries and links under fire: of two answers one counts, of two enquiries one begins, and a carrier is asked once over its wire."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest

from amends.cases.models import Case, Entry, Grant
from amends.deliveries import verbs
from amends.deliveries.errands import run_errand
from amends.deliveries.models import OutboundDelivery
from amends.kernel import clock
from amends.kernel.refusals import Refusal
from amends.liability import linking
from amends.liability.models import ChargeBackTo, SignedLink
from amends.liability.verbs.charging import deny_liability
from amends.plumbing import jobs
from amends.plumbing.simulators.launch import Running
from amends.shipping.jobs import ask_now
from amends.shipping.models import Track
from tests.bearing_at_hand import a_cost, asked_of_carrier
from tests.carriers_fixture import behaves, couriers, deals, goes, happens, wired
from tests.cast import Cast, an_order, claims, the_cast
from tests.payments_fixture import payments
from tests.proofs.racing import refusals, together

__all__ = ["payments"]
pytestmark = pytest.mark.usefixtures("payments")

HOUR = timedelta(hours=1)


@pytest.fixture
def cast(committed_db: None, stepped_clock: clock.Stepped) -> Cast:
    return the_cast()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with couriers(tmp_path_factory.mktemp("errands")) as one:
        yield one


@pytest.fixture
def wire(running: Running, monkeypatch: pytest.MonkeyPatch) -> Running:
    for name, value in wired(running, "house").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AMENDS_CARRIERS_BY", "*=house")
    behaves(running)
    return running


def missing(cast: Cast) -> Case:
    case = claims(an_order(cast.bolts, cast.annas, signed_ago=None), by=cast.anna, issue="lost", remedy="refund_only")
    jobs.drain()
    return case


def path_of(made: linking.Made) -> str:
    return urlsplit(made.url).path.rsplit("/", 1)[-1]


def test_of_many_answers_by_one_link_one_counts(cast: Cast) -> None:
    charge = asked_of_carrier(cast, a_cost(cast), 5000)
    secret = path_of(linking.make_link(charge=charge.ref, by=cast.agent))
    answers: list[Any] = [partial(linking.answer, secret, answer="admit"), partial(linking.answer, secret, answer="deny", words="no")] * 3
    ends = together(*answers)
    assert len(refusals(ends)) == 5
    assert Entry.objects.filter(life="charge_back_to", verb__in=["admit_liability", "deny_liability"]).count() == 1
    assert SignedLink.objects.get().used_at is not None


def test_an_answer_and_the_desk_at_once_leave_one(cast: Cast) -> None:
    charge = asked_of_carrier(cast, a_cost(cast), 5000)
    secret = path_of(linking.make_link(charge=charge.ref, by=cast.agent))
    ends = together(partial(linking.answer, secret, answer="admit"), partial(deny_liability, charge.ref, words="no", by=cast.agent))
    assert len(refusals(ends)) == 1
    assert ChargeBackTo.objects.get(pk=charge.pk).stage in ("admitted", "contested")


def test_a_link_of_one_matter_never_answers_another(cast: Cast) -> None:
    mine = asked_of_carrier(cast, a_cost(cast), 5000)
    row = verbs.enquire(missing(cast).ref, by=cast.anna)
    linking.make_link(charge=mine.ref, by=cast.agent)
    sought = path_of(linking.make_link(delivery=row.ref, by=cast.agent))
    for answer in ("admit", "deny"):
        with pytest.raises(Refusal):
            linking.answer(sought, answer=answer, words="not mine")
    linking.answer(sought, answer="declare_lost")
    assert (ChargeBackTo.objects.get(pk=mine.pk).stage, OutboundDelivery.objects.get(pk=row.pk).stage) == ("asked", "lost")


def test_two_links_made_at_once_leave_one_open(cast: Cast) -> None:
    charge = asked_of_carrier(cast, a_cost(cast), 5000)
    together(*[partial(linking.make_link, charge=charge.ref, by=cast.agent) for _ in range(3)])
    assert SignedLink.objects.filter(ended_at__isnull=True, used_at__isnull=True).count() == 1


def test_a_parcel_is_looked_for_once(cast: Cast) -> None:
    case = missing(cast)
    ends = together(*[partial(verbs.enquire, case.ref, by=who) for who in (cast.anna, cast.bolt, cast.agent, cast.anna)])
    assert len(refusals(ends)) == 3
    assert OutboundDelivery.objects.count() == 1


def test_the_carrier_is_asked_once_however_often_the_job_runs(cast: Cast, wire: Running) -> None:
    row = verbs.enquire(missing(cast).ref, by=cast.anna)
    for _ in range(3):
        run_errand(row.pk, "enquire", 1)
    assert len(deals(wire, "enquiry")) == 1
    told = Entry.objects.filter(life="delivery", verb="reach_carrier").order_by("number")
    assert [line.facts["reference"] for line in told] == [deals(wire, "enquiry")[0]["ref"]]


def test_a_redirection_is_taken_or_refused_over_the_wire(cast: Cast, wire: Running, stepped_clock: clock.Stepped) -> None:
    first = verbs.enquire(missing(cast).ref, by=cast.anna)
    verbs.lead_elsewhere(first.ref, address="上海市静安区 9 号", by=cast.anna)
    jobs.drain()
    assert OutboundDelivery.objects.get(pk=first.pk).stage == "redelivering"
    second = verbs.enquire(missing(cast).ref, by=cast.anna)
    goes(wire, "sf", second.waybill, "delivered")
    verbs.lead_elsewhere(second.ref, address="上海市静安区 9 号", by=cast.anna)
    jobs.drain()
    assert OutboundDelivery.objects.get(pk=second.pk).stage == "tracing", "what was delivered is led nowhere else"


def test_what_happens_at_the_carrier_moves_the_delivery(cast: Cast, wire: Running, stepped_clock: clock.Stepped) -> None:
    row = verbs.enquire(missing(cast).ref, by=cast.anna)
    jobs.drain()
    stepped_clock.until(clock.now() + HOUR)
    happens(wire, "sf", row.waybill, "lost")
    ask_now(Track.objects.get(waybill=row.waybill))
    jobs.drain()
    assert OutboundDelivery.objects.get(pk=row.pk).stage == "lost"
    assert Grant.objects.get(case_id=row.case_id).remedy == "refund_only"
