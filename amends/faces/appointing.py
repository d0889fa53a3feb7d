"""The page on which an appointment is chosen: the same for consumer, merchant and workshop, each inside its own frame.

GET shows what is free by day; POST books, books again, or moves, whichever the job wants; `cancel` gives the time up.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.http import HttpResponse

from amends.faces.entering import ActorRequest, act, given
from amends.faces.told import tell
from amends.kernel.refusals import Conflict, Unprocessable
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.repairs import booking
from amends.repairs.agenda import visit_ahead, visits_of
from amends.repairs.free import HOME, Slot, free_slots
from amends.repairs.hands import job_of
from amends.repairs.models import Repair

WEEKDAYS = (
    say("周一", "Mon"), say("周二", "Tue"), say("周三", "Wed"), say("周四", "Thu"), say("周五", "Fri"),
    say("周六", "Sat"), say("周日", "Sun"),
)  # fmt: skip
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
BOOKED = say("时间约好了。", "The appointment is made.")
CANCELLED = say("预约已取消，这个时间让给别人了。", "The appointment is cancelled and the time is free for others.")
NOT_A_TIME = say("请从空着的时间里选一个。", "Choose one of the free times.")


def times_page(request: ActorRequest, ref: str, shown: Callable[[dict[str, Any], int], HttpResponse], home: str) -> HttpResponse:
    """Show the times of the job `ref`, or do what was posted and go `home`; a refusal shows the times that are left."""
    repair, _ = job_of(ref, request.actor)
    if request.method != "POST":
        return shown(_context(repair, request.actor), 200)

    def run() -> str:
        _do(repair, request)
        return home

    try:
        response = act(request, run)
    except (Unprocessable, booking.SlotTaken) as refusal:
        typed = {"address": given(request, "address")}
        return shown({**_context(repair, request.actor), "refusal": refusal, "typed": typed}, refusal.status)
    tell(request, CANCELLED if given(request, "cancel") else BOOKED)
    return response


def _do(repair: Repair, request: ActorRequest) -> None:
    ahead = visit_ahead(visits_of(repair))
    if given(request, "cancel"):
        if ahead is None:
            raise Conflict(say("现在没有预约。", "There is no appointment now."))
        booking.cancel_visit(ahead.ref, by=request.actor)
        return
    # A slot of the page is its instant and, where a person was asked for, the technician.
    instant, _, technician = given(request, "slot").partition("|")
    starts_at, address = _instant(instant), given(request, "address")
    if ahead is not None:
        booking.move_visit(ahead.ref, starts_at=starts_at, technician=technician, by=request.actor)
    elif repair.LIFE.who_may(repair.stage, "book"):
        booking.book(repair.ref, starts_at=starts_at, technician=technician, address=address, by=request.actor)
    else:
        booking.book_visit(repair.ref, starts_at=starts_at, technician=technician, address=address, by=request.actor)


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise Unprocessable.field("slot", NOT_A_TIME, code="required") from wrong
    if found.tzinfo is None:
        raise Unprocessable.field("slot", NOT_A_TIME, code="required")
    return found


def _context(repair: Repair, by: Actor) -> dict[str, Any]:
    visits = visits_of(repair)
    ahead = visit_ahead(visits)
    asked = booking.is_visitable(repair) or bool(repair.LIFE.who_may(repair.stage, "book"))
    wanted = ahead is not None or (asked and booking.takes_time(repair))
    line, slots = repair.unit.line, free_slots(repair) if wanted else []
    return {
        "repair": repair, "title": say(line.name_zh, line.name_en), "visit": ahead, "is_home": repair.way == HOME,
        "asks_address": repair.way == HOME and not any(visit.is_home for visit in visits),
        "days": _by_day(slots), "wanted": wanted, "shops": list({slot.workshop.pk: slot.where for slot in slots}.values()),
    }  # fmt: skip


def _by_day(slots: list[Slot]) -> list[tuple[Text, list[tuple[Slot, datetime]]]]:
    days: dict[date, list[tuple[Slot, datetime]]] = {}
    for slot in slots:
        local = slot.local
        days.setdefault(local.date(), []).append((slot, local))
    return [(day_words(day), found) for day, found in days.items()]


def day_words(day: date) -> Text:
    """`11月23日 周一 / Mon 23 Nov`: people choose a time by its weekday."""
    month = say(f"{day.month}月", MONTHS[day.month - 1])
    return say("{month}{d}日 {weekday}", "{weekday} {d} {month}", month=month, d=day.day, weekday=WEEKDAYS[day.weekday()])
