"""The log of every message over every channel: found, read with how far it came, sent again. Texts are shown; addresses only in part.

Whoever may send again sees the address of a message in full on its own page: to judge a bounce one has to read it.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from amends.faces.case_messages import shown, told_of
from amends.faces.entering import ActorRequest, act, face
from amends.faces.told import tell
from amends.kernel.texts import Text, say
from amends.notices.queries_messages import MessageView, log, message
from amends.notices.rules.delivery import STATE_NAMES
from amends.notices.rules.words import CHANNEL_NAMES, Channel
from amends.notices.rules.writers import may_send, only_senders
from amends.notices.table_words import when_words
from amends.notices.verbs.sending import resend

PATH = "/office/messages/"
STATES: dict[str, Text] = {
    "": say("全部", "All"),
    "open": say("在路上", "On the way"),
    "accepted": STATE_NAMES["accepted"],
    "delivered": STATE_NAMES["delivered"],
    "missed": say("未送达或退回", "Not delivered"),
    "dropped": STATE_NAMES["dropped"],
}
OURS: dict[str, Text] = {
    "announcement": say("公告", "announcement"),
    "test": say("试发", "test"),
    "code": say("验证码", "code"),
    "mail": say("升级前的邮件", "mail from before the upgrade"),
}


@require_GET
@face("office")
def listed(request: ActorRequest) -> HttpResponse:
    """The newest first, a page at a time; `q` finds a case's, message's or announcement's number, or a part of address and subject."""
    asked = {name: str(request.GET.get(name, "")).strip() for name in ("q", "state", "channel")}
    found = log(request.actor, filters=asked, after=str(request.GET.get("after", "")))
    kept = {name: value for name, value in asked.items() if value}
    context = {
        "rows": [row_of(one) for one in found.rows], "asked": asked, "filtered": bool(kept),
        "next": f"?{urlencode({**kept, 'after': found.after})}" if found.after else "",
        "first": f"?{urlencode(kept)}" if request.GET.get("after") else "",
        "states": [(key, name, f"?{urlencode({**kept, 'state': key})}") for key, name in STATES.items()],
        "channels": [(one.value, CHANNEL_NAMES[one]) for one in Channel if one is not Channel.PAGE],
    }  # fmt: skip
    return render(request, "office/notices/messages.html", context)


def row_of(one: MessageView) -> dict[str, Any]:
    """A message as the office's lists show it: without the whole address."""
    return {
        **shown(one),
        "about": kind_words(one.kind), "subject": one.subject, "url": f"{PATH}{one.ref}/" if one.ref else "",
    }  # fmt: skip


def kind_words(kind: str) -> Text:
    """What a message is about: the line of a timeline, or what we send of ourselves."""
    if kind in OURS:
        return OURS[kind]
    try:
        return when_words(".".join(kind.split(".")[:2]))
    except KeyError:
        return say(kind, kind)


@require_GET
@face("office")
def one(request: ActorRequest, ref: str) -> HttpResponse:
    """One message: what it said, to whom, and each thing that happened to it."""
    found = message(ref, request.actor)
    context = {**row_of(found), "log": found.log, "may_resend": found.may_resend}
    if may_send(request.actor):
        context["view"] = found
    return render(request, "office/notices/message.html", context)


@require_POST
@face("office")
def again(request: ActorRequest, ref: str) -> HttpResponse:
    """The same words go to the same address once more, as a message of their own."""
    only_senders(request.actor)
    answer = act(request, lambda: f"{PATH}{resend(ref, request.actor).ref}/")
    tell(request, say("已安排重发，这是新的一条。", "It will go once more; this is the new message."))
    return answer


@require_GET
@face("office")
def of_case(request: ActorRequest, ref: str) -> HttpResponse:
    """The messages about a case, for its page."""
    return told_of(request, ref)


@require_GET
@face("office")
def moved(request: ActorRequest) -> HttpResponse:
    """The page of mails is the log of all channels now; what was looked for stays."""
    state = {"failed": "missed", "sent": "accepted"}.get(str(request.GET.get("state", "")), "")
    kept = {"q": str(request.GET.get("q", "")), "state": state, "channel": "mail"}
    return HttpResponseRedirect(f"{PATH}?{urlencode({name: value for name, value in kept.items() if value})}")
