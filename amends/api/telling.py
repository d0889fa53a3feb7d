"""From what queries and verbs answer to the shapes of the API. Says where each act is posted to; decides nothing."""

from __future__ import annotations

from typing import Any

from amends.api import case_shapes, order_shapes, remedy_shapes, shapes
from amends.cases.claims import Considered
from amends.cases.models import Case
from amends.cases.queries import QueuePage, TimelineRow
from amends.cases.rules.facts import outward
from amends.cases.words import stage_name, verb_name
from amends.faces.case_view import CaseView, beside
from amends.faces.case_view.shapes import Act, Column, Compensation, InspectedUnit, Parcel, Piece, RefundRow, ReviewView, Spoken
from amends.faces.case_view.waiting import held_now
from amends.kernel.texts import Text, say
from amends.market.models import Order
from amends.people.rules import Actor
from amends.policy.rules.decision import Reason
from amends.policy.rules.facts import REMEDY_NAMES, Remedy

ROOT = "/api/v1"
# Where a verb is posted to: a noun below what it is about. A verb that is not here has no address in this face yet.
ADDRESSES: dict[tuple[str, str], str] = {
    ("case", "approve"): "/cases/{case}/approval",
    ("case", "refuse"): "/cases/{case}/refusal",
    ("case", "ask_proof"): "/cases/{case}/proof-request",
    ("case", "prove"): "/cases/{case}/proof",
    ("case", "call_platform"): "/cases/{case}/review",
    ("case", "ask_person"): "/cases/{case}/person",
    ("case", "accept_refusal"): "/cases/{case}/refusal-acceptance",
    ("case", "withdraw"): "/cases/{case}/withdrawal",
    ("case", "let_stand"): "/cases/{case}/standing",
    ("case", "answer_survey"): "/cases/{case}/rating",
    ("return_shipment", "give_address"): "/parcels/{ref}/address",
    ("return_shipment", "ship"): "/parcels/{ref}/dispatch",
    ("return_shipment", "book_pickup"): "/parcels/{ref}/pickup",
    ("return_shipment", "cancel_pickup"): "/parcels/{ref}/pickup-cancellation",
    ("return_shipment", "receive"): "/parcels/{ref}/receipt",
    ("return_shipment", "keep_goods"): "/parcels/{ref}/keeping",
    ("return_shipment", "collect"): "/parcels/{ref}/collection",
    ("inspection", "accept"): "/cases/{case}/inspections/{id}/acceptance",
    ("inspection", "accept_finding"): "/cases/{case}/inspections/{id}/finding-acceptance",
    ("inspection", "contest"): "/cases/{case}/inspections/{id}/contest",
    ("inspection", "reduce"): "/cases/{case}/inspections/{id}/finding",
    ("inspection", "reject"): "/cases/{case}/inspections/{id}/finding",
    ("inspection", "report_missing"): "/cases/{case}/inspections/{id}/finding",
    ("review", "submit"): "/reviews/{ref}/submissions",
    ("review", "close_round"): "/reviews/{ref}/round-closing",
    ("review", "close_replies"): "/reviews/{ref}/reply-closing",
    ("review", "rule"): "/reviews/{ref}/ruling",
    ("review", "reassign"): "/reviews/{ref}/reassignment",
    ("review", "ask_more"): "/reviews/{ref}/more",
    ("review", "order_test"): "/reviews/{ref}/tests",
    ("review", "report_test"): "/reviews/{ref}/test-report",
    ("review", "draft_ruling"): "/reviews/{ref}/draft",
    ("review", "return_draft"): "/reviews/{ref}/draft-return",
    ("case", "appeal"): "/cases/{case}/appeal",
    ("appeal", "admit"): "/appeals/{ref}/admission",
    ("appeal", "uphold"): "/appeals/{ref}/upholding",
    ("appeal", "change"): "/appeals/{ref}/change",
    ("appeal", "send_back"): "/appeals/{ref}/sending-back",
    ("appeal", "retract"): "/appeals/{ref}/retraction",
    ("refund", "retry"): "/refunds/{ref}/retry",
}


def text(said: Text) -> shapes.TextOut:
    """Both languages."""
    return shapes.TextOut(**said.both())


def money(minor: int, currency: str) -> shapes.Money:
    """A sum."""
    return shapes.Money(amount_minor=minor, currency=currency)


def order(row: Order) -> order_shapes.OrderOut:
    """An order as `orders_of` reads it."""
    return order_shapes.OrderOut(
        ref=row.ref,
        number=row.number,
        merchant=text(say(row.merchant.name_zh, row.merchant.name_en)),
        merchant_ref=row.merchant.ref,
        consumer_ref=row.consumer.ref,
        placed_at=row.placed_at,
        paid=money(row.paid_minor, row.currency),
        freight=money(row.freight_minor, row.currency),
        packaging=money(row.packaging_minor, row.currency),
        lines=[
            order_shapes.OrderLineOut(
                position=line.position,
                name=text(say(line.name_zh, line.name_en)),
                goods_class=line.goods_class,
                quantity=line.quantity,
                paid=money(line.paid_minor, row.currency),
            )
            for line in sorted(row.lines.all(), key=lambda line: line.position)
        ],
        shipments=[
            order_shapes.ShipmentOut(carrier=one.carrier, waybill=one.waybill, shipped_at=one.shipped_at, signed_at=one.signed_at)
            for one in row.shipments.all()
        ],
    )


def considered(found: Considered) -> remedy_shapes.ConsiderationOut:
    """The decision: every remedy with its reasons, sums, freight and window."""
    first = found.lines[0].decision
    ends = [line.decision.window_ends for line in found.lines if line.decision.window_ends]
    return remedy_shapes.ConsiderationOut(
        order=found.order.ref,
        issue=found.issue.value,
        remedies=[_remedy(found, remedy) for remedy in Remedy],
        missing=[remedy_shapes.QuestionOut(flag=question.flag, text=text(question.text)) for question in found.missing],
        window_ends=min(ends, default=None),
        in_kind_minor=found.coupon_minor(),
        compensations=_compensations(
            beside.compensations([line.decision for line in found.lines], found.order.currency), found.order.currency
        ),
        limits=dict(first.limits),
        versions=list(first.versions),
    )


def _remedy(found: Considered, remedy: Remedy) -> remedy_shapes.RemedyOut:
    answers, currency = found.answers(remedy), found.order.currency
    reasons = {reason.text.en: reason for answer in answers for reason in answer.reasons}
    first, payer = answers[0], found.return_freight(remedy)
    rows = [
        remedy_shapes.SumRowOut(line=line.line.position, text=text(row.text), amount=money(row.minor, currency), clause=row.clause)
        for line in found.lines
        for row in line.decision.answer(remedy).sum_rows
    ]
    ends = [answer.until for answer in answers if answer.until]
    return remedy_shapes.RemedyOut(
        remedy=remedy.value,
        name=text(REMEDY_NAMES[remedy]),
        open=found.is_open(remedy),
        reasons=[_reason(reason) for reason in reasons.values()],
        opens_by=text(first.opens_by) if first.opens_by else None,
        amount=money(found.amount_minor(remedy), currency),
        rows=rows,
        return_freight=payer.value if payer else None,
        freight_clause=first.freight_clause,
        until=min(ends, default=None),
        evidence_min=found.evidence_min(remedy),
        ships_back=any(answer.ships_back for answer in answers),
        lane=found.lane(remedy).value,
        settlements=_settlements(beside.columns([line.decision for line in found.lines], remedy, currency), currency),
    )


def _reason(reason: Reason) -> remedy_shapes.ReasonOut:
    return remedy_shapes.ReasonOut(
        text=text(reason.text), clause=reason.clause, article=text(reason.article), holds=reason.holds, source=reason.source, tag=reason.tag
    )


def _spoken(one: Spoken) -> remedy_shapes.ReasonOut:
    return remedy_shapes.ReasonOut(
        text=text(one.text),
        clause=str(one.clause["key"]),
        article=_either(one.clause["key"]),
        holds=one.holds,
        source=one.source,
        tag=one.tag,
    )


def _settlements(columns: tuple[Column, ...], currency: str) -> list[remedy_shapes.SettlementOut]:
    return [remedy_shapes.SettlementOut(name=text(one.name), amount=money(one.minor, currency), chosen=one.chosen) for one in columns]


def _compensations(found: tuple[Compensation, ...], currency: str) -> list[remedy_shapes.CompensationOut]:
    return [
        remedy_shapes.CompensationOut(
            name=one.name,
            title=text(one.title),
            open=one.open,
            amount=money(one.amount_minor, currency),
            reasons=[_spoken(reason) for reason in one.reasons],
            needs=[text(need) for need in one.needs],
        )
        for one in found
    ]


# ── cases ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def short(case: Case) -> case_shapes.CaseShort:
    """A case from its own row alone."""
    return case_shapes.CaseShort(**_short(case))


def opened(case: Case, actor: Actor) -> case_shapes.CaseOpened:
    """The answer to an application: no other life exists yet, so the case's own acts are all."""
    acts = [Act("case", verb, case.pk, case.ref, verb_name("case", verb)) for verb in case.offered(actor)]
    return case_shapes.CaseOpened(**_short(case), order=case.order.ref, decision=case.decision.ref, acts=_acts(acts, case.ref))


def _short(case: Case) -> dict[str, Any]:
    return {
        "ref": case.ref,
        "url": f"{ROOT}/cases/{case.ref}",
        "stage": case.stage,
        "stage_name": text(stage_name("case", case.stage)),
        "issue": case.issue,
        "remedy": case.remedy,
        "title": text(case.title),
        "claimed": money(case.claimed_minor, case.currency),
        "units": case.units_count,
        "goods_class": case.goods_class,
        "channel": case.channel,
        "lane": case.lane,
        "person_asked_at": case.person_asked_at,
        "opened_at": case.opened_at,
        "closed_at": case.closed_at,
        "ended_by": case.ended_by,
        "turns": [
            case_shapes.TurnOut(**{name: turn[name] for name in case_shapes.TurnOut.model_fields if name in turn}) for turn in case.turns
        ],
    }


def case(view: CaseView) -> case_shapes.CaseOut:
    """One case as its reader may see it."""
    currency = view.currency
    return case_shapes.CaseOut(
        **_short(view.case),
        order=view.case.order.ref,
        merchant=text(view.merchant),
        consumer=text(view.consumer),
        headline=text(view.headline),
        acts=_acts(view.acts, view.ref),
        words=view.claim.words if view.claim else "",
        lines=[
            case_shapes.ClaimedLineOut(
                position=line.position,
                name=text(line.name),
                quantity=line.quantity,
                bought=line.bought,
                goods_class=line.goods_class,
                amount=money(line.amount_minor, currency),
            )
            for line in view.lines
        ],
        tenders=[
            case_shapes.TenderOut(label=text(row.label), amount=money(row.minor, row.currency), state=row.state) for row in view.tenders
        ],
        reasons=[_spoken(one) for one in view.decided.reasons],
        return_freight=view.decided.return_freight,
        until=view.decided.until,
        versions=list(view.decided.versions),
        lane_reasons=[_spoken(one) for one in view.lane.reasons],
        settlements=_settlements(view.columns, currency),
        compensations=_compensations(view.compensations, currency),
        refusal=text(view.refused.reason) if view.refused else None,
        refusal_words=view.refused.words if view.refused else "",
        evidence=[evidence(piece, view.ref) for piece in view.evidence],
        parcels=[_parcel(parcel) for parcel in view.parcels],
        inspections=[_inspected(unit, currency) for unit in view.units],
        refunds=[_refund(row) for row in view.refunds],
        reviews=[_review(review) for review in view.reviews],
        survey=case_shapes.SurveyOut(
            score=view.survey.score, words=view.survey.words, asked_at=view.survey.asked_at, answered_at=view.survey.answered_at
        )
        if view.survey
        else None,
    )


def _either(said: Text | str) -> shapes.TextOut:
    return text(said) if isinstance(said, Text) else shapes.TextOut(zh=said, en=said)


def _acts(acts: tuple[Act, ...] | list[Act], ref: str) -> list[case_shapes.ActOut]:
    return [
        case_shapes.ActOut(
            life=act.life,
            verb=act.verb,
            words=text(act.words),
            url=ROOT + ADDRESSES[act.life, act.verb].format(case=ref, ref=act.ref, id=act.id),
        )
        for act in acts
        if (act.life, act.verb) in ADDRESSES
    ]


def evidence(piece: Piece, case_ref: str | None, *, url: str = "") -> case_shapes.EvidenceOut:
    """A file and where it is fetched."""
    return case_shapes.EvidenceOut(
        ref=piece.ref,
        url=f"{ROOT}/cases/{case_ref}/evidence/{piece.ref}" if case_ref else url,
        party=piece.party,
        kind=piece.kind,
        mime=piece.mime,
        taken_at=piece.taken_at,
        made_at=piece.made_at,
        late=piece.late,
    )


def _parcel(parcel: Parcel) -> case_shapes.ParcelOut:
    return case_shapes.ParcelOut(
        ref=parcel.ref,
        homeward=parcel.homeward,
        stage=text(parcel.stage),
        is_over=parcel.is_over,
        carrier=parcel.carrier,
        waybill=parcel.waybill,
        freight=parcel.freight,
        address=parcel.address,
        shipped_at=parcel.shipped_at,
        delivered_at=parcel.delivered_at,
        units=parcel.count,
    )


def _inspected(unit: InspectedUnit, currency: str) -> case_shapes.InspectedOut:
    return case_shapes.InspectedOut(
        id=unit.id,
        parcel=unit.parcel,
        name=text(unit.name),
        stage=text(unit.stage),
        is_over=unit.is_over,
        amount=money(unit.amount_minor, currency),
        reduced=money(unit.reduced_minor, currency),
        reason=unit.reason,
        grade=unit.seen.grade,
        wrong_item=unit.seen.wrong_item,
        serial=unit.seen.serial,
        serial_fits=unit.seen.serial_fits,
        weight_grams=unit.seen.weight_grams,
        photos={slot: ref for slot, _, ref in unit.seen.photos},
    )


def _refund(row: RefundRow) -> case_shapes.RefundOut:
    return case_shapes.RefundOut(
        ref=row.ref,
        tender=text(row.label),
        amount=money(row.minor, row.currency),
        state=row.state,
        stage=text(row.stage),
        sent_at=row.sent_at,
        paid_at=row.paid_at,
    )


def _review(review: ReviewView) -> case_shapes.ReviewOut:
    return case_shapes.ReviewOut(
        ref=review.ref,
        stage=text(review.stage),
        is_over=review.is_over,
        called_by=text(review.called_by),
        outcome=review.outcome,
        liable=review.liable,
        clause=review.clause,
        reasons=review.reasons,
        ruled_at=review.ruled_at,
        bound_at=review.bound_at,
    )


def entry(row: TimelineRow) -> case_shapes.EntryOut:
    """One line of the timeline, without the database's keys."""
    return case_shapes.EntryOut(
        number=row.number,
        at=row.made_at,
        party=row.party.value,
        automatic=row.automatic,
        what=text(row.what),
        life=row.life,
        verb=row.verb,
        went_to=row.went_to,
        times=row.times,
        words=row.words,
        erased=row.erased,
        facts=outward(row.facts),
        hash=row.hash,
    )


def queue(page: QueuePage) -> case_shapes.QueueOut:
    """A page of the queue."""
    items = [
        case_shapes.QueueItem(
            case=row.ref,
            url=f"{ROOT}/cases/{row.ref}",
            title=text(row.title),
            issue=row.issue,
            remedy=row.remedy,
            claimed=money(row.amount_minor, row.currency),
            units=row.units,
            stage=row.stage,
            life=row.life,
            life_stage=row.life_stage,
            limit=row.limit,
            silence=row.silence,
            due_at=row.due_at,
            legal_due_at=row.legal_due_at,
            paused=row.paused or held_now(row.held_from, row.held_until) is not None,
            lane=row.lane,
        )
        for row in page.rows
    ]
    return case_shapes.QueueOut(items=items, next=page.after, total=page.total, more=page.most)
