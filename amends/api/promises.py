"""Promises: the times that consumers were told by which somebody else acts, what became of them, and telling another one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Router, Schema
from ninja.params import functions as params
from pydantic import AwareDatetime, Field

from amends.api import case_shapes, shapes, telling
from amends.api.bodies import MOST_ID, Body, Ref, Str
from amends.api.callers import Asked
from amends.api.cases import acted
from amends.api.doing import posting, reading
from amends.api.pages import key_in, key_out
from amends.cases.queries import case_for
from amends.notices.promises import revise_promise
from amends.notices.promises_read import Chosen, Kept, Told, kept_by, promises, promises_of

router = Router(tags=["promises"])
PROMISE: Any = params.Path(..., ge=1, le=MOST_ID)


class PromiseOut(Schema):
    """A time that a consumer was told. `revises` is the one told before in whose place it stands, for `reason`.

    `state`: open; kept or late, judged by the told time; revised, told anew before its time; void, ended by somebody else before.
    """

    id: int
    case: str
    merchant: str
    bearer: str
    carrier: str
    limit: str
    limit_name: shapes.TextOut
    told_at: datetime
    due_at: datetime
    state: str
    ended_at: datetime | None
    revises: datetime | None
    reason: str
    words: str
    may_revise: bool


class PromisesOut(Schema):
    items: list[PromiseOut]
    next: str | None = None


class KeptOut(Schema):
    """How one merchant, team or carrier kept its promises; `share` of kept among kept and late, null where there is neither."""

    key: str
    name: shapes.TextOut
    open: int
    kept: int
    late: int
    revised: int
    void: int
    share: float | None
    list_url: str


class KeptListOut(Schema):
    items: list[KeptOut]


class RevisionIn(Body):
    """Another time, with a zone. A later one needs a `reason`; `other` needs `words`, which the consumer reads."""

    at: AwareDatetime
    reason: Annotated[Str, Field(max_length=40)] = ""
    words: Annotated[Str, Field(max_length=100_000)] = ""


@reading(router, "/promises", PromisesOut, "Promises, the newest first")
def my_promises(
    request: Asked, since: Str = "", until: Str = "", merchant: Ref = "", bearer: Str = "", carrier: Str = "", state: Str = "",
    case: Ref = "", after: Ref = "",
) -> PromisesOut:  # fmt: skip
    """Those that you may see, by days of telling (Beijing), merchant, bearer (a party), carrier and state."""
    asked = {"since": since, "until": until, "merchant": merchant, "bearer": bearer, "carrier": carrier, "state": state, "case": case}
    page = promises(request.auth.actor, Chosen.read(asked), after=key_in(after) or "")
    return PromisesOut(items=[_out(row) for row in page.rows], next=key_out(page.after))


@reading(router, "/promises/figures", KeptListOut, "How promises were kept")
def promise_figures(
    request: Asked, by: Literal["merchant", "team", "carrier"] = "merchant", since: Str = "", until: Str = ""
) -> KeptListOut:
    """Counts by merchant, by team of the platform, or by carrier, of promises told in these days; `list_url` leads to them."""
    rows = kept_by(request.auth.actor, Chosen.read({"since": since, "until": until}), by)
    column = {"merchant": "bearer=merchant&merchant", "team": "bearer", "carrier": "carrier"}[by]
    days = "".join(f"&{name}={value}" for name, value in (("since", since), ("until", until)) if value)
    return KeptListOut(items=[_kept(row, f"{telling.ROOT}/promises?{column}={row.key}{days}") for row in rows])


@reading(router, "/cases/{ref}/promises", PromisesOut, "The promises of a case")
def case_promises(request: Asked, ref: str) -> PromisesOut:
    """In the order in which the consumer was told."""
    case = case_for(ref, request.auth.actor)
    return PromisesOut(items=[_out(row) for row in promises_of(case, request.auth.actor)])


@posting(router, "/cases/{ref}/promises/{promise}/revision", case_shapes.CaseOut, "Tell another time")
def promise_revision(request: Asked, ref: str, promise: int = PROMISE, *, body: RevisionIn) -> HttpResponse:
    """The consumer is told the new time, with the reason where it is later. No limit changes by it."""

    def run() -> object:
        return revise_promise(ref, promise, at=body.at, reason=body.reason, words=body.words, by=request.auth.actor)

    return acted(request, ref, run)


def _out(row: Told) -> PromiseOut:
    return PromiseOut(
        id=row.id, case=row.case, merchant=row.merchant, bearer=row.bearer, carrier=row.carrier, limit=row.limit,
        limit_name=telling.text(row.limit_name), told_at=row.told_at, due_at=row.due_at, state=row.state.value, ended_at=row.ended_at,
        revises=row.revises, reason=row.reason, words=row.words, may_revise=row.may_revise,
    )  # fmt: skip


def _kept(row: Kept, url: str) -> KeptOut:
    counts = {state.value: n for state, n in row.counts.items()}
    return KeptOut(key=row.key, name=telling.text(row.name), **counts, share=row.share, list_url=url)
