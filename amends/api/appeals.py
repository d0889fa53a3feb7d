"""Appeals as JSON: lodged, entered for somebody, spoken to, taken back, taken up, answered. The verbs of the pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from amends.api import shapes, telling
from amends.api.bodies import Body, NothingIn, Ref, Refs, Str, Words
from amends.api.callers import Asked
from amends.api.doing import done, posting, reading
from amends.cases.queries import case_for
from amends.faces.appealing import AppealView, appeal_view
from amends.rulings import appealing
from amends.rulings.appeal_queries import appeal_by_ref, appeal_of, appeals_seen_by
from amends.rulings.breaches import breaches_of
from amends.rulings.models import Appeal
from amends.rulings.rules import APPEAL

router = Router(tags=["appeals"])
MOST = 200
Bps = Annotated[int, Field(ge=0, le=10_000, strict=True)]


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
    """The same, entered by an agent for a side that called or wrote."""

    side: Literal["consumer", "merchant"]
    entered_from: Literal["call", "mail"]


class AppealReplyIn(Body):
    """What a side says to it."""

    words: Words = ""
    evidence: Refs = []


class AppealAdmissionIn(Body):
    """The first answer. `allowed`: the new pieces that could not be had before; left out, they are judged later."""

    allowed: Refs | None = None


class AppealAnswerIn(AppealAdmissionIn):
    """A final answer with its reasons, in Chinese or in the one language there is, and in English beside it."""

    words: Words
    words_en: Words = ""


class AppealPartIn(Body):
    """One thing that is given, as in an offer; `units` are ids as `heard` tells them."""

    remedy: Str
    units: Annotated[list[Annotated[int, Field(ge=1, le=2**63 - 1)]], Field(max_length=500)] = []
    amount_minor: Annotated[int, Field(ge=0, le=10**15, strict=True)] | None = None
    line: Annotated[int, Field(ge=0, le=10_000)] = 0
    part: Str = ""
    borne_by: Literal["merchant", "platform"] = "merchant"


class AppealChangeIn(AppealAnswerIn):
    """Another ruling: `outcome` (for, against) alone, or `parts`, unit by unit. `bears`: hundredths of a per cent by party."""

    outcome: Str = ""
    clause: Str
    parts: Annotated[list[AppealPartIn], Field(max_length=20)] | None = None
    bears: dict[Annotated[str, Field(pattern=r"^[a-z]{1,20}$")], Bps] = Field(default_factory=dict, max_length=6)


class NewEvidenceOut(Schema):
    """`counts`: null until the examiner judged whether it could have been had before."""

    evidence: str
    why: str
    counts: bool | None


class AppealReplyOut(Schema):
    party: str
    words: str
    at: datetime


class AppealOut(Schema):
    """One appeal. `final_by` was promised to both sides; `due_at` and `silence` are of the answer that comes next, null when it is over.

    `unanswered`: nobody answered in time, the ruling was upheld and the platform paid for that. `may`: what the caller may do now.
    """

    ref: str
    case: str
    review: str
    stage: str
    stage_name: shapes.TextOut
    side: str
    entered_from: str
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


class AppealsOut(Schema):
    """Appeals, the longest waiting first."""

    items: list[AppealOut]


@reading(router, "/appeals", AppealsOut, "Appeals that wait for an answer")
def appeals(request: Asked, stage: Str = "", mine: bool = False) -> AppealsOut:
    """Of the caller's cases, the platform's of all; `stage`: one stage, those that are over too; `mine`: for the caller to examine."""
    by = request.auth.actor
    rows = appeals_seen_by(by, stage=stage, mine=mine)
    rows = rows if stage else rows.filter(stage__in=APPEAL.open_stages)
    return AppealsOut(items=[_told(appeal_view(row, by)) for row in rows.select_related("grounds", "answer", "answer_also")[:MOST]])


@reading(router, "/appeals/{ref}", AppealOut, "One appeal")
def appeal(request: Asked, ref: str) -> AppealOut:
    """Everything that the caller may know of it."""
    return _told(appeal_view(appeal_by_ref(ref, request.auth.actor), request.auth.actor))


@reading(router, "/cases/{ref}/appeals", AppealsOut, "The appeal of a case")
def case_appeals(request: Asked, ref: str) -> AppealsOut:
    """The one that the case ever had, if any."""
    row = appeal_of(case_for(ref, request.auth.actor))
    return AppealsOut(items=[_told(appeal_view(row, request.auth.actor))] if row else [])


@reading(router, "/cases/{ref}/breaches", BreachesOut, "What a side did not do although it was bound")
def case_breaches(request: Asked, ref: str) -> BreachesOut:
    """What was ruled or agreed in this case and was not done in time, and what followed by itself."""
    rows = breaches_of(case_for(ref, request.auth.actor))
    told = [(row, row.facts) for row in rows]
    return BreachesOut(items=[BreachOut(at=row.made_at, who=f["who"], life=f["of"], move=f["move"], basis=f["basis"]) for row, f in told])


@posting(router, "/cases/{ref}/appeal", AppealOut, "Appeal against the ruling")
def appeal_lodging(request: Asked, ref: str, body: AppealIn) -> HttpResponse:
    """The ruling is stayed, and somebody of higher rank who took no part looks at it; once a case."""
    by = request.auth.actor
    return _acted(request, lambda: appealing.appeal(ref, words=body.words, new_evidence=_new(body), entered_from="api", by=by))


@posting(router, "/cases/{ref}/appeal-entry", AppealOut, "Enter an appeal for a side that called or wrote")
def appeal_entry(request: Asked, ref: str, body: AppealEntryIn) -> HttpResponse:
    """For agents of the platform."""
    told = {"side": body.side, "entered_from": body.entered_from, "words": body.words}
    return _acted(request, lambda: appealing.enter_appeal(ref, **told, new_evidence=_new(body), by=request.auth.actor))


@posting(router, "/appeals/{ref}/replies", AppealOut, "Say something to an appeal")
def appeal_reply(request: Asked, ref: str, body: AppealReplyIn) -> HttpResponse:
    """Either side, while it is open."""
    return _acted(request, lambda: appealing.reply_appeal(ref, words=body.words, evidence=body.evidence, by=request.auth.actor))


@posting(router, "/appeals/{ref}/retraction", AppealOut, "Take the appeal back")
def appeal_retraction(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """The ruling is carried out."""
    return _acted(request, lambda: appealing.retract(ref, by=request.auth.actor))


@posting(router, "/appeals/{ref}/admission", AppealOut, "Take the appeal up")
def appeal_admission(request: Asked, ref: str, body: AppealAdmissionIn) -> HttpResponse:
    """The first answer, for the examiner."""
    return _acted(request, lambda: appealing.admit(ref, allowed=body.allowed, by=request.auth.actor))


@posting(router, "/appeals/{ref}/upholding", AppealOut, "Uphold the ruling")
def appeal_upholding(request: Asked, ref: str, body: AppealAnswerIn) -> HttpResponse:
    """It is carried out."""
    return _acted(request, lambda: appealing.uphold(ref, **_answer(body), by=request.auth.actor))


@posting(router, "/appeals/{ref}/change", AppealOut, "Change the ruling")
def appeal_change(request: Asked, ref: str, body: AppealChangeIn) -> HttpResponse:
    """What takes its place is carried out at once."""
    parts = None if body.parts is None else [_part(one) for one in body.parts]
    told: dict[str, Any] = {"outcome": body.outcome, "clause": body.clause, "parts": parts, "bears": body.bears or None}
    return _acted(request, lambda: appealing.change(ref, **told, **_answer(body), by=request.auth.actor))


@posting(router, "/appeals/{ref}/sending-back", AppealOut, "Send it back for another review")
def appeal_sending_back(request: Asked, ref: str, body: AppealAnswerIn) -> HttpResponse:
    """A new review begins, and its ruling is final."""
    return _acted(request, lambda: appealing.send_back(ref, **_answer(body), by=request.auth.actor))


def _new(body: AppealIn) -> list[appealing.NewPiece]:
    return [appealing.NewPiece(one.evidence, one.why) for one in body.new_evidence]


def _answer(body: AppealAnswerIn) -> dict[str, Any]:
    return {"words": body.words, "words_en": body.words_en, "allowed": body.allowed}


def _part(one: AppealPartIn) -> dict[str, Any]:
    return one.model_dump(exclude_unset=True, exclude_none=True)


def _acted(request: Asked, run: Callable[[], Appeal]) -> HttpResponse:
    by = request.auth.actor
    return done(request, lambda: _told(appeal_view(appeal_by_ref(run().ref, by), by)))


def _told(one: AppealView) -> AppealOut:
    return AppealOut(
        ref=one.ref, case=one.case, review=one.review, stage=one.stage, stage_name=telling.text(one.stage_name), side=one.side,
        entered_from=one.entered_from, grounds=one.grounds,
        new_evidence=[NewEvidenceOut(evidence=piece.evidence, why=piece.why, counts=piece.taken) for piece in one.pieces],
        replies=[AppealReplyOut(party=said.party, words=said.words, at=said.at) for said in one.replies], lodged_at=one.lodged_at,
        due_at=one.next_by, silence=telling.text(one.silence) if one.silence else None, final_by=one.final_by,
        answered_at=one.answered_at, answer=telling.text(one.answer) if one.answer else None, outcome=one.outcome, clause=one.clause,
        gives=[telling.text(text) for text in one.gives], bears=dict(one.bears), unanswered=one.unanswered, may=list(one.may),
    )  # fmt: skip
