"""Parcels of the shop: what to address, receive, inspect and send home; found by scanning; each act one hop to its verb."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET, require_POST

from amends.cases.queries import queue
from amends.console.answering import page_of
from amends.console.cases import show_case
from amends.console.page import GOODS, HOME, shown
from amends.faces.case_pages import AddressForm, LabelForm, grouped
from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.told import tell
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound, Unprocessable
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.returns import verbs
from amends.returns.models import ReturnShipment

ADDRESSED = say("退货地址已提供，消费者会收到通知。", "The return address is given. The consumer is told.")
RECEIVED = say("已确认收货，请验货。", "Receipt is confirmed. Please inspect the goods.")
SENT = say("已登记寄出。", "The parcel is on its way home.")
KEPT = say("已留下商品，退款照常进行。", "The goods stay with you and the money is refunded.")
ACCEPTED = say("已改为合格，退款照常进行。", "Accepted after all; the refund goes on in full.")
NOT_FOUND = say("没找到“{code}”，请核对运单号或售后单号。", "We can't find “{code}”. Please check the waybill or the reference.")


@require_GET
@face("console")
def page(request: ActorRequest) -> HttpResponse:
    """What waits for the shop's hands, nearest first; `?scan=` goes to the parcel that was scanned."""
    code = request.GET.get("scan", "").strip()
    if code:
        ref = scanned(code, request.actor)
        if ref:
            return HttpResponseRedirect(f"{HOME}parcels/{ref}/inspection")
        tell(request, NOT_FOUND.filled(code=code[:60]), kind="warning")
    rows = [row for life in GOODS for row in queue(request.actor, life=life).rows]
    rows.sort(key=lambda row: (row.paused, row.due_at))
    return shown(request, "console/parcels.html", {"groups": grouped(rows, Party.MERCHANT), "code": code, "nav_here": f"{HOME}parcels"})


def scanned(code: str, actor: Actor) -> str:
    """The reference of the shop's newest parcel with this waybill, parcel reference or case reference; '' where there is none."""
    ref = clean_ref(code) or ""
    rows = _mine(actor).filter(Q(waybill__iexact=code) | Q(ref=ref) | Q(case__ref=ref))
    return rows.order_by("-pk").values_list("ref", flat=True).first() or ""


def _mine(actor: Actor) -> QuerySet[ReturnShipment]:
    return ReturnShipment.objects.filter(merchant_id=actor.shop_id)


def case_of(ref: str, actor: Actor) -> str:
    """The reference of the case that the parcel belongs to. Raises NotFound for a parcel of another shop."""
    found = _mine(actor).filter(ref=clean_ref(ref) or "").values_list("case__ref", flat=True).first()
    if found is None:
        raise NotFound
    return found


def carried(
    request: ActorRequest, ref: str, run: Callable[[], object], done: Text, *, opened: str = "", form: type[forms.Form] | None = None
) -> HttpResponse:
    """The verb was made and the parcel's case is shown; or, refused, the form as it was typed."""
    case = case_of(ref, request.actor)

    def make() -> str:
        run()
        return page_of(case)

    try:
        response = act(request, make)
    except Unprocessable as refusal:
        return show_case(request, case, opened=opened, typed=form(request.POST) if form else None, refusal=refusal)
    tell(request, done)
    return response


@require_POST
@face("console")
def address(request: ActorRequest, ref: str) -> HttpResponse:
    """The return address is given."""
    where = given(request, "address")

    def run() -> object:
        return verbs.give_address(ref, address=where, by=request.actor)

    return carried(request, ref, run, ADDRESSED, opened="address", form=AddressForm)


@require_POST
@face("console")
def receipt(request: ActorRequest, ref: str) -> HttpResponse:
    """The parcel is here; on to its inspection."""
    case_of(ref, request.actor)

    def make() -> str:
        verbs.receive(ref, by=request.actor)
        return f"{HOME}parcels/{clean_ref(ref)}/inspection"

    response = act(request, make)
    tell(request, RECEIVED)
    return response


@require_POST
@face("console")
def dispatch(request: ActorRequest, ref: str) -> HttpResponse:
    """The goods go home under a waybill."""
    label: dict[str, Any] = {"carrier": given(request, "carrier"), "waybill": given(request, "waybill")}
    return carried(request, ref, lambda: verbs.ship(ref, **label, by=request.actor), SENT, opened="dispatch", form=LabelForm)


@require_POST
@face("console")
def keeping(request: ActorRequest, ref: str) -> HttpResponse:
    """The shop keeps the goods and owes their money."""
    return carried(request, ref, lambda: verbs.keep_goods(ref, by=request.actor), KEPT)


@require_POST
@face("console")
def unit_acceptance(request: ActorRequest, ref: str, unit: int) -> HttpResponse:
    """A unit that was found wanting is accepted after all."""
    return carried(request, ref, lambda: verbs.accept(ref, inspection=unit, by=request.actor), ACCEPTED)
