"""Roads on which the composed model (test_composed_lives.py) found something wrong, walked on real cases so that they stay mended."""

from __future__ import annotations

from datetime import timedelta

from amends.cases.models import Case, Grant
from amends.people.rules import Actor
from amends.plumbing import jobs
from amends.returns import verbs as returns
from amends.returns.models import ReturnShipment
from amends.talks import offering
from tests.cast import later_by, settled
from tests.proofs import roads
from tests.proofs.roads import World, findings_of, fresh, parcel_of
from tests.verbs.returns_at_hand import a_photo

DAY = timedelta(days=1)


def agreed(case: Case, units: list[int], remedy: str, by: Actor, other: Actor) -> None:
    """Both sides agree on this remedy for these units; the others are finished."""
    made = offering.offer(case.ref, parts=[{"remedy": remedy, "units": units}], by=by)
    offering.accept_offer(made.ref, by=other)
    jobs.drain()


def rejected_and_going_home(world: World) -> tuple[Case, int]:
    """One unit was accepted and paid; the other was rejected, Anna lives with it, and Bolt is to send it home."""
    case = roads.sending_home(world)
    first, second = findings_of(case)
    returns.accept(case.ref, inspection=second.pk, by=world.cast.bolt)
    settled()
    return fresh(case), first.unit_id


def test_goods_that_wait_to_go_home_are_not_asked_for_again_when_their_refund_is_agreed(world: World) -> None:
    case, unit = rejected_and_going_home(world)
    agreed(case, [unit], "return_refund", by=world.cast.bolt, other=world.cast.anna)
    backs = ReturnShipment.objects.filter(case_id=case.pk, direction="back")
    assert [parcel.stage for parcel in backs] == ["received"]
    assert parcel_of(case, "home").stage == "dropped"
    settled()
    assert Grant.objects.filter(case_id=case.pk, unit_id=unit).latest("pk").stage == "done"
    assert fresh(case).is_over


def test_no_silence_leaves_anna_without_goods_and_money(world: World) -> None:
    case, unit = rejected_and_going_home(world)
    agreed(case, [unit], "return_refund", by=world.cast.bolt, other=world.cast.anna)
    for _ in range(40):
        later_by(world.time, DAY)
    assert fresh(case).is_over
    homes = ReturnShipment.objects.filter(case_id=case.pk, direction="home").values_list("stage", flat=True)
    paid = Grant.objects.filter(case_id=case.pk, unit_id=unit, stage="done").exists()
    assert paid or set(homes) <= {"home", "forfeited"}


def test_a_parcel_that_came_back_and_is_destroyed_ends_its_case(world: World) -> None:
    """Agreed on money alone while the goods travelled; their carrier brought them back, and Bolt does not want them."""
    case = roads.in_transit(world)
    agreed(case, [row.unit_id for row in case.claimed.order_by("unit_id")], "refund_only", by=world.cast.bolt, other=world.cast.anna)
    returns.carrier_says(parcel_of(case).ref, "bring_back")
    settled()
    assert not fresh(case).is_over
    returns.ask_destroy(parcel_of(case).ref, by=world.cast.bolt)
    returns.destroy(parcel_of(case).ref, evidence=[a_photo(case, world.cast.anna)], by=world.cast.anna)
    jobs.drain()
    assert fresh(case).is_over
