"""Webhooks out: where a shop's programs listen, what they were sent, and every act about it. One endpoint, one verb."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import AwareDatetime, ConfigDict, Field

from amends.api import shapes, telling
from amends.api.bodies import Body, NothingIn, Ref, Str
from amends.api.callers import Asked
from amends.api.doing import done, posting, reading
from amends.kernel import clock
from amends.kernel.texts import Text
from amends.notices.webhooks import queries as reads
from amends.notices.webhooks import sealing, verbs
from amends.notices.webhooks.models import Delivery, Endpoint
from amends.notices.webhooks.rules.events import patterns_now
from amends.notices.webhooks.words import DELIVERY_STATES, ENDPOINT_STATES, WHY, error_words

router = Router(tags=["webhooks"])
EXAMPLE: dict[str, Any] = {"url": "https://shop.example.com/hooks", "events": ["case.*", "refund.pay"], "label": "ERP"}
SHOWN = {"queued": "waiting", "handed": "waiting"}

Patterns = Annotated[list[Ref], Field(max_length=200)]


class WebhookIn(Body):
    """A new endpoint. `events` are patterns: `*`, `case.*`, `*.remind`, `refund.pay`."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    url: Str
    events: Patterns = ["*"]
    label: Str = ""


class WebhookChangeIn(Body):
    """What is to be changed; what is left out stays."""

    url: Str | None = None
    events: Patterns | None = None
    label: Str | None = None


class ReplayIn(Body):
    """Everything that was owed since this instant and has ended goes out again."""

    since: AwareDatetime


class CountsOut(Schema):
    """What waits now; what of the last seven days arrived or was given up."""

    waiting: int
    delivered: int
    given_up: int
    last_delivered_at: datetime | None


class WebhookOut(Schema):
    """An endpoint. `state`: on, failing, paused, alarmed or ended; `old_secret_until`: until then two signatures are sent."""

    ref: str
    merchant: str
    url: str
    label: str
    events: list[str]
    state: str
    state_name: shapes.TextOut
    why: shapes.TextOut | None
    failing_since: datetime | None
    next_at: datetime | None
    old_secret_until: datetime | None
    made_at: datetime
    changed_at: datetime
    counts: CountsOut


class WebhooksOut(Schema):
    """Those that need somebody first."""

    items: list[WebhookOut]


class SecretOut(Schema):
    """What the newest signature is made with, as libraries of Standard Webhooks take it."""

    secret: str


class AttemptOut(Schema):
    at: datetime
    status: int | None
    error: str
    error_name: shapes.TextOut | None
    ms: int


class DeliveryOut(Schema):
    """One event owed to one endpoint; `ref` is its `webhook-id` for ever. `state`: waiting, sending, delivered, given_up or dropped."""

    ref: str
    type: str
    case: str
    number: int
    state: str
    state_name: shapes.TextOut
    attempts: int
    replays: int
    happened_at: datetime
    made_at: datetime
    next_at: datetime | None
    delivered_at: datetime | None
    status: int | None
    error: str


class WholeDeliveryOut(DeliveryOut):
    """With every attempt, the last forty at most, and the body as it is sent."""

    log: list[AttemptOut]
    body: str


class DeliveriesOut(Schema):
    items: list[DeliveryOut]
    next: str | None


class ReplayedOut(Schema):
    """How many events go out again."""

    replayed: int


class EventsOfLife(Schema):
    life: str
    name: shapes.TextOut
    types: list[str]


class EventTypesOut(Schema):
    items: list[EventsOfLife]


def acted(request: Asked, run: Callable[[], Endpoint]) -> HttpResponse:
    """The verb has happened once, and the answer is the endpoint as it stands now."""
    return done(request, lambda: _endpoints([run()])[0])


@reading(router, "/webhooks", WebhooksOut, "Endpoints of webhooks")
def list_webhooks(request: Asked) -> WebhooksOut:
    """A shop's own; for supervisors and administrators everybody's."""
    return WebhooksOut(items=_endpoints(reads.endpoints(request.auth.actor)))


@posting(router, "/webhooks", WebhookOut, "Add an endpoint")
def add_webhook(request: Asked, body: WebhookIn) -> HttpResponse:
    """Events from now on go there. Its secret stands at `/webhooks/{ref}/secret`."""
    by = request.auth.actor
    return acted(request, lambda: verbs.add(url=body.url, types=body.events, label=body.label, by=by))


@reading(router, "/webhooks/events", EventTypesOut, "Types of events")
def webhook_events(request: Asked) -> EventTypesOut:
    """Every event there is, by what it is about."""
    return EventTypesOut(items=[EventsOfLife(**{**one, "name": telling.text(one["name"])}) for one in reads.catalogue()])


@reading(router, "/webhooks/{ref}", WebhookOut, "One endpoint")
def one_webhook(request: Asked, ref: str) -> WebhookOut:
    """How it stands."""
    return _endpoints([reads.endpoint(ref, request.auth.actor)])[0]


@reading(router, "/webhooks/{ref}/secret", SecretOut, "The signing secret")
def webhook_secret(request: Asked, ref: str) -> SecretOut:
    """For the shop whose endpoint it is, and for nobody else."""
    return SecretOut(secret=reads.secret(ref, request.auth.actor))


@posting(router, "/webhooks/{ref}/changes", WebhookOut, "Change an endpoint")
def change_webhook(request: Asked, ref: str, body: WebhookChangeIn) -> HttpResponse:
    """New patterns count for what happens from now on; a new address takes what waits too."""
    by = request.auth.actor
    return acted(request, lambda: verbs.change(ref, url=body.url, types=body.events, label=body.label, by=by))


@posting(router, "/webhooks/{ref}/pause", WebhookOut, "Pause an endpoint")
def pause_webhook(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """What comes waits in order."""
    return acted(request, lambda: verbs.pause(ref, by=request.auth.actor))


@posting(router, "/webhooks/{ref}/resumption", WebhookOut, "Resume an endpoint")
def resume_webhook(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """What waited goes out, in order."""
    return acted(request, lambda: verbs.resume(ref, by=request.auth.actor))


@posting(router, "/webhooks/{ref}/removal", WebhookOut, "Remove an endpoint")
def remove_webhook(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """Nothing is sent there any more, and what waited is dropped."""
    return acted(request, lambda: verbs.end(ref, by=request.auth.actor))


@posting(router, "/webhooks/{ref}/secret-rotation", WebhookOut, "Change the signing secret")
def rotate_webhook_secret(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """A new secret signs; the old one signs beside it for 24 hours more."""
    return acted(request, lambda: verbs.rotate(ref, by=request.auth.actor))


@posting(router, "/webhooks/{ref}/tests", DeliveryOut, "Send a test event")
def test_webhook(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """`webhook.test` goes there, once; look at the delivery for what came of it."""
    return done(request, lambda: DeliveryOut(**_delivery(verbs.send_test(ref, by=request.auth.actor), "")))


@posting(router, "/webhooks/{ref}/replays", ReplayedOut, "Send everything again since an instant")
def replay_webhooks(request: Asked, ref: str, body: ReplayIn) -> HttpResponse:
    """In order within each case, with the ids that the events always had; 10,000 at once at most."""
    return done(request, lambda: ReplayedOut(replayed=verbs.replay_since(ref, body.since, by=request.auth.actor)))


@reading(router, "/webhooks/{ref}/deliveries", DeliveriesOut, "What was sent to an endpoint")
def webhook_deliveries(request: Asked, ref: str, state: Str = "", type: Str = "", case: Ref = "", after: Str = "") -> DeliveriesOut:
    """Newest first, for sixty days."""
    page = reads.deliveries(ref, request.auth.actor, state=state, type_=type, case=case, after=after)
    items = [DeliveryOut(**_delivery(row, page.cases.get(row.case_id, ""))) for row in page.rows]
    return DeliveriesOut(items=items, next=page.after or None)


@reading(router, "/webhooks/{ref}/deliveries/{delivery}", WholeDeliveryOut, "One delivery")
def webhook_delivery(request: Asked, ref: str, delivery: str) -> WholeDeliveryOut:
    """Every attempt, and the body."""
    row = reads.delivery(ref, delivery, request.auth.actor)
    told = _delivery(row, reads.cases_of([row]).get(row.case_id, ""))
    log = [AttemptOut(**{**one, "error_name": _said(error_words(one["error"]))}) for one in row.log]
    return WholeDeliveryOut(**told, log=log, body=reads.body_of_delivery(row))


@posting(router, "/webhooks/{ref}/deliveries/{delivery}/replay", DeliveryOut, "Send one event again")
def replay_webhook(request: Asked, ref: str, delivery: str, body: NothingIn) -> HttpResponse:
    """With the id that it always had, before later ones of its case."""

    def run() -> DeliveryOut:
        row = verbs.replay(ref, delivery, by=request.auth.actor)
        return DeliveryOut(**_delivery(row, reads.cases_of([row]).get(row.case_id, "")))

    return done(request, run)


def _endpoints(found: list[Endpoint]) -> list[WebhookOut]:
    counted, at = reads.counts(found), clock.now()
    same = ("ref", "url", "label", "failing_since", "next_at", "made_at", "changed_at")
    return [
        WebhookOut(
            **{name: getattr(one, name) for name in same},
            merchant=one.merchant.ref,
            events=patterns_now(one.events),
            state=reads.state_of(one),
            state_name=telling.text(ENDPOINT_STATES[reads.state_of(one)]),
            why=_said(WHY.get(one.why)),
            old_secret_until=sealing.old_until(one.secrets, at),
            counts=_counts(counted.get(one.pk, reads.Counts())),
        )
        for one in found
    ]


def _said(text: Text | None) -> shapes.TextOut | None:
    return telling.text(text) if text else None


def _counts(one: reads.Counts) -> CountsOut:
    return CountsOut(waiting=one.waiting, delivered=one.delivered, given_up=one.given_up, last_delivered_at=one.last_at)


def _delivery(row: Delivery, case: str) -> dict[str, Any]:
    same = ("ref", "type", "number", "attempts", "replays", "made_at", "next_at", "delivered_at", "status", "error")
    return {
        **{name: getattr(row, name) for name in same},
        "case": case,
        "state": SHOWN.get(row.state, row.state),
        "state_name": telling.text(DELIVERY_STATES[row.state]),
        "happened_at": row.entry_made_at,
    }
