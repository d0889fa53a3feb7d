"""The channels outside on a page: what is set up, what each did in the last day, and where it fails."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from amends.faces.case_messages import ICONS
from amends.faces.entering import ActorRequest, face
from amends.kernel import clock
from amends.kernel.texts import Text, say
from amends.notices.models import Contact, Message
from amends.notices.rules.delivery import MISSED, OPEN, reason_in_words
from amends.notices.rules.words import CHANNEL_NAMES, Channel
from amends.office.notices.log import PATH
from amends.plumbing.messages.choosing import SetUp, set_up

DAY, LATE = timedelta(days=1), timedelta(minutes=10)
FAILING = 0.2
"""From this share of a day's messages on, a channel is called failing."""
MOST_REASONS = 4


@require_GET
@face("office")
def show(request: ActorRequest) -> HttpResponse:
    """Each channel: its service or why there is none, the last day in numbers, the reasons of what failed."""
    since = clock.now() - DAY
    counted: dict[str, Counter[str]] = {}
    for channel, state, n in Message.objects.filter(made_at__gte=since).order_by().values_list("channel", "state").annotate(n=Count("pk")):
        counted.setdefault(channel, Counter())[state] += n
    waiting = Message.objects.filter(next_at__lt=clock.now() - LATE, state="queued").order_by()
    late = {channel: (n, first) for channel, n, first in waiting.values_list("channel").annotate(n=Count("pk"), first=Min("next_at"))}
    people = dict(
        Contact.objects.filter(confirmed_at__isnull=False, ended_at__isnull=True).order_by().values_list("channel").annotate(n=Count("pk"))
    )
    rows = [
        _row(name, standing, counted.get(name, Counter()), late.get(name), people.get(name, 0), since)
        for name, standing in set_up().items()
    ]  # fmt: skip
    return render(request, "office/notices/channels.html", {"rows": rows, "since": since})


def _row(
    name: str, standing: SetUp, states: Counter[str], late: tuple[int, datetime] | None, people: int, since: datetime
) -> dict[str, Any]:
    missed, ended = sum(states[one] for one in MISSED), states["accepted"] + states["delivered"]
    share = missed / (missed + ended) if missed + ended else 0.0
    return {
        "name": CHANNEL_NAMES[Channel(name)], "icon": ICONS[name], "standing": standing, "contacts": people,
        "waiting": sum(states[one] for one in OPEN), "accepted": states["accepted"], "delivered": states["delivered"], "missed": missed,
        "dropped": states["dropped"], "share": round(100 * share), "late": late, "reasons": _reasons(name, since) if missed else [],
        "state": _state(standing, share, late), "url": f"{PATH}?channel={name}", "missed_url": f"{PATH}?channel={name}&state=missed",
    }  # fmt: skip


def _state(standing: SetUp, share: float, late: tuple[int, datetime] | None) -> tuple[Text, str]:
    if not standing.provider:
        return say("未配置", "not set up"), "line"
    if share >= FAILING:
        return say("很多没有送达", "much is not delivered"), "bad"
    if late:
        return say("有积压", "falling behind"), "warn"
    return say("正常", "fine"), "ok"


def _reasons(name: str, since: datetime) -> list[tuple[Text, int]]:
    failed = Message.objects.filter(channel=name, state__in=sorted(MISSED), made_at__gte=since).exclude(reason="")
    counted = failed.order_by().values_list("reason").annotate(n=Count("pk")).order_by("-n", "reason")[:MOST_REASONS]
    return [(words, n) for reason, n in counted if (words := reason_in_words(reason))]
