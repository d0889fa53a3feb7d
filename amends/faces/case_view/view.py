"""One case put together for one reader. Every face and the API show cases from here, so that all tell the same.

Few queries: the timeline tells which lives a case has, and only those are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from amends.cases import hooks
from amends.cases.carrying_on import carrier_of
from amends.cases.left import MADE_GOOD
from amends.cases.life import LifeRow
from amends.cases.models import Case, ClaimedUnit, Deadline, Evidence, Grant
from amends.cases.queries import TimelineRow, case_for, evidence_of, open_deadlines, timeline
from amends.cases.words import stage_name, verb_name
from amends.faces.case_view import beside, headlines, history, lives, sums, waiting
from amends.faces.case_view.limits import money_text
from amends.faces.case_view.shapes import Act, CaseView, Piece, Said, Step, SumRow, SurveyView, Turn
from amends.kernel.parties import Party
from amends.kernel.texts import Text, say
from amends.market.models import Tender
from amends.notices.promises_read import promises_of
from amends.people.queries import note_access
from amends.people.rules import Actor
from amends.policy.rules.facts import ISSUE_NAMES, REMEDY_NAMES, IssueType, Remedy
from amends.refunds.models import Refund
from amends.returns.models import Inspection, ParcelUnit
from amends.rulings.models import Review
from amends.rulings.queries import by_default
from amends.surveys.models import Survey

YOURS = say("退给你", "Refund to you")
THEIRS = say("退给消费者", "Refund to the consumer")
READ_APART = {"case", "grant", "return_shipment", "inspection", "refund", "review", "charge_back_to"}
"""Lives that are read by a query of their own, and costs that are charged on, which have pages of their own."""
CLAIM_VERBS = ("attach", "apply", "prove")


@dataclass(slots=True)
class Rows:
    """What was read of one case."""

    case: Case
    told: list[TimelineRow]
    claimed: list[ClaimedUnit]
    evidence: list[Evidence]
    deadlines: list[Deadline]
    tenders: list[Tender]
    grants: list[Grant] = field(default_factory=list)
    contents: list[ParcelUnit] = field(default_factory=list)
    inspections: list[Inspection] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    others: list[LifeRow] = field(default_factory=list)
    survey: Survey | None = None

    @property
    def lives(self) -> dict[tuple[str, int], LifeRow]:
        """Every life of the case by kind and id."""
        parcels = {one.parcel_id: one.parcel for one in self.contents}
        every: list[LifeRow] = [self.case, *self.grants, *parcels.values(), *self.inspections, *self.refunds, *self.reviews, *self.others]
        return {(row.LIFE.name, row.pk): row for row in every}


def case_view(ref: str, actor: Actor) -> CaseView:
    """The case `ref` as `actor` may see it; that it was opened is noted. Raises NotFound where it is not theirs to see."""
    case = case_for(ref, actor)
    note_access(actor, case.ref)
    rows = _read(case, actor)
    names = (say(case.consumer.name_zh, case.consumer.name_en), say(case.merchant.name_zh, case.merchant.name_en))
    acts = _acts(rows.lives, actor)
    turns = waiting.turns_of(case, rows.deadlines, rows.lives, _amounts(rows), actor.party)
    turn = None if case.is_over else waiting.shown(turns, actor.party)
    lines = sums.claimed_lines(case, rows.claimed)
    pieces = tuple(lives.piece(one) for one in rows.evidence)
    paid, decided = _paid(rows), [decision for _, decision in sums.decisions(case)]
    ruled_by_default = any(by_default(one) for one in rows.reviews[-1:] if one.ruled_at)
    return CaseView(
        case=case, reader=actor.party.value, title=case.title, headline=_headline(rows, turn, paid, actor.party),
        stage=stage_name("case", case.stage), issue=ISSUE_NAMES[IssueType(case.issue)], remedy=REMEDY_NAMES[Remedy(case.remedy)],
        is_over=case.is_over, currency=case.currency, order=case.order, consumer=names[0], merchant=names[1],
        signed_at=decided[0].facts.signed_at, lines=lines, rows=sums.sum_rows(lines, case.currency),
        total=SumRow(YOURS if actor.party is Party.CONSUMER else THEIRS, case.claimed_minor, currency=case.currency),
        tenders=sums.tender_rows(case, rows.grants, rows.refunds, rows.tenders), decided=sums.decided(case), claim=_claim(rows.told),
        evidence=pieces, refused=history.refused(rows.told), turns=turns, turn=turn, steps=_steps(rows, turn, paid), acts=acts,
        parcels=lives.parcels(rows.contents, turns, acts), units=lives.units(rows.inspections, rows.claimed, acts),
        refunds=lives.refunds(rows.refunds, acts), reviews=lives.reviews(case, rows.reviews, rows.told, pieces, names, acts),
        survey=_survey(rows.survey, rows.told), timeline=history.told(case, rows.told, consumer=names[0], merchant=names[1]),
        lane=beside.lane_view(case, decided, ruled_by_default=ruled_by_default),
        columns=beside.columns(decided, Remedy(case.remedy), case.currency), compensations=beside.compensations(decided, case.currency),
        promises=tuple(promises_of(case, actor)), lives=frozenset(row.life for row in rows.told), goes_on=_goes_on(case, rows.told),
    )  # fmt: skip


def _read(case: Case, actor: Actor) -> Rows:
    mine: Mapping[str, Any] = {"merchant_id": case.merchant_id, "case_id": case.pk}
    told = timeline(case, actor)
    there = {row.life for row in told}
    claimed = list(ClaimedUnit.objects.filter(**mine).select_related("line", "unit").order_by("line_id", "unit__number"))
    tenders = list(Tender.objects.filter(merchant_id=case.merchant_id, order_id=case.order_id))
    claimed = claimed or _carried(case)
    rows = Rows(case, told, claimed, evidence_of(case), [] if case.is_over else open_deadlines(case), tenders)
    if "grant" in there:
        rows.grants = list(Grant.objects.filter(**mine).order_by("pk"))
    if "return_shipment" in there:
        parcels = ParcelUnit.objects.filter(merchant_id=case.merchant_id, parcel__case_id=case.pk)
        rows.contents = list(parcels.select_related("parcel__address", "grant").order_by("parcel_id", "unit_id"))
    if "inspection" in there:
        rows.inspections = list(Inspection.objects.filter(**mine).select_related("grant", "reason", "parcel").order_by("pk"))
    if "refund" in there:
        rows.refunds = list(Refund.objects.filter(**mine).select_related("tender", "payee").order_by("pk"))
    if "review" in there:
        rows.reviews = list(Review.objects.filter(**mine).select_related("arbiter", "reasons", "reasons_also").order_by("pk"))
    for name in sorted(there - READ_APART):
        rows.others += hooks.LIVES[name]._default_manager.filter(**mine).order_by("pk")
    if case.is_over:
        rows.survey = Survey.objects.filter(**mine).first()
    return rows


def _carried(case: Case) -> list[ClaimedUnit]:
    """The units that a merged case was about, which another one claims now: its page goes on to say what was asked for."""
    units = [pk for line in case.decision.answer["lines"] for pk in line["units"]]
    rows = ClaimedUnit.objects.filter(merchant_id=case.merchant_id, unit_id__in=units).select_related("line", "unit")
    newest = {row.unit_id: row for row in rows.order_by("pk")}
    return sorted(newest.values(), key=lambda row: (row.line_id, row.unit.number))


def _goes_on(case: Case, told: Sequence[TimelineRow]) -> str:
    """The reference of the case that carries a merged one on; '' where it stands by itself, without a query where it always did."""
    if not any((row.life, row.verb) == ("case", "merge") for row in told):
        return ""
    carrier = carrier_of(case)
    return carrier.ref if carrier.pk != case.pk else ""


def _acts(every: Mapping[tuple[str, int], LifeRow], actor: Actor) -> tuple[Act, ...]:
    """What the actor may do now, over all lives, in the order of the tables."""
    return tuple(
        Act(life, verb, pk, getattr(row, "ref", ""), verb_name(life, verb))
        for (life, pk), row in every.items() if not row.is_over for verb in row.offered(actor)
    )  # fmt: skip


def _amounts(rows: Rows) -> dict[tuple[str, int], int]:
    """The sum that follows when each life's clock runs out."""
    minor: dict[tuple[str, int], int] = {("case", rows.case.pk): rows.case.claimed_minor}
    minor |= {("inspection", one.pk): one.grant.amount_minor for one in rows.inspections}
    for one in rows.contents:
        key = ("return_shipment", one.parcel_id)
        minor[key] = minor.get(key, 0) + one.grant.amount_minor
    return minor


def _paid(rows: Rows) -> Text | None:
    """What reached the consumer in money, None where nothing did."""
    done = sum(one.amount_minor for one in rows.refunds if sums.MONEY_STATES.get(one.stage) == "paid" and one.unit == rows.case.currency)
    return money_text(done, rows.case.currency) if done else None


def _made(rows: Rows) -> Text | None:
    """How the case ended with goods instead of money, None where it did not."""
    done = any(grant.stage == "done" and grant.remedy in MADE_GOOD for grant in rows.grants)
    there = {row.life for row in rows.told}
    return next((words for life, words in headlines.MADE.items() if done and life in there), None)


def _headline(rows: Rows, turn: Turn | None, paid: Text | None, reader: Party) -> Text:
    case = rows.case
    if case.is_over:
        return (_made(rows) if paid is None else None) or headlines.ended(case.ended_by, paid)
    life, stage = (turn.life, turn.stage) if turn else ("case", case.stage)
    return headlines.headline(reader, life, stage)


def _steps(rows: Rows, turn: Turn | None, paid: Text | None) -> tuple[Step, ...]:
    return waiting.steps_of(
        {row.life for row in rows.told}, remedy=rows.case.remedy,
        ships_back=bool(rows.contents) or (rows.case.remedy == Remedy.RETURN_REFUND and rows.case.shipped),
        homeward=any(one.parcel.direction == "home" for one in rows.contents), turn=turn, is_over=rows.case.is_over,
        ended=rows.case.is_over and paid is None and _made(rows) is None,
    )  # fmt: skip


def _claim(told: Sequence[TimelineRow]) -> Said | None:
    said = history.said_by(told, CLAIM_VERBS, Party.CONSUMER)
    return said[0] if said else None


def _survey(survey: Survey | None, told: Sequence[TimelineRow]) -> SurveyView | None:
    if survey is None:
        return None
    words = next((row.words for row in told if row.verb == "answer_survey"), "")
    return SurveyView(survey.score, words, survey.asked_at, survey.answered_at)


def evidence_items(pieces: Sequence[Piece]) -> list[dict[str, Any]]:
    """Evidence as the viewer part asks for it; the file's address is the same in every face."""
    return [
        {
            "url": f"/evidence/{one.ref}", "thumb": f"/evidence/{one.ref}?size=thumb" if one.kind == "picture" else "", "kind": one.kind,
            "shows": lives.SHOWN.get(one.kind, lives.SHOWN["document"]),
            "taken_at": one.taken_at or one.made_at, "by": one.party, "late": one.late,
        }
        for one in pieces
    ]  # fmt: skip
