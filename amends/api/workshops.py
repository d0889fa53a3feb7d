"""Workshops, their free times and appointments as JSON: for the merchant, the workshop whose job it is, and the consumer who chooses."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from django.http import HttpResponse
from ninja import Query, Router

from amends.api import workshop_shapes as out
from amends.api.bodies import NothingIn
from amends.api.callers import Asked
from amends.api.doing import done, posting, reading
from amends.repairs import booking
from amends.repairs import workshops as keeping
from amends.repairs.agenda import day_of, visit_view, visits_of
from amends.repairs.free import free_slots
from amends.repairs.hands import job_of
from amends.repairs.models import Appointment, Workshop

router = Router(tags=["workshops"])


@reading(router, "/workshops", out.WorkshopsOut, "Workshops and their technicians")
def workshops(request: Asked) -> out.WorkshopsOut:
    """A merchant's own, or a workshop itself."""
    return out.WorkshopsOut(items=[out.workshop_out(row) for row in keeping.workshops(request.auth.actor)[:200]])


@posting(router, "/workshops", out.WorkshopOut, "Tell a workshop")
def workshop_saving(request: Asked, body: out.WorkshopIn) -> HttpResponse:
    """The workshop with this key is as the body says, new or changed."""
    return done(request, lambda: _shop(keeping.save_workshop(body.key, out.given(body), by=request.auth.actor)))


@posting(router, "/workshops/{ref}/closing", out.WorkshopOut, "Close a workshop")
def workshop_closing(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """It takes no new jobs."""
    return done(request, lambda: _shop(keeping.close_workshop(ref, by=request.auth.actor)))


@posting(router, "/workshops/{ref}/technicians", out.TechnicianOut, "Tell a technician")
def technician_saving(request: Asked, ref: str, body: out.TechnicianIn) -> HttpResponse:
    """A technician more."""
    return done(request, lambda: out.technician_out(keeping.save_technician(ref, out.given(body), by=request.auth.actor)))


@posting(router, "/workshops/{ref}/technicians/{technician}", out.TechnicianOut, "Change a technician")
def technician_changing(request: Asked, ref: str, technician: str, body: out.TechnicianIn) -> HttpResponse:
    """The technician is as the body says."""

    def told() -> out.TechnicianOut:
        return out.technician_out(keeping.save_technician(ref, out.given(body), ref=technician, by=request.auth.actor))

    return done(request, told)


@posting(router, "/technicians/{ref}/leaving", out.TechnicianOut, "A technician takes no new appointments")
def technician_leaving(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """What is booked stays booked until somebody moves it."""
    return done(request, lambda: out.technician_out(keeping.end_technician(ref, by=request.auth.actor)))


@reading(router, "/repairs/{ref}/slots", out.SlotsOut, "Free times for a repair")
def repair_slots(request: Asked, ref: str, first: date | None = None, days: Annotated[int, Query(ge=1, le=60)] = 14) -> out.SlotsOut:
    """What can be booked, earliest first, 60 at most."""
    repair, _ = job_of(ref, request.auth.actor)
    return out.SlotsOut(items=[out.slot_out(slot) for slot in free_slots(repair, first=first, days=days)])


@reading(router, "/repairs/{ref}/visits", out.VisitsOut, "Appointments of a repair")
def repair_visits(request: Asked, ref: str) -> out.VisitsOut:
    """Newest first, those that came to nothing too."""
    repair, _ = job_of(ref, request.auth.actor)
    return out.VisitsOut(items=[out.visit_out(view) for view in visits_of(repair)])


@reading(router, "/visits", out.VisitsOut, "A workshop's day")
def visits(request: Asked, day: date | None = None) -> out.VisitsOut:
    """The appointments of one day, today's where none is named: a technician's own, or all."""
    return out.VisitsOut(items=[out.visit_out(view) for view in day_of(request.auth.actor, day)[1]])


@posting(router, "/repairs/{ref}/booking", out.VisitsOut, "Book a repair")
def repair_booking(request: Asked, ref: str, body: out.BookingIn) -> HttpResponse:
    """The job is at a workshop with its appointment. A time that is taken is 409 `slot_taken` with the next free ones in its words."""

    def run() -> out.VisitsOut:
        row = booking.book(ref, **body.model_dump(), by=request.auth.actor)
        return out.VisitsOut(items=[out.visit_out(view) for view in visits_of(row)])

    return done(request, run)


@posting(router, "/repairs/{ref}/visits", out.VisitOut, "Another appointment")
def visit_booking(request: Asked, ref: str, body: out.MoveAgainIn) -> HttpResponse:
    """For a job that is under way: after one was missed or cancelled, or to fit a part."""
    return done(request, lambda: _visit(booking.book_visit(ref, **body.model_dump(), by=request.auth.actor)))


@posting(router, "/visits/{ref}/move", out.VisitOut, "Move an appointment")
def visit_moving(request: Asked, ref: str, body: out.MoveIn) -> HttpResponse:
    """The new appointment; the old time is free."""
    return done(request, lambda: _visit(booking.move_visit(ref, **body.model_dump(), by=request.auth.actor)))


@posting(router, "/visits/{ref}/cancellation", out.VisitOut, "Cancel an appointment")
def visit_cancelling(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """Its time is free."""
    return done(request, lambda: _visit(booking.cancel_visit(ref, by=request.auth.actor)))


@posting(router, "/visits/{ref}/absence", out.VisitOut, "Somebody was not there")
def visit_missing(request: Asked, ref: str, body: out.AbsenceIn) -> HttpResponse:
    """The appointment is missed."""
    return done(request, lambda: _visit(booking.miss_visit(ref, absent=body.absent, by=request.auth.actor)))


@posting(router, "/visits/{ref}/start", out.VisitOut, "The technician begins")
def visit_starting(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """From here on the days without the unit count."""
    return done(request, lambda: _visit(booking.start_visit(ref, by=request.auth.actor)))


@posting(router, "/visits/{ref}/end", out.VisitOut, "The technician is done there")
def visit_ending(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """The technician is free again."""
    return done(request, lambda: _visit(booking.finish_visit(ref, by=request.auth.actor)))


def _shop(row: Workshop) -> out.WorkshopOut:
    return out.workshop_out(Workshop.objects.prefetch_related("technicians").get(pk=row.pk))


def _visit(row: Appointment) -> out.VisitOut:
    rows = Appointment.objects.select_related("technician__workshop", "address", "repair__unit__line")
    return out.visit_out(visit_view(rows.get(merchant_id=row.merchant_id, pk=row.pk)))
