"""The shapes of a case as faces show it: frozen, in words where a person reads them, in minor units and instants where a program does.

The names of the fields are those that the parts of the faces ask for (`turn.due`, `row.minor`, `entry.at`), so a view can be handed over
as it is. Nothing here reads the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from amends.cases.models import Case
from amends.faces.origins import Origin, origin_of
from amends.faces.parties import look
from amends.kernel.texts import Text
from amends.notices.promises_read import Told as Promised

Clause = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SumRow:
    """One line of a sum; the rows of a sum add up to its total exactly. `tender` rows carry a `state` of the money instead of a clause."""

    label: Text
    minor: int
    note: Text | None = None
    clause: Clause | None = None
    currency: str = "CNY"
    state: str = ""


@dataclass(frozen=True, slots=True)
class ClaimedLine:
    """One article of the claim: how many of how many bought, what they cost and what they bring back, in minor units.

    `list - discount - coupon = paid`; `amount_minor` is the sum of `rows`.
    """

    position: int
    name: Text
    quantity: int
    bought: int
    goods_class: str
    list_minor: int
    discount_minor: int
    coupon_minor: int
    freight_minor: int
    paid_minor: int
    amount_minor: int
    rows: tuple[SumRow, ...]


@dataclass(frozen=True, slots=True)
class Spoken:
    """One rule that spoke when the case was opened. `tag` says how surely it was read (P the law's text, S secondary, I interpretation,
    G general), `source` where; both empty in decisions of before they were kept."""

    text: Text
    holds: bool
    clause: Clause
    source: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One way to settle a part return; its rows add up to `minor`. The chosen one is the one that is refunded."""

    name: Text
    minor: int
    rows: tuple[SumRow, ...]
    chosen: bool


@dataclass(frozen=True, slots=True)
class Compensation:
    """A sum beside the remedies that the law or a promise may give: information, which Amends does not carry out. `needs` says what would
    open it; `first_asked`: whoever is asked first pays first."""

    name: str
    title: Text
    open: bool
    amount_minor: int
    rows: tuple[SumRow, ...]
    reasons: tuple[Spoken, ...]
    needs: tuple[Text, ...]
    first_asked: bool


@dataclass(frozen=True, slots=True)
class LaneView:
    """Who looks at the claim, and why. `by_machine` is said where rules alone decided; `asked_at`: since when a person is to decide."""

    key: str
    name: Text
    reasons: tuple[Spoken, ...]
    by_machine: Text | None
    asked_at: datetime | None


@dataclass(frozen=True, slots=True)
class LegalClock:
    """The duty of the law that runs beside a limit: until when, and its article."""

    due: datetime
    clause: Clause


@dataclass(frozen=True, slots=True)
class Decided:
    """The stamped decision: why the remedy is open, who must prove, who pays the way back, until when, under which rules."""

    reasons: tuple[Spoken, ...]
    proof: Spoken
    return_freight: str
    freight: Spoken | None
    until: datetime | None
    versions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """Words that one side wrote; `erased` where they were taken out again."""

    party: str
    at: datetime
    words: str
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Why the merchant said no: a reason of the list, and the merchant's own words."""

    reason: Text
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of evidence. `evidence_items` gives its address."""

    ref: str
    party: str
    kind: str
    mime: str
    taken_at: datetime | None
    made_at: datetime
    late: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """Somebody is waited for until an instant, and what follows by itself. `provisional`: the day rests on holidays not yet announced.

    `paused` is the instant from which what is left counts: since when it stands still, or the end of a pause of the pack that is on;
    `held` tells of such a pause. `legal` is the law's own clock beside it.
    """

    party: str
    parties: tuple[str, ...]
    words: Text | None
    due: datetime
    paused: datetime | None
    silence: Text
    clause: Clause
    provisional: bool
    life: str
    life_id: int
    stage: str
    limit: str
    verb: str
    also: Text | None = None
    lapsed: Text | None = None
    held: Text | None = None
    legal: LegalClock | None = None

    @property
    def nearest(self) -> datetime:
        """The nearer of the two clocks."""
        return min(self.due, self.legal.due) if self.legal else self.due

    @property
    def legal_first(self) -> bool:
        """The law's clock ends before the platform's."""
        return self.legal is not None and self.legal.due < self.due

    @property
    def css(self) -> str:
        """The class of the party's colours."""
        return look(self.party).css


@dataclass(frozen=True, slots=True)
class Step:
    """One part of the way, for the period bar; `state` is 'done', 'cur' or ''."""

    key: str
    name: Text
    note: Text | None
    state: str


@dataclass(frozen=True, slots=True)
class Act:
    """A verb that the reader may make now: on which life, with its id and, where it has one, its reference."""

    life: str
    verb: str
    id: int
    ref: str
    words: Text


@dataclass(frozen=True, slots=True)
class Parcel:
    """One parcel back or home, what is in it, and who waits for it."""

    id: int
    ref: str
    homeward: bool
    stage: Text
    is_over: bool
    carrier: str
    carrier_name: Text
    waybill: str
    freight: str
    address: str
    shipped_at: datetime | None
    delivered_at: datetime | None
    units: tuple[str, ...]
    count: int
    turn: Turn | None
    acts: tuple[Act, ...]


@dataclass(frozen=True, slots=True)
class SeenUnit:
    """What the bench saw of a unit. `grade_words`: what its grade means for its class; `photos`: slot, its words, evidence reference.

    `serial_fits` is None where the shop did not tell what it sold.
    """

    grade: str
    grade_words: Text | None
    wrong_item: bool
    serial: str
    serial_fits: bool | None
    weight_grams: int | None
    checks: tuple[tuple[str, Text, bool], ...]
    photos: tuple[tuple[str, Text, str], ...]


@dataclass(frozen=True, slots=True)
class InspectedUnit:
    """What was found about one unit. `amount_minor` is what it brings unreduced, `payable_minor` what it brings now (None: nothing)."""

    id: int
    parcel: str
    unit_id: int
    name: Text
    number: int
    goods_class: str
    stage: Text
    is_over: bool
    amount_minor: int
    reduced_minor: int
    reason: str
    acts: tuple[Act, ...]
    seen: SeenUnit


@dataclass(frozen=True, slots=True)
class RefundRow:
    """One intent to pay one tender. `reason` is the gateway's code, `why` the same in words where it has any."""

    id: int
    ref: str
    label: Text
    minor: int
    currency: str
    state: str
    stage: Text
    reason: str
    why: Text | None
    sent_at: datetime | None
    paid_at: datetime | None
    acts: tuple[Act, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """What one side of a review brought: its demand or answer, its statements, its evidence."""

    party: str
    name: Text
    said: tuple[Said, ...]
    evidence: tuple[Piece, ...]

    @property
    def late(self) -> int:
        """How many pieces came late."""
        return sum(piece.late for piece in self.evidence)


@dataclass(frozen=True, slots=True)
class ReviewView:
    """One platform review with both sides at equal weight, and its ruling once there is one; `rests_on` is its clause in words."""

    id: int
    ref: str
    stage: Text
    is_over: bool
    takes_evidence: bool
    called_by: Text
    arbiter: str
    consumer: Side
    merchant: Side
    outcome: str
    outcome_words: Text | None
    liable: str
    clause: str
    reasons: str
    ruled_at: datetime | None
    bound_at: datetime | None
    acts: tuple[Act, ...]
    by_default: bool = False
    rests_on: Clause | None = None


@dataclass(frozen=True, slots=True)
class SurveyView:
    """The consumer's word after the end; `score` is None until it was given."""

    score: int | None
    words: str
    asked_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the timeline as the reader may read it."""

    id: int
    party: str
    who: Text
    verb: Text
    at: datetime
    body: Text | str
    audience: str
    audience_words: Text | None
    fold: bool
    clauses: tuple[Clause, ...] = ()
    hash: str = ""


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything that any face shows of one case to one reader."""

    case: Case
    reader: str
    title: Text
    headline: Text
    stage: Text
    issue: Text
    remedy: Text
    is_over: bool
    currency: str
    order: Any
    merchant: Text
    consumer: Text
    signed_at: datetime | None
    lines: tuple[ClaimedLine, ...]
    rows: tuple[SumRow, ...]
    total: SumRow
    tenders: tuple[SumRow, ...]
    decided: Decided
    claim: Said | None
    evidence: tuple[Piece, ...]
    refused: Refused | None
    turns: tuple[Turn, ...]
    turn: Turn | None
    steps: tuple[Step, ...]
    acts: tuple[Act, ...]
    parcels: tuple[Parcel, ...]
    units: tuple[InspectedUnit, ...]
    refunds: tuple[RefundRow, ...]
    reviews: tuple[ReviewView, ...]
    survey: SurveyView | None
    timeline: tuple[Told, ...]
    # The names of the lives that this reader's timeline tells of.
    lives: frozenset[str]
    lane: LaneView
    columns: tuple[Column, ...]
    compensations: tuple[Compensation, ...]
    promises: tuple[Promised, ...] = ()
    # The case that carries this one on, where it was merged.
    goes_on: str = ""

    @property
    def ref(self) -> str:
        return self.case.ref

    @property
    def origin(self) -> Origin:
        """What of the order is not from life."""
        return origin_of([self.case.order])

    @property
    def review(self) -> ReviewView | None:
        """The newest review."""
        return self.reviews[-1] if self.reviews else None

    def may(self, verb: str, life: str = "case") -> Act | None:
        """The act `verb` of this life, None where the reader can't make it now."""
        return next((act for act in self.acts if act.verb == verb and act.life == life), None)
