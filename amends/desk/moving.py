"""Goods that need a hand: parcels with the simulated carrier. Not about money: money.py."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_POST

from amends.cases.models import Case
from amends.cases.words import stage_name, verb_name
from amends.desk.cases import done
from amends.desk.page import HOME, shown
from amends.faces.entering import ActorRequest, face, given
from amends.kernel.parties import Party
from amends.kernel.texts import say
from amends.returns.models import ReturnShipment
from amends.returns.rules import RETURN_SHIPMENT
from amends.returns.verbs import carrier_says

MOST = 50
WITH_CARRIER = tuple(name for name, stage in RETURN_SHIPMENT.stages.items() if Party.CARRIER in stage.waits_for)
REPORTED = say("已登记承运商的消息（模拟）。", "The carrier's report is on record (simulated).")


@require_GET
@face("desk")
def parcels(request: ActorRequest) -> HttpResponse:
    """Every parcel that a carrier has, longest first, with what the carrier could report now."""
    carrier = request.actor.as_party(Party.CARRIER)
    rows = ReturnShipment.objects.filter(stage__in=WITH_CARRIER, case__in=Case.objects.visible_to(request.actor))
    listed = [
        {
            "parcel": row, "stage": stage_name("return_shipment", row.stage),
            "reports": [(verb, verb_name("return_shipment", verb)) for verb in row.offered(carrier)],
        }
        for row in rows.select_related("case").order_by("since")[:MOST]
    ]  # fmt: skip
    return shown(request, "desk/parcels.html", {"rows": listed, "nav_here": f"{HOME}parcels"})


@require_POST
@face("desk")
def report(request: ActorRequest, ref: str) -> HttpResponse:
    """What the simulated carrier reports has happened."""
    what, carrier = given(request, "report"), request.actor.as_party(Party.CARRIER)
    return done(request, lambda: carrier_says(ref, what, by=carrier), f"{HOME}parcels", REPORTED)
