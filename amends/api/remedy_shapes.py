"""What is answered about what the policy says: remedies with reasons and sums, compensations beside them, and what is still asked."""

from __future__ import annotations

from datetime import datetime

from ninja import Schema

from amends.api import shapes


class ReasonOut(Schema):
    """One rule that spoke; `holds` false is why not. `tag` says how surely it was read at `source`: P the law's text, S secondary, I
    interpretation, G general."""

    text: shapes.TextOut
    clause: str
    article: shapes.TextOut
    holds: bool
    source: str = ""
    tag: str = ""


class SumRowOut(Schema):
    """One row of a sum; the rows add up to the amount exactly."""

    line: int
    text: shapes.TextOut
    amount: shapes.Money
    clause: str


class SettlementOut(Schema):
    """One way to settle a part return under a lost promise; the chosen one is refunded."""

    name: shapes.TextOut
    amount: shapes.Money
    chosen: bool


class CompensationOut(Schema):
    """A sum beside the remedies that law or promise may give: information, not carried out. `needs` would open it."""

    name: str
    title: shapes.TextOut
    open: bool
    amount: shapes.Money
    reasons: list[ReasonOut]
    needs: list[shapes.TextOut]


class RemedyOut(Schema):
    """What the policy says of one remedy. `return_freight`: who pays the way back; `until`: the end of the window that it rests on;
    `lane`: who would look at it, never whether it is open; `settlements`: both ways to count a part return, where there are two."""

    remedy: str
    name: shapes.TextOut
    open: bool
    reasons: list[ReasonOut]
    opens_by: shapes.TextOut | None
    amount: shapes.Money
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
    text: shapes.TextOut


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
