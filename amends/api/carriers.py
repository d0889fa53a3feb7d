"""Couriers for programs: how the ways to them are set up, what was told of a waybill, what they pushed. No secret is shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from ninja import Router, Schema
from ninja.params import functions as params

from amends.api import shapes, telling
from amends.api.bodies import NothingIn, Str
from amends.api.callers import Asked
from amends.api.doing import done, posting, reading
from amends.shipping import ways
from amends.shipping.couriers import carrier_words
from amends.shipping.models import CarrierPush, Track, TrackEvent

router = Router(tags=["carriers"])
LIMIT: Any = params.Query(50, ge=1, le=200)


class CarrierOut(Schema):
    """One way to couriers. `ready`: it can be asked; `simulated`: by a process of this machine. `missing` are settings that are wanted and
    not given; `pushes` counts by state (`doubled`: came more than once)."""

    name: str
    title: shapes.TextOut
    ready: bool
    simulated: bool
    words: shapes.TextOut
    untried: shapes.TextOut
    offers: list[str]
    missing: list[str]
    hook: str
    pushes: dict[str, int]


class CarriersOut(Schema):
    """Every way to couriers that Amends knows."""

    items: list[CarrierOut]


class CarrierPushOut(Schema):
    """One push, verified and stored. `outcome` is the state of the track, or why nothing came of it."""

    way: str
    event: str
    carrier: str
    waybill: str
    state: str
    outcome: str
    times: int
    received_at: datetime
    worked_at: datetime | None


class CarrierPushesOut(Schema):
    """Pushes, newest first."""

    items: list[CarrierPushOut]


class TrackOut(Schema):
    """A waybill under watch. `state` follows from everything that was told of it, '' where nothing was; weights in grams."""

    id: int
    carrier: str
    carrier_name: shapes.TextOut
    waybill: str
    state: str
    state_at: datetime | None
    place: str
    weight_grams: int | None
    said_grams: int | None
    expected_at: datetime | None
    heard_at: datetime | None
    ended_at: datetime | None


class TracksOut(Schema):
    """Waybills, newest first; silent ones longest first."""

    items: list[TrackOut]


class TrackEventOut(Schema):
    """One thing that was told. `at` is the carrier's instant, `heard_at` ours; `source` is push, poll or hand."""

    kind: str
    at: datetime
    place: str
    words: str
    weight_grams: int | None
    source: str
    heard_at: datetime


class TrackToldOut(TrackOut):
    """With everything that was told of it, the latest first."""

    events: list[TrackEventOut]


@reading(router, "/carriers", CarriersOut, "How the ways to couriers are set up")
def carriers(request: Asked) -> CarriersOut:
    """For the platform's people with the office."""
    return CarriersOut(items=[_way(one) for one in ways.standings(request.auth.actor)])


@reading(router, "/carriers/pushes", CarrierPushesOut, "What couriers pushed")
def carrier_pushes(request: Asked, way: Str = "", state: Str = "", limit: int = LIMIT) -> CarrierPushesOut:
    """Newest first; `state` is stored, worked, ignored or failed. What was not signed by the carrier was never kept."""
    return CarrierPushesOut(items=[_push(row) for row in ways.pushes_of(request.auth.actor, way=way, state=state)[:limit]])


@posting(router, "/carriers/{name}/pushes/{event}/again", CarrierPushOut, "Work a courier's push again that could not be worked")
def work_carrier_push_again(request: Asked, name: Str, event: Str, body: NothingIn) -> HttpResponse:
    """For supervisors and administrators. Refused (409) unless it failed."""
    return done(request, lambda: _push(ways.push_again(name, event, by=request.auth.actor)))


@reading(router, "/tracks", TracksOut, "Waybills under watch")
def tracks(request: Asked, waybill: Str = "", silent: bool = False, limit: int = LIMIT) -> TracksOut:
    """A merchant's own, or all for the office. `silent`: those of which nothing was told for three days."""
    return TracksOut(items=[_track(row) for row in ways.tracks_of(request.auth.actor, waybill=waybill, silent=silent)[:limit]])


@reading(router, "/tracks/{track}", TrackToldOut, "Everything that was told of a waybill")
def track_told(request: Asked, track: int) -> TrackToldOut:
    """A merchant's own, or any for the office."""
    found, events = ways.track_for(request.auth.actor, track)
    return TrackToldOut(**_track(found).dict(), events=[_event(row) for row in events])


@posting(router, "/tracks/{track}/ask", TrackOut, "Ask the courier about a waybill now")
def ask_about_track(request: Asked, track: int, body: NothingIn) -> HttpResponse:
    """For supervisors and administrators. Refused (422) where the courier cannot be asked. Asked twice under one key it is asked twice."""
    found = ways.ask_again(request.auth.actor, track)  # before the transaction that keeps the key: nobody is called inside one
    return done(request, lambda: _track(found))


def _way(one: ways.Standing) -> CarrierOut:
    return CarrierOut(
        name=one.name,
        title=telling.text(one.title),
        ready=one.set_up.ready,
        simulated=one.set_up.simulated,
        words=telling.text(one.set_up.words),
        untried=telling.text(one.untried),
        offers=list(one.offers),
        missing=[setting.name for setting in one.settings if setting.missing],
        hook=one.hook,
        pushes=one.pushes,
    )


def _push(row: CarrierPush) -> CarrierPushOut:
    return CarrierPushOut(
        way=row.carrier,
        event=row.event,
        carrier=str(row.told.get("carrier", "")),
        waybill=row.waybill,
        state=row.state,
        outcome=row.outcome,
        times=row.times,
        received_at=row.received_at,
        worked_at=row.worked_at,
    )


def _track(row: Track) -> TrackOut:
    return TrackOut(
        id=row.pk,
        carrier=row.carrier,
        carrier_name=telling.text(carrier_words(row.carrier)),
        waybill=row.waybill,
        state=row.state,
        state_at=row.state_at,
        place=row.place,
        weight_grams=row.weight_grams,
        said_grams=row.said_grams,
        expected_at=row.expected_at,
        heard_at=row.heard_at,
        ended_at=row.ended_at,
    )


def _event(row: TrackEvent) -> TrackEventOut:
    names = ("kind", "at", "place", "words", "weight_grams", "source", "heard_at")
    return TrackEventOut(**{name: getattr(row, name) for name in names})
