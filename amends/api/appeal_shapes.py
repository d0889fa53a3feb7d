"""What goes in and out about appeals: grounds, new evidence, answers, a changed ruling, what was not kept."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AwareDatetime, ConfigDict, Field

from amends.api import shapes, telling
from amends.api.bodies import Body, Ref, Refs, Str, Words
from amends.api.judging_shapes import Bps, Key
from amends.api.talk_shapes import MixPartIn
from amends.faces.appealing import AppealView


class NewEvidenceIn(Body):
    """A file that was not in the review (EV-…), and why it could not be had before."""

    evidence: Ref
    why: Words


class AppealIn(Body):
    """What is wrong with the ruling, and what is new."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"words": "品牌方的鉴定书今天才到 / The brand's letter came only today.", "new_evidence": []}]},
    )

    words: Words
    new_evidence: Annotated[list[NewEvidenceIn], Field(max_length=50)] = []


class AppealEntryIn(AppealIn):
    """The same, entered by an agent for a side that called or wrote: over which channel, when (now where it is left out), and who it was
    and how that was made sure of."""

    side: Literal["consumer", "merchant"]
    entered_from: Literal["call", "mail"]
    came_at: AwareDatetime | None = None
    caller: Str


class AppealReplyIn(Body):
    """What a side says to it; a file needs its reason as in an appeal."""

    words: Words = ""
    new_evidence: Annotated[list[NewEvidenceIn], Field(max_length=50)] = []


class AppealAdmissionIn(Body):
    """The first answer. `allowed`: the new pieces that could not be had before; left out, they are judged later."""

    allowed: Refs | None = None


class AppealAnswerIn(AppealAdmissionIn):
    """A final answer with its reasons: building blocks, words in Chinese or in the one language there is, and in English beside them."""

    words: Words = ""
    words_en: Words = ""
    blocks: Annotated[list[Key], Field(max_length=20)] = []

    def reasons(self) -> dict[str, Any]:
        """As the verbs take them."""
        return {name: getattr(self, name) for name in ("words", "words_en", "blocks", "allowed")}


class AppealChangeIn(AppealAnswerIn):
    """Another ruling: `outcome` alone, or `parts`, unit by unit. `bears`: hundredths of a per cent by party; left out, the shares of the
    ruling stay; {} is the merchant alone. What it would cost is told by the preview of the review that was appealed."""

    outcome: Literal["for", "against", ""] = ""
    clause: Str
    parts: Annotated[list[MixPartIn], Field(max_length=20)] | None = None
    bears: dict[Literal["consumer", "merchant", "supplier", "carrier", "platform"], Bps] | None = None

    def fields(self) -> dict[str, Any]:
        """As the verb takes them."""
        parts = None if self.parts is None else [part.model_dump(exclude_defaults=True) for part in self.parts]
        return {"outcome": self.outcome, "clause": self.clause, "parts": parts, "bears": self.bears, **self.reasons()}


class NewEvidenceOut(Schema):
    """`counts`: null until the examiner judged whether it could have been had before."""

    evidence: str
    party: str
    why: str
    counts: bool | None


class AppealReplyOut(Schema):
    party: str
    words: str
    at: datetime


class AppealOut(Schema):
    """One appeal. `final_by` was promised to both sides; `due_at` and `silence` are of the answer that comes next, null when it is over.

    `came_at` and `caller` (for the platform and that side) where an agent entered it. `unanswered`: nobody answered in time, the ruling was
    upheld and the platform paid for that. `may`: what the caller may do now.
    """

    ref: str
    case: str
    review: str
    stage: str
    stage_name: shapes.TextOut
    side: str
    entered_from: str
    came_at: datetime | None
    caller: str
    grounds: str
    new_evidence: list[NewEvidenceOut]
    replies: list[AppealReplyOut]
    lodged_at: datetime
    due_at: datetime | None
    silence: shapes.TextOut | None
    final_by: datetime | None
    answered_at: datetime | None
    answer: shapes.TextOut | None
    outcome: str
    clause: str
    gives: list[shapes.TextOut]
    bears: dict[str, int]
    unanswered: bool
    may: list[str]


class AppealsOut(Schema):
    """Appeals, the longest waiting first."""

    items: list[AppealOut]


class BreachOut(Schema):
    """A side did not do what a ruling or a settlement bound it to: who, in which life, and by which move it led on by itself."""

    at: datetime
    who: str
    life: str
    move: str
    basis: str


class BreachesOut(Schema):
    """Breaches, oldest first."""

    items: list[BreachOut]


def told(one: AppealView) -> AppealOut:
    """The appeal as a program reads it."""
    return AppealOut(
        ref=one.ref, case=one.case, review=one.review, stage=one.stage, stage_name=telling.text(one.stage_name), side=one.side,
        entered_from=one.entered_from, came_at=one.came_at, caller=one.caller, grounds=one.grounds,
        new_evidence=[NewEvidenceOut(evidence=each.evidence, party=each.party, why=each.why, counts=each.taken) for each in one.pieces],
        replies=[AppealReplyOut(party=said.party, words=said.words, at=said.at) for said in one.replies], lodged_at=one.lodged_at,
        due_at=one.next_by, silence=telling.text(one.silence) if one.silence else None, final_by=one.final_by,
        answered_at=one.answered_at, answer=telling.text(one.answer) if one.answer else None, outcome=one.outcome, clause=one.clause,
        gives=[telling.text(text) for text in one.gives], bears=dict(one.bears), unanswered=one.unanswered, may=list(one.may),
    )  # fmt: skip
