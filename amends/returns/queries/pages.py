"""What a page shows of the parcels and findings of a case: words, times and the moves that this reader may make. Six queries a case.

The case itself has been fetched by its own reader already; so whoever calls has been let in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from amends.cases.life import LifeRow
from amends.cases.models import Case, Deadline
from amends.cases.words import stage_name, verb_name
from amends.kernel.parties import NAMES, Party
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.returns.models import Inspection, ParcelUnit, ReturnShipment
from amends.returns.queries.whereabouts import ASKS_ADDRESS, BACK


@dataclass(frozen=True, slots=True)
class Choice:
    """A move that the reader may make now."""

    verb: str
    name: Text


@dataclass(frozen=True, slots=True)
class Wait:
    """For whom a life waits, until when, and what silence brings. `paused` where the clock stands still."""

    waits_for: tuple[Text, ...]
    until: datetime
    silence: Text
    paused: bool


@dataclass(frozen=True, slots=True)
class UnitView:
    """One piece of an order line."""

    unit_id: int
    line: int
    number: int
    title: Text


@dataclass(frozen=True, slots=True)
class ParcelView:
    """One parcel. `address` is where it goes, as far as the reader needs it: the merchant's, for a parcel back."""

    ref: str
    direction: str
    stage: str
    stage_name: Text
    units: tuple[UnitView, ...]
    freight: Text | None
    address: str
    carrier: str
    waybill: str
    shipped_at: datetime | None
    delivered_at: datetime | None
    wait: Wait | None
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class InspectionView:
    """One finding. Sums in minor units of the case's currency; `reason` is the merchant's, '' where erased or not given."""

    id: int
    parcel: str
    unit: UnitView
    stage: str
    stage_name: Text
    amount_minor: int
    reduced_minor: int
    reason: str
    wait: Wait | None
    choices: tuple[Choice, ...]


def parcels_of(case: Case, by: Actor) -> list[ParcelView]:
    """The parcels of the case in the order in which they began."""
    rows = ReturnShipment.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).select_related("address").order_by("pk")
    packed: dict[int, list[UnitView]] = {}
    contents = ParcelUnit.objects.filter(merchant_id=case.merchant_id, parcel__case_id=case.pk)
    for each in contents.select_related("unit__line").order_by("unit_id"):
        packed.setdefault(each.parcel_id, []).append(_unit(each))
    waits = _waits(case, ReturnShipment)
    return [
        ParcelView(
            ref=row.ref, direction=row.direction, stage=row.stage, stage_name=stage_name("return_shipment", row.stage),
            units=tuple(packed.get(row.pk, ())), freight=NAMES[Party(row.freight)] if row.freight else None, address=_address(case, row),
            carrier=row.carrier, waybill=row.waybill, shipped_at=row.shipped_at, delivered_at=row.delivered_at, wait=waits.get(row.pk),
            choices=_choices(row, by),
        )
        for row in rows
    ]  # fmt: skip


def inspections_of(case: Case, by: Actor) -> list[InspectionView]:
    """The findings of the case, by line and piece."""
    rows = Inspection.objects.filter(merchant_id=case.merchant_id, case_id=case.pk)
    waits = _waits(case, Inspection)
    return [
        InspectionView(
            id=row.pk, parcel=row.parcel.ref, unit=_unit(row), stage=row.stage, stage_name=stage_name("inspection", row.stage),
            amount_minor=row.grant.amount_minor, reduced_minor=row.reduced_minor, reason=row.reason.body if row.reason else "",
            wait=waits.get(row.pk), choices=_choices(row, by),
        )
        for row in rows.select_related("parcel", "grant", "reason", "unit__line").order_by("unit__line__position", "unit__number")
    ]  # fmt: skip


def _unit(row: ParcelUnit | Inspection) -> UnitView:
    unit = row.unit
    return UnitView(unit.pk, unit.line.position, unit.number, say(unit.line.name_zh, unit.line.name_en))


def _address(case: Case, row: ReturnShipment) -> str:
    """What the merchant gave; the address on file once the merchant's time to give another is over (`use_known_address`)."""
    if row.address:
        return str(row.address.body)
    return "" if row.direction != BACK or row.stage == ASKS_ADDRESS else case.merchant.return_address


def _choices(row: LifeRow, by: Actor) -> tuple[Choice, ...]:
    return tuple(Choice(verb, verb_name(row.LIFE.name, verb)) for verb in row.offered(by))


def _waits(case: Case, life: type[LifeRow]) -> dict[int, Wait]:
    rows = Deadline.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, life=life.LIFE.name, ended_at__isnull=True)
    return {
        row.life_id: Wait(
            waits_for=tuple(NAMES[Party(name)] for name in row.waits_for.split(",")), until=row.due_at,
            silence=verb_name(row.life, row.silence), paused=row.paused_since is not None,
        )
        for row in rows
    }  # fmt: skip
