"""Loan units at the workshop's counter: promised, handed out, taken back. What is lent belongs to the job it is lent for."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from amends.counter.page import HOME
from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.told import tell
from amends.kernel.texts import Text, say
from amends.repairs import loans
from amends.repairs.models import Loan

PROMISED = say("已答应借备用机，交付后请登记。", "The loan unit is promised. Record it when you hand it out.")
OUT = say("已登记交付备用机。", "Recorded as handed out.")
BACK = say("已登记收回备用机。", "Recorded as back.")


@require_POST
@face("counter")
def promise(request: ActorRequest, ref: str) -> HttpResponse:
    """A loan unit is promised for this job."""
    return _done(request, lambda: loans.promise_loan(ref, unit=given(request, "unit"), by=request.actor), PROMISED)


@require_POST
@face("counter")
def handing_out(request: ActorRequest, ref: str) -> HttpResponse:
    """The consumer has it."""
    return _done(request, lambda: loans.hand_out(ref, condition=given(request, "condition"), by=request.actor), OUT)


@require_POST
@face("counter")
def coming_back(request: ActorRequest, ref: str) -> HttpResponse:
    """It is back."""
    return _done(request, lambda: loans.bring_back(ref, condition=given(request, "condition"), by=request.actor), BACK)


def _done(request: ActorRequest, run: Callable[[], Loan], done: Text) -> HttpResponse:
    def make() -> str:
        return f"{HOME}jobs/{run().repair.ref}"

    response = act(request, make)
    tell(request, done)
    return response
