"""What somebody was told, as a page of any face: the list, and having read one notice or all of them."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpResponse, QueryDict

from amends.faces.announcements import LISTS
from amends.faces.entering import ActorRequest, act
from amends.notices.queries import notices_for, unread_count
from amends.notices.verbs import mark_read

MOST_IDS = 50


def told(request: ActorRequest, name: str, here: str, read_url: str) -> dict[str, Any]:
    """The newest notices of this person in the face called `name`, whose list stands at `here`. Where a side's people read together
    each notice has its own mark; of the platform's people each says once that everything is read."""
    notices = notices_for(request.actor)
    return {
        "notices": notices, "unread": unread_count(request.actor), "read_url": read_url, "case_url": f"/{name}/cases/",
        "one_by_one": bool(request.actor.merchant_id or request.actor.consumer_id), "settings_url": f"/{name}/settings/",
        "announcements_url": LISTS[name], "nav_here": here,
    }  # fmt: skip


def reading(request: ActorRequest, here: str) -> HttpResponse:
    """The notices named by `ids` are read, all of them where none is named; back to the list."""
    ids = cast(QueryDict, request.POST).getlist("ids")[:MOST_IDS]
    named = [int(one) for one in ids if one.isascii() and one.isdigit() and len(one) < 19] if ids else None

    def run() -> str:
        mark_read(by=request.actor, ids=named)
        return here

    return act(request, run)
