"""Pieces that the shop has to keep, pack and ship again: all that wait, nearest first, and what is done with each."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_POST

from amends.cases.queries import queue
from amends.console.answering import page_of
from amends.console.cases import show_case
from amends.console.page import HOME, shown
from amends.faces.case_pages import grouped
from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.told import tell
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound, Unprocessable
from amends.kernel.texts import Text, say
from amends.replacements import verbs
from amends.replacements.debts import open_debts, settle_debt
from amends.replacements.models import Advance, Replacement

KEPT = say("已留货，请发货。", "A piece is kept. Please ship it.")
SENT = say("已登记发货。", "It is recorded as shipped.")
SETTLED = say("已登记结清，消费者会收到通知。", "It is recorded as settled, and the consumer is told.")
SHORT = say("消费者会收到通知，选择另一件或退款。", "The consumer is told, and chooses another article or the money.")


@require_GET
@face("console")
def page(request: ActorRequest) -> HttpResponse:
    """What waits to be kept or shipped, nearest first; and what consumers owe for old pieces that they kept."""
    rows = sorted(queue(request.actor, life="replacement").rows, key=lambda row: (row.paused, row.due_at))
    known = {"groups": grouped(rows, Party.MERCHANT), "owing": open_debts(request.actor), "nav_here": f"{HOME}pieces"}
    return shown(request, "console/pieces.html", known)


@require_POST
@face("console")
def reservation(request: ActorRequest, ref: str) -> HttpResponse:
    """A piece is kept."""
    return _done(request, ref, lambda: verbs.reserve(ref, part=given(request, "part"), by=request.actor), KEPT)


@require_POST
@face("console")
def shortage(request: ActorRequest, ref: str) -> HttpResponse:
    """There is none; what there is instead is named, or found."""
    named = [line.strip() for line in given(request, "instead").splitlines() if line.strip()]
    return _done(request, ref, lambda: verbs.run_out(ref, instead=named, by=request.actor), SHORT)


@require_POST
@face("console")
def dispatch(request: ActorRequest, ref: str) -> HttpResponse:
    """It left the house."""
    label = {name: given(request, name) for name in ("carrier", "waybill", "serial", "sent_to", "part")}
    return _done(request, ref, lambda: verbs.ship(ref, **label, by=request.actor), SENT)


@require_POST
@face("console")
def settlement(request: ActorRequest, ref: str) -> HttpResponse:
    """The consumer owes nothing for the old piece any more."""
    return _done(request, ref, lambda: settle_debt(ref, by=request.actor), SETTLED, Advance)


def _done(
    request: ActorRequest, ref: str, run: Callable[[], object], said: Text, model: type[Replacement | Advance] = Replacement
) -> HttpResponse:
    found = model.objects.filter(merchant_id=request.actor.shop_id, ref=clean_ref(ref) or "")
    case = found.values_list("case__ref", flat=True).first()
    if case is None:
        raise NotFound

    def make() -> str:
        run()
        return page_of(case)

    try:
        response = act(request, make)
    except Unprocessable as refusal:
        return show_case(request, case, refusal=refusal)
    tell(request, said)
    return response
