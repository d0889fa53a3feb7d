"""A part that many open pages fetch at once is drawn once: when a queue changes, everybody who looks at it asks for the same rows.

A page that follows the live stream says how far it has heard (`X-Live`). What was drawn for one reader of a side after that mark is right
for every other reader of the same side with the same mark: it holds all that the mark stands for. It is kept for two seconds, in this
process, and one thread draws while the others wait. A page that says no mark is drawn for itself.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from django.http import HttpResponse
from django.utils.translation import get_language

from amends.faces.entering import ActorRequest
from amends.plumbing.live import read_mark

KEPT_SECONDS = 2.0
MOST = 200


@dataclass(slots=True)
class Drawn:
    """What was drawn, until when it counts, and the lock of whoever draws it."""

    until: float
    body: bytes = b""
    drawing: threading.Lock = field(default_factory=threading.Lock)


_drawn: dict[Hashable, Drawn] = {}
_lock = threading.Lock()


def shared(request: ActorRequest, draw: Callable[[], HttpResponse], *, whose: Hashable) -> HttpResponse:
    """What `draw` answers, or what it answered a moment ago for the same address, language, mark and `whose`.

    `whose` holds everything of the reader that the part depends on. Only answers of status 200 are kept.
    """
    mark = read_mark(request.headers.get("X-Live", ""))
    if mark is None:
        return draw()
    one = _place((whose, request.get_full_path(), get_language(), mark.xmin))
    with one.drawing:
        if one.body and time.monotonic() < one.until:
            return HttpResponse(one.body)
        answer = draw()
        if answer.status_code == 200:
            one.body, one.until = answer.content, time.monotonic() + KEPT_SECONDS
        return answer


def side_of(request: ActorRequest) -> Hashable:
    """Whoever shares this sees the same rows: the side, the shop, the roles."""
    actor = request.actor
    return (request.face, actor.party, actor.merchant_id, actor.consumer_id, actor.roles)


def _place(key: Hashable) -> Drawn:
    now = time.monotonic()
    with _lock:
        if len(_drawn) >= MOST:
            for old in [name for name, one in _drawn.items() if one.until < now]:
                del _drawn[old]
        if len(_drawn) >= MOST:
            _drawn.clear()  # more sides at once than are worth keeping; whoever draws goes on with what they hold
        return _drawn.setdefault(key, Drawn(now + KEPT_SECONDS))
