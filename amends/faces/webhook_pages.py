"""The pages of webhooks, for the console (a shop's own) and the office (every shop's): the list, one endpoint, one delivery, each act.

Console and office stand side by side and import nothing of each other; what both show stands here. The verbs say who may do what.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponse

from amends.cases.words import verb_done
from amends.faces.case_pages import brief, picked, with_errors, with_query
from amends.faces.entering import ActorRequest, act, given
from amends.faces.forms import FacesForm, words
from amends.faces.told import acted, tell
from amends.kernel import clock
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.notices.webhooks import queries as reads
from amends.notices.webhooks import sealing, verbs
from amends.notices.webhooks.models import Delivery, Endpoint
from amends.notices.webhooks.releasing import OPEN
from amends.notices.webhooks.rules.events import LIFE_NAMES, TEST, patterns_now
from amends.notices.webhooks.words import DELIVERY_STATES, ENDPOINT_STATES, WHY, error_words

HERE = ZoneInfo("Asia/Shanghai")
LOCAL = "%Y-%m-%dT%H:%M"
KINDS = {"on": "ok", "failing": "warn", "paused": "line", "alarmed": "bad", "delivered": "ok", "given_up": "bad", "sending": "brand"}
SHOW_STATES = ("waiting", "delivered", "given_up", "dropped")
ACTS = {
    **{noun: noun for noun in ("changes", "pause", "resumption", "removal", "tests", "replays", "secret")},
    "rotation": "secret-rotation",
}
ANY = say("全部状态", "Every state")
TEST_NAME = say("测试事件", "Test event")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a face keeps these pages, and how it frames a template."""

    root: str
    tail: str
    cases: str
    frame: Callable[..., HttpResponse]

    def at(self, *parts: str) -> str:
        """The address of something below the list."""
        return "/".join([self.root, *parts]) + self.tail


class EndpointForm(FacesForm):
    """Where to send and what."""

    url = forms.CharField(max_length=600, label=words("接收地址", "Address"), widget=forms.URLInput(attrs={"placeholder": "https://"}))
    label = forms.CharField(max_length=200, required=False, label=words("用途", "What for"))
    events = forms.CharField(
        max_length=2000,
        initial="*",
        label=words("事件", "Events"),
        widget=forms.Textarea(attrs={"rows": "2", "class": "form-control mono"}),
    )

    @property
    def typed(self) -> dict[str, Any]:
        """What was typed, as the verbs take it."""
        self.is_valid()
        read = {name: str(self.data.get(name, "")) for name in self.fields}
        return {"url": read["url"], "label": read["label"], "types": read["events"].replace(",", " ").replace("，", " ").split()}


class SinceForm(FacesForm):
    """From when on to send again."""

    since = forms.DateTimeField(
        label=words("从什么时候起", "Since"), widget=forms.DateTimeInput({"type": "datetime-local"}, format=LOCAL), input_formats=[LOCAL]
    )


@dataclass(frozen=True, slots=True)
class Row:
    """An endpoint as its reader sees it."""

    one: Endpoint
    url: str
    state: str
    state_name: Text
    kind: str
    why: Text | None
    patterns: list[str]
    counts: reads.Counts
    shop: Text


@dataclass(frozen=True, slots=True)
class Sent:
    """A delivery as its reader sees it."""

    one: Delivery
    url: str
    case: str
    about: Text
    what: Text | None
    state_name: Text
    kind: str
    error: Text | None


def rows_of(found: list[Endpoint], place: Place) -> list[Row]:
    """Endpoints in words, with their counts. One query."""
    counted = reads.counts(found)
    return [_row(one, counted.get(one.pk, reads.Counts()), place) for one in found]


def _row(one: Endpoint, counts: reads.Counts, place: Place) -> Row:
    state = reads.state_of(one)
    return Row(
        one, place.at(one.ref), state, ENDPOINT_STATES[state], KINDS.get(state, ""), WHY.get(one.why), patterns_now(one.events), counts,
        say(one.merchant.name_zh, one.merchant.name_en),
    )  # fmt: skip


def _sent(row: Delivery, case: str, endpoint: str, place: Place) -> Sent:
    life, _, verb = row.type.partition(".")
    about, what = (TEST_NAME, None) if row.type == TEST else (LIFE_NAMES[life], verb_done(life, verb))
    return Sent(
        row, place.at(endpoint, "deliveries", row.ref), case, about, what, DELIVERY_STATES[row.state], KINDS.get(row.state, ""),
        error_words(row.error),
    )  # fmt: skip


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def every(request: ActorRequest, place: Place, template: str, *, form: EndpointForm | None = None, refusal: Any = None) -> HttpResponse:
    """All endpoints of this side, those that need somebody first."""
    rows = rows_of(reads.endpoints(request.actor), place)
    context = {
        "rows": rows, "form": form or EndpointForm(), "refusal": brief(refusal), "catalogue": reads.catalogue(), "nav_here": place.at(),
        "add_url": place.at("new"), "sick": sum(1 for row in rows if row.state in ("alarmed", "failing")),
    }  # fmt: skip
    return place.frame(request, template, context, status=422 if refusal else 200)


def one(
    request: ActorRequest, place: Place, template: str, ref: str, *, form: forms.Form | None = None, since: forms.Form | None = None,
    refusal: Unprocessable | None = None,
) -> HttpResponse:  # fmt: skip
    """One endpoint: how it stands, what was sent, and its acts."""
    found = reads.endpoint(ref, request.actor)
    row = rows_of([found], place)[0]
    choices = [("", ANY), *((state, DELIVERY_STATES["queued" if state == "waiting" else state]) for state in SHOW_STATES)]
    state, path = picked(request, "state", choices), place.at(found.ref)
    page = reads.deliveries(found.ref, request.actor, state=state, after=request.GET.get("after", ""))
    sent = [_sent(each, page.cases.get(each.case_id, ""), found.ref, place) for each in page.rows]
    known = {"url": found.url, "label": found.label, "events": "\n".join(row.patterns)}
    context = {
        "row": row, "sent": sent, "under_way": any(each.one.state in ("handed", "sending") for each in sent), "state": state,
        "picks": [("state", choices, state)], "path": path, "mine": reads.is_owner(found, request.actor),
        "next_url": with_query(path, state=state, after=page.after) if page.after else "",
        "first_url": with_query(path, state=state) if request.GET.get("after") else "",
        "form": form or EndpointForm(initial=known), "since_form": since or SinceForm(), "refusal": brief(refusal),
        "old_until": sealing.old_until(found.secrets, clock.now()), "catalogue": reads.catalogue(), "nav_here": place.at(),
        "cases_url": place.cases, "tail": place.tail, "list_url": place.at(),
        "urls": {name: place.at(found.ref, noun) for name, noun in ACTS.items()},
    }  # fmt: skip
    return place.frame(request, template, context, status=422 if refusal else 200)


def delivery(request: ActorRequest, place: Place, template: str, ref: str, delivery_ref: str) -> HttpResponse:
    """One delivery: every attempt, and the body as it is sent."""
    row = reads.delivery(ref, delivery_ref, request.actor)
    log = [{**line, "at": datetime.fromisoformat(line["at"]), "error": error_words(line["error"])} for line in reversed(row.log)]
    body = json.dumps(json.loads(reads.body_of_delivery(row)), ensure_ascii=False, indent=2)
    context = {
        "sent": _sent(row, reads.cases_of([row]).get(row.case_id, ""), row.endpoint.ref, place), "log": log, "body": body,
        "endpoint": row.endpoint, "back_url": place.at(row.endpoint.ref), "list_url": place.at(),
        "cases_url": place.cases, "tail": place.tail,
        "replay_url": place.at(row.endpoint.ref, "deliveries", row.ref, "replay"), "open": row.state in OPEN, "nav_here": place.at(),
    }  # fmt: skip
    return place.frame(request, template, context)


def secret(request: ActorRequest, place: Place, template: str, ref: str) -> HttpResponse:
    """The signing secret, on a page that nobody keeps."""
    found = reads.endpoint(ref, request.actor)
    context = {
        "endpoint": found, "secret": reads.secret(ref, request.actor), "back_url": place.at(found.ref), "list_url": place.at(),
        "nav_here": place.at(), "old_until": sealing.old_until(found.secrets, clock.now()),
    }  # fmt: skip
    answer = place.frame(request, template, context)
    answer["Cache-Control"] = "no-store"
    return answer


# ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

PAUSED = say("已暂停，新的事件按顺序留着。", "Paused. What comes waits in order.")
RESUMED = say("已恢复，留着的事件按顺序发出。", "Resumed. What waited goes out in order.")
REMOVED = say("接收地址已删除。", "The endpoint is removed.")
ROTATED = say("已更换签名密钥，旧的还能用 24 小时。", "The signing secret is new; the old one signs beside it for 24 hours.")
TESTED = say("测试事件已发出，结果在下面。", "A test event is on its way; what comes of it is shown below.")
REPLAYED = say("这条事件会再发一次。", "The event goes out again.")
ADDED = say("接收地址已添加。请把签名密钥交给接收程序。", "The endpoint is added. Give its signing secret to your program.")
CHANGED = say("已保存。", "Saved.")
ALL_REPLAYED = say("{n} 条事件会按顺序再发一次。", "{n} events go out again, in order.")
NO_INSTANT = say("请选日期和时间。", "Choose a date and a time.")


def add(request: ActorRequest, place: Place, template: str) -> HttpResponse:
    """A new endpoint, or the form as it was typed."""
    form = EndpointForm(request.POST)
    try:
        answer = act(request, lambda: place.at(verbs.add(**form.typed, by=request.actor).ref))
    except Unprocessable as refusal:
        typed = with_errors(form, refusal.fields)
        assert isinstance(typed, EndpointForm)  # noqa: S101 - it is the form that was handed in
        return every(request, place, template, form=typed, refusal=refusal)
    tell(request, ADDED)
    return answer


def change(request: ActorRequest, place: Place, template: str, ref: str) -> HttpResponse:
    """The endpoint is changed, or the form as it was typed."""
    form = EndpointForm(request.POST)
    try:
        answer = act(request, lambda: place.at(verbs.change(ref, **form.typed, by=request.actor).ref))
    except Unprocessable as refusal:
        return one(request, place, template, ref, form=with_errors(form, refusal.fields), refusal=refusal)
    tell(request, CHANGED)
    return answer


def replay_since(request: ActorRequest, place: Place, template: str, ref: str) -> HttpResponse:
    """Everything since then goes out again, or the form as it was typed."""
    form, counted = SinceForm(request.POST), [0]

    def run() -> str:
        counted[0] = verbs.replay_since(ref, _instant(given(request, "since")), by=request.actor)
        return place.at(reads.endpoint(ref, request.actor).ref)

    try:
        answer = act(request, run)
    except Unprocessable as refusal:
        return one(request, place, template, ref, since=with_errors(form, refusal.fields), refusal=refusal)
    tell(request, ALL_REPLAYED.filled(n=counted[0]))
    return answer


def _instant(typed: str) -> datetime:
    """What was typed, on the platform's clock. Raises Unprocessable."""
    try:
        found = datetime.strptime(typed, LOCAL)  # noqa: DTZ007 - its zone is given in the next line
    except ValueError:
        raise Unprocessable.field("since", NO_INSTANT) from None
    return found.replace(tzinfo=HERE)


def plain(request: ActorRequest, place: Place, ref: str, run: Callable[..., object], said: Text) -> HttpResponse:
    """An act without words of its own, then the endpoint's page (the list, where it has gone)."""
    return acted(request, lambda: run(ref, by=request.actor), place.at() if run is verbs.end else place.at(ref), said)


def replay(request: ActorRequest, place: Place, ref: str, delivery_ref: str) -> HttpResponse:
    """One event goes out again."""

    def made() -> str:
        row = verbs.replay(ref, delivery_ref, by=request.actor)
        return place.at(ref, "deliveries", row.ref)

    answer = act(request, made)
    tell(request, REPLAYED)
    return answer
