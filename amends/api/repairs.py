"""Repairs as JSON: arranged, looked at, priced, mended, handed back, confirmed or failed again. The verbs of the pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import AwareDatetime, ConfigDict, Field

from amends.api import shapes, telling
from amends.api.bodies import Body, NothingIn, Ref, Refs, Str, Words
from amends.api.callers import Asked
from amends.api.doing import done, posting, reading
from amends.cases.models import Case
from amends.cases.queries import case_for
from amends.faces.repairing import Attempt, WarrantyView, attempt_of, attempts_for, attempts_of, warranties_of
from amends.people.rules import Actor
from amends.repairs import listing, verbs
from amends.repairs.choosing import choices, choose_way
from amends.repairs.models import Repair
from amends.repairs.queries import repair_by_ref

Run = Callable[[], Repair]
router = Router(tags=["repairs"])
MOST = 200


class DiagnosisIn(Body):
    """What was found; the consumer reads it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"words": "The flex cable is loose.", "photos": []}]})

    words: Words
    photos: Refs = []


class QuoteIn(Body):
    """What the repair costs, in minor units of the case's currency, and why. `misuse` where it would be free otherwise: with a photo."""

    amount_minor: Annotated[int, Field(ge=1, le=10**12)]
    words: Words
    misuse: bool = False
    photos: Refs = []


class PartIn(Body):
    """A spare part; `price_minor` is what it costs the merchant."""

    name: Str
    number: Str = ""
    quantity: Annotated[int, Field(ge=1, le=99)] = 1
    price_minor: Annotated[int, Field(ge=0, le=10**11)] = 0
    expected_at: AwareDatetime | None = None


class PartsIn(Body):
    """The parts that the repair waits for."""

    parts: Annotated[list[PartIn], Field(min_length=1, max_length=20)]


class HandBackIn(Body):
    """What was done and tested; carrier and waybill where it goes home in a parcel."""

    words: Words
    tests: Annotated[list[Str], Field(max_length=20)] = []
    photos: Refs = []
    carrier: Str = ""
    waybill: Str = ""


class WhyIn(Body):
    """Why it can't be repaired; the consumer reads it."""

    words: Words


class FaultIn(Body):
    """What fails again."""

    words: Words
    evidence: Refs = []


class RepairWayIn(Body):
    """How the unit is to be repaired: post, workshop or home; `GET /cases/{ref}/repairs` says which the shop offers."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"way": "home"}]})

    way: Str


class PartOut(Schema):
    """A part and where it is: ordered, arrived, cancelled."""

    name: str
    number: str
    quantity: int
    state: str
    expected_at: datetime | None


class RepairOut(Schema):
    """One attempt. `free`: nothing may be charged for it; `pay`: the supplement by which its quote is paid.

    `may`: what the caller may do now.
    """

    ref: str
    case: str
    name: shapes.TextOut
    unit_number: int
    attempt: int
    way: str
    stage: str
    stage_name: shapes.TextOut
    free: bool
    workshop: str
    diagnosis: str
    quote: str
    quote_minor: int | None
    currency: str
    pay: str
    outcome: str
    fault: str
    tests: list[str]
    parts: list[PartOut]
    photos_before: list[str]
    photos_after: list[str]
    waybill: str
    taken_in_at: datetime | None
    handed_back_at: datetime | None
    due_at: datetime | None
    may: list[str]


class WarrantyOut(Schema):
    """The warranty of a unit after repairs and exchanges."""

    name: shapes.TextOut
    ends_at: datetime
    paused_days: int
    extended_once: bool
    restarted: bool
    repair_ends_at: datetime | None


class RepairsOut(Schema):
    """Attempts, the newest first, and the warranties that they moved. `way`: how what has not begun is to be repaired, '' where nothing
    waits; `ways`: what the caller may choose instead, empty where there is no choice."""

    items: list[RepairOut]
    warranties: list[WarrantyOut]
    way: str = ""
    ways: list[str] = []


@reading(router, "/repairs", RepairsOut, "Repairs that are not over")
def repairs_open(request: Asked, stage: Str = "", late: bool = False, workshop: Str = "", after: Ref = "") -> RepairsOut:
    """Of the caller's shop or workshop, the platform's of all; the oldest first, 200 at most, `after` the one with this reference.

    `stage`: one stage, those that are over too; `late`: due within a day or over, or an appointment whose time has passed; `workshop`: a
    reference or key, `-` for what is at none.
    """
    by = request.auth.actor
    rows = listing.repairs(by, stage=stage, late=late, workshop=workshop)
    if after:
        rows = rows.filter(pk__gt=repair_by_ref(after, by).pk)
    return RepairsOut(items=[_repair(one) for one in attempts_for(list(rows[:MOST]), by)], warranties=[])


@reading(router, "/cases/{ref}/repairs", RepairsOut, "The repairs of a case")
def case_repairs(request: Asked, ref: str) -> RepairsOut:
    """Every attempt in this case, and what it means for the warranty."""
    return _of_case(case_for(ref, request.auth.actor), request.auth.actor)


@posting(router, "/cases/{ref}/repair-way", RepairsOut, "Choose how it is repaired")
def repair_way(request: Asked, ref: str, body: RepairWayIn) -> HttpResponse:
    """The consumer's own choice, while nobody has moved for the way that stood; `way_not_offered` where the shop does not work so."""
    by = request.auth.actor
    return done(request, lambda: _of_case(choose_way(ref, way=body.way, by=by), by))


@reading(router, "/repairs/{ref}", RepairOut, "One repair")
def repair(request: Asked, ref: str) -> RepairOut:
    """Everything known of this attempt."""
    return _repair(attempt_of(repair_by_ref(ref, request.auth.actor), request.auth.actor))


@posting(router, "/repairs/{ref}/diagnosis", RepairOut, "Write down what is wrong")
def repair_diagnosis(request: Asked, ref: str, body: DiagnosisIn) -> HttpResponse:
    """The work begins."""
    return _acted(request, lambda: verbs.diagnose(ref, words=body.words, photos=body.photos, by=request.auth.actor))


@posting(router, "/repairs/{ref}/quote", RepairOut, "Name a price")
def repair_quote(request: Asked, ref: str, body: QuoteIn) -> HttpResponse:
    """The consumer pays it, or the unit goes back; refused for what is covered."""
    given = {"amount_minor": body.amount_minor, "words": body.words, "misuse": body.misuse, "photos": body.photos}
    return _acted(request, lambda: verbs.quote(ref, **given, by=request.auth.actor))  # type: ignore[arg-type]


@posting(router, "/repairs/{ref}/quote/acceptance", RepairOut, "Agree to the price")
def repair_acceptance(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """The consumer is asked to pay `pay`; the work begins when it was paid."""
    return _acted(request, lambda: verbs.accept_quote(ref, by=request.auth.actor))


@posting(router, "/repairs/{ref}/quote/declining", RepairOut, "Have it back unrepaired")
def repair_declining(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """Nothing is owed any more and the unit goes home."""
    return _acted(request, lambda: verbs.decline_quote(ref, by=request.auth.actor))


@posting(router, "/repairs/{ref}/parts", RepairOut, "Order parts")
def repair_parts(request: Asked, ref: str, body: PartsIn) -> HttpResponse:
    """The repair waits for them, no longer than the law allows."""
    wanted = [verbs.PartWanted(**part.model_dump()) for part in body.parts]
    return _acted(request, lambda: verbs.order_parts(ref, parts=wanted, by=request.auth.actor))


@posting(router, "/repairs/{ref}/parts/arrival", RepairOut, "The parts have come")
def repair_arrival(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """The work goes on."""
    return _acted(request, lambda: verbs.bring_parts(ref, by=request.auth.actor))


@posting(router, "/repairs/{ref}/hand-back", RepairOut, "Hand it back repaired")
def repair_hand_back(request: Asked, ref: str, body: HandBackIn) -> HttpResponse:
    """The trial begins; with a waybill the unit travels home."""
    return _acted(
        request,
        lambda: verbs.hand_back(
            ref, words=body.words, tests=body.tests, photos=body.photos, carrier=body.carrier, waybill=body.waybill, by=request.auth.actor
        ),
    )


@posting(router, "/repairs/{ref}/failure", RepairOut, "Say that it can't be repaired")
def repair_failure(request: Asked, ref: str, body: WhyIn) -> HttpResponse:
    """The next attempt opens, or the rules turn it into an exchange or a refund."""
    return _acted(request, lambda: verbs.give_up(ref, words=body.words, by=request.auth.actor))


@posting(router, "/repairs/{ref}/confirmation", RepairOut, "Say that it works")
def repair_confirmation(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """The trial is over."""
    return _acted(request, lambda: verbs.confirm(ref, by=request.auth.actor))


@posting(router, "/repairs/{ref}/fault", RepairOut, "Say that it failed again")
def repair_fault(request: Asked, ref: str, body: FaultIn) -> HttpResponse:
    """This attempt did not help; on a closed case a linked one opens."""
    return _acted(request, lambda: verbs.report_fault(ref, words=body.words, evidence=body.evidence, by=request.auth.actor))


def _of_case(case: Case, by: Actor) -> RepairsOut:
    way, ways = choices(case, by)
    items = [_repair(one) for one in attempts_of(case, by)]
    return RepairsOut(items=items, warranties=[_warranty(one) for one in warranties_of(case)], way=way, ways=list(ways))


def _acted(request: Asked, run: Run) -> HttpResponse:
    by = request.auth.actor
    return done(request, lambda: _repair(attempt_of(repair_by_ref(run().ref, by), by)))


def _repair(one: Attempt) -> RepairOut:
    parts = [
        PartOut(name=part.name, number=part.number, quantity=part.quantity, state=part.state, expected_at=part.expected_at)
        for part in one.parts
    ]  # fmt: skip
    return RepairOut(
        ref=one.ref, case=one.case, name=telling.text(one.name), unit_number=one.number, attempt=one.attempt, way=one.way_key,
        stage=one.stage_key, stage_name=telling.text(one.stage), free=one.free, workshop=one.workshop_ref, diagnosis=one.diagnosis,
        quote=one.quote, quote_minor=one.quote_minor, currency=one.currency, pay=one.pay, outcome=one.outcome, fault=one.fault,
        tests=list(one.tests), parts=parts, photos_before=[photo["url"] for photo in one.photos_before],
        photos_after=[photo["url"] for photo in one.photos_after], waybill=one.waybill, taken_in_at=one.taken_in_at,
        handed_back_at=one.handed_back_at, due_at=one.due, may=list(one.may),
    )  # fmt: skip


def _warranty(one: WarrantyView) -> WarrantyOut:
    return WarrantyOut(
        name=telling.text(one.name), ends_at=one.ends_at, paused_days=one.paused_days, extended_once=one.extended_once,
        restarted=one.restarted, repair_ends_at=one.repair_ends_at,
    )  # fmt: skip
