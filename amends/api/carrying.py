"""Parcels, reviews and refunds: what happens to a case once it is decided, or while the platform decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from django.http import HttpResponse
from ninja import Router

from amends.api import bodies, case_shapes, telling
from amends.api.callers import Asked
from amends.api.doing import done, posting
from amends.api.judging_shapes import RulingIn, SubmissionIn
from amends.cases.models import Case
from amends.faces.case_view import case_view
from amends.refunds.verbs import retry
from amends.returns import verbs as returns
from amends.returns.verbs.inspecting import Finding, inspect
from amends.returns.verbs.seeing import Seen
from amends.rulings import verbs as rulings

parcels = Router(tags=["parcels"])
reviews = Router(tags=["reviews"])
refunds = Router(tags=["refunds"])


class OfCase(Protocol):
    """A life that belongs to a case."""

    @property
    def case_id(self) -> int: ...


def acted(request: Asked, run: Callable[[], OfCase]) -> HttpResponse:
    """The verb has happened once, and the answer is its case as it stands now."""

    def answer() -> case_shapes.CaseOut:
        ref = Case.objects.visible_to(request.auth.actor).values_list("ref", flat=True).get(pk=run().case_id)
        return telling.case(case_view(ref, request.auth.actor))

    return done(request, answer)


@posting(parcels, "/parcels/{ref}/address", case_shapes.CaseOut, "Say where to send the goods")
def address(request: Asked, ref: str, body: bodies.AddressIn) -> HttpResponse:
    """The consumer knows where to send the goods, and the limit to send them runs."""
    return acted(request, lambda: returns.give_address(ref, address=body.address, entry=body.entry, by=request.auth.actor))


def dispatch(request: Asked, ref: str, body: bodies.DispatchIn) -> HttpResponse:
    """The parcel is with the carrier under this number: on its way back, or home."""
    return acted(request, lambda: returns.ship(ref, carrier=body.carrier, waybill=body.waybill, by=request.auth.actor))


def home_dispatch(request: Asked, ref: str, body: bodies.DispatchIn) -> HttpResponse:
    """The merchant sends home what was not taken. The same verb as `dispatch`."""
    return dispatch(request, ref, body)


posting(parcels, "/parcels/{ref}/dispatch", case_shapes.CaseOut, "Send the parcel")(dispatch)
posting(parcels, "/parcels/{ref}/home-dispatch", case_shapes.CaseOut, "Send the parcel home")(home_dispatch)


@posting(parcels, "/parcels/{ref}/pickup", case_shapes.CaseOut, "Book a pick-up")
def pickup(request: Asked, ref: str, body: bodies.PickupIn) -> HttpResponse:
    """A courier is due in that slot; read the parcel for the slots that are offered."""
    return acted(request, lambda: returns.book_pickup(ref, **body.model_dump(), by=request.auth.actor))


@posting(parcels, "/parcels/{ref}/pickup-cancellation", case_shapes.CaseOut, "Cancel the pick-up")
def pickup_cancellation(request: Asked, ref: str, body: bodies.NothingIn) -> HttpResponse:
    """No courier comes."""
    return acted(request, lambda: returns.cancel_pickup(ref, by=request.auth.actor))


@posting(parcels, "/parcels/{ref}/receipt", case_shapes.CaseOut, "Confirm the parcel arrived")
def receipt(request: Asked, ref: str, body: bodies.NothingIn) -> HttpResponse:
    """The merchant has the parcel, and each unit in it waits for a finding."""
    return acted(request, lambda: returns.receive(ref, by=request.auth.actor))


@posting(parcels, "/parcels/{ref}/inspection", case_shapes.CaseOut, "Say what was found in the parcel")
def inspection(request: Asked, ref: str, body: bodies.InspectionIn) -> HttpResponse:
    """Every finding stands, all in one act; a parcel not yet received is received first."""
    findings = [
        Finding(one.verdict, line=one.line, count=one.count, reduced_minor=one.reduced_minor, words=one.words, evidence=one.evidence,
                seen=Seen(**one.seen.model_dump()))
        for one in body.findings
    ]  # fmt: skip
    return acted(request, lambda: inspect(ref, findings=findings, by=request.auth.actor)[0])


@posting(parcels, "/parcels/{ref}/collection", case_shapes.CaseOut, "Fetch the parcel that came home")
def collection(request: Asked, ref: str, body: bodies.NothingIn) -> HttpResponse:
    """The consumer has the goods again."""
    return acted(request, lambda: returns.collect(ref, by=request.auth.actor))


@posting(parcels, "/parcels/{ref}/keeping", case_shapes.CaseOut, "Keep what should have gone home")
def keeping(request: Asked, ref: str, body: bodies.NothingIn) -> HttpResponse:
    """The merchant keeps the goods and owes their money."""
    return acted(request, lambda: returns.keep_goods(ref, by=request.auth.actor))


@posting(reviews, "/reviews/{ref}/submissions", case_shapes.CaseOut, "Give words or files to the review")
def submissions(request: Asked, ref: str, body: SubmissionIn) -> HttpResponse:
    """One side gave words or files, for a proof that was asked of it where one is named; what comes after the first round is late."""
    return acted(request, lambda: rulings.submit(ref, **body.model_dump(), by=request.auth.actor))


@posting(reviews, "/reviews/{ref}/round-closing", case_shapes.CaseOut, "Close the round of evidence")
def round_closing(request: Asked, ref: str, body: bodies.NothingIn) -> HttpResponse:
    """Each side may answer what the other gave."""
    return acted(request, lambda: rulings.close_round(ref, by=request.auth.actor))


@posting(reviews, "/reviews/{ref}/reply-closing", case_shapes.CaseOut, "Close the round of replies")
def reply_closing(request: Asked, ref: str, body: bodies.NothingIn) -> HttpResponse:
    """The file is closed, and one arbiter owes a ruling."""
    return acted(request, lambda: rulings.close_replies(ref, by=request.auth.actor))


@posting(reviews, "/reviews/{ref}/ruling", case_shapes.CaseOut, "Rule")
def ruling(request: Asked, ref: str, body: RulingIn) -> HttpResponse:
    """A ruling with reasons stands; it binds when the side that it burdens accepts it or the time for that is over. On a draft that waits
    for its second reader, with nothing named: it is signed. Above the sum of the money rules: 422 `second_reader`, see `draft`."""
    return acted(request, lambda: rulings.rule(ref, **body.fields(), by=request.auth.actor))


@posting(reviews, "/reviews/{ref}/reassignment", case_shapes.CaseOut, "Give the review to another arbiter")
def reassignment(request: Asked, ref: str, body: bodies.ReassignmentIn) -> HttpResponse:
    """A second arbiter owes the ruling."""
    return acted(request, lambda: rulings.reassign(ref, to=body.to, by=request.auth.actor))


@posting(refunds, "/refunds/{ref}/retry", case_shapes.CaseOut, "Try a failed refund again")
def refund_retry(request: Asked, ref: str, body: bodies.NothingIn) -> HttpResponse:
    """The gateway is asked again with the same key, so that nothing is paid twice."""
    return acted(request, lambda: retry(ref, by=request.auth.actor))
