"""What the page of notice settings shows: what kinds of notices there are over which channels, quiet hours, addresses, this browser.

Puts rows into words and order; what may be chosen is the verbs' to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from amends.faces.entering import ActorRequest
from amends.kernel.refusals import Refusal
from amends.kernel.texts import Text, say
from amends.notices.models import Contact
from amends.notices.queries_people import Preferences, contacts_of, person, preferences_of, reachable
from amends.notices.rules.contacts import written
from amends.notices.rules.quiet import DEFAULT
from amends.notices.rules.routes import ROUTES
from amends.notices.rules.words import Channel, Urgency
from amends.notices.verbs.contacts import BY_CODE
from amends.people.models import User
from amends.plumbing.messages import choosing

ICONS = {Channel.MAIL: "mail", Channel.SMS: "message", Channel.PUSH: "device-mobile-message", Channel.WECHAT: "brand-wechat"}
NAMES = {
    Channel.MAIL: say("邮件", "E-mail"), Channel.SMS: say("短信", "Text message"), Channel.PUSH: say("推送", "Push"),
    Channel.WECHAT: say("微信", "WeChat"),
}  # fmt: skip
KINDS: dict[Urgency, tuple[Text, Text]] = {
    Urgency.HAZARD: (
        say("安全隐患", "Hazards"),
        say(
            "商品可能伤人时，马上用所有方式通知，夜里也通知。",
            "When goods may hurt somebody: at once, every way there is, at night too.",
        ),
    ),
    Urgency.ACT: (
        say("等你处理", "For you to act"),
        say(
            "轮到你答复、寄回、验货或确认，过了时限按规则办。",
            "Your turn to answer, ship, inspect or confirm; after the limit the rules decide.",
        ),
    ),
    Urgency.REMIND: (
        say("时限提醒", "Reminders"),
        say(
            "时限过半、快到时各提醒一次，一种方式收到就不再用下一种。",
            "When half the time is left and near the end; the first way that works.",
        ),
    ),
    Urgency.RESULT: (
        say("结果", "Results"),
        say(
            "同意、拒绝、裁决、退款到账，以及到时没人答复按规则办了什么。",
            "Approved, refused, ruled, refunded, and what the rules did after silence.",
        ),
    ),
    Urgency.NEWS: (
        say("进展和公告", "Progress and announcements"),
        say(
            "包裹在路上之类的进展，不用你做什么。可以全部关掉。",
            "Parcels on their way and the like. You may turn all of it off.",
        ),
    ),
}
ZONES: dict[str, Text] = {
    "Asia/Shanghai": say("北京时间", "Beijing"), "Asia/Hong_Kong": say("香港", "Hong Kong"), "Asia/Taipei": say("台北", "Taipei"),
    "Asia/Urumqi": say("乌鲁木齐", "Urumqi"), "Asia/Tokyo": say("东京", "Tokyo"), "Asia/Singapore": say("新加坡", "Singapore"),
    "Australia/Sydney": say("悉尼", "Sydney"), "Europe/London": say("伦敦", "London"), "Europe/Berlin": say("柏林", "Berlin"),
    "America/New_York": say("纽约", "New York"), "America/Los_Angeles": say("洛杉矶", "Los Angeles"), "UTC": say("协调世界时", "UTC"),
}  # fmt: skip
KINDS_OF_ADDRESS = {Channel.SMS: say("手机号", "Telephone"), Channel.MAIL: say("邮箱", "E-mail"), Channel.WECHAT: say("微信", "WeChat")}
LACKING = say("{channel}还没有接通。", "{channel} is not set up here yet.")


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into which form of the page and refused, to be shown again with the reasons."""

    form: str = ""
    refusal: Refusal | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)


def context(request: ActorRequest, home: str, typed: Typed) -> dict[str, Any]:
    """Everything on the page of the face that lives at `home`. Five queries."""
    user = person(request.actor)
    liked, contacts, here = preferences_of(user), list(contacts_of(user)), reachable([user]).get(user, {})
    ready = choosing.set_up()
    wrong = typed.refusal.fields if typed.refusal else {}
    return {
        "kinds": [_kind(urgency, liked, here, typed, ready) for urgency in Urgency],
        "some_lack": any(one not in here for one in Channel if one is not Channel.PAGE and _usable(one, here, ready)),
        "asked_only": liked.asked_only,
        "quiet": _quiet(liked, typed),
        "zones": _zones(liked.quiet.zone),
        "mail": {"address": User.objects.values_list("email", flat=True).get(pk=user), "works": _mail_works(here)},
        "contacts": [_contact(row, typed) for row in contacts if row.channel != Channel.PUSH],
        "devices": [row for row in contacts if row.channel == Channel.PUSH],
        "ways": [{"value": one.value, "name": KINDS_OF_ADDRESS[one], "icon": ICONS[one]} for one in BY_CODE if ready[one.value].provider],
        "lacking": [LACKING.filled(channel=NAMES[one]) for one in BY_CODE if not ready[one.value].provider],
        "takes_wechat": bool(ready[Channel.WECHAT.value].provider),
        "vapid": choosing.vapid_public_key() if ready[Channel.PUSH.value].provider else "",
        "push_lacking": LACKING.filled(channel=NAMES[Channel.PUSH]),
        "form": typed.form, "typed": typed.values, "wrong": wrong, "said": typed.refusal,
        "refusal": typed.refusal if typed.form == "preferences" else None, "settings_url": f"{home}settings/",
        "notices_url": f"{home}notices/" if home == "/portal/" else f"{home}notices",
    }  # fmt: skip


def _usable(channel: Channel, here: Mapping[Channel, Any], ready: Mapping[str, choosing.SetUp]) -> bool:
    """Whether there is any use in showing this channel: it is set up here, or the person has an address of it, or it is mail."""
    return channel is Channel.MAIL or channel in here or bool(ready[channel.value].provider)


def _kind(
    urgency: Urgency, liked: Preferences, here: Mapping[Channel, Any], typed: Typed, ready: Mapping[str, choosing.SetUp]
) -> dict[str, Any]:
    """One kind of notice with its ways; a way that is not set up is kept as it was chosen, out of sight."""
    row, (name, hint) = ROUTES[urgency], KINDS[urgency]
    on = typed.choices[urgency.value] if urgency.value in typed.choices else [one.value for one in liked.choices[urgency]]
    ways = [
        {
            "value": one.value, "name": NAMES[one], "icon": ICONS[one], "on": one.value in on, "reached": one in here,
            "shown": _usable(one, here, ready),
        }
        for one in row.channels
    ]  # fmt: skip
    wrong = typed.refusal.fields.get(urgency.value) if typed.refusal else None
    return {"value": urgency.value, "name": name, "hint": hint, "ways": ways, "locked": row.breaks_quiet, "wrong": wrong}


def _quiet(liked: Preferences, typed: Typed) -> dict[str, Any]:
    if typed.form == "preferences":
        values = typed.values
        return {"on": "quiet" in values, "start": values.get("start", ""), "end": values.get("end", ""), "zone": values.get("zone", "")}
    on = liked.quiet.start != liked.quiet.end
    shown = liked.quiet if on else DEFAULT
    return {"on": on, "start": f"{shown.start:%H:%M}", "end": f"{shown.end:%H:%M}", "zone": liked.quiet.zone}


def _zones(own: str) -> list[tuple[str, Any]]:
    known = list(ZONES.items())
    return known if own in ZONES else [*known, (own, own)]


def _mail_works(here: Mapping[Channel, Any]) -> bool:
    """Whether the account's own mail is used: not after it came back for good."""
    return any(reach.contact_id is None for reach in here.get(Channel.MAIL, []))


def _contact(row: Contact, typed: Typed) -> dict[str, Any]:
    channel, mine = Channel(row.channel), typed.form == f"contact-{row.pk}"
    return {
        "id": row.pk, "icon": ICONS[channel], "address": written(channel, row.address), "label": row.label,
        "confirmed": row.confirmed_at is not None,
        "wrong": next(iter(typed.refusal.fields.values()), typed.refusal.text) if mine and typed.refusal else None,
        "kind": KINDS_OF_ADDRESS[channel],
    }  # fmt: skip
