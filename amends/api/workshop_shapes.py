"""What workshops, appointments, loans and consultations look like as JSON, in and out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import AwareDatetime, ConfigDict, Field

from amends.api import shapes
from amends.api.bodies import Body, Minor, Ref, Str, Words
from amends.cases.words import stage_name
from amends.kernel.texts import say
from amends.repairs.agenda import VisitView
from amends.repairs.consulting import KINDS, Session
from amends.repairs.free import Slot
from amends.repairs.models import Consultation, Loan, LoanUnit, Technician, Workshop

Keys = Annotated[list[Str], Field(max_length=60)]
Small = Annotated[int, Field(ge=0, le=10_000, strict=True)]


class HoursIn(Body):
    """Opening hours on some weekdays, 1 (Monday) to 7, by the workshop's own clock; `until` 24:00 is midnight."""

    days: Annotated[list[Small], Field(max_length=7)]
    begins: Annotated[str, Field(alias="from", max_length=5)]
    until: Annotated[str, Field(max_length=5)]


class WorkshopIn(Body):
    """A workshop; what is left out stays as it is, or has its default. `skills` are classes of goods, empty for all; `zones` regions."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"key": "east", "name_zh": "东城维修点", "ways": ["home"]}]})

    key: Str
    name_zh: Str | None = None
    name_en: Str | None = None
    address: Str | None = None
    ways: Keys | None = None
    skills: Keys | None = None
    zones: Keys | None = None
    hours: Annotated[list[HoursIn], Field(max_length=30)] | None = None
    tz: Annotated[str, Field(max_length=40)] | None = None
    slot_minutes: Small | None = None


class TechnicianIn(Body):
    """`email`: who signs in as them, somebody of this workshop."""

    name: Str | None = None
    skills: Keys | None = None
    zones: Keys | None = None
    day_most: Small | None = None
    email: Str | None = None


class BookingIn(Body):
    """An appointment. `address` for a visit; left out, the last one's. Goods that came by post need no time."""

    starts_at: AwareDatetime | None = None
    technician: Ref = ""
    workshop: Str = ""
    address: Words = ""


class MoveAgainIn(Body):
    """When, by whom (left out, whoever is free), and where for a visit (left out, as last time)."""

    starts_at: AwareDatetime
    technician: Ref = ""
    address: Words = ""


class MoveIn(Body):
    starts_at: AwareDatetime
    technician: Ref = ""


class AbsenceIn(Body):
    """`absent`: consumer or technician."""

    absent: Str


class LoanUnitIn(Body):
    """A unit that may be lent; `value_minor` in minor units of `currency`, `workshop` its key, empty for the merchant's own."""

    name_zh: Str | None = None
    name_en: Str | None = None
    serial: Str | None = None
    goods_class: Str | None = None
    value_minor: Minor | None = None
    currency: Str | None = None
    workshop: Str | None = None


class LendIn(Body):
    """Which unit; left out, any free one of the class of goods."""

    unit: Ref = ""


class ConditionIn(Body):
    condition: Words = ""


class WriteOffIn(Body):
    """`charge`: ask the consumer for what it is worth."""

    charge: bool = False


class CallIn(Body):
    """An expert is called. `kind`: notes, video or screen; `expert`: the address of one person, empty for anybody."""

    skill: Str
    why: Words
    kind: Str = "notes"
    expert: Str = ""


class JoinIn(Body):
    """For video and screen: when, and the https link of the session."""

    starts_at: AwareDatetime | None = None
    link: Annotated[str, Field(max_length=400)] = ""


class PassIn(Body):
    expert: Str
    why: Words = ""


class AdviceIn(Body):
    words: Words


class ConsentIn(Body):
    """Whether the consumer agrees to the session."""

    agree: bool


class TechnicianOut(Schema):
    ref: str
    name: str
    skills: list[str]
    zones: list[str]
    day_most: int
    ended_at: datetime | None


class WorkshopOut(Schema):
    """A workshop with its technicians."""

    ref: str
    key: str
    name: shapes.TextOut
    address: str
    ways: list[str]
    skills: list[str]
    zones: list[str]
    hours: list[dict[str, Any]]
    tz: str
    slot_minutes: int
    ended_at: datetime | None
    technicians: list[TechnicianOut]


class WorkshopsOut(Schema):
    items: list[WorkshopOut]


class SlotOut(Schema):
    """A time that can be booked; `local` is the same by the workshop's clock."""

    starts_at: datetime
    ends_at: datetime
    local: str
    technician: str
    technician_name: str
    workshop: str


class SlotsOut(Schema):
    items: list[SlotOut]


class VisitOut(Schema):
    """`state`: booked, done, missed, cancelled, moved."""

    ref: str
    repair: str
    technician_name: str
    starts_at: datetime
    ends_at: datetime
    state: str
    address: str


class VisitsOut(Schema):
    items: list[VisitOut]


class LoanUnitOut(Schema):
    ref: str
    name: shapes.TextOut
    serial: str
    goods_class: str
    value_minor: int
    currency: str
    workshop: str | None
    ended_at: datetime | None


class LoanUnitsOut(Schema):
    items: list[LoanUnitOut]


class LoanOut(Schema):
    """A loan unit that a consumer has, had, or is promised."""

    ref: str
    case: str
    repair: str
    unit: str
    stage: str
    stage_name: shapes.TextOut
    out_at: datetime | None
    back_at: datetime | None


class LoansOut(Schema):
    """Newest first, 200 at most."""

    items: list[LoanOut]


class ConsultationOut(Schema):
    """For the platform's own people alone."""

    ref: str
    case: str
    skill: str
    kind: str
    kind_name: shapes.TextOut
    stage: str
    stage_name: shapes.TextOut
    expert: str | None
    why: str
    advice: str
    starts_at: datetime | None
    consented_at: datetime | None
    declined_at: datetime | None
    link: str


class ConsultationsOut(Schema):
    """Newest first, 200 at most."""

    items: list[ConsultationOut]


class SessionOut(Schema):
    """What the consumer is asked to agree to; `link` is there once they have."""

    ref: str
    kind: str
    kind_name: shapes.TextOut
    expert: str
    starts_at: datetime
    agreed: bool
    declined: bool
    link: str


class SessionsOut(Schema):
    items: list[SessionOut]


class ConsentOut(Schema):
    """What was answered."""

    ref: str
    agreed: bool


def given(body: Body) -> dict[str, Any]:
    """What the body names, for a verb that leaves the rest as it is."""
    return body.model_dump(exclude_none=True, by_alias=True)


def workshop_out(row: Workshop) -> WorkshopOut:
    return WorkshopOut(
        ref=row.ref, key=row.key, name=shapes.TextOut(**say(row.name_zh, row.name_en).both()), address=row.address, ways=row.ways,
        skills=row.skills, zones=row.zones, hours=row.hours, tz=row.tz, slot_minutes=row.slot_minutes, ended_at=row.ended_at,
        technicians=[technician_out(one) for one in sorted(row.technicians.all(), key=lambda one: one.pk)],
    )  # fmt: skip


def technician_out(row: Technician) -> TechnicianOut:
    return TechnicianOut(ref=row.ref, name=row.name, skills=row.skills, zones=row.zones, day_most=row.day_most, ended_at=row.ended_at)


def slot_out(slot: Slot) -> SlotOut:
    return SlotOut(
        starts_at=slot.starts_at, ends_at=slot.ends_at, local=slot.local.strftime("%Y-%m-%d %H:%M"), technician=slot.technician.ref,
        technician_name=slot.technician.name, workshop=slot.workshop.ref,
    )  # fmt: skip


def visit_out(view: VisitView) -> VisitOut:
    return VisitOut(
        ref=view.ref, repair=view.job, technician_name=view.technician, starts_at=view.starts_at, ends_at=view.ends_at, state=view.state,
        address=view.address,
    )  # fmt: skip


def loan_unit_out(row: LoanUnit) -> LoanUnitOut:
    return LoanUnitOut(
        ref=row.ref, name=shapes.TextOut(**say(row.name_zh, row.name_en).both()), serial=row.serial, goods_class=row.goods_class,
        value_minor=row.value_minor, currency=row.currency, workshop=row.workshop.key if row.workshop else None, ended_at=row.ended_at,
    )  # fmt: skip


def loan_out(row: Loan) -> LoanOut:
    return LoanOut(
        ref=row.ref, case=row.case.ref, repair=row.repair.ref, unit=row.unit.ref, stage=row.stage,
        stage_name=shapes.TextOut(**stage_name("loan", row.stage).both()), out_at=row.out_at, back_at=row.back_at,
    )  # fmt: skip


def consultation_out(row: Consultation) -> ConsultationOut:
    return ConsultationOut(
        ref=row.ref, case=row.case.ref, skill=row.skill, kind=row.kind, kind_name=shapes.TextOut(**KINDS[row.kind].both()), stage=row.stage,
        stage_name=shapes.TextOut(**stage_name("consultation", row.stage).both()), expert=row.expert.name if row.expert else None,
        why=row.why.body if row.why else "", advice=row.advice.body if row.advice else "", starts_at=row.starts_at,
        consented_at=row.consented_at, declined_at=row.declined_at, link=row.link,
    )  # fmt: skip


def session_out(one: Session) -> SessionOut:
    return SessionOut(
        ref=one.ref, kind=one.kind, kind_name=shapes.TextOut(**one.kind_name.both()), expert=one.expert, starts_at=one.starts_at,
        agreed=one.agreed, declined=one.declined, link=one.link,
    )  # fmt: skip
