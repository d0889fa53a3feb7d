"""Roads: how a real case comes to each place that the tables know, by verbs alone. Proofs begin there and try what they are about.

A place is a life and a stage (`return_shipment.tracing`). Each road ends with a case that waits there; everything before was made by the
public verbs, the jobs and the clock, never by writing a stage.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from amends.cases.models import Case
from amends.cases.verbs import answering
from amends.kernel import clock
from amends.kernel.clock import Stepped
from amends.plumbing import jobs
from amends.returns import verbs as returns
from amends.returns.models import Inspection, ReturnShipment
from amends.rulings import verbs as rulings
from amends.rulings.models import Review, TestingBody
from tests.cast import Cast, an_order, claims, later_by, settled
from tests.verbs.returns_at_hand import worn

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_waybills = count(10_000_000)


@dataclass(frozen=True)
class World:
    """Everybody, and the time that they live in."""

    cast: Cast
    time: Stepped


def waybill() -> str:
    return f"WB{next(_waybills)}"


def review_of(case: Case) -> Review:
    return Review.objects.filter(case_id=case.pk).latest("pk")


def parcel_of(case: Case, direction: str = "back") -> ReturnShipment:
    return ReturnShipment.objects.filter(case_id=case.pk, direction=direction).latest("pk")


def findings_of(case: Case) -> list[Inspection]:
    return list(Inspection.objects.filter(case_id=case.pk).order_by("unit_id"))


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


# ── what is owed, and who decides it ─────────────────────────────────────────────────────────────────────────────────────────


def awaiting_merchant(world: World) -> Case:
    return claims(an_order(world.cast.bolts, world.cast.annas, quantities=(2,), prices=(9999,)), by=world.cast.anna, quantity=2)


def awaiting_proof(world: World) -> Case:
    case = awaiting_merchant(world)
    return answering.ask_proof(case.ref, words="a photo of the label", by=world.cast.bolt)


def answering_proof(world: World) -> Case:
    case = awaiting_proof(world)
    return answering.prove(case.ref, words="here it is", by=world.cast.anna)


def refused(world: World) -> Case:
    case = awaiting_merchant(world)
    return answering.refuse(case.ref, reason="not_intact", words="it was worn", by=world.cast.bolt)


def gathering(world: World) -> Case:
    case = refused(world)
    return answering.call_platform(case.ref, words="it was not", by=world.cast.anna)


def replying(world: World) -> Case:
    case = gathering(world)
    rulings.close_round(review_of(case).ref, by=world.cast.judge)
    return case


def deciding(world: World) -> Case:
    case = replying(world)
    rulings.close_replies(review_of(case).ref, by=world.cast.judge)
    return case


def reassigned(world: World) -> Case:
    case = deciding(world)
    rulings.reassign(review_of(case).ref, by=world.cast.agent)
    return case


def a_laboratory() -> str:
    """A testing body that is on record, by its key."""
    known = {"ref": "TB-1", "name_zh": "检测所", "name_en": "Laboratory", "made_at": clock.now()}
    return TestingBody.objects.get_or_create(key="lab", defaults=known)[0].key


def testing(world: World) -> Case:
    case = deciding(world)
    told = {"body": a_laboratory(), "question": "Was it worn?", "cost_minor": 8000, "pays_first": "platform"}
    rulings.order_test(review_of(case).ref, **told, by=world.cast.judge)  # type: ignore[arg-type]
    return fresh(case)


def second_reading(world: World) -> Case:
    """Judge has written a draft; in the walk Judge may not sign it, and whoever else may stands outside."""
    case = deciding(world)
    told = {"outcome": "for", "liable": "merchant", "clause": "CN-7D-01", "words": "both sides were heard"}
    rulings.draft_ruling(review_of(case).ref, **told, by=world.cast.judge)  # type: ignore[arg-type]
    return fresh(case)


def second_review(world: World) -> Case:
    """Judge's ruling binds; at the bench something is contested, and what Judge may not hear waits for another."""
    case = ruled_for(world)
    answering.let_stand(case.ref, by=world.cast.bolt)
    jobs.drain()
    parcel = parcel_of(case)
    returns.give_address(parcel.ref, by=world.cast.bolt)
    returns.ship(parcel.ref, carrier="SF", waybill=waybill(), by=world.cast.anna)
    returns.carrier_says(parcel.ref, "deliver")
    returns.receive(parcel.ref, by=world.cast.bolt)
    returns.reject(case.ref, inspection=findings_of(case)[0].pk, words="it was worn", by=world.cast.bolt)
    returns.contest(case.ref, inspection=findings_of(case)[0].pk, words="it was not", by=world.cast.anna)
    return fresh(case)


def ruled_for(world: World) -> Case:
    return _ruled(world, "for")


def ruled_against(world: World) -> Case:
    return _ruled(world, "against")


def _ruled(world: World, outcome: str) -> Case:
    case = deciding(world)
    liable = "merchant" if outcome == "for" else "consumer"
    rulings.rule(review_of(case).ref, outcome=outcome, liable=liable, clause="CN-7D-01", words="both sides were heard", by=world.cast.judge)
    return fresh(case)


# ── where the goods are ──────────────────────────────────────────────────────────────────────────────────────────────────────


def owed(world: World) -> Case:
    case = awaiting_merchant(world)
    return answering.approve(case.ref, by=world.cast.bolt)


def addressing(world: World) -> Case:
    case = owed(world)
    jobs.drain()
    return fresh(case)


def awaiting_dispatch(world: World) -> Case:
    case = addressing(world)
    returns.give_address(parcel_of(case).ref, by=world.cast.bolt)
    return fresh(case)


def booked(world: World) -> Case:
    case = awaiting_dispatch(world)
    returns.book_pickup(parcel_of(case).ref, address="人民路 1 号", by=world.cast.anna)
    return fresh(case)


def in_transit(world: World) -> Case:
    case = awaiting_dispatch(world)
    returns.ship(parcel_of(case).ref, carrier="SF", waybill=waybill(), by=world.cast.anna)
    return fresh(case)


def tracing(world: World) -> Case:
    case = in_transit(world)
    while parcel_of(case).stage == "in_transit":
        later_by(world.time, DAY)
    return fresh(case)


def delivered(world: World) -> Case:
    case = in_transit(world)
    returns.carrier_says(parcel_of(case).ref, "deliver")
    return fresh(case)


def inspecting(world: World) -> Case:
    case = delivered(world)
    returns.receive(parcel_of(case).ref, by=world.cast.bolt)
    return fresh(case)


def reduced(world: World) -> Case:
    case = inspecting(world)
    bolt, first = world.cast.bolt, findings_of(case)[0].pk
    returns.reduce(case.ref, inspection=first, reduced_minor=700, words="a scratch", **worn(case, bolt), by=bolt)
    return fresh(case)


def rejected(world: World) -> Case:
    case = inspecting(world)
    returns.reject(case.ref, inspection=findings_of(case)[0].pk, words="it was worn", by=world.cast.bolt)
    return fresh(case)


def missing(world: World) -> Case:
    case = inspecting(world)
    returns.report_missing(case.ref, inspection=findings_of(case)[0].pk, words="there was one only", by=world.cast.bolt)
    return fresh(case)


def contested(world: World) -> Case:
    case = rejected(world)
    returns.contest(case.ref, inspection=findings_of(case)[0].pk, words="it was not", by=world.cast.anna)
    return fresh(case)


def missing_contested(world: World) -> Case:
    case = missing(world)
    returns.contest(case.ref, inspection=findings_of(case)[0].pk, words="I packed both", by=world.cast.anna)
    return fresh(case)


def sending_home(world: World) -> Case:
    case = rejected(world)
    returns.accept_finding(case.ref, inspection=findings_of(case)[0].pk, by=world.cast.anna)
    return fresh(case)


def on_way_home(world: World) -> Case:
    case = sending_home(world)
    returns.ship(parcel_of(case, "home").ref, carrier="YTO", waybill=waybill(), by=world.cast.bolt)
    return fresh(case)


def tracing_home(world: World) -> Case:
    case = on_way_home(world)
    while parcel_of(case, "home").stage == "on_way_home":
        later_by(world.time, DAY)
    return fresh(case)


def unclaimed(world: World) -> Case:
    case = on_way_home(world)
    returns.carrier_says(parcel_of(case, "home").ref, "leave_unclaimed")
    return fresh(case)


# ── where the money is, and the ends ─────────────────────────────────────────────────────────────────────────────────────────


def intended(world: World) -> Case:
    case = inspecting(world)
    returns.accept(case.ref, inspection=findings_of(case)[0].pk, by=world.cast.bolt)
    return fresh(case)


def unwinding(world: World) -> Case:
    case = in_transit(world)
    return answering.withdraw(case.ref, by=world.cast.anna)


def unwinding_at_the_bench(world: World) -> Case:
    case = inspecting(world)
    return answering.withdraw(case.ref, by=world.cast.anna)


def closed_paid(world: World) -> Case:
    order = an_order(world.cast.bolts, world.cast.annas, prices=(4321,), shipped=False, signed_ago=None)
    case = claims(order, by=world.cast.anna, remedy="refund_only")
    answering.approve(case.ref, by=world.cast.bolt)
    settled()
    return fresh(case)


def closed_refused(world: World) -> Case:
    case = refused(world)
    return answering.accept_refusal(case.ref, by=world.cast.anna)


def closed_withdrawn(world: World) -> Case:
    case = awaiting_merchant(world)
    return answering.withdraw(case.ref, by=world.cast.anna)


ROADS: dict[str, Callable[[World], Case]] = {
    "case.awaiting_merchant": awaiting_merchant,
    "case.awaiting_proof": awaiting_proof,
    "case.answering_proof": answering_proof,
    "case.refused": refused,
    "review.gathering": gathering,
    "review.replying": replying,
    "review.deciding": deciding,
    "review.testing": testing,
    "review.second_reading": second_reading,
    "review.reassigned": reassigned,
    "review.gathering anew": second_review,
    "case.ruled for": ruled_for,
    "case.ruled against": ruled_against,
    "grant.owed": owed,
    "return_shipment.addressing": addressing,
    "return_shipment.awaiting_dispatch": awaiting_dispatch,
    "return_shipment.booked": booked,
    "return_shipment.in_transit": in_transit,
    "return_shipment.tracing": tracing,
    "return_shipment.delivered": delivered,
    "inspection.awaiting": inspecting,
    "inspection.reduced": reduced,
    "inspection.rejected": rejected,
    "inspection.missing": missing,
    "inspection.contested": contested,
    "inspection.missing_contested": missing_contested,
    "return_shipment.sending_home": sending_home,
    "return_shipment.on_way_home": on_way_home,
    "return_shipment.tracing_home": tracing_home,
    "return_shipment.unclaimed": unclaimed,
    "refund.intended": intended,
    "case.unwinding": unwinding,
    "case.unwinding at the bench": unwinding_at_the_bench,
    "case.closed paid": closed_paid,
    "case.closed refused": closed_refused,
    "case.closed withdrawn": closed_withdrawn,
}
