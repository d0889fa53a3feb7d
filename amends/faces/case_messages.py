"""Who was told of a case, over which channel, how far it came: the fold of a case's page at every desk, fetched when it is opened.

Not about what may be seen: queries_messages says that, and hides addresses that are not the reader's to know.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from amends.faces.entering import ActorRequest
from amends.notices.queries_messages import MessageView, masked, messages_of

STATE_KINDS = {
    "queued": "", "sending": "brand", "unsure": "warn", "accepted": "line", "delivered": "ok", "failed": "bad", "bounced": "bad",
    "dropped": "",
}  # fmt: skip
ICONS = {"page": "bell", "mail": "mail", "sms": "message", "push": "device-mobile", "wechat": "brand-wechat"}


def told_of(request: ActorRequest, ref: str) -> HttpResponse:
    """The messages about this case, newest first. Raises NotFound where the reader may not see the case."""
    rows = [shown(one) for one in reversed(messages_of(ref, request.actor))]
    return render(request, "faces/case/messages.html", {"rows": rows})


def shown(one: MessageView) -> dict[str, Any]:
    """A message as lists show it: its address in part."""
    return {"view": replace(one, address=masked(one.address)), "icon": ICONS.get(one.channel, "send"), "state_kind": STATE_KINDS[one.state]}
