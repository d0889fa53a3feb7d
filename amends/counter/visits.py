"""The technician's day on a telephone: the appointments, the way there, begin, absent, done; and choosing another time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from amends.counter.page import HOME, shown
from amends.faces.appointing import times_page
from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.told import tell
from amends.kernel.refusals import NotFound
from amends.kernel.texts import Text, say
from amends.repairs import booking
from amends.repairs.agenda import day_of, today_of
from amends.repairs.models import Appointment

BEGUN = say("已开始，检查以后写下结论。", "Begun. Look at it and write down what you find.")
DONE = say("这次已完成。", "Done here.")
ABSENT = say("已登记失约，对方会收到通知，另约时间。", "Recorded. They are told to make another appointment.")


@require_GET
@face("counter")
def today(request: ActorRequest) -> HttpResponse:
    """Today's appointments, the technician's own or the workshop's."""
    return _day(request, None)


@require_GET
@face("counter")
def one_day(request: ActorRequest, day: str) -> HttpResponse:
    """Another day's."""
    try:
        return _day(request, date.fromisoformat(day))
    except (ValueError, OverflowError) as wrong:
        raise NotFound from wrong


def _day(request: ActorRequest, day: date | None) -> HttpResponse:
    when, visits = day_of(request.actor, day)
    around: dict[str, Any] = {"before": when - timedelta(days=1), "after": when + timedelta(days=1)}
    return shown(request, "counter/today.html", {"day": when, "visits": visits, "is_today": when == today_of(request.actor), **around})


@require_POST
@face("counter")
def start(request: ActorRequest, ref: str) -> HttpResponse:
    """The technician has the unit before them; on to the job."""
    return _done(request, ref, lambda: booking.start_visit(ref, by=request.actor), BEGUN)


@require_POST
@face("counter")
def end(request: ActorRequest, ref: str) -> HttpResponse:
    """The technician is free again."""
    return _done(request, ref, lambda: booking.finish_visit(ref, by=request.actor), DONE)


@require_POST
@face("counter")
def absence(request: ActorRequest, ref: str) -> HttpResponse:
    """Nobody was there."""
    return _done(request, ref, lambda: booking.miss_visit(ref, absent=given(request, "absent"), by=request.actor), ABSENT)


@require_http_methods(["GET", "POST"])
@face("counter")
def times(request: ActorRequest, ref: str) -> HttpResponse:
    """Free times of this job."""
    frame = lambda context, status: shown(request, "counter/times.html", context, status=status)  # noqa: E731
    return times_page(request, ref, frame, f"{HOME}jobs/{ref}")


def _done(request: ActorRequest, ref: str, run: Callable[[], Appointment], done: Text) -> HttpResponse:
    def make() -> str:
        return f"{HOME}jobs/{run().repair.ref}"

    response = act(request, make)
    tell(request, done)
    return response
