"""The ways to couriers on a page: how each is set up, what it pushed, which waybills are watched and which fell silent."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from amends.faces.entering import ActorRequest, face
from amends.faces.told import acted
from amends.kernel.texts import say
from amends.plumbing.carriers.choosing import MAKERS
from amends.plumbing.carriers.port import SERVICES
from amends.shipping.couriers import carrier_words
from amends.shipping.models import CarrierPush, Track
from amends.shipping.rules import KINDS
from amends.shipping.ways import (
    SOURCES,
    STATES,
    Standing,
    ask_again,
    may_keep,
    push_again,
    pushes_of,
    silent_count,
    standings,
    track_for,
    tracks_of,
)

PATH = "/office/carriers/"
PAGE = 50
TONES = {"stored": "warn", "worked": "ok", "ignored": "", "failed": "bad"}
NO_STATE = say("还没有消息", "nothing told yet")
STATE_TONES = {"delivered": "ok", "lost": "bad", "damaged": "bad", "exception": "bad", "attempt_failed": "warn", "unclaimed": "warn",
               "returning": "warn", "returned": "warn"}  # fmt: skip


@require_GET
@face("office")
def show(request: ActorRequest) -> HttpResponse:
    """Each way: set up how, or why not."""
    context = {"rows": [_row(one) for one in standings(request.actor)], "silent": silent_count()}
    return render(request, "office/carriers/ways.html", context)


def _row(one: Standing) -> dict[str, Any]:
    state = (say("模拟", "simulated"), "warn") if one.set_up.simulated else (say("已设置", "set up"), "ok")
    return {
        "one": one,
        "state": state if one.set_up.ready else (say("未设置", "not set up"), "line"),
        "url": f"{PATH}pushes/?way={one.name}",
        "offers": [SERVICES[offer] for offer in one.offers],
        "events": [(STATES[state], one.pushes[state], state) for state in STATES if one.pushes.get(state)],
        "doubled": one.pushes.get("doubled", 0),
    }


@require_GET
@face("office")
def pushed(request: ActorRequest) -> HttpResponse:
    """What carriers pushed, newest first."""
    way, state = request.GET.get("way", ""), request.GET.get("state", "")
    page = Paginator(pushes_of(request.actor, way=way, state=state), PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": [_push(row) for row in page.object_list],
        "page": page,
        "way": way,
        "may": may_keep(request.actor),
        "state": state,
        "states": [(name, text, name == state) for name, text in STATES.items()],
    }
    return render(request, "office/carriers/pushes.html", context)


def _push(row: CarrierPush) -> dict[str, Any]:
    told = [KINDS[one["kind"]] for one in row.told.get("happened", []) if one.get("kind") in KINDS]
    return {
        "row": row,
        "state": STATES[row.state],
        "way": MAKERS[row.carrier].words,
        "tone": TONES[row.state],
        "carrier": carrier_words(str(row.told.get("carrier", ""))),
        "waybill": row.waybill,
        "told": told[-1] if told else NO_STATE,
        "more": max(0, len(told) - 1),
        "again": f"{PATH}{row.carrier}/pushes/{row.event}/again/" if row.state == "failed" else "",
    }


@require_POST
@face("office")
def again(request: ActorRequest, name: str, event: str) -> HttpResponse:
    """A push that could not be worked is worked once more."""
    to = f"{PATH}pushes/?way={name}"
    return acted(request, lambda: push_again(name, event, by=request.actor), to, say("会再处理一次。", "It will be worked once more."))


@require_GET
@face("office")
def watched(request: ActorRequest) -> HttpResponse:
    """Waybills under watch; with `silent` those of which nothing was told for three days, longest first."""
    silent, waybill = request.GET.get("silent") == "1", request.GET.get("waybill", "").strip()
    page = Paginator(tracks_of(request.actor, waybill=waybill, silent=silent), PAGE).get_page(request.GET.get("page"))
    context = {"rows": [track_row(row) for row in page.object_list], "page": page, "silent": silent, "waybill": waybill}
    return render(request, "office/carriers/tracks.html", context)


def track_row(row: Track) -> dict[str, Any]:
    """A track in words."""
    return {
        "row": row,
        "carrier": carrier_words(row.carrier),
        "state": KINDS.get(row.state, NO_STATE),
        "tone": STATE_TONES.get(row.state, "line"),
        "url": f"{PATH}tracks/{row.pk}/",
    }


@require_GET
@face("office")
def one(request: ActorRequest, track: int) -> HttpResponse:
    """One waybill: what was told of it, by whom, in the order of the carrier's instants."""
    found, events = track_for(request.actor, track)
    told = [{"row": event, "kind": KINDS.get(event.kind, NO_STATE), "source": SOURCES[event.source]} for event in events]
    context = {"track": track_row(found), "events": told, "may": may_keep(request.actor), "ask": f"{PATH}tracks/{track}/ask/"}
    return render(request, "office/carriers/track.html", context)


@require_POST
@face("office")
def asked(request: ActorRequest, track: int) -> HttpResponse:
    """The carrier is asked about this waybill now."""
    found = ask_again(request.actor, track)  # before the transaction that keeps the form's key: nobody is called inside one
    return acted(request, lambda: found, f"{PATH}tracks/{track}/", say("已向承运方查询。", "The carrier was asked."))
