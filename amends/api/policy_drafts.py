"""Drafts of the rules and their published versions: write, check, sign, publish, read, comment. One endpoint, one verb."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import AfterValidator, Field, StringConstraints

from amends.api import shapes, telling
from amends.api.bodies import Body, NothingIn, Ref, Str, WordsIn, _storable
from amends.api.callers import Asked
from amends.api.doing import done, posting, reading
from amends.policy import queries_drafts as reads
from amends.policy import verbs
from amends.policy.models import Comment, Draft
from amends.policy.rules.drafting import STAGE_NAMES, Stage

router = Router(tags=["policy"])

PackText = Annotated[str, StringConstraints(max_length=1_000_000), AfterValidator(_storable)]


class DraftIn(Body):
    """A new draft: the whole text of a pack. `based_on` is the version it changes, such as cn@2026-02."""

    text: PackText
    name: Str = ""
    note: Str = ""
    based_on: Str = ""


class DraftTextIn(Body):
    """A changed text. `edits` is the count that you have read; another count is refused, so that nobody writes over anybody."""

    text: PackText
    name: Str = ""
    note: Str | None = None
    edits: Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)] | None = None


class PublicationIn(Body):
    """A major change is known fifteen days ahead instead of seven."""

    major: Annotated[bool, Field(strict=True)] = False


class ProblemOut(Schema):
    """One thing that is wrong, and where. kind: cell (read alone), stack (with what is above), below, golden (a golden case, `check`)."""

    kind: str
    row: int
    column: int
    cell: str
    text: shapes.TextOut
    binding: bool
    check: str = ""


class DraftOut(Schema):
    """A draft as it stands. `you_may` are the moves that you can make now."""

    ref: str
    name: str
    note: str
    pack_id: str
    layer: str
    based_on: str
    merchant: str
    stage: str
    stage_name: shapes.TextOut
    edits: int
    made_by: str
    made_at: datetime
    changed_by: str
    changed_at: datetime
    checked_at: datetime | None
    signed_by: str
    signed_at: datetime | None
    version: str
    problems: list[ProblemOut]
    golden: dict[str, Any]
    you_may: list[str]


class WholeDraftOut(DraftOut):
    """A draft with its text."""

    text: str


class DraftsOut(Schema):
    """The newest hundred."""

    items: list[DraftOut]


class CommentOut(Schema):
    """What somebody said; kept three years."""

    party: str
    by: str
    words: str
    at: datetime


class CommentsOut(Schema):
    """In order; `open` while more may be said."""

    open: bool
    items: list[CommentOut]


class VersionOut(Schema):
    """A version of a pack. Its dates are days of its market; `draft` takes comments until `comments_until`."""

    pack_id: str
    version: str
    layer: str
    jurisdiction: str
    in_force_from: date
    in_force_until: date | None
    taken_back: bool
    major: bool
    published_at: datetime | None
    comments_until: datetime | None
    draft: str
    merchant: str
    digest: str


class WholeVersionOut(VersionOut):
    """A version with its text; `digest` is the SHA-256 of it in UTF-8."""

    text: str


class VersionsOut(Schema):
    """Newest first: every version that held within the last three years, or will hold."""

    items: list[VersionOut]


def acted(request: Asked, run: Callable[[], Draft]) -> HttpResponse:
    """The verb has happened once, and the answer is the draft as it stands now."""

    def answer() -> DraftOut:
        return DraftOut(**_draft(reads.draft(run().ref, request.auth.actor), request))

    return done(request, answer)


@posting(router, "/policy/drafts", DraftOut, "Write a draft")
def write_draft(request: Asked, body: DraftIn) -> HttpResponse:
    """The text is kept; it need not be a pack yet. A merchant's key writes for its own shop."""
    by = request.auth.actor
    return acted(request, lambda: verbs.save_draft(by=by, text=body.text, name=body.name, note=body.note, based_on=body.based_on))


@reading(router, "/policy/drafts", DraftsOut, "Drafts, newest first")
def list_drafts(request: Asked, stage: Str = "", pack_id: Str = "", merchant: Ref = "") -> DraftsOut:
    """The drafts you work on; each parameter narrows to an exact value."""
    found = reads.drafts(request.auth.actor, stage=stage, pack_id=pack_id, merchant=merchant)
    return DraftsOut(items=[DraftOut(**_draft(one, request)) for one in found])


@reading(router, "/policy/drafts/{ref}", WholeDraftOut, "One draft")
def one_draft(request: Asked, ref: str) -> WholeDraftOut:
    """The text, what is wrong with it, and what you may do."""
    found = reads.draft(ref, request.auth.actor)
    return WholeDraftOut(**_draft(found, request), text=found.text)


@posting(router, "/policy/drafts/{ref}/text", DraftOut, "Change the text of a draft")
def change_draft(request: Asked, ref: str, body: DraftTextIn) -> HttpResponse:
    """The text is the new one; its check and its signature are gone where it differs."""
    by = request.auth.actor
    return acted(request, lambda: verbs.save_draft(by=by, ref=ref, text=body.text, name=body.name, note=body.note, edits=body.edits))


@posting(router, "/policy/drafts/{ref}/check", DraftOut, "Check a draft")
def check_policy_draft(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """`problems` say what is wrong, with row and column; without a binding one the stage is `checked`."""
    return acted(request, lambda: verbs.check_draft(ref, by=request.auth.actor))


@posting(router, "/policy/drafts/{ref}/signature", DraftOut, "Sign a draft")
def sign_draft(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """Somebody who wrote none of the text answers for it."""
    return acted(request, lambda: verbs.sign_off(ref, by=request.auth.actor))


@posting(router, "/policy/drafts/{ref}/publication", DraftOut, "Publish a draft")
def publish_draft(request: Asked, ref: str, body: PublicationIn) -> HttpResponse:
    """The text is a version for ever, in force from the day it names: at least seven whole days ahead, fifteen for a major change."""
    return acted(request, lambda: verbs.publish(ref, by=request.auth.actor, major=body.major).draft)


@posting(router, "/policy/drafts/{ref}/withdrawal", DraftOut, "Withdraw a draft")
def withdraw_policy_draft(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """It goes no further; a published version is taken back while its day has not come."""
    return acted(request, lambda: verbs.withdraw_draft(ref, by=request.auth.actor))


@posting(router, "/policy/drafts/{ref}/comments", CommentOut, "Comment on a draft or a published version")
def comment_on_draft(request: Asked, ref: str, body: WordsIn) -> HttpResponse:
    """What you say is kept for three years and never changed; after publication everybody may speak until the version is in force."""
    return done(request, lambda: CommentOut(**_comment(verbs.comment(ref, words=body.words, by=request.auth.actor))))


@reading(router, "/policy/drafts/{ref}/comments", CommentsOut, "What was said about a draft")
def draft_comments(request: Asked, ref: str) -> CommentsOut:
    """In order."""
    found = reads.draft(ref, request.auth.actor)
    return CommentsOut(open=reads.comments_open(found), items=[CommentOut(**_comment(one)) for one in reads.comments(found)])


@reading(router, "/policy/versions", VersionsOut, "Versions of packs")
def pack_versions(request: Asked, pack_id: Str = "") -> VersionsOut:
    """Every version of the last three years, and those still to come."""
    return VersionsOut(items=[VersionOut(**_version(one)) for one in reads.versions(request.auth.actor, pack_id=pack_id)])


@reading(router, "/policy/versions/{pack_id}/{version}", WholeVersionOut, "The text of a version")
def pack_version(request: Asked, pack_id: str, version: str) -> WholeVersionOut:
    """The whole document as it was published."""
    found = reads.version(f"{pack_id}@{version}", request.auth.actor)
    return WholeVersionOut(**_version(found), text=found.text)


def _draft(found: Draft, request: Asked) -> dict[str, Any]:
    same = ("ref", "name", "note", "pack_id", "layer", "based_on", "stage", "edits", "made_at", "changed_at", "checked_at", "signed_at")
    version = getattr(found, "version", None)
    return {
        **{name: getattr(found, name) for name in same},
        "merchant": found.merchant.ref if found.merchant else "",
        "stage_name": telling.text(STAGE_NAMES[Stage(found.stage)]),
        "made_by": found.made_by.name,
        "changed_by": found.changed_by.name,
        "signed_by": found.signed_by.name if found.signed_by else "",
        "version": f"{version.pack_id}@{version.version}" if version else "",
        "problems": [_problem(problem) for problem in found.problems],
        "golden": found.golden,
        "you_may": list(reads.acts(found, request.auth.actor)),
    }


def _problem(told: dict[str, Any]) -> ProblemOut:
    return ProblemOut(
        kind=told["kind"], row=told["row"], column=told["column"], cell=told["cell"], text=shapes.TextOut(zh=told["zh"], en=told["en"]),
        binding=told["binding"], check=told.get("check", ""),
    )  # fmt: skip


def _comment(said: Comment) -> dict[str, Any]:
    return {"party": said.party, "by": said.by.name, "words": said.words, "at": said.made_at}


def _version(found: reads.Version) -> dict[str, Any]:
    same = [name for name in VersionOut.model_fields if name != "taken_back"]
    return {**{name: getattr(found, name) for name in same}, "taken_back": found.was_taken_back}
