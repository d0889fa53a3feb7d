"""The lives of a case as a reader sees them: parcels with contents, findings per unit, refunds per tender, reviews with both sides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from amends.cases.models import Case, ClaimedUnit, Evidence
from amends.cases.queries import TimelineRow
from amends.cases.words import stage_name
from amends.faces.case_view.history import said_by
from amends.faces.case_view.shapes import Act, InspectedUnit, Parcel, Piece, RefundRow, ReviewView, SeenUnit, Side, Turn
from amends.faces.case_view.sums import MONEY_STATES
from amends.faces.words import into
from amends.kernel.parties import NAMES, Party
from amends.kernel.texts import Text, say
from amends.refunds.models import Refund
from amends.refunds.reasons import reason_words
from amends.refunds.where import label_of
from amends.returns.grading import CHECKS, SLOTS, template_of
from amends.returns.models import Inspection, ParcelUnit
from amends.returns.verbs.seeing import WRONG_ITEM
from amends.rulings.citing import cited
from amends.rulings.models import Review
from amends.rulings.queries import OUTCOMES, by_default, reasons_of
from amends.rulings.rules import REVIEW
from amends.shipping.couriers import carrier_words

STATEMENTS = {
    Party.CONSUMER: ("attach", "apply", "prove", "call_platform", "contest", "submit"),
    Party.MERCHANT: ("refuse", "ask_proof", "call_platform", "reduce", "reject", "report_missing", "submit"),
}
SHOWN: dict[str, Text] = {"picture": say("照片", "Picture"), "video": say("视频", "Video"), "document": say("文件", "Document")}


def piece(one: Evidence) -> Piece:
    """One file."""
    return Piece(one.ref, one.party, one.kind, one.mime, one.taken_at, one.made_at, one.late)


def _acts(acts: Iterable[Act], life: str, pk: int) -> tuple[Act, ...]:
    return tuple(act for act in acts if act.life == life and act.id == pk)


def parcels(contents: Sequence[ParcelUnit], turns: Sequence[Turn], acts: Sequence[Act]) -> tuple[Parcel, ...]:
    """Each parcel once, with the turn that runs for it."""
    found: dict[int, list[ParcelUnit]] = {}
    for one in contents:
        found.setdefault(one.parcel_id, []).append(one)
    return tuple(_parcel(units, turns, acts) for units in found.values())


def _parcel(units: Sequence[ParcelUnit], turns: Sequence[Turn], acts: Sequence[Act]) -> Parcel:
    row = units[0].parcel
    turn = next((one for one in turns if one.life == "return_shipment" and one.life_id == row.pk), None)
    return Parcel(
        row.pk, row.ref, row.direction == "home", stage_name("return_shipment", row.stage), row.is_over, row.carrier,
        carrier_words(row.carrier), row.waybill, row.freight, row.address.body if row.address else "", row.shipped_at, row.delivered_at,
        tuple(str(one.unit_id) for one in units), len(units), turn, _acts(acts, "return_shipment", row.pk),
    )  # fmt: skip


def units(inspections: Sequence[Inspection], claimed: Sequence[ClaimedUnit], acts: Sequence[Act]) -> tuple[InspectedUnit, ...]:
    """Each unit that arrived, or was said to be missing."""
    known = {one.unit_id: one for one in claimed}
    return tuple(_unit(one, known[one.unit_id], acts) for one in inspections if one.unit_id in known)


def _unit(row: Inspection, claimed: ClaimedUnit, acts: Sequence[Act]) -> InspectedUnit:
    line = claimed.line
    return InspectedUnit(
        row.pk, row.parcel.ref, row.unit_id, say(line.name_zh, line.name_en), claimed.unit.number, line.goods_class,
        stage_name("inspection", row.stage), row.is_over, row.grant.amount_minor, row.reduced_minor,
        row.reason.body if row.reason else "", _acts(acts, "inspection", row.pk), seen_of(row, line.goods_class),
    )  # fmt: skip


def seen_of(row: Inspection, goods_class: str) -> SeenUnit:
    """What the bench saw, in words."""
    grades = template_of(goods_class).grades
    return SeenUnit(
        row.grade, grades.get(row.grade), bool(row.checks.get(WRONG_ITEM)), row.serial, row.serial_fits, row.weight_grams,
        tuple((name, CHECKS[name], bool(answer)) for name, answer in sorted(row.checks.items()) if name in CHECKS),
        tuple((slot, SLOTS[slot], ref) for slot, ref in row.photos.items() if slot in SLOTS),
    )  # fmt: skip


def refunds(rows: Sequence[Refund], acts: Sequence[Act]) -> tuple[RefundRow, ...]:
    """Every intent, also those that came to nothing."""
    return tuple(
        RefundRow(
            row.pk, row.ref, label_of(row), row.amount_minor, row.unit.split(".")[0], MONEY_STATES.get(row.stage, "none"),
            stage_name("refund", row.stage), row.reason, reason_words(row.reason), row.sent_at, row.paid_at, _acts(acts, "refund", row.pk),
        )
        for row in rows
    )  # fmt: skip


def reviews(
    case: Case, rows: Sequence[Review], told: Sequence[TimelineRow], evidence: Sequence[Piece], names: tuple[Text, Text],
    acts: Sequence[Act],
) -> tuple[ReviewView, ...]:  # fmt: skip
    """Every review with the two sides at equal weight."""
    consumer, merchant = (
        Side(party.value, name, said_by(told, STATEMENTS[party], party), tuple(one for one in evidence if one.party == party.value))
        for party, name in zip((Party.CONSUMER, Party.MERCHANT), names, strict=True)
    )
    return tuple(_review(case, row, consumer, merchant, acts) for row in rows)


def _review(case: Case, row: Review, consumer: Side, merchant: Side, acts: Sequence[Act]) -> ReviewView:
    return ReviewView(
        row.pk, row.ref, stage_name("review", row.stage), row.is_over,
        bool(REVIEW.who_may(row.stage, "submit")), NAMES[Party(row.called_by)],
        row.arbiter.name if row.arbiter else "", consumer, merchant, row.outcome,
        OUTCOMES.get(row.outcome), row.liable, row.clause, into(reasons_of(row)) if row.reasons and row.reasons.body else "",
        row.ruled_at, row.bound_at, _acts(acts, "review", row.pk), row.ruled_at is not None and by_default(row),
        cited(case, row.clause).chip if row.clause else None,
    )  # fmt: skip
