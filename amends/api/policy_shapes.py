"""What the API says of the policy: decisions as policy/deciding.py makes them, packs, golden cases. Sums are whole minor units."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from ninja import Schema

from amends.api.shapes import TextOut


class RuleOut(Schema):
    """One rule that spoke. `source` is where it was read, `tag` how surely: P the law's text, S secondary, I interpretation, G general."""

    rule_id: str
    clause: str
    text: TextOut
    article: TextOut
    source: str
    tag: str
    holds: bool


class LineOut(Schema):
    """One line of a sum; the lines of a column add up to its amount exactly."""

    text: TextOut
    amount_minor: int
    note: TextOut | None
    clause: str


class DecidedSettlementOut(Schema):
    """One way to settle a part return that loses a promise; `chosen` is the one whose sum is owed."""

    name: str
    text: TextOut
    amount_minor: int
    chosen: bool
    rows: list[LineOut]


class BackOut(Schema):
    """What goes back to one means of payment."""

    kind: str
    amount_minor: int


class RemedyDecided(Schema):
    """One remedy. `lane` says who looks at it and never whether it is open; null where it is not. `until`: the end of its window."""

    remedy: str
    name: TextOut
    open: bool
    reasons: list[RuleOut]
    opens_by: TextOut | None
    amount_minor: int
    rows: list[LineOut]
    settlements: list[DecidedSettlementOut]
    back_to: list[BackOut]
    return_freight: str | None
    freight_clause: str
    freight_article: TextOut | None
    outbound_freight_minor: int
    packaging_minor: int
    ships_back: bool
    evidence_min: int
    lane: str | None
    lane_name: TextOut | None
    lane_reasons: list[RuleOut]
    until: datetime | None


class MissingOut(Schema):
    flag: str
    text: TextOut


class ClaimDecided(Schema):
    """A sum beside the remedies. `first_asked`: whoever is asked first pays first and recovers afterwards."""

    name: str
    title: TextOut
    open: bool
    reasons: list[RuleOut]
    opens_by: TextOut | None
    amount_minor: int
    rows: list[LineOut]
    first_asked: bool
    missing: list[MissingOut]


class AnswerOut(Schema):
    """One answer to a question and what it would change against not knowing; `changes` are differences in minor units, by remedy."""

    answer: str
    text: TextOut
    opens: list[str]
    closes: list[str]
    changes: dict[str, int]
    opens_claims: list[str]
    closes_claims: list[str]


class AskedOut(Schema):
    """A fact still missing: the question, how it is answered, and what each answer would change."""

    flag: str
    text: TextOut
    kind: Literal["yes_no", "share", "grams"]
    answers: list[AnswerOut]


class ProofOut(Schema):
    """Who must prove the fault, and why."""

    by: str
    reason: RuleOut


class LegalClockOut(Schema):
    name: str
    value: str
    text: TextOut
    source: str
    article: TextOut | None


class ClockOut(Schema):
    """A limit of the packs (`48h`, `7d`, `2wd`), and the period of the law that runs beside it."""

    limit: str
    value: str
    text: TextOut
    source: str
    tag: str
    legal: LegalClockOut | None


class PauseOut(Schema):
    """Days of the market on which the clocks of these limits stand still; both included."""

    limits: list[str]
    first: date
    last: date


class PackOut(Schema):
    """One version of a pack. `digest` is the SHA-256 of its text."""

    id: str
    version: str
    layer: str
    name: TextOut
    digest: str


class PolicyDecisionOut(Schema):
    """The whole decision about the facts. `unasked` are flags and promises that these packs know nothing of; days are days of `zone`."""

    issue: str
    goods_class: str
    state: str
    asked_at: datetime
    currency: str
    remedies: list[RemedyDecided]
    claims: list[ClaimDecided]
    missing: list[AskedOut]
    unasked: list[str]
    window_ends: datetime | None
    proof: ProofOut
    evidence: TextOut
    limits: dict[str, str]
    counts: dict[str, int]
    pauses: list[PauseOut]
    clocks: list[ClockOut]
    versions: list[str]
    packs: list[PackOut]
    zone: str


class PackListed(PackOut):
    """A pack as it stands on the shelf. `in_force`: on the day that was asked about."""

    stamp: str
    jurisdiction: str
    in_force_from: date
    in_force_until: date | None
    in_force: bool


class SetAsideOut(Schema):
    """A file that could not be read as a pack, with every broken cell; the version before it stays in force."""

    file: str
    row: int
    column: int
    cell: str
    text: TextOut


class PacksOut(Schema):
    """Every version on the shelf, and what was set aside."""

    on: date
    packs: list[PackListed]
    set_aside: list[SetAsideOut]


class PackTextOut(PackListed):
    """One version with the TOML that it was read from."""

    text: str


class CheckOut(Schema):
    """One check of a golden case: its kind, the tag of its source, and how the packs as shipped answer it."""

    id: str
    kind: Literal["decision", "amount", "clock", "duty", "text"]
    tag: str
    source: str
    state: Literal["passes", "fails", "later"]
    differs: list[TextOut]


class GoldenCaseOut(Schema):
    """A case that the law has answered: its facts and what must come out, null of a bare rule. `later` says why no pack answers it yet."""

    id: str
    jurisdiction: str
    title: TextOut
    story: TextOut | None
    outcome: TextOut | None
    source: str
    tag: str
    later: TextOut | None
    checks: list[CheckOut]


class GoldenOut(Schema):
    cases: list[GoldenCaseOut]
