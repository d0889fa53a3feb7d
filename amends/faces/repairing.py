"""Repairs as a page and the API show them: each attempt, where it stands, what was found and asked, and what its reader may do.

The case has been fetched by its own reader; so whoever calls has been let in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from amends.cases.models import Case, Deadline, Evidence
from amends.cases.words import stage_name, verb_name
from amends.faces.case_view.lives import SHOWN
from amends.kernel.parties import Party
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.repairs.choosing import choices
from amends.repairs.loans import free_loan_units, loans_seen_by, may_lend
from amends.repairs.models import Repair, Warranty, Workshop
from amends.repairs.queries import PartView, RepairView, repairs_of, views
from amends.repairs.rules import POST
from amends.repairs.ways import is_with_merchant
from amends.shipping.couriers import carrier_words

WAYS: Mapping[str, Text] = {
    "post": say("寄修", "by post"), "workshop": say("送修", "in a workshop"), "home": say("上门维修", "at home"),
}  # fmt: skip
CHOICES: Mapping[str, Text] = {
    "post": say("寄给商家，修好寄回", "send it in; it comes home in a parcel"),
    "workshop": say("约好时间，送到维修点", "choose a time and bring it"),
    "home": say("约好时间，师傅上门", "choose a time and somebody comes"),
}  # fmt: skip
"""What each way asks of the consumer, who chooses among them."""
PARTS: Mapping[str, Text] = {
    "ordered": say("已订", "ordered"), "arrived": say("已到", "here"), "cancelled": say("已取消", "cancelled"),
}  # fmt: skip
MOST_LENT = 20


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt. `pay` is the supplement by which its quote is paid, '' where none is asked; `travels`: it goes home in a parcel."""

    ref: str
    case: str
    name: Text
    number: int
    attempt: int
    way_key: str
    way: Text
    stage_key: str
    stage: Text
    over: bool
    free: bool
    workshop: Text | None
    workshop_ref: str
    fault: str
    diagnosis: str
    quote: str
    quote_minor: int | None
    currency: str
    pay: str
    outcome: str
    tests: tuple[str, ...]
    parts: tuple[PartView, ...]
    photos_before: list[dict[str, Any]]
    photos_after: list[dict[str, Any]]
    carrier: Text | None
    waybill: str
    taken_in_at: datetime | None
    handed_back_at: datetime | None
    due: datetime | None
    waits_for: str
    travels: bool
    may: Mapping[str, Text]

    @property
    def takes_slot(self) -> bool:
        """Whether somebody picks a time: what came by post needs none."""
        return self.way_key != POST


@dataclass(frozen=True, slots=True)
class WarrantyView:
    """The warranty of a unit as it stands after repairs and exchanges."""

    name: Text
    ends_at: datetime
    paused_days: int
    extended_once: bool
    restarted: bool
    repair_ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class LoanView:
    """A unit that is lent while a repair lasts. `due`: until when what is asked now has to be done."""

    ref: str
    repair: str
    name: Text
    serial: str
    stage: Text
    over: bool
    due: datetime | None
    may: Mapping[str, Text]


def shown_of(case: Case, by: Actor) -> dict[str, Any]:
    """What a case's page needs to know of repairs: every attempt, the newest first, and what became of the units' warranties."""
    return {"repairs": attempts_of(case, by), "warranties": warranties_of(case)}


def all_of(case: Case, by: Actor, lives: Collection[str]) -> dict[str, Any]:
    """The same with what is lent, for a page whose case may have neither; nothing is asked where its timeline tells of none."""
    repairs = shown_of(case, by) if "repair" in lives else {}
    return repairs | {"loans": loans_of(case, by) if "loan" in lives else []}


def way_of(case: Case, by: Actor) -> dict[str, Any]:
    """What a consumer's page needs to let them choose how it is repaired; nothing where there is no choice."""
    way, ways = choices(case, by)
    return {"repair_ways": [(key, WAYS[key], CHOICES[key], key == way) for key in ways]}


def lending_of(repair: Repair, by: Actor) -> dict[str, Any]:
    """The loan of this repair, the newest first, and what could be lent for it while it lasts and has none."""
    loans = [loan for loan in loans_of(repair.case, by) if loan.repair == repair.ref]
    units = free_loan_units(repair)[:MOST_LENT] if may_lend(repair) and all(loan.over for loan in loans) else []
    return {"loans": loans, "loan_units": [(unit, say(unit.name_zh, unit.name_en)) for unit in units]}


def loans_of(case: Case, by: Actor) -> list[LoanView]:
    """The loans of this case that `by` may know of, the newest first."""
    rows = list(loans_seen_by(by).filter(merchant_id=case.merchant_id, case_id=case.pk))
    limits = Deadline.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, life="loan", ended_at__isnull=True)
    due = dict(limits.values_list("life_id", "due_at"))
    return [
        LoanView(
            row.ref, row.repair.ref, say(row.unit.name_zh, row.unit.name_en), row.unit.serial, stage_name("loan", row.stage), row.is_over,
            due.get(row.pk), {verb: verb_name("loan", verb) for verb in row.offered(by)},
        )
        for row in rows
    ]  # fmt: skip


def attempts_of(case: Case, by: Actor) -> list[Attempt]:
    """The attempts in this case that `by` may know of, the newest first."""
    return _attempts(repairs_of(case, workshop_id=(by.workshop_id or 0) if by.party is Party.WORKSHOP else None), by)


def attempt_of(row: Repair, by: Actor) -> Attempt:
    """One attempt as `by` sees it."""
    return attempts_for([row], by)[0]


def attempts_for(rows: Sequence[Repair], by: Actor) -> list[Attempt]:
    """These attempts as `by` sees them, in their order."""
    return _attempts(views(rows), by)


def warranties_of(case: Case) -> list[WarrantyView]:
    """The warranties of the case's units that a repair or an exchange has moved."""
    rows = Warranty.objects.filter(merchant_id=case.merchant_id, unit_id__in=_units(case)).select_related("unit__line").order_by("pk")
    return [
        WarrantyView(
            say(row.unit.line.name_zh, row.unit.line.name_en), row.ends_at, row.paused_days, row.extended_once,
            row.restarted_by is not None, row.repair_ends_at,
        )
        for row in rows
    ]  # fmt: skip


def workshops_of(merchant_id: int) -> list[tuple[str, Text]]:
    """The merchant's workshops that still work, by reference."""
    rows = Workshop.objects.filter(merchant_id=merchant_id, ended_at__isnull=True).order_by("key")
    return [(row.ref, say(row.name_zh, row.name_en)) for row in rows]


def _units(case: Case) -> list[int]:
    return [unit for line in case.decision.answer["lines"] for unit in line["units"]]


def _attempts(found: Sequence[RepairView], by: Actor) -> list[Attempt]:
    rows = [one.row for one in found]
    cases = {"merchant_id__in": {row.merchant_id for row in rows}, "case_id__in": {row.case_id for row in rows}}
    limits = Deadline.objects.filter(**cases, life="repair", life_id__in=[row.pk for row in rows], ended_at__isnull=True)
    due = dict(limits.order_by("pk").values_list("life_id", "due_at")) if rows else {}
    return [_attempt(one, by, due.get(one.row.pk)) for one in found]


def _attempt(one: RepairView, by: Actor, due: datetime | None) -> Attempt:
    row = one.row
    hand = by.for_its_merchant() if by.party is Party.WORKSHOP else by
    verbs = row.offered(hand)
    return Attempt(
        row.ref, row.case.ref, say(one.name_zh, one.name_en), row.unit.number, row.attempt, row.way, WAYS[row.way], row.stage,
        stage_name("repair", row.stage), row.is_over, row.in_warranty,
        say(row.workshop.name_zh, row.workshop.name_en) if row.workshop else None, row.workshop.ref if row.workshop else "",
        one.fault, one.diagnosis, one.quote, row.quote_minor, row.case.currency, one.pay_ref, one.outcome, tuple(row.tests), one.parts,
        _photos(row, row.photos_before), _photos(row, row.photos_after), carrier_words(row.carrier) if row.carrier else None, row.waybill,
        row.taken_in_at, row.handed_back_at, due, "" if row.is_over else row.awaited[0].value,
        row.way == POST and "hand_back" in verbs and is_with_merchant(row),
        {verb: verb_name("repair", verb) for verb in verbs},
    )  # fmt: skip


def _photos(row: Repair, refs: list[str]) -> list[dict[str, Any]]:
    if not refs:
        return []
    pieces = Evidence.objects.filter(merchant_id=row.merchant_id, ref__in=refs).order_by("pk")
    return [
        {
            "url": f"/evidence/{one.ref}", "thumb": f"/evidence/{one.ref}?size=thumb" if one.kind == "picture" else "", "kind": one.kind,
            "shows": SHOWN.get(one.kind, SHOWN["document"]), "taken_at": one.taken_at or one.made_at, "by": one.party, "late": one.late,
        }
        for one in pieces
    ]  # fmt: skip
