"""The receiving desk as JSON: batches of scans, the shelf of unknown parcels, and which awaited parcels they may be. One shop's only.

A scanner that sends the same code again, with any key, has the answer that it had: a code counts once in a batch.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from amends.api import shapes
from amends.api.bodies import Body, NothingIn, Ref, Str, Words
from amends.api.callers import Asked
from amends.api.doing import done, posting, reading
from amends.kernel.refusals import NotFound
from amends.returns import receiving as desk
from amends.returns.models import UnknownParcel
from amends.returns.receiving.queries import scan_view, shelf_view

router = Router(tags=["receiving"])

Grams = Annotated[int, Field(ge=-1000, le=10**7, strict=True)]


class DeskBatchIn(Body):
    """Where it is received; empty where the shop has one place."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"place": "east"}]})

    place: Str = ""


class DeskScanIn(Body):
    """A waybill, or the reference of a parcel or case. `weight_grams` and `carrier` where they are known."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"code": "SF1234567890", "weight_grams": 820}]})

    code: Str
    weight_grams: Grams | None = None
    carrier: Str = ""


class ShelfMatchIn(Body):
    """The awaited parcel that it is, RT-…"""

    parcel: Ref


class ShelfNoteIn(Body):
    """What was read on it; what is left out stays."""

    words: Words = ""
    shelf: Str = ""
    carrier: Str = ""
    weight_grams: Grams | None = None


class ShelfWhyIn(Body):
    """What was done with it."""

    words: Words = ""


class DeskScanOut(Schema):
    """`outcome`: received, again (received before; `received_at`, `received_place` say when and where) or unknown (on the shelf)."""

    number: int
    waybill: str
    outcome: str
    outcome_name: shapes.TextOut
    parcel: str | None
    case: str | None
    unknown: str | None
    at: datetime
    received_at: datetime | None
    received_place: str


class DeskBatchOut(Schema):
    """A batch, how many of its scans ended how, and its newest scans, 50 at most."""

    ref: str
    place: str
    made_at: datetime
    ended_at: datetime | None
    counts: dict[str, int]
    scans: list[DeskScanOut]


class DeskBatchesOut(Schema):
    """The newest batches, without their scans."""

    items: list[DeskBatchOut]


class SuggestionOut(Schema):
    """An awaited parcel that it may be: `score` 0 to 100 and why."""

    parcel: str
    case: str
    waybill: str
    score: int
    reasons: list[shapes.TextOut]


class ShelvedOut(Schema):
    """A parcel that nobody announced. `state`: shelved, matched, sent_back, disposed. `late` once its 30 days are over."""

    ref: str
    waybill: str
    carrier: str
    place: str
    shelf: str
    weight_grams: int | None
    words: str
    state: str
    made_at: datetime
    due_at: datetime
    late: bool
    suggestions: list[SuggestionOut]


class ShelfOut(Schema):
    """What lies on the shelf, oldest first, 200 at most."""

    items: list[ShelvedOut]


@reading(router, "/receiving/batches", DeskBatchesOut, "Batches of the receiving desk")
def receiving_batches(request: Asked) -> DeskBatchesOut:
    """The shop's newest batches."""
    return DeskBatchesOut(items=[_batch(one) for one in desk.batches(request.auth.actor)])


@posting(router, "/receiving/batches", DeskBatchOut, "Open a batch")
def receiving_batch_opening(request: Asked, body: DeskBatchIn) -> HttpResponse:
    """A batch is open at this place: the one that this person has there already, or a new one."""
    by = request.auth.actor
    return done(request, lambda: _batch(desk.batch_view(desk.open_batch(body.place, by=by).ref, by)))


@reading(router, "/receiving/batches/{ref}", DeskBatchOut, "One batch")
def receiving_batch(request: Asked, ref: str) -> DeskBatchOut:
    """The batch with its newest scans."""
    return _batch(desk.batch_view(ref, request.auth.actor))


@posting(router, "/receiving/batches/{ref}/scans", DeskScanOut, "Scan a parcel")
def receiving_scan(request: Asked, ref: str, body: DeskScanIn) -> HttpResponse:
    """What was scanned is received, known to have been received before, or on the shelf."""
    by = request.auth.actor

    def run() -> DeskScanOut:
        return _scan(scan_view(desk.scan(ref, body.code, weight_grams=body.weight_grams, carrier=body.carrier, by=by)))

    return done(request, run)


@posting(router, "/receiving/batches/{ref}/closing", DeskBatchOut, "Close the batch")
def receiving_batch_closing(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """Nothing more is scanned in it."""
    by = request.auth.actor
    return done(request, lambda: _batch(desk.batch_view(desk.close_batch(ref, by=by).ref, by)))


@reading(router, "/receiving/shelf", ShelfOut, "Parcels that nobody announced")
def receiving_shelf(request: Asked) -> ShelfOut:
    """What lies on the shelf, oldest first; suggestions come with the single parcel."""
    return ShelfOut(items=[_unknown(row) for row in desk.shelf(request.auth.actor)])


@reading(router, "/receiving/shelf/{ref}", ShelvedOut, "One parcel on the shelf, and what it may be")
def receiving_shelved(request: Asked, ref: str) -> ShelvedOut:
    """With the awaited parcels that it may be, likeliest first."""
    row = next((one for one in desk.shelf(request.auth.actor) if one.ref == ref.strip().upper()), None)
    if row is None:
        raise NotFound
    return _unknown(row, desk.suggestions(row, request.auth.actor))


@posting(router, "/receiving/shelf/{ref}/match", ShelvedOut, "It is this awaited parcel")
def receiving_match(request: Asked, ref: str, body: ShelfMatchIn) -> HttpResponse:
    """The awaited parcel is received where the other lay."""
    return done(request, lambda: _row(desk.match(ref, body.parcel, by=request.auth.actor)))


@posting(router, "/receiving/shelf/{ref}/note", ShelvedOut, "What was read on it")
def receiving_note(request: Asked, ref: str, body: ShelfNoteIn) -> HttpResponse:
    """Words, shelf, courier and weight are on record."""
    said = {"words": body.words, "shelf": body.shelf, "carrier": body.carrier}
    return done(request, lambda: _row(desk.note_unknown(ref, **said, weight_grams=body.weight_grams, by=request.auth.actor)))


@posting(router, "/receiving/shelf/{ref}/return", ShelvedOut, "It went back to its sender")
def receiving_return(request: Asked, ref: str, body: ShelfWhyIn) -> HttpResponse:
    """It is off the shelf."""
    return done(request, lambda: _row(desk.return_unknown(ref, words=body.words, by=request.auth.actor)))


@posting(router, "/receiving/shelf/{ref}/disposal", ShelvedOut, "Its time is over and it was disposed of")
def receiving_disposal(request: Asked, ref: str, body: ShelfWhyIn) -> HttpResponse:
    """It is off the shelf; refused before its 30 days are over."""
    return done(request, lambda: _row(desk.dispose_unknown(ref, words=body.words, by=request.auth.actor)))


def _row(row: UnknownParcel) -> ShelvedOut:
    return _unknown(shelf_view(row))


def _scan(view: desk.ScanView) -> DeskScanOut:
    return DeskScanOut(
        number=view.number, waybill=view.waybill, outcome=view.outcome, outcome_name=shapes.TextOut(**view.outcome_name.both()),
        parcel=view.parcel or None, case=view.case or None, unknown=view.unknown or None, at=view.at, received_at=view.received_at,
        received_place=view.received_place,
    )  # fmt: skip


def _batch(view: desk.BatchView) -> DeskBatchOut:
    return DeskBatchOut(
        ref=view.ref, place=view.place, made_at=view.made_at, ended_at=view.ended_at, counts=view.counts,
        scans=[_scan(one) for one in view.scans],
    )  # fmt: skip


def _unknown(row: desk.ShelfView, found: list[desk.Suggestion] | None = None) -> ShelvedOut:
    return ShelvedOut(
        ref=row.ref, waybill=row.waybill, carrier=row.carrier, place=row.place, shelf=row.shelf, weight_grams=row.weight_grams,
        words=row.words, state=row.state, made_at=row.made_at, due_at=row.due_at, late=row.is_late,
        suggestions=[
            SuggestionOut(
                parcel=one.parcel, case=one.case, waybill=one.waybill, score=one.score,
                reasons=[shapes.TextOut(**why.both()) for why in one.reasons],
            )
            for one in found or ()
        ],
    )  # fmt: skip
