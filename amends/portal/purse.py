"""What the consumer holds: vouchers with their conditions, points and store credit with every move, and differences to be paid."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from amends.cases.models import Case
from amends.compensation.models import PurseMove, Supplement, Voucher
from amends.compensation.purses import moves_of, purses_of
from amends.compensation.queries import ASKS, GIVES, anything_on, given_on, points_worth_minor, vouchers_of
from amends.compensation.rules import MOVE_NAMES, POINTS, PURSE_NAMES, STATE_NAMES, SUPPLEMENT_NAMES
from amends.compensation.supplements import payment_page, supplements_of
from amends.compensation.vouchers import ends_soon
from amends.faces.entering import ActorRequest, face
from amends.faces.words import language
from amends.kernel import clock
from amends.kernel.parties import NAMES, Party
from amends.kernel.texts import say
from amends.people.rules import Actor

MOST = 60


@require_GET
@face("portal")
def shown(request: ActorRequest) -> HttpResponse:
    """The purse."""
    consumer = request.actor.consumer_id or 0
    at = clock.now()
    rows = list(vouchers_of(request.actor)[:MOST])
    context = {
        "usable": [_voucher(row, soon=ends_soon(row, at)) for row in rows if row.state == "issued"],
        "over": [_voucher(row) for row in rows if row.state != "issued"],
        "purses": [
            {"purse": one, "name": PURSE_NAMES[one.purse], "worth": points_worth_minor(one.balance_minor) if one.unit == POINTS else None}
            for one in purses_of(consumer)
        ],
        "moves": [_move(move) for move in moves_of(consumer)], "supplements": _open(request.actor), "back_url": reverse("portal:home"),
    }  # fmt: skip
    return render(request, "portal/purse.html", context)


@require_POST
@face("portal")
def payment(request: ActorRequest, ref: str) -> HttpResponse:
    """On to the gateway's own page, where the difference is paid. Nothing changes here until the gateway tells of it."""
    url = payment_page(ref, request.actor, language())
    answer = HttpResponseRedirect(url)
    answer.status_code = 303
    return answer


def of_case(case: Case) -> dict[str, Any]:
    """What the page of a case shows of compensation: what was given, and what is asked on top. One query where there is neither."""
    there = anything_on(case)
    asked = supplements_of(case) if ASKS in there else ()
    return {"given": given_on(case) if GIVES in there else [], "supplements": [(row, SUPPLEMENT_NAMES[row.state]) for row in asked]}


def _open(by: Actor) -> list[Supplement]:
    rows = Supplement.objects.filter(case__consumer_id=by.consumer_id or 0, state="asked").select_related("case")
    return list(rows.order_by("due_at")[:MOST])


def _voucher(row: Voucher, *, soon: bool = False) -> dict[str, Any]:
    return {"row": row, "state": STATE_NAMES[row.state], "shop": say(row.merchant.name_zh, row.merchant.name_en), "soon": soon}


def _move(move: PurseMove) -> dict[str, Any]:
    ours = move.purse == POINTS and move.what != "spend"
    shop = NAMES[Party.PLATFORM] if ours else say(move.merchant.name_zh, move.merchant.name_en)
    return {"row": move, "what": MOVE_NAMES[move.what], "name": PURSE_NAMES[move.purse], "shop": shop, "adds": move.what == "give"}
