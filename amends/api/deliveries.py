"""Deliveries put right for programs: enquiries, other addresses, parcels back; who should bear it; and links that carriers answer by."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from ninja import Router

from amends.api import shapes, telling
from amends.api.bearing_shapes import ChargeDoneOut
from amends.api.bodies import Flag, NothingIn, Ref
from amends.api.callers import Asked
from amends.api.charges import charged
from amends.api.delivery_shapes import (
    ConfirmationIn,
    ElsewhereIn,
    EnquiryIn,
    LinkIn,
    LinkOut,
    LinkToldOut,
    OutboundDeliveryOut,
    OutboundListOut,
    ProposalOut,
    ProposalReasonOut,
    ProposalsOut,
    RedeliveryIn,
    ReportIn,
    SayingIn,
    TakeUpIn,
)
from amends.api.doing import done, posting, reading
from amends.deliveries import queries, verbs
from amends.deliveries.models import OutboundDelivery
from amends.kernel.parties import Party
from amends.liability import linking
from amends.liability.models import SignedLink
from amends.liability.proposing import dismiss, take_up
from amends.liability.queries import proposals as reads

router = Router(tags=["deliveries"])


@reading(router, "/deliveries", OutboundListOut, "Deliveries that are put right")
def deliveries_listed(
    request: Asked, stage: Flag = "", kind: Flag = "", case: Ref = "", open: Flag = "", after: Ref = ""
) -> OutboundListOut:
    """The newest first; `open=yes` those that are not over. Each caller sees those of the cases that they see."""
    asked = {"stage": stage, "kind": kind, "case": case, "open": open}
    found = queries.deliveries(request.auth.actor, asked, after=after)
    return OutboundListOut(items=[_delivery(row) for row in found.rows], next=found.after or None)


@reading(router, "/deliveries/{ref}", OutboundDeliveryOut, "One delivery")
def delivery_told(request: Asked, ref: str) -> OutboundDeliveryOut:
    """With what the caller may do now."""
    return _delivery(queries.delivery(ref, request.auth.actor))


@posting(router, "/cases/{ref}/enquiries", OutboundDeliveryOut, "Ask the carrier where a parcel is")
def enquiry(request: Asked, ref: str, body: EnquiryIn) -> HttpResponse:
    """The carrier's limit to answer runs; without an answer the parcel counts as lost."""
    return _done(request, lambda: verbs.enquire(ref, by=request.auth.actor, **body.model_dump()))


@posting(router, "/deliveries/{ref}/elsewhere", OutboundDeliveryOut, "Ask to have it brought to another address")
def delivery_elsewhere(request: Asked, ref: str, body: ElsewhereIn) -> HttpResponse:
    """The carrier is asked by a job."""
    return _done(request, lambda: verbs.lead_elsewhere(ref, address=body.address, by=request.auth.actor))


@posting(router, "/deliveries/{ref}/fetching", OutboundDeliveryOut, "Ask to have it turned round")
def delivery_fetching(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """For the merchant and the platform."""
    return _done(request, lambda: verbs.fetch_back(ref, by=request.auth.actor))


@posting(router, "/deliveries/{ref}/redelivery", OutboundDeliveryOut, "Send it out again")
def delivery_redelivery(request: Asked, ref: str, body: RedeliveryIn) -> HttpResponse:
    """For the merchant that has it back; a new waybill is watched from now on."""
    return _done(request, lambda: verbs.redeliver(ref, carrier=body.carrier, waybill=body.waybill, by=request.auth.actor))


@posting(router, "/deliveries/{ref}/return", OutboundDeliveryOut, "Note that it is back")
def delivery_return(request: Asked, ref: str, body: SayingIn) -> HttpResponse:
    """The merchant has it; the claim goes on under the rules."""
    return _done(request, lambda: verbs.bring_back(ref, words=body.words, by=request.auth.actor))


@posting(router, "/deliveries/{ref}/confirmation", OutboundDeliveryOut, "Confirm that it is here")
def delivery_confirmation(request: Asked, ref: str, body: ConfirmationIn) -> HttpResponse:
    """For the consumer."""
    return _done(request, lambda: verbs.confirm(ref, and_withdraw=body.and_withdraw, by=request.auth.actor))


@posting(router, "/deliveries/{ref}/absence", OutboundDeliveryOut, "Say that it is not here")
def delivery_absence(request: Asked, ref: str, body: SayingIn) -> HttpResponse:
    """For the consumer, after the carrier reported a delivery: it is asked again."""
    return _done(request, lambda: verbs.report_absent(ref, words=body.words, by=request.auth.actor))


@posting(router, "/deliveries/{ref}/report", OutboundDeliveryOut, "Note what the carrier answered")
def delivery_report(request: Asked, ref: str, body: ReportIn) -> HttpResponse:
    """For the platform's people, on the carrier's behalf."""
    by = request.auth.actor
    hand = by.as_party(Party.CARRIER) if by.sees_everything else by
    return _done(request, lambda: verbs.carrier_says(ref, body.report, expected_at=body.expected_at, words=body.words, by=hand))


@reading(router, "/proposals", ProposalsOut, "Who should bear what, as the record suggests it")
def proposals_listed(request: Asked, state: Flag = "", party: Flag = "", case: Ref = "", after: Ref = "") -> ProposalsOut:
    """For the platform's people, the newest first; others see none."""
    found = reads.proposals(request.auth.actor, {"state": state, "party": party, "case": case}, after=after)
    return ProposalsOut(items=[_proposal(row) for row in found.rows], next=found.after or None)


@reading(router, "/proposals/{ref}", ProposalOut, "One proposal")
def proposal_told(request: Asked, ref: str) -> ProposalOut:
    """With its reasons."""
    return _proposal(reads.proposal(ref, request.auth.actor))


@posting(router, "/proposals/{ref}/charge", ChargeDoneOut, "Ask as proposed")
def proposal_charge(request: Asked, ref: str, body: TakeUpIn) -> HttpResponse:
    """A charge like any other comes of it."""
    return charged(request, lambda: take_up(ref, by=request.auth.actor, **body.model_dump()))


@posting(router, "/proposals/{ref}/dismissal", ProposalOut, "Dismiss a proposal")
def proposal_dismissal(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """Nobody is asked for these reasons; it comes back only for others."""
    return done(request, lambda: _proposal(reads.proposal(dismiss(ref, by=request.auth.actor).ref, request.auth.actor)))


@posting(router, "/links", LinkOut, "Make a link to answer by")
def link_made(request: Asked, body: LinkIn) -> HttpResponse:
    """For the platform's people. The open link of the same matter ends."""
    return done(request, lambda: _link(linking.make_link(charge=body.charge, delivery=body.delivery, by=request.auth.actor).link))


@reading(router, "/links/{ref}", LinkToldOut, "One link")
def link_told(request: Asked, ref: str) -> LinkToldOut:
    """With its address, for whoever may make such links."""
    found = linking.link_for(ref, request.auth.actor)
    return LinkToldOut(**_link(found).dict(), url=linking.url_of(found))


@posting(router, "/links/{ref}/end", LinkOut, "Withdraw a link")
def link_ended(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """Nobody answers by it any more."""
    return done(request, lambda: _link(linking.end_link(ref, by=request.auth.actor)))


def _done(request: Asked, run: Callable[[], OutboundDelivery]) -> HttpResponse:
    return done(request, lambda: _delivery(queries.delivery(run().ref, request.auth.actor)))


def _delivery(row: queries.DeliveryRow) -> OutboundDeliveryOut:
    one = row.row
    return OutboundDeliveryOut(
        ref=one.ref,
        case=row.case.ref,
        merchant=row.case.merchant.ref,
        kind=one.kind,
        kind_name=telling.text(row.kind),
        stage=one.stage,
        stage_name=telling.text(row.stage),
        carrier=one.carrier,
        carrier_name=telling.text(row.carrier),
        waybill=one.travels_as,
        first_waybill=one.waybill,
        track=row.track.state if row.track else "",
        expected_at=one.expected_at,
        due_at=row.due_at,
        since=one.since,
        asked_at=one.made_at,
        words=row.why,
        answer=row.answer,
        address=row.address,
        you_may=list(row.can),
        you_may_report=list(row.reports),
    )


def _proposal(row: reads.ProposalRow) -> ProposalOut:
    one = row.proposal
    return ProposalOut(
        ref=one.ref,
        case=row.case.ref,
        merchant=row.case.merchant.ref,
        party=one.party,
        bearer=one.bearer.ref if one.bearer else "",
        sum=shapes.Money(amount_minor=one.amount_minor, currency=one.unit),
        what=one.what,
        percent=row.percent,
        reasons=[ProposalReasonOut(code=each.code, words=telling.text(each.words), percent=each.percent) for each in row.reasons],
        state=one.state,
        charge=one.charge.ref if one.charge else "",
        words=row.default_words,
        made_at=one.made_at,
        you_may=row.can,
    )


def _link(link: SignedLink) -> LinkOut:
    return LinkOut(
        ref=link.ref,
        case=link.case.ref,
        about=link.life,
        made_at=link.made_at,
        expires_at=link.expires_at,
        opened_at=link.opened_at,
        used_at=link.used_at,
        ended_at=link.ended_at,
    )
