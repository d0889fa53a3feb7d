"""What each side does when a case waits for it: a table from stages to acts. None is silence, and the clock's business.

Every act is a verb that pages and API call too; a refusal means that somebody else was faster and is left alone.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from amends.cases.models import Case
from amends.cases.verbs import answering
from amends.kernel.parties import Party
from amends.management.demo import parcels_out
from amends.management.demo.characters import Character
from amends.management.demo.openings import drawn
from amends.people.models import User
from amends.people.rules import CARRIER, Actor, Role
from amends.returns import verbs as returns
from amends.returns.models import Inspection, ReturnShipment
from amends.returns.verbs.seeing import Seen
from amends.rulings import verbs as rulings
from amends.rulings.assigning import why_not
from amends.rulings.models import Review

Act = Callable[[], Any]
CONTESTED = ("inspection", "contested")


@dataclass(frozen=True, slots=True)
class Scene:
    """One case at one moment: who plays, and with whose hands."""

    case: Case
    turn: Mapping[str, Any]
    who: Character
    dice: random.Random
    judge: Actor

    @property
    def consumer(self) -> Actor:
        return Actor(Party.CONSUMER, consumer_id=self.case.consumer_id, name="demo")

    @property
    def merchant(self) -> Actor:
        return Actor(Party.MERCHANT, merchant_id=self.case.merchant_id, name="demo")

    @property
    def parcel(self) -> ReturnShipment:
        return ReturnShipment.objects.get(merchant_id=self.case.merchant_id, pk=self.turn["life_id"])

    @property
    def review(self) -> Review:
        return Review.objects.get(merchant_id=self.case.merchant_id, pk=self.turn["life_id"])


def react(scene: Scene) -> Act | None:
    """The act of the side that this turn waits for, or None where it stays silent or the case rests here."""
    place = (scene.turn["life"], scene.turn["stage"])
    if scene.who.rests_at == place or (scene.who.rests_at == CONTESTED and place[0] == "review"):
        return None
    chosen = REACTIONS.get((*place, scene.turn["party"]))
    return chosen(scene) if chosen else None


def _answer(scene: Scene) -> Act | None:
    ref, who = scene.case.ref, scene.who
    if who.withdraws_at == "awaiting_merchant":
        return lambda: answering.withdraw(ref, by=scene.consumer)
    if who.asks_proof and scene.turn["stage"] == "awaiting_merchant":
        return lambda: answering.ask_proof(ref, words="请补拍一张商品整体照片（模拟）", by=scene.merchant)
    if who.merchant == "approves":
        return lambda: answering.approve(ref, by=scene.merchant)
    if who.merchant == "refuses":
        reason = scene.dice.choice(["no_fault_found", "proof_unclear", "not_intact", "misuse"])
        return lambda: answering.refuse(ref, reason=reason, words="与我们的出库记录不符（模拟）", by=scene.merchant)
    return parcels_out.looked_for(scene.case, scene.consumer)


def _prove(scene: Scene) -> Act | None:
    if scene.who.consumer == "silent":
        return None
    return lambda: answering.prove(scene.case.ref, words="已补充说明（模拟）", by=scene.consumer)


def _refused(scene: Scene) -> Act | None:
    if scene.who.consumer == "persists" or scene.who.rests_at is not None:
        return lambda: answering.call_platform(scene.case.ref, words="我不同意商家的理由（模拟）", by=scene.consumer)
    if scene.who.consumer == "gives_in":
        return lambda: answering.accept_refusal(scene.case.ref, by=scene.consumer)
    return None


def _gather(scene: Scene) -> Act | None:
    if scene.turn["party"] == "merchant":
        return None
    return lambda: _both_speak(scene)


def _both_speak(scene: Scene) -> None:
    ref = scene.review.ref
    rulings.submit(ref, words="收到时就是这样（模拟）", evidence=(), by=scene.consumer)
    rulings.submit(ref, words="出库前有称重和照片（模拟）", evidence=(), by=scene.merchant)
    if (arbiter := _arbiter(scene)) is not None:
        rulings.close_round(ref, by=arbiter)


def _reply(scene: Scene) -> Act | None:
    arbiter = _arbiter(scene)
    if scene.turn["party"] == "merchant" or arbiter is None:
        return None
    return lambda: rulings.close_replies(scene.review.ref, by=arbiter)


def _arbiter(scene: Scene) -> Actor | None:
    """Whoever has the review, or its draft to read; where it is nobody's, the first arbiter who may have it; None where none may."""
    review = scene.review
    reads = review.stage == rulings.SECOND_READING
    asked = review.second_reader_id if reads else review.arbiter_id
    people = User.objects.filter(memberships__role=Role.ARBITER.value, is_active=True).order_by("pk")
    hands = [replace(scene.judge, user_id=one.pk, name=one.name) for one in (people.filter(pk=asked) if asked else people)]
    free = [one for one in hands if not (reads and one.user_id == review.drafted_by_id)]
    return next((one for one in free if why_not(scene.case, one.user_id, review=review) is None), None)


def _rule(scene: Scene) -> Act | None:
    outcome = scene.who.arbiter
    arbiter = _arbiter(scene)
    if outcome == "silent" or arbiter is None:
        return None
    liable = "merchant" if outcome == "for" else "consumer"
    return lambda: rulings.give_ruling(
        scene.review.ref,
        outcome=outcome,
        liable=liable,
        clause="CN-QUAL-01",
        words="双方凭证已逐一核对，理由见规则条款（模拟）。",
        by=arbiter,
    )


def _sign(scene: Scene) -> Act | None:
    reader = _arbiter(scene)
    return None if reader is None else lambda: rulings.rule(scene.review.ref, by=reader)


def _address(scene: Scene) -> Act | None:
    if scene.dice.random() < 0.25 and scene.who.rests_at is None:
        return None
    return lambda: returns.give_address(scene.parcel.ref, address=scene.case.merchant.return_address, by=scene.merchant)


def _dispatch(scene: Scene) -> Act | None:
    if scene.who.withdraws_at == "executing":
        return lambda: answering.withdraw(scene.case.ref, by=scene.consumer)
    if scene.who.consumer == "silent" and scene.who.rests_at is None:
        return None
    return lambda: returns.ship(scene.parcel.ref, carrier="SF", waybill=_waybill(scene), by=scene.consumer)


def _waybill(scene: Scene) -> str:
    return f"SF{scene.turn['life_id']:010d}{scene.dice.randrange(1000):03d}"


def _carry(scene: Scene) -> Act | None:
    if scene.who.withdraws_at == "in_transit":
        return lambda: answering.withdraw(scene.case.ref, by=scene.consumer)
    if scene.who.carrier == "loses" or (scene.who.carrier == "finds_again" and scene.turn["stage"] == "in_transit"):
        return None
    return lambda: returns.carrier_says(scene.parcel.ref, "deliver", by=CARRIER)


def _trace(scene: Scene) -> Act | None:
    if scene.who.carrier == "loses":
        return None
    return lambda: returns.carrier_says(scene.parcel.ref, "deliver", by=CARRIER)


def _receive(scene: Scene) -> Act | None:
    if scene.who.bench == "silent":
        return None
    return lambda: returns.receive(scene.parcel.ref, by=scene.merchant)


def _inspect(scene: Scene) -> Act | None:
    if scene.who.bench == "silent":
        return None
    return lambda: _look_at_all(scene)


def _look_at_all(scene: Scene) -> None:
    ref = scene.case.ref
    waiting = list(
        Inspection.objects.filter(merchant_id=scene.case.merchant_id, case_id=scene.case.pk, stage="awaiting")
        .select_related("grant")
        .order_by("pk")
    )
    for place, inspection in enumerate(waiting):
        verdict = scene.who.bench if place == 0 else "accepts"
        if verdict == "reduces" and inspection.grant.amount_minor < 10:
            verdict = "accepts"
        if verdict == "accepts":
            returns.accept(ref, inspection=inspection.pk, by=scene.merchant)
        elif verdict == "reduces":
            returns.reduce(
                ref,
                inspection=inspection.pk,
                reduced_minor=inspection.grant.amount_minor // 5,
                words="有使用痕迹（模拟）",
                seen=_worn(scene, inspection),
                by=scene.merchant,
            )
        elif verdict == "rejects":
            returns.reject(ref, inspection=inspection.pk, words="配件缺失（模拟）", by=scene.merchant)
        else:
            returns.report_missing(ref, inspection=inspection.pk, words="包裹里没有这件（模拟）", by=scene.merchant)


def _worn(scene: Scene, inspection: Inspection) -> Seen:
    """Grade C, with the photos that a deduction needs."""
    photo = drawn(scene.case.order, "worn", 0, random.Random(inspection.pk), scene.merchant)  # noqa: S311 - a drawing
    return Seen("C", photos={"whole": photo, "flaw": photo})


def _finding(scene: Scene) -> Act | None:
    chosen = {"persists": returns.contest, "gives_in": returns.accept_finding}.get(scene.who.consumer)
    if chosen is None:
        return None
    found = list(
        Inspection.objects.filter(merchant_id=scene.case.merchant_id, case_id=scene.case.pk, stage=scene.turn["stage"]).values_list(
            "pk", flat=True
        )
    )
    return lambda: [chosen(scene.case.ref, inspection=pk, by=scene.consumer) for pk in found]


def _send_home(scene: Scene) -> Act | None:
    if scene.dice.random() < 0.2 and scene.who.rests_at is None:
        return None
    return lambda: returns.ship(scene.parcel.ref, carrier="YTO", waybill="Y" + _waybill(scene), by=scene.merchant)


REACTIONS: dict[tuple[str, str, str], Callable[[Scene], Act | None]] = {
    ("case", "awaiting_merchant", "merchant"): _answer,
    ("case", "answering_proof", "merchant"): _answer,
    ("case", "awaiting_proof", "consumer"): _prove,
    ("case", "refused", "consumer"): _refused,
    ("review", "gathering", "consumer"): _gather,
    ("review", "replying", "consumer"): _reply,
    ("review", "deciding", "arbiter"): _rule,
    ("review", "reassigned", "arbiter"): _rule,
    ("review", "second_reading", "arbiter"): _sign,
    ("return_shipment", "addressing", "merchant"): _address,
    ("return_shipment", "awaiting_dispatch", "consumer"): _dispatch,
    ("return_shipment", "in_transit", "carrier"): _carry,
    ("return_shipment", "tracing", "carrier"): _trace,
    ("return_shipment", "delivered", "merchant"): _receive,
    ("inspection", "awaiting", "merchant"): _inspect,
    ("inspection", "reduced", "consumer"): _finding,
    ("inspection", "rejected", "consumer"): _finding,
    ("inspection", "missing", "consumer"): _finding,
    ("return_shipment", "sending_home", "merchant"): _send_home,
    ("return_shipment", "on_way_home", "carrier"): _carry,
    ("return_shipment", "tracing_home", "carrier"): _trace,
    ("delivery", "enquiring", "carrier"): lambda scene: parcels_out.answered(scene.case, scene.turn["life_id"]),
    ("delivery", "promised", "carrier"): lambda scene: parcels_out.arrives(scene.case, scene.turn["life_id"]),
    ("delivery", "arrived", "consumer"): lambda scene: parcels_out.confirmed(scene.case, scene.turn["life_id"], scene.consumer),
}
