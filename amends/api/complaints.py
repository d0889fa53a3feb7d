"""Complaints of authorities as JSON: for the platform's people alone; they do not exist for anybody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import AwareDatetime, Field

from amends.api import shapes
from amends.api.bodies import Body, Ref, Str, Words
from amends.api.callers import Asked
from amends.api.doing import done, posting, reading
from amends.cases.words import stage_name
from amends.complaints import verbs
from amends.complaints.clocks import mediation_ends, taken_on_by
from amends.complaints.models import Complaint
from amends.complaints.queries import complaint_for, complaints
from amends.kernel.refs import clean_ref

router = Router(tags=["complaints"])


class ComplaintIn(Body):
    """`number`: the authority's own. `received_at`: when it came, now where it is left out; `accepted_at`: when the authority took it on,
    where it is known; `answer_by`: the term that it named."""

    authority: Str
    number: Str
    words: Words
    received_at: AwareDatetime | None = None
    accepted_at: AwareDatetime | None = None
    answer_by: AwareDatetime | None = None
    owner: Str = ""


class ComplaintAnswerIn(Body):
    """What we answered; `accepted_at` where it is known by now."""

    words: Words
    accepted_at: AwareDatetime | None = None


class InquiryIn(Body):
    """What the authority asks again, with a new term or none."""

    words: Words
    answer_by: AwareDatetime | None = None
    accepted_at: AwareDatetime | None = None


class AcceptanceIn(Body):
    """When the authority took the complaint on: its mediation counts from there."""

    accepted_at: AwareDatetime


class TestingIn(Body):
    """Since when goods were or are tested, and how many days that is in all, expected ones too: mediation does not count them. It stands
    in place of what was noted before."""

    began_at: AwareDatetime
    days: Annotated[int, Field(ge=-1000, le=1_000_000, strict=True)]


class ComplaintEndIn(Body):
    """What the authority decided, in its words."""

    words: Words


class ComplaintWhyIn(Body):
    why: Words = ""


class ComplaintOwnerIn(Body):
    """`owner`: an address; empty for the caller."""

    owner: Str = ""


class ComplaintOut(Schema):
    """`due_at`: the nearest of our limit, the authority's term and the end of mediation; `mediation_ends` by its acceptance and the days of
    testing; `taken_on_by`: until then the law lets the authority decide whether it takes it on. All three None once it is over."""

    ref: str
    case: str
    authority: str
    number: str
    stage: str
    stage_name: shapes.TextOut
    owner: str | None
    words: str
    answer: str
    outcome: str
    received_at: datetime
    accepted_at: datetime | None
    answer_by: datetime | None
    due_at: datetime | None
    testing_since: datetime | None
    testing_days: int
    taken_on_by: datetime | None
    mediation_ends: datetime | None


class ComplaintsOut(Schema):
    items: list[ComplaintOut]


@reading(router, "/complaints", ComplaintsOut, "Complaints of authorities")
def list_complaints(request: Asked, case: Ref = "", state: Str = "all", who: Str = "", find: Str = "") -> ComplaintsOut:
    """Of one case, of the caller (`who` = me), by number or authority (`find`); `state`: open, soon, raised, over or all. The first due
    first, 200 at most; empty for everybody but the platform's people."""
    wanted = (clean_ref(case) or "-") if case else ""
    rows = complaints(request.auth.actor, case=wanted, state=state, who=who, find=find)
    return ComplaintsOut(items=[complaint_out(row) for row in rows[:200]])


@reading(router, "/complaints/{ref}", ComplaintOut, "One complaint of an authority")
def one_complaint(request: Asked, ref: str) -> ComplaintOut:
    """One complaint."""
    return complaint_out(complaint_for(ref, request.auth.actor))


@posting(router, "/cases/{ref}/complaints", ComplaintOut, "Put an authority's complaint on file")
def complaint_filing(request: Asked, ref: str, body: ComplaintIn) -> HttpResponse:
    """About a case, open or closed. One number of one authority is one complaint."""
    return _done(request, lambda: verbs.file_complaint(ref, **body.model_dump(), by=request.auth.actor))


@posting(router, "/complaints/{ref}/answer", ComplaintOut, "Put our answer on file")
def complaint_answering(request: Asked, ref: str, body: ComplaintAnswerIn) -> HttpResponse:
    """We have answered the authority; its mediation runs on."""
    return _done(request, lambda: verbs.answer_complaint(ref, **body.model_dump(), by=request.auth.actor))


@posting(router, "/complaints/{ref}/raising", ComplaintOut, "Raise a complaint to a supervisor")
def complaint_raising(request: Asked, ref: str, body: ComplaintWhyIn) -> HttpResponse:
    """A supervisor has it now."""
    return _done(request, lambda: verbs.raise_complaint(ref, why=body.why, by=request.auth.actor))


@posting(router, "/complaints/{ref}/inquiry", ComplaintOut, "The authority asks again")
def complaint_inquiry(request: Asked, ref: str, body: InquiryIn) -> HttpResponse:
    """It waits for our answer again; mediation's end stays where it was."""
    return _done(request, lambda: verbs.ask_again(ref, **body.model_dump(), by=request.auth.actor))


@posting(router, "/complaints/{ref}/settlement", ComplaintOut, "The mediation ended in agreement")
def complaint_settlement(request: Asked, ref: str, body: ComplaintEndIn) -> HttpResponse:
    """What is owed by it is a matter of the case."""
    return _done(request, lambda: verbs.settle_complaint(ref, words=body.words, by=request.auth.actor))


@posting(router, "/complaints/{ref}/refusal", ComplaintOut, "The authority did not take it on")
def complaint_refusal(request: Asked, ref: str, body: ComplaintEndIn) -> HttpResponse:
    """With its reasons."""
    return _done(request, lambda: verbs.refuse_complaint(ref, words=body.words, by=request.auth.actor))


@posting(router, "/complaints/{ref}/end", ComplaintOut, "The mediation ended without agreement")
def complaint_end(request: Asked, ref: str, body: ComplaintEndIn) -> HttpResponse:
    """As the authority wrote it down."""
    return _done(request, lambda: verbs.end_mediation(ref, words=body.words, by=request.auth.actor))


@posting(router, "/complaints/{ref}/owner", ComplaintOut, "Say who answers a complaint")
def complaint_owner(request: Asked, ref: str, body: ComplaintOwnerIn) -> HttpResponse:
    """The person named answers it, or the caller."""
    return _done(request, lambda: verbs.own_complaint(ref, owner=body.owner, by=request.auth.actor))


@posting(router, "/complaints/{ref}/acceptance", ComplaintOut, "Note when the authority took a complaint on")
def complaint_acceptance(request: Asked, ref: str, body: AcceptanceIn) -> HttpResponse:
    """The end of mediation follows from it."""
    return _done(request, lambda: verbs.note_acceptance(ref, accepted_at=body.accepted_at, by=request.auth.actor))


@posting(router, "/complaints/{ref}/testing", ComplaintOut, "Note the time of testing")
def complaint_testing(request: Asked, ref: str, body: TestingIn) -> HttpResponse:
    """The end of mediation moves by these days."""
    return _done(request, lambda: verbs.note_testing(ref, began_at=body.began_at, days=body.days, by=request.auth.actor))


def complaint_out(row: Complaint) -> ComplaintOut:
    """A complaint as JSON."""
    return ComplaintOut(
        ref=row.ref, case=row.case.ref, authority=row.authority, number=row.number, stage=row.stage,
        stage_name=shapes.TextOut(**stage_name("complaint", row.stage).both()), owner=row.owner.name if row.owner else None,
        words=row.words.body if row.words else "", answer=row.answer.body if row.answer else "",
        outcome=row.outcome.body if row.outcome else "", received_at=row.received_at, accepted_at=row.accepted_at,
        answer_by=row.answer_by, due_at=getattr(row, "due_at", None), testing_since=row.paused_since, testing_days=row.paused_days,
        taken_on_by=taken_on_by(row), mediation_ends=None if row.is_over else mediation_ends(row),
    )  # fmt: skip


def _done(request: Asked, run: Callable[[], Complaint]) -> HttpResponse:
    return done(request, lambda: complaint_out(complaint_for(run().ref, request.auth.actor)))
