"""The payment gateways on a page: how each is set up, what was never tried against the real one, what it pushed, and whether it answers."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from amends.faces.entering import ActorRequest, act, face
from amends.faces.told import acted, tell
from amends.kernel.texts import Text, say
from amends.reconciliation.rules.words import gateway_name, state_name
from amends.refunds import gateway_words as words
from amends.refunds.events import IGNORED
from amends.refunds.gateways import Standing, may_keep, probe, push_again, pushes_of, standings
from amends.refunds.models import GatewayEvent

PATH = "/office/money/gateways/"
PAGE = 50
KINDS = {"stored": "warn", "worked": "ok", "ignored": "", "failed": "bad"}
STAGES: dict[str, Text] = {
    "sent": say("等待回复", "awaiting an answer"), "unknown": say("结果未知", "outcome unknown"), "failed": say("未成功", "failed"),
    "frozen": say("冻结", "frozen"),
}  # fmt: skip


@require_GET
@face("office")
def show(request: ActorRequest) -> HttpResponse:
    """Each gateway: set up how, or why not."""
    context = {"rows": [_row(one) for one in standings(request.actor)], "may": may_keep(request.actor)}
    return render(request, "office/money/gateways.html", context)


def _row(one: Standing) -> dict[str, Any]:
    state = (say("模拟", "simulated"), "warn") if one.set_up.simulated else (say("已设置", "set up"), "ok")
    return {
        "one": one, "state": state if one.set_up.ready else (say("未设置", "not set up"), "line"),
        "url": f"{PATH}pushes/?gateway={one.name}",
        "offers": [words.OFFERS[offer] for offer in one.offers], "probe": f"{PATH}{one.name}/probe/",
        "events": [(words.STATES[state], one.events[state], state) for state in words.STATES if one.events.get(state)],
        "doubled": one.events.get("doubled", 0), "refunds": [(STAGES[stage], n) for stage, n in one.refunds.items()],
    }  # fmt: skip


@require_GET
@face("office")
def pushed(request: ActorRequest) -> HttpResponse:
    """What gateways pushed, newest first."""
    gateway, state = request.GET.get("gateway", ""), request.GET.get("state", "")
    page = Paginator(pushes_of(request.actor, gateway=gateway, state=state), PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": [_push(row) for row in page.object_list], "page": page, "gateway": gateway, "state": state, "may": may_keep(request.actor),
        "states": [(name, text, name == state) for name, text in words.STATES.items()],
    }  # fmt: skip
    return render(request, "office/money/pushes.html", context)


def _push(row: GatewayEvent) -> dict[str, Any]:
    return {
        "row": row, "gateway": gateway_name(row.gateway), "kind": words.KINDS.get(row.kind, words.KINDS["other"]),
        "state": words.STATES[row.state], "tone": KINDS[row.state], "outcome": _outcome(row), "key": str(row.told.get("key", "")),
        "again": f"{PATH}{row.gateway}/pushes/{row.event}/again/" if row.state == "failed" else "",
    }  # fmt: skip


def _outcome(row: GatewayEvent) -> Text | None:
    """What became of it in words; None where its state says all. Outcomes are a refund's stage, or `chargeback` and its state."""
    return None if row.outcome == IGNORED else state_name(row.outcome.rpartition(" ")[2])


@require_POST
@face("office")
def again(request: ActorRequest, name: str, event: str) -> HttpResponse:
    """A push that could not be worked is worked once more."""
    to = f"{PATH}pushes/?gateway={name}"
    return acted(request, lambda: push_again(name, event, by=request.actor), to, say("会再处理一次。", "It will be worked once more."))


@require_POST
@face("office")
def probed(request: ActorRequest, name: str) -> HttpResponse:
    """The gateway is asked a question that changes nothing."""
    found = probe(name, by=request.actor)
    tell(request, found.words, kind="success" if found.answers else "warning")
    return act(request, lambda: PATH)
