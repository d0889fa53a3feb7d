"""Pieces that go out again as JSON: kept, shipped, chosen, confirmed; and what leaves ahead of its return. The verbs of the pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from amends.api import shapes, telling
from amends.api.bodies import Body, NothingIn, Ref, Refs, Str, Words
from amends.api.callers import Asked
from amends.api.doing import done, posting, reading
from amends.cases.queries import case_for
from amends.faces.out_again import AheadView, PieceView, ahead_of, piece_view, pieces_of
from amends.replacements import ahead, verbs
from amends.replacements.debts import settle_debt
from amends.replacements.models import Advance, Replacement
from amends.replacements.queries import waiting

Run = Callable[[], Replacement]
RunAhead = Callable[[], Advance]
router = Router(tags=["replacements"])


class ShortageIn(Body):
    """What there is instead, by references or the shop's own keys; left empty, the variants of which a piece is free."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"instead": ["PR-4B7N-2QX9-K1TM"]}]})

    instead: Annotated[list[Str], Field(max_length=12)] = []


class PieceReservationIn(Body):
    """`part`: what of the unit is sent again where that is enough (a resend alone); left out, the whole unit."""

    part: Words = ""


class PieceAddressIn(Body):
    """Where the piece goes instead of where the order went, with name and telephone."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"address": "上海市静安区南京西路 1 号，李安，13800000000"}]})

    address: Words


class PieceDispatchIn(Body):
    """Who carries it under which number; `serial` where the article bears a number of its own. `sent_to`: as the piece says, where the
    consumer gave another address. `part`: what of the unit is sent, where it was not said before."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"carrier": "SF", "waybill": "SF1234567890"}]})

    carrier: Str
    waybill: Str
    serial: Str = ""
    sent_to: Str = ""
    part: Words = ""


class ChoiceIn(Body):
    """The article that is taken instead, one of those offered."""

    product: Ref


class WrongIn(Body):
    """What is wrong with what came."""

    words: Words
    evidence: Refs = []


class OfferedOut(Schema):
    """An article that may be chosen: `difference_minor` is to pay (above zero) or goes back (below)."""

    product: str
    key: str
    name: shapes.TextOut
    price_minor: int
    difference_minor: int


class PieceOut(Schema):
    """One piece that goes out. `pay`: the supplement by which its difference is paid; `may`: what the caller may do now.

    `address`: where it goes instead of where the order went, and `sent_to` the name of that address, which whoever ships it gives back.
    `part`: what of the unit is sent, empty for all of it.
    """

    ref: str
    case: str
    kind: str
    line: int
    number: int
    product: str
    name: shapes.TextOut
    stage: str
    stage_name: shapes.TextOut
    ahead: bool
    currency: str
    price_minor: int | None
    difference_minor: int
    pay: str
    waybill: str
    serial: str
    shipped_at: datetime | None
    delivered_at: datetime | None
    due_at: datetime | None
    address: str
    sent_to: str
    part: str
    offered: list[OfferedOut]
    may: list[str]


class AheadOut(Schema):
    """A piece that left before its return: its worth, the security that was asked (`pay`: the supplement), and until when. `debt_minor`
    is what the consumer owes for the old piece: booked, and collected by nobody."""

    ref: str
    stage: str
    stage_name: shapes.TextOut
    value_minor: int
    currency: str
    security_minor: int | None
    pay: str
    due_at: datetime | None
    debt_minor: int
    may: list[str]


class PiecesOut(Schema):
    """The pieces of a case and what left ahead of its return."""

    items: list[PieceOut]
    ahead: list[AheadOut]


@reading(router, "/replacements", PiecesOut, "Pieces that wait to be kept or shipped")
def replacements_waiting(request: Asked) -> PiecesOut:
    """Of the caller's shop, the oldest first, 200 at most."""
    by = request.auth.actor
    return PiecesOut(items=[_piece(piece_view(row, by)) for row in waiting(by)], ahead=[])


@reading(router, "/cases/{ref}/replacements", PiecesOut, "The pieces of a case")
def case_replacements(request: Asked, ref: str) -> PiecesOut:
    """Each piece that goes out for this case, with what may be chosen instead."""
    by = request.auth.actor
    case = case_for(ref, by)
    return PiecesOut(items=[_piece(one) for one in pieces_of(case, by)], ahead=[_ahead(one) for one in ahead_of(case, by)])


@posting(router, "/replacements/{ref}/reservation", PieceOut, "Keep a piece")
def replacement_reservation(request: Asked, ref: str, body: PieceReservationIn) -> HttpResponse:
    """A piece is kept and the limit to ship it runs."""
    return _acted(request, lambda: verbs.reserve(ref, part=body.part, by=request.auth.actor))


@posting(router, "/replacements/{ref}/address", PieceOut, "Have it sent elsewhere")
def replacement_address(request: Asked, ref: str, body: PieceAddressIn) -> HttpResponse:
    """It goes to this address; by its consumer, until it leaves."""
    return _acted(request, lambda: verbs.send_elsewhere(ref, address=body.address, by=request.auth.actor))


@posting(router, "/replacements/{ref}/shortage", PieceOut, "Say that there is none")
def replacement_shortage(request: Asked, ref: str, body: ShortageIn) -> HttpResponse:
    """The consumer chooses among what there is instead, or takes the money."""
    return _acted(request, lambda: verbs.run_out(ref, instead=body.instead, by=request.auth.actor))


@posting(router, "/replacements/{ref}/dispatch", PieceOut, "Ship the piece")
def replacement_dispatch(request: Asked, ref: str, body: PieceDispatchIn) -> HttpResponse:
    """It left the house under this number; refused while its difference is unpaid."""
    return _acted(
        request,
        lambda: verbs.ship(ref, **body.model_dump(), by=request.auth.actor),
    )


@posting(router, "/replacements/{ref}/choice", PieceOut, "Choose another article")
def replacement_choice(request: Asked, ref: str, body: ChoiceIn) -> HttpResponse:
    """One of those offered is taken instead."""
    return _acted(request, lambda: verbs.choose_other(ref, product=body.product, by=request.auth.actor))


@posting(router, "/replacements/{ref}/refund", PieceOut, "Take the money instead")
def replacement_refund(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """The unit's money is owed in the same transaction."""
    return _acted(request, lambda: verbs.fall_back(ref, by=request.auth.actor))


@posting(router, "/replacements/{ref}/receipt", PieceOut, "Confirm that it came")
def replacement_receipt(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """It came and is right."""
    return _acted(request, lambda: verbs.confirm(ref, by=request.auth.actor))


@posting(router, "/replacements/{ref}/complaint", PieceOut, "Say that the wrong one came")
def replacement_complaint(request: Asked, ref: str, body: WrongIn) -> HttpResponse:
    """The consumer chooses again, the right article among the rest."""
    return _acted(request, lambda: verbs.report_wrong(ref, words=body.words, evidence=body.evidence, by=request.auth.actor))


@posting(router, "/cases/{ref}/advances", AheadOut, "Have it sent before the return")
def case_advance(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """The next piece leaves before its return has come, at once or against a security."""
    return _went(request, lambda: ahead.ask_ahead(ref, by=request.auth.actor))


@posting(router, "/advances/{ref}/decline", AheadOut, "Leave no security")
def advance_decline(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """The goods come back first, as usual."""
    return _went(request, lambda: ahead.decline_advance(ref, by=request.auth.actor))


@posting(router, "/advances/{ref}/keeping", AheadOut, "Keep both and pay")
def advance_keeping(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """The consumer keeps the old piece too and owes its worth."""
    return _went(request, lambda: ahead.keep_both(ref, by=request.auth.actor))


@posting(router, "/advances/{ref}/settlement", AheadOut, "Record a debt as settled")
def advance_settlement(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """The consumer paid the shop for the old piece, or owes it no longer."""
    return _went(request, lambda: settle_debt(ref, by=request.auth.actor))


def _acted(request: Asked, run: Run) -> HttpResponse:
    def answer() -> PieceOut:
        made = run()
        rows = Replacement.objects.select_related("unit__line__product", "wanted", "case", "address", "part")
        row = rows.get(pk=made.pk, merchant_id=made.merchant_id)
        return _piece(piece_view(row, request.auth.actor))

    return done(request, answer)


def _went(request: Asked, run: RunAhead) -> HttpResponse:
    def answer() -> AheadOut:
        made = run()
        return _ahead(next(one for one in ahead_of(made.case, request.auth.actor) if one.ref == made.ref))

    return done(request, answer)


def _piece(one: PieceView) -> PieceOut:
    offered = [
        OfferedOut(product=each.product, key=each.key, name=telling.text(each.name), price_minor=each.price_minor,
                   difference_minor=each.difference_minor)
        for each in one.offered
    ]  # fmt: skip
    return PieceOut(
        ref=one.ref, case=one.case, kind=one.kind, line=one.line, number=one.number, product=one.product, name=telling.text(one.name),
        stage=one.stage_key, stage_name=telling.text(one.stage), ahead=one.ahead, currency=one.currency, price_minor=one.price_minor,
        difference_minor=one.difference_minor, pay=one.pay, waybill=one.waybill, serial=one.serial, shipped_at=one.shipped_at,
        delivered_at=one.delivered_at, due_at=one.due, address=one.address, sent_to=one.sent_to, part=one.part, offered=offered,
        may=list(one.may),
    )  # fmt: skip


def _ahead(one: AheadView) -> AheadOut:
    return AheadOut(
        ref=one.ref, stage=one.stage_key, stage_name=telling.text(one.stage), value_minor=one.value_minor, currency=one.currency,
        security_minor=one.security_minor, pay=one.pay, due_at=one.due, debt_minor=one.debt_minor, may=list(one.may),
    )  # fmt: skip
