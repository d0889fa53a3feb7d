"""One parcel as its consumer sees it: where it goes, how it may travel, its label and code, its courier, and what the carrier told.

Acts are one hop to their verb; a refused form comes back on this page with what was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from amends.faces.codes import pdf_answer, qr_svg, svg_answer
from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.forms import MoneyField
from amends.kernel.refusals import NotFound, Unprocessable
from amends.kernel.texts import say
from amends.plumbing.carriers.names import COURIERS
from amends.portal.evidence import KEPT, KeptBack, act_with_files
from amends.portal.pointing import pointed
from amends.returns import verbs
from amends.returns.queries.ways import label_code, label_file, way_view

HIDDEN = ("csrfmiddlewaretoken", "idempotency_key", KEPT)


@require_GET
@face("portal")
def shown(request: ActorRequest, ref: str, parcel: str) -> HttpResponse:
    """The parcel; NotFound for one that is not theirs, or of another case."""
    return _page(request, ref, parcel)


@require_GET
@face("portal")
def label_pdf(request: ActorRequest, ref: str, parcel: str) -> HttpResponse:
    """The label, to print."""
    path, name = label_file(_of(request, ref, parcel), request.actor)
    with default_storage.open(path) as file:
        return pdf_answer(file.read(), name)


@require_GET
@face("portal")
def label_svg(request: ActorRequest, ref: str, parcel: str) -> HttpResponse:
    """The code that a drop-off point scans."""
    return svg_answer(qr_svg(label_code(_of(request, ref, parcel), request.actor)))


@require_POST
@face("portal")
def label(request: ActorRequest, ref: str, parcel: str) -> HttpResponse:
    """A prepaid label is asked for."""
    typed = {"carrier": given(request, "carrier"), "address": given(request, "address")}
    return _acted(request, ref, parcel, "label", lambda: verbs.ask_label(parcel, **typed, by=request.actor))


@require_POST
@face("portal")
def label_voiding(request: ActorRequest, ref: str, parcel: str) -> HttpResponse:
    """The label is given up."""
    return _acted(request, ref, parcel, "label", lambda: verbs.void_label(parcel, by=request.actor))


@require_POST
@face("portal")
def pickup(request: ActorRequest, ref: str, parcel: str) -> HttpResponse:
    """A courier is due in the chosen slot."""
    return _acted(
        request, ref, parcel, "pickup",
        lambda: verbs.book_pickup(
            parcel, starts_at=_slot(request), address=given(request, "address"), carrier=given(request, "carrier"),
            packaging=bool(given(request, "packaging")), by=request.actor,
        ),
    )  # fmt: skip


@require_POST
@face("portal")
def pickup_change(request: ActorRequest, ref: str, parcel: str) -> HttpResponse:
    """The courier comes at another time, or elsewhere."""
    return _acted(
        request, ref, parcel, "change",
        lambda: verbs.change_pickup(parcel, starts_at=_slot(request), address=given(request, "address"), by=request.actor),
    )  # fmt: skip


@require_POST
@face("portal")
def split(request: ActorRequest, ref: str, parcel: str) -> HttpResponse:
    """Some of the goods travel in a parcel of their own."""
    units = [int(one) for one in request.POST.getlist("units") if one.isascii() and one.isdecimal() and len(one) < 19]
    return _acted(request, ref, parcel, "split", lambda: verbs.add_parcel(parcel, units=units, by=request.actor))


@require_POST
@face("portal")
def company(request: ActorRequest, ref: str, parcel: str) -> HttpResponse:
    """It lies in the box of another parcel."""
    leader = given(request, "leader")
    return _acted(request, ref, parcel, "company", lambda: verbs.travel_with(parcel, leader, by=request.actor))


@require_POST
@face("portal")
def refusal(request: ActorRequest, ref: str, parcel: str) -> HttpResponse:
    """The delivery that is still on its way will not be taken in."""
    return _acted(request, ref, parcel, "refusal", lambda: verbs.refuse_parcel(parcel, by=request.actor))


@require_POST
@face("portal")
def freight(request: ActorRequest, ref: str, parcel: str) -> HttpResponse:
    """What the way back cost, with its proof."""

    def run(evidence: list[str]) -> object:
        minor = _minor(given(request, "freight"), way_view(parcel, request.actor).currency)
        return verbs.prove_freight(parcel, freight_minor=minor, evidence=evidence, by=request.actor)

    return _with_files(request, ref, parcel, "freight", run)


@require_POST
@face("portal")
def destruction(request: ActorRequest, ref: str, parcel: str) -> HttpResponse:
    """The goods are destroyed, as the photo shows."""
    return _with_files(
        request, ref, parcel, "destruction", lambda evidence: verbs.destroy(parcel, evidence=evidence, by=request.actor)
    )  # fmt: skip


def _page(
    request: ActorRequest, ref: str, parcel: str, *, refusal: Unprocessable | None = None, form: str = "",
    typed: Mapping[str, str] | None = None, evidence: Sequence[str] = (),
) -> HttpResponse:  # fmt: skip
    view = way_view(parcel, request.actor)
    if view.case != ref.upper():
        raise NotFound
    told = pointed(refusal) if refusal else None
    context = {
        "view": view, "couriers": [(key, row.words) for key, row in COURIERS.items()], "refusal": told, "form": form, "typed": typed or {},
        "wrong": told.fields if told else {}, "kept": list(evidence), "back_url": reverse("portal:case", args=[view.case]),
    }  # fmt: skip
    return render(request, "portal/parcel.html", context, status=refusal.status if refusal else 200)


def _of(request: ActorRequest, ref: str, parcel: str) -> str:
    if way_view(parcel, request.actor).case != ref.upper():
        raise NotFound
    return parcel


def _acted(request: ActorRequest, ref: str, parcel: str, form: str, run: Callable[[], object]) -> HttpResponse:
    _of(request, ref, parcel)

    def made() -> str:
        run()
        return reverse("portal:parcel", args=[ref, parcel])

    try:
        return act(request, made)
    except Unprocessable as wrong:
        typed = {name: str(value) for name, value in request.POST.items() if name not in HIDDEN}
        return _page(request, ref, parcel, refusal=wrong, form=form, typed=typed)


def _with_files(request: ActorRequest, ref: str, parcel: str, form: str, run: Callable[[list[str]], object]) -> HttpResponse:
    _of(request, ref, parcel)
    case = way_view(parcel, request.actor)

    def made(evidence: list[str]) -> str:
        run(evidence)
        return reverse("portal:parcel", args=[ref, parcel])

    try:
        return act_with_files(request, case.order, made)
    except KeptBack as kept:
        typed = {name: str(value) for name, value in request.POST.items() if name not in HIDDEN}
        return _page(request, ref, parcel, refusal=kept.refusal, form=form, typed=typed, evidence=kept.evidence)


def _slot(request: ActorRequest) -> datetime | None:
    """The instant that was picked; one that is none is refused by the verb's own words."""
    typed = given(request, "starts_at")
    if not typed:
        return None
    try:
        at = datetime.fromisoformat(typed)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Unprocessable.field("starts_at", say("请选一个时段。", "Please pick a slot."), code="no_such_slot")
    return at


def _minor(typed: str, currency: str) -> int:
    try:
        value = MoneyField(required=True, currency=currency).clean(typed)
    except ValidationError as wrong:
        raise Unprocessable.field("freight_minor", say("请写实际付的运费，例如 12.00。", "Please say what was paid, like 12.00."),
                                  code="wrong_freight") from wrong  # fmt: skip
    return int(value or 0)
