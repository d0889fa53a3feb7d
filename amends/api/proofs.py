"""Proof files for programs: how far a case is sealed, making a file, fetching it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.http import FileResponse, HttpResponse
from ninja import Router, Schema

from amends.api import shapes
from amends.api.bodies import Body, Ref
from amends.api.callers import Asked
from amends.api.doing import done, posting, reading
from amends.cases.queries import case_for
from amends.complaints.queries import complaint_for
from amends.sealing.exporting import files_of, is_kept, make_file, open_file
from amends.sealing.models import ProofFile, TimeStamp

router = Router(tags=["proof files"])


class ProofFileIn(Body):
    """`purpose`: own, arbitration; for the platform also authority, audit. `complaint` names the authority's complaint, whose file hides
    no personal data."""

    purpose: Literal["own", "arbitration", "authority", "audit"] = "own"
    complaint: Ref = ""


class ProofFileOut(Schema):
    """One file. `sha256` of the whole ZIP; `head` is the hash of the last line in it; `masked`: others' personal data is hidden;
    `url` is empty once the ZIP is kept no more."""

    ref: str
    case: str
    purpose: str
    masked: bool
    head: str
    sha256: str
    size: int
    made_at: datetime
    url: str


class StampOut(Schema):
    """An authority's word (RFC 3161) that the first `entries` lines existed by `stamped_at`; `head` is the hash of the last of them."""

    head: str
    entries: int
    authority: str
    stamped_at: datetime


class SealedOut(Schema):
    """The end of the case's hash chain, its time stamps and the proof files that the caller may fetch, the newest first."""

    case: str
    head: str
    entries: int
    stamps: list[StampOut]
    files: list[ProofFileOut]


@reading(router, "/cases/{ref}/seal", SealedOut, "How far a case is sealed")
def case_seal(request: Asked, ref: str) -> SealedOut:
    """Compare `head` with a file that was handed out, or with your own copy of the timeline."""
    case = case_for(ref, request.auth.actor)
    stamps = TimeStamp.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).order_by("-entries_count", "-pk")
    return SealedOut(
        case=case.ref, head=case.head, entries=case.entries_count,
        stamps=[
            StampOut(head=row.head, entries=row.entries_count, authority=row.authority.rpartition("#")[0], stamped_at=row.stamped_at)
            for row in stamps
        ],
        files=[_file(row, case.ref) for row in files_of(case, request.auth.actor)],
    )  # fmt: skip


@posting(router, "/cases/{ref}/proof-files", ProofFileOut, "Make a proof file")
def proof_file_made(request: Asked, ref: str, body: ProofFileIn) -> HttpResponse:
    """A ZIP that a third party checks without Amends: `python3 verify.py FILE`. At most 20 a day for one case."""

    def run() -> ProofFileOut:
        actor = request.auth.actor
        complaint = complaint_for(body.complaint, actor) if body.complaint else None
        case = case_for(ref, actor)
        return _file(make_file(case.ref, body.purpose, actor, complaint), case.ref)

    return done(request, run)


@router.get(
    "/proof-files/{ref}",
    summary="Fetch a proof file",
    response={200: None, frozenset({401, 403, 404, 422}): shapes.Problem},
    openapi_extra={"responses": {200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}}},
)
def proof_file(request: Asked, ref: str) -> FileResponse:
    """The ZIP. That you fetched it is noted."""
    row, file = open_file(ref, request.auth.actor)
    answer = FileResponse(file, as_attachment=True, filename=f"{row.ref}.zip", content_type="application/zip")
    answer["Cache-Control"] = "private, no-store"
    return answer


def _file(row: ProofFile, case: str) -> ProofFileOut:
    return ProofFileOut(
        ref=row.ref, case=case, purpose=row.purpose, masked=row.masked, head=row.head, sha256=row.digest, size=row.size,
        made_at=row.made_at, url=f"/api/v1/proof-files/{row.ref}" if is_kept(row) else "",
    )  # fmt: skip
