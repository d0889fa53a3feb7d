"""The case as a whole for programs: what it belongs with, hints, more time, taking up again, splitting, merging."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import Field

from amends.api import shapes
from amends.api.bodies import Body, Count, Flag, NothingIn, Ref, Refs, Str, Words
from amends.api.callers import Asked
from amends.api.doing import done, posting, reading
from amends.api.incidents import IncidentToldOut, incident_told
from amends.cases.carrying_on import carrier_of
from amends.cases.duplicates import decide_hint, hints
from amends.cases.linking import link_cases, linked_to, unlink_cases
from amends.cases.models import Case, Extension
from amends.cases.queries import case_for
from amends.cases.verbs.extending import ask_extension, consent, decline_extension, retract_extension
from amends.cases.verbs.merging import merge, unmerge
from amends.cases.verbs.reopening import reopen
from amends.cases.verbs.splitting import Part, split_off
from amends.cases.words import stage_name
from amends.incidents.queries import incidents_of
from amends.kernel.texts import Text

router = Router(tags=["cases"])


class ReopeningIn(Body):
    """`remedy`: what is wanted now, the same as before where it is left out."""

    words: Words
    remedy: Str = ""
    evidence: Refs = Field(default_factory=list)


class SplitPartIn(Body):
    position: Count
    quantity: Count


class SplittingIn(Body):
    """So many pieces of which lines go on in a case of their own."""

    parts: Annotated[list[SplitPartIn], Field(max_length=200)]
    words: Words


class MergerIn(Body):
    into: Ref
    words: Words = ""


class LinkingIn(Body):
    """`kind`: related or duplicate."""

    other: Ref
    kind: Flag = "related"
    why: Words = ""


class UnlinkingIn(Body):
    other: Ref
    kind: Flag = "related"


class HintIn(Body):
    """`action`: merge (this case into the other), link, or dismiss."""

    other: Ref
    action: Flag


class ExtensionIn(Body):
    """More time under a running limit, by whole hours."""

    limit: Flag
    hours: Count
    words: Words


class LinkedOut(Schema):
    """`kind`: reopened, split_from, merged_into, duplicate, related, follows; in words as seen from this case."""

    ref: str
    kind: str
    kind_name: shapes.TextOut
    stage_name: shapes.TextOut
    made_at: datetime
    ended_at: datetime | None


class AlikeOut(Schema):
    """A case that may be the same matter; `score_bps` of 10,000."""

    ref: str
    score_bps: int
    reasons: list[shapes.TextOut]
    same_consumer: bool
    same_order: bool
    state: str


class ExtensionOut(Schema):
    """A request for more time. `until_at` is the new end once it is granted."""

    ref: str
    case: str
    limit: str
    hours: int
    side: str
    stage: str
    stage_name: shapes.TextOut
    words: str
    was_due_at: datetime
    until_at: datetime | None


class WholeOut(Schema):
    """`carrier`: the case that carries this one on, where it was merged."""

    ref: str
    stage: str
    carrier: str | None
    follows: str | None
    units: int
    links: list[LinkedOut]
    alike: list[AlikeOut]
    extensions: list[ExtensionOut]
    incidents: list[IncidentToldOut]


@reading(router, "/cases/{ref}/whole", WholeOut, "A case as a whole")
def whole(request: Asked, ref: str) -> WholeOut:
    """What it belongs with, as far as the caller may see; hints for shop and platform alone."""
    return _whole(request, case_for(ref, request.auth.actor))


@posting(router, "/cases/{ref}/reopening", WholeOut, "Take a closed case up again")
def reopening(request: Asked, ref: str, body: ReopeningIn) -> HttpResponse:
    """A new case follows; the old one stays as it was."""
    return _did(request, lambda: reopen(ref, **body.model_dump(), by=request.auth.actor))


@posting(router, "/cases/{ref}/splitting", WholeOut, "Split a part off")
def splitting(request: Asked, ref: str, body: SplittingIn) -> HttpResponse:
    """For the platform, before any grant; answers the new case."""
    parts = [Part(part.position, part.quantity) for part in body.parts]
    return _did(request, lambda: split_off(ref, parts=parts, words=body.words, by=request.auth.actor))


@posting(router, "/cases/{ref}/merger", WholeOut, "Merge into another case")
def merger(request: Asked, ref: str, body: MergerIn) -> HttpResponse:
    """For the platform, before any grant; answers the case that carries on."""
    return _did(request, lambda: merge(ref, into=body.into, words=body.words, by=request.auth.actor))


@posting(router, "/cases/{ref}/merger-undoing", WholeOut, "Undo a merger")
def merger_undoing(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """Once, within its time, while nothing was decided on the joined claim."""
    return _did(request, lambda: unmerge(ref, by=request.auth.actor))


@posting(router, "/cases/{ref}/links", WholeOut, "Link another case")
def linking(request: Asked, ref: str, body: LinkingIn) -> HttpResponse:
    """For shop and platform."""
    return _here(request, ref, lambda: link_cases(ref, body.other, kind=body.kind, why=body.why, by=request.auth.actor))


@posting(router, "/cases/{ref}/unlinking", WholeOut, "End a link")
def unlinking(request: Asked, ref: str, body: UnlinkingIn) -> HttpResponse:
    """The link stays to be read as ended."""
    return _here(request, ref, lambda: unlink_cases(ref, body.other, kind=body.kind, by=request.auth.actor))


@posting(router, "/cases/{ref}/hint", WholeOut, "Decide a hint")
def hint(request: Asked, ref: str, body: HintIn) -> HttpResponse:
    """What becomes of the hint that two cases are one matter."""
    return _here(request, ref, lambda: decide_hint(ref, body.other, body.action, by=request.auth.actor))


@posting(router, "/cases/{ref}/extensions", ExtensionOut, "Ask for more time")
def extension_asking(request: Asked, ref: str, body: ExtensionIn) -> HttpResponse:
    """The other side answers; without an answer the limit stays."""
    return _extended(request, lambda: ask_extension(ref, **body.model_dump(), by=request.auth.actor))


@posting(router, "/extensions/{ref}/consent", ExtensionOut, "Agree to more time")
def extension_consent(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """The limit and all that hangs on it moves, once everybody asked has agreed."""
    return _extended(request, lambda: consent(ref, by=request.auth.actor))


@posting(router, "/extensions/{ref}/refusal", ExtensionOut, "Do not agree to more time")
def extension_refusal(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """The limit stays as it is."""
    return _extended(request, lambda: decline_extension(ref, by=request.auth.actor))


@posting(router, "/extensions/{ref}/retraction", ExtensionOut, "Take a request for more time back")
def extension_retraction(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """For whoever asked."""
    return _extended(request, lambda: retract_extension(ref, by=request.auth.actor))


# ── shapes ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _text(text: Text) -> shapes.TextOut:
    return shapes.TextOut(**text.both())


def _whole(request: Asked, case: Case) -> WholeOut:
    actor, carrier = request.auth.actor, carrier_of(case)
    rows = Extension.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).select_related("case", "why").order_by("-pk")
    shown = [one for one in incidents_of(case) if one.words or actor.sees_everything]
    return WholeOut(
        ref=case.ref, stage=case.stage, carrier=carrier.ref if carrier.pk != case.pk else None,
        follows=case.follows.ref if case.follows else None, units=case.units_count,
        links=[
            LinkedOut(ref=one.ref, kind=one.kind, kind_name=_text(one.words), stage_name=_text(one.stage), made_at=one.made_at,
                      ended_at=one.ended_at)
            for one in linked_to(case, actor)
        ],
        alike=[
            AlikeOut(ref=one.ref, score_bps=one.score_bps, reasons=[_text(why) for why in one.reasons], same_consumer=one.same_consumer,
                     same_order=one.same_order, state=one.state)
            for one in hints(case, actor, also_decided=True)
        ],
        extensions=[_extension(row) for row in rows], incidents=[IncidentToldOut(**incident_told(one)) for one in shown],
    )  # fmt: skip


def _extension(row: Extension) -> ExtensionOut:
    return ExtensionOut(
        ref=row.ref, case=row.case.ref, limit=row.limit, hours=row.hours, side=row.side, stage=row.stage,
        stage_name=_text(stage_name("extension", row.stage)), words=row.why.body if row.why else "", was_due_at=row.was_due_at,
        until_at=row.until_at,
    )  # fmt: skip


def _did(request: Asked, run: Callable[[], Case]) -> HttpResponse:
    return done(request, lambda: _whole(request, case_for(run().ref, request.auth.actor)))


def _here(request: Asked, ref: str, run: Callable[[], object]) -> HttpResponse:
    def answer() -> WholeOut:
        run()
        return _whole(request, case_for(ref, request.auth.actor))

    return done(request, answer)


def _extended(request: Asked, run: Callable[[], Extension]) -> HttpResponse:
    return done(request, lambda: _extension(Extension.objects.select_related("case", "why").get(pk=run().pk)))
