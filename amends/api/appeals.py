"""Appeals as JSON: lodged, entered for somebody, spoken to, taken back, taken up, answered. The verbs of the pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.http import HttpResponse
from ninja import Router

from amends.api import appeal_shapes as out
from amends.api.bodies import NothingIn, Str
from amends.api.callers import Asked
from amends.api.doing import done, posting, reading
from amends.cases.queries import case_for
from amends.faces.appealing import appeal_view, appeal_views
from amends.kernel import clock
from amends.rulings import appealing, examining
from amends.rulings.appeal_evidence import NewPiece
from amends.rulings.appeal_queries import appeal_by_ref, appeal_of, appeals_seen_by
from amends.rulings.breaches import breaches_of
from amends.rulings.models import Appeal
from amends.rulings.rules import APPEAL

router = Router(tags=["appeals"])
MOST = 200


@reading(router, "/appeals", out.AppealsOut, "Appeals that wait for an answer")
def appeals(request: Asked, stage: Str = "", mine: bool = False) -> out.AppealsOut:
    """Of the caller's cases, the platform's of all; `stage`: one stage, those that are over too; `mine`: for the caller to examine."""
    by = request.auth.actor
    rows = appeals_seen_by(by, stage=stage, mine=mine)
    rows = rows if stage else rows.filter(stage__in=APPEAL.open_stages)
    return out.AppealsOut(items=[out.told(one) for one in appeal_views(list(rows[:MOST]), by)])


@reading(router, "/appeals/{ref}", out.AppealOut, "One appeal")
def appeal(request: Asked, ref: str) -> out.AppealOut:
    """Everything that the caller may know of it."""
    return out.told(appeal_view(appeal_by_ref(ref, request.auth.actor), request.auth.actor))


@reading(router, "/cases/{ref}/appeals", out.AppealsOut, "The appeal of a case")
def case_appeals(request: Asked, ref: str) -> out.AppealsOut:
    """The one that the case ever had, if any."""
    row = appeal_of(case_for(ref, request.auth.actor))
    return out.AppealsOut(items=[out.told(appeal_view(row, request.auth.actor))] if row else [])


@reading(router, "/cases/{ref}/breaches", out.BreachesOut, "What a side did not do although it was bound")
def case_breaches(request: Asked, ref: str) -> out.BreachesOut:
    """What was ruled or agreed in this case and was not done in time, and what followed by itself."""
    rows = breaches_of(case_for(ref, request.auth.actor))
    told = [(row, row.facts) for row in rows]
    return out.BreachesOut(
        items=[out.BreachOut(at=row.made_at, who=f["who"], life=f["of"], move=f["move"], basis=f["basis"]) for row, f in told]
    )


@posting(router, "/cases/{ref}/appeal", out.AppealOut, "Appeal against the ruling")
def appeal_lodging(request: Asked, ref: str, body: out.AppealIn) -> HttpResponse:
    """The ruling is stayed, and somebody of higher rank who took no part looks at it; once a case."""
    by = request.auth.actor
    new = _new(body.new_evidence)
    return _acted(request, lambda: appealing.appeal(ref, words=body.words, new_evidence=new, entered_from="api", by=by))


@posting(router, "/cases/{ref}/appeal-entry", out.AppealOut, "Enter an appeal for a side that called or wrote")
def appeal_entry(request: Asked, ref: str, body: out.AppealEntryIn) -> HttpResponse:
    """For agents of the platform."""
    by, new, contact = request.auth.actor, _new(body.new_evidence), _contact(body)
    return _acted(
        request, lambda: appealing.enter_appeal(ref, side=body.side, contact=contact, words=body.words, new_evidence=new, by=by)
    )  # fmt: skip


@posting(router, "/appeals/{ref}/replies", out.AppealOut, "Say something to an appeal")
def appeal_reply(request: Asked, ref: str, body: out.AppealReplyIn) -> HttpResponse:
    """Either side, while it is open."""
    by, new = request.auth.actor, _new(body.new_evidence)
    return _acted(request, lambda: appealing.reply_appeal(ref, words=body.words, new_evidence=new, by=by))


@posting(router, "/appeals/{ref}/retraction", out.AppealOut, "Take the appeal back")
def appeal_retraction(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """The ruling is carried out."""
    return _acted(request, lambda: appealing.retract(ref, by=request.auth.actor))


@posting(router, "/appeals/{ref}/admission", out.AppealOut, "Take the appeal up")
def appeal_admission(request: Asked, ref: str, body: out.AppealAdmissionIn) -> HttpResponse:
    """The first answer, for the examiner."""
    return _acted(request, lambda: examining.admit(ref, allowed=body.allowed, by=request.auth.actor))


@posting(router, "/appeals/{ref}/upholding", out.AppealOut, "Uphold the ruling")
def appeal_upholding(request: Asked, ref: str, body: out.AppealAnswerIn) -> HttpResponse:
    """It is carried out."""
    return _acted(request, lambda: examining.uphold(ref, **body.reasons(), by=request.auth.actor))


@posting(router, "/appeals/{ref}/change", out.AppealOut, "Change the ruling")
def appeal_change(request: Asked, ref: str, body: out.AppealChangeIn) -> HttpResponse:
    """What takes its place is carried out at once."""
    return _acted(request, lambda: examining.change(ref, **body.fields(), by=request.auth.actor))


@posting(router, "/appeals/{ref}/sending-back", out.AppealOut, "Send it back for another review")
def appeal_sending_back(request: Asked, ref: str, body: out.AppealAnswerIn) -> HttpResponse:
    """A new review begins, and its ruling is final."""
    return _acted(request, lambda: examining.send_back(ref, **body.reasons(), by=request.auth.actor))


def _contact(body: out.AppealEntryIn) -> appealing.Contact:
    return appealing.Contact(body.entered_from, body.came_at or clock.now(), body.caller)


def _new(given: Sequence[out.NewEvidenceIn]) -> list[NewPiece]:
    return [NewPiece(one.evidence, one.why) for one in given]


def _acted(request: Asked, run: Callable[[], Appeal]) -> HttpResponse:
    by = request.auth.actor
    return done(request, lambda: out.told(appeal_view(appeal_by_ref(run().ref, by), by)))
