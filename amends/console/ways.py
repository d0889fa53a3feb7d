"""How one parcel comes back, as its shop sees it: way, courier and track, and what the shop may say: keep, destroy, turn round."""

from __future__ import annotations

from collections.abc import Callable

from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_POST

from amends.console.page import HOME, shown
from amends.console.parcels import case_of
from amends.faces.codes import pdf_answer
from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.told import tell
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.returns import verbs
from amends.returns.queries.ways import label_file, way_view

LABELLED = say("面单正在出单，出好后消费者会收到通知。", "The label is being made; the consumer is told when it is ready.")
WAIVED = say("消费者不用寄回，退款照常进行。", "The consumer sends nothing, and the refund goes on.")
DESTROYED = say("已请消费者就地销毁并拍照。", "The consumer is asked to destroy the goods, with a photo.")
TURNED = say("已请承运商拦截，结果会另行通知。", "The carrier is asked to turn round; you are told what came of it.")


@require_GET
@face("console")
def page(request: ActorRequest, ref: str) -> HttpResponse:
    """The parcel; NotFound for another shop's."""
    return _page(request, ref)


@require_GET
@face("console")
def label_pdf(request: ActorRequest, ref: str) -> HttpResponse:
    """The label of the parcel."""
    case_of(ref, request.actor)
    path, name = label_file(ref, request.actor)
    with default_storage.open(path) as file:
        return pdf_answer(file.read(), name)


@require_POST
@face("console")
def label(request: ActorRequest, ref: str) -> HttpResponse:
    """A prepaid label at the shop's cost."""
    carrier = given(request, "carrier")
    return _acted(request, ref, lambda: verbs.ask_label(ref, carrier=carrier, by=request.actor), LABELLED)


@require_POST
@face("console")
def waiver(request: ActorRequest, ref: str) -> HttpResponse:
    """Nothing has to come back."""
    return _acted(request, ref, lambda: verbs.waive_return(ref, by=request.actor), WAIVED)


@require_POST
@face("console")
def destruction(request: ActorRequest, ref: str) -> HttpResponse:
    """The consumer destroys the goods."""
    return _acted(request, ref, lambda: verbs.ask_destroy(ref, by=request.actor), DESTROYED)


@require_POST
@face("console")
def interception(request: ActorRequest, ref: str) -> HttpResponse:
    """The delivery is to turn round."""
    return _acted(request, ref, lambda: verbs.ask_intercept(ref, by=request.actor), TURNED)


def _acted(request: ActorRequest, ref: str, run: Callable[[], object], done: Text) -> HttpResponse:
    case_of(ref, request.actor)

    def made() -> str:
        run()
        return f"{HOME}parcels/{ref}"

    try:
        answer = act(request, made)
    except Unprocessable as refusal:
        return _page(request, ref, refusal)
    tell(request, done)
    return answer


def _page(request: ActorRequest, ref: str, refusal: Unprocessable | None = None) -> HttpResponse:
    case_of(ref, request.actor)
    context = {"view": way_view(ref, request.actor), "wrong": refusal.fields if refusal else {}, "nav_here": f"{HOME}parcels"}
    return shown(request, "console/parcel.html", context, status=refusal.status if refusal else 200)
