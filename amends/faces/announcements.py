"""What is announced, on the pages of every face: a calm banner that can be closed, and the list of everything that holds now.

The banner costs a page nothing while nothing is announced. Closing it is a POST, because looking at a page changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from amends.faces.entering import ActorRequest, given
from amends.kernel.texts import Text
from amends.notices.announcing.queries import shown_to
from amends.notices.announcing.verbs import KINDS, see
from amends.notices.models import Announcement
from amends.people.rules import Actor

MOST_BANNERS, LONGEST_IN_BANNER = 2, 160
LISTS = {
    "portal": "/portal/announcements/",
    "console": "/console/announcements",
    "desk": "/desk/announcements",
    "office": "/office/announcements/",
}


@dataclass(frozen=True, slots=True)
class Announced:
    """An announcement as its reader sees it; `brief` is the body cut to a banner's length, the whole body where it fits."""

    ref: str
    kind: Text
    title: Text
    body: Text
    brief: Text
    is_cut: bool
    since: datetime
    until: datetime
    seen_url: str
    list_url: str


def announced(request: HttpRequest) -> list[Announced]:
    """The banners of this page: the newest that its reader has not closed."""
    actor = getattr(request, "actor", None)
    face = request.path.split("/", 2)[1]
    if not isinstance(actor, Actor) or face not in LISTS or request.path.startswith(LISTS[face].rstrip("/")):
        return []  # nobody signed in, or the page is the list of them all
    return [told(one, face) for one in shown_to(actor)[:MOST_BANNERS]]


def holding(request: ActorRequest) -> list[Announced]:
    """Everything that is announced to this reader now, whether closed or not, newest first."""
    return [told(one, request.path.split("/", 2)[1]) for one in shown_to(request.actor, seen_too=True)]


def told(one: Announcement, face: str) -> Announced:
    """As this face shows it."""
    body, cut = Text(one.body_zh, one.body_en), max(len(one.body_zh), len(one.body_en) // 2) > LONGEST_IN_BANNER
    brief = Text(_cut(one.body_zh, LONGEST_IN_BANNER), _cut(one.body_en, 2 * LONGEST_IN_BANNER)) if cut else body
    place = LISTS[face].rstrip("/")
    return Announced(
        one.ref, KINDS.get(one.kind, KINDS["other"]), Text(one.title_zh, one.title_en), body, brief, cut,
        one.shown_from, one.shown_until, f"{place}/{one.ref}/seen", LISTS[face],
    )  # fmt: skip


def closed(request: ActorRequest, ref: str) -> HttpResponse:
    """The reader has seen it; the page they were on comes back without it, or for htmx nothing takes its place."""
    see(ref, by=request.actor)
    if request.headers.get("HX-Request"):
        return HttpResponse("")
    back = given(request, "next")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith("/")
    answer = HttpResponseRedirect(back if safe else LISTS[request.path.split("/", 2)[1]])
    answer.status_code = 303
    return answer


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"
