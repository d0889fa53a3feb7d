"""What the consumer holds: vouchers with their conditions, points and store credit with every move, and differences to be paid."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from amends.cases.models import Case
from amends.compensation.models import PurseMove, Voucher
from amends.compensation.purses import moves_of, purses_of
from amends.compensation.queries import ASKS, GIVES, anything_on, given_on, points_worth, vouchers_of
from amends.compensation.rules import MOVE_NAMES, POINTS, PURSE_NAMES, STATE_NAMES, SUPPLEMENT_NAMES
from amends.compensation.supplements import payable, payment_page, supplements_of
from amends.compensation.vouchers import ISSUED, ends_soon, state_at
from amends.faces.entering import ActorRequest, face
from amends.kernel import clock
from amends.kernel.parties import NAMES, Party
from amends.kernel.texts import say

MOST = 60


@require_GET
@face("portal")
def shown(request: ActorRequest) -> HttpResponse:
    """The purse."""
    consumer = request.actor.consumer_id or 0
    at = clock.now()
    usable = vouchers_of(request.actor, state=ISSUED).filter(valid_until__gt=at)
    over = vouchers_of(request.actor).exclude(state=ISSUED, valid_until__gt=at)
    context = {
        "usable": [_voucher(row, at, soon=ends_soon(row, at)) for row in usable.order_by("valid_until", "pk")[:MOST]],
        "over": [_voucher(row, at) for row in over[:MOST]],
        "purses": [
            {"purse": one, "name": PURSE_NAMES[one.purse], "worth": points_worth(one.balance_minor) if one.unit == POINTS else None}
            for one in purses_of(consumer)
        ],
        "moves": [_move(move) for move in moves_of(consumer)], "supplements": payable(request.actor)[:MOST],
        "back_url": reverse("portal:home"),
    }  # fmt: skip
    return render(request, "portal/purse.html", context)


@require_POST
@face("portal")
def payment(request: ActorRequest, ref: str) -> HttpResponse:
    """On to the gateway's own page, where the difference is paid. Nothing changes here until the gateway tells of it."""
    url = payment_page(ref, request.actor)
    answer = HttpResponseRedirect(url)
    answer.status_code = 303
    return answer


def of_case(case: Case) -> dict[str, Any]:
    """What the page of a case shows of compensation: what was given, and what is asked on top. One query where there is neither."""
    there = anything_on(case)
    asked = supplements_of(case) if ASKS in there else ()
    return {"given": given_on(case) if GIVES in there else [], "supplements": [(row, SUPPLEMENT_NAMES[row.state]) for row in asked]}


def _voucher(row: Voucher, at: datetime, *, soon: bool = False) -> dict[str, Any]:
    return {"row": row, "state": STATE_NAMES[state_at(row, at)], "shop": say(row.merchant.name_zh, row.merchant.name_en), "soon": soon}


def _move(move: PurseMove) -> dict[str, Any]:
    ours = move.purse == POINTS and move.what != "spend"
    shop = NAMES[Party.PLATFORM] if ours else say(move.merchant.name_zh, move.merchant.name_en)
    return {"row": move, "what": MOVE_NAMES[move.what], "name": PURSE_NAMES[move.purse], "shop": shop, "adds": move.what == "give"}
