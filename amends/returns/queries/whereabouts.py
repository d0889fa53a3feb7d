"""Where each unit of a case is, and what that means for the other lives (docs/lifecycle.md 13: S3, S7, S9). Nothing is written here.

Not about pages: pages.py is. The sets below are the only place where stages of parcels are told apart outside the tables, each with
the rule that needs it.
"""

from __future__ import annotations

from dataclasses import dataclass

from amends.cases.left import MADE_GOOD, UNIT
from amends.cases.models import Case, Grant
from amends.kernel.parties import Party
from amends.kernel.tables import BIRTH
from amends.policy.rules.facts import Remedy
from amends.returns.models import Inspection, ParcelUnit, ReturnShipment
from amends.returns.rules import INSPECTION, RETURN_SHIPMENT

BACK, HOME = "back", "home"
COMES_BACK = (Remedy.RETURN_REFUND.value, Remedy.EXCHANGE.value, Remedy.REPAIR.value)
"""The remedies for which goods may have to come back first."""

# Births lead here, so the tables say it and we only give it a name.
WAITS_FOR_FINDING = INSPECTION.moves[BIRTH, "await_goods", Party.PLATFORM]
ASKS_ADDRESS = RETURN_SHIPMENT.moves[BIRTH, "ask_back", Party.PLATFORM]
TO_SEND_HOME = RETURN_SHIPMENT.moves[BIRTH, "send_home", Party.PLATFORM]
ARRIVED = RETURN_SHIPMENT.moves["delivered", "receive", Party.MERCHANT]
TAKES_MORE = frozenset({"addressing", "awaiting_dispatch"})

# S7: on its way home, or home, or lost there: whatever is decided later can't call the unit back.
LEFT_FOR_HOME = frozenset({"on_way_home", "tracing_home", "unclaimed", "home", "forfeited", "lost_on_way_home"})
# S7: the merchant says that it never came, so there is nothing to send home.
SAID_MISSING = frozenset({"missing", "missing_contested"})
NEVER_CAME = SAID_MISSING | {"not_received"}
# S9: lost or destroyed on the way back, or kept by the merchant: owed in money.
GONE = frozenset({"lost", "destroyed"})
KEPT = frozenset({"kept"})
# A settlement may drop a way home that has not begun; the unit is then where it was before.
NO_WAY = frozenset({"dropped", "lapsed"})


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """One unit: the stage of the parcel that took it back, of the one that takes it home, and of its inspection; '' where there is none."""

    unit_id: int
    back: str = ""
    home: str = ""
    inspection: str = ""
    disposed: str = ""

    @property
    def is_at_merchant(self) -> bool:
        """Whether the merchant has it and no parcel is to take it home yet."""
        return self.back == ARRIVED and not self.home and not self.disposed and self.inspection not in NEVER_CAME

    @property
    def is_away(self) -> bool:
        """S7: it left for home, is said to be missing, or the shop put it somewhere: locked, whatever becomes of the claim."""
        return self.home in LEFT_FOR_HOME or self.inspection in SAID_MISSING or bool(self.disposed)

    @property
    def is_gone(self) -> bool:
        """S9: nobody can give it back; it is owed in money."""
        return self.back in GONE or self.home in KEPT


def whereabouts(case: Case) -> dict[int, Whereabouts]:
    """Every unit of the case that was ever to travel, by its id. Two queries."""
    found: dict[int, dict[str, str]] = {}
    came_in: dict[int, int] = {}
    travelled = ParcelUnit.objects.filter(merchant_id=case.merchant_id, parcel__case_id=case.pk).order_by("parcel_id")
    for unit_id, direction, stage, parcel_id in travelled.values_list("unit_id", "parcel__direction", "parcel__stage", "parcel_id"):
        parts = found.setdefault(unit_id, {})
        if direction == BACK and stage not in NO_WAY:
            parts.clear()  # it went home before and is sent again: a second repair
            came_in[unit_id] = parcel_id
        parts[direction] = "" if stage in NO_WAY else stage
    inspected = Inspection.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).order_by("pk")
    for unit_id, stage, disposition, parcel_id in inspected.values_list("unit_id", "stage", "disposition", "parcel_id"):
        if came_in.get(unit_id, parcel_id) == parcel_id:  # what was found in an older parcel says nothing of a younger one
            found.setdefault(unit_id, {}).update(inspection=stage, disposed=disposition)
    return {unit_id: Whereabouts(unit_id, **parts) for unit_id, parts in found.items()}


def away(case: Case) -> set[int]:
    """The units that their way home or a missing-report locks (S7), by id: neither settled nor withdrawn, but finished."""
    return {unit_id for unit_id, where in whereabouts(case).items() if where.is_away}


def gone_for_good(case: Case) -> set[int]:
    """The units that are owed in money because nobody can give them back (S9), by id."""
    return {unit_id for unit_id, where in whereabouts(case).items() if where.is_gone}


def ships_back(case: Case) -> set[int]:
    """The claimed units that go back under the case's remedy, by id: as the stamped decision says of their line.

    An owed grant of the case's own remedy for a unit of this set begins as a parcel; every other one begins at once. So does another
    remedy that took its place and wants the goods: return and refund of what came wrong, or what was settled or ruled of a parcel that
    was sent at all.
    """
    others = Grant.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, subject=UNIT).exclude(remedy=case.remedy)
    units = {pk for pk, remedy in others.order_by("pk").values_list("unit_id", "remedy") if pk is not None and _instead(case, pk, remedy)}
    if case.remedy not in COMES_BACK:
        return units
    for line in case.decision.answer["lines"]:
        answer = next(a for a in line["answer"]["remedies"] if a["remedy"] == case.remedy)
        if answer["ships_back"]:
            units.update(line["units"])
    return units


def _instead(case: Case, unit_id: int, remedy: str) -> bool:
    if case.remedy in MADE_GOOD and remedy == Remedy.RETURN_REFUND:
        return True
    if remedy not in COMES_BACK or not case.shipped:
        return False
    answers = (a for line in case.decision.answer["lines"] if unit_id in line["units"] for a in line["answer"]["remedies"])
    return next((bool(a["ships_back"]) for a in answers if a["remedy"] == remedy and a["open"]), True)


def open_lives(case: Case) -> list[str]:
    """The parcels and inspections that hold a case open (S3), as `life.stage`."""
    of_case = {"merchant_id": case.merchant_id, "case_id": case.pk}
    parcels = ReturnShipment.objects.filter(**of_case, stage__in=RETURN_SHIPMENT.open_stages).order_by("pk")
    findings = Inspection.objects.filter(**of_case, stage__in=INSPECTION.open_stages).order_by("pk")
    return [
        *(f"return_shipment.{stage}" for stage in parcels.values_list("stage", flat=True)),
        *(f"inspection.{stage}" for stage in findings.values_list("stage", flat=True)),
    ]
