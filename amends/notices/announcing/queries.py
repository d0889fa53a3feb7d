"""What is announced: to whom it is shown now, what the office has written, and how many were reached.

Most pages have nothing to announce, and every page asks. So each process remembers for a few seconds that there is nothing, and only
that: what there is, is read anew each time.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from amends.kernel import clock
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound
from amends.notices.announcing.audience import Audience
from amends.notices.models import Announcement, Message, Seen
from amends.people.rules import Actor

LOOK_EVERY = 5.0
MOST_SHOWN, MOST_LISTED = 20, 100
HEARD = ("accepted", "delivered")
LOST = ("failed", "bounced")
WAITING = ("queued", "sending", "unsure")

_nothing_until = 0.0


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom an announcement reached. People: `addressed` are meant, `told` have at least one message that a service took over or
    delivered, `seen` have closed it on a page. Messages: `states` counts them by state; the others are sums of these."""

    addressed: int
    planned: bool
    told: int
    seen: int
    states: Mapping[str, int]
    sent: int
    delivered: int
    failed: int
    waiting: int
    dropped: int


def shown_to(by: Actor, *, seen_too: bool = False) -> list[Announcement]:
    """What this person's pages announce now, newest first; without what they have closed, unless `seen_too`."""
    if by.user_id is None or _nothing():
        return []
    found = shown_now().order_by("-published_at", "-pk")
    if not seen_too:
        found = found.exclude(Exists(Seen.objects.filter(announcement=OuterRef("pk"), user_id=by.user_id)))
    return [one for one in found[: MOST_SHOWN * 5] if Audience.read(one.audience).has(by)][:MOST_SHOWN]


def shown_now() -> QuerySet[Announcement]:
    """Published, begun, not over, not withdrawn."""
    at = clock.now()
    return Announcement.objects.filter(published_at__isnull=False, withdrawn_at__isnull=True, shown_from__lte=at, shown_until__gt=at)


def announcements(*, state: str = "") -> list[Announcement]:
    """The newest hundred for the office, whatever became of them; `state` is one of STATES or all."""
    found = Announcement.objects.select_related("made_by", "published_by").order_by("-made_at", "-pk")
    at = clock.now()
    narrowed = {
        "draft": Q(published_at__isnull=True, withdrawn_at__isnull=True),
        "shown": Q(published_at__isnull=False, withdrawn_at__isnull=True, shown_until__gt=at),
        "over": Q(published_at__isnull=False, withdrawn_at__isnull=True, shown_until__lte=at),
        "withdrawn": Q(withdrawn_at__isnull=False),
    }
    return list(found.filter(narrowed.get(state, Q()))[:MOST_LISTED])


STATES = ("draft", "shown", "over", "withdrawn")


def state_of(one: Announcement) -> str:
    """Where it stands: one of STATES."""
    if one.withdrawn_at is not None:
        return "withdrawn"
    if one.published_at is None:
        return "draft"
    return "shown" if one.shown_until > clock.now() else "over"


def announcement(ref: str) -> Announcement:
    """One of them for the office. Raises NotFound."""
    found = Announcement.objects.select_related("made_by", "published_by").filter(ref=clean_ref(ref) or "").first()
    if found is None:
        raise NotFound
    return found


def reach(one: Announcement) -> Reach:
    """Counted now."""
    sent = Message.objects.filter(announcement_id=one.pk)
    states = dict(sent.order_by().values_list("state").annotate(n=Count("pk")))
    told = sent.filter(state__in=HEARD).order_by().values("user_id").distinct().count()

    def sum_of(names: tuple[str, ...]) -> int:
        return sum(states.get(name, 0) for name in names)

    return Reach(
        addressed=one.addressed, planned=one.planned_at is not None, told=told, seen=one.seen.count(), states=states, sent=sum_of(HEARD),
        delivered=states.get("delivered", 0), failed=sum_of(LOST), waiting=sum_of(WAITING), dropped=states.get("dropped", 0),
    )  # fmt: skip


def forget_announcements() -> None:
    """The next page looks at once."""
    global _nothing_until
    _nothing_until = 0.0


def _nothing() -> bool:
    """Whether nothing at all was published that is not yet over, known for at most LOOK_EVERY seconds."""
    global _nothing_until
    if time.monotonic() < _nothing_until:
        return True
    if connection.in_atomic_block and connection.needs_rollback:
        return True  # nothing can be asked in a transaction that has failed
    connection.ensure_connection()
    # Not through Django's cursor: the statement belongs to the process, not to the page whose statements are being counted.
    look = "SELECT 1 FROM notices_announcement WHERE published_at IS NOT NULL AND withdrawn_at IS NULL AND shown_until > %s LIMIT 1"
    if connection.connection.execute(look, [clock.now()]).fetchone() is not None:
        return False
    _nothing_until = time.monotonic() + LOOK_EVERY
    return True
