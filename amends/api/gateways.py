"""The payment gateways for programs of the platform: how each is set up, what it pushed, and working a push again. No secret is shown."""

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
from amends.refunds import gateways as reads
from amends.refunds.models import GatewayEvent

router = Router(tags=["gateways"])
LIMIT: Any = params.Query(50, ge=1, le=200)


class GatewayOut(Schema):
    """One gateway. `ready`: it can be asked; `simulated`: by a process of this machine, which moves no real money. `missing` are settings
    that are wanted and not given; `pushes` and `refunds` count by state (`doubled`: came more than once)."""

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
    refunds: dict[str, int]


class GatewaysOut(Schema):
    """Every gateway that Amends knows."""

    items: list[GatewayOut]


class GatewayPushOut(Schema):
    """One push, verified and stored. `key` is our reference where it names one; `outcome` is what became of it."""

    gateway: str
    event: str
    kind: str
    key: str
    state: str
    outcome: str
    times: int
    received_at: datetime
    worked_at: datetime | None


class GatewayPushesOut(Schema):
    """Pushes, newest first."""

    items: list[GatewayPushOut]


class ProbedOut(Schema):
    """Whether the gateway answered a question that changes nothing there."""

    answers: bool
    words: shapes.TextOut


@reading(router, "/gateways", GatewaysOut, "How the payment gateways are set up")
def payment_gateways(request: Asked) -> GatewaysOut:
    """For the platform's people with the office."""
    return GatewaysOut(items=[_gateway(one) for one in reads.standings(request.auth.actor)])


@reading(router, "/gateways/pushes", GatewayPushesOut, "What the payment gateways pushed")
def gateway_pushes(request: Asked, gateway: Str = "", state: Str = "", limit: int = LIMIT) -> GatewayPushesOut:
    """Newest first; `state` is stored, worked, ignored or failed. What was not signed by the gateway was never kept."""
    return GatewayPushesOut(items=[_push(row) for row in reads.pushes_of(request.auth.actor, gateway=gateway, state=state)[:limit]])


@posting(router, "/gateways/{name}/pushes/{event}/again", GatewayPushOut, "Work a push again that could not be worked")
def work_push_again(request: Asked, name: Str, event: Str, body: NothingIn) -> HttpResponse:
    """For supervisors and administrators. Refused (409) unless it failed."""
    return done(request, lambda: _push(reads.push_again(name, event, by=request.auth.actor)))


@posting(router, "/gateways/{name}/probe", ProbedOut, "Ask a gateway whether it answers")
def probe_gateway(request: Asked, name: Str, body: NothingIn) -> HttpResponse:
    """It is asked for a payment that nobody knows, so nothing changes there. For supervisors and administrators."""
    found = reads.probe(name, by=request.auth.actor)
    return done(request, lambda: ProbedOut(answers=found.answers, words=telling.text(found.words)))


def _gateway(one: reads.Standing) -> GatewayOut:
    return GatewayOut(
        name=one.name, title=telling.text(one.title), ready=one.set_up.ready, simulated=one.set_up.simulated,
        words=telling.text(one.set_up.words), untried=telling.text(one.untried), offers=list(one.offers),
        missing=[setting.name for setting in one.settings if setting.missing], hook=one.hook, pushes=one.events, refunds=one.refunds,
    )  # fmt: skip


def _push(row: GatewayEvent) -> GatewayPushOut:
    return GatewayPushOut(
        gateway=row.gateway, event=row.event, kind=row.kind, key=str(row.told.get("key", "")), state=row.state, outcome=row.outcome,
        times=row.times, received_at=row.received_at, worked_at=row.worked_at,
    )  # fmt: skip
