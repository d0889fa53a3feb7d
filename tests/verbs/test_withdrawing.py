"""Withdrawing with goods under way, rule by rule: what S8 and S9 promise, at each place where the goods can be."""

from __future__ import annotations

import pytest

from amends.cases.claims import free_units
from amends.cases.models import Case, Deadline, Grant
from amends.cases.verbs import answering
from amends.insight.verify import double_claims
from amends.kernel.clock import Stepped
from amends.kernel.refusals import NoSuchMove
from amends.refunds.models import Refund
from amends.returns import verbs as returns
from amends.returns.models import ReturnShipment
from amends.returns.verbs import sparing
from tests.cast import later_by, settled, the_cast
from tests.payments_fixture import payments
from tests.proofs import roads
from tests.proofs.roads import DAY, World, findings_of, fresh, parcel_of, waybill
from tests.verbs.replacing import photo

__all__ = ["payments"]
pytestmark = pytest.mark.usefixtures("db", "payments")


@pytest.fixture
def world(db: None, stepped_clock: Stepped) -> World:
    return World(the_cast(), stepped_clock)


def at(world: World, place: str) -> Case:
    case = getattr(roads, place)(world)
    settled()
    return fresh(case)


def withdrawn(world: World, case: Case) -> Case:
    answering.withdraw(case.ref, by=world.cast.anna)
    settled()
    return fresh(case)


def paid(case: Case) -> int:
    rows = Refund.objects.filter(case_id=case.pk, stage__in=["paid", "settled"])
    return sum(rows.values_list("amount_minor", flat=True))


def grants(case: Case) -> list[str]:
    return sorted(Grant.objects.filter(case_id=case.pk).values_list("stage", flat=True))


def homes(case: Case) -> list[str]:
    return list(ReturnShipment.objects.filter(case_id=case.pk, direction="home").order_by("pk").values_list("stage", flat=True))


def ends(case: Case) -> None:
    """Closed, nothing runs any more, and no unit is claimed twice."""
    assert fresh(case).stage == "closed"
    assert not Deadline.objects.filter(case_id=case.pk, ended_at__isnull=True, limit="unwinding_ends").exists()
    assert double_claims() == []


def bring_home(world: World, case: Case) -> None:
    home = parcel_of(case, "home")
    returns.ship(home.ref, carrier="YTO", waybill=waybill(), by=world.cast.bolt)
    returns.carrier_says(home.ref, "deliver")
    settled()


@pytest.mark.parametrize("place", ["awaiting_merchant", "awaiting_proof", "answering_proof", "refused"])
def test_before_a_review_or_a_grant_it_closes_at_once(world: World, place: str) -> None:
    case = at(world, place)
    answering.withdraw(case.ref, by=world.cast.anna)
    assert (fresh(case).stage, fresh(case).ended_by) == ("closed", "withdraw")
    assert sum(len(units) for units in free_units(case.order).values()) == 2


@pytest.mark.parametrize("place", ["gathering", "replying", "deciding", "reassigned", "ruled_for", "ruled_against", "addressing",
                                   "awaiting_dispatch", "booked"])  # fmt: skip
def test_from_a_review_a_ruling_or_the_doing_with_nothing_away_it_unwinds_and_completes(world: World, place: str) -> None:
    case = at(world, place)
    answering.withdraw(case.ref, by=world.cast.anna)
    settled()
    assert fresh(case).ended_by == "complete"
    assert set(grants(case)) <= {"void"}
    assert set(ReturnShipment.objects.filter(case_id=case.pk).values_list("stage", flat=True)) <= {"dropped"}
    assert paid(case) == 0
    ends(case)
    assert sum(len(units) for units in free_units(case.order).values()) == 2


@pytest.mark.parametrize("place", ["in_transit", "tracing", "delivered"])
def test_goods_under_way_travel_on_arrive_and_are_sent_home(world: World, place: str) -> None:
    case = withdrawn(world, at(world, place))
    assert (case.stage, parcel_of(case).stage) == ("unwinding", place)
    if place == "tracing":
        returns.carrier_says(parcel_of(case).ref, "resume_travel")
    if place != "delivered":
        returns.carrier_says(parcel_of(case).ref, "deliver")
    returns.receive(parcel_of(case).ref, by=world.cast.bolt)
    settled()
    assert homes(case) == ["sending_home"]
    bring_home(world, case)
    assert (grants(case), paid(case)) == (["void", "void"], 0)
    ends(case)


@pytest.mark.parametrize("place", ["inspecting", "rejected", "reduced"])
def test_goods_that_arrived_go_home(world: World, place: str) -> None:
    case = withdrawn(world, at(world, place))
    assert (case.stage, homes(case)) == ("unwinding", ["sending_home"])
    bring_home(world, case)
    assert paid(case) == 0
    ends(case)


def test_goods_lost_after_the_withdrawal_are_owed_in_money(world: World) -> None:
    case = withdrawn(world, at(world, "in_transit"))
    later_by(world.time, 30 * DAY)
    assert parcel_of(case).stage == "lost"
    assert paid(case) == 9999
    ends(case)


def test_goods_destroyed_on_order_cannot_be_withdrawn_from(world: World) -> None:
    case = at(world, "awaiting_dispatch")
    ref = parcel_of(case).ref
    sparing.ask_destroy(ref, by=world.cast.bolt)
    sparing.destroy(ref, evidence=[photo(case.order, world.cast.anna)], by=world.cast.anna)
    answering.withdraw(case.ref, by=world.cast.anna)
    settled()
    assert paid(case) == 9999
    ends(case)


def test_goods_that_the_merchant_kept_cannot_be_withdrawn_from(world: World) -> None:
    case = at(world, "sending_home")
    returns.keep_goods(parcel_of(case, "home").ref, by=world.cast.bolt)
    answering.withdraw(case.ref, by=world.cast.anna)
    settled()
    assert paid(case) > 0
    bring_home(world, case)
    ends(case)


def test_said_twice_it_drops_no_way_home_that_has_begun(world: World) -> None:
    case = at(world, "on_way_home")
    second = findings_of(case)[1]
    returns.report_missing(case.ref, inspection=second.pk, words="one was in the box", by=world.cast.bolt)
    returns.contest(case.ref, inspection=second.pk, words="I packed both", by=world.cast.anna)
    case = withdrawn(world, case)
    assert (case.stage, homes(case)) == ("in_review", ["on_way_home"])
    case = withdrawn(world, case)
    assert (case.stage, homes(case)) == ("in_review", ["on_way_home"])
    returns.carrier_says(parcel_of(case, "home").ref, "deliver")
    settled()
    assert homes(case) == ["home"]
    assert fresh(case).stage == "in_review"


def test_what_is_unwound_already_and_what_is_over_is_not_withdrawn_again(world: World) -> None:
    case = withdrawn(world, at(world, "in_transit"))
    with pytest.raises(NoSuchMove):
        answering.withdraw(case.ref, by=world.cast.anna)
