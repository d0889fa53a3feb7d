"""Announcements: written beside how they will look, published once with how many they mean, withdrawn, and how many they reached."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from amends.faces.announcements import closed, told
from amends.faces.entering import ActorRequest, act, face
from amends.faces.forms import FacesForm, Picks, spoken, words
from amends.faces.told import acted, tell
from amends.insight.figures.choice import HERE
from amends.kernel import clock
from amends.kernel.refusals import Refusal, Unprocessable
from amends.kernel.texts import Text, say
from amends.market.models import Merchant
from amends.notices.announcing import verbs
from amends.notices.announcing.audience import SIDE_NAMES, Audience, audience_of, people_of, regions_known
from amends.notices.announcing.queries import STATES, announcement, announcements, reach, state_of
from amends.notices.models import Announcement
from amends.notices.rules.writers import may_word

LIST = "/office/announcements/"
STATE_NAMES: dict[str, Text] = {
    "draft": say("草稿", "draft"),
    "shown": say("展示中", "shown"),
    "over": say("已结束", "over"),
    "withdrawn": say("已撤下", "withdrawn"),
}
STATE_KINDS = {"draft": "", "shown": "ok", "over": "line", "withdrawn": "warn"}
ICONS = {
    "service": "settings-exclamation",
    "outage": "plug-connected-x",
    "holiday": "calendar-event",
    "rules": "gavel",
    "other": "speakerphone",
}
LOCAL = "%Y-%m-%dT%H:%M"
MOST_CHOICES = 60


class Instant(forms.DateTimeField):
    """A local time of the platform (Beijing) as an instant in UTC."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateTimeInput({"type": "datetime-local"}, format=LOCAL), input_formats=[LOCAL], **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """An instant as the clock on the wall shows it."""
        return value.astimezone(HERE).strftime(LOCAL) if isinstance(value, datetime) else value

    def to_python(self, value: Any) -> datetime | None:
        """What was typed, read on that clock."""
        found = super().to_python(value)
        return found.replace(tzinfo=HERE) if found is not None else None


class AnnouncementForm(FacesForm):
    """What to tell, to whom, from when to when."""

    kind = forms.ChoiceField(
        label=words("类别", "Kind"), widget=Picks(ICONS), choices=[(name, spoken(text)) for name, text in verbs.KINDS.items()]
    )
    title_zh = forms.CharField(max_length=verbs.MOST_TITLE, label=words("标题（中文）", "Title in Chinese"))
    title_en = forms.CharField(max_length=verbs.MOST_TITLE, label=words("标题（英文）", "Title in English"))
    body_zh = forms.CharField(widget=forms.Textarea({"rows": 5}), label=words("正文（中文）", "Text in Chinese"))
    body_en = forms.CharField(widget=forms.Textarea({"rows": 5}), label=words("正文（英文）", "Text in English"))
    sides = forms.MultipleChoiceField(
        choices=[(side.value, spoken(text)) for side, text in SIDE_NAMES.items()], required=False, label=words("告诉谁", "Who is told")
    )
    regions = forms.MultipleChoiceField(required=False, label=words("只限这些地区的消费者", "Only consumers of these regions"))
    merchants = forms.CharField(required=False, widget=forms.Textarea({"rows": 2}), label=words("只限这些商家", "Only these merchants"))
    shown_from = Instant(label=words("开始展示", "Shown from"))
    shown_until = Instant(label=words("结束展示", "Shown until"))
    outside = forms.BooleanField(required=False, label=words("也发推送、微信或邮件", "Also by push, WeChat or mail"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        regions = self.fields["regions"]
        assert isinstance(regions, forms.MultipleChoiceField)  # noqa: S101 - the class above says so
        regions.choices = [(name, name) for name in regions_known()[:MOST_CHOICES]]

    def written(self) -> verbs.Written:
        """As the verb takes it; raises Unprocessable for an audience that is none."""
        said = self.cleaned_data
        audience = audience_of(said["sides"], regions=said["regions"], merchants=shops_named(said["merchants"]))
        return verbs.Written(
            said["kind"], said["title_zh"], said["title_en"], said["body_zh"], said["body_en"], audience,
            said["shown_from"], said["shown_until"], said["outside"],
        )  # fmt: skip


def shops_named(typed: str) -> list[str]:
    """References from what was typed, one a line or between commas; a shop's name stands for its reference."""
    found = [one.strip() for one in re.split(r"[\n,，;；、]+", typed) if one.strip()]
    names: dict[str, str] = {}
    for ref, zh, en in Merchant.objects.order_by("pk").values_list("ref", "name_zh", "name_en") if found else ():
        names |= {zh: ref, en.lower(): ref}
    return [names.get(one) or names.get(one.lower()) or one.upper() for one in found]


@require_GET
@face("office")
def listed(request: ActorRequest) -> HttpResponse:
    """The newest first, narrowed by state."""
    state = str(request.GET.get("state", ""))
    found = announcements(state=state)
    shops = _shops(found)
    context = {
        "rows": [{**_row(one), "to": _to(one, shops)} for one in found], "state": state, "may_write": may_word(request.actor),
        "states": [(name, STATE_NAMES[name]) for name in STATES],
    }  # fmt: skip
    return render(request, "office/notices/announcements.html", context)


@require_http_methods(["GET", "POST"])
@face("office")
def begin(request: ActorRequest) -> HttpResponse:
    """A new draft."""
    now = clock.now()
    blank = AnnouncementForm(initial={"kind": "service", "sides": ["consumers"], "shown_from": now, "shown_until": now + timedelta(days=7)})
    return _editor(request, blank) if request.method == "GET" else _kept(request, "")


@require_http_methods(["GET", "POST"])
@face("office")
def one(request: ActorRequest, ref: str) -> HttpResponse:
    """A draft in its editor, or a published one with its reach. A POST keeps the draft."""
    if request.method == "POST":
        return _kept(request, ref)
    found = announcement(ref)
    if state_of(found) == "draft" and may_word(request.actor):
        return _editor(request, AnnouncementForm(initial=_initial(found)), found)
    context = {
        "one": found, **_row(found), "to": _to(found, _shops([found])), "shown": told(found, "office"), "reach": reach(found),
        "may_write": may_word(request.actor), "figures": _figures(found),
    }  # fmt: skip
    return render(request, "office/notices/announcement.html", context)


def _kept(request: ActorRequest, ref: str) -> HttpResponse:
    form = AnnouncementForm(request.POST)
    if not form.is_valid():
        return _editor(request, form, announcement(ref) if ref else None, status=422)

    def run() -> str:
        return f"{LIST}{verbs.draft_announcement(form.written(), by=request.actor, ref=ref).ref}/"

    try:
        answer = act(request, run)
    except Unprocessable as refused:
        for name, text in refused.fields.items():
            form.add_error(name if name in form.fields else None, str(spoken(text)))
        return _editor(request, form, announcement(ref) if ref else None, refusal=refused)
    tell(request, say("草稿已保存。", "The draft is saved."))
    return answer


def _editor(
    request: ActorRequest, form: AnnouncementForm, found: Announcement | None = None, *, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "form": form, "one": found, "may_write": may_word(request.actor), "refusal": refusal,
        "chosen": {str(value) for value in form["sides"].value() or ()}, "regions": {str(value) for value in form["regions"].value() or ()},
        "people": people_of(Audience.read(found.audience)).count() if found else None, "shown": told(found, "office") if found else None,
    }  # fmt: skip
    return render(request, "office/notices/announcement_edit.html", context, status=refusal.status if refusal else status)


def _initial(found: Announcement) -> dict[str, Any]:
    kept, audience = (
        {name: getattr(found, name) for name in AnnouncementForm.base_fields if hasattr(found, name)},
        Audience.read(found.audience),
    )
    refs = Merchant.objects.filter(pk__in=audience.merchants).order_by("pk").values_list("ref", flat=True)
    return {**kept, "sides": [side.value for side in audience.sides], "regions": list(audience.regions), "merchants": "\n".join(refs)}


def _row(found: Announcement) -> dict[str, Any]:
    state = state_of(found)
    return {
        "one": found, "title": Text(found.title_zh, found.title_en), "kind": verbs.KINDS.get(found.kind, verbs.KINDS["other"]),
        "state": state, "state_name": STATE_NAMES[state], "state_kind": STATE_KINDS[state],
    }  # fmt: skip


def _shops(found: list[Announcement]) -> dict[int, Text]:
    wanted = {pk for one in found for pk in Audience.read(one.audience).merchants}
    return {shop.pk: say(shop.name_zh, shop.name_en) for shop in Merchant.objects.filter(pk__in=wanted).order_by("pk")}


def _to(found: Announcement, shops: dict[int, Text]) -> list[Text]:
    """Who is meant, in words: sides, then what narrows them."""
    audience = Audience.read(found.audience)
    narrowed = [say(region, region) for region in audience.regions] + [shops[pk] for pk in audience.merchants if pk in shops]
    return [*(SIDE_NAMES[side] for side in audience.sides), *narrowed]


def _figures(found: Announcement) -> list[dict[str, Any]]:
    counted = reach(found)
    log = f"/office/messages/?q={found.ref}"

    def share(n: int) -> Text | None:
        return say("{p}%", "{p}%", p=round(100 * n / counted.addressed)) if counted.addressed else None

    outside = [
        {"label": say("已发出（条）", "Messages sent"), "value": f"{counted.sent:,}", "url": log,
         "sum": say("{d} 条送达，{w} 条等待", "{d} delivered, {w} waiting", d=counted.delivered, w=counted.waiting)},
        {"label": say("未送达（条）", "Not delivered"), "value": f"{counted.failed:,}", "url": f"{log}&state=failed",
         "sum": say("{n} 条没有发送", "{n} not sent at all", n=counted.dropped)},
        {"label": say("站外收到（人）", "Told outside"), "value": f"{counted.told:,}", "aside": share(counted.told), "sum": None},
    ] if found.outside else []  # fmt: skip
    return [
        {"label": say("对象（人）", "Addressed"), "value": f"{counted.addressed:,}",
         "sum": None if counted.planned else say("还在统计", "still being counted")},
        *outside,
        {"label": say("已看过（人）", "Closed on a page"), "value": f"{counted.seen:,}", "aside": share(counted.seen), "sum": None},
    ]  # fmt: skip


def _made(request: ActorRequest, ref: str, verb: Callable[[], object], done: Text) -> HttpResponse:
    return acted(request, verb, f"{LIST}{ref}/", done)


@require_POST
@face("office")
def publish(request: ActorRequest, ref: str) -> HttpResponse:
    """Everybody who is meant is told, once."""
    return _made(request, ref, lambda: verbs.publish(ref, by=request.actor), say("已发布。", "It is published."))


@require_POST
@face("office")
def withdraw(request: ActorRequest, ref: str) -> HttpResponse:
    """It is shown no more, and what has not gone out stays here."""
    done = say("已撤下，还没发出的不再发送。", "Withdrawn; what has not gone out never will.")
    return _made(request, ref, lambda: verbs.withdraw(ref, by=request.actor), done)


@require_POST
@face("office")
def seen(request: ActorRequest, ref: str) -> HttpResponse:
    """The banner is closed for this reader."""
    return closed(request, ref)
