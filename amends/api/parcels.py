"""The way back as JSON: how a parcel travels, and the shop's book of addresses. The same verbs as the pages."""

from __future__ import annotations

from collections.abc import Callable

from django.core.files.storage import default_storage
from django.http import HttpResponse
from ninja import Router

from amends.api import parcel_shapes as shapes
from amends.api.bodies import NothingIn
from amends.api.callers import Asked
from amends.api.doing import READ_REFUSALS, done, posting, reading
from amends.api.shapes import Problem
from amends.faces.codes import pdf_answer, qr_svg, svg_answer
from amends.kernel.parties import Party
from amends.returns import verbs
from amends.returns.queries.ways import label_code, label_file, way_view
from amends.shipping.addresses import Given, book, end_address, put_address

router = Router(tags=["parcels"])
addresses = Router(tags=["addresses"])


def _acted(request: Asked, ref: str, run: Callable[[], object]) -> HttpResponse:
    """The verb has happened once; the answer is the parcel as it stands."""

    def answer() -> shapes.WayOut:
        made = run()
        return shapes.parcel(way_view(str(getattr(made, "ref", "") if hasattr(made, "direction") else ref), request.auth.actor))

    return done(request, answer)


@reading(router, "/parcels/{ref}", shapes.WayOut, "Read how a parcel may travel, and where it is")
def parcel(request: Asked, ref: str) -> shapes.WayOut:
    """Its address, label, courier, the slots that are offered, and what the carrier told."""
    return shapes.parcel(way_view(ref, request.auth.actor))


@router.get("/parcels/{ref}/label.pdf", response={READ_REFUSALS: Problem}, summary="Read the label",
            openapi_extra={"responses": {200: {"description": "PDF", "content": {"application/pdf": {}}}}})  # fmt: skip
def parcel_label_pdf(request: Asked, ref: str) -> HttpResponse:
    """The document to print."""
    path, name = label_file(ref, request.auth.actor)
    with default_storage.open(path) as file:
        return pdf_answer(file.read(), name)


@router.get("/parcels/{ref}/label.svg", response={READ_REFUSALS: Problem}, summary="Read the code for a drop-off point",
            openapi_extra={"responses": {200: {"description": "SVG", "content": {"image/svg+xml": {}}}}})  # fmt: skip
def parcel_label_svg(request: Asked, ref: str) -> HttpResponse:
    """The QR code that is shown there instead of a printed label."""
    return svg_answer(qr_svg(label_code(ref, request.auth.actor)))


@posting(router, "/parcels/{ref}/label", shapes.WayOut, "Ask for a prepaid label")
def parcel_label(request: Asked, ref: str, body: shapes.ParcelLabelIn) -> HttpResponse:
    """It is bought by a job; read the parcel again for its waybill and file."""
    return _acted(request, ref, lambda: verbs.ask_label(ref, carrier=body.carrier, address=body.address, by=request.auth.actor))


@posting(router, "/parcels/{ref}/label-voiding", shapes.WayOut, "Give the label up")
def parcel_label_voiding(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """It is voided at the carrier, and the parcel waits for another way."""
    return _acted(request, ref, lambda: verbs.void_label(ref, by=request.auth.actor))


@posting(router, "/parcels/{ref}/pickup-change", shapes.WayOut, "Change the pick-up")
def parcel_pickup_change(request: Asked, ref: str, body: shapes.PickupChangeIn) -> HttpResponse:
    """The courier comes at another time or place; it counts as one more booking."""
    return _acted(request, ref, lambda: verbs.change_pickup(ref, **body.model_dump(), by=request.auth.actor))


@posting(router, "/parcels/{ref}/freight", shapes.WayOut, "Say what sending it cost")
def parcel_freight(request: Asked, ref: str, body: shapes.ParcelFreightIn) -> HttpResponse:
    """With its proof; an insurance of the way back pays as much, up to its cover."""
    return _acted(request, ref, lambda: verbs.prove_freight(ref, **body.model_dump(), by=request.auth.actor))


@posting(router, "/parcels/{ref}/split", shapes.WayOut, "Send some of it in another parcel")
def parcel_split(request: Asked, ref: str, body: shapes.ParcelSplitIn) -> HttpResponse:
    """The answer is the new parcel."""
    return _acted(request, ref, lambda: verbs.add_parcel(ref, units=body.units, by=request.auth.actor))


@posting(router, "/parcels/{ref}/company", shapes.WayOut, "Send it in the box of another parcel")
def parcel_company(request: Asked, ref: str, body: shapes.ParcelCompanyIn) -> HttpResponse:
    """Of the same consumer, to the same address."""
    return _acted(request, ref, lambda: verbs.travel_with(ref, body.leader, by=request.auth.actor))


@posting(router, "/parcels/{ref}/refusal", shapes.WayOut, "Refuse the delivery at the door")
def parcel_refusal(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """Its way back is noted when the carrier turned round."""
    return _acted(request, ref, lambda: verbs.refuse_parcel(ref, by=request.auth.actor))


@posting(router, "/parcels/{ref}/waiver", shapes.WayOut, "Let the consumer keep the goods")
def parcel_waiver(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """Nothing has to come back, and the money is owed. The merchant's word."""
    return _acted(request, ref, lambda: verbs.waive_return(ref, by=request.auth.actor))


@posting(router, "/parcels/{ref}/destruction-request", shapes.WayOut, "Ask to have the goods destroyed")
def parcel_destruction_request(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """The consumer destroys them and shows it, and sends nothing. The merchant's word."""
    return _acted(request, ref, lambda: verbs.ask_destroy(ref, by=request.auth.actor))


@posting(router, "/parcels/{ref}/destruction", shapes.WayOut, "Show that the goods are destroyed")
def parcel_destruction(request: Asked, ref: str, body: shapes.DestructionIn) -> HttpResponse:
    """They are owed in money."""
    return _acted(request, ref, lambda: verbs.destroy(ref, evidence=body.evidence, by=request.auth.actor))


@posting(router, "/parcels/{ref}/interception", shapes.WayOut, "Have the delivery turned round")
def parcel_interception(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """The carrier of the delivery is asked by a job. The merchant's word."""
    return _acted(request, ref, lambda: verbs.ask_intercept(ref, by=request.auth.actor))


@reading(addresses, "/return-addresses", shapes.ReturnAddressesOut, "Read the book of return addresses")
def return_addresses(request: Asked) -> shapes.ReturnAddressesOut:
    """The entries in force of the caller's shop."""
    by = request.auth.actor
    return shapes.entries(book(by) if by.party is Party.MERCHANT else book(by, merchant_id=by.merchant_id))


@posting(addresses, "/return-addresses", shapes.ReturnAddressOut, "Write an entry")
def return_address(request: Asked, body: shapes.ReturnAddressIn) -> HttpResponse:
    """Under its key; said again it changes, and parcels under way keep the address they have."""
    hours = [{"days": row.days, "from": row.opens, "until": row.until} for row in body.hours]
    given = Given(**{**body.model_dump(exclude={"hours"}), "hours": hours})
    return done(request, lambda: shapes.entry(put_address(given, by=request.auth.actor)))


@posting(addresses, "/return-addresses/{ref}/ending", shapes.ReturnAddressOut, "End an entry")
def return_address_ending(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """No new parcel goes there."""
    return done(request, lambda: shapes.entry(end_address(ref, by=request.auth.actor)))
