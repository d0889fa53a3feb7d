"""What is answered. Sums are integers in minor units with their currency, instants RFC 3339 in UTC, words in both languages.

The field names are those of the trade (docs/glossary); nothing here reads the database (telling.py fills these).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import ConfigDict


class TextOut(Schema):
    """A sentence in both languages."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"zh": "退货退款", "en": "return and refund"}]})

    zh: str
    en: str


class Money(Schema):
    """A sum in minor units. `currency` is an ISO code, or the unit of a tender restored in kind, such as CNY.coupon."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"amount_minor": 12860, "currency": "CNY"}]})

    amount_minor: int
    currency: str


class FieldProblem(Schema):
    detail: str
    texts: TextOut


class Problem(Schema):
    """RFC 9457. `detail` follows Accept-Language, `texts` holds both languages, `fields` names what is wrong and what would be right."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:amends:problem:wrong_quantity",
                    "title": "Something in it is not right",
                    "status": 422,
                    "detail": "1 were bought; 0 can still be claimed.",
                    "code": "wrong_quantity",
                    "texts": {"zh": "这件商品买了 1 件，还能申请 0 件。", "en": "1 were bought; 0 can still be claimed."},
                    "fields": {},
                }
            ]
        }
    )

    type: str
    title: str
    status: int
    detail: str
    code: str
    texts: TextOut
    fields: dict[str, FieldProblem]


# ── orders ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


class OrderLineOut(Schema):
    position: int
    name: TextOut
    goods_class: str
    quantity: int
    paid: Money


class ShipmentOut(Schema):
    carrier: str
    waybill: str
    shipped_at: datetime | None
    signed_at: datetime | None


class OrderOut(Schema):
    ref: str
    number: str
    merchant: TextOut
    merchant_ref: str
    consumer_ref: str
    placed_at: datetime
    paid: Money
    freight: Money
    packaging: Money
    lines: list[OrderLineOut]
    shipments: list[ShipmentOut]


class OrdersPage(Schema):
    items: list[OrderOut]
    next: str | None


class ReasonOut(Schema):
    """One rule that spoke; `holds` false is why not. `tag` says how surely it was read at `source`: P the law's text, S secondary, I
    interpretation, G general."""

    text: TextOut
    clause: str
    article: TextOut
    holds: bool
    source: str = ""
    tag: str = ""


class SumRowOut(Schema):
    """One row of a sum; the rows add up to the amount exactly."""

    line: int
    text: TextOut
    amount: Money
    clause: str


class SettlementOut(Schema):
    """One way to settle a part return under a lost promise; the chosen one is refunded."""

    name: TextOut
    amount: Money
    chosen: bool


class CompensationOut(Schema):
    """A sum beside the remedies that law or promise may give: information, not carried out. `needs` would open it."""

    name: str
    title: TextOut
    open: bool
    amount: Money
    reasons: list[ReasonOut]
    needs: list[TextOut]


class RemedyOut(Schema):
    """What the policy says of one remedy. `return_freight`: who pays the way back; `until`: the end of the window that it rests on;
    `lane`: who would look at it, never whether it is open; `settlements`: both ways to count a part return, where there are two."""

    remedy: str
    name: TextOut
    open: bool
    carried_out: bool
    reasons: list[ReasonOut]
    opens_by: TextOut | None
    amount: Money
    rows: list[SumRowOut]
    return_freight: str | None
    freight_clause: str
    until: datetime | None
    evidence_min: int
    ships_back: bool
    lane: str
    settlements: list[SettlementOut]


class QuestionOut(Schema):
    """A fact still needed: answer it in `flags` of each line (or `bad_share_bps`, `weighing`)."""

    flag: str
    text: TextOut


class ConsiderationOut(Schema):
    order: str
    issue: str
    remedies: list[RemedyOut]
    missing: list[QuestionOut]
    window_ends: datetime | None
    in_kind_minor: int
    compensations: list[CompensationOut]
    limits: dict[str, str]
    versions: list[str]


class EvidenceOut(Schema):
    """A file; fetch it at `url`. `late`: came after the first round of a review."""

    ref: str
    url: str
    party: str
    kind: str
    mime: str
    taken_at: datetime | None
    made_at: datetime
    late: bool


# ── cases ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


class ActOut(Schema):
    """A verb that you may make now, and where to post it."""

    life: str
    verb: str
    words: TextOut
    url: str


class TurnOut(Schema):
    """Who is waited for until when; `silence` is the verb that follows by itself. Between `held_from` and `held_until` the clock stands
    still by the rules (it is in `due_at` already); `legal_due_at` is the law's own limit beside it."""

    party: str
    due_at: datetime
    legal_due_at: datetime | None = None
    held_from: datetime | None = None
    held_until: datetime | None = None
    paused: bool
    life: str
    stage: str
    limit: str
    silence: str


class CaseShort(Schema):
    """A case in a list, and the answer to an application."""

    ref: str
    url: str
    stage: str
    stage_name: TextOut
    issue: str
    remedy: str
    title: TextOut
    claimed: Money
    units: int
    goods_class: str
    channel: str
    lane: str
    person_asked_at: datetime | None
    opened_at: datetime
    closed_at: datetime | None
    ended_by: str
    turns: list[TurnOut]


class CaseOpened(CaseShort):
    """What an application brought: whose turn it is, and what you may do."""

    order: str
    decision: str
    acts: list[ActOut]


class CasesPage(Schema):
    items: list[CaseShort]
    next: str | None


class ClaimedLineOut(Schema):
    position: int
    name: TextOut
    quantity: int
    bought: int
    goods_class: str
    amount: Money


class TenderOut(Schema):
    label: TextOut
    amount: Money
    state: str


class ParcelOut(Schema):
    ref: str
    homeward: bool
    stage: TextOut
    is_over: bool
    carrier: str
    waybill: str
    freight: str
    address: str
    shipped_at: datetime | None
    delivered_at: datetime | None
    units: int


class InspectedOut(Schema):
    """What was found about one unit. `id` names it in the addresses of this case only."""

    id: int
    parcel: str
    name: TextOut
    stage: TextOut
    is_over: bool
    amount: Money
    reduced: Money
    reason: str


class RefundOut(Schema):
    ref: str
    tender: TextOut
    amount: Money
    state: str
    stage: TextOut
    sent_at: datetime | None
    paid_at: datetime | None


class ReviewOut(Schema):
    ref: str
    stage: TextOut
    is_over: bool
    called_by: TextOut
    outcome: str
    liable: str
    clause: str
    reasons: str
    ruled_at: datetime | None
    bound_at: datetime | None


class SurveyOut(Schema):
    score: int | None
    words: str
    asked_at: datetime
    answered_at: datetime | None


class CaseOut(CaseShort):
    """One case as you may see it."""

    order: str
    merchant: TextOut
    consumer: TextOut
    headline: TextOut
    acts: list[ActOut]
    words: str
    lines: list[ClaimedLineOut]
    tenders: list[TenderOut]
    reasons: list[ReasonOut]
    return_freight: str
    until: datetime | None
    versions: list[str]
    lane_reasons: list[ReasonOut]
    settlements: list[SettlementOut]
    compensations: list[CompensationOut]
    refusal: TextOut | None
    refusal_words: str
    evidence: list[EvidenceOut]
    parcels: list[ParcelOut]
    inspections: list[InspectedOut]
    refunds: list[RefundOut]
    reviews: list[ReviewOut]
    survey: SurveyOut | None


class EntryOut(Schema):
    """One line of the timeline. `hash` chains it to the line before; `words` were written by a person and may have been erased."""

    number: int
    at: datetime
    party: str
    automatic: bool
    what: TextOut
    life: str
    verb: str
    went_to: str
    times: int
    words: str
    erased: bool
    facts: dict[str, Any]
    hash: str


class TimelineOut(Schema):
    case: str
    items: list[EntryOut]


# ── the rest ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


class QueueItem(Schema):
    """A case that waits for you: until when, and what follows without an answer."""

    case: str
    url: str
    title: TextOut
    issue: str
    remedy: str
    claimed: Money
    units: int
    stage: str
    life: str
    life_stage: str
    limit: str
    silence: str
    due_at: datetime
    legal_due_at: datetime | None
    paused: bool
    lane: str


class QueueOut(Schema):
    """Nearest first. `total` stops counting at 1,000; `more` says that it did."""

    items: list[QueueItem]
    next: str | None
    total: int
    more: bool


class HookOut(Schema):
    """The push is kept: `stored` for the first time, or `known` from before. What it says is worked afterwards."""

    state: str
