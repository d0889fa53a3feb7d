"""What is answered about cases: in lists, whole, their timeline, and the queue of who waits for whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Schema

from amends.api import remedy_shapes, shapes


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


class ActOut(Schema):
    """A verb that you may make now, and where to post it."""

    life: str
    verb: str
    words: shapes.TextOut
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
    stage_name: shapes.TextOut
    issue: str
    remedy: str
    title: shapes.TextOut
    claimed: shapes.Money
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
    name: shapes.TextOut
    quantity: int
    bought: int
    goods_class: str
    amount: shapes.Money


class TenderOut(Schema):
    label: shapes.TextOut
    amount: shapes.Money
    state: str


class ParcelOut(Schema):
    ref: str
    homeward: bool
    stage: shapes.TextOut
    is_over: bool
    carrier: str
    waybill: str
    freight: str
    address: str
    shipped_at: datetime | None
    delivered_at: datetime | None
    units: int


class InspectedOut(Schema):
    """What was found about one unit. `id` names it in the addresses of this case only; `photos` are evidence references by slot."""

    id: int
    parcel: str
    name: shapes.TextOut
    stage: shapes.TextOut
    is_over: bool
    amount: shapes.Money
    reduced: shapes.Money
    reason: str
    grade: str
    wrong_item: bool
    serial: str
    serial_fits: bool | None
    weight_grams: int | None
    photos: dict[str, str]


class RefundOut(Schema):
    ref: str
    tender: shapes.TextOut
    amount: shapes.Money
    state: str
    stage: shapes.TextOut
    sent_at: datetime | None
    paid_at: datetime | None


class ReviewOut(Schema):
    ref: str
    stage: shapes.TextOut
    is_over: bool
    called_by: shapes.TextOut
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
    merchant: shapes.TextOut
    consumer: shapes.TextOut
    headline: shapes.TextOut
    acts: list[ActOut]
    words: str
    lines: list[ClaimedLineOut]
    tenders: list[TenderOut]
    reasons: list[remedy_shapes.ReasonOut]
    return_freight: str
    until: datetime | None
    versions: list[str]
    lane_reasons: list[remedy_shapes.ReasonOut]
    settlements: list[remedy_shapes.SettlementOut]
    compensations: list[remedy_shapes.CompensationOut]
    refusal: shapes.TextOut | None
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
    what: shapes.TextOut
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


class QueueItem(Schema):
    """A case that waits for you: until when, and what follows without an answer."""

    case: str
    url: str
    title: shapes.TextOut
    issue: str
    remedy: str
    claimed: shapes.Money
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
